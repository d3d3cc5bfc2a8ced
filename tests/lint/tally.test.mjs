// ./test's last line is only as good as its counting.
import assert from "node:assert/strict";
import test from "node:test";
import { countCases, countMeson, countNode } from "../tally.mjs";

const program = (result, stdout) => JSON.stringify({ name: "x", result, stdout });

test("cases of cmocka are counted, its closing remark is not", () => {
	assert.deepEqual(
		countCases("1..3\nok 1 - a\nnot ok 2 - b\n# 1 != 2\nok 3 - c # SKIP no root\n# not ok - tests\n"),
		{ passed: 1, failed: 1, skips: ["c: no root"] });
});

test("a program that dies without naming a case is one failure", () => {
	assert.equal(countMeson(program("ERROR", "1..2\nok 1 - a\n")).failed, 1);
	assert.equal(countMeson(program("TIMEOUT", "")).failed, 1);
	assert.equal(countMeson(program("OK", "1..0\n")).failed, 1);
	assert.deepEqual(countMeson(program("FAIL", "1..2\nok 1 - a\nnot ok 2 - b\n")), { passed: 1, failed: 1, skips: [] });
});

test("a program that speaks no TAP is one case, node's inside meson are its own", () => {
	assert.deepEqual(countMeson(program("OK", "120 files\n")), { passed: 1, failed: 0, skips: [] });
	assert.deepEqual(countMeson(program("FAIL", "")), { passed: 0, failed: 1, skips: [] });
	assert.deepEqual(countMeson(program("SKIP", "")), { passed: 0, failed: 0, skips: ["x: says so itself"] });
	assert.deepEqual(
		countMeson(program("OK", "TAP version 13\nok 1 - a\n1..1\n# pass 7\n# fail 0\n# cancelled 0\n")),
		{ passed: 7, failed: 0, skips: [] });
});

test("node's closing lines are believed, and a run without them is a failure", () => {
	assert.deepEqual(
		countNode("ok 1 - a # SKIP not root\n# tests 4\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 1\n"),
		{ passed: 2, failed: 1, skips: ["a: not root"] });
	assert.equal(countNode("# tests 3\n# pass 2\n# fail 0\n# cancelled 1\n").failed, 1);
	assert.equal(countNode("").failed, 1);
	assert.equal(countNode("# tests 0\n# pass 0\n# fail 0\n# cancelled 0\n").failed, 1);
});
