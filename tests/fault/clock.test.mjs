// The clock jumps: nothing is lost, order is the log's, nothing storms.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { cookies, eventually, makeFolder, processorSeconds, startVedetta } from "../blackbox/harness.mjs";
import { Ledger } from "./ledger.mjs";

const multiarch = execFileSync("gcc", ["-print-multiarch"]).toString().trim();
const library = `/usr/lib/${multiarch}/faketime/libfaketime.so.1`;
const skip = existsSync(library) ? false : `${library} is not installed (package libfaketime)`;

/** Words of their own, which the ledger expects. */
function told(ledger, offset) {
	const text = `at ${offset}, ${ledger.tried.size}`;
	ledger.tried.add(text);
	return text;
}

test("reports survive a clock that jumps by days and years, both ways", { skip, timeout: 120000 }, async () => {
	// In the one folder that the desk may read: it looks there each time it asks for the time.
	const data = join(makeFolder(), "data");
	mkdirSync(data, { mode: 0o700 });
	const clock = join(data, "clock");
	writeFileSync(clock, "+0");
	const vedetta = await startVedetta({
		data,
		env: {
			LD_PRELOAD: library,
			FAKETIME_TIMESTAMP_FILE: clock,
			FAKETIME_NO_CACHE: "1",
			DONT_FAKE_MONOTONIC: "1",
		},
	});
	try {
		const ledger = new Ledger(vedetta).start(6);
		for (const offset of ["+1d", "-1d", "+3650d", "+0", "-3650d", "+0", "-1", "-2", "-3", "+0"]) {
			writeFileSync(clock, offset);
			const before = ledger.acknowledged.size;
			await eventually(() => ledger.acknowledged.size > before + 20, { withinMs: 10000, what: `reports after a jump to ${offset}` });
			const { receivedAt } = await vedetta.source().report({ hazard: "flood", text: told(ledger, offset) });
			const away = Date.parse(receivedAt) - Date.now();
			const wanted = 1000 * (offset.endsWith("d") ? 86400 * parseInt(offset, 10) : parseInt(offset, 10));
			assert.ok(Math.abs(away - wanted) < 15000, `${offset}: the desk says ${receivedAt}`);
		}
		// Who was not heard of for days is logged out.
		vedetta.cookie = await vedetta.login();
		cookies.set(vedetta.addresses.console, vedetta.cookie);
		await ledger.finish();
		// Idle now: a timer that storms would show as processor time.
		// Whoever has something left to do is idle soon.
		await eventually(async () => {
			const roles = vedetta.roles();
			const used = roles.map((role) => processorSeconds(role.pid));
			await delay(1000);
			roles.forEach((role, i) => {
				const spent = processorSeconds(role.pid) - used[i];
				assert.ok(spent < 0.3, `${role.name} used ${spent} s of an idle second`);
			});
			return true;
		}, { withinMs: 15000, what: "an idle second" });
		assert.deepEqual((await ledger.check()).slice(0, 20), []);
	} finally {
		await vedetta.end();
	}
});
