// A test that has never failed proves nothing. These programs are wrong on
// purpose, each in one place; the ledger and the lock's test must see it.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { build, eventually, makeFolder, run, startVedetta } from "../blackbox/harness.mjs";
import { generator, killAtRandom } from "./kills.mjs";
import { Ledger } from "./ledger.mjs";

/** A folder with the program, these of its executables replaced. */
function programWith(replaced) {
	const folder = join(makeFolder(), "mutant");
	mkdirSync(folder);
	for (const name of ["vedetta", "courier", "front", "desk", "index", "password", "reader"]) {
		const path = replaced[name] === undefined
			? join(build, "server", name)
			: join(build, "tests/fault", replaced[name]);
		copyFileSync(path, join(folder, name));
	}
	return join(folder, "vedetta");
}

/** What the ledger finds wrong after the body was played on this program. */
async function faultsOf(program, body) {
	const vedetta = await startVedetta({ program });
	try {
		const ledger = new Ledger(vedetta).start();
		await body(vedetta, ledger);
		await ledger.finish();
		return await ledger.check();
	} finally {
		await vedetta.end();
	}
}

test("the ledger sees a desk that acknowledges before it commits", { timeout: 180000 }, async () => {
	const faults = await faultsOf(programWith({ desk: "desk_acks_before_commit" }), async (vedetta, ledger) => {
		await killAtRandom(vedetta, 15, generator(1), "desk");
		const before = ledger.acknowledged.size;
		await eventually(() => ledger.acknowledged.size > before, { withinMs: 20000 });
	});
	assert.ok(faults.length > 0, "nothing was found wrong");
});

test("the ledger sees a desk that drops one of 10,000", { timeout: 180000 }, async () => {
	const faults = await faultsOf(programWith({ desk: "desk_drops_one" }), (vedetta, ledger) =>
		eventually(() => ledger.acknowledged.size > 10500, { withinMs: 150000, what: "10,500 reports" }));
	assert.ok(faults.length > 0, "nothing was found wrong");
});

test("the lock's test sees a program that takes no lock", { timeout: 60000 }, async () => {
	const program = programWith({ vedetta: "vedetta_takes_no_lock", desk: "desk_takes_no_lock" });
	const vedetta = await startVedetta({ program });
	try {
		const second = await run(
			["serve", "--data", vedetta.data, "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
			{ command: program, timeoutMs: 3000 },
		).catch((error) => error);
		assert.ok(second instanceof Error || second.code === 0, "it was refused all the same");
	} finally {
		await vedetta.end();
	}
});
