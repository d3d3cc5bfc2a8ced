// An action takes as long with every outside connection cut as with none: its commit, and no more.
//
// Two servers side by side, asked in turns, so that a busy machine slows both: one knows nobody
// outside, of the other all hang: mail, messenger, webhook, and the identity provider.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, goOn, makeFolder, startVedetta } from "./harness.mjs";
import { httpPeer, mailPeer } from "./peers.mjs";

const ROUNDS = 10;
const MOST_MS = 100;
/** A wait for anything outside is a second or more; what the other commits as well is a few milliseconds. */
const TIMES = 3;

const ACTIONS = [
	{ note: { text: "chiamato il 115" } }, { assign: { person: "tester" } }, { acknowledge: {} },
	{ handOver: { to: "115", reference: "A1" } }, { setClass: { class: 2, reason: "solo fumo" } },
	{ ask: { text: "C'è ancora fumo?" } }, { close: { outcome: "CLOSE_OUTCOME_RESOLVED" } },
];

async function post(v, path, body) {
	const answer = await v.request("console", path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
	assert.equal(answer.status, 200, `${path}: ${answer.text}`);
	return answer.json;
}

/** An incident of its own: what does the next action there, and says what it took. */
async function opened(v, n) {
	const place = { point: { latDeg: 38 + n / 2, lonDeg: 13.4 }, accuracyM: 10 };
	await v.source().report({ hazard: "fire", text: `fuoco ${n}`, signs: { trapped: true }, place });
	const { id } = await eventually(async () => (await v.operator().board()).find((i) => Math.abs(i.place.point.latDeg - place.point.latDeg) < 0.1));
	let { sequence } = (await v.operator().board()).find((i) => i.id === id);
	return async (what) => {
		const began = performance.now();
		({ sequence } = await post(v, `/v1/incidents/${id}/actions`, { sequence, ...what }));
		return performance.now() - began;
	};
}

/** One incident of each from its report to its end, action by action in turns. */
async function work(took, cut, alone, n) {
	const [there, here] = [await opened(cut, n), await opened(alone, n)];
	for (const what of ACTIONS) {
		took.cut.push(await there(what));
		took.alone.push(await here(what));
	}
}

async function wake(v, person) {
	await eventually(async () => (await v.request("console", "/v1/duty")).status === 200);
	await post(v, "/v1/on-call", { area: "*", people: [person] });
	await post(v, "/v1/policies", { area: "*", classes: [1], groupWaitS: 1, steps: [{ to: "POLICY_TARGET_ON_CALL" }] });
}

const p90 = (took) => [...took].sort((a, b) => a - b)[Math.floor(took.length * 0.9)];

test("an action waits for nobody outside, whoever hangs", { timeout: 120000 }, async () => {
	const mail = await mailPeer({ HELLO: "hang" });
	const hook = await mailPeer({ HELLO: "hang" }); // no TLS comes back
	const web = await httpPeer(["hang"]);
	const secret = join(makeFolder(), "secret");
	writeFileSync(secret, "12:ab\n", { mode: 0o600 });
	const [cut, alone] = await Promise.all([startVedetta({ config: {
		"courier.allow": "127.0.0.1", "courier.smtp_url": mail.url, "courier.mail_from": "desk@pc.example", "courier.telegram_url": web.url,
		"courier.telegram_token_file": secret, "oidc.issuer": web.url, "oidc.client_id": "vedetta", "oidc.name": "Casa", "oidc.allow": "127.0.0.1",
	} }), startVedetta()]);
	try {
		await wake(cut, { name: "Dino", email: "dino@pc.example", telegram: "7", webhook: `https://127.0.0.1:${hook.port}/` });
		await cut.source().report({ hazard: "fire", text: "il primo", signs: { trapped: true }, place: { point: { latDeg: 36, lonDeg: 13.4 } } });
		const asked = (path) => web.requests.some((request) => request.path.startsWith(path));
		await eventually(() => mail.connections > 0 && hook.connections > 0 && asked("/bot") && asked("/.well-known"),
			{ withinMs: 20000, what: "all of them asked, and hanging" });
		const took = { cut: [], alone: [] };
		const { pid } = cut.role("courier");
		for (let n = 0; n < ROUNDS; n++) {
			if (n === ROUNDS / 2) {
				process.kill(pid, "SIGSTOP"); // not even its own courier hears the desk
			}
			await work(took, cut, alone, n);
		}
		goOn(pid);
		const [out, in_] = [p90(took.cut), p90(took.alone)];
		console.log(`# ${took.cut.length} actions, nine of ten within ${out.toFixed(1)} ms; with nobody outside ${in_.toFixed(1)} ms`);
		assert.ok(out <= Math.max(MOST_MS, TIMES * in_), `${out} ms, beside ${in_} ms`);
		assert.equal(mail.mails.length, 0);
	} catch (error) {
		console.error(cut.logTail(), alone.logTail());
		throw error;
	} finally {
		await Promise.all([cut.end(), alone.end()]);
		mail.close();
		hook.close();
		web.close();
	}
});
