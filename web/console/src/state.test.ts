import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import {
	counts, drills, groups, initial, isNewer, isSilent, leftOut, neighbour, ranked, reduce, SILENT_MS, UNASSIGNED, type News, type State,
} from "./state";

const incident = (id: number, sequence: number, of = 3, key = 0, more: Partial<Incident> = {}): Incident => ({
	id: String(id), sequence: String(sequence), hazard: "flood",
	status: "INCIDENT_STATUS_OPEN", rank: { class: of, key: String(key) }, ...more,
});

const after = (...news: News[]): State => news.reduce(reduce, initial);

const loaded = (...incidents: Incident[]): News =>
	({ kind: "loaded", incidents, sequence: "e-9", nowMs: 1000 });

const change = (incidents: Incident[], removed: string[] = [], sequence = "e-10"): News =>
	({ kind: "change", event: { sequence, incidents, removed }, nowMs: 2000 });

const ids = (state: State) => ranked(state).map((i) => i.id);

test("an area's filter shows what it sees, and what all parts of one above it do", () => {
	const area = { code: "066049", name: "L'Aquila", above: ["066", "13", "IT"] };
	const state = after(loaded(
		incident(1, 1, 3, 0, { areas: ["066049", "066", "13", "IT"] }),
		incident(2, 2, 3, 0, { areas: ["066105", "066", "13", "IT"] }),
		incident(3, 3, 3, 0, { areas: ["066", "13", "IT"], wideAreas: ["066"] }),
		incident(4, 4, 3, 0, { areaFit: "AREA_FIT_UNASSIGNED" }),
		incident(5, 5, 3, 0),
	));
	const shown = (choice: typeof area | null) => ids(reduce(state, { kind: "filter", filter: { area: choice } }));
	assert.deepEqual(shown(null), ["1", "2", "3", "4", "5"]);
	assert.deepEqual(shown(area), ["1", "3"]);
	assert.deepEqual(shown({ code: "066", name: "L'Aquila", above: ["13", "IT"] }), ["1", "2", "3"]);
	assert.deepEqual(shown({ code: UNASSIGNED, name: "", above: [] }), ["4"]);
	assert.deepEqual(shown({ code: "0", name: "", above: [] }), []);
});

test("the worst class is first, then the larger key, then the older incident", () => {
	const state = after(loaded(
		incident(1, 1, 3, 500), incident(2, 2, 1, -5), incident(3, 3, 1, 7),
		incident(9, 4, 3, 500), incident(5, 5, 2, -1_700_000_000_000),
	));
	assert.deepEqual(ids(state), ["3", "2", "5", "1", "9"]);
});

test("anything real stands before any drill, in the list and among those to locate", () => {
	const drill = { ...incident(1, 1, 1, 9), exercise: true, unplaced: true };
	const state = after(loaded(drill, { ...incident(2, 2, 5, 0), unplaced: true }));
	assert.deepEqual(ids(state), ["2", "1"]);
	assert.deepEqual(ids(reduce(state, { kind: "filter", filter: { status: "locate" } })), ["2", "1"]);
});

test("a change replaces, adds and removes, and moves the sequence on", () => {
	const state = after(loaded(incident(1, 1), incident(2, 2)),
		change([incident(1, 10, 1), incident(3, 11)], ["2"]));
	assert.deepEqual(ids(state), ["1", "3"]);
	assert.equal(state.sequence, "e-10");
	assert.equal(state.heardMs, 2000);
});

test("an older state never replaces a newer one", () => {
	const state = after(loaded(incident(1, 20, 1)), change([incident(1, 9, 5)]));
	assert.equal(state.incidents.get("1")?.rank?.class, 1);
});

test("sequences are compared as numbers of any length", () => {
	assert.ok(isNewer("10", "9"));
	assert.ok(isNewer("18446744073709551615", "18446744073709551614"));
	assert.ok(!isNewer("9", "9"));
	assert.ok(!isNewer("9", "10"));
});

test("reducing does not touch the state before", () => {
	const before = after(loaded(incident(1, 1)));
	const next = reduce(before, change([incident(2, 2)]));
	assert.equal(before.incidents.size, 1);
	assert.equal(next.incidents.size, 2);
});

test("closed incidents leave the open list and are found under closed and all", () => {
	const start = after(loaded(incident(1, 1), incident(2, 2, 3, 0, { status: "INCIDENT_STATUS_CLOSED" })));
	assert.deepEqual(ids(start), ["1"]);
	assert.deepEqual(ids(reduce(start, { kind: "filter", filter: { status: "closed" } })), ["2"]);
	assert.deepEqual(ids(reduce(start, { kind: "filter", filter: { status: "all" } })), ["1", "2"]);
	assert.deepEqual(counts(start.incidents, "all"), [0, 0, 0, 1, 0, 0]);
});

test("classes are filtered; one the server does not give counts as information", () => {
	const bare: Incident = { id: "7", sequence: "7" };
	const start = after(loaded(incident(1, 1, 1), bare));
	assert.deepEqual(ids(reduce(start, { kind: "filter", filter: { classes: [5] } })), ["7"]);
});

test("silence begins after two missed heartbeats and ends with the next news", () => {
	const state = after(loaded(), { kind: "opened", nowMs: 5000 });
	assert.ok(!isSilent(state, 5000 + SILENT_MS));
	assert.ok(isSilent(state, 5001 + SILENT_MS));
	const beat = reduce(state, { kind: "heartbeat", sequence: "e-12", deskConnected: false, nowMs: 90_000 });
	assert.ok(!isSilent(beat, 90_001));
	assert.equal(beat.sequence, "e-12");
	assert.equal(beat.deskConnected, false);
	assert.ok(!isSilent(initial, 1e12), "before any data there is another word for it");
});

test("a reset keeps the screen, says it is not live, and asks for the list again", () => {
	const state = after(loaded(incident(1, 1)), { kind: "opened", nowMs: 1 }, { kind: "reset" });
	assert.deepEqual(ids(state), ["1"]);
	assert.equal(state.sequence, "");
	assert.equal(state.connection, "loading");
	const again = reduce(state, { kind: "loaded", incidents: [incident(4, 1)], sequence: "f-1", nowMs: 2 });
	assert.deepEqual(ids(again), ["4"]);
});

test("a lost stream keeps data and its age", () => {
	const state = after(loaded(incident(1, 1)), { kind: "lost", retryMs: 7000 });
	assert.equal(state.heardMs, 1000);
	assert.equal(state.connection, "lost");
	assert.equal(reduce(state, { kind: "connecting" }).connection, "lost", "tried again is not there again");
	assert.equal(after(loaded(incident(1, 1)), { kind: "connecting" }).connection, "connecting");
});

test("keys walk the list and stop at its ends", () => {
	const rows = [incident(5, 1), incident(6, 2), incident(7, 3)];
	assert.equal(neighbour(rows, null, 1), "5");
	assert.equal(neighbour(rows, null, -1), "7");
	assert.equal(neighbour(rows, "6", 1), "7");
	assert.equal(neighbour(rows, "7", 1), "7");
	assert.equal(neighbour(rows, "7", -1e6), "5");
	assert.equal(neighbour(rows, "gone", 1), "5");
	assert.equal(neighbour(rows, null, 1e6), "7");
	assert.equal(neighbour(rows, null, -1e6), "5");
	assert.equal(neighbour([], "5", 1), null);
});

test("reports that come after the operator went elsewhere are not shown there", () => {
	const state = after(loaded(incident(1, 1), incident(2, 2)), { kind: "detail", id: "1" }, { kind: "detail", id: "2" },
		{ kind: "detailShown", id: "1", page: { reports: [{ id: "1" }] }, before: "" });
	assert.equal(state.detail?.id, "2");
	assert.deepEqual(state.detail?.reports, []);
	assert.equal(state.selected, "2");
});

test("a list that was read anew has the reports of the open incident read again, whatever their number was", () => {
	const open = after(loaded(incident(1, 500)), { kind: "detail", id: "1" },
		{ kind: "detailShown", id: "1", page: { incident: incident(1, 500), sequence: "500", reports: [{ id: "9" }] }, before: "" });
	// An older copy was put back: another epoch, and smaller numbers.
	const again = reduce(reduce(open, { kind: "reset" }), loaded(incident(1, 300)));
	assert.ok(isNewer(again.incidents.get("1")?.sequence ?? "0", again.detail?.sequence ?? "0"));
	assert.deepEqual(again.detail?.reports, [{ id: "9" }], "shown until the others are here");
});

test("older reports are put behind, and reading again starts over", () => {
	const first: News = {
		kind: "detailShown", id: "1", before: "",
		page: { incident: incident(1, 5), sequence: "5", reports: [{ id: "9" }], next: "9" },
	};
	const state = after(loaded(incident(1, 5)), { kind: "detail", id: "1" }, first);
	assert.equal(state.detail?.next, "9");
	const more = reduce(state, { kind: "detailShown", id: "1", page: { sequence: "9", reports: [{ id: "3" }] }, before: "9" });
	assert.deepEqual(more.detail?.reports.map((r) => r.id), ["9", "3"]);
	assert.equal(more.detail?.next, "");
	assert.equal(more.detail?.sequence, "5", "read up to where the newest are");
	assert.deepEqual(reduce(more, first).detail?.reports.map((r) => r.id), ["9"]);
	assert.equal(reduce(more, { kind: "detailFailed", id: "1" }).detail?.state, "failed");
	assert.equal(reduce(more, { kind: "close" }).detail, null);
});

test("a history is as new as its rows, and an answer that comes late takes nothing away", () => {
	const page = (sequence: string, ids: string[], next = ""): News => ({
		kind: "detailShown", id: "1", before: "",
		page: { incident: incident(1, 7), sequence, reports: ids.map((id) => ({ id })), next },
	});
	const open = after(loaded(incident(1, 7)), { kind: "detail", id: "1" });
	const behind = reduce(open, page("5", ["5", "4"], "4"));
	assert.equal(behind.detail?.sequence, "5", "the incident is at 7 by now: to be read again");
	const newest = reduce(behind, page("7", ["7", "5"], "5"));
	assert.deepEqual(reduce(newest, page("5", ["5", "4"], "4")).detail, newest.detail);
	// What was asked for below the old page would leave a gap under the new one.
	assert.deepEqual(reduce(newest, { kind: "detailShown", id: "1", before: "4", page: { reports: [{ id: "4" }, { id: "3" }] } }).detail, newest.detail);
});

test("5,000 incidents are ranked and changed well within a tick", () => {
	const many = Array.from({ length: 5000 }, (_, i) => incident(i + 1, i + 1, 1 + (i * 7) % 5, (i * 7919) % 10007));
	let state = after(loaded(...many));
	const took: number[] = [];
	for (let i = 0; i < 20; i++) {
		const start = process.cpuUsage();
		state = reduce(state, change([incident(i + 1, 6000 + i, 1, i)], [], `e-${6000 + i}`));
		assert.equal(ranked(state).length, 5000);
		const { user, system } = process.cpuUsage(start);
		took.push((user + system) / 1000);
	}
	// Its own time and the middle of it: the machine has other things to do.
	const each = took.sort((a, b) => a - b)[10] ?? Infinity;
	assert.ok(each < 50, `${each.toFixed(1)} ms a change`);
});

test("drills are shown with the rest, alone, or not at all, and counted with what is shown", () => {
	const start = after(loaded(
		incident(1, 1), incident(2, 2, 1, 0, { exercise: true }), incident(3, 3, 1),
		incident(4, 4, 2, 0, { exercise: true, status: "INCIDENT_STATUS_CLOSED" }),
	));
	const shown = (exercise: "all" | "real" | "exercise") =>
		ids(reduce(start, { kind: "filter", filter: { exercise } }));
	assert.deepEqual(ids(start), ["3", "1", "2"]);
	assert.deepEqual(shown("real"), ["3", "1"]);
	assert.deepEqual(shown("exercise"), ["2"]);
	assert.deepEqual(shown("all"), ["3", "1", "2"]);
	assert.deepEqual(counts(start.incidents, "real"), [0, 1, 0, 1, 0, 0]);
	assert.deepEqual(counts(start.incidents, "exercise"), [0, 1, 0, 0, 0, 0]);
	assert.equal(drills(start.incidents), 1);
});

test("reports that say the same stand under their first, the oldest of them on top", () => {
	const report = (id: number, foldedInto?: number) =>
		({ id: String(id), ...(foldedInto === undefined ? {} : { foldedInto: String(foldedInto) }) });
	const shown = groups([report(9, 3), report(8, 2), report(7), report(6, 3), report(3)])
		.map((g) => [g.first.id, g.folded.map((r) => r.id)]);
	// The first of 8 is on an older page: it is not hidden behind it.
	assert.deepEqual(shown, [["8", []], ["7", []], ["3", ["6", "9"]]]);
	// The first went to another incident: who stayed does not stand under it, who went along does.
	const gone = groups([report(9, 3), { ...report(6, 3), nowIn: "12" }, { ...report(3), nowIn: "12" }])
		.map((g) => [g.first.id, g.folded.map((r) => r.id)]);
	assert.deepEqual(gone, [["9", []], ["3", ["6"]]]);
	assert.deepEqual(groups([]), []);
});

const umbrellas = (states: Extract<News, { kind: "umbrellas" }>["states"]): News =>
	({ kind: "umbrellas", states, nowMs: 3000 });

test("umbrellas and their labels come with the stream, and stay over a cut and a reset", () => {
	const told = after(loaded(incident(1, 1), incident(2, 2)), umbrellas({
		full: true, rebuilding: true, umbrellas: [{ id: "7", incidents: 2, maxi: true }],
		labels: [{ incidentId: "1", umbrellaId: "7" }],
	}));
	assert.equal(told.incidents.get("1")?.umbrellaId, "7");
	assert.equal(told.rebuilding, true);
	assert.equal(told.sequence, "e-9", "no place in the board's stream");
	assert.equal(told.heardMs, 3000);

	const moved = reduce(told, umbrellas({
		umbrellas: [{ id: "7", status: "UMBRELLA_STATUS_MERGED", mergedInto: "3" }, { id: "3", incidents: 40 }],
		labels: [{ incidentId: "1", umbrellaId: "3" }],
	}));
	assert.equal(moved.incidents.get("1")?.umbrellaId, "3");
	assert.equal(moved.umbrellas.get("7")?.mergedInto, "3");
	assert.equal(moved.rebuilding, false);

	const cut = [{ kind: "lost", retryMs: 1 }, { kind: "connecting" }, { kind: "reset" }] as const;
	const reset = cut.reduce<State>(reduce, moved);
	assert.equal(reset.umbrellas.size, 2, "the screen keeps what it shows until the list is here");
	assert.equal(reset.incidents.get("1")?.umbrellaId, "3");
	const again = reduce(reset, umbrellas({ full: true, umbrellas: [{ id: "3" }] }));
	assert.deepEqual([...again.umbrellas.keys()], ["3"]);
});

test("what a filter leaves out is counted as long as it is open", () => {
	const start = after(loaded(incident(1, 1, 1), incident(2, 2, 4), incident(3, 3, 4, 0, { status: "INCIDENT_STATUS_CLOSED" }),
		incident(4, 4, 2, 0, { exercise: true })));
	assert.equal(leftOut(start), 0);
	assert.equal(leftOut(reduce(start, { kind: "filter", filter: { classes: [1] } })), 2);
	assert.equal(leftOut(reduce(start, { kind: "filter", filter: { exercise: "real" } })), 1);
	assert.equal(leftOut(reduce(start, { kind: "filter", filter: { status: "closed" } })), 3);
});
