// What a field was refused for: the sentence in C, its code, and the operators' words for it go together.
import assert from "node:assert/strict";
import test from "node:test";
import { code, paths, read } from "./sources.mjs";

/** Sentences of a file: its strings, with those that stand behind each other as one, and figures as the table has them. */
function sentences(path) {
	return [...code(path, { strings: true }).matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g)]
		.map(([text]) => plain(text.replace(/"\s*"/g, "").slice(1, -1)));
}

const plain = (text) => text.replace(/%(?:ll|z)?[a-z]|\d[\d,]*\d|\d/g, "%");

const TABLE = [...code("server/reason.c", { strings: true }).matchAll(/\{"(\w+)",\s*((?:"[^"]*"\s*)+)\}/g)]
	.map(([, name, text]) => ({ name, sentence: plain(text.trim().replace(/"\s*"/g, "").slice(1, -1)) }));
const KNOWN = new Set(TABLE.map(({ sentence }) => sentence));
const LOCALES = paths(/^web\/locales\/.*\.json$/).map((path) => [path, JSON.parse(read(path))]);

test("every sentence of the table is said somewhere", () => {
	const said = new Set(paths(/^(proto|dispatch|server)\/.*\.c$/).filter((path) => path !== "server/reason.c").flatMap(sentences));
	assert.ok(TABLE.length > 60);
	assert.deepEqual(TABLE.filter(({ sentence }) => !said.has(sentence)), []);
});

/** Where the refusals of what the console sends are said. */
const SAID_IN = ["proto/validate.c", "proto/validate_action.c", "proto/validate_duty.c", "server/api_action.c", "dispatch/duty_decide.c",
	"dispatch/desk_duty.c", "dispatch/duty_exercise.c", "dispatch/office_account.c", "dispatch/office_own.c", "dispatch/office_identity.c"];

/** No page of the console can bring them about: they are for who writes a program. */
const FOR_PROGRAMS = [
	"must be a known value", "must start with a letter", "must be % to %, or % to give it back to the rule",
	"is the end of an exercise: POST /v%/exercise", "is required: acknowledge, note, close or another action",
	"must be the incident's sequence as you saw it", "is set by POST /v%/duty", "is required with a name or minutes",
	"goes with the end of one only", "goes without shift only", "goes without shift and area only", "goes with POLICY_TARGET_TEAM only",
	"is not UTF-%", "is not a language", "is nobody's", "is of no use without a second factor", "has more than % KiB",
	"is one too many: % at most", "has what is no field that can be changed", "has what is neither a letter nor a figure nor a sign of ASCII",
];

test("what a person at the console can bring about has a code", () => {
	const without = SAID_IN.flatMap((path) => sentences(path)
		.filter((text) => /^(is|are|has|must|cannot|was|were|there is|there are|would|goes|one \w+ at) .*[a-z]{3}/.test(text))
		.filter((text) => !KNOWN.has(text) && !FOR_PROGRAMS.includes(text))
		.map((text) => `${path}: ${text}`));
	assert.deepEqual(without, []);
});

test("every code has its words in each language, and no other has", () => {
	const codes = [...new Set(TABLE.map(({ name }) => name))].sort();
	for (const [path, texts] of LOCALES) {
		const worded = Object.keys(texts).filter((key) => key.startsWith("reason.")).map((key) => key.slice("reason.".length));
		assert.deepEqual(worded.sort(), codes, path);
	}
});

test("the words for a refusal are for one the program can give", () => {
	const types = [...read("server/problem.c").matchAll(/urn:vedetta:problem:([\w-]+)/g)].map(([, type]) => type);
	for (const [path, texts] of LOCALES) {
		const worded = Object.keys(texts).filter((key) => key.startsWith("refused.")).map((key) => key.slice("refused.".length));
		assert.deepEqual(worded.filter((type) => !types.includes(type)), [], path);
	}
});
