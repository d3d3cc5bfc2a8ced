// What becomes of a message to whoever should come: taken back, or passed on at once.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, root, run, startVedetta } from "./harness.mjs";
import { httpPeer, mailPeer, readMail } from "./peers.mjs";
import { check } from "./types.mjs";

const LOCAL = { "courier.allow": "127.0.0.1", "courier.timeout_s": 2 };
const fire = { hazard: "fire", text: "fumo dal tetto", signs: { trapped: true }, place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 10 } };

function secretFile(text) {
	const path = join(makeFolder(), "secret");
	writeFileSync(path, `${text}\n`, { mode: 0o600 });
	return path;
}

const say = (v, path, body) => v.request("console", path, {
	method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
});
const told = async (v, path, body) => {
	const answer = await say(v, path, body);
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
};

/** A mail server that says so to each address, and a messenger that takes everything. */
function withPeers(name, toAddress, body, config = {}) {
	test(name, { timeout: 90000 }, async () => {
		const mail = await mailPeer({ RCPT: toAddress });
		const chat = await httpPeer([{ status: 200, body: '{"ok":true}' }]);
		const v = await startVedetta({ config: {
			...LOCAL, "courier.smtp_url": mail.url, "courier.mail_from": "desk@pc.example",
			"courier.telegram_url": chat.url, "courier.telegram_token_file": secretFile("12:ab"), ...config,
		} });
		try {
			await eventually(async () => (await v.metrics()).vedetta_courier_up === 1, { withinMs: 15000 });
			await eventually(async () => (await v.request("console", "/v1/duty")).status === 200);
			await body(v, { mail, chat });
		} catch (error) {
			console.error(v.logTail());
			throw error;
		} finally {
			await v.end();
			mail.close();
			chat.close();
		}
	});
}

const escalationOf = async (v, id) => (await v.request("console", `/v1/incidents/${id}/escalation`)).json;
const first = (v) => eventually(async () => (await v.operator().board())[0]);
const deliveries = async (v, id) => (await escalationOf(v, id)).pages?.flatMap((page) => page.deliveries ?? []) ?? [];

const LATER = "451 later";
const zoe = { name: "Zoe", email: "zoe@comune.example" };
const policy = (more) => ({ area: "*", classes: [1], groupWaitS: 1, groupIntervalS: 1, steps: [{ to: "POLICY_TARGET_ON_CALL", afterS: 600 }], ...more });
const at = (latDeg, text) => ({ ...fire, text, place: { point: { latDeg, lonDeg: 13.4 }, accuracyM: 10 } });
const ofBoard = async (v, id) => (await v.operator().board()).find((i) => i.id === id);
/** By somebody who has seen the incident as the board has it, and what was done before. */
const act = async (v, id, what) => {
	const [seen, before] = [BigInt((await ofBoard(v, id)).sequence), BigInt(v.lastDone ?? 0)];
	const done = await told(v, `/v1/incidents/${id}/actions`, { sequence: `${seen > before ? seen : before}`, ...what });
	v.lastDone = done.sequence;
	return done;
};
const queued = async (v) => (await v.metrics()).vedetta_deliveries_queue_length;
const cancelled = async (v) => (await v.metrics())['vedetta_deliveries_total{outcome="cancelled"}'] ?? 0;

withPeers("whoever takes it on takes back what has not left", LATER, async (v, { mail }) => {
	await told(v, "/v1/on-call", { area: "*", people: [zoe] });
	await told(v, "/v1/policies", policy());
	const ends = [{ acknowledge: {} }, { handOver: { to: "115" } }, { close: { outcome: "CLOSE_OUTCOME_NOTHING_FOUND" } }];
	for (const [n, end] of ends.entries()) {
		await v.source().report(at(40 + n, `numero ${n}`));
		const { id } = await eventually(async () => (await v.operator().board()).find((i) => i.openedAt !== undefined && !i.acknowledged && !i.handedOver?.length && !i.closed));
		await eventually(async () => (await deliveries(v, id)).some((d) => d.state === "DELIVERY_STATE_QUEUED" && d.attempts > 0), { withinMs: 20000 });
		await act(v, id, end);
		await eventually(async () => (await queued(v)) === 0, { what: `nothing waits after ${Object.keys(end)[0]}` });
		await eventually(async () => (await cancelled(v)) === n + 1);
	}
	delete mail.replies.RCPT;
	await v.restart();
	await eventually(async () => (await v.metrics()).vedetta_courier_up === 1, { withinMs: 15000 });
	assert.equal(await queued(v), 0);
	assert.equal(mail.mails.length, 0);
	assert.equal((await run(["verify", "--data", v.data])).code, 0);
});

withPeers("a message about two waits for the other when one is taken on", LATER, async (v) => {
	await told(v, "/v1/on-call", { area: "*", people: [zoe] });
	await told(v, "/v1/policies", policy({ groupWaitS: 3 }));
	await v.source().report(at(40, "qui"));
	await v.source().report(at(45, "altrove"));
	const [one, other] = await eventually(async () => {
		const board = await v.operator().board();
		return board.length === 2 && board;
	});
	await eventually(async () => (await deliveries(v, one.id)).length === 1 && (await deliveries(v, other.id)).length === 1, { withinMs: 15000 });
	await act(v, one.id, { acknowledge: {} });
	await eventually(async () => (await escalationOf(v, one.id)).phase === "ESCALATION_PHASE_ANSWERED");
	assert.equal(await queued(v), 1);
	await act(v, other.id, { acknowledge: {} });
	await eventually(async () => (await queued(v)) === 0);
});

withPeers("who is not reached by any means is not waited for, and the console names them", "550 no such user", async (v, { mail, chat }) => {
	await told(v, "/v1/on-call", { area: "*", people: [zoe, { name: "Dino", telegram: "7" }, { name: "Ugo", telegram: "8" }] });
	await told(v, "/v1/policies", policy());
	await v.source().report(fire);
	await eventually(() => chat.requests.length > 0, { withinMs: 20000, what: "Dino, at once" });
	const { id } = await first(v);
	const now = await eventually(async () => {
		const said = await escalationOf(v, id);
		return said.told?.length === 2 && said;
	});
	check("Escalation", now);
	assert.deepEqual(now.unreached, ["Zoe"]);
	assert.deepEqual(now.told.map((t) => [t.name, t.failed]), [["Dino", false], ["Zoe", true]]);
	const page = now.pages.find((p) => p.name === "Zoe");
	assert.deepEqual(page.deliveries.map((d) => [d.state, d.reason]), [["DELIVERY_STATE_REFUSED", "DELIVERY_REASON_GONE"]]);
	// On the board too, for whoever opens it.
	await eventually(async () => (await ofBoard(v, id)).escalation.unreached?.join() === "Zoe", { what: "the board to name her" });
	// Dino was reached: Ugo has time, whoever restarts.
	await v.kill("desk");
	await eventually(async () => (await escalationOf(v, id))?.unreached?.[0] === "Zoe", { withinMs: 10000 });
	assert.ok(chat.requests.every((r) => JSON.parse(r.body).chat_id === "7"));
	assert.equal(mail.mails.length, 0);
});

withPeers("a message says class, kind, place and age, links to the incident, and says first when it is an exercise", "250 ok", async (v, { mail, chat }) => {
	await run(["area", "import", join(root, "tests/data/areas/coasts.geojson"), "--data", v.data]);
	await eventually(async () => /Genova/.test((await v.request("console", "/v1/areas?q=Genova")).text));
	await told(v, "/v1/on-call", { area: "*", people: [{ name: "Zoe", email: "zoe@comune.example", telegram: "7" }, { name: "Teo", account: "tester", email: "teo@comune.example" }] });
	await told(v, "/v1/policies", policy());
	await v.source().report({ ...fire, place: { point: { latDeg: 44.4098, lonDeg: 8.9265 }, accuracyM: 15 } });
	await eventually(() => mail.mails.length === 1 && chat.requests.length === 1, { withinMs: 15000 });
	const { id } = await first(v);
	const { fields, text } = readMail(mail.mails[0].data);
	assert.equal(fields.subject, "Classe 1: Incendio, Genova");
	assert.match(text, new RegExp(`^Classe 1: Incendio, Genova, da 0 min \\(n\\. ${id}\\)\r\n`));
	assert.ok(text.endsWith(`\r\n\r\nhttps://desk.example/console#incident/${id}`), text);
	assert.ok(JSON.parse(chat.requests[0].body).text.endsWith(`https://desk.example/console#incident/${id}`));
	assert.ok(!text.includes("fumo"), "no words of who reported");
	await act(v, id, { refuseHandOver: { reason: "nostro" } });

	// Who joined the exercise is told of it, as what it is; Zoe has not.
	const { token } = await v.exercise();
	await eventually(async () => (await say(v, "/v1/duty", { on: true, exercise: true })).status === 200);
	await v.source().report({ ...fire, place: { point: { latDeg: 44.4098, lonDeg: 8.9265 }, accuracyM: 15 } }, { headers: { "vedetta-exercise": token } });
	await eventually(() => mail.mails.length === 2, { withinMs: 15000 });
	const drill = readMail(mail.mails[1].data);
	assert.match(mail.mails[1].to, /teo@/);
	assert.equal(drill.fields.subject, "[ESERCITAZIONE / EXERCISE] Classe 1: Incendio, Genova");
	assert.match(drill.text, /^ESERCITAZIONE/);
	assert.equal(chat.requests.length, 1);
}, { "console.address": "https://desk.example" });

withPeers("who has no language is told in the desk's", "250 ok", async (v, { mail }) => {
	await told(v, "/v1/on-call", { area: "*", people: [zoe] });
	await told(v, "/v1/policies", policy());
	await v.source().report(fire);
	await eventually(() => mail.mails.length === 1, { withinMs: 15000 });
	const { fields, text } = readMail(mail.mails[0].data);
	assert.equal(fields.subject, "Class 1: Fire, place to be found");
	assert.doesNotMatch(text, /console#/);
}, { "citizens.language": "en" });


for (const [when, wait] of [["before anybody is told again", 0], ["after somebody was told again", 2]]) {
	withPeers(`what is reopened wakes anew, also when the desk restarts ${when}`, "250 ok", async (v, { mail, chat }) => {
		await told(v, "/v1/on-call", { area: "*", people: [zoe, { name: "Dino", telegram: "7" }] });
		await told(v, "/v1/policies", policy({ groupIntervalS: 1, steps: [{ to: "POLICY_TARGET_ON_CALL", afterS: 4 }] }));
		await v.source().report(fire);
		const { id } = await first(v);
		await eventually(() => mail.mails.length === 1, { withinMs: 15000 });
		await act(v, id, { close: { outcome: "CLOSE_OUTCOME_RESOLVED" } });
		await eventually(async () => (await escalationOf(v, id)).phase !== "ESCALATION_PHASE_WAITING");
		await act(v, id, { reopen: { reason: "di nuovo" } });
		await eventually(() => mail.mails.length >= wait, { withinMs: 15000 });
		const before = chat.requests.length;
		await v.kill("desk");
		await eventually(() => mail.mails.length >= 2, { withinMs: 20000, what: "Zoe, again" });
		await eventually(() => chat.requests.length > before, { withinMs: 20000, what: "Dino, behind her" });
		await eventually(async () => (await escalationOf(v, id)).told.some((t) => t.name === "Dino"));
	});
}
