// What is in view on a map: squares, single incidents, filters, boxes that are none.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const at = (latDeg, lonDeg, more = {}) => ({
	hazard: "flood",
	place: { point: { latDeg, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" },
	...more,
});

async function reported(v, reports) {
	const operator = v.operator();
	for (const report of reports) {
		await v.source().report(report);
	}
	await eventually(async () => (await operator.incidents()).total === reports.length,
		{ what: `${reports.length} incidents` });
	operator.map = async (query) => {
		const view = await operator.get(`/v1/map?${new URLSearchParams(query)}`);
		check("MapView", view);
		return { marks: [], cells: [], incidents: 0, ...view };
	};
	return operator;
}

const ITALY = { bbox: "6,36,19,48", zoom: "5" };

scenario("near ones are one square with their counts, a lone one is itself", {}, async (v) => {
	const operator = await reported(v, [
		at(42.35, 13.4), at(42.37, 13.42, { signs: { trapped: true } }), at(42.39, 13.44, { hazard: "fire" }),
		at(45.07, 7.69, { hazard: "medical", signs: { injured: true } }),
		{ hazard: "medical", text: "non so dove sono" },
		at(-17, 179.9),
	]);
	const view = await operator.map(ITALY);
	assert.equal(view.incidents, 4);
	assert.equal(view.cells.length, 1);
	const [cell] = view.cells;
	assert.equal(cell.incidents, 3);
	assert.equal(cell.worst, 1);
	assert.equal(cell.classes.reduce((a, b) => a + b), 3);
	assert.equal(cell.classes[0], 1);
	assert.ok(Math.abs(cell.point.latDeg - 42.37) < 1e-6 && Math.abs(cell.point.lonDeg - 13.42) < 1e-6);
	assert.equal(view.marks.length, 1);
	const [mark] = view.marks;
	const [turin] = (await operator.incidents("?hazard=medical&unplaced=false")).incidents;
	assert.deepEqual(mark, {
		id: turin.id, class: 2, hazard: "medical", point: turin.place.point, accuracyM: 10,
		status: "INCIDENT_STATUS_OPEN", reports: 1,
	});
	await eventually(async () => {
		const before = (await operator.incidents()).sequence; // the desk may write rows of its own in between
		return (await operator.map(ITALY)).sequence === before;
	}, { what: "map and list of one sequence" });

	const near = await operator.map({ bbox: "13.3,42.3,13.5,42.38", zoom: "14" });
	assert.equal(near.cells.length, 0);
	assert.deepEqual(near.marks.map((m) => m.point.latDeg).sort(), [42.35, 42.37]);
	const seam = await operator.map({ bbox: "179,-18,-179,-16", zoom: "6" });
	assert.equal(seam.marks.length, 1);
	assert.equal((await operator.map({ bbox: "-180,-90,180,90", zoom: "0" })).incidents, 5);
});

scenario("map and list show the same incidents whatever is asked", {}, async (v) => {
	const reports = [];
	for (let i = 0; i < 60; i++) {
		reports.push(at(40 + (i % 10) * 0.3, 12 + Math.floor(i / 10) * 0.3, {
			hazard: ["flood", "fire", "road_blocked", "medical"][i % 4],
			signs: { trapped: i % 7 === 0, injured: i % 3 === 0 },
		}));
	}
	const operator = await reported(v, reports);
	const bbox = "11,39,15,44";
	for (const query of [
		{}, { class: "1" }, { classes: "1,3" }, { classes: "2" }, { hazard: "fire" }, { family: "water" },
		{ hazard: "fire,flood", class: "2" }, { status: "open" }, { status: "closed" }, { exercise: "true" },
	]) {
		const listed = (await operator.board({ ...query, bbox })).map((i) => i.id).sort();
		const far = await operator.map({ ...query, bbox, zoom: "5" });
		assert.equal(far.incidents, listed.length, JSON.stringify(query));
		assert.equal(far.scanned ?? false, query.hazard !== undefined || query.family !== undefined);
		assert.equal(far.incomplete, undefined);
		const near = await operator.map({ ...query, bbox, zoom: "14" });
		assert.deepEqual(near.marks.map((m) => m.id).sort(), listed, JSON.stringify(query));
	}
	const stream = operator.stream({ query: { classes: "1,3" } });
	await stream.opened;
});

scenario("a box or a zoom that is none is refused by name", {}, async (v) => {
	for (const [query, field] of [
		["", "bbox"], ["?bbox=1,2,3,4", "zoom"], ["?bbox=1,2,3&zoom=4", "bbox"], ["?bbox=1,4,3,2&zoom=4", "bbox"],
		["?bbox=1,2,3,4&zoom=-1", "zoom"], ["?bbox=1,2,3,4&zoom=25", "zoom"], ["?bbox=1,2,3,4&zoom=1.2.3", "zoom"],
		["?bbox=1,2,3,4&zoom=5&limit=3", "limit"], ["?bbox=1,2,3,4&zoom=5&classes=9", "classes"],
	]) {
		const answer = await v.request("console", `/v1/map${query}`);
		assert.equal(answer.status, 400, query);
		assert.match(answer.headers["content-type"], /problem\+json/);
		assert.equal(answer.json.field, field, query);
	}
	assert.equal((await v.request("public", "/v1/map?bbox=1,2,3,4&zoom=5")).status, 404);
});
