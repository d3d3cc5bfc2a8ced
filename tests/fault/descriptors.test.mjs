// A front without a free descriptor outlives a new desk, and the limit is raised to what is asked for.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, isAlive, scenario } from "../blackbox/harness.mjs";

const skip = process.getuid() === 0 ? false : "another process's descriptors are root's to see";

/** All below this number are taken. */
function lowestFree(pid) {
	const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
	let fd = 0;
	while (open.has(fd)) {
		fd++;
	}
	return fd;
}

/** Connections that have begun a request: nobody closes them for a while. */
async function crowd(vedetta, n) {
	const { hostname, port } = new URL(vedetta.addresses.public);
	const sockets = Array.from({ length: n }, () => {
		const socket = net.connect(Number(port), hostname);
		socket.on("error", () => {});
		socket.on("data", (bytes) => (socket.said = (socket.said ?? "") + bytes));
		socket.write("POST /v1/rep");
		return socket;
	});
	await Promise.all(sockets.map((socket) => once(socket, "connect")));
	return sockets;
}

scenario("a front without a free descriptor takes reports again when the desk is back", {
	skip,
	config: { "server.public_fronts": 1 },
	timeoutMs: 90000,
}, async (vedetta) => {
	await vedetta.source().report({ hazard: "flood", text: "before" });
	const { pid } = vedetta.role("front-1");
	vedetta.agent.destroy();
	const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
	await eventually(async () => {
		const before = descriptors();
		await delay(300);
		return descriptors() === before;
	});
	execFileSync("prlimit", ["--pid", String(pid), `--nofile=${lowestFree(pid) + 6}:`]);
	const timesLost = () => (vedetta.log.match(/role=front-1 event=desk\.lost/g) ?? []).length;
	for (let round = 1; round <= 4; round++) {
		// The supervisor waits until others have taken the place of the desk's line.
		const lost = timesLost();
		const desk = vedetta.role("desk").pid;
		process.kill(vedetta.pid, "SIGSTOP");
		process.kill(desk, "SIGKILL");
		await eventually(() => timesLost() > lost);
		const sockets = await crowd(vedetta, 20);
		await delay(150);
		process.kill(vedetta.pid, "SIGCONT");
		await eventually(() => vedetta.roles().some((role) => role.name === "desk" && role.pid !== desk));
		await delay(500);
		assert.ok(isAlive(pid), `the front died in round ${round}`);
		await eventually(() => sockets.some((socket) => /^HTTP\/1\.1 503 /.test(socket.said)), { what: "a no for who finds no place" });
		for (const socket of sockets) {
			socket.destroy();
		}
		await eventually(() => vedetta.source().report({ hazard: "flood", text: `round ${round}` }),
			{ withinMs: 10000, what: "reports taken again" });
	}
	assert.equal(vedetta.role("front-1").pid, pid);
});

scenario("the limit of descriptors is raised to what the config asks for, or it says that it may not", {
	skip,
	command: ["prlimit", "--nofile=512:512"],
	config: { "public.max_connections": 9000 },
}, async (vedetta) => {
	const limits = readFileSync(`/proc/${vedetta.role("front-1").pid}/limits`, "latin1");
	const [, soft] = /^Max open files\s+(\d+)/m.exec(limits);
	assert.ok(Number(soft) >= 4500 + 128 || /event=serve\.few_descriptors limit=512 wanted=4628/.test(vedetta.log), limits);
});
