// Whoever is called at night finds a page: one for each error in the log.
import assert from "node:assert/strict";
import test from "node:test";
import { code, exists, paths, read } from "./sources.mjs";

const sections = ["Symptom", "Who is hurt", "Check", "Fix", "Verify", "Afterwards"];

/** Event tokens by level: every log_event() names its own. */
function tokens(level) {
	const found = new Map();
	for (const path of paths(/^server\/.*\.c$/)) {
		for (const [, token] of code(path, { strings: true }).matchAll(
			new RegExp(`log_event\\(\\s*${level},\\s*"([^"]+)"`, "g"))) {
			found.set(token, path);
		}
	}
	return found;
}

test("every error in the log has its runbook", () => {
	const errors = tokens("LOG_ERROR");
	assert.ok(errors.size > 0);
	const missing = [...errors].filter(([token]) => !exists(`runbooks/${token.replaceAll(".", "-")}.md`))
		.map(([token, path]) => `${token} (${path})`);
	assert.deepEqual(missing, []);
});

test("every event is named stage.thing", () => {
	for (const level of ["LOG_DEBUG", "LOG_INFO", "LOG_WARN", "LOG_ERROR"]) {
		for (const [token, path] of tokens(level)) {
			assert.match(token, /^[a-z]+\.[a-z_]+$/, path);
		}
	}
});

test("every runbook has all its sections, in order", () => {
	for (const path of paths(/^runbooks\/(?!README)[^/]*\.md$/)) {
		const heads = [...read(path).matchAll(/^\*\*(.*?)\.\*\*/gm)].map(([, head]) => head);
		assert.deepEqual(heads, sections, path);
	}
});

test("the index names every runbook, and none that is not there", () => {
	const index = read("runbooks/README.md");
	const linked = new Set([...index.matchAll(/\]\(([^)#]+\.md)\)/g)].map(([, page]) => page));
	const pages = paths(/^runbooks\/(?!README)[^/]*\.md$/).map((path) => path.replace("runbooks/", ""));
	assert.deepEqual([...linked].sort(), pages.sort());
});

test("every counter a runbook names is one of ours", () => {
	const table = ["server/metrics.c", "server/metrics_write.c"].map((path) => code(path, { strings: true })).join("\n");
	for (const path of paths(/^runbooks\/.*\.(md|yml)$/)) {
		for (const [, name] of read(path).matchAll(/\bvedetta_(\w+?)(?:_total|_bucket|_sum|_count)?(?![\w./-])/g)) {
			if (name.endsWith("_")) {
				continue; // the beginning that a grep looks for
			}
			assert.ok(table.includes(`"${name}"`) || table.includes(`vedetta_${name}"`), `${path}: vedetta_${name}`);
		}
	}
});

test("every page that the program or a runbook names is there", () => {
	const missing = paths(/^(server\/.*\.c|runbooks\/.*|web\/.*\.json)$/).flatMap((path) => [
		...read(path).replace(/"\s*\n\s*"/g, "").matchAll(/runbooks\/([\w-]+\.md)/g),
	].filter(([name]) => !exists(name)).map(([name]) => `${path}: ${name}`));
	assert.deepEqual(missing, []);
});
