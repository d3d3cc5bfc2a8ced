import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import { around, boxOf, circle, circles, iconOf, isInBox, mapQuery, markFeature, outlinesOf, spotFeatures, viewFeatures } from "./map/view";
import type { Filter } from "./state";

const at = (latDeg: number, lonDeg: number, more: Partial<Incident> = {}): Incident =>
	({ id: "1", place: { point: { latDeg, lonDeg } }, ...more });

const filter = (classes: number[], status: Filter["status"] = "all", exercise: Filter["exercise"] = "all"): Filter =>
	({ classes, status, exercise, area: null });

test("a map's edges become a box of the earth, over the seam and around it", () => {
	assert.deepEqual(boxOf(6, 36, 19, 48), { west: 6, south: 36, east: 19, north: 48 });
	assert.deepEqual(boxOf(170, -20, 190, -10), { west: 170, south: -20, east: -170, north: -10 });
	assert.deepEqual(boxOf(-190, -20, -170, -10), { west: 170, south: -20, east: -170, north: -10 });
	assert.deepEqual(boxOf(366, 36, 379, 48), { west: 6, south: 36, east: 19, north: 48 });
	assert.deepEqual(boxOf(-300, -91, 300, 95), { west: -180, south: -90, east: 180, north: 90 });
});

test("what is in view is what the server's box holds", () => {
	const seam = boxOf(170, -20, 190, -10);
	assert.ok(isInBox(seam, at(-15, 179).place));
	assert.ok(isInBox(seam, at(-15, -175).place));
	assert.ok(!isInBox(seam, at(-15, 0).place));
	assert.ok(!isInBox(seam, { words: "the bridge" }));
	assert.ok(!isInBox(seam, undefined));
	// A point at 0,0 is one: its zeros are left out of JSON.
	assert.ok(isInBox(boxOf(-1, -1, 1, 1), { point: {} }));
});

test("the map is asked with the list's filter", () => {
	const box = boxOf(6, 36, 19, 48);
	assert.equal(mapQuery(box, 5.126, filter([1, 2, 3, 4, 5])), "bbox=6.00000%2C36.00000%2C19.00000%2C48.00000&zoom=5.13");
	assert.match(mapQuery(box, 5, filter([4, 1], "open")), /&classes=1%2C4&status=open$/);
	assert.match(mapQuery(box, 5, filter([1], "all", "real")), /&classes=1&exercise=false$/);
	assert.match(mapQuery(box, 5, { ...filter([1, 2, 3, 4, 5]), area: { code: "066049", name: "L'Aquila", above: [] } }), /&area=066049$/);
	assert.match(mapQuery(box, -0.4, filter([1, 2, 3, 4, 5])), /zoom=0\.00/);
});

const NOTES = { exercise: "EXERCISE", silent: "NO NEWS" };

test("each class, exercise and closed one has a mark of its own", () => {
	const names = [1, 2, 3, 4, 5].flatMap((c) => [false, true].flatMap((silent) =>
		[iconOf(c, false, false, silent), iconOf(c, true, false, silent), iconOf(c, false, true, silent)]));
	assert.equal(new Set(names).size, 30);
	assert.equal(markFeature(at(1, 2, { rank: { class: 2 }, silent: { name: "Onna" } }))?.properties.icon, "silent-2");
	assert.equal(iconOf(0, false, false), iconOf(5, false, false));
	assert.equal(markFeature(at(1, 2, { rank: { class: 2 }, exercise: true }))?.properties.icon, iconOf(2, true, false));
	assert.equal(markFeature({ id: "1", place: { words: "the bridge" } }), null);
});

test("squares tell their count, their worst and their exercises; the worst lie on top", () => {
	const { features } = viewFeatures({
		marks: [
			{ id: "7", class: 4, point: { latDeg: 1, lonDeg: 2 } }, { id: "8", class: 2, point: { latDeg: 1, lonDeg: 3 }, silent: true, exercise: true },
		],
		cells: [{ point: { latDeg: 3, lonDeg: 4 }, incidents: 12, worst: 1, exercises: 2 }],
	}, 5, NOTES);
	const points = features.map((f) => (f.geometry as GeoJSON.Point).coordinates.map((side) => Number(side.toFixed(9))));
	assert.deepEqual(points, [[4, 3], [2, 1], [3, 1]]);
	assert.deepEqual(features[0]?.properties, {
		cell: true, n: 12, worst: 1, order: 9, icon: "class-1", label: "12", note: "EXERCISE 2",
	});
	assert.equal(features[1]?.properties.id, "7");
	assert.deepEqual(features[2]?.properties, { id: "8", order: 8, icon: "silent-2-exercise", note: "EXERCISE\nNO NEWS" });
	assert.ok(Number(features[0]?.properties.order) > Number(features[1]?.properties.order));
});

test("squares that would hide each other are one circle, and none is lost", () => {
	const cell = (lonDeg: number, incidents: number, worst: number) => ({ point: { latDeg: 42, lonDeg }, incidents, worst });
	const view = { cells: [cell(13, 30, 3), cell(13.05, 10, 1), cell(14, 5, 2)] };
	const far = viewFeatures(view, 7, NOTES).features.map((f) => [f.properties.n, f.properties.worst]);
	assert.deepEqual(far, [[40, 1], [5, 2]]);
	assert.equal(viewFeatures(view, 3, NOTES).features.length, 1);
	// One that took another in grew over a third.
	const row = { cells: [cell(13, 400, 3), cell(13.25, 30, 2), cell(13.31, 300, 4), cell(20, 5, 5)] };
	assert.deepEqual(viewFeatures(row, 7, NOTES).features.map((f) => f.properties.n), [730, 5]);
	const many = { cells: Array.from({ length: 300 }, (_, i) => cell(10 + i * 7919 % 500 / 50, 2 + i * i % 997, 1 + i % 5)) };
	const drawn = viewFeatures(many, 6, NOTES).features;
	assert.equal(drawn.reduce((sum, f) => sum + Number(f.properties.n), 0), many.cells.reduce((sum, c) => sum + c.incidents, 0));
	const near = viewFeatures(view, 12, NOTES).features;
	assert.equal(near.length, 3);
	const [middle] = viewFeatures({ cells: [cell(13, 30, 3), cell(13.04, 10, 1)] }, 7, NOTES).features;
	const [lon, lat] = (middle?.geometry as GeoJSON.Point).coordinates as [number, number];
	assert.ok(Math.abs(lon - 13.01) < 1e-9 && Math.abs(lat - 42) < 1e-9);
});

test("an outline is drawn when the list shows its incident", () => {
	const outline = (properties: Record<string, unknown>) =>
		({ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: [0, 0] }, properties });
	const all = {
		type: "FeatureCollection" as const, features: [
			outline({ kind: "incident", class: 1, open: true, exercise: false, name: "a" }),
			outline({ kind: "incident", class: 3, open: true, exercise: true, name: "b" }),
			outline({ kind: "incident", class: 3, open: false, exercise: false, name: "c" }),
			outline({ kind: "umbrella", exercise: false, name: "u" }),
			outline({ kind: "umbrella", exercise: true, name: "x" }),
			outline({ kind: "area", name: "p" }),
		],
	};
	const names = (f: Filter) => outlinesOf(all, f).features.map((o) => o.properties.name).join("");
	assert.equal(names(filter([1, 2, 3, 4, 5])), "abcuxp");
	assert.equal(names(filter([3])), "bcuxp");
	assert.equal(names(filter([1, 3], "open", "real")), "aup");
	assert.equal(names(filter([1, 3], "all", "exercise")), "bxp");
});

test("a circle is as many metres wide in the north as in the south", () => {
	for (const lat of [0, 45, 70]) {
		const [ring] = circle([13, lat], 1000).coordinates as [number[][]];
		for (const [lon, la] of ring as [number, number][]) {
			const rad = Math.PI / 180;
			const h = Math.sin((la - lat) * rad / 2) ** 2
				+ Math.cos(lat * rad) * Math.cos(la * rad) * Math.sin((lon - 13) * rad / 2) ** 2;
			assert.ok(Math.abs(2 * 6371008.8 * Math.asin(Math.sqrt(h)) - 1000) < 0.01);
		}
	}
	assert.equal(circles([undefined, { words: "x" }, at(1, 2).place, { point: {}, accuracyM: 5 }]).features.length, 1);
});

test("a place about to be given is a point, over its circle when it has one", () => {
	const kinds = (p: Parameters<typeof spotFeatures>[0]) => spotFeatures(p).features.map((f) => f.geometry.type);
	assert.deepEqual(kinds(null), []);
	assert.deepEqual(kinds({ point: { latDeg: 1 } }), ["Point"]);
	assert.deepEqual(kinds({ point: { latDeg: 1 }, accuracyM: 20 }), ["Polygon", "Point"]);
});

test("all that has a place is around it, over the seam when that is nearer", () => {
	assert.equal(around([]), null);
	assert.equal(around([{ id: "1", unplaced: true, place: { point: {} } }]), null);
	assert.deepEqual(around([at(42, 13), at(45, 7)]), { west: 7, south: 42, east: 13, north: 45 });
	assert.deepEqual(around([at(-17, 179), at(-18, -179)]), { west: 179, south: -18, east: 181, north: -17 });
});
