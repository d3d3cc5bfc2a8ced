// A front that no longer moves (stopped, swapped out, stuck) harms nobody else.

import assert from "node:assert/strict";
import { eventually, isAlive, scenario } from "../blackbox/harness.mjs";
import { Ledger } from "./ledger.mjs";

scenario("a stopped public front: the others take the reports, it is replaced, nothing is lost", {
	timeoutMs: 90000,
}, async (vedetta) => {
	const ledger = new Ledger(vedetta).start(8);
	await eventually(() => ledger.acknowledged.size > 50);
	const stopped = vedetta.roles().find((role) => role.name.startsWith("front"));
	process.kill(stopped.pid, "SIGSTOP");
	const before = ledger.acknowledged.size;
	await eventually(() => ledger.acknowledged.size > before + 200, { withinMs: 20000, what: "reports through the other front" });
	await eventually(() => !isAlive(stopped.pid), { withinMs: 20000, what: "the stopped front's end" });
	await ledger.finish();
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
