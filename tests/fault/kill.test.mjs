// kill -9 of anything, at any moment, under load: nothing acknowledged is lost.
//
// VEDETTA_KILLS=1000 for the long run; VEDETTA_SEED to play one again.

import assert from "node:assert/strict";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { generator, killAtRandom } from "./kills.mjs";
import { Ledger } from "./ledger.mjs";

const KILLS = Number(process.env.VEDETTA_KILLS ?? 100);
const SEED = Number(process.env.VEDETTA_SEED ?? Date.now() % 1000000);

scenario(`${KILLS} kills of random roles under load lose nothing`, {
	timeoutMs: 120000 + KILLS * 2000,
}, async (vedetta, t) => {
	t.diagnostic(`seed ${SEED}`);
	const ledger = new Ledger(vedetta).start();
	const killed = await killAtRandom(vedetta, KILLS, generator(SEED));
	const before = ledger.acknowledged.size;
	await eventually(() => ledger.acknowledged.size > before, { withinMs: 20000, what: "reports taken again" });
	await ledger.finish();
	t.diagnostic(`killed ${JSON.stringify(killed)}`);
	t.diagnostic(`${ledger.acknowledged.size} acknowledged of ${ledger.tried.size}, longest gap ${ledger.longestGapMs} ms`);
	await eventually(async () => (await vedetta.request("admin", "/readyz")).status === 200, { withinMs: 20000 });
	assert.ok(ledger.acknowledged.size > KILLS * 5, "too few reports for the kills to mean anything");
	assert.deepEqual((await ledger.check()).slice(0, 20), []);
});
