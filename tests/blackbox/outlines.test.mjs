// What a map draws: umbrellas as long as they are there, borders as fine as the view.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, run, scenario } from "./harness.mjs";

const WITHIN_MS = 15000;

const outlines = async (v, query = "") => {
	const answer = await v.request("console", `/v1/outlines?${query}`);
	assert.equal(answer.status, 200, answer.text);
	return answer.json.features;
};
const umbrellas = async (v) => ((await v.request("console", "/v1/umbrellas")).json.umbrellas ?? []).map((one) => one.id).sort();

async function send(v, hazard, points) {
	for (const [latDeg, lonDeg] of points) {
		await v.source().report({ hazard, place: { point: { latDeg, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" } });
	}
}

/** Ray casting. */
function holds(ring, [lat, lon]) {
	let inside = false;
	for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
		const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
		if ((yi > lat) !== (yj > lat) && lon < (xj - xi) * (lat - yi) / (yj - yi) + xi) {
			inside = !inside;
		}
	}
	return inside;
}

/** Waits until exactly the umbrellas that there are are drawn, as they should be, each of these points in one. */
const drawn = (v, n, points, fits = () => true) => eventually(async () => {
	const features = await outlines(v, "kind=umbrella");
	return features.length === n && fits(features)
		&& JSON.stringify(features.map((one) => one.id).sort()) === JSON.stringify(await umbrellas(v))
		&& points.every((point) => features.filter((one) => holds(one.geometry.coordinates[0], point)).length === 1)
		&& features;
}, { withinMs: WITHIN_MS, what: `${n} umbrellas drawn` });

const row = (lat, lon, n, step) => Array.from({ length: n }, (_, i) => [lat, lon + i * step]);

scenario("umbrellas are drawn, merge, and are drawn again by another index", { timeoutMs: 90000 }, async (v) => {
	// Two flooded quarters, 2.5 km from each other: more than hydro's kilometre.
	const west = row(42.35, 13.40, 8, 0.004);
	const east = row(42.35, 13.46, 6, 0.004);
	await send(v, "flood", west);
	await send(v, "flood", east);
	await send(v, "fire", row(42.36, 13.41, 5, 0.001));
	// The index is behind: drawn first with those that it has.
	const features = await drawn(v, 3, [], (all) => [west, east].every((points) =>
		all.filter((one) => one.properties.eventGroup === "hydro" && points.every((point) => holds(one.geometry.coordinates[0], point))).length === 1));
	assert.deepEqual(features.map((one) => one.properties.eventGroup).sort(), ["fire", "hydro", "hydro"]);
	for (const { properties } of features) {
		assert.deepEqual([properties.kind, properties.exercise, properties.maxi], ["umbrella", false, false]);
	}
	// Both kinds in one listing, one after the other by their ids; umbrellas in a box.
	const both = await eventually(async () => {
		const all = await outlines(v);
		return all.some((one) => one.properties.kind === "incident") && all;
	});
	assert.equal(both.filter((one) => one.properties.kind === "umbrella").length, 3);
	assert.ok((await outlines(v, "kind=incident")).every((one) => one.properties.kind === "incident"));
	assert.equal((await outlines(v, "kind=umbrella&bbox=0,0,1,1")).length, 0);
	assert.equal((await outlines(v, "kind=umbrella&bbox=13.3,42.3,13.6,42.4")).length, 3);
	// A bridge of reports: one lives on, the other's outline is gone.
	const bridge = row(42.35, 13.43, 8, 0.004);
	await send(v, "flood", bridge);
	await drawn(v, 2, []);
	const holdsAll = (list) => list.some((one) => one.properties.eventGroup === "hydro"
		&& [...west, ...bridge, ...east].every((point) => holds(one.geometry.coordinates[0], point)));
	await eventually(async () => holdsAll(await outlines(v, "kind=umbrella")), { withinMs: WITHIN_MS, what: "one around all" });
	const before = (await outlines(v, "kind=umbrella")).map((one) => one.geometry);
	await v.kill("index");
	await eventually(() => v.roles().some((role) => role.name === "index"), { withinMs: WITHIN_MS, what: "another index" });
	await send(v, "flood", [[42.351, 13.43]]);
	await eventually(async () => {
		const all = await outlines(v, "kind=umbrella");
		return all.length === 2 && holdsAll(all) && JSON.stringify(all.map((one) => one.geometry)) !== JSON.stringify(before);
	}, { withinMs: WITHIN_MS, what: "an outline of the index's next life" });
});

scenario("an umbrella that hangs on a report an operator placed is drawn at once", { timeoutMs: 60000 }, async (v) => {
	await send(v, "fire", [[42.35, 13.40], [42.354, 13.40]]);
	await v.source().report({ hazard: "fire", text: "fumo, non so dove" });
	assert.deepEqual(await outlines(v, "kind=umbrella"), []);
	const [one] = await eventually(async () => {
		const { incidents } = (await v.request("console", "/v1/locate")).json;
		return incidents.length === 1 && incidents;
	});
	// The third that hangs together with the others: the newest, so their anchor.
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${one.id}/actions`, {
		method: "POST",
		headers: { "Content-Type": "application/json", "Idempotency-Key": "one" },
		body: JSON.stringify({ sequence: one.sequence, place: { point: { latDeg: 42.358, lonDeg: 13.40 }, accuracyM: 20 } }),
	});
	assert.equal(answer.status, 200);
	await drawn(v, 1, [[42.35, 13.40], [42.358, 13.40]]);
});

/** A circle of many corners, so that there is something to simplify. */
const disc = (code, lat, lon, radius, parent) => ({
	type: "Feature",
	properties: { code, name: `Comune "${code}"`, ...(parent === undefined ? {} : { parent }) },
	geometry: {
		type: "Polygon",
		coordinates: [Array.from({ length: 721 }, (_, i) => [
			lon + radius * Math.cos((i % 720) * Math.PI / 360), lat + radius * Math.sin((i % 720) * Math.PI / 360)])],
	},
});

scenario("neighbours keep their border in common", { timeoutMs: 60000 }, async (v) => {
	// A crooked border of 600 corners, west and east of it one area each; they begin elsewhere on it.
	const border = Array.from({ length: 601 }, (_, i) => [13 + 0.00015 * Math.sin(i * 0.7) + 0.00009 * Math.sin(i * 2.3), 42 + i * 0.0004]);
	const west = [...border, [12.9, 42.24], [12.9, 42], border[0]];
	const from = border.slice(300);
	const east = [...from, [13.1, 42.24], [13.1, 42], ...border.slice(0, 301)];
	const path = join(v.folder, "two.geojson");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [["w", west], ["e", east]].map(([code, ring]) =>
		({ type: "Feature", properties: { code, name: code }, geometry: { type: "Polygon", coordinates: [ring] } })) }));
	const { code, stderr } = await run(["area", "import", path, "--data", v.data, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(code, 0, stderr);
	const two = await eventually(async () => {
		const all = await outlines(v, "kind=area&bbox=12.95,42.05,13.05,42.15");
		return all.length === 2 && all;
	}, { withinMs: WITHIN_MS, what: "the borders" });
	const inner = two.map((one) => one.geometry.coordinates.flat()
		.filter(([x, y]) => Math.abs(x - 13) < 0.01 && y > 42.001 && y < 42.239).map((at) => at.join(" ")));
	assert.ok(inner[0].length > 100, `${inner[0].length} corners`);
	// One of them begins in the middle of it.
	const one = new Set(inner[0]);
	const other = new Set(inner[1]);
	const apart = [...one].filter((at) => !other.has(at)).length + [...other].filter((at) => !one.has(at)).length;
	assert.ok(apart <= 1, `${apart} corners are of one alone`);
});

scenario("borders are as fine as the view, and from afar only the large areas", { timeoutMs: 60000 }, async (v) => {
	assert.deepEqual(await outlines(v, "kind=area"), []);
	const towns = Array.from({ length: 200 }, (_, i) => disc(`m${String(i).padStart(3, "0")}`, 42 + Math.floor(i / 20) * 0.1, 13 + (i % 20) * 0.1, 0.04, "p"));
	for (const [level, features] of [["province", [disc("p", 42.45, 13.95, 1.5)]], ["municipality", towns]]) {
		const path = join(v.folder, `${level}.geojson`);
		writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
		const { code, stdout, stderr } = await run(["area", "import", path, "--data", v.data, "--level", level,
			"--code", "code", "--name", "name", "--parent", "parent"]);
		assert.equal(code, 0, stderr + stdout);
	}
	const near = await eventually(async () => {
		const all = await outlines(v, "kind=area&bbox=12.95,41.95,13.25,42.25");
		return all.length === 10 && all;
	}, { withinMs: WITHIN_MS, what: "the borders" });
	assert.deepEqual(near.map((one) => one.properties.code).sort(),
		["m000", "m001", "m002", "m020", "m021", "m022", "m040", "m041", "m042", "p"]);
	const town = near.find((one) => one.properties.code === "m000");
	assert.deepEqual(town.properties, { kind: "area", level: "AREA_LEVEL_MUNICIPALITY", code: "m000", name: 'Comune "m000"' });
	assert.equal(town.geometry.type, "MultiLineString");
	const corners = (one) => one.geometry.coordinates.flat().length;
	const error = (one, lat, lon, radius) => Math.max(...one.geometry.coordinates.flat().map(([x, y]) => Math.abs(Math.hypot(x - lon, y - lat) - radius)));
	assert.ok(error(town, 42, 13, 0.04) < 0.0003);
	const far = await eventually(async () => { // 200 towns are too many from there, once they are drawn
		const all = await outlines(v, "kind=area&bbox=5,36,20,48");
		assert.deepEqual(all.map((one) => one.properties.code), ["p"]);
		return all;
	}, { withinMs: WITHIN_MS });
	const province = near.find((one) => one.properties.code === "p");
	assert.ok(corners(far[0]) < corners(province) / 3, `${corners(far[0])} of ${corners(province)}`);
	assert.ok(error(far[0], 42.45, 13.95, 1.5) < 0.015);
	// Page by page it is the same.
	const first = (await v.request("console", "/v1/outlines?kind=area&bbox=12.95,41.95,13.25,42.25&limit=4")).json;
	assert.equal(first.features.length, 4);
	const rest = await outlines(v, `kind=area&bbox=12.95,41.95,13.25,42.25&cursor=${first.next}`);
	assert.deepEqual([...first.features, ...rest], near);
	assert.equal((await v.request("console", "/v1/outlines?kind=house")).json.field, "kind");
});
