import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import { ACTS, actOf, choicesFor, choosable, mayUndo, missing, nearby } from "./acts";
import { emptyCall, canSend, reportOf } from "./call";
import { handover } from "./handover";
import en from "../../locales/en.json";
import it from "../../locales/it.json";

const OPEN: Incident = { id: "1", status: "INCIDENT_STATUS_OPEN", rank: { class: 1 }, reports: 2 };

const fitting = (incident: Incident) => ACTS.filter((a) => a.fits(incident)).map((a) => a.name);

test("a closed incident can be noted and opened again, no more", () => {
	assert.deepEqual(fitting({ ...OPEN, status: "INCIDENT_STATUS_CLOSED" }), ["note", "reopen"]);
	assert.deepEqual(fitting({ ...OPEN, status: "INCIDENT_STATUS_CLOSED", mergedInto: "7" }), ["note"]);
});

test("it is taken on once, and again when it got worse", () => {
	assert.ok(fitting(OPEN).includes("acknowledge"));
	assert.ok(!fitting({ ...OPEN, acknowledged: { by: "ada" } }).includes("acknowledge"));
	assert.ok(fitting({ ...OPEN, acknowledged: { by: "ada" }, worse: { classNow: 1 } }).includes("acknowledge"));
});

test("only class 1 can be refused, only several reports can be split", () => {
	assert.ok(!fitting({ ...OPEN, rank: { class: 2 } }).includes("refuse"));
	assert.ok(!fitting({ ...OPEN, reports: 1 }).includes("split"));
});

test("a form says what it still wants, also what a choice asks for", () => {
	const fields = actOf("handOver")?.fields ?? [];
	assert.deepEqual(missing(fields, {}), ["to"]);
	assert.deepEqual(missing(fields, { to: "115" }), []);
	assert.deepEqual(missing(fields, { to: "other", group: "  " }), ["group"]);
	assert.deepEqual(missing(actOf("mark")?.fields ?? [], { kind: "DUPLICATE", reason: "x" }), ["of"]);
});

test("what is sent is what the API names", () => {
	assert.deepEqual(actOf("handOver")?.action({ to: "other", group: "Misericordia", reference: "7" }),
		{ handOver: { to: "Misericordia", reference: "7", takenBy: "", note: "" } });
	assert.deepEqual(actOf("assign")?.action({ to: "nobody" }), { assign: { nobody: true, note: "" } });
	assert.deepEqual(actOf("assign")?.action({ to: "team", team: "12", person: "left over", note: "n" }), { assign: { team: "12", note: "n" } });
	assert.deepEqual(actOf("split")?.action({ reports: "3,4,", reason: "r" }), { split: { reports: ["3", "4"], reason: "r" } });
	assert.deepEqual(actOf("mark")?.action({ kind: "HOAX", of: "9", reason: "r" }),
		{ mark: { kind: "MARK_KIND_HOAX", of: "0", report: "0", reason: "r" } });
});

test("every action, field and choice has its words in both languages", () => {
	const want = ACTS.flatMap((a) => [
		`key.${a.name}`, `act.do.${a.name}`, `act.did.${a.name}`, `act.field.${Object.keys(a.action({}))[0]}`,
		...a.fields.flatMap((f) => [`act.${a.name}.${f.name}`, ...(f.choices ?? []).map((c) => `act.${a.name}.${f.name}.${c}`)]),
	]);
	assert.deepEqual(want.filter((k) => !(k in it) || !(k in en)), []);
});

test("another's class is given back, and a class 1 lowered, by who leads alone", () => {
	const field = actOf("setClass")?.fields[0];
	const offered = (incident: Incident, name: string, leads: boolean) =>
		(field === undefined ? [] : choicesFor("setClass", field, incident, { name, leads })).join("");
	const set = (of: number): Incident => ({ ...OPEN, classSet: { class: of, by: "ada" } });
	assert.equal(offered(OPEN, "ada", true), "12345", "nothing to give back");
	assert.equal(offered(set(3), "ada", false), "123450");
	assert.equal(offered(set(3), "bruno", false), "12345");
	assert.equal(offered(set(1), "bruno", false), "1");
	assert.equal(offered(set(1), "bruno", true), "123450");
	assert.deepEqual([mayUndo("ada", { name: "ada", leads: false }), mayUndo("ada", { name: "bruno", leads: false }),
		mayUndo("ada", { name: "bruno", leads: true })], [true, false, true]);
});

test("reports are offered once, by the code their sender has", () => {
	const found = choosable([
		{ id: "9", decision: { by: "ada" } }, { id: "5", code: "AAAA-AAAA", report: { text: "fumo" } },
		{ id: "6", code: "BBBB-BBBB", addsTo: "5" }, { id: "7", code: "CCCC-CCCC", nowIn: "3" },
	]);
	assert.deepEqual(found, [{ id: "5", code: "AAAA-AAAA", text: "fumo" }]);
});

test("a report that went off is none that can be chosen, nor is its going; one that came back is, once", () => {
	const left = (id: string, ...reports: string[]) => ({ id, code: `LEFT-${id}`, move: { from: "1", to: "8", reports } });
	const came = (id: string, report: string) => ({ id, code: `CAME-${id}`, report: { text: "fumo" }, move: { report, from: "8", to: "1" } });
	const ids = (...rows: Parameters<typeof choosable>[0]) => choosable(rows).map((one) => one.id);
	const here = { id: "5", code: "AAAA-AAAA", report: { text: "fumo" } };
	assert.deepEqual(ids(left("14", "4"), here, { id: "4", code: "BBBB-BBBB", nowIn: "8" }), ["5"]);
	assert.deepEqual(ids(came("21", "4"), left("14", "4"), here, { id: "4", code: "BBBB-BBBB" }), ["4", "5"]);
	assert.deepEqual(ids(left("33", "2"), came("27", "2"), here), ["5"], "from elsewhere, and off again");
});

test("near ones come first, those without a place last, drills never with real ones", () => {
	const at = (latDeg: number) => ({ place: { point: { latDeg, lonDeg: 13 } } });
	const all: Incident[] = [
		{ ...OPEN, id: "2", ...at(43) }, { ...OPEN, id: "3", ...at(42.1) }, { ...OPEN, id: "4" },
		{ ...OPEN, id: "5", ...at(42), exercise: true }, { ...OPEN, id: "6", ...at(42), status: "INCIDENT_STATUS_CLOSED" },
	];
	assert.deepEqual(nearby([...all, OPEN], { ...OPEN, ...at(42) }).map((n) => n.incident.id), ["3", "2", "4"]);
});

test("a call becomes a report about somebody else, with a point or with words", () => {
	assert.equal(canSend(emptyCall), false);
	const told = reportOf({ ...emptyCall, hazard: "flood", place: "42.35, 13.40", signs: ["trapped"], people: "ONE", phone: "0862" }, "it");
	assert.deepEqual(told.place, { kind: "PLACE_KIND_THIRD_PARTY", point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 50 });
	assert.equal(told.about, "ABOUT_OTHER");
	assert.deepEqual(told.signs, { trapped: true, people: "PEOPLE_ONE" });
	assert.deepEqual(told.contact, { name: "", phone: "0862" });
	assert.deepEqual(reportOf({ ...emptyCall, text: "crollo", place: "via Roma 3" }, "it").place,
		{ kind: "PLACE_KIND_THIRD_PARTY", words: "via Roma 3" });
});

test("a handover has each open incident once, and what was closed since", () => {
	const all: Incident[] = [
		{ ...OPEN, id: "1", alarming: true, acknowledged: { by: "ada" } }, { ...OPEN, id: "2", rank: { class: 3 } },
		{ ...OPEN, id: "3", rank: { class: 2 }, acknowledged: { by: "ada" } },
		{ ...OPEN, id: "4", status: "INCIDENT_STATUS_CLOSED", closed: { at: "2026-11-22T04:00:00Z" } },
		{ ...OPEN, id: "5", status: "INCIDENT_STATUS_CLOSED", closed: { at: "2026-11-20T04:00:00Z" } },
		{ ...OPEN, id: "6", rank: { class: 5 } },
	];
	const page = handover(all, Date.parse("2026-11-22T00:00:00Z"));
	const ids = (list: readonly Incident[]) => list.map((i) => i.id);
	assert.deepEqual([ids(page.alarming), ids(page.unanswered), ids(page.inHand), ids(page.closed)], [["1"], ["2", "6"], ["3"], ["4"]]);
});
