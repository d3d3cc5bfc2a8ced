import assert from "node:assert/strict";
import test from "node:test";
import { sharpestZoom } from "./map/style";
import { clickAccuracyM, clicked, moved, NO_SPOT, offered, placeOf, readAccuracy } from "./spot";

test("a click is as accurate as 20 pixels at its zoom, never said better", () => {
	for (const [lat, zoom] of [[0, 5], [42.35, 12.3], [42.35, 16], [70, 19]] as const) {
		const exact = 20 * 40_075_016.7 * Math.cos(lat * Math.PI / 180) / 512 / 2 ** zoom;
		const said = clickAccuracyM(lat, zoom, 22);
		assert.ok(said >= exact && said <= Math.max(exact * 1.1, exact + 1), `${said} for ${exact}`);
	}
	assert.equal(clickAccuracyM(42.35, 16, 22), 18);
	assert.equal(clickAccuracyM(42.35, 10, 22), 1200);
	assert.equal(clickAccuracyM(0, 24, 24), 1);
	assert.equal(clickAccuracyM(0, -3, 22), 1_000_000);
});

test("a map that shows nothing finer makes no click finer", () => {
	const about = { attribution: "" };
	const archive = { raster: true, layers: [], minZoom: 0, maxZoom: 14 };
	assert.equal(sharpestZoom({ kind: "tiles", ...about }, null), 18);
	assert.equal(sharpestZoom({ kind: "pmtiles", ...about }, archive), 13);
	assert.equal(sharpestZoom({ kind: "pmtiles", ...about }, { ...archive, raster: false }), 17);
	assert.equal(clickAccuracyM(42.35, 19, sharpestZoom({ kind: "built_in", ...about }, null)), 1200);
});

test("an accuracy is metres above zero, or not said", () => {
	assert.equal(readAccuracy(" "), undefined);
	for (const [text, metres] of [["20", 20], ["20 m", 20], ["7,5", 7.5], ["1000000", 1e6]] as const) {
		assert.equal(readAccuracy(text), metres, text);
	}
	for (const text of ["0", "-5", "circa 20", "1e3", "1000001", "5 km"]) {
		assert.equal(readAccuracy(text), null, text);
	}
});

test("the accuracy of a click goes when the place is said by hand, what was typed stays", () => {
	const spot = clicked("7", { latDeg: 42.3512345, lonDeg: 13.4 }, 18);
	assert.deepEqual(placeOf(spot), { point: { latDeg: 42.35123, lonDeg: 13.4 }, accuracyM: 18 });
	assert.deepEqual(moved(spot, "45, 9"), { ...offered("7", "45, 9"), from: "hand" });
	assert.equal(moved({ ...spot, accuracy: "30", from: "hand" }, "45, 9").accuracy, "30");
	assert.equal(placeOf(NO_SPOT), null);
	assert.deepEqual(placeOf({ ...offered("7", "45, 9"), accuracy: "?" }), { point: { latDeg: 45, lonDeg: 9 } });
});
