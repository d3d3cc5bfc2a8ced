// Reports without a place to act on, and operators who say where they are.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const place = (latDeg, lonDeg, more = {}) => ({ point: { latDeg, lonDeg }, ...more });

/** POSTs an action; { status, body }. */
async function act(v, id, body, headers = {}) {
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${id}/actions`, {
		method: "POST",
		headers: { "Content-Type": "application/json", ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});
	return { status: answer.status, body: await answer.json() };
}

async function json(v, path) {
	const answer = await fetch(`${v.addresses.console}${path}`);
	return { status: answer.status, body: await answer.json() };
}

/** The incidents on the locate list, once there are so many. */
async function listed(v, n) {
	let list;
	await eventually(async () => {
		list = (await json(v, "/v1/locate")).body;
		return (list.total ?? 0) === n;
	}, { what: `${n} on the locate list` });
	return list.incidents ?? [];
}

const known = (v, id) => eventually(async () => (await json(v, `/v1/incidents/${id}`)).status === 200,
	{ what: `incident ${id} on the board` });

/** The board's state of an incident, when it is as wanted. */
async function state(v, id, wanted = () => true) {
	let page;
	await eventually(async () => {
		page = (await json(v, `/v1/incidents/${id}`)).body;
		return page.incident !== undefined && wanted(page.incident);
	}, { what: `incident ${id} as it should be` });
	// The rows were asked for before that state was here.
	return (await json(v, `/v1/incidents/${id}`)).body;
}

scenario("the worst class first, in it who waited longest, each with its reason", {}, async (v) => {
	await v.source().report({ hazard: "utility_out" });
	await v.source().report({ hazard: "fire", signs: { injured: true }, place: place(0, 0) });
	await v.source().report({ hazard: "fire", signs: { injured: true }, place: { words: "al mulino" } });
	await v.source().report({ hazard: "fire", signs: { trapped: true }, place: place(42.35, 13.4, { accuracyM: 5000 }) });
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4, { accuracyM: 20 }) });
	const list = await listed(v, 4);

	list.forEach((incident) => check("Incident", incident));
	assert.deepEqual(list.map((i) => i.unplacedWhy),
		["UNPLACED_WHY_COARSE", "UNPLACED_WHY_ZERO", "UNPLACED_WHY_NO_POINT", "UNPLACED_WHY_NO_POINT"]);
	assert.equal(list[2].place.words, "al mulino");
	assert.equal(list[0].place.accuracyM, 5000);
	assert.equal((await json(v, "/v1/locate?limit=2")).body.incidents.length, 2);
	assert.equal((await json(v, "/v1/locate?limit=2")).body.total, 4);
	const bad = await json(v, "/v1/locate?limit=0");
	assert.equal(bad.status, 400);
	assert.equal(bad.body.field, "limit");
	assert.equal((await json(v, "/v1/locate?colour=red")).status, 400);
});

scenario("a place makes the report join, and the merged incident says where", {}, async (v) => {
	const fire = await v.source().report({ hazard: "fire", place: place(42.35, 13.4, { accuracyM: 20 }) });
	const lost = await v.source().report({ hazard: "fire", signs: { trapped: true }, text: "siamo in cantina" });
	const [unplaced] = await listed(v, 1);
	const key = { "Idempotency-Key": "place-1" };
	const action = { sequence: unplaced.sequence,
		place: { ...place(42.3504, 13.4004), accuracyM: 30, words: "via Verdi 3", reason: "richiamato" } };
	const done = await act(v, unplaced.id, action, key);

	assert.equal(done.status, 200);
	assert.equal(done.body.outcome, "ACTION_OUTCOME_JOINED");
	assert.notEqual(done.body.incident, unplaced.id);
	// Again: the same answer, nothing twice. Another action under the key: no.
	const again = await act(v, unplaced.id, action, key);
	assert.equal(again.status, 200);
	assert.equal(again.body.repeated, true);
	assert.equal(again.body.incident, done.body.incident);
	assert.equal((await act(v, unplaced.id, { ...action, place: place(40, 13) }, key)).status, 409);

	const target = await state(v, done.body.incident, (i) => i.reports === 2);
	assert.equal(target.incident.rank.class, 1);
	const move = target.reports.find((r) => r.move !== undefined);
	assert.equal(move.move.from, unplaced.id);
	assert.equal(move.move.to, done.body.incident);
	assert.equal(move.move.author, "tester");
	assert.equal(move.move.reason, "richiamato");
	assert.equal(move.move.place.words, "via Verdi 3");
	assert.equal(move.report.text, "siamo in cantina");

	const old = await state(v, unplaced.id, (i) => i.mergedInto !== undefined);
	assert.equal(old.incident.status, "INCIDENT_STATUS_CLOSED");
	assert.equal(old.incident.mergedInto, done.body.incident);
	assert.equal(old.reports.find((r) => r.move === undefined).nowIn, done.body.incident);
	await listed(v, 0);
	assert.notEqual(fire.link, lost.link);

	// The citizen's report is open, not closed with the incident it left; after a restart too.
	const look = async () => {
		const answer = await fetch(`${v.addresses.public}${lost.link}`, { headers: { Accept: "application/json" } });
		return (await answer.json()).receipt.state;
	};
	assert.equal(await look(), "REPORT_STATE_SEEN");
	await v.restart();
	await known(v, done.body.incident);
	const after = await state(v, done.body.incident);
	assert.equal(after.incident.reports, 2);
	assert.equal(after.incident.rank.class, 1);
	assert.equal((await state(v, unplaced.id)).incident.mergedInto, done.body.incident);
	assert.equal(await look(), "REPORT_STATE_SEEN");
	assert.equal((await act(v, unplaced.id, action, key)).body.repeated, true);
});

scenario("the undo is another place, and what is left behind ranks by itself", {}, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4, { accuracyM: 20 }) });
	await v.source().report({ hazard: "fire", signs: { trapped: true } });
	const [unplaced] = await listed(v, 1);
	const { body: joined } = await act(v, unplaced.id, { sequence: unplaced.sequence, place: place(42.35, 13.4) });
	const target = await state(v, joined.incident, (i) => i.reports === 2);
	const several = await act(v, joined.incident, { sequence: target.incident.sequence, place: place(42.4, 13.4) });

	assert.equal(several.status, 400);
	assert.equal(several.body.field, "place.report");
	const undo = await act(v, joined.incident,
		{ sequence: target.incident.sequence, place: { report: joined.report, ...place(42.4, 13.4) } });
	assert.equal(undo.body.outcome, "ACTION_OUTCOME_OPENED");
	const left = await state(v, joined.incident, (i) => i.reports === 1);
	assert.equal(left.incident.rank.class, 3);
	assert.equal(left.incident.version, 2);
	assert.equal((await state(v, undo.body.incident)).incident.rank.class, 1);
	// Who has not seen that is told so.
	const late = await act(v, joined.incident, { sequence: target.incident.sequence, place: place(42.5, 13.4) });
	assert.equal(late.status, 409);
	assert.equal(late.body.type, "urn:vedetta:problem:outdated");
	assert.equal(late.body.what, "place");
	assert.equal(late.body.by, (await v.operator().get("/v1/session")).name);
});

scenario("a lone report's incident moves and keeps its number", {}, async (v) => {
	await v.source().report({ hazard: "flood" });
	const [unplaced] = await listed(v, 1);
	const done = await act(v, unplaced.id, { sequence: unplaced.sequence, place: place(42.35, 13.4) });

	assert.equal(done.body.outcome, "ACTION_OUTCOME_PLACED");
	assert.equal(done.body.incident, unplaced.id);
	const now = await state(v, unplaced.id, (i) => i.unplaced !== true);
	assert.equal(now.incident.place.point.latDeg, 42.35);
	assert.equal(now.incident.version, 1);
});

scenario("what cannot be done is refused by its field", {}, async (v) => {
	await v.source().report({ hazard: "fire" });
	const [unplaced] = await listed(v, 1);
	const { id, sequence } = unplaced;
	const refused = async (body, status, field) => {
		const answer = await act(v, id, body);
		assert.equal(answer.status, status, JSON.stringify(answer.body));
		assert.equal(answer.body.field, field);
	};

	await refused({ place: place(42, 13) }, 400, "sequence");
	await refused({ sequence }, 400, "what");
	await refused({ sequence, place: {} }, 400, "place.point");
	await refused({ sequence, place: place(91, 13) }, 400, "place.point.latDeg");
	await refused({ sequence, place: place(42, 13, { accuracyM: -1 }) }, 400, "place.accuracyM");
	await refused({ sequence, place: place(42, 13, { accuracyM: 400 }) }, 400, "place.accuracyM");
	await refused({ sequence, place: place(0, 0) }, 400, "place.point");
	await refused({ sequence, place: place(42, 13, { report: "99" }) }, 400, "place.report");
	await refused({ sequence, place: place(42, 13, { colour: "red" }) }, 400, "place.colour");
	assert.equal((await act(v, 12345, { sequence, place: place(42, 13) })).status, 404);
	assert.equal((await act(v, "abc", { sequence, place: place(42, 13) })).status, 404);
	assert.equal((await act(v, id, "{", {})).status, 400);
	assert.equal((await act(v, id, { sequence, place: place(42, 13) }, { "Content-Type": "text/plain" })).status, 415);
	assert.equal((await act(v, id, { sequence, place: place(42, 13) }, { Origin: "http://evil.example" })).status, 403);
	assert.equal((await fetch(`${v.addresses.public}/v1/incidents/${id}/actions`, { method: "POST" })).status, 404);
	assert.equal((await listed(v, 1))[0].sequence, sequence);
});
