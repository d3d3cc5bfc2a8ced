// The roles: started, ended, killed one by one, each joined anew to the others.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { eventually, isAlive, makeFolder, program, run, scenario } from "./harness.mjs";

const NAMES = ["console-1", "courier", "desk", "front-1", "front-2", "index", "reader-0", "reader-1"];

const allRun = (v) => eventually(() => {
	const names = v.roles().map((role) => role.name).sort();
	return JSON.stringify(names) === JSON.stringify(NAMES);
}, { what: "all roles running" });

/** Intake, receipt, board and history: every line between two roles is used. */
async function everythingWorks(v, text) {
	const receipt = await eventually(() => v.source().report({ hazard: "flood", text }), { withinMs: 10000, what: "a receipt" });
	await eventually(async () => {
		const link = await v.request("public", receipt.link, { headers: { accept: "application/json" } });
		assert.equal(link.json.report.text, text);
		return true;
	}, { withinMs: 10000, what: "the link" });
	await eventually(async () => {
		for (const incident of await v.operator().board()) {
			if ((await v.operator().reportsOf(incident.id)).some((row) => row.report.text === text)) {
				return true;
			}
		}
		return false;
	}, { withinMs: 10000, what: "the report on the board" });
}

scenario("each role that is killed comes back and is joined to the others", { timeoutMs: 90000 }, async (v) => {
	await allRun(v);
	await everythingWorks(v, "at first");
	for (const name of NAMES) {
		const pid = v.role(name).pid;
		process.kill(pid, "SIGKILL");
		await eventually(() => !isAlive(pid));
		await allRun(v);
		await everythingWorks(v, `after ${name}`);
	}
	const metrics = await v.metrics();
	assert.equal(metrics.vedetta_role_crashes_total, NAMES.length);
	assert.equal(metrics.vedetta_role_starts_total, 2 * NAMES.length);
	await eventually(async () => (await v.metrics()).vedetta_roles_running === NAMES.length);
});

/** A copy of the program whose index ends at once. */
function programWithoutIndex() {
	const folder = makeFolder();
	for (const name of ["vedetta", "courier", "front", "desk", "reader", "user", "password"]) {
		copyFileSync(join(dirname(program), name), join(folder, name));
	}
	copyFileSync("/bin/false", join(folder, "index"));
	return join(folder, "vedetta");
}

scenario("an index that cannot start keeps nobody waiting", { program: programWithoutIndex(), timeoutMs: 60000 }, async (v) => {
	await everythingWorks(v, "without an index");
	const search = await v.request("console", "/v1/reports?words=without");
	assert.equal(search.json.reports?.length, 1, search.text);
});

scenario("a desk that dies is a delay, not an error", { timeoutMs: 60000 }, async (v) => {
	await everythingWorks(v, "at first");
	process.kill(v.role("desk").pid, "SIGKILL");
	const before = Date.now();
	const answer = await v.source().postJson({ hazard: "flood", text: "while it is away" });
	assert.equal(answer.status, 201);
	assert.ok(Date.now() - before < 2000, `it took ${Date.now() - before} ms`);
});

scenario("a reader that hangs is replaced, and the others answer meanwhile", { timeoutMs: 60000 }, async (v) => {
	const receipt = await v.source().report({ hazard: "flood", text: "asked for" });
	const stopped = v.role("reader-1").pid;
	process.kill(stopped, "SIGSTOP");
	for (let i = 0; i < 10; i++) {
		const link = await eventually(() => v.request("public", receipt.link, { headers: { accept: "application/json" } }));
		assert.equal(link.status, 200);
	}
	await eventually(() => !isAlive(stopped), { withinMs: 20000, what: "the end of the stopped reader" });
	await allRun(v);
	await everythingWorks(v, "after it");
});

scenario("a desk that hangs is replaced", { timeoutMs: 90000 }, async (v) => {
	const stopped = v.role("desk").pid;
	process.kill(stopped, "SIGSTOP");
	await eventually(() => !isAlive(stopped), { withinMs: 40000, what: "the end of the stopped desk" });
	await everythingWorks(v, "after it");
});

scenario("a desk that an administrator ends has not crashed: no raw mode", { timeoutMs: 60000 }, async (v) => {
	for (let i = 0; i < 4; i++) {
		await eventually(() => v.request("admin", "/readyz").then((answer) => answer.status === 200), { withinMs: 10000 });
		await v.kill("desk", i % 2 ? "SIGHUP" : "SIGTERM");
	}
	await allRun(v);
	await everythingWorks(v, "after the fourth");
	assert.doesNotMatch((await v.request("admin", "/readyz")).text, /raw mode/);
	assert.doesNotMatch(v.log, /desk\.raw_mode/);
});

scenario("a desk told to end while it still loads ends", { timeoutMs: 60000 }, async (v) => {
	const holder = spawn("flock", ["--no-fork", join(v.data, "desk.sqlite-lock"), "cat"], { stdio: ["pipe", "ignore", "ignore"] });
	try {
		await eventually(() => new RegExp(`-> FLOCK .* ${holder.pid} `).test(readFileSync("/proc/locks", "latin1")), { what: "somebody else at its lock" });
		await v.kill("desk");
		await eventually(() => v.roles().some((role) => role.name === "desk"), { what: "a desk that waits for its file" });
		await v.stop();
	} finally {
		holder.kill();
	}
	assert.doesNotMatch(v.log, /killed_late/);
});

scenario("three crashes nobody can explain: raw mode takes reports and reads them later", { timeoutMs: 60000 }, async (v) => {
	await everythingWorks(v, "at first");
	for (let i = 0; i < 3; i++) {
		await eventually(() => v.request("admin", "/readyz").then((answer) => answer.status === 200), { withinMs: 10000 });
		await v.kill("desk", "SIGABRT");
	}
	await eventually(async () => /raw mode/.test((await v.request("admin", "/readyz")).text), { withinMs: 10000, what: "raw mode" });
	await everythingWorks(v, "taken raw");
	assert.equal((await v.metrics())["vedetta_desk_out_total{outcome=\"raw\"}"], 1);
	await v.restart();
	assert.doesNotMatch((await v.request("admin", "/readyz")).text, /raw mode/);
	await everythingWorks(v, "after the restart");
});

scenario("a second serve on the folder is refused with a sentence", {}, async (v) => {
	const second = await run(["serve", "--data", v.data, "--listen", "127.0.0.1:0",
		"--console", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
	assert.equal(second.code, 1);
	assert.equal(second.stdout, "");
	assert.match(second.stderr, /in use by another `vedetta serve`/);
	await everythingWorks(v, "the first goes on");
});

scenario("a killed supervisor takes its roles along and the next one starts at once", { timeoutMs: 60000 }, async (v) => {
	await everythingWorks(v, "at first");
	const roles = v.roles();
	process.kill(v.pid, "SIGKILL");
	for (const role of roles) {
		await eventually(() => !isAlive(role.pid), { what: `the end of ${role.name}` });
	}
	await v.start();
	await everythingWorks(v, "after it");
});

scenario("SIGTERM answers what was begun, ends every role and leaves a whole file", { timeoutMs: 60000 }, async (v) => {
	const source = v.source();
	const answers = Array.from({ length: 50 }, (_, i) => source.postJson({ hazard: "flood", text: `n. ${i}` }));
	await answers[0];
	const roles = v.roles();
	await v.stop();
	for (const role of roles) {
		assert.ok(!isAlive(role.pid), role.name);
	}
	const settled = await Promise.allSettled(answers);
	const taken = settled.filter(({ value }) => value?.status === 201).length;
	assert.ok(taken > 0);
	const { code, stdout } = await run(["verify", "--data", v.data]);
	assert.equal(code, 0);
	assert.ok(Number(/(\d+) rows/.exec(stdout)[1]) >= taken, "every receipt has its row");
});

/** Who is not needed to begin with may still be starting when it says that it is ready. */
const allReady = (v) => eventually(async () => (await v.metrics()).vedetta_roles_running === NAMES.length, { withinMs: 10000, what: "all roles ready" });

scenario("a role holds nothing but what it was given", {}, async (v) => {
	await allReady(v);
	await eventually(async () => /^index: holds everything$/m.test((await v.request("admin", "/readyz")).text), { withinMs: 10000, what: "an index that has its files open" });
	assert.deepEqual(v.roles().map((role) => role.name).sort(), NAMES);
	for (const role of v.roles()) {
		const status = readFileSync(`/proc/${role.pid}/status`, "latin1");
		assert.match(status, /^NoNewPrivs:\s+1$/m, role.name);
		const limits = readFileSync(`/proc/${role.pid}/limits`, "latin1");
		assert.match(limits, /^Max core file size\s+0\s+0/m, role.name);
		// Not dumpable: its files in /proc are root's.
		assert.equal(statSync(`/proc/${role.pid}/environ`).uid, 0, role.name);
		if (process.getuid() !== 0) {
			continue;
		}
		const open = readdirSync(`/proc/${role.pid}/fd`).map((fd) => readlinkSync(join(`/proc/${role.pid}/fd`, fd)));
		const store = open.some((path) => path.includes("desk.sqlite"));
		assert.equal(store, role.name === "desk" || role.name === "index" || role.name.startsWith("reader"), `${role.name}: ${open}`);
		assert.ok(!open.some((path) => path.endsWith("/key")), role.name);
	}
});

/** A folder that anybody may pass through. */
function openFolder() {
	const folder = makeFolder();
	chmodSync(folder, 0o755);
	return folder;
}

/** May anybody run what is at this path? */
function isForAll(path) {
	const above = dirname(path);
	return (statSync(path).mode & 0o001) !== 0 && (above === path || isForAll(above));
}

function whyNotAsNobody() {
	if (process.getuid() !== 0) {
		return "needs root to begin with";
	}
	return isForAll(program) ? false : `nobody may run ${program}`;
}

scenario("as another user, when started as root", {
	skip: whyNotAsNobody(),
	data: join(openFolder(), "data"),
	config: { "server.user": "nobody" },
}, async (v) => {
	await allReady(v);
	for (const role of v.roles()) {
		const status = readFileSync(`/proc/${role.pid}/status`, "latin1");
		assert.match(status, /^Uid:\s+(?!0\s)\d+/m, role.name);
		assert.match(status, /^CapEff:\s+0+$/m, role.name);
	}
	await everythingWorks(v, "without rights");
});
