// A front or an index that no longer moves (stopped, swapped out, stuck) harms nobody else.

import assert from "node:assert/strict";
import { eventually, isAlive, scenario } from "../blackbox/harness.mjs";
import { Ledger } from "./ledger.mjs";

scenario("a stopped public front and index: the others take reports and answer, both are replaced, nothing is lost", {
	timeoutMs: 90000,
}, async (vedetta) => {
	const ledger = new Ledger(vedetta).start(8);
	await eventually(() => ledger.acknowledged.size > 50);
	const [stopped, index] = ["front", "index"].map((name) => vedetta.roles().find((role) => role.name.startsWith(name)));
	process.kill(stopped.pid, "SIGSTOP");
	process.kill(index.pid, "SIGSTOP");
	const before = ledger.acknowledged.size;
	await eventually(() => ledger.acknowledged.size > before + 200, { withinMs: 20000, what: "reports through the other front" });
	// What the index does not know yet the readers take from the log.
	const counted = await vedetta.operator().get("/v1/counts?by=hour");
	assert.ok(counted.counts.reduce((sum, one) => sum + Number(one.reports), 0) > before + 200, JSON.stringify(counted));
	assert.ok(Number(counted.lagRows) > 0 || !isAlive(index.pid), JSON.stringify(counted));
	await eventually(() => !isAlive(stopped.pid) && !isAlive(index.pid), { withinMs: 20000, what: "the stopped front's and index's end" });
	await ledger.finish();
	await eventually(async () => (await vedetta.operator().get("/v1/reports?limit=1")).lagRows === undefined, { withinMs: 20000, what: "another index to catch up" });
	assert.deepEqual((await ledger.check()).slice(0, 20), []);
});

scenario("a stopped console front is cut off and replaced; reports and the board go on", {
	timeoutMs: 90000,
}, async (vedetta) => {
	const ledger = new Ledger(vedetta).start(8);
	await eventually(() => ledger.acknowledged.size > 50);
	const stopped = vedetta.roles().find((role) => role.name.startsWith("console"));
	process.kill(stopped.pid, "SIGSTOP");
	const before = ledger.acknowledged.size;
	await eventually(() => ledger.acknowledged.size > before + 500, { withinMs: 20000, what: "reports go on" });
	await eventually(() => !isAlive(stopped.pid), { withinMs: 30000, what: "the stopped console front's end" });
	await eventually(async () => (await vedetta.operator().incidents()).total > 0, { withinMs: 10000 });
	await ledger.finish();
	assert.deepEqual((await ledger.check()).slice(0, 20), []);
});
