import assert from "node:assert/strict";
import test from "node:test";
import { still, waitingByClass } from "./still";
import { singles } from "./umbrella";

const lines = (...of: [id: number, klass: number][]) =>
	singles(of.map(([id, klass]) => ({ id: String(id), rank: { class: klass } })));

test("a row that is pointed at stays where it is, as it is now", () => {
	const held = lines([1, 2], [2, 3], [3, 4]);
	const found = still(held, lines([9, 1], [3, 2], [1, 2], [2, 3]));
	assert.deepEqual(found.lines.map((l) => l.id), ["1", "2", "3"]);
	assert.equal(found.lines[2]?.kind === "incident" && found.lines[2].incident.rank?.class, 2);
	assert.deepEqual(found.waiting.map((l) => l.id), ["9"]);
	assert.ok(found.moves);
});

test("what has gone stays in sight until the list is let go", () => {
	const found = still(lines([1, 2], [2, 3]), lines([2, 3]));
	assert.deepEqual(found.lines.map((l) => l.id), ["1", "2"]);
	assert.ok(found.moves);
	assert.deepEqual(found.waiting, []);
});

test("a list in its order says nothing", () => {
	const found = still(lines([1, 2], [2, 3]), lines([1, 1], [2, 3]));
	assert.equal(found.moves, false);
});

test("what waits is counted by class, the worst first", () => {
	assert.deepEqual(waitingByClass(lines([1, 4], [2, 1], [3, 4])), [[1, 1], [4, 2]]);
});
