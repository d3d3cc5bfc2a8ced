// Starts the real program in a folder of its own and speaks to it as its users do.
//
//   import { scenario, eventually } from "./harness.mjs";
//   scenario("a report is on the board", {}, async (v) => {
//     const receipt = await v.source().report({ hazard: "flood", text: "water" });
//     const operator = v.operator();
//     await eventually(async () => (await operator.incidents()).incidents.length === 1);
//   });
//
// scenario() starts, gives the running program to the body, prints the server's
// log when the body fails, and cleans up whatever happens. startVedetta() is
// the same without the test around it: its caller ends it with v.end().
//
// VEDETTA_BUILD names the meson build folder (build/test when unset). Nothing here
// sleeps to wait for something: eventually() asks until it is so. One file, a
// little over 500 lines, so that a test imports one thing.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const build = resolve(process.env.VEDETTA_BUILD ?? join(root, "build/test"));
export const program = join(build, "server/vedetta");

const START_MS = 15000;
const STOP_MS = 15000;
const LOG_TAIL = 200;
const ROLE = /^(desk|index|courier|(front|console|reader)-\d+)$/;
export const PASSWORD = "correct horse battery";
const TESTER = { role: "shift_leader", areas: ["*"], unassigned: true };

/** Cookies of the consoles that a program of ours serves, by origin: who asks these is logged in. */
export const cookies = new Map();
const plainFetch = globalThis.fetch;
globalThis.fetch = (url, options = {}) => {
	const cookie = cookies.get(new URL(url).origin);
	return plainFetch(url, cookie === undefined ? options : { ...options, headers: { cookie, ...options.headers } });
};

/** Asks until it is so (neither false, null nor undefined, and nothing thrown); gives the answer back. */
export async function eventually(question, { withinMs = 5000, what } = {}) {
	const end = Date.now() + withinMs;
	let pause = 5;
	let thrown;
	for (;;) {
		thrown = undefined;
		try {
			const answer = await question();
			if (answer !== false && answer !== undefined && answer !== null) {
				return answer;
			}
		} catch (error) {
			thrown = error;
		}
		if (Date.now() > end) {
			const name = what ?? String(question).replace(/\s+/g, " ").slice(0, 160);
			// The runner does not print a cause.
			throw new Error(`not within ${withinMs} ms: ${name}${thrown === undefined ? "" : `\n${thrown.message}`}`, { cause: thrown });
		}
		await delay(pause);
		pause = Math.min(pause * 2, 100);
	}
}

// ---- processes

/** Children of a process, by name: [{ pid, name, state }]. name is argv[0]. */
export function childrenOf(parent) {
	const children = [];
	for (const entry of readdirSync("/proc")) {
		if (!/^[0-9]+$/.test(entry)) {
			continue;
		}
		try {
			const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
			const [state, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			if (Number(ppid) === parent && state !== "Z") {
				const argv = readFileSync(`/proc/${entry}/cmdline`, "latin1").split("\0");
				children.push({ pid: Number(entry), name: argv[0].replace(/^.*\//, ""), state });
			}
		} catch (error) {
			if (error.code !== "ENOENT" && error.code !== "ESRCH") {
				throw error;
			}
		}
	}
	return children.sort((a, b) => a.pid - b.pid);
}

export function isAlive(pid) {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
	} catch {
		return false;
	}
}

/** Is there anybody of this process group that is more than a zombie? */
function isGroupAlive(group) {
	return readdirSync("/proc").some((entry) => {
		try {
			const stat = /^[0-9]+$/.test(entry) ? readFileSync(`/proc/${entry}/stat`, "latin1") : "";
			const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			return Number(pgrp) === group && state !== "Z" && state !== "X";
		} catch {
			return false; // it is gone already
		}
	});
}

/** What was stopped goes on; on a busy machine it may have been replaced meanwhile. */
export function goOn(pid) {
	try {
		process.kill(pid, "SIGCONT");
	} catch (error) {
		assert.equal(error.code, "ESRCH");
	}
}

/** Seconds of processor time a process has used: of a busy machine's time only what it had itself. */
export function processorSeconds(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

// Whatever a test run leaves behind ends with it: pids and folders.
const leftProcesses = new Set();
const leftFolders = new Set();
process.on("exit", () => {
	for (const pid of leftProcesses) {
		try {
			process.kill(-pid, "SIGKILL");
		} catch {
			// It is gone already.
		}
	}
	for (const folder of leftFolders) {
		rmSync(folder, { recursive: true, force: true });
	}
});

export function makeFolder() {
	const folder = mkdtempSync(join(tmpdir(), "vedetta-"));
	leftFolders.add(folder);
	return folder;
}

function removeFolder(folder) {
	rmSync(folder, { recursive: true, force: true });
	leftFolders.delete(folder);
}

/** Runs a command of the program to its end: { code, stdout, stderr }. */
export async function run(args, { input = "", env = {}, timeoutMs = 60000, command = program } = {}) {
	const child = spawn(command, args, {
		env: { ...process.env, ...env },
		signal: AbortSignal.timeout(timeoutMs),
		killSignal: "SIGKILL",
	});
	let stdout = "";
	let stderr = "";
	child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text)); // a letter may come in two pieces
	child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
	child.stdin.on("error", () => {});
	child.stdin.end(input);
	const [code, signal] = await once(child, "close");
	return { code, signal, stdout, stderr };
}

// ---- the running program

/** Text of a vedetta.conf from { "section.key": value }. */
function configText(settings) {
	const sections = new Map();
	for (const [name, value] of Object.entries(settings)) {
		const [section, key] = name.split(".");
		sections.set(section, [...(sections.get(section) ?? []), `${key} = ${value}`]);
	}
	return [...sections].map(([name, lines]) => `[${name}]\n${lines.join("\n")}\n`).join("\n");
}

class Vedetta {
	/** The folder of everything this one makes. */
	folder;
	/** Its data folder (the store, the keys). */
	data;
	/** { public, console, admin }: http://127.0.0.1:PORT of each. */
	addresses = {};
	pid = 0;
	/** Standard error of all its lives. */
	log = "";

	constructor(options) {
		this.options = options;
		this.folder = makeFolder();
		this.data = options.data ?? join(this.folder, "data");
		this.configPath = join(this.folder, "vedetta.conf");
		this.operators = [];
		this.agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
	}

	get config() {
		return {
			"server.data_dir": this.data,
			"public.listen": "127.0.0.1:0",
			"console.listen": "127.0.0.1:0",
			"admin.listen": "127.0.0.1:0",
			...this.options.config,
		};
	}

	/** Starts it and waits for its ready line. Also after stop() or kill("supervisor"). */
	async start() {
		const path = this.options.program ?? program;
		if (!existsSync(path)) {
			throw new Error(`${path} is not there: build first (ninja -C ${build})`);
		}
		writeFileSync(this.configPath, configText(this.config));
		const before = this.options.command ?? [];
		const argv = [...before, path, "serve", "--config", this.configPath, ...(this.options.args ?? [])];
		// As another user the folder is not ours to make.
		const asOurselves = this.config["server.user"] === undefined;
		if (asOurselves && this.options.account !== false && this.cookie === undefined) {
			await this.addAccount("tester", TESTER);
		}
		this.child = spawn(argv[0], argv.slice(1), {
			cwd: this.folder,
			detached: true, // a group of its own, so that all of it can be ended
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, VEDETTA_TEST_CHEAP_PASSWORDS: "1", ...this.options.env },
		});
		this.pid = this.child.pid;
		leftProcesses.add(this.pid);
		this.exited = once(this.child, "exit").then(([code, signal]) => ({ code, signal }));
		this.exited.then(() => leftProcesses.delete(this.child.pid));
		this.allSaid = once(this.child, "close").catch(() => undefined);
		this.child.stderr.setEncoding("utf8").on("data", (text) => (this.log += text));
		this.stdout = "";
		this.child.stdout.setEncoding("utf8").on("data", (text) => (this.stdout += text));
		const line = await Promise.race([
			eventually(() => /^ready (.*)\n/m.exec(this.stdout), {
				withinMs: this.options.startMs ?? START_MS,
				what: "the ready line",
			}),
			this.exited.then(({ code, signal }) => {
				throw new Error(`serve ended before it was ready: ${signal ?? code}\n${this.log}`);
			}),
		]);
		this.addresses = Object.fromEntries(line[1].trim().split(/\s+/).map((pair) => {
			const at = pair.indexOf("=");
			return [pair.slice(0, at), pair.slice(at + 1)];
		}));
		if (!asOurselves && this.options.account !== false && this.cookie === undefined) {
			await this.addAccount("tester", TESTER);
		}
		if (this.options.account !== false && this.cookie === undefined) {
			this.cookie = await this.login("tester");
		}
		if (this.cookie !== undefined) {
			cookies.set(this.addresses.console, this.cookie);
		}
		return this;
	}

	/** `vedetta user add`, served or not; who has that account already keeps it. */
	async addAccount(name, { role = "operator", areas = ["*"], unassigned = false, password = PASSWORD } = {}) {
		const done = await run(["user", "add", name, "--config", this.configPath, "--role", role,
			...areas.flatMap((code) => ["--area", code]), ...(unassigned ? ["--unassigned"] : []), "--password-file", "-"],
		{ input: `${password}\n`, env: { VEDETTA_TEST_CHEAP_PASSWORDS: "1", ...this.options.env } });
		assert.ok(done.code === 0 || /another account's already/.test(done.stderr), done.stderr);
	}

	/** An exercise is on: the token of whoever holds the machine, and the file it is in. */
	async exercise(name = "Prova") {
		const done = await run(["exercise", "begin", name, "--data", this.data]);
		assert.ok(done.code === 0 || /while one is on/.test(done.stderr), done.stderr);
		const file = join(this.data, "exercise.token");
		return { file, token: readFileSync(file, "utf8").trim() };
	}

	/** Logs in: the Cookie header of the new session. */
	async login(name = "tester", { password = PASSWORD, code = "" } = {}) {
		const answer = await request(`${this.addresses.console}/v1/session`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ name, password, code }),
		});
		assert.equal(answer.status, 200, answer.text);
		return answer.headers["set-cookie"][0].split(";")[0];
	}

	/** Roles running now: [{ pid, name, state }], name being front-1, console-1, desk, reader-0. No helper, which ends by itself. */
	roles() {
		return childrenOf(this.pid).filter((child) => ROLE.test(child.name));
	}

	/** The one running role of this name. */
	role(name) {
		const found = this.roles().find((role) => role.name === name);
		assert.ok(found, `no role ${name} among ${this.roles().map((role) => role.name)}`);
		return found;
	}

	/** Sends a signal to a role by name, which may just be starting anew; "supervisor" is the program itself. Resolves once it is gone, and its kept connections. */
	async kill(name, signal = "SIGKILL") {
		const { pid } = name === "supervisor" ? this
			: await eventually(() => this.roles().find((role) => role.name === name), { what: `the role ${name}` });
		process.kill(pid, signal);
		await eventually(() => !isAlive(pid), { withinMs: STOP_MS, what: `the end of ${name}` });
		if (name === "supervisor") {
			// Roles end with it, also one that it was just starting and that still holds the lock's descriptor.
			await eventually(() => !isGroupAlive(pid), { withinMs: STOP_MS, what: "the end of its roles" });
		}
		// Nothing is asked over a connection whose end is gone and only not yet heard of.
		Object.values(this.agent.freeSockets).flat().forEach((socket) => socket.destroy());
		return pid;
	}

	/** Ends it as an administrator does; its exit status must be 0, and its log is whole. */
	async stop() {
		process.kill(this.pid, "SIGTERM");
		const timer = new AbortController();
		const late = delay(STOP_MS, "late", { signal: timer.signal }).catch(() => undefined);
		const end = await Promise.race([this.exited, late]);
		await Promise.race([this.allSaid, late]);
		timer.abort();
		assert.notEqual(end, "late", `serve did not stop within ${STOP_MS} ms`);
		assert.deepEqual(end, { code: 0, signal: null });
	}

	/** Stops, or finds it killed, and starts again on the same data. Ports are new. */
	async restart() {
		if (isAlive(this.pid)) {
			await this.stop();
		}
		return this.start();
	}

	/** Ends it whatever its state and removes its folder. */
	async end() {
		for (const operator of this.operators) {
			operator.close();
		}
		this.agent.destroy();
		cookies.delete(this.addresses.console); // its port may be another's next
		if (this.child !== undefined) {
			try {
				process.kill(-this.child.pid, "SIGKILL");
			} catch {
				// It is gone already.
			}
			await this.exited;
		}
		removeFolder(this.folder);
	}

	/** One request to public, console or admin: { status, headers, text, json }. */
	request(door, path, options = {}) {
		return request(this.addresses[door] + path, { agent: this.agent, ...options });
	}

	source(options) {
		return new Source(this, options);
	}

	operator() {
		const operator = new Operator(this);
		this.operators.push(operator);
		return operator;
	}

	/** Counters now: name with labels -> number. */
	async metrics() {
		const { status, text } = await this.request("admin", "/metrics");
		assert.equal(status, 200);
		return Object.fromEntries(text.split("\n").filter((line) => line !== "" && line[0] !== "#").map((line) => {
			const at = line.lastIndexOf(" ");
			return [line.slice(0, at), Number(line.slice(at + 1))];
		}));
	}

	/** Waits until the log says so: what it says on its way here is later than an answer. */
	logged(pattern, options) {
		return eventually(() => pattern.test(this.log), { what: `${pattern} in the log`, ...options });
	}

	/** The end of the log, for a failed test. */
	logTail() {
		const lines = this.log.trimEnd().split("\n");
		const cut = lines.length - LOG_TAIL;
		return (cut > 0 ? `(${cut} lines before)\n` : "") + lines.slice(-LOG_TAIL).join("\n");
	}
}

/**
 * Options: account (false: none is made, nobody logs in), config { "section.key": value }, args, env, command (put before the
 * program: ["strace", …]), data (a folder to use and leave there), startMs,
 * program (another than the one built).
 */
export async function startVedetta(options = {}) {
	const vedetta = new Vedetta(options);
	try {
		return await vedetta.start();
	} catch (error) {
		await vedetta.end();
		throw error;
	}
}

/** A test with a running program; options as startVedetta()'s, and timeoutMs, skip. */
export function scenario(name, options, body) {
	const timeoutMs = options.timeoutMs ?? 60000;
	// The runner's own limit is the second one: ours still prints the log.
	test(name, { skip: options.skip ?? false, timeout: timeoutMs + 30000 }, async (t) => {
		const vedetta = await startVedetta(options);
		const timer = new AbortController();
		try {
			await Promise.race([
				body(vedetta, t),
				delay(timeoutMs, undefined, { signal: timer.signal }).then(
					() => Promise.reject(new Error(`not done within ${timeoutMs} ms`)), () => new Promise(() => {})),
			]);
		} catch (error) {
			process.stderr.write(`--- log of "${name}"\n${vedetta.logTail()}\n---\n`);
			throw error;
		} finally {
			timer.abort();
			await vedetta.end();
		}
	});
}

// ---- HTTP

/** One request: { status, headers, body (Buffer), text, json }. body: string or Buffer. */
export function request(url, { method = "GET", headers = {}, body, agent, timeoutMs = 15000 } = {}) {
	const cookie = cookies.get(new URL(url).origin);
	const all = cookie === undefined ? headers : { cookie, ...headers };
	return new Promise((resolvePromise, reject) => {
		const asked = http.request(url, { method, headers: all, agent, timeout: timeoutMs }, (answer) => {
			const parts = [];
			answer.on("data", (part) => parts.push(part));
			answer.on("error", reject);
			answer.on("end", () => {
				const bytes = Buffer.concat(parts);
				resolvePromise({
					status: answer.statusCode,
					headers: answer.headers,
					body: bytes,
					get text() {
						return bytes.toString("utf8");
					},
					get json() {
						return JSON.parse(bytes.toString("utf8"));
					},
				});
			});
		});
		asked.on("timeout", () => asked.destroy(new Error(`no answer within ${timeoutMs} ms: ${method} ${url}`)));
		asked.on("error", reject);
		asked.end(body);
	});
}

// ---- a citizen

export class Source {
	constructor(vedetta, { token } = {}) {
		this.vedetta = vedetta;
		this.token = token;
	}

	/** Posts a body as it is. */
	post(body, headers) {
		return this.vedetta.request("public", "/v1/reports", { method: "POST", headers, body });
	}

	postJson(report, { key, headers = {} } = {}) {
		return this.post(typeof report === "string" ? report : JSON.stringify(report), {
			"content-type": "application/json",
			...(key === undefined ? {} : { "idempotency-key": key }),
			...headers,
		});
	}

	postProtobuf(bytes, { key, headers = {} } = {}) {
		return this.post(bytes, {
			"content-type": "application/x-protobuf",
			...(key === undefined ? {} : { "idempotency-key": key }),
			...headers,
		});
	}

	/** As the page without JavaScript sends it; the answer is a page or a redirect to one. */
	postForm(fields, { headers = {} } = {}) {
		return this.post(new URLSearchParams(fields).toString(), {
			"content-type": "application/x-www-form-urlencoded",
			accept: "text/html",
			...headers,
		});
	}

	/** Posts and expects the receipt of a new report, or of a repeated one. */
	async report(report, { key = randomUUID(), headers } = {}) {
		const answer = await this.postJson(report, { key, headers });
		assert.ok(answer.status === 201 || answer.status === 200, `${answer.status} ${answer.text}`);
		return answer.json;
	}
}

// ---- an operator

export class Operator {
	constructor(vedetta) {
		this.vedetta = vedetta;
		this.streams = [];
	}

	async get(path) {
		const answer = await this.vedetta.request("console", path);
		assert.equal(answer.status, 200, `GET ${path}: ${answer.status} ${answer.text}`);
		return answer.json;
	}

	incidents(query = "") {
		return this.get(`/v1/incidents${query}`);
	}

	/** All pages of the board: [incident]. */
	async board(query = {}) {
		const all = [];
		let cursor;
		do {
			const asked = new URLSearchParams({ ...query, ...(cursor ? { cursor } : {}) });
			const page = await this.incidents(`?${asked}`);
			all.push(...(page.incidents ?? []));
			cursor = page.next;
		} while (cursor);
		return all;
	}

	incident(id, query = "") {
		return this.get(`/v1/incidents/${id}${query}`);
	}

	/** All reports of an incident, over its pages, newest first. */
	async reportsOf(id) {
		const all = [];
		let before;
		do {
			const page = await this.incident(id, before ? `?before=${encodeURIComponent(before)}` : "");
			all.push(...(page.reports ?? []));
			before = page.next;
		} while (before);
		return all;
	}

	/** An event stream, going on behind `after` when given. */
	stream({ after, query = {}, headers = {} } = {}) {
		const stream = new Stream(this.vedetta, { after, query, headers });
		this.streams.push(stream);
		return stream;
	}

	close() {
		for (const stream of this.streams) {
			stream.close();
		}
	}
}

/**
 * A reader of server-sent events. events holds what came: { id, name, data,
 * json }; board holds the incidents by id as these events left them; lastId is
 * where a new stream goes on.
 */
export class Stream {
	events = [];
	board = new Map();
	umbrellas = new Map();
	/** Who looks at which incident, as these events said. */
	looking = new Map();
	comments = 0;
	lastId;
	resets = 0;
	closed = false;

	constructor(vedetta, { after, query, headers }) {
		const asked = new URLSearchParams({ ...query, ...(after === undefined ? {} : { after }) });
		this.lastId = after;
		this.opened = new Promise((resolvePromise, reject) => {
			this.asked = http.request(`${vedetta.addresses.console}/v1/events?${asked}`, {
				headers: { accept: "text/event-stream", ...(vedetta.cookie === undefined ? {} : { cookie: vedetta.cookie }), ...headers },
				agent: false,
			});
			this.asked.on("response", (answer) => {
				this.answer = answer;
				resolvePromise(answer.statusCode);
				this.read(answer);
			});
			this.asked.on("error", (error) => {
				this.closed = true;
				reject(error);
			});
			this.asked.end();
		});
		// Who does not await opened learns of a failure by closed.
		this.opened.catch(() => {});
	}

	read(answer) {
		let rest = "";
		answer.setEncoding("utf8");
		answer.on("data", (text) => {
			rest += text;
			const blocks = rest.split("\n\n");
			rest = blocks.pop();
			for (const block of blocks) {
				this.take(block);
			}
		});
		answer.on("error", () => {});
		answer.on("close", () => (this.closed = true));
	}

	take(block) {
		const event = { id: undefined, name: "message", data: "" };
		for (const line of block.split("\n")) {
			const at = line.indexOf(":");
			const field = at < 0 ? line : line.slice(0, at);
			const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
			if (field === "") {
				this.comments++;
			} else if (field === "id") {
				event.id = value;
			} else if (field === "event") {
				event.name = value;
			} else if (field === "data") {
				event.data += value;
			}
		}
		if (event.id !== undefined) {
			this.lastId = event.id;
		}
		if (event.data === "" && event.name === "message") {
			return;
		}
		event.json = event.data === "" ? undefined : JSON.parse(event.data);
		this.events.push(event);
		this.apply(event);
	}

	apply(event) {
		if (event.name === "reset") {
			this.resets++;
			this.board.clear();
			return;
		}
		if (event.name === "umbrellas") {
			this.shelter(event.json);
			return;
		}
		if (event.name === "looking") {
			this.glance(event.json);
			return;
		}
		for (const incident of event.json?.incidents ?? []) {
			this.board.set(incident.id, incident);
		}
		for (const id of event.json?.removed ?? []) {
			this.board.delete(id);
		}
	}

	glance({ full, incidents = [] }) {
		if (full) {
			this.looking.clear();
		}
		for (const { incidentId, lookers = [] } of incidents) {
			this.looking.set(incidentId, lookers);
		}
	}

	/** Labels are told apart from the incidents that carry them. */
	shelter({ full, umbrellas = [], labels = [] }) {
		if (full) {
			this.umbrellas.clear();
		}
		for (const umbrella of umbrellas) {
			this.umbrellas.set(umbrella.id, umbrella);
		}
		for (const { incidentId, umbrellaId, tags } of labels) {
			const incident = this.board.get(incidentId);
			if (incident === undefined) {
				continue;
			}
			delete incident.umbrellaId;
			delete incident.umbrellaTags;
			Object.assign(incident, umbrellaId === undefined ? {} : { umbrellaId }, tags === undefined ? {} : { umbrellaTags: tags });
		}
	}

	/** Waits until the condition on this stream holds. */
	until(condition, options) {
		return eventually(() => condition(this), options);
	}

	/** Stops reading: what a console behind a dead link does. */
	pause() {
		this.answer.pause();
	}

	resume() {
		this.answer.resume();
	}

	close() {
		this.asked.destroy();
		this.closed = true;
	}
}
