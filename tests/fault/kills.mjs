// Kills at random, the same ones for the same seed.

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
const ONE_IN_SUPERVISOR = 12;

/** A small generator (mulberry32): a function that gives numbers in 0..1. */
export function generator(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/** The one killed before may be gone by now. */
function killIfThere(pid) {
	try {
		return process.kill(pid, "SIGKILL");
	} catch (error) {
		assert.equal(error.code, "ESRCH");
		return false;
	}
}

/**
 * kill -9 of a random role, or of the supervisor now and then, 10 to 500 ms
 * apart. only: no other role than this one. Says how often each was killed.
 */
export async function killAtRandom(vedetta, kills, random, only) {
	const killed = {};
	for (let i = 0; i < kills; i++) {
		await delay(10 + random() * 490);
		const roles = vedetta.roles().filter((role) => only === undefined || role.name === only);
		const supervisor = only === undefined && (random() * ONE_IN_SUPERVISOR < 1 || roles.length === 0);
		if (supervisor) {
			await vedetta.kill("supervisor");
			await vedetta.start();
			killed.supervisor = (killed.supervisor ?? 0) + 1;
			continue;
		}
		const role = roles[Math.floor(random() * roles.length)];
		if (role !== undefined && killIfThere(role.pid)) {
			killed[role.name] = (killed[role.name] ?? 0) + 1;
		}
	}
	return killed;
}
