// The command line: what is asked for help, what is refused, and how.

import { execFileSync } from "node:child_process";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync, writeSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, run, scenario } from "./harness.mjs";

test("each command says what it is for", async () => {
	for (const args of [["help"], ["--help"], ["-h"]]) {
		const { code, stdout } = await run(args);
		assert.equal(code, 0);
		for (const command of ["area", "check", "drill", "replay", "serve", "verify"]) {
			assert.match(stdout, new RegExp(`^ +${command} `, "m"));
		}
	}
	for (const command of ["area", "check", "drill", "replay", "serve", "verify"]) {
		const asked = await run([command, "--help"]);
		assert.equal(asked.code, 0, command);
		assert.match(asked.stdout, new RegExp(`^usage: vedetta ${command}`));
		assert.deepEqual(await run(["help", command]), asked);
	}
});

test("the version is one line", async () => {
	const { code, stdout } = await run(["--version"]);
	assert.equal(code, 0);
	assert.match(stdout, /^vedetta \d+\.\d+\.\d+\n$/);
});

test("what is not understood is status 2 and a sentence", async () => {
	for (const args of [[], ["dance"], ["help", "dance"], ["serve", "--dance"], ["serve", "now"],
		["check", "now"], ["verify", "--data"], ["serve", "--listen", "localhost"]]) {
		const { code, stdout, stderr } = await run(args);
		assert.equal(code, 2, args.join(" "));
		assert.equal(stdout, "");
		assert.ok(stderr.length > 10, args.join(" "));
	}
});

test("check finds a bad line and names it", async () => {
	const path = join(makeFolder(), "vedetta.conf");
	writeFileSync(path, "[server]\nreaders = 2\ncolour = blue\n");
	const bad = await run(["check", "--config", path]);
	assert.equal(bad.code, 1);
	assert.match(bad.stderr, new RegExp(`${path}:3: .*colour`));
	writeFileSync(path, (await run(["check", "--print-sample"])).stdout);
	const good = await run(["check", "--config", path]);
	assert.deepEqual(good, { code: 0, signal: null, stdout: "The config is good.\n", stderr: "" });
});

test("serve with a config that is not there says so and starts nothing", async () => {
	const { code, stdout, stderr } = await run(["serve", "--config", "/nowhere/vedetta.conf"]);
	assert.equal(code, 1);
	assert.equal(stdout, "");
	assert.match(stderr, /\/nowhere\/vedetta\.conf/);
});

test("a damaged file stops serve with a sentence and status 1", { timeout: 60000 }, async () => {
	const data = join(makeFolder(), "data");
	mkdirSync(data, { mode: 0o700 });
	writeFileSync(join(data, "key"), Buffer.alloc(32, 1), { mode: 0o600 });
	writeFileSync(join(data, "desk.sqlite"), "this is no database, it only looks like a file of that name\n".repeat(100));
	const { code, stdout, stderr } = await run(["serve", "--data", data, "--listen", "127.0.0.1:0",
		"--console", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
	assert.equal(code, 1);
	assert.equal(stdout, "");
	assert.match(stderr, /event=store\.refused/);
	assert.match(stderr, /^vedetta: desk cannot run/m);
	assert.match(readFileSync(join(data, "desk.sqlite"), "latin1"), /^this is no database/, "nothing was overwritten");
});

scenario("verify proves a running and a stopped log, and finds one changed byte", {}, async (v) => {
	const words = "words that will be changed behind our back";
	const source = v.source();
	for (let i = 0; i < 5; i++) {
		await source.report({ hazard: "flood", text: `${words} ${i}` });
	}
	assert.deepEqual(await run(["verify", "--data", v.data]),
		{ code: 0, signal: null, stdout: "The log is whole: 8 rows.\n", stderr: "" });
	await v.stop();
	assert.equal((await run(["verify", "--data", v.data])).code, 0);

	const path = join(v.data, "desk.sqlite");
	const at = readFileSync(path).indexOf(`${words} 2`);
	assert.ok(at > 0, "the words are in the file");
	const file = openSync(path, "r+");
	writeSync(file, "W", at);
	closeSync(file);
	const { code, stderr } = await run(["verify", "--data", v.data]);
	assert.equal(code, 1);
	assert.match(stderr, /^verify: row 6: /);
});

test("verify of a folder without a store says so", async () => {
	const folder = makeFolder();
	const { code, stderr } = await run(["verify", "--data", folder]);
	assert.equal(code, 1);
	assert.match(stderr, /^verify: ./);
	assert.ok(!existsSync(join(folder, "desk.sqlite")), "looking makes nothing");
});
