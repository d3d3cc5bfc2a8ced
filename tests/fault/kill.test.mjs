// kill -9 of anything, at any moment, under load: nothing acknowledged is lost.
//
// VEDETTA_KILLS=1000 for the long run; VEDETTA_SEED to play one again.

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, isAlive, scenario } from "../blackbox/harness.mjs";
import { Ledger } from "./ledger.mjs";

const KILLS = Number(process.env.VEDETTA_KILLS ?? 100);
const SEED = Number(process.env.VEDETTA_SEED ?? Date.now() % 1000000);
const ONE_IN_SUPERVISOR = 12;

/** A small generator (mulberry32), so that a seed plays the same kills again. */
function generator(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

export async function killAtRandom(vedetta, kills, random) {
	const killed = {};
	for (let i = 0; i < kills; i++) {
		await delay(10 + random() * 490);
		const roles = vedetta.roles();
		const supervisor = random() * ONE_IN_SUPERVISOR < 1 || roles.length === 0;
		const name = supervisor ? "supervisor" : roles[Math.floor(random() * roles.length)].name;
		killed[name] = (killed[name] ?? 0) + 1;
		if (supervisor) {
			await vedetta.kill("supervisor");
			await vedetta.start();
		} else {
			const role = vedetta.roles().find((one) => one.name === name);
			if (role !== undefined && isAlive(role.pid)) {
				process.kill(role.pid, "SIGKILL");
			}
		}
	}
	return killed;
}

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
