// No room in the middle of what the index writes: it waits and says so, nobody else
// notices, and it goes on when there is room. Its file is put on a small disk of its
// own, so that it is not kept from writing beforehand, as it is when all is one disk.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, startVedetta } from "../blackbox/harness.mjs";

const skip = process.getuid() === 0 ? false : "mounting a small disk needs root";
const SENDERS = 8;

async function play(data, small) {
	symlinkSync(join("small", "index.sqlite"), join(data, "index.sqlite"));
	writeFileSync(join(small, "index.sqlite"), "", { mode: 0o600 });
	const v = await startVedetta({ data });
	try {
		let n = 0;
		const sources = Array.from({ length: SENDERS }, () => v.source());
		const send = async (most) => {
			await Promise.all(sources.map(async (source, i) => {
				for (let k = 0; k < most; k++) {
					await source.report({ hazard: "flood", text: `acqua ${i} ${k} ${"x".repeat(400)}`,
						place: { point: { latDeg: 42 + i * 0.01 + k * 0.001, lonDeg: 13.4 }, accuracyM: 20 } });
					n++;
				}
			}));
		};
		for (let i = 0; i < 40 && !v.log.includes("event=index.waits reason=no_room"); i++) {
			await send(40);
		}
		await v.logged(/event=index\.waits reason=no_room/, { withinMs: 20000 });
		await send(2);
		const ready = await eventually(async () => {
			const said = await v.request("admin", "/readyz");
			return /^index: waits/m.test(said.text) && said;
		}, { what: "readyz to say so" });
		assert.equal(ready.status, 200);
		assert.match(ready.text, /index: waits, behind by \d+ rows; .*runbooks\/index-waits\.md/);
		// Measured once in each pause.
		await eventually(async () => (await v.metrics()).vedetta_index_lag_rows > 0, { what: "a lag that is told" });
		assert.equal((await v.metrics()).vedetta_index_waits, 1);
		const counted = async () => (await v.request("console", "/v1/counts?by=hour")).json.counts
			.reduce((sum, one) => sum + Number(one.reports), 0);
		assert.equal(await counted(), n);
		execFileSync("mount", ["-o", "remount,size=64m", small]);
		await eventually(async () => (await v.metrics()).vedetta_index_lag_rows === 0,
			{ withinMs: 20000, what: "an index that goes on" });
		await v.logged(/event=index\.goes_on/);
		await eventually(async () => (await v.metrics()).vedetta_index_waits === 0);
		await eventually(async () => /^index: holds everything$/m.test((await v.request("admin", "/readyz")).text));
		// It began with the empty file that was put there, and never again.
		assert.deepEqual(v.log.match(/event=index\.anew.*/g), ['event=index.anew reason="it was empty"']);
		assert.equal(await counted(), n);
	} finally {
		await v.end();
	}
}

test("an index without room for a slice waits, and goes on when there is some", { skip, timeout: 120000 }, async () => {
	const data = join(makeFolder(), "data");
	const small = join(data, "small");
	mkdirSync(small, { recursive: true, mode: 0o700 });
	execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", small]);
	try {
		await play(data, small);
	} finally {
		execFileSync("umount", ["-l", small]);
	}
});
