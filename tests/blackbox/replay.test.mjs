// `vedetta replay` against the running program: a file in the shape of the
// Haiti 2010 export (made here, row by row), and the same as GeoJSON.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import http from "node:http";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, makeFolder, program, run, scenario } from "./harness.mjs";

const ROWS = 240;
const categories = [
	"1. Urgences | Emergency, 3. Public Health,",
	"5a. Structure effondres | Collapsed structure,",
	"2. Urgences logistiques | Vital Lines, \"eau\",",
	"4. Menaces | Security Threats,\nligne suivante,",
];

const quote = (text) => `"${text.replaceAll('"', '""')}"`;
const two = (n) => String(n).padStart(2, "0");

/** The k-th row's minute after 12/01/2010 21:53: gaps that repeat and bunch, as real ones do. */
const minuteOf = (k) => Math.floor(k / 3) * 4 + (k % 7 === 0 ? 30 : 0);

function dateOf(minute) {
	const at = new Date(Date.UTC(2010, 0, 12, 21, 53) + minute * 60000);
	return `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/**
 * serial, incident_date, lat, lon, category, approved, verified, newest first
 * as the export has them. One in eight shares a geocoder's point; five rows
 * are not to be sent.
 */
function makeExport() {
	const rows = [];
	for (let k = 0; k < ROWS; k++) {
		const shared = k % 8 === 0;
		const lat = shared ? 18.539269 : 18.4 + (k % 31) * 0.01;
		const lon = shared ? -72.336408 : -72.5 + (k % 23) * 0.01;
		rows.push(`${1000 + k},${dateOf(minuteOf(k))},${lat.toFixed(6)},${lon.toFixed(6)},${quote(categories[k % 4])},YES,NO`);
	}
	rows.reverse();
	rows.splice(17, 0,
		"9001,12/01/2010 22:00,118.5,-72.3,\"out, of range\",YES,NO",
		"9002,12/01/2010 22:00,18.5,-272.3,x,YES,NO",
		"9003,31/02/2010 22:00,18.5,-72.3,x,YES,NO",
		"9004,12/01/2010 22:00,18.5,\"north\",x,NO,NO",
		"9005,12/01/2010 22:00,18.5,-72.3");
	return `serial,incident_date,lat,lon,category,approved,verified\r\n${rows.join("\r\n")}\r\n`;
}

/** Orders and bodies as a server sees them, which answers what `reply` says. */
async function recorder(reply) {
	const posts = [];
	const server = http.createServer((asked, answer) => {
		let body = "";
		asked.setEncoding("utf8");
		asked.on("data", (text) => (body += text));
		asked.on("end", () => {
			const post = { at: Date.now(), key: asked.headers["idempotency-key"], url: asked.url, body };
			posts.push(post);
			const [status, answerBody = {}] = reply(post, posts);
			answer.writeHead(status, { "content-type": status < 300 ? "application/json" : "application/problem+json" });
			answer.end(JSON.stringify(answerBody));
		});
	});
	server.listen(0, "127.0.0.1");
	server.unref(); // a test that failed before it ended this one ends all the same
	await once(server, "listening");
	return { posts, url: `http://127.0.0.1:${server.address().port}`, end: () => server.close() };
}

function writeFile(text, name = "haiti.csv") {
	const path = join(makeFolder(), name);
	writeFileSync(path, text);
	return path;
}

const figures = (stdout) => Object.fromEntries(
	[...stdout.matchAll(/^(sent|accepted|repeated|refused|given up|not sent) +(\d+)/gm)].map(([, name, n]) => [name, Number(n)]));

scenario("a file in the shape of the Haiti export is on the board to the last row", {}, async (vedetta) => {
	const path = writeFile(makeExport());
	const operator = vedetta.operator();
	const replay = await run(["replay", path, "--to", vedetta.addresses.public, "--rate", "400", "--hazard", "quake_damage"]);
	assert.equal(replay.code, 1, replay.stderr);
	assert.deepEqual(figures(replay.stdout), {
		sent: ROWS, accepted: ROWS, repeated: 0, refused: 0, "given up": 0, "not sent": 5,
	});
	for (const line of ["the latitude is not within", "the longitude is not within", "the time cannot be read",
		"the coordinates are not two numbers", "not as many fields"]) {
		assert.ok(replay.stderr.includes(line), `${line}\n${replay.stderr}`);
	}
	const board = await eventually(async () => {
		const incidents = await operator.board();
		return incidents.reduce((sum, incident) => sum + (incident.reports ?? 0), 0) === ROWS && incidents;
	}, { what: "all reports on the board" });
	const texts = [];
	for (const incident of board) {
		assert.equal(incident.hazard, "quake_damage");
		texts.push(...(await operator.reportsOf(incident.id)).map((one) => one.report.text));
	}
	const expected = Array.from({ length: ROWS }, (_, k) => categories[k % 4]);
	assert.deepEqual(texts.sort(), expected.sort());
});

scenario("a second run of the same name stores nothing twice", {}, async (vedetta) => {
	const path = writeFile("minutes,hazard,text\n0,flood,acqua\n1,fire,fumo\n");
	const args = ["replay", path, "--to", `${vedetta.addresses.public}/`, "--speed", "max", "--run", "twice"];
	const first = await run(args);
	assert.deepEqual([first.code, figures(first.stdout).accepted], [0, 2], first.stdout + first.stderr);
	const second = await run(args);
	assert.deepEqual([second.code, figures(second.stdout).repeated], [0, 2], second.stdout + second.stderr);
	const onBoard = await eventually(async () => {
		const sum = (await vedetta.operator().board()).reduce((n, incident) => n + incident.reports, 0);
		return sum >= 2 && sum;
	});
	assert.equal(onBoard, 2);
});

scenario("what the desk refuses is counted under its reason", {}, async (vedetta) => {
	const path = writeFile(`hazard,text\nfire,ok\nfire,${"x".repeat(30000)}\n`);
	const replay = await run(["replay", path, "--to", vedetta.addresses.public, "--speed", "max"]);
	assert.equal(replay.code, 1);
	assert.deepEqual([figures(replay.stdout).accepted, figures(replay.stdout).refused], [1, 1], replay.stdout);
	assert.match(replay.stdout, /1: 400 text: /);
});

scenario("a killed desk costs a replay time and no report", {}, async (vedetta) => {
	const path = writeFile(makeExport());
	const replaying = run(["replay", path, "--to", vedetta.addresses.public, "--rate", "100"]);
	const operator = vedetta.operator();
	await eventually(async () => (await operator.board()).length > 0);
	await vedetta.kill("desk");
	const replay = await replaying;
	assert.equal(figures(replay.stdout).accepted + figures(replay.stdout).repeated, ROWS, replay.stdout + replay.stderr);
	await eventually(async () =>
		(await operator.board()).reduce((sum, incident) => sum + incident.reports, 0) === ROWS);
});

test("the file's schedule is kept: order, gaps and moments", async () => {
	const server = await recorder(() => [201]);
	const path = writeFile(makeExport());
	const last = Math.max(...Array.from({ length: ROWS }, (_, k) => minuteOf(k)));
	const seconds = 3;
	const replay = await run(["replay", path, "--to", server.url, "--speed", String(last * 60 / seconds), "--concurrency", "32"]);
	server.end();
	assert.equal(server.posts.length, ROWS, replay.stdout);
	assert.ok(server.posts.every((post) => post.url === "/v1/reports"));
	assert.equal(new Set(server.posts.map((post) => post.key)).size, ROWS);
	const claimed = server.posts.map((post) => Date.parse(JSON.parse(post.body).claimedAt)).sort((a, b) => a - b);
	const expected = Array.from({ length: ROWS }, (_, k) => minuteOf(k)).sort((a, b) => a - b)
		.map((minute) => minute / last * seconds * 1000);
	claimed.forEach((at, i) => {
		assert.ok(Math.abs(at - claimed[0] - expected[i]) <= 2, `row ${i}: ${at - claimed[0]} instead of ${expected[i]}`);
	});
	// Said to have happened when it was sent: a busy machine may be late, never early.
	for (const post of server.posts) {
		const late = post.at - Date.parse(JSON.parse(post.body).claimedAt);
		assert.ok(late >= -5 && late < 10000, `${late} ms late`);
	}
});

test("no final answer: the same key and the same bytes again", async () => {
	const server = await recorder((post, posts) => {
		const attempt = posts.filter((other) => other.key === post.key).length;
		return attempt < 3 ? [503, { title: "busy" }] : [201];
	});
	const replay = await run(["replay", writeFile("text\na\nb\nc\n"), "--to", server.url, "--speed", "max"]);
	server.end();
	assert.equal(replay.code, 0, replay.stdout);
	assert.equal(server.posts.length, 9);
	assert.equal(new Set(server.posts.map((post) => post.key + post.body)).size, 3);
	assert.match(replay.stdout, /^sent {6}3, with 6 further attempts$/m);
});

test("patience ends: given up, with the reason", async () => {
	const server = await recorder(() => [503, { title: "The desk is full" }]);
	const replay = await run(["replay", writeFile("text\na\n"), "--to", server.url, "--patience", "0.3"]);
	server.end();
	assert.equal(replay.code, 1);
	assert.equal(figures(replay.stdout)["given up"], 1);
	assert.match(replay.stdout, /1: 503 The desk is full/);
});

/** A replay that can be sent signals: { child, end }; end is { code, signal, stdout, stderr }. */
function replaying(args) {
	const child = spawn(program, ["replay", ...args], { stdio: ["ignore", "pipe", "pipe"] });
	const said = { stdout: "", stderr: "" };
	for (const name of ["stdout", "stderr"]) {
		child[name].on("data", (bytes) => (said[name] += bytes));
	}
	return { child, end: once(child, "close").then(([code, signal]) => ({ code, signal, ...said })) };
}

test("stopped early it says what was received, what was on its way and what was not sent", async () => {
	const path = writeFile("minutes,text\n0,a\n0,b\n10,c\n10,d\n10,e\n");
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
		let asked = 0;
		// The first is answered, the second never.
		const server = http.createServer((post, answer) => post.resume().on("end", () => {
			asked++;
			if (asked === 1) answer.writeHead(201).end("{}");
		})).listen(0, "127.0.0.1").unref();
		await once(server, "listening");
		const replay = replaying([path, "--to", `http://127.0.0.1:${server.address().port}`, "--concurrency", "1"]);
		await eventually(() => asked === 2);
		replay.child.kill(signal);
		const { code, stdout, stderr } = await replay.end;
		server.close();
		server.closeAllConnections();
		assert.equal(code, 1, `${signal} ${stderr}`);
		assert.deepEqual(figures(stdout), { sent: 2, accepted: 1, repeated: 0, refused: 0, "given up": 1, "not sent": 0 }, signal);
		assert.match(stdout, /^ {10}1: stopped by you\nnot sent {2}0 bad rows, 3 when it was stopped$/m, signal);
	}
});

test("nobody's patience runs while it is stopped", async () => {
	const server = await recorder((post, posts) => {
		if (posts.length === 1) {
			replay.child.kill("SIGSTOP");
		}
		return [posts.length === 1 ? 503 : 201];
	});
	const replay = replaying([writeFile("text\na\n"), "--to", server.url, "--patience", "2"]);
	await eventually(() => server.posts.length === 1);
	await delay(2500); // longer than the patience, and than any turn
	replay.child.kill("SIGCONT");
	const { code, stdout, stderr } = await replay.end;
	server.end();
	assert.equal(code, 0, stdout + stderr);
	assert.match(stdout, /^sent {6}1, with 1 further attempts$/m);
	assert.equal(server.posts[0].key + server.posts[0].body, server.posts[1].key + server.posts[1].body);
});

test("who stops to read ends nothing, and figures that nobody has are a fault", async () => {
	const server = await recorder((post, posts) => {
		if (posts.length === 1) {
			replay.child.stderr.destroy();
			replay.child.stdout.destroy();
		}
		return [201];
	});
	const replay = replaying([writeFile("text\na\nb\nc\n"), "--to", server.url, "--speed", "max", "--concurrency", "1"]);
	const { code, signal } = await replay.end;
	server.end();
	assert.deepEqual([code, signal, server.posts.length], [1, null, 3]);
});

test("GeoJSON is replayed like CSV, longitude first", async () => {
	const server = await recorder(() => [201]);
	const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
	const path = writeFile(JSON.stringify({
		type: "FeatureCollection",
		features: [
			feature({ type: "Point", coordinates: [13.3995, 42.3498] }, { tipo: "flood", quando: "2024-09-18 10:00" }),
			feature({ type: "Polygon", coordinates: [] }, { tipo: "flood", quando: "2024-09-18 10:00" }),
		],
	}), "points.geojson");
	const replay = await run(["replay", path, "--to", server.url, "--speed", "max", "--map", "time=quando"]);
	server.end();
	assert.equal(replay.code, 1);
	assert.match(replay.stderr, /^feature 2 is not sent: not a point$/m);
	assert.deepEqual(JSON.parse(server.posts[0].body).place.point, { latDeg: 42.3498, lonDeg: 13.3995 });
	assert.equal(JSON.parse(server.posts[0].body).hazard, "flood");
});

test("what cannot be begun ends with status 2 and one sentence", async () => {
	const file = writeFile("text\na\n");
	const to = ["--to", "http://127.0.0.1:9"];
	const cases = [
		[[file], /one FILE and --to URL are needed/],
		[["/nowhere.csv", ...to], /nowhere\.csv: cannot be read: No such file/],
		[[file, "--to", "127.0.0.1:9"], /--to must begin with http/],
		[[file, ...to, "--speed", "fast"], /--speed must be a number/],
		[[file, ...to, "--hazard", "rain"], /there is no such hazard/],
		[[file, ...to, "--kind", "guess"], /no such kind of place/],
		[[file, ...to, "--map", "latitude=x"], /FIELD=COLUMN/],
		[[file, ...to, "--map", "lat=x"], /the file has no column "x"/],
		[[file, ...to, "--nonsense"], /unrecognized option/],
	];
	for (const [args, sentence] of cases) {
		const replay = await run(["replay", ...args]);
		assert.equal(replay.code, 2, `${args}: ${replay.stderr}`);
		assert.match(replay.stderr, sentence);
	}
	const help = await run(["replay", "--help"]);
	assert.equal(help.code, 0);
	assert.match(help.stdout, /^usage: vedetta replay FILE --to URL/);
});
