import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import { distanceM, joins, readPoint, whyUnplaced } from "./locate";

test("a point is read as people write it", () => {
	for (const text of ["42.35, 13.4", "42.35 13.40", "42,35 13,40", "42,35, 13,40", "42.35;13.4",
		"42°21'N 13°24'E", "42°21'0\"N, 13°24'0\"E", "N 42 21 E 13 24", "E 13 24 N 42 21", "13.4E 42.35N",
		"42° 21′ 0″ nord 13° 24′ 0″ est"]) {
		const point = readPoint(text);
		assert.ok(Math.abs((point?.latDeg as number) - 42.35) < 1e-9, text);
		assert.ok(Math.abs((point?.lonDeg as number) - 13.4) < 1e-9, text);
	}
	assert.deepEqual(readPoint("-17.5, 179.5"), { latDeg: -17.5, lonDeg: 179.5 });
	assert.deepEqual(readPoint("17.5S 179.5W"), { latDeg: -17.5, lonDeg: -179.5 });
});

test("what is not a point is not one", () => {
	for (const text of ["", "42.35", "via Roma 3", "91, 13", "42, 181", "42 60 13 24", "42N 13S", "1 2 3", "42.3N 13"]) {
		assert.equal(readPoint(text), null, text);
	}
});

test("why an incident is to be located is told in one word", () => {
	assert.equal(whyUnplaced({ unplaced: true, unplacedWhy: "UNPLACED_WHY_NO_POINT" }), "no_point");
	assert.equal(whyUnplaced({ unplaced: true }), null);
	assert.equal(whyUnplaced({ atCentroid: true }), "pile");
	assert.equal(whyUnplaced({ unplacedWhy: "UNPLACED_WHY_ZERO" }), null);
});

const incident = (id: string, latDeg: number, more: Partial<Incident> = {}): Incident => ({
	id, family: "fire", status: "INCIDENT_STATUS_OPEN", radiusM: 150, reports: 2,
	place: { point: { latDeg, lonDeg: 13.4 } }, ...more,
});

test("the nearest open incident of the family within its radius is joined", () => {
	const from = { id: "9", family: "fire", unplaced: true, reports: 1 };
	const at = { latDeg: 42.35, lonDeg: 13.4 };
	assert.ok(Math.abs(distanceM(at, { latDeg: 42.351, lonDeg: 13.4 }) - 111.2) < 0.1);
	const all = [from, incident("1", 42.351), incident("2", 42.3505), incident("3", 42.35, { family: "water" }),
		incident("4", 42.35, { status: "INCIDENT_STATUS_CLOSED" }), incident("5", 42.35, { exercise: true })];
	assert.equal(joins(all, from, at)?.incident.id, "2");
	assert.equal(joins([incident("1", 42.352)], from, at), null);
	// A lone report's own incident moves; one of several stays.
	assert.equal(joins([incident("9", 42.35, { reports: 1 })], incident("9", 42.35, { reports: 1 }), at), null);
	assert.equal(joins([incident("9", 42.35)], incident("9", 42.35), at)?.incident.id, "9");
});
