// Umbrellas of the running desk against `vedetta cluster` over the same points, and
// the same ones after the desk was killed.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, request, root, run, scenario } from "./harness.mjs";

const MANY_MS = 20000;

/** Piled up around a few centres like the reports of Port-au-Prince, some far out. */
function makePlaces(n, seed) {
	let state = seed;
	const random = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 4294967296;
	};
	const centres = Array.from({ length: 12 }, () => [18.5 + random() * 0.12, -72.4 + random() * 0.16]);
	return Array.from({ length: n }, () => {
		const [lat, lon] = centres[Math.floor(random() ** 2 * centres.length)];
		const far = random() < 0.15 ? 0.1 : 0.012 * random();
		return { latDeg: Number((lat + (random() - 0.5) * far).toFixed(6)), lonDeg: Number((lon + (random() - 0.5) * far).toFixed(6)) };
	});
}

async function send(v, hazard, places) {
	const source = v.source();
	for (let i = 0; i < places.length; i += 50) {
		await Promise.all(places.slice(i, i + 50).map((point) => source.report({
			hazard,
			place: { point, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" },
		})));
	}
}

/** [{ incident, lat, lon }] of all placed reports of a group, as readers tell them. */
async function exportPoints(operator, group) {
	const points = [];
	for (const incident of await operator.board()) {
		if (incident.eventGroup !== group) {
			continue;
		}
		for (const report of await operator.reportsOf(incident.id)) {
			const point = report.report.place.point;
			points.push({ id: report.id, incident: incident.id, ...point });
		}
	}
	return points;
}

/** id -> component by the command line: the same code over the same points. */
async function clusterByCommand(v, points, eps) {
	const file = join(v.folder, `points-${eps}.csv`);
	writeFileSync(file, "id,lat,lon\n" + points.map((p) => `${p.id},${p.latDeg ?? 0},${p.lonDeg ?? 0}\n`).join(""));
	const answer = await run(["cluster", file, "--eps", String(eps), "--min", "3"]);
	assert.equal(answer.code, 0, answer.stderr);
	return new Map(answer.stdout.trim().split("\n").slice(1).map((line) => {
		const [id, , component] = line.split(",");
		return [id, component];
	}));
}

/** Every incident is where its newest report is; components and umbrellas are one to one. n: reports of the group. */
async function assertSame(v, operator, group, eps, n) {
	const points = await eventually(async () => { // a receipt may be ahead of the board
		const all = await exportPoints(operator, group);
		assert.ok(all.length <= n, `${all.length} of ${n} reports`);
		return all.length === n && all;
	}, { withinMs: MANY_MS, what: `${n} reports on the board` });
	const components = await clusterByCommand(v, points, eps);
	const newest = new Map();
	for (const point of points) {
		if (!(BigInt(newest.get(point.incident)?.id ?? 0) > BigInt(point.id))) {
			newest.set(point.incident, point);
		}
	}
	await eventually(async () => {
		const board = new Map((await operator.board()).map((one) => [one.id, one]));
		const names = new Map();
		for (const [incident, point] of newest) {
			const component = components.get(point.id);
			const umbrella = board.get(incident).umbrellaId;
			assert.equal(umbrella === undefined, component === "", `incident ${incident}`);
			if (component !== "") {
				assert.equal(names.get(component) ?? umbrella, umbrella);
				names.set(component, umbrella);
			}
		}
		assert.equal(new Set(names.values()).size, names.size);
		return true;
	}, { withinMs: MANY_MS });
}

async function idle(operator) {
	await eventually(async () => {
		const list = await operator.get("/v1/umbrellas?limit=500");
		return !list.rebuilding && list;
	}, { withinMs: MANY_MS });
	return operator.get("/v1/umbrellas?limit=500");
}

scenario("the desk's umbrellas are what the command finds", {}, async (v) => {
	const operator = v.operator();
	await send(v, "collapse", makePlaces(600, 1));
	await send(v, "road_blocked", makePlaces(300, 2));
	await assertSame(v, operator, "seismic", 500, 600);
	await assertSame(v, operator, "local", 300, 300);

	const list = await eventually(async () => { // figures follow the labels
		const one = await idle(operator);
		return one.umbrellas.some((each) => each.maxi && each.grouped) && one;
	}, { what: "a large one" });
	assert.ok(list.umbrellas.length > 3 && list.total === list.umbrellas.length);
	const order = list.umbrellas.map((one) => [one.maxi ? 0 : 1, -one.incidents]);
	assert.deepEqual(order, [...order].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
	for (const { id } of list.umbrellas.slice(0, 3)) {
		await eventually(async () => { // figures and labels follow, each for itself
			const umbrella = await operator.get(`/v1/umbrellas/${id}`);
			const members = await operator.board({ umbrella: id });
			assert.equal(members.length, umbrella.incidents);
			assert.ok(members.every((one) => one.umbrellaId === id && one.eventGroup === umbrella.eventGroup));
			assert.equal(umbrella.classes.reduce((sum, one) => sum + one.incidents, 0), umbrella.incidents);
			assert.deepEqual((await operator.get("/v1/umbrellas?limit=500")).umbrellas.find((one) => one.id === id), umbrella);
			return true;
		});
	}
	await eventually(async () => (await operator.board()).some((one) => (one.umbrellaTags ?? []).length > 0), { what: "a tag" });
});

const haiti = join(root, "../shared/data/reports/haiti2010_points.csv");
const noHaiti = existsSync(haiti) ? false : "the reports of Haiti are not beside the repository; they may not be shipped";

/** Real places: geocoded ones that hold many, streets, and some on other continents. */
function readHaiti(n) {
	return readFileSync(haiti, "utf8").trimEnd().split("\n").slice(1, n + 1)
		.map((line) => line.split(",").slice(2, 4).map(Number))
		.map(([latDeg, lonDeg]) => ({ latDeg, lonDeg }));
}

scenario("the places of Haiti give the desk the components of the command", { skip: noHaiti, timeoutMs: 150000 }, async (v) => {
	const operator = v.operator();
	await send(v, "collapse", readHaiti(1200));
	await send(v, "medical", readHaiti(400));
	await assertSame(v, operator, "seismic", 500, 1200);
	await assertSame(v, operator, "local", 300, 400);
	const list = await idle(operator);
	assert.ok(list.umbrellas.length > 50, `${list.umbrellas.length} umbrellas`);
});

scenario("a killed desk finds its umbrellas again, by the same ids", { timeoutMs: 120000 }, async (v) => {
	const operator = v.operator();
	const places = makePlaces(500, 3);
	await send(v, "collapse", places.slice(0, 300));
	const before = await eventually(async () => {
		const list = await idle(operator);
		return list.umbrellas.length > 2 && list;
	});
	await assertSame(v, operator, "seismic", 500, 300); // all labels are told
	const labels = new Map((await operator.board()).map((one) => [one.id, one.umbrellaId]));

	const sending = send(v, "collapse", places.slice(300));
	await v.kill("desk");
	await sending;
	await assertSame(v, operator, "seismic", 500, 500);
	await v.kill("desk");
	await assertSame(v, operator, "seismic", 500, 500);
	for (const umbrella of before.umbrellas) {
		const answer = await request(`${v.addresses.console}/v1/umbrellas/${umbrella.id}`);
		assert.ok([200, 308].includes(answer.status), `${umbrella.id}: ${answer.status}`);
		if (answer.status === 308) {
			assert.match(answer.headers.location, /^\/v1\/umbrellas\/\d+$/);
			assert.equal(answer.json.status, "UMBRELLA_STATUS_MERGED");
		} else {
			assert.equal(answer.json.status, "UMBRELLA_STATUS_OPEN");
		}
	}
	/* Whoever has the same umbrella as before has it by the same name. */
	const board = await operator.board();
	const kept = board.filter((one) => labels.get(one.id) !== undefined && labels.get(one.id) === one.umbrellaId);
	assert.ok(kept.length > 0.5 * labels.size, `${kept.length} of ${labels.size}`);
	await eventually(async () => {
		const ready = await v.request("admin", "/readyz");
		return ready.status === 200 && !/rebuilt/.test(ready.text);
	}, { withinMs: MANY_MS });
	await eventually(async () => {
		const { text } = await v.request("admin", "/metrics");
		return /^vedetta_desk_umbrella_points 500$/m.test(text) && /^vedetta_desk_umbrellas_behind 0$/m.test(text);
	});
});

scenario("a merged umbrella leads to where it lives on", {}, async (v) => {
	const operator = v.operator();
	const at = (lonDeg) => ({ latDeg: 42.35, lonDeg });
	await send(v, "medical", [at(13.4), at(13.4), at(13.4)]);
	await send(v, "medical", [at(13.406), at(13.406), at(13.406), at(13.406)]);
	const two = await eventually(async () => {
		const list = await idle(operator);
		return list.umbrellas.length === 2 && list.umbrellas;
	});
	const stream = operator.stream();
	await stream.until((s) => s.umbrellas.size === 2);
	await send(v, "medical", [at(13.403)]);
	const gone = await eventually(async () => {
		for (const { id } of two) {
			const answer = await request(`${v.addresses.console}/v1/umbrellas/${id}`);
			if (answer.status === 308) {
				return { id, to: answer.headers.location.split("/").pop() };
			}
		}
		return undefined;
	});
	assert.ok(two.some((one) => one.id === gone.to));
	await eventually(async () => { // labels follow, between two questions too
		const byOld = await operator.board({ umbrella: gone.id });
		assert.deepEqual(byOld, await operator.board({ umbrella: gone.to }));
		return byOld.length >= 2;
	}, { what: "what was in the one in the other" });
	await stream.until((s) => s.umbrellas.get(gone.id)?.mergedInto === gone.to);
	assert.ok(stream.events.every((event) => event.name !== "umbrellas" || event.id === undefined));
});

/** An operator's place for a report of an incident. */
async function move(v, operator, incident, report, point) {
	const { sequence } = (await operator.board()).find((one) => one.id === incident);
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${incident}/actions`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ sequence, place: { report, point, accuracyM: 10 } }),
	});
	assert.equal(answer.status, 200, await answer.clone().text());
	return answer.json();
}

scenario("a report that an operator moves changes two umbrellas, for good", {}, async (v) => {
	const operator = v.operator();
	const at = (lonDeg) => ({ latDeg: 42.35, lonDeg });
	const places = [13.4, 13.402, 13.404, 13.5, 13.502, 13.504].map(at);
	await send(v, "medical", places);
	const labels = async () => new Map((await operator.board()).map((one) => [one.place.point.lonDeg, one.umbrellaId]));
	const before = await eventually(async () => {
		const map = await labels();
		return (await idle(operator)).umbrellas.length === 2 && map.size === 6 && map.get(13.4) !== undefined && map.get(13.5) !== undefined && map;
	});
	const [here, there] = [before.get(13.404), before.get(13.5)];
	const moved = (await operator.board()).find((one) => one.place.point.lonDeg === 13.404);

	const done = await move(v, operator, moved.id, moved.id, at(13.506));
	assert.equal(done.outcome, "ACTION_OUTCOME_PLACED");
	const asItIsNow = async () => {
		const map = await labels();
		assert.equal(map.get(13.506), there);
		assert.equal(map.get(13.5), there);
		/* Two are not enough to hang together. */
		assert.equal(map.get(13.4), undefined);
		const list = await idle(operator);
		assert.deepEqual(list.umbrellas.map((one) => [one.id, one.incidents]), [[there, 4]]);
		return true;
	};
	await eventually(asItIsNow);
	assert.notEqual(here, there);
	await v.kill("desk");
	await eventually(asItIsNow, { withinMs: MANY_MS });
	await eventually(async () => /^vedetta_desk_umbrella_points 6$/m.test((await v.request("admin", "/metrics")).text));
});

scenario("what is asked wrongly is named", {}, async (v) => {
	for (const [path, status, name] of [
		["/v1/umbrellas?limit=0", 400, "limit"],
		["/v1/umbrellas?exercise=perhaps", 400, "exercise"],
		["/v1/umbrellas?colour=red", 400, "colour"],
		["/v1/incidents?umbrella=x", 400, "umbrella"],
		["/v1/events?umbrella=1", 400, "umbrella"],
		["/v1/umbrellas/1", 404, ""],
		["/v1/umbrellas/none", 404, ""],
	]) {
		const answer = await eventually(async () => {
			const one = await request(`${v.addresses.console}${path}`);
			return one.status !== 503 && one;
		});
		assert.equal(answer.status, status, path);
		assert.ok(answer.text.includes(name), answer.text);
	}
});
