// ./test's last line is only as good as its counting.
import assert from "node:assert/strict";
import test from "node:test";
import { countCases, countMeson, countNode, reasons } from "../tally.mjs";

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

test("why a case of cmocka failed stands behind it, and how a program ended that named none", () => {
	assert.deepEqual(
		reasons("meson", [program("OK", "ok 1 - a\n"), program("FAIL", "ok 1 - a\nnot ok 2 - b\n# 1 != 2\n# x.c:7: error: Failure!\nok 3 - c\n# end\n")].join("\n")),
		[{ name: "x: b", why: ["1 != 2", "x.c:7: error: Failure!"] }]);
	const died = JSON.stringify({ name: "x", result: "ERROR", stdout: "ok 1 - a\n", stderr: "x.c:9:1: runtime error: index 4\n    #0 f\n" });
	assert.deepEqual(reasons("meson", died), [{ name: "x: ERROR", why: ["x.c:9:1: runtime error: index 4", "    #0 f"] }]);
});

test("why a case of node failed is its message and where, told once for cases inside cases", () => {
	const inner = ["    not ok 1 - inner", "      ---", "      failureType: 'testCodeFailure'", "      error: |-", "        2 lines", "        of it",
		"      code: 'ERR_ASSERTION'", "      stack: |-", "        eventually (file:///r/tests/blackbox/harness.mjs:65:10)",
		"        async file:///r/tests/blackbox/a.test.mjs:47:16", "      ...", "    1..1"];
	const outer = ["not ok 1 - outer", "  ---", "  failureType: 'subtestsFailed'", "  error: '1 subtest failed'", "  ..."];
	const late = ["not ok 2 - late", "  ---", "  failureType: 'testTimeoutFailure'", "  error: 'test timed out after 50ms'", "  ..."];
	const unread = ["# ok 1 of something else", "# SyntaxError: no", "# Subtest: /r/b.test.mjs", "not ok 3 - /r/b.test.mjs", "  ---", "  failureType: 'testCodeFailure'", "  error: 'test failed'", "  ..."];
	assert.deepEqual(reasons("node", [...inner, ...outer, "ok 5 - fine", ...late, ...unread].join("\n")), [
		{ name: "inner", why: ["at tests/blackbox/a.test.mjs:47", "2 lines", "of it"] },
		{ name: "late", why: ["test timed out after 50ms"] },
		{ name: "/r/b.test.mjs", why: ["test failed", "ok 1 of something else", "SyntaxError: no"] },
	]);
});
