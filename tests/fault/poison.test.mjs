// An input that crashes the desk is kept, acknowledged and shown; the rest goes on.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { eventually, scenario } from "../blackbox/harness.mjs";

const POISON = "poison-3c1f";

scenario("poison is quarantined after its second crash, acknowledged, listed, and survives a restart", {
	env: { VEDETTA_TEST_POISON: POISON },
	timeoutMs: 60000,
}, async (vedetta) => {
	const source = vedetta.source();
	const operator = vedetta.operator();
	const key = randomUUID();
	const before = await source.report({ hazard: "flood", text: "before" });

	// The desk dies of it twice; the sender only waits.
	const receipt = await eventually(async () => {
		const answer = await source.postJson({ hazard: "fire", text: `words with ${POISON} inside` }, { key });
		return answer.status === 201 || answer.status === 200 ? answer.json : undefined;
	}, { withinMs: 20000, what: "a receipt for the poison" });
	assert.match(receipt.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);

	const listed = await eventually(async () =>
		(await operator.board()).find((incident) => incident.quarantined), { what: "the quarantined incident on the board" });
	assert.equal(listed.unplaced, true);
	assert.equal(listed.rank.class, 2, "somebody must look");
	const rows = await operator.reportsOf(listed.id);
	assert.equal(rows.length, 1);
	assert.ok(Buffer.from(rows[0].raw, "base64").includes(POISON), "the bytes as they came");

	const again = await source.report({ hazard: "fire", text: `words with ${POISON} inside` }, { key });
	assert.equal(again.code, receipt.code, "the same key gives the same receipt");
	const after = await source.report({ hazard: "flood", text: "after" });
	assert.notEqual(after.code, before.code);

	await vedetta.restart();
	assert.ok((await vedetta.operator().board()).some((incident) => incident.quarantined));
	await source.report({ hazard: "flood", text: "after the restart" });
});
