#!/usr/bin/env node
// Drives the benchmarks of the whole program and prints one table.
//
//   VEDETTA_BUILD=build node tests/bench/run.mjs [ingest latency slow streams readiness memory]
//
// Build with optimisation and without sanitizers first, and the clients with
// it: ninja -C build tests/bench/{load,slow,streams,nullsrv}. Every rate has its
// reference in the same run: an evhttp server that answers an empty 201
// (nullsrv.c), asked by the same client, turn and turn about. Quote ratios and
// medians; absolute figures move with the machine.
//
// ROUNDS (5) and SECONDS (4) of each measurement, REPORTS (1000000) to load,
// STREAMS (1000) of operators.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, eventually, startVedetta } from "../blackbox/harness.mjs";

const execute = promisify(execFile);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 4);
const STREAMS = Number(process.env.STREAMS ?? 1000);
const REPORTS = Number(process.env.REPORTS ?? 1000000);
const wanted = new Set(process.argv.slice(2));
const unlimited = { "public.max_per_address": 100000 };

const median = (values) => [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
const portOf = (address) => new URL(address).port;

function print(name, value, unit) {
	console.log(`${name.padEnd(52)} ${String(value).padStart(10)} ${unit}`);
}

/** Runs a client to its end; its lines are "name value". */
async function measure(name, ...args) {
	const { stdout } = await execute(join(build, "tests/bench", name), args.map(String));
	return Object.fromEntries(stdout.trim().split("\n").map((line) => {
		const at = line.lastIndexOf(" ");
		return [line.slice(0, at), Number(line.slice(at + 1))];
	}));
}

async function freePort() {
	const server = net.createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	server.close();
	await once(server, "close");
	return port;
}

async function withReference(body) {
	const port = await freePort();
	const child = spawn(join(build, "tests/bench/nullsrv"), [port]);
	await once(child.stdout, "data");
	try {
		return await body(port);
	} finally {
		child.kill();
	}
}

async function withVedetta(options, body) {
	const vedetta = await startVedetta({ startMs: 120000, ...options });
	try {
		return await body(vedetta);
	} finally {
		await vedetta.end();
	}
}

/** Resident bytes of a process, shared pages counted in full. */
function residentBytes(pid) {
	return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]) * 1024;
}

/** The reference has the machine alone: what the index put off is not done at its expense. */
async function indexed(vedetta) {
	await eventually(async () => {
		const metrics = await vedetta.metrics();
		return (metrics.vedetta_index_lag_rows ?? 0) === 0;
	}, { withinMs: 300000, what: "the index to catch up" });
}

async function ingest() {
	for (const connections of [16, 64, 256]) {
		await withReference((reference) => withVedetta({ config: unlimited }, async (vedetta) => {
			const ours = [];
			const theirs = [];
			const behind = [];
			for (let i = 0; i < ROUNDS; i++) {
				await indexed(vedetta);
				theirs.push((await measure("load", reference, SECONDS, connections)).accepted_per_s);
				ours.push((await measure("load", portOf(vedetta.addresses.public), SECONDS, connections)).accepted_per_s);
				behind.push((await vedetta.metrics()).vedetta_index_lag_rows ?? 0);
			}
			const ratios = ours.map((rate, i) => rate / theirs[i]);
			print(`ingest, ${connections} connections: reports acknowledged`, median(ours).toFixed(0), "/s");
			print(`ingest, ${connections} connections: evhttp's empty 201`, median(theirs).toFixed(0), "/s");
			print(`ingest, ${connections} connections: the index is behind by`, median(behind), "rows");
			print(`ingest, ${connections} connections: ratio`, median(ratios).toFixed(2), `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`);
		}));
	}
}

async function latency() {
	await withVedetta({ config: unlimited }, async (vedetta) => {
		const port = portOf(vedetta.addresses.public);
		const full = (await measure("load", port, SECONDS, 64)).accepted_per_s;
		const runs = [];
		for (let i = 0; i < ROUNDS; i++) {
			runs.push(await measure("load", port, SECONDS, 64, Math.round(full / 2)));
		}
		print("ack latency at half load: rate", median(runs.map((r) => r.accepted_per_s)).toFixed(0), "/s");
		print("ack latency at half load: p50", (median(runs.map((r) => r.p50_us)) / 1000).toFixed(2), "ms");
		print("ack latency at half load: p99", (median(runs.map((r) => r.p99_us)) / 1000).toFixed(2), "ms");
		print("ack latency at half load: p99.9", (median(runs.map((r) => r.p999_us)) / 1000).toFixed(2), "ms");
	});
}

/** Honest reports over new connections, while that many others never finish their head. */
async function slow() {
	for (const connections of [2000, 10000]) {
		await withVedetta({ config: unlimited }, async (vedetta) => {
			const run = await measure("slow", portOf(vedetta.addresses.public), SECONDS, connections, 500);
			const name = `500 reports/s among ${connections} slow connections`;
			print(`${name}: p50`, (run.p50_us / 1000).toFixed(1), "ms");
			print(`${name}: p99`, (run.p99_us / 1000).toFixed(1), "ms");
			print(`${name}: not accepted`, run.asked - run.accepted, `of ${run.asked}`);
			print(`${name}: slow ones cut`, run.slow_cut, "");
		});
	}
}

async function streams() {
	for (const fresh of [10, 100]) {
		const runs = [];
		for (let i = 0; i < Math.min(ROUNDS, 3); i++) {
			runs.push(await withVedetta({ config: { ...unlimited, "console.max_connections": 2000 } }, (vedetta) =>
				measure("streams", portOf(vedetta.addresses.public), portOf(vedetta.addresses.console), SECONDS * 2, 1000, STREAMS, fresh, vedetta.cookie)));
		}
		const name = `1,000 reports/s, ${STREAMS} streams, ${fresh} % new incidents`;
		print(`${name}: p50`, median(runs.map((r) => r.p50_ms)).toFixed(1), "ms");
		print(`${name}: p99`, median(runs.map((r) => r.p99_ms)).toFixed(1), "ms");
		print(`${name}: streams cut`, median(runs.map((r) => r.streams_closed)), "");
		print(`${name}: sent`, median(runs.map((r) => r.stream_mib_per_s)).toFixed(0), "MiB/s");
	}
}

/** Fills a store with that many reports, then kills the desk and waits for the next receipt. */
async function readiness() {
	await withVedetta({ config: unlimited }, async (vedetta) => {
		const port = portOf(vedetta.addresses.public);
		let have = 0;
		while (have < REPORTS) {
			await measure("load", port, SECONDS * 2, 64);
			have = (await vedetta.metrics())["vedetta_desk_last_sequence"];
		}
		const desk = residentBytes(vedetta.role("desk").pid);
		const metrics = await vedetta.metrics();
		print("reports in the store", have, "");
		print("incidents open", metrics["vedetta_desk_incidents_open"], "");
		print("desk: resident", (desk / 1048576).toFixed(0), "MiB");
		print("desk: resident per report", (desk / have).toFixed(0), "B");
		const times = [];
		for (let i = 0; i < 3; i++) {
			await vedetta.kill("desk");
			const killed = Date.now();
			await eventually(async () => (await vedetta.source().postJson({ hazard: "flood" }, {})).status === 201, { withinMs: 60000 });
			times.push(Date.now() - killed);
		}
		print(`kill -9 of the desk to the next receipt`, median(times), "ms");
	});
}

async function memory() {
	await withVedetta({ config: { ...unlimited, "server.public_fronts": 1 } }, async (vedetta) => {
		const { hostname, port } = new URL(vedetta.addresses.public);
		const pid = vedetta.roles().find((role) => role.name.startsWith("front")).pid;
		const before = residentBytes(pid);
		const sockets = [];
		for (let i = 0; i < 2000; i++) {
			const socket = net.connect(Number(port), hostname);
			await once(socket, "connect");
			sockets.push(socket);
			// Each has had one answer, and waits for its next request.
			socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
			await once(socket, "data");
		}
		print("front: resident per idle connection", ((residentBytes(pid) - before) / sockets.length).toFixed(0), "B");
		sockets.forEach((socket) => socket.destroy());
	});
}

const all = { ingest, latency, slow, streams, readiness, memory };
for (const [name, body] of Object.entries(all)) {
	if (wanted.size === 0 || wanted.has(name)) {
		await body();
	}
}
