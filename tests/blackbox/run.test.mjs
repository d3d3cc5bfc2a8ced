// ./run, as a newcomer types it: the program of this build serves, the areas come in,
// the exercise begins by itself, whoever logs in as it says sees it, and Ctrl-C ends all.
//
// In a folder of its own, with nothing to build or to install there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { build, childrenOf, eventually, isAlive, makeFolder, root, run } from "./harness.mjs";

function newcomersFolder() {
	const folder = makeFolder();
	const at = (...path) => join(folder, ...path);
	mkdirSync(at("build/run"), { recursive: true });
	mkdirSync(at("bin"));
	copyFileSync(join(root, "run"), at("run"));
	symlinkSync(join(root, "demo"), at("demo"));
	symlinkSync(join(build, "server"), at("build/run/server"));
	writeFileSync(at("build/run/build.ninja"), "");
	for (const nothing of ["packages.sh", "bin/meson"]) {
		writeFileSync(at(nothing), "#!/bin/sh\n");
		chmodSync(at(nothing), 0o755);
	}
	// The settings of ./run, but for the door that has one port for all.
	writeFileSync(at("own.conf"), `${readFileSync(join(root, "demo/run.conf"), "utf8")}\n[admin]\nlisten = 127.0.0.1:0\n`);
	return folder;
}

test("the first screen of a newcomer is alive, and Ctrl-C ends all of it", { timeout: 60000 }, async () => {
	const folder = newcomersFolder();
	assert.equal((await run(["check", "--config", join(folder, "own.conf")])).code, 0);
	const child = spawn("./run", ["--config", "own.conf", "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0"], {
		cwd: folder, detached: true, stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, VEDETTA_TEST_CHEAP_PASSWORDS: "1" },
	});
	let said = "";
	child.stdout.on("data", (bytes) => (said += bytes));
	child.stderr.on("data", (bytes) => (said += bytes));
	const ended = once(child, "exit");
	try {
		const [, console_] = await eventually(() => /^ +Console +(http:\S+)\/console$/m.exec(said), { withinMs: 20000, what: "the addresses" });
		const [, name, password] = await eventually(() => /log in as (lea) (\S+) /.exec(said));
		const session = await fetch(`${console_}/v1/session`, {
			method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name, password }),
		});
		assert.equal(session.status, 200, said);
		const headers = { cookie: session.headers.get("set-cookie").split(";")[0] };
		const incidents = await eventually(async () => {
			const list = (await (await fetch(`${console_}/v1/incidents`, { headers })).json()).incidents ?? [];
			return list.length >= 5 && list.some((i) => i.areaNames?.length > 0) && list;
		}, { withinMs: 30000, what: `an exercise on the board\n${said}` });
		assert.ok(incidents.every((i) => i.exercise === true));
		const processes = childrenOf(child.pid).flatMap((one) => [one, ...childrenOf(one.pid)]).map((one) => one.pid);
		assert.ok(processes.length > 5, `${processes}`);

		process.kill(-child.pid, "SIGINT");
		assert.deepEqual(await ended, [0, null], said);
		await eventually(() => /^Stopped\. The reports are kept in \.vedetta\.$/m.test(said), { what: `its last word\n${said}` });
		assert.deepEqual(processes.filter(isAlive), []);
	} finally {
		try {
			process.kill(-child.pid, "SIGKILL");
		} catch {
			// It is gone already.
		}
	}
});
