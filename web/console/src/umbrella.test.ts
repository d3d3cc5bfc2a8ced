import assert from "node:assert/strict";
import test from "node:test";
import type { Incident, Umbrella } from "vedetta/api";
import { about, damped, isUnder, FRESH_MS, GROWTH_MS, maxis, singles, survivor, takeLabels, takeUmbrellas, type Line } from "./umbrella";

const NOW = Date.parse("2026-11-22T03:00:00Z");
const before = (ms: number) => new Date(NOW - ms).toISOString();

const umbrella = (id: string, more: Partial<Umbrella> = {}): Umbrella =>
	({ id, eventGroup: "seismic", status: "UMBRELLA_STATUS_OPEN", maxi: true, ...more });

const incident = (id: number, of: number, more: Partial<Incident> = {}): Incident =>
	({ id: String(id), rank: { class: of }, umbrellaId: "7", openedAt: before(FRESH_MS), ...more });

const known = (...all: Umbrella[]) => new Map(all.map((u) => [u.id ?? "", u]));

const put = (rows: Incident[], expanded: string[] = [], keep: string | null = null) =>
	damped(rows, { umbrellas: known(umbrella("7"), umbrella("8")), nowMs: NOW, expanded: new Set(expanded), keep });

const names = (lines: Line[]) => lines.map((l) => (l.kind === "group" ? `${l.id}:${l.members.length}` : `${l.inside ? ">" : ""}${l.id}`));

test("a full telling forgets, others change what they name", () => {
	const first = takeUmbrellas(new Map(), { full: true, umbrellas: [umbrella("1"), umbrella("2")] });
	const next = takeUmbrellas(first, { umbrellas: [umbrella("2", { incidents: 40 })] });
	assert.deepEqual([...next.keys()], ["1", "2"]);
	assert.equal(next.get("2")?.incidents, 40);
	assert.equal(first.get("2")?.incidents, undefined);
	assert.deepEqual([...takeUmbrellas(next, { full: true, umbrellas: [umbrella("3")] }).keys()], ["3"]);
});

test("labels change their incidents, also to none, and leave the others as they are", () => {
	const all = new Map([["1", incident(1, 3, { umbrellaTags: ["9"] })], ["2", incident(2, 3)]]);
	const next = takeLabels(all, { labels: [{ incidentId: "1" }, { incidentId: "3", umbrellaId: "7" }] });
	assert.equal(next.get("1")?.umbrellaId, undefined);
	assert.equal(next.get("1")?.umbrellaTags, undefined);
	assert.equal(next.get("2"), all.get("2"));
	assert.equal(next.size, 2);
	assert.equal(takeLabels(all, { labels: [{ incidentId: "5" }] }), all);
	assert.deepEqual(takeLabels(all, { labels: [{ incidentId: "2", umbrellaId: "8", tags: ["4"] }] }).get("2")?.umbrellaTags, ["4"]);
});

test("one that merged leads to the one that lives on, and no ring of them holds us", () => {
	const all = known(umbrella("1", { mergedInto: "2" }), umbrella("2", { mergedInto: "3" }), umbrella("3"),
		umbrella("4", { mergedInto: "5" }), umbrella("5", { mergedInto: "4" }));
	assert.equal(survivor(all, "1"), "3");
	assert.equal(survivor(all, "3"), "3");
	assert.equal(survivor(all, "99"), "99");
	assert.ok(["4", "5"].includes(survivor(all, "4")));
});

test("no news is under what its event became", () => {
	const all = known(umbrella("1", { mergedInto: "2" }), umbrella("2"));
	assert.ok(isUnder({ id: "5", umbrellaId: "2" }, "2", all));
	assert.ok(!isUnder({ id: "5", umbrellaId: "1" }, "2", all), "a label is told anew");
	assert.ok(isUnder({ id: "5", umbrellaId: "1", silent: { umbrellaId: "1" } }, "2", all));
	assert.ok(isUnder({ id: "5", silent: { umbrellaId: "1" } }, "2", all));
	assert.ok(!isUnder({ id: "5", silent: { umbrellaId: "3" } }, "2", all));
});

test("maxi umbrellas stand by their worst incidents, drills behind what is real", () => {
	const of = (...incidents: number[]) => ({ classes: incidents.map((n, i) => ({ class: i + 1, incidents: n })).filter((c) => c.incidents > 0) });
	const all = known(
		umbrella("1", of(0, 9)), umbrella("2", of(1)), umbrella("3", { ...of(50), exercise: true }),
		umbrella("4", { ...of(60), maxi: false }), umbrella("5", { ...of(70), status: "UMBRELLA_STATUS_ENDED" }), umbrella("6", of(1, 2)),
	);
	assert.deepEqual(maxis(all).map((u) => u.id), ["6", "2", "1", "3"]);
});

test("an umbrella grows by what opened in a quarter of an hour, and is where most of it is", () => {
	const all = new Map([
		incident(1, 3, { openedAt: before(GROWTH_MS - 1), areaNames: ["L'Aquila"] }),
		incident(2, 3, { openedAt: before(GROWTH_MS), areaNames: ["Onna", "L'Aquila"] }),
		incident(3, 3, { umbrellaId: "8", areaNames: ["Roma"] }),
	].map((i) => [i.id ?? "", i]));
	const told = about(all, ["7", "9"], NOW);
	assert.deepEqual(told.get("7"), { grown: 1, names: ["L'Aquila", "Onna"] });
	assert.deepEqual(told.get("9"), { grown: 0, names: [] });
	assert.equal(told.has("8"), false);
});

test("only light incidents that are not new go under one row for each severity", () => {
	const rows = [
		incident(1, 1), incident(2, 2), incident(3, 3), incident(4, 3), incident(5, 3),
		incident(6, 4, { openedAt: before(FRESH_MS - 1) }), incident(7, 4), incident(8, 4), incident(9, 4, { umbrellaId: "8" }),
		incident(10, 4), incident(11, 5), incident(12, 5), incident(13, 5, { quarantined: true }), incident(14, 5),
	];
	assert.deepEqual(names(put(rows)), ["1", "2", "3", "4", "5", "6", "group-7-4:3", "9", "group-7-5:3", "13"]);
	assert.deepEqual(names(put(rows, ["group-7-4"])),
		["1", "2", "3", "4", "5", "6", "group-7-4:3", ">7", ">8", ">10", "9", "group-7-5:3", "13"]);
});

test("nothing is lost or twice, whatever is grouped", () => {
	const rows = Array.from({ length: 500 }, (_, i) => incident(i, 1 + i % 5, { umbrellaId: String(6 + i % 4) }))
		.sort((a, b) => (a.rank?.class ?? 0) - (b.rank?.class ?? 0));
	const lines = put(rows, ["group-7-4"], "3");
	const shown = lines.flatMap((l) => (l.kind === "incident" ? [l.id] : l.expanded ? [] : l.members.map((m) => m.id ?? "")));
	assert.deepEqual([...shown].sort(), rows.map((r) => r.id).sort());
	const classes = lines.map((l) => (l.kind === "group" ? l.class : l.incident.rank?.class ?? 0));
	assert.deepEqual(classes, [...classes].sort());
	assert.deepEqual(names(singles(rows)), rows.map((r) => r.id));
});

test("what the operator is at, two of a kind and no maxi umbrella are never grouped", () => {
	const rows = [incident(1, 5), incident(2, 5), incident(3, 5)];
	assert.deepEqual(names(put(rows, [], "2")), ["1", "2", "3"]);
	assert.deepEqual(names(put(rows.slice(1))), ["2", "3"]);
	assert.deepEqual(names(damped(rows, { umbrellas: known(umbrella("7", { maxi: false })), nowMs: NOW, expanded: new Set(), keep: null })), ["1", "2", "3"]);
	assert.deepEqual(names(put([...rows, incident(4, 5, {}), incident(5, 5)].map(({ openedAt: _, ...i }) => i))), ["1", "2", "3", "4", "5"]);
});
