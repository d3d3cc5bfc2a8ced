// clang-format 14 with the repository's .clang-format.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { findings, paths, read, root } from "./sources.mjs";

test("C is formatted as .clang-format says", () => {
	const files = paths(/^(embed\.h|(proto|geo|dispatch|server|tests)\/.*\.[ch])$/);
	const run = spawnSync("clang-format-14", ["--dry-run", "-Werror", ...files], { cwd: root, encoding: "utf8" });
	assert.equal(run.error, undefined);
	assert.equal(run.status, 0, run.stderr.split("\n").filter((line) => line.includes("error:")).slice(0, 40).join("\n"));
});

test("no line ends in white space and every file ends in a line break", () => {
	const texts = paths(/(^|\/)(run|test|[^/]+\.(c|h|mjs|js|ts|tsx|html|css|proto|py|sh|sql|md|txt|yml|json|build))$/)
		.filter((path) => path !== "LICENSE" && path !== "package-lock.json");
	assert.deepEqual(findings(texts, /[ \t]+$/, read), []);
	assert.deepEqual(texts.filter((path) => read(path) !== "" && !read(path).endsWith("\n")), []);
});

test("braces always: an if, for or while is never without", () => {
	const product = paths(/^(proto|geo|dispatch|server)\/.*\.c$/);
	// A line that opens more than it closes goes on below and ends in its own brace.
	const isWhole = (line) => line.split("(").length === line.split(")").length;
	const bare = findings(product, /^\s*(if|for|while) \(.*;\s*$/).filter((finding) =>
		isWhole(finding));
	assert.deepEqual(bare, []);
	assert.deepEqual(findings(product, /^\s*else\s*$/), []);
});
