import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import { ALARM_MS, calls, crying, due, REMIND_MS, silence } from "./alarm";

const incident = (id: number, klass: number, more: Partial<Incident> = {}): Incident =>
	({ id: String(id), status: "INCIDENT_STATUS_OPEN", rank: { class: klass }, ...more });

const board = (...all: Incident[]) => new Map<string, Incident>(all.map((i) => [i.id ?? "0", i]));

const NOW = 1_000_000;

test("what is on the board when it is opened is no news", () => {
	assert.equal(due(silence, board(incident(1, 1), incident(2, 2)), NOW).signal, null);
});

test("a new severe incident is heard once, a light one is not", () => {
	const first = due(silence, board(incident(1, 1)), NOW).heard;
	assert.equal(due(first, board(incident(1, 1), incident(2, 4)), NOW).signal, null);
	const next = due(first, board(incident(1, 1), incident(3, 2)), NOW);
	assert.equal(next.signal, "news");
	assert.equal(due(next.heard, board(incident(1, 1), incident(3, 2)), NOW).signal, null);
});

test("class 1 alarms until somebody answers, then reminds until it is handed over", () => {
	const alarming = incident(1, 1, { alarming: true });
	const taken = { ...alarming, acknowledged: { by: "ada" } };
	const loud = due(silence, board(alarming), NOW);
	assert.equal(loud.signal, "alarm");
	assert.equal(due(loud.heard, board(alarming), NOW + ALARM_MS - 1).signal, null);
	assert.equal(due(loud.heard, board(alarming), NOW + ALARM_MS).signal, "alarm");
	const soft = due(loud.heard, board(taken), NOW + ALARM_MS);
	assert.equal(soft.signal, "remind");
	assert.equal(due(soft.heard, board(taken), NOW + 2 * ALARM_MS).signal, null);
	assert.equal(due(soft.heard, board(taken), NOW + ALARM_MS + REMIND_MS).signal, "remind");
	assert.equal(due(soft.heard, board(incident(1, 1)), NOW + ALARM_MS + REMIND_MS).signal, null);
});

test("what got worse is heard before anything else, closed ones never", () => {
	const worse = incident(1, 2, { acknowledged: { by: "ada" }, worse: { classBefore: 3, classNow: 2 } });
	assert.equal(due(silence, board(worse, incident(2, 1, { alarming: true })), NOW).signal, "worse");
	assert.equal(due(silence, board({ ...worse, status: "INCIDENT_STATUS_CLOSED" }), NOW).signal, null);
});

test("drills are quiet for who has hidden them, real ones never are", () => {
	const drill = incident(1, 1, { alarming: true, exercise: true });
	const real = incident(2, 1, { alarming: true });
	assert.equal(due(silence, board(drill), NOW, false).signal, null);
	assert.equal(due(silence, board(drill), NOW, true).signal, "drill");
	assert.deepEqual(calls([drill, real], false).unanswered, [real]);
});

test("what is real is named before any drill, and drills are silent while it cries", () => {
	const drills = [incident(1, 1, { alarming: true, exercise: true }), incident(2, 1, { worse: { classBefore: 2, classNow: 1 }, exercise: true })];
	const light = incident(4, 2, { alarming: true, rank: { class: 2 } });
	const real = incident(3, 1, { alarming: true });
	assert.deepEqual(calls([...drills, light, real]).unanswered.map((i) => i.id), ["3", "4", "1"]);
	assert.deepEqual(crying(calls([...drills, real])), { real: [real], drills: [drills[1], drills[0]] });
	assert.equal(due(silence, board(...drills, real), NOW).signal, "alarm");
	assert.equal(due(silence, board(...drills), NOW).signal, "drill");
});

test("what is real and new is heard through any number of drills", () => {
	const drills = Array.from({ length: 40 }, (_, i) => incident(i + 1, 1, { alarming: true, exercise: true }));
	const begun = due(silence, board(...drills), NOW);
	assert.equal(begun.signal, "drill");
	const later = NOW + ALARM_MS;
	assert.equal(due(begun.heard, board(...drills, incident(50, 2)), later).signal, "news");
	assert.equal(due(begun.heard, board(...drills, incident(50, 2)), NOW + 1).signal, "news");
	const real = incident(60, 1, { alarming: true });
	assert.equal(due(begun.heard, board(...drills, real), later).signal, "alarm");
});
