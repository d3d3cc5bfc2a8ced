// Every .c has its unit test, or a line in untested.txt that says why not.
import assert from "node:assert/strict";
import test from "node:test";
import { exists, paths, read } from "./sources.mjs";

const reasons = new Map(read("tests/lint/untested.txt").split("\n")
	.filter((line) => line !== "" && !line.startsWith("#"))
	.map((line) => {
		const at = line.indexOf(": ");
		return [line.slice(0, at), line.slice(at + 2)];
	}));

const testOf = (path) => `tests/unit/test_${path.replace(/^.*\//, "").replace(/\.c$/, "")}.c`;

test("every .c has its test or its reason", () => {
	const missing = paths(/^(proto|geo|dispatch|server)\/.*\.c$/)
		.filter((path) => !exists(testOf(path)) && !reasons.has(path));
	assert.deepEqual(missing, []);
});

test("no reason outlives its need", () => {
	const idle = [...reasons.keys()].filter((path) => !exists(path) || exists(testOf(path)));
	assert.deepEqual(idle, []);
	assert.deepEqual([...reasons].filter(([, reason]) => reason.length < 12), []);
});

test("a test that a reason names is there", () => {
	const wrong = [];
	for (const [path, reason] of reasons) {
		for (const [name] of reason.matchAll(/\b(test_\w+\.c|tests\/[\w/.-]+)/g)) {
			if (!exists(name) && !exists(`tests/unit/${name}`)) {
				wrong.push(`${path}: ${name}`);
			}
		}
	}
	assert.deepEqual(wrong, []);
});

test("every unit test is registered with meson", () => {
	const registered = read("tests/unit/meson.build");
	const forgotten = paths(/^tests\/unit\/test_.*\.c$/)
		.map((path) => path.replace(/^.*test_|\.c$/g, ""))
		.filter((name) => !new RegExp(`'(test_)?${name}(\\.c)?'`).test(registered));
	assert.deepEqual(forgotten, []);
});

test("every unit test speaks TAP: meson takes anything else for skipped", () => {
	assert.deepEqual(paths(/^tests\/unit\/test_.*\.c$/).filter((path) => !read(path).includes("CM_OUTPUT_TAP")), []);
});

test("every .c is built", () => {
	const wrong = paths(/^(proto|geo|dispatch|server)\/[^/]*\.c$/).filter((path) => {
		const [folder, file] = path.split("/");
		return !read(`${folder}/meson.build`).includes(`'${file}'`);
	});
	assert.deepEqual(wrong, []);
});
