import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import { due, silence } from "./alarm";

const board = (...of: [id: number, klass: number][]) =>
	new Map<string, Incident>(of.map(([id, klass]) => [String(id), { id: String(id), rank: { class: klass } }]));

test("what is on the board when it is opened is no news", () => {
	assert.equal(due(silence, board([1, 1], [2, 2])).signal, null);
});

test("a new severe incident is heard once, a light one is not", () => {
	let { heard } = due(silence, board([1, 1]));
	assert.equal(due(heard, board([1, 1], [2, 4])).signal, null);
	const next = due(heard, board([1, 1], [2, 4], [3, 2]));
	assert.equal(next.signal, "news");
	({ heard } = next);
	assert.equal(due(heard, board([1, 1], [2, 4], [3, 2])).signal, null);
});
