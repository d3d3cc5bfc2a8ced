import assert from "node:assert/strict";
import test from "node:test";
import { readPeople, readTime, writePeople, writeTime } from "./duty";

test("people are read from a line each, whatever order their parts have", () => {
	const people = readPeople("Ada Rossi, ada, ada@comune.it, telegram: 123\n\nSala, https://sala.example/hook");
	assert.deepEqual(people, [
		{ name: "Ada Rossi", account: "ada", email: "ada@comune.it", telegram: "123" },
		{ name: "Sala", webhook: "https://sala.example/hook" },
	]);
	assert.deepEqual(readPeople(writePeople(people)), people);
});

test("a time goes to the field and back, and an empty field is no time", () => {
	const at = new Date("2026-03-29T01:30:00Z"); // the night the clocks change in Rome
	assert.equal(readTime(writeTime(at)), at.toISOString());
	assert.equal(readTime(""), undefined);
	assert.equal(readTime("soon"), undefined);
});
