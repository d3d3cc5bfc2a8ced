// Two operators at one incident at the same moment, for every pair of what they can do, while five
// reports a second come in on it: either both hold, or the second learns who was first and with what.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, scenario } from "./harness.mjs";
import { mailPeer } from "./peers.mjs";
import { check } from "./types.mjs";

const PER_SECOND = 5;

/** All that leads outside takes the connection and never says a word. */
const hole = await mailPeer({ HELLO: "hang" });
after(() => hole.close());
const at = (latDeg) => ({ point: { latDeg, lonDeg: 13.4 }, accuracyM: 10 });

const as = (cookie) => ({ "content-type": "application/json", cookie });

async function act(v, who, id, body) {
	const answer = await v.request("console", `/v1/incidents/${id}/actions`, { method: "POST", headers: as(who.cookie), body: JSON.stringify(body) });
	return { status: answer.status, json: answer.json, text: answer.text };
}

const page = async (v, id) => (await v.request("console", `/v1/incidents/${id}`)).json;

/** An incident of its own with two reports of two people, at a place of its own. */
let places = 0;
async function opened(v) {
	const latDeg = 41 + 0.02 * places++;
	const codes = [];
	for (const text of ["il ponte trema", "un gatto è sul tetto della scuola"]) {
		codes.push((await v.source().report({ hazard: "flood", place: at(latDeg), text })).code);
	}
	const found = await eventually(async () => {
		const { reports = [] } = (await v.request("console", `/v1/reports?code=${codes[0]}`)).json;
		const id = reports[0]?.incident?.id ?? reports[0]?.incidentId ?? reports[0]?.incident;
		const there = id === undefined ? undefined : await page(v, id);
		return there?.incident?.reports === 2 && there;
	}, { what: "an incident of two reports" });
	// Rows of its page may be as old as the question was.
	const reports = await v.operator().reportsOf(found.incident.id);
	return { id: found.incident.id, latDeg, reports: reports.map((r) => r.id) };
}

/** Five reports a second on this place, until it is stopped: how many were acknowledged. */
function rain(v, latDeg) {
	const falling = { stopped: false, n: 0 };
	falling.over = (async () => {
		while (!falling.stopped) {
			await v.source().report({ hazard: "flood", place: at(latDeg), text: `acqua ${randomUUID()}` });
			falling.n++;
			await delay(1000 / PER_SECOND);
		}
	})();
	return falling;
}

/** What each does, and how it is called in a 409. `other` is another open incident, `closed` asks for a closed one. */
const DEEDS = {
	setClass: ({ n }) => ({ setClass: { class: 2 + n, reason: `turno ${n}` } }),
	merge: ({ other }) => ({ merge: { into: other.id, intoSequence: other.sequence, reason: "una casa" } }),
	split: ({ reports, n }) => ({ split: { reports: [reports[n]], reason: "due case" } }),
	move: ({ reports, other, n }) => ({ move: { report: reports[n], into: other.id, intoSequence: other.sequence, reason: "era là" } }),
	mark: ({ n }) => ({ mark: { kind: "MARK_KIND_HOAX", reason: `burla ${n}` } }),
	close: () => ({ close: { outcome: "CLOSE_OUTCOME_RESOLVED" } }),
	assign: ({ n }) => ({ assign: { person: ["anna", "bruno"][n] } }),
	place: ({ reports, latDeg, n }) => ({ place: { report: reports[n], point: at(latDeg).point, accuracyM: 20 + n, reason: "visto" } }),
	handOver: ({ n }) => ({ handOver: { to: ["112", "115"][n] } }),
	note: ({ n }) => ({ note: { text: `nota ${n}` } }),
	acknowledge: () => ({ acknowledge: {} }),
	ask: () => ({ ask: { text: "Quanti siete?" } }),
};
/** These only add: in nobody's way, whatever was decided meanwhile, as long as the incident is open and has reports. */
const ADDS = ["handOver", "note", "acknowledge", "ask"];
const DECIDES = Object.keys(DEEDS).filter((name) => !ADDS.includes(name));
/** Behind these nothing that works an open incident can hold. */
const ENDS = ["merge", "close"];

const pairs = DECIDES.flatMap((first, i) => [...DECIDES.slice(i), ...ADDS].map((second) => [first, second]));

/** Names of the decisions in an incident's history that nobody took back. */
async function decided(v, ids) {
	const all = [];
	for (const id of ids) {
		for (const row of await v.operator().reportsOf(id)) {
			if (row.message !== undefined && !row.message.fromCitizen) {
				all.push([row.message.by, "ask"]); // a row of its own kind
			}
			if (row.move?.author) {
				all.push([row.move.author, "place"]); // so has every row of a move or merge; under who did it
			}
			if (row.decision !== undefined && !row.decision.undone && row.decision.action !== undefined) {
				all.push([row.decision.by, Object.keys(row.decision.action).find((key) => key !== "sequence")]);
			}
		}
	}
	return all;
}

/** Both at once, on an incident of their own. */
async function collide(v, [anna, bruno], names) {
	const mine = await opened(v);
	const other = await opened(v);
	const shower = rain(v, mine.latDeg);
	await eventually(() => shower.n > 0, { what: "rain" });
	const { incident } = await page(v, mine.id);
	other.sequence = (await page(v, other.id)).incident.sequence;
	const bodies = names.map((name, n) => ({ sequence: incident.sequence, ...DEEDS[name]({ ...mine, other, n }) }));
	const began = performance.now();
	const answers = await Promise.all([act(v, anna, mine.id, bodies[0]), act(v, bruno, mine.id, bodies[1])]);
	const tookMs = performance.now() - began;
	shower.stopped = true;
	await shower.over;

	const what = `${names.join(" and ")}: ${answers.map((a) => `${a.status} ${a.text}`).join(" | ")}`;
	const held = answers.flatMap((a, n) => (a.status === 200 ? [n] : []));
	assert.ok(held.length > 0, what);
	for (const [n, answer] of answers.entries()) {
		if (answer.status === 200) {
			check("ActionResult", answer.json);
			continue;
		}
		assert.equal(answer.status, 409, what);
		check("Problem", answer.json);
		const first = 1 - n;
		assert.deepEqual([answer.json.by, answer.json.what], [[anna, bruno][first].name, names[first]], what);
		assert.ok(Date.parse(answer.json.decidedAt) > 0, what);
		assert.ok(BigInt(answer.json.sequence) > BigInt(incident.sequence), what); // look again from there
	}
	const bothDecide = names.every((name) => DECIDES.includes(name));
	assert.equal(held.length, bothDecide || names.some((name) => ENDS.includes(name)) && held.length === 1 ? 1 : 2, what);

	// Nothing is lost: each that was answered is in the history, under who did it; no report is without an incident.
	const ids = new Set([mine.id, other.id, ...answers.flatMap((a) => (a.status === 200 ? [a.json.incident] : []))]);
	await eventually(async () => {
		const rows = (await decided(v, ids)).map(String);
		return held.every((n) => rows.includes(String([[anna, bruno][n].name, names[n]])))
			&& answers.every((a, n) => a.status === 200 || !rows.includes(String([[anna, bruno][n].name, names[n]])));
	}, { what: `${what}: what was answered is in the history, and nothing else` });
	return { tookMs, reports: 4 + shower.n, both: held.length === 2 };
}

scenario("every pair of decisions at one incident under five reports a second", {
	timeoutMs: 400000, config: { "courier.allow": "127.0.0.1", "courier.smtp_url": hole.url, "courier.mail_from": "desk@pc.example" },
}, async (v) => {
	const operators = [];
	for (const name of ["anna", "bruno"]) {
		await v.addAccount(name, { role: "shift_leader", unassigned: true });
		operators.push({ name, cookie: await v.login(name) });
	}
	await eventually(async () => (await v.request("console", "/v1/incidents")).status === 200);
	for (const [path, body] of [["/v1/on-call", { area: "*", people: [{ name: "Dino", email: "dino@pc.example" }] }],
		["/v1/policies", { area: "*", classes: [1], groupWaitS: 1, steps: [{ to: "POLICY_TARGET_ON_CALL" }] }]]) {
		const set = await v.request("console", path, { method: "POST", headers: as(operators[0].cookie), body: JSON.stringify(body) });
		assert.equal(set.status, 200, set.text);
	}
	await v.source().report({ hazard: "fire", signs: { trapped: true }, place: at(40) });
	await eventually(() => hole.connections > 0, { withinMs: 15000, what: "a message that hangs outside" });
	const took = [];
	let reports = 1;
	const both = new Map();
	for (const names of pairs) {
		const result = await collide(v, operators, names);
		took.push(result.tookMs);
		reports += result.reports;
		both.set(names.join("+"), result.both);
	}
	// Opening again is of closed ones: the second has nothing to open.
	const closed = await opened(v);
	const end = await act(v, operators[0], closed.id, { sequence: (await page(v, closed.id)).incident.sequence, close: { outcome: "CLOSE_OUTCOME_RESOLVED" } });
	assert.equal(end.status, 200, end.text);
	const again = await Promise.all(operators.map((who) => act(v, who, closed.id, { sequence: end.json.sequence, reopen: { reason: "di nuovo" } })));
	assert.deepEqual(again.map((a) => a.status).sort(), [200, 409], again.map((a) => a.text).join(" "));
	const [lost] = again.filter((a) => a.status === 409);
	assert.deepEqual([lost.json.by, lost.json.what], [operators[again.indexOf(lost) === 0 ? 1 : 0].name, "reopen"]);
	reports += 2;

	await eventually(async () => (await v.operator().board({ status: "open" })).concat(await v.operator().board({ status: "closed" }))
		.reduce((n, i) => n + (i.reports ?? 0), 0) === reports, { what: `${reports} reports, each in one incident` });
	took.sort((a, b) => a - b);
	const median = took[took.length >> 1];
	console.log(`# ${pairs.length} pairs, both answered: median ${median.toFixed(1)} ms, worst ${took[took.length - 1].toFixed(1)} ms`);
	assert.ok(median <= 100, `${median} ms`);
});
