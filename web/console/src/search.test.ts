import assert from "node:assert/strict";
import test from "node:test";
import type { Incident, ReportPage } from "vedetta/api";
import { askedAreas, codeOf, excerpt, mergePages, numberOf, onBoard, wordsQuery } from "./search";

test("a code is known by its form, however it is typed", () => {
	for (const typed of ["NVTW-Y545", " nvtwy545", "nvtw y545 "]) {
		assert.equal(codeOf(typed), "NVTW-Y545");
	}
	for (const typed of ["NVTW-Y546", "NVWT-Y545", "NVTW-Y54", "NVTW-Y5455", "incendio", "acquazzone", "", "UUUU-UUUU"]) {
		assert.equal(codeOf(typed), null, typed);
	}
});

test("the word being typed goes on, short ones and nothing do not", () => {
	assert.equal(wordsQuery(" acqua cant"), "acqua cant*");
	assert.equal(wordsQuery("acqua in"), "acqua in");
	assert.equal(wordsQuery("vale*"), "vale*");
	assert.equal(wordsQuery("  \"* "), "");
	assert.ok(wordsQuery("x".repeat(300)).length <= 200);
});

test("a number is an incident's, with or without its sign", () => {
	assert.equal(numberOf(" #12 "), "12");
	assert.equal(numberOf("12"), "12");
	assert.equal(numberOf("12 feriti"), null);
	assert.equal(numberOf(""), null);
});

test("who sees some areas is asked for each, and finds what is in any of them once", () => {
	assert.deepEqual(askedAreas(["*"], true), [""]);
	assert.deepEqual(askedAreas(["066049", "066098"], false), ["066049", "066098"]);
	assert.deepEqual(askedAreas(["066049"], true), ["066049", "unassigned"]);
	const page = (next: string, ...ids: string[]) => ({ next, reports: ids.map((id) => ({ report: { id } })) });
	const ids = (merged: ReportPage) => [merged.next, ...(merged.reports ?? []).map((one) => one.report?.id)];
	assert.deepEqual(ids(mergePages([page("", "9", "4"), page("", "11", "9", "2")], 20)), ["", "11", "9", "4", "2"]);
	assert.deepEqual(ids(mergePages([page("", "9", "4"), page("2", "11")], 20)), ["2", "11", "9", "4"]);
	assert.notEqual(mergePages([page("", "9", "4"), page("", "11")], 2).next, "");
});

test("the board is searched by number, place, area and hazard, worst first", () => {
	const all = [
		{ id: "1", hazard: "flood", rank: { class: 4 }, areaNames: ["L'Aquila"] },
		{ id: "2", hazard: "flood", rank: { class: 1 }, place: { words: "ponte vecchio, L’Aquila" } },
		{ id: "12", hazard: "fire", rank: { class: 5 } },
		{ id: "13", hazard: "flood", rank: { class: 3 }, silent: { name: "Onna" } },
	];
	const name = ({ hazard, silent }: Incident) =>
		(silent !== undefined ? `Nessuna notizia da ${silent.name}` : hazard === "flood" ? "Alluvione" : "Incendio");
	const ids = (text: string) => onBoard(all, text, name).map((i) => i.id);
	assert.deepEqual(ids("aquila"), ["2", "1"]);
	assert.deepEqual(ids("alluv ponte"), ["2"]);
	assert.deepEqual(ids("#12"), ["12"]);
	assert.deepEqual(ids("ÀLLUVIONE"), ["2", "1"], "no news is no flood");
	assert.deepEqual(ids("nessuna onna"), ["13"]);
	assert.deepEqual(onBoard(all, "onna", ({ silent }) => `No news from ${silent?.name ?? ""}`).map((i) => i.id), ["13"]);
	assert.deepEqual(onBoard(all, "nessuna", ({ silent }) => `No news from ${silent?.name ?? ""}`), [], "in another language");
	assert.deepEqual(ids(""), []);
	assert.deepEqual(ids("quila"), [], "from the beginning of a word");
});

test("an excerpt shows the words where they are, accents or not, and loses no letter", () => {
	const text = "Perché l'acqua sale, è già in città 😀 e l'acqua non scende";
	const pieces = excerpt(text, "citta acq");
	assert.equal(pieces.map((p) => p.text).join(""), text);
	assert.deepEqual(pieces.filter((p) => p.hit).map((p) => p.text), ["acq", "città", "acq"]);
	const long = excerpt(`${"prima ".repeat(50)}VALANGA ${"dopo ".repeat(50)}`, "valanga");
	assert.deepEqual(long.filter((p) => p.hit).map((p) => p.text), ["VALANGA"]);
	assert.match(long.map((p) => p.text).join(""), /^….*VALANGA.*…$/);
	assert.deepEqual(excerpt("niente", "altro"), [{ text: "niente", hit: false }]);
	assert.deepEqual(excerpt("", "altro"), []);
});
