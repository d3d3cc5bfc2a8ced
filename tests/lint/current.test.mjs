// What is made from something else is as new as that; what belongs together agrees.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import test from "node:test";
import { code, paths, read, root } from "./sources.mjs";

const build = resolve(process.env.VEDETTA_BUILD ?? join(root, "build/test"));
const vedetta = join(build, "server/vedetta");

test("vedetta.conf.sample is what the program prints", () => {
	assert.equal(read("vedetta.conf.sample"), execFileSync(vedetta, ["check", "--print-sample"], { encoding: "utf8" }));
});

test("the sample file passes the program's own check", () => {
	execFileSync(vedetta, ["check", "--config", join(root, "vedetta.conf.sample")], { encoding: "utf8" });
});

test("every language has every text, and no other", () => {
	const [first, ...others] = paths(/^web\/locales\/.*\.json$/);
	const keys = (path) => Object.keys(JSON.parse(read(path))).sort();
	assert.ok(others.length > 0);
	for (const path of others) {
		assert.deepEqual(keys(path), keys(first), `${path} and ${first}`);
	}
});

test("a text's blanks to fill are the same in every language", () => {
	const blanks = (text) => (String(text).match(/\{\w+\}/g) ?? []).sort();
	const [first, ...others] = paths(/^web\/locales\/.*\.json$/);
	const base = JSON.parse(read(first));
	for (const path of others) {
		for (const [key, text] of Object.entries(JSON.parse(read(path)))) {
			assert.deepEqual(blanks(text), blanks(base[key]), `${path}: ${key}`);
		}
	}
});

test("no text is empty", () => {
	for (const path of paths(/^web\/locales\/.*\.json$/)) {
		const empty = Object.entries(JSON.parse(read(path))).filter(([, text]) => String(text).trim() === "");
		assert.deepEqual(empty, [], path);
	}
});

test("npm packages are exact, and the lock file agrees", () => {
	const { dependencies = {}, devDependencies = {} } = JSON.parse(read("package.json"));
	const lock = JSON.parse(read("package-lock.json"));
	assert.deepEqual(lock.packages[""].dependencies ?? {}, dependencies);
	assert.deepEqual(lock.packages[""].devDependencies ?? {}, devDependencies);
	for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
		assert.match(version, /^\d+\.\d+\.\d+$/, name);
		assert.equal(lock.packages[`node_modules/${name}`].version, version, name);
	}
	for (const [path, entry] of Object.entries(lock.packages)) {
		if (path !== "") {
			assert.match(entry.integrity ?? "", /^sha512-/, path);
		}
	}
});

test("every npm package we ask for is used", () => {
	const { dependencies = {}, devDependencies = {} } = JSON.parse(read("package.json"));
	const texts = paths(/^(web|tests|meson\.build|package\.json|tsconfig.*\.json)/)
		.filter((path) => /\.(mjs|js|ts|tsx|json|build)$/.test(path) && path !== "package.json").map(read).join("\n");
	const commands = { typescript: /\btsc\b|["'/]typescript["'/]/, "@types/node": /["']node["']|types\/node|from "node:/ };
	for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
		assert.match(texts, commands[name] ?? new RegExp(`["'/]${name}["'/]`), `${name} is not used`);
	}
});

test("every counter is counted somewhere", () => {
	const names = [...code("server/metrics.h").matchAll(/^\t((?:METRIC|LATENCY)_\w+),[ ]*$/gm)].map(([, name]) => name);
	const others = paths(/^server\/.*\.c$/).filter((path) => !/\/metrics(_write)?\.c$/.test(path)).map((path) => code(path)).join("\n");
	assert.ok(names.length > 50);
	// The HTTP layer's refusals are one enum, added to the first of them.
	const idle = names.filter((name) => !name.startsWith("METRIC_HTTP_REFUSED_") && !new RegExp(`\\b${name}\\b`).test(others));
	assert.deepEqual(idle, []);
	assert.match(others, /METRIC_HTTP_REFUSED_SYNTAX \+/);
});

test("the version is the same wherever it is told", () => {
	const version = /version: '([^']+)'/.exec(read("meson.build"))[1];
	assert.equal(JSON.parse(read("package.json")).version, version);
	assert.equal(/^softwareVersion: "?([^"\n]+)"?$/m.exec(read("publiccode.yml"))[1], version);
	assert.match(read("NEWS.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}`, "m"));
});
