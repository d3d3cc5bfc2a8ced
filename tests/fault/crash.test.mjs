// The desk ends at each step of a batch, again and again, under load: whatever
// was acknowledged is there, and nothing is there twice. Wants -Dtest_hooks=true.

import assert from "node:assert/strict";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { Ledger } from "./ledger.mjs";

const POINTS = ["received", "stepped", "appended", "before_commit", "committed", "answered"];
const PASSED = 25;
const CRASHES = 3;

for (const point of POINTS) {
	scenario(`a desk that ends every ${PASSED}th time at "${point}" loses nothing`, {
		env: { VEDETTA_TEST_CRASH_AT: `${point}:${PASSED}` },
		timeoutMs: 60000,
	}, async (vedetta) => {
		const ledger = new Ledger(vedetta).start();
		await eventually(async () => (await vedetta.metrics()).vedetta_role_crashes_total >= CRASHES,
			{ withinMs: 30000, what: `${CRASHES} crashes` });
		const before = ledger.acknowledged.size;
		assert.ok(before > 0, "nothing was acknowledged between the crashes");
		await ledger.finish();
		assert.deepEqual((await ledger.check()).slice(0, 20), []);
	});
}

const POISON = "poison-77ab";

scenario("poison taken in raw mode crashes its reading twice, then is shown as it came", {
	env: { VEDETTA_TEST_POISON: POISON },
	timeoutMs: 60000,
}, async (vedetta) => {
	const ready = async () => (await vedetta.request("admin", "/readyz")).text;
	for (let i = 0; i < 3; i++) {
		await eventually(async () => (await ready()).startsWith("ready"), { withinMs: 10000 });
		await vedetta.kill("desk", "SIGABRT");
	}
	await eventually(async () => /raw mode/.test(await ready()), { withinMs: 10000, what: "raw mode" });
	const source = vedetta.source();
	await source.report({ hazard: "fire", text: `with ${POISON}` });
	await source.report({ hazard: "fire", text: "behind it" });
	const operator = vedetta.operator();
	const listed = await eventually(async () =>
		(await operator.board()).find((incident) => incident.quarantined), { withinMs: 20000, what: "the unreadable one on the board" });
	const [row] = await operator.reportsOf(listed.id);
	assert.ok(Buffer.from(row.raw, "base64").includes(POISON), "the bytes as they came");
	await eventually(async () => (await operator.board()).some((incident) => !incident.quarantined),
		{ withinMs: 10000, what: "the one behind it" });
	assert.equal((await vedetta.metrics()).vedetta_role_crashes_total, 5);
});
