// What operators do to an incident: seen at once, remembered, taken back.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const flood = { hazard: "flood", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20 } };
const elsewhere = { hazard: "flood", place: { point: { latDeg: 42.45, lonDeg: 13.4 }, accuracyM: 20 } };

/** POSTs an action; { status, body }. */
async function act(v, id, body, headers = {}) {
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${id}/actions`, {
		method: "POST",
		headers: { "Content-Type": "application/json", ...headers },
		body: JSON.stringify(body),
	});
	return { status: answer.status, body: await answer.json() };
}

async function page(v, id) {
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${id}`);
	return answer.status === 200 ? await answer.json() : {};
}

/** The page of an incident whose state is as wanted. */
async function until(v, id, wanted) {
	let found;
	await eventually(async () => {
		found = await page(v, id);
		return found.incident !== undefined && found.sequence === found.incident.sequence && wanted(found.incident);
	}, { what: `incident ${id} as it should be` });
	check("IncidentPage", found);
	return found;
}

/** Done by somebody who has seen the incident as it is, and what was done before. */
async function done(v, id, what) {
	const seen = BigInt((await page(v, id)).incident.sequence);
	const before = BigInt(v.lastDone ?? 0);
	const answer = await act(v, id, { sequence: `${seen > before ? seen : before}`, ...what });

	assert.equal(answer.status, 200, JSON.stringify(answer.body));
	check("ActionResult", answer.body);
	v.lastDone = answer.body.sequence;
	return answer.body;
}

async function opened(v, report = flood) {
	const receipt = await v.source().report(report);
	let found;

	await eventually(async () => {
		const list = await (await fetch(`${v.addresses.console}/v1/incidents`)).json();
		for (const incident of list.incidents ?? []) {
			const rows = (await page(v, incident.id)).reports ?? [];
			if (rows.some((row) => row.code === receipt.code)) {
				found = incident.id;
			}
		}
		return found !== undefined;
	}, { what: "the report's incident" });
	return { id: found, receipt };
}

const words = async (v, receipt) => {
	const answer = await fetch(`${v.addresses.public}${receipt.link}`, { headers: { Accept: "application/json" } });
	return await answer.json();
};

scenario("a decision is seen at once and has its author, and its undo", {}, async (v) => {
	const { id, receipt } = await opened(v, { ...flood, signs: { trapped: true } });
	let seen = await until(v, id, (i) => i.alarming === true);

	assert.equal((await words(v, receipt)).receipt.state, "REPORT_STATE_RECEIVED");
	const onBoard = async () => (await v.operator().incidents()).incidents.find((i) => i.id === id);
	const acknowledged = await done(v, id, { acknowledge: {} });
	assert.equal((await onBoard()).acknowledged?.by, "tester", "true for whoever asks next");
	seen = await until(v, id, (i) => i.acknowledged !== undefined);
	assert.equal(seen.incident.acknowledged.by, "tester");
	assert.equal(seen.incident.alarming, true, "an acknowledgement does not silence class 1");
	assert.equal((await words(v, receipt)).receipt.state, "REPORT_STATE_SEEN");

	const over = await done(v, id, { handOver: { to: "115", reference: "A-17", takenBy: "Rossi" } });
	assert.equal((await onBoard()).handedOver?.length, 1);
	seen = await until(v, id, (i) => i.handedOver !== undefined);
	assert.equal(seen.incident.alarming, undefined);
	assert.deepEqual([seen.incident.handedOver[0].to, seen.incident.handedOver[0].reference, seen.incident.handedOver[0].takenBy],
		["115", "A-17", "Rossi"]);
	const told = await words(v, receipt);
	assert.equal(told.receipt.state, "REPORT_STATE_IN_PROGRESS");
	assert.deepEqual(told.handedTo, ["115"]);

	await done(v, id, { undo: { decision: over.decision, reason: "wrong number" } });
	seen = await until(v, id, (i) => i.alarming === true);
	assert.equal(seen.incident.handedOver, undefined);
	const rows = seen.reports.filter((row) => row.decision !== undefined);
	assert.deepEqual(rows.map((row) => Object.keys(row.decision.action).filter((key) => key !== "sequence")[0]),
		["undo", "handOver", "acknowledge"]);
	assert.equal(rows[1].decision.undone, true);
	assert.equal(rows[1].decision.undoneBy, rows[0].id);
	assert.equal(rows[1].decision.action.handOver.reference, "A-17", "it stays readable");
	assert.equal(rows[2].decision.undoable, true);
	assert.equal(rows[2].id, acknowledged.decision);
	await done(v, id, { refuseHandOver: { reason: "All are out, says the neighbour." } });
	await until(v, id, (i) => i.alarming === undefined && i.handedOver[0].refused === true);
});

scenario("assigned, noted, marked and classed", {}, async (v) => {
	const { id } = await opened(v);
	const other = await opened(v, elsewhere);

	await done(v, id, { assign: { person: "anna", note: "she is near" } });
	await done(v, id, { note: { text: "Il ponte è chiuso." } });
	await done(v, id, { setClass: { class: 1, reason: "a school" } });
	await done(v, id, { mark: { kind: "MARK_KIND_DUPLICATE", of: other.id, reason: "the same cellar" } });
	let { incident, reports } = await until(v, id, (i) => i.marked !== undefined);
	assert.equal(incident.assigned.person, "anna");
	assert.equal(incident.notes, 1);
	assert.deepEqual([incident.rank.class, incident.rank.reason, incident.classSet.byRule], [1, "operator", 4]);
	assert.equal(incident.marked.of, other.id);
	assert.equal(incident.status, "INCIDENT_STATUS_OPEN");
	assert.equal(reports.find((row) => row.decision?.action.note).decision.action.note.text, "Il ponte è chiuso.");
	await done(v, id, { setClass: {} });
	await done(v, id, { mark: { kind: "MARK_KIND_NONE", reason: "it is another" } });
	await done(v, id, { assign: { nobody: true } });
	({ incident } = await until(v, id, (i) => i.assigned === undefined));
	assert.deepEqual([incident.rank.class, incident.classSet, incident.marked], [4, undefined, undefined]);

	await v.kill("desk");
	await until(v, id, (i) => i.notes === 1 && i.assigned === undefined && i.version === 7);
});

scenario("given to a team, told by its name, also when the team is gone", {}, async (v) => {
	const { id } = await opened(v);
	const set = async (team) => {
		const answer = await v.request("console", "/v1/teams", {
			method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(team),
		});
		assert.equal(answer.status, 200, answer.text);
		return answer.json.team;
	};
	const boats = await set({ name: "Barche di Ripa", areas: ["*"], people: [{ name: "Ugo", webhook: "https://ugo.example/h" }] });
	const unknown = await act(v, id, { sequence: "1000000", assign: { team: "999999" } });
	assert.equal(unknown.status, 400);
	assert.deepEqual(unknown.body.errors, [{ field: "assign.team", reason: "is no team of the duty book, or was removed", code: "no_team" }]);
	await done(v, id, { assign: { team: boats.id, note: "con il gommone", teamName: "made up" } });
	await until(v, id, (i) => i.assigned?.teamName === "Barche di Ripa" && i.assigned.team === boats.id);
	await set({ id: boats.id, removed: true });
	assert.equal((await act(v, id, { sequence: "1000000", assign: { team: boats.id } })).status, 400);
	await v.kill("desk");
	const { reports } = await until(v, id, (i) => i.assigned?.teamName === "Barche di Ripa");
	assert.equal(reports.find((row) => row.decision !== undefined).decision.action.assign.teamName, "Barche di Ripa");
});

scenario("what another decided is taken back by who leads, in the areas where they do", { timeoutMs: 60000 }, async (v) => {
	const { id } = await opened(v);
	const roles = { viewer: [], operator: ["own"], shift_leader: ["own", "others"], communicator: [], administrator: [] };
	const cookie = { author: "" };
	await v.addAccount("author", { unassigned: true });
	for (const role of Object.keys(roles)) {
		await v.addAccount(role.replace("_", "-"), { role, unassigned: role !== "administrator" });
		cookie[role] = await v.login(role.replace("_", "-"));
	}
	await v.addAccount("elsewhere", { role: "shift_leader", areas: ["ZZ"] });
	cookie.elsewhere = await v.login("elsewhere");
	cookie.author = await v.login("author");
	const as = (who, body) => act(v, id, { sequence: "1000000", ...body }, { cookie: cookie[who] });
	const over = async (who) => {
		const answer = await as(who, { handOver: { to: "115" } });
		assert.equal(answer.status, 200, JSON.stringify(answer.body));
		return { undo: { decision: answer.body.decision } };
	};
	const classed = (to, back) => async (who) => {
		assert.equal((await as(who, { setClass: { class: to, reason: "seen" } })).status, 200);
		return { setClass: { class: back, ...(back === 0 ? {} : { reason: "no" }) } };
	};
	const kinds = { undo: over, "a class given back": classed(3, 0), "class 1 given back": classed(1, 0), "class 1 lowered": classed(1, 4) };
	for (const [kind, prepare] of Object.entries(kinds)) {
		for (const [role, may] of Object.entries({ ...roles, elsewhere: [] })) {
			for (const whose of ["own", "others"]) {
				if (whose === "own" && may.length === 0) {
					continue; // who may not act has none
				}
				const taken = await prepare(whose === "own" ? role : "author");
				const answer = await as(role, taken);
				const cell = `${kind}, ${whose}, by ${role}: ${JSON.stringify(answer.body)}`;
				assert.equal(answer.status, may.includes(whose) ? 200 : 403, cell);
				if (role === "operator" && whose === "others") {
					assert.equal(answer.body.type, "urn:vedetta:problem:no-lead", cell);
					assert.match(answer.body.detail, /right to lead/);
				}
				assert.equal((await as("shift_leader", { setClass: {} })).status, 200);
			}
		}
	}
});

scenario("closed, told so, a new report near it opens another, and it opens again", {}, async (v) => {
	const { id, receipt } = await opened(v);
	const closed = await done(v, id, { close: { outcome: "CLOSE_OUTCOME_NOTHING_FOUND", text: "dry" } });

	await until(v, id, (i) => i.status === "INCIDENT_STATUS_CLOSED" && i.closed.text === "dry");
	assert.equal((await words(v, receipt)).receipt.state, "REPORT_STATE_CLOSED");
	const second = await opened(v);
	assert.notEqual(second.id, id);
	const { incident } = await until(v, second.id, (i) => i.linkedClosed !== undefined);
	assert.equal(incident.linkedId, id);
	assert.equal(incident.linkedClosed.outcome, "CLOSE_OUTCOME_NOTHING_FOUND");
	// What would change it is refused, with who closed it.
	const late = await act(v, id, { sequence: closed.sequence, assign: { person: "anna" } });
	assert.equal(late.status, 409);
	assert.deepEqual([late.body.by, late.body.what], ["tester", "close"]);
	assert.ok(Date.parse(late.body.decidedAt) > 0);
	await done(v, id, { reopen: { reason: "water again" } });
	await until(v, id, (i) => i.status === "INCIDENT_STATUS_OPEN" && i.closed === undefined);
	const again = await done(v, id, { close: { outcome: "CLOSE_OUTCOME_RESOLVED" } });
	await done(v, id, { undo: { decision: again.decision } });
	await until(v, id, (i) => i.status === "INCIDENT_STATUS_OPEN");
	assert.equal((await words(v, receipt)).receipt.state, "REPORT_STATE_SEEN");
});

scenario("merged, found under the other, and given back", {}, async (v) => {
	const a = await opened(v);
	const b = await opened(v, elsewhere);
	const into = async () => ({ into: b.id, intoSequence: (await page(v, b.id)).incident.sequence });
	const merged = await done(v, a.id, { merge: { ...await into(), reason: "one river" } });

	assert.equal(merged.incident, b.id);
	await until(v, a.id, (i) => i.status === "INCIDENT_STATUS_CLOSED" && i.mergedInto === b.id && i.reports === undefined);
	let other = await until(v, b.id, (i) => i.reports === 2);
	assert.deepEqual(other.incident.mergedFrom, [a.id]);
	const hits = async () => (await (await fetch(`${v.addresses.console}/v1/reports?code=${a.receipt.code}`)).json());
	await eventually(async () => JSON.stringify(await hits()).includes(`"${b.id}"`), { what: "the report found in the other" });
	// A new report where it was joins nothing that is gone.
	await v.source().report({ ...flood, text: "seconda" });
	await done(v, a.id, { undo: { decision: merged.decision, reason: "two rivers" } });
	await until(v, a.id, (i) => i.status === "INCIDENT_STATUS_OPEN" && i.mergedInto === undefined && i.reports === 1);
	other = await until(v, b.id, (i) => i.reports === 1);
	assert.equal(other.incident.mergedFrom, undefined);
	await v.kill("desk");
	await until(v, a.id, (i) => i.reports === 1);
	await until(v, b.id, (i) => i.reports === 1 && i.mergedFrom === undefined);
});

scenario("reports are split off, moved, and moved back", {}, async (v) => {
	const first = await opened(v, { ...flood, text: "uno" });
	await v.source().report({ ...flood, text: "due, molto diverso" });
	await v.source().report({ ...flood, text: "tre, il gatto è sul tetto" });
	const { reports } = await until(v, first.id, (i) => i.reports === 3);
	const ids = reports.map((row) => row.id);
	const all = await act(v, first.id, { sequence: (await page(v, first.id)).incident.sequence, split: { reports: ids } });

	assert.deepEqual([all.status, all.body.field], [400, "split.reports"]);
	const split = await done(v, first.id, { split: { reports: ids.slice(0, 2), reason: "another house" } });
	const { incident } = await until(v, split.incident, (i) => i.reports === 2);
	assert.deepEqual(incident.place.point, flood.place.point);
	const came = (await page(v, split.incident)).reports.filter((row) => (row.move?.report ?? "0") !== "0");
	assert.deepEqual(came.map((row) => [row.move.report, row.code]).sort(), reports.slice(0, 2).map((row) => [row.id, row.code]).sort(),
		"each under the code that its sender has");
	await until(v, first.id, (i) => i.reports === 1);
	const moved = await done(v, split.incident, { move: { report: ids[0], into: first.id,
		intoSequence: (await page(v, first.id)).incident.sequence } });
	assert.equal(moved.incident, first.id);
	await until(v, first.id, (i) => i.reports === 2);
	await done(v, split.incident, { undo: { decision: moved.decision } });
	await until(v, split.incident, (i) => i.reports === 2);
	await done(v, first.id, { undo: { decision: split.decision } });
	await until(v, first.id, (i) => i.reports === 3);
	await until(v, split.incident, (i) => i.mergedInto === first.id);
});

scenario("what is split off stands where its first report is, and so does what stays", {}, async (v) => {
	const at = (latDeg) => ({ hazard: "flood", place: { point: { latDeg, lonDeg: 13.4 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" } });
	const first = await opened(v, at(42.35));
	for (const latDeg of [42.351, 42.352]) {
		await v.source().report(at(latDeg));
	}
	const { reports } = await until(v, first.id, (i) => i.reports === 3);
	const numbers = reports.map((r) => r.id).sort((a, b) => a - b);
	const point = async (id) => (await page(v, id)).incident.place.point.latDeg;
	// The one it began with is about something else.
	const { incident: other, decision } = await done(v, first.id, { split: { reports: [numbers[0]], reason: "another street" } });
	await until(v, first.id, (i) => i.reports === 2 && i.place.point.latDeg === 42.351);
	await until(v, other, (i) => i.reports === 1 && i.place.point.latDeg === 42.35);
	assert.equal((await page(v, other)).incident.rank.class, 4);
	await v.kill("desk");
	await until(v, other, (i) => i.reports === 1);
	assert.deepEqual([await point(first.id), await point(other)], [42.351, 42.35], "after a restart");
	// A new report there comes into it, and the map has both.
	const again = await opened(v, at(42.3495));
	assert.equal(again.id, other);
	await done(v, first.id, { undo: { decision, reason: "it was the same" } });
	await until(v, first.id, (i) => i.reports === 3 && i.place.point.latDeg === 42.35);
});

scenario("two at once: the second of two that change the same is told of the first", {}, async (v) => {
	const { id } = await opened(v);
	const { sequence } = (await page(v, id)).incident;
	const both = await Promise.all([
		act(v, id, { sequence, setClass: { class: 2, reason: "from the north" } }),
		act(v, id, { sequence, setClass: { class: 4, reason: "from the south" } }),
	]);
	const [won, lost] = both[0].status === 200 ? both : [both[1], both[0]];

	assert.deepEqual([won.status, lost.status], [200, 409]);
	check("Problem", lost.body);
	assert.deepEqual([lost.body.by, lost.body.what], ["tester", "setClass"]);
	assert.equal(lost.body.sequence, won.body.sequence);
	// What only adds is in nobody's way, whatever it has seen.
	const added = await Promise.all([{ acknowledge: {} }, { note: { text: "a" } }, { note: { text: "b" } },
		{ handOver: { to: "112" } }, { ask: { text: "Quanti siete?" } }].map((what) => act(v, id, { sequence, ...what })));
	assert.deepEqual(added.map((answer) => answer.status), [200, 200, 200, 200, 200]);
	await until(v, id, (i) => i.notes === 2 && i.asked === 1 && i.handedOver.length === 1 && i.acknowledged !== undefined);
});

scenario("two who place the same report in one moment: one has done it, the other learns where", {}, async (v) => {
	await v.addAccount("anna", { unassigned: true });
	const as = { tester: { cookie: v.cookie }, anna: { cookie: await v.login("anna") } };
	const { id } = await opened(v, { hazard: "flood", text: "siamo in cantina" });
	const { incident: { sequence } } = await until(v, id, (i) => i.unplaced === true);
	const wanted = { tester: 42.45, anna: 42.55 };
	const places = (who, seen) => act(v, id, { sequence: seen, place: { point: { latDeg: wanted[who], lonDeg: 13.4 }, accuracyM: 20 } }, as[who]);
	const stream = v.operator().stream({ headers: as.anna });
	assert.equal(await stream.opened, 200); // what comes from here on is told

	const answers = await Promise.all(Object.keys(wanted).map(async (who) => ({ who, ...await places(who, sequence) })));
	const [won, lost] = answers[0].status === 200 ? answers : [answers[1], answers[0]];
	assert.deepEqual([won.status, lost.status], [200, 409], JSON.stringify(answers));
	assert.equal(won.body.outcome, "ACTION_OUTCOME_PLACED");
	check("Problem", lost.body);
	assert.equal(lost.body.type, "urn:vedetta:problem:outdated");
	assert.deepEqual([lost.body.by, lost.body.what, lost.body.sequence], [won.who, "place", won.body.sequence]);
	const { reports } = await until(v, id, (i) => i.place?.point?.latDeg === wanted[won.who]);
	assert.deepEqual(reports.filter((row) => row.move !== undefined).map((row) => row.move.author), [won.who]);
	await stream.until((s) => s.board.get(id)?.place?.point?.latDeg === wanted[won.who]);
	// Who has been told may mean it all the same.
	assert.equal((await places(lost.who, lost.body.sequence)).status, 200);
	await until(v, id, (i) => i.place.point.latDeg === wanted[lost.who]);
});

scenario("it got worse behind the acknowledgement", {}, async (v) => {
	const { id } = await opened(v);

	await done(v, id, { acknowledge: {} });
	await until(v, id, (i) => i.acknowledged !== undefined);
	await v.source().report({ ...flood, text: "niente di nuovo" });
	let { incident } = await until(v, id, (i) => i.reports === 2);
	assert.equal(incident.worse, undefined);
	await v.source().report({ ...flood, signs: { trapped: true }, text: "siamo in tre" });
	({ incident } = await until(v, id, (i) => i.worse !== undefined));
	assert.deepEqual([incident.worse.classBefore, incident.worse.classNow, incident.worse.reason], [4, 1, "trapped"]);
	assert.equal(incident.alarming, true);
	await done(v, id, { acknowledge: {} });
	await until(v, id, (i) => i.worse === undefined);
	// An operator's class holds, and does not make deaf.
	await done(v, id, { setClass: { class: 5, reason: "they are out" } });
	await v.source().report({ ...flood, signs: { unresponsive: true }, text: "qualcuno non risponde" });
	({ incident } = await until(v, id, (i) => i.worse !== undefined));
	assert.deepEqual([incident.rank.class, incident.worse.reason, incident.worse.classNow], [5, "unresponsive", 1]);
});

scenario("the same action under one key is done once, another is refused", {}, async (v) => {
	const { id } = await opened(v);
	const note = { sequence: (await page(v, id)).incident.sequence, note: { text: "once" } };
	const key = { "Idempotency-Key": "k-1" };

	assert.equal((await act(v, id, note, key)).body.repeated, undefined);
	assert.equal((await act(v, id, note, key)).body.repeated, true);
	assert.equal((await act(v, id, { ...note, note: { text: "twice" } }, key)).status, 409);
	assert.equal((await until(v, id, (i) => i.notes > 0)).incident.notes, 1);
});

scenario("what cannot be done says why", {}, async (v) => {
	const { id } = await opened(v);
	const drill = "an exercise and a real incident are never merged";
	const { sequence } = (await page(v, id)).incident;
	const refused = async (what, status, field) => {
		const answer = await act(v, id, { sequence, ...what });
		assert.deepEqual([answer.status, answer.body.field], [status, field], `${drill} ${JSON.stringify(answer.body)}`);
	};

	await refused({ merge: { into: "999", intoSequence: sequence } }, 400, "merge.into");
	await refused({ merge: { into: id, intoSequence: sequence } }, 400, "merge.into");
	await refused({ undo: { decision: "1" } }, 400, "undo.decision");
	await refused({ move: { report: "77", into: id, intoSequence: sequence } }, 400, "move.into");
	await refused({ ask: { report: "77", text: "chi?" } }, 400, "ask.report");
	await refused({ reopen: {} }, 400, "reopen.reason");
	await refused({ setClass: { class: 2 } }, 400, "setClass.reason");
	await refused({ note: { text: " " } }, 400, "note.text");
	const note = await done(v, id, { note: { text: "x" } });
	await refused({ undo: { decision: note.sequence } }, 400, "undo.decision");
});

scenario("reports that stream in do not stand in the way", {}, async (v) => {
	const { id } = await opened(v);
	let stop = false;
	let sent = 0;
	const stream = (async () => {
		for (; !stop; sent++) {
			await v.source().report({ ...flood, text: `numero ${sent}` });
		}
	})();
	const { sequence } = (await page(v, id)).incident;
	let seen = sequence;

	for (let n = 0; n < 10; n++) {
		const answer = await act(v, id, { sequence: seen, setClass: { class: 2 + n % 2, reason: `turn ${n}` } });
		assert.equal(answer.status, 200, JSON.stringify(answer.body));
		seen = answer.body.sequence;
	}
	stop = true;
	await stream;
	assert.ok(sent > 0);
	const { incident } = await until(v, id, (i) => i.reports === sent + 1);
	assert.equal(incident.classSet.class, 3);
});

scenario("nothing that was answered is lost when the desk is killed in between", {}, async (v) => {
	const { id } = await opened(v);
	const { sequence } = (await page(v, id)).incident;
	const answered = new Set();

	for (let n = 0; n < 30; n++) {
		if (n % 10 === 5) {
			await v.kill("desk");
		}
		const key = { "Idempotency-Key": `note-${n}` };
		await eventually(async () => {
			const { status, body } = await act(v, id, { sequence, note: { text: `note ${n}` } }, key);
			assert.ok(status === 200 || status === 503, JSON.stringify(body));
			return status === 200;
		}, { what: `note ${n}` });
		answered.add(`note ${n}`);
	}
	const { reports } = await until(v, id, (i) => i.notes === answered.size);
	assert.deepEqual(new Set(reports.map((row) => row.decision?.action.note?.text).filter(Boolean)), answered);
});
