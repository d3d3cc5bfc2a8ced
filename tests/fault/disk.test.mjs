// The disk is full, and has room again: no report is acknowledged that is not
// kept, reading goes on, and nobody has to restart anything.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, statfsSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, startVedetta } from "../blackbox/harness.mjs";
import { Ledger } from "./ledger.mjs";

const skip = process.getuid() === 0 ? false : "mounting a small disk needs root";

/** A disk of that many MiB for the body; unmounted whatever happens. */
async function onSmallDisk(mebibytes, body) {
	const disk = join(makeFolder(), "disk");
	mkdirSync(disk);
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=0777`, "tmpfs", disk]);
	try {
		await body(disk);
	} finally {
		execFileSync("umount", ["-l", disk]);
	}
}

/** Leaves that many bytes free. */
function fill(disk, leave) {
	const { bavail, bsize } = statfsSync(disk);
	const path = join(disk, "something-else");
	try {
		writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
	} catch (error) {
		// The store took some of it meanwhile: it is full, which was the wish.
		assert.equal(error.code, "ENOSPC");
	}
	return path;
}

async function playFullDisk(reserveMib, leave) {
	await onSmallDisk(64, async (disk) => {
		const vedetta = await startVedetta({
			data: join(disk, "data"),
			config: { "store.reserve_mib": reserveMib },
		});
		try {
			const source = vedetta.source();
			const kept = await source.report({ hazard: "flood", text: "before" });
			const ledger = new Ledger(vedetta).start(6);
			await eventually(() => ledger.acknowledged.size > 50, { withinMs: 10000 });
			const filler = fill(disk, leave);

			// Each asks with words of its own: a small one may still find a place in the file.
			const words = (text) => {
				const all = `${text} ${ledger.tried.size}`;
				ledger.tried.add(all);
				return all;
			};
			const refused = await eventually(async () => {
				const answer = await source.postJson({ hazard: "flood", text: words("while full") });
				return answer.status === 503 ? answer : undefined;
			}, { withinMs: 20000, what: "a 503 for want of room" });
			assert.ok(Number(refused.headers["retry-after"]) > 0);
			assert.match(refused.headers["content-type"], /^application\/problem\+json/);
			assert.equal(refused.json.emergencyNumber, "112");
			const page = await eventually(async () => {
				const answer = await source.postForm({ hazard: "flood", text: words("acqua <alta>") });
				return answer.status === 503 && answer;
			}, { withinMs: 20000, what: "a 503 to a form" });
			assert.match(page.text, /112/);
			assert.match(page.text, /acqua &lt;alta&gt;/, "the form must come back filled");

			// Reading goes on.
			const read = await vedetta.request("public", kept.link, { headers: { accept: "application/json" } });
			assert.equal(read.status, 200);
			assert.ok((await vedetta.operator().incidents()).incidents.length > 0);
			await eventually(async () => (await vedetta.request("admin", "/readyz")).status === 503);

			unlinkSync(filler);
			const freed = Date.now();
			await eventually(async () => (await source.postJson({ hazard: "flood", text: words("room again") })).status === 201,
				{ withinMs: 10000, what: "reports taken again" });
			assert.ok(Date.now() - freed < 5000, `taken again only after ${Date.now() - freed} ms`);
			await ledger.finish();
			ledger.tried.add("before");
			assert.deepEqual((await ledger.check()).slice(0, 20), []);
		} finally {
			await vedetta.end();
		}
	});
}

test("a disk that fills up to the reserve refuses politely and recovers", { skip, timeout: 120000 }, () =>
	playFullDisk(8, 4 * 1024 * 1024));

test("a disk that is full in the middle of a batch loses nothing and recovers", { skip, timeout: 120000 }, () =>
	playFullDisk(0, 0));
