// What hangs is replaced; an input that hangs the desk is blamed as if it had crashed it.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, isAlive, scenario } from "../blackbox/harness.mjs";

const POISON = "poison-7e02";

scenario("an input that hangs the desk is quarantined after the second time, and acknowledged", {
	env: { VEDETTA_TEST_HANG: POISON },
	timeoutMs: 60000,
}, async (vedetta) => {
	const source = vedetta.source();
	const operator = vedetta.operator();
	const key = randomUUID();
	await source.report({ hazard: "flood", text: "before" });

	const receipt = await eventually(async () => {
		const answer = await source.postJson({ hazard: "fire", text: `words with ${POISON} inside` }, { key });
		return answer.status === 201 || answer.status === 200 ? answer.json : undefined;
	}, { withinMs: 30000, what: "a receipt for what hangs the desk" });
	assert.match(receipt.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
	const listed = await eventually(async () =>
		(await operator.board()).find((incident) => incident.quarantined), { what: "the quarantined incident on the board" });
	assert.equal((await operator.reportsOf(listed.id)).length, 1);
	await source.report({ hazard: "flood", text: "after" });
	await eventually(() => vedetta.log.match(/event=role\.stuck name=desk stepping=1/g)?.length === 2, { what: "the log to tell of both" });
});

scenario("a desk that hangs is not ready after 3 s and replaced within 10", { timeoutMs: 60000 }, async (vedetta) => {
	const ready = async () => (await vedetta.request("admin", "/readyz")).status === 200;
	await eventually(ready);
	const { pid } = vedetta.role("desk");
	process.kill(pid, "SIGSTOP");
	const since = Date.now();
	const answer = await eventually(async () => {
		const now = await vedetta.request("admin", "/readyz");
		return now.status === 503 ? now : undefined;
	}, { withinMs: 6000, what: "not ready" });
	assert.match(answer.text, /desk: silent for \d+ s/);
	assert.ok(Date.now() - since > 1500, "not at the first late frame");
	await eventually(() => !isAlive(pid), { withinMs: 10000, what: "the end of the stopped desk" });
	assert.ok(Date.now() - since < 11000, `it took ${Date.now() - since} ms`);
	await eventually(ready, { withinMs: 5000 });
	await vedetta.source().report({ hazard: "flood", text: "after it" });
});

scenario("a front that hangs before it is ready is replaced too", { timeoutMs: 60000 }, async (vedetta) => {
	// Without a desk the console front has no board, and is not ready.
	process.kill(vedetta.role("desk").pid, "SIGSTOP");
	await vedetta.kill("console-1");
	const stopped = await eventually(() => vedetta.roles().find((role) => role.name === "console-1")?.pid);
	process.kill(stopped, "SIGSTOP");
	await eventually(() => !isAlive(stopped), { withinMs: 30000, what: "the end of the stopped front" });
	await eventually(async () => (await vedetta.request("admin", "/readyz")).status === 200, { withinMs: 15000 });
});

scenario("a reader that works through many long questions is not taken for stuck", {
	env: { VEDETTA_TEST_SLOW_READER: "1800" },
	config: { "server.public_fronts": 6 },
	timeoutMs: 60000,
}, async (vedetta) => {
	const { link } = await vedetta.source().report({ hazard: "flood", text: "asked for" });
	const pids = vedetta.roles().map((role) => role.pid);
	const end = Date.now() + 24000;
	await Promise.all(Array.from({ length: 60 }, async () => {
		while (Date.now() < end) {
			await vedetta.request("public", link, { headers: { accept: "application/json", connection: "close" } });
			await delay(100);
		}
	}));
	assert.doesNotMatch(vedetta.log, /role\.stuck/);
	assert.deepEqual(vedetta.roles().map((role) => role.pid), pids);
});
