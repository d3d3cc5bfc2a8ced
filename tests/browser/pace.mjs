// A server of its own that changes 5,000 incidents fifty times a second, and what that costs the page.
//
// Nothing of the real program is in it, so that what is measured is the page: pace.test.mjs holds
// its bounds, tests/bench/console.mjs measures for longer and prints figures.

import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export const INCIDENTS = 5000;
export const TICK_MS = 100;
const CHANGES_A_TICK = 5;
const REPORTS = 100;
const MARKS = 250;
const CELLS = 40;
/** What is shorter is the browser's own. */
const WORK_MS = 1;

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };
const GROUPS = ["seismic", "hydro", "fire"];

function incident(id, sequence, of, openedAt) {
	return {
		id: String(id), sequence: String(sequence), hazard: "collapse", family: "structural", status: "INCIDENT_STATUS_OPEN",
		eventGroup: GROUPS[id % 3], umbrellaId: String(1 + id % 3), reports: 2, sources: 2, openedAt, lastReportAt: new Date().toISOString(),
		// What became worst of all goes to the top: every row in sight moves.
		rank: { class: of, key: String(of === 1 ? sequence : -id * 7919 % 10007) }, signs: { trapped: of === 1, injured: of < 3 }, areaNames: [`Comune ${id % 40}`],
		place: { point: { latDeg: 42 + (id % 70) / 500, lonDeg: 13 + (id % 3) + Math.floor(id / 70) / 500 }, accuracyM: 20 },
	};
}

function umbrellas() {
	return GROUPS.map((eventGroup, i) => ({
		id: String(1 + i), eventGroup, status: "UMBRELLA_STATUS_OPEN", maxi: true, grouped: true, incidents: 1667, reports: 3334, spanM: 14000,
		classes: [1, 2, 3, 4, 5].map((c) => ({ class: c, incidents: 333 })), since: new Date().toISOString(),
		box: { southDeg: 42, northDeg: 42.2, westDeg: 13 + i, eastDeg: 13.2 + i }, centre: { latDeg: 42.1, lonDeg: 13.1 + i },
	}));
}

/** Never twice the same. */
function mapView(turn) {
	const at = (i) => ({ latDeg: 42 + i % 17 / 80, lonDeg: 13 + i % 29 / 10 });
	return {
		incidents: INCIDENTS,
		marks: Array.from({ length: MARKS }, (_, i) => ({ id: String(i + 1), point: at(i), accuracyM: 20, class: 1 + (i + turn) % 5 })),
		cells: Array.from({ length: CELLS }, (_, i) => ({ point: at(i * 7), incidents: 100 + turn % 90 + i, worst: 1 + i % 5 })),
	};
}

function incidentPage(one) {
	const reports = Array.from({ length: REPORTS }, (_, i) => ({
		id: String(90_000 + i), code: `ABCD-${1000 + i}`, channel: "web", source: "0123456789ab", receivedAt: one.openedAt,
		report: { hazard: one.hazard, text: `Il muro ${i} si muove e sotto c'è gente che chiama.`, place: one.place, signs: one.signs },
	}));
	return { incident: one, reports };
}

/** The API as the page needs it, and a stream that changes five incidents ten times a second. */
export function serve(folder) {
	const old = new Date(Date.now() - 3_600_000).toISOString();
	const all = Array.from({ length: INCIDENTS }, (_, i) => incident(i + 1, i + 1, 1 + i % 5, old));
	const streams = new Set();
	let sequence = INCIDENTS;
	const timer = setInterval(() => {
		const changed = Array.from({ length: CHANGES_A_TICK }, () => {
			const at = sequence++ * 7 % INCIDENTS;
			return (all[at] = incident(at + 1, sequence, 1 + sequence % CHANGES_A_TICK, old));
		});
		const data = JSON.stringify({ sequence: `e-${sequence}`, incidents: changed });
		for (const stream of streams) {
			stream.write(`event: change\nid: e-${sequence}\ndata: ${data}\n\n`);
			stream.write(`event: umbrellas\ndata: ${JSON.stringify({ umbrellas: umbrellas() })}\n\n`);
		}
	}, TICK_MS);
	const server = http.createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url, "http://x");
		const json = (body) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(body));
		if (pathname === "/v1/incidents") {
			const from = Number(searchParams.get("cursor") ?? 0);
			json({ incidents: all.slice(from, from + 500), sequence: `e-${sequence}`, total: INCIDENTS, ...(from + 500 < INCIDENTS ? { next: String(from + 500) } : {}) });
		} else if (pathname === "/v1/events") {
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			response.write(`event: umbrellas\ndata: ${JSON.stringify({ full: true, umbrellas: umbrellas() })}\n\n`);
			streams.add(response);
			response.on("close", () => streams.delete(response));
		} else if (pathname === "/v1/session") {
			json({ name: "tester", rights: ["RIGHT_VIEW", "RIGHT_ACT"], areas: ["*"] });
		} else if (pathname === "/v1/basemap") {
			json({ kind: "built_in", attribution: "" });
		} else if (pathname === "/v1/map") {
			json(mapView(sequence));
		} else if (pathname === "/v1/outlines") {
			json({ type: "FeatureCollection", features: [] });
		} else if (pathname.startsWith("/v1/incidents/")) {
			json(incidentPage(all[Number(pathname.split("/").pop()) - 1]));
		} else if (pathname.startsWith("/v1/")) {
			json({});
		} else {
			const name = pathname === "/console" ? "index.html" : pathname.slice("/console/".length);
			response.setHeader("Content-Type", TYPES[name.slice(name.lastIndexOf("."))] ?? "text/plain").end(readFileSync(join(folder, name)));
		}
	});
	return new Promise((done) => {
		server.listen(0, "127.0.0.1", () => done({
			address: `http://127.0.0.1:${server.address().port}`,
			stop: () => {
				clearInterval(timer);
				server.closeAllConnections();
				server.close();
			},
		}));
	});
}

/** Sorted; the one that so many of a hundred do not exceed. */
const percentile = (sorted, of) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of / 100))] ?? 0;

/** Tasks of the page's main thread: [{ wall, cpu }] in milliseconds. */
function tasksOf(trace) {
	const { traceEvents } = JSON.parse(trace.toString());
	const mains = new Map(traceEvents.filter((e) => e.name === "thread_name" && e.args.name === "CrRendererMain")
		.map((e) => [`${e.pid} ${e.tid}`, []]));
	for (const e of traceEvents) {
		if (e.name === "RunTask" && e.ph === "X") {
			mains.get(`${e.pid} ${e.tid}`)?.push({ wall: e.dur / 1000, cpu: (e.tdur ?? e.dur) / 1000 });
		}
	}
	return [...mains.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** For a page before it begins: counts the pictures its map draws, each of which can hold the page up. */
export const COUNT_PICTURES = `
	window.pictures = new Set();
	const draw = WebGL2RenderingContext.prototype.drawElements;
	WebGL2RenderingContext.prototype.drawElements = function (...given) {
		window.pictures.add(document.timeline.currentTime);
		return draw.apply(this, given);
	};`;

/**
 * What the page's main thread does while doing() is done again and again: CPU time for a tick,
 * which a busy machine does not stretch, the tasks that are any work, and those the browser
 * itself calls long (over 50 ms).
 */
export async function measure(visitor, measuredMs, doing = () => delay(200)) {
	const { page } = visitor;
	const browser = visitor.context.browser();
	await page.evaluate(() => {
		window.pictures?.clear();
		window.long = [];
		new PerformanceObserver((list) => window.long.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" });
	});
	await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
	const begun = performance.now();
	while (performance.now() - begun < measuredMs) {
		await doing();
	}
	const ticks = (performance.now() - begun) / TICK_MS;
	const tasks = tasksOf(await browser.stopTracing());
	const work = tasks.map((t) => t.wall).filter((ms) => ms >= WORK_MS).sort((a, b) => a - b);
	const cpu = tasks.filter((t) => t.wall >= WORK_MS).map((t) => t.cpu).sort((a, b) => a - b);
	const long = (await page.evaluate(() => window.long)).sort((a, b) => a - b);
	return {
		ticks,
		cpuMs: tasks.reduce((sum, t) => sum + t.cpu, 0) / ticks,
		work: { n: work.length, p50: percentile(work, 50), p95: percentile(work, 95), p99: percentile(work, 99), most: work.at(-1) ?? 0 },
		/** What of it is not waiting: for a processor, or for a picture. */
		cpu: { p95: percentile(cpu, 95), most: cpu.at(-1) ?? 0 },
		long: { n: long.length, p95: percentile(long, 95) },
		pictures: await page.evaluate(() => window.pictures?.size ?? 0),
	};
}

export const figures = ({ ticks, cpuMs, work, cpu, long, pictures }) =>
	`${cpuMs.toFixed(1)} ms of CPU a tick; tasks of a millisecond or more: ${work.n} in ${Math.round(ticks)} ticks, `
	+ `half under ${work.p50.toFixed(1)}, 95 % under ${work.p95.toFixed(1)}, 99 % under ${work.p99.toFixed(1)}, the longest ${work.most.toFixed(1)} ms `
	+ `(CPU: 95 % under ${cpu.p95.toFixed(1)}, the most ${cpu.most.toFixed(1)} ms); `
	+ `over 50 ms: ${long.n}${long.n > 0 ? `, their 95th percentile ${Math.round(long.p95)} ms` : ""}${pictures > 0 ? `; ${pictures} pictures of the map` : ""}`;

/** What an operator has on the screen, by name; open(page) makes it so, doing(page) goes on. */
export const SCENES = {
	"list, light ones under one row": { show: "list", damp: "on" },
	"list, each its own row": { show: "list", damp: "off" },
	"list scrolled about": {
		show: "list", damp: "off",
		doing: async (page) => {
			await page.locator(".board").evaluate((board) => { board.scrollTop = Math.random() * board.scrollHeight; });
			await delay(200);
		},
	},
	"list and map": { show: "both", damp: "on", open: (page) => page.locator(".map-box[data-idle]").waitFor({ timeout: 30_000 }) },
	"an incident of 100 reports open, and a search": {
		show: "list", damp: "on",
		open: async (page) => {
			await page.locator(".rows .row").nth(3).click();
			await page.locator("aside .said").first().waitFor();
			await page.locator("input[type=search]").fill("comune 1");
			await page.locator(".found li").first().waitFor();
		},
	},
};
