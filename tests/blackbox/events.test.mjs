// The stream: a change is told, a break leaves no gap, who does not read is cut.

import assert from "node:assert/strict";
import net from "node:net";
import { eventually, goOn, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

let step = 0;
/** Each an incident of its own. */
function somewhere(report = {}) {
	step++;
	return {
		hazard: "flood",
		place: { point: { latDeg: 40 + (step % 400) * 0.02, lonDeg: 10 + Math.floor(step / 400) * 0.02 }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" },
		...report,
	};
}

const atHome = { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" };

/** The stream shows what the list shows, state for state. */
function sameAsList(stream, operator, query) {
	return eventually(async () => {
		const list = await operator.board(query);
		assert.deepEqual(
			[...stream.board.values()].sort((a, b) => Number(a.id) - Number(b.id)),
			list.sort((a, b) => Number(a.id) - Number(b.id)));
		return true;
	}, { withinMs: 8000 });
}

scenario("a report is on an open stream within a second", {}, async (v) => {
	const operator = v.operator();
	const stream = operator.stream();

	assert.equal(await stream.opened, 200);
	assert.equal(stream.answer.headers["content-type"], "text/event-stream");
	assert.equal(stream.answer.headers["cache-control"], "no-store");
	await stream.until((s) => s.events.some((event) => event.name === "heartbeat"));
	await v.source().report(somewhere());
	await stream.until((s) => s.board.size === 1, { withinMs: 1000 });
	const event = stream.events.find((one) => one.name === "change");
	check("Event", event.json);
	assert.equal(event.json.sequence, event.id);
	await sameAsList(stream, operator);
});

scenario("list and then stream is the whole board, without a gap", {}, async (v) => {
	const operator = v.operator();
	let stop = false;
	const load = (async () => {
		while (!stop) {
			await v.source().report(somewhere());
		}
	})();
	for (let i = 0; i < 5; i++) {
		const { sequence } = await operator.incidents("?limit=1");
		const list = await operator.board(); // a quick machine has more than one page
		const stream = operator.stream({ after: sequence });
		list.forEach((incident) => stream.board.set(incident.id, incident));
		await stream.until((s) => s.board.size >= list.length + 20);
	}
	stop = true;
	await load;
	for (const stream of operator.streams) {
		await sameAsList(stream, operator);
	}
});

scenario("a stream that is cut goes on with Last-Event-ID", {}, async (v) => {
	const operator = v.operator();
	const first = operator.stream();
	await first.opened;
	await v.source().report({ ...somewhere(), place: atHome });
	await first.until((s) => s.board.size === 1);
	first.close();

	await v.source().report({ hazard: "flood", place: atHome, signs: { trapped: true } });
	await v.source().report(somewhere());
	const second = operator.stream({ headers: { "last-event-id": first.lastId }, after: "0123456789abcdef-0" });
	second.board = first.board;
	await second.until((s) => s.board.size === 2);
	await sameAsList(second, operator);
	assert.equal(second.resets, 0);
});

scenario("what leaves the filter is removed, what enters it is told", {}, async (v) => {
	const operator = v.operator();
	const worst = operator.stream({ query: { class: "1" } });
	const calm = operator.stream({ query: { bbox: "8,44,10,46", unplaced: "false" } });
	await Promise.all([worst.opened, calm.opened]);
	await v.source().report({ hazard: "flood", place: atHome });
	await calm.until((s) => s.board.size === 1);
	assert.equal(worst.board.size, 0);
	await v.source().report({ hazard: "flood", place: atHome, signs: { unresponsive: true } });
	await worst.until((s) => s.board.size === 1);
	await calm.until((s) => [...s.board.values()][0].rank.class === 1);

	// A stream that never showed the flood hears nothing of its changes.
	const fire = operator.stream({ query: { hazard: "fire" } });
	await fire.until((s) => s.events.some((event) => event.name === "heartbeat"));
	await v.source().report({ hazard: "flood", place: atHome });
	await v.source().report(somewhere({ hazard: "fire" }));
	await fire.until((s) => s.board.size === 1);
	assert.deepEqual(fire.events.flatMap((event) => event.json?.removed ?? []), []);
});

scenario("an unknown epoch is answered with a reset, and the stream goes on", {}, async (v) => {
	const operator = v.operator();
	await v.source().report(somewhere());
	await eventually(async () => (await operator.incidents()).total === 1); // so that there is something to list
	const stream = operator.stream({ after: "0123456789abcdef-7" });
	await stream.until((s) => s.resets === 1);
	const reset = stream.events.find((event) => event.name === "reset");
	assert.equal(reset.id, reset.json.sequence);
	const list = await operator.incidents();
	list.incidents.forEach((incident) => stream.board.set(incident.id, incident));
	await v.source().report(somewhere());
	await sameAsList(stream, operator);
	assert.equal(stream.resets, 1);
});

scenario("what cannot be a sequence or a filter is refused by name", {}, async (v) => {
	for (const [query, field] of [["after=7", "after"], ["after=x-1", "after"], ["status=new", "status"], ["limit=3", "limit"]]) {
		const answer = await v.request("console", `/v1/events?${query}`);
		assert.equal(answer.status, 400, query);
		assert.equal(answer.json.field, field);
	}
});

scenario("a killed desk is told by heartbeats, and nothing is missing after it", {}, async (v) => {
	const operator = v.operator();
	const stream = operator.stream();
	await stream.opened;
	await v.source().report(somewhere());
	await stream.until((s) => s.board.size === 1);
	// Also by a console front that hears of the end and of the next one in one breath.
	const { pid } = v.role("console-1");
	process.kill(pid, "SIGSTOP");
	try {
		await v.kill("desk");
		await v.source().report(somewhere());
	} finally {
		goOn(pid);
	}
	await stream.until((s) => s.board.size === 2);
	assert.equal(stream.resets, 0);
	const told = stream.events.filter((event) => event.name === "heartbeat").map((event) => event.json.deskConnected);
	assert.equal(told[0], true);
	assert.ok(told.includes(false), JSON.stringify(told));
	await sameAsList(stream, operator);
});

scenario("a restarted console front serves the same board, and a stream resumes on it", {}, async (v) => {
	const operator = v.operator();
	for (let i = 0; i < 30; i++) {
		await v.source().report(somewhere());
	}
	await eventually(async () => (await operator.incidents()).total === 30);
	const before = await operator.board();
	const stream = operator.stream({ after: (await operator.incidents()).sequence });
	await stream.opened;

	await v.kill("console-1");
	await eventually(() => stream.closed);
	await v.source().report(somewhere());
	const after = await eventually(async () => {
		const board = await operator.board();
		return board.length === 31 ? board : undefined;
	});
	assert.deepEqual(after.filter((incident) => before.some((one) => one.id === incident.id)), before);
	const resumed = operator.stream({ after: stream.lastId });
	await resumed.until((s) => s.board.size === 1);
	assert.equal(resumed.resets, 0);
});

/** Opens a stream on a raw socket that is never read from. */
async function openDeaf(v, path) {
	const { hostname, port } = new URL(v.addresses.console);
	const socket = net.connect({ host: hostname, port: Number(port) });
	socket.on("error", () => {});
	socket.pause();
	await new Promise((resolve) => socket.once("connect", resolve));
	socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${v.cookie}\r\n\r\n`);
	return socket;
}

scenario("who does not read is cut, the others go on, and it resumes without a gap", { timeoutMs: 120000 }, async (v) => {
	const operator = v.operator();
	const quick = operator.stream();
	await quick.opened;
	await quick.until((s) => s.lastId !== undefined);
	const start = quick.lastId;
	const deaf = await openDeaf(v, "/v1/events");

	await eventually(async () => (await v.metrics()).vedetta_streams === 2);
	let sent = 0;
	// The kernel holds a few MB for a deaf reader on loopback; then our own queue fills.
	await eventually(async () => {
		await Promise.all(Array.from({ length: 64 }, () => v.source().report(somewhere({ text: "x".repeat(50) }))));
		sent += 64;
		return (await v.metrics()).vedetta_stream_cut_slow_total >= 1;
	}, { withinMs: 90000, what: "the cut of the deaf one" });
	deaf.destroy();
	await quick.until((s) => s.board.size === sent, { withinMs: 10000 });
	const back = operator.stream({ after: start });
	await back.until((s) => s.board.size === sent, { withinMs: 20000 });
	assert.equal(back.resets, 0);
	await sameAsList(back, operator);
});
