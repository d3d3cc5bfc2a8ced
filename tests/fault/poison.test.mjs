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

const say = (v, path, body) => v.request("console", path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

// Neither is a report: it is done or refused, never kept. The desk dies of it twice, and the third time it is refused.
for (const [what, path, body] of [
	["a login, behind its password's helper", "/v1/session", { name: POISON, password: "correct horse battery" }],
	["an account's own settings", "/v1/account", { settings: { preferences: JSON.stringify({ query: POISON }) } }],
	["a team of the rota", "/v1/teams", { name: POISON, areas: ["*"], people: [{ name: "Zoe", email: "z@example.it" }] }],
]) {
	scenario(`poison in ${what} is refused after the second crash, and the desk stays up`, {
		env: { VEDETTA_TEST_POISON: POISON }, timeoutMs: 60000,
	}, async (v) => {
		await eventually(async () => (await v.request("console", "/v1/duty")).status === 200);
		const refused = await say(v, path, body);
		assert.equal(refused.status, 400, refused.text);
		assert.match(refused.text, /crashed the desk twice/);
		const crashes = () => (v.log.match(/event=role\.died name=desk signal=6/g) ?? []).length;
		await eventually(() => crashes() === 2);
		await v.logged(/event=desk\.quarantined reason=crashed_twice kept=no/);
		assert.doesNotMatch(v.log, /event=desk\.raw_mode/);
		// Others go on, and so does its sender with something else.
		await v.source().report({ hazard: "flood", text: "after" });
		assert.equal((await say(v, "/v1/account", { settings: { language: "en" } })).status, 200);
		await v.login("tester");
		assert.equal(crashes(), 2);
	});
}
