// The board as lists: filters, order, pages.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

/** A report 2 km from the last one: an incident of its own. */
let step = 0;
function apart(report) {
	step++;
	return {
		...report,
		place: { point: { latDeg: 40 + step * 0.02, lonDeg: 14 }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" },
	};
}

async function reported(v, reports) {
	const operator = v.operator();
	for (const report of reports) {
		await v.source().report(report);
	}
	await eventually(async () => (await operator.incidents()).total === reports.length,
		{ what: `${reports.length} incidents` });
	return operator;
}

scenario("the board is in order of rank and each filter holds back what it should", {}, async (v) => {
	const operator = await reported(v, [
		apart({ hazard: "utility_out" }),
		apart({ hazard: "flood", signs: { injured: true } }),
		apart({ hazard: "fire", signs: { trapped: true } }),
		apart({ hazard: "road_blocked" }),
		{ hazard: "medical", text: "non so dove sono" },
		{ hazard: "flood", place: { point: { latDeg: -17, lonDeg: 179.9 }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" } },
	]);
	const board = await operator.board();
	const hazards = async (query) => (await operator.board(query)).map((incident) => incident.hazard).sort();

	board.forEach((incident) => check("Incident", incident));
	const classes = board.map((incident) => incident.rank.class);
	assert.deepEqual(classes, [...classes].sort());
	assert.equal(board[0].hazard, "fire");
	assert.deepEqual(await hazards({ hazard: "flood" }), ["flood", "flood"]);
	assert.deepEqual(await hazards({ hazard: "flood,fire", class: "2" }), ["fire", "flood"]);
	assert.deepEqual(await hazards({ family: "road" }), ["road_blocked"]);
	assert.deepEqual(await hazards({ class: "1" }), ["fire"]);
	assert.deepEqual(await hazards({ unplaced: "true" }), ["medical"]);
	assert.equal((await operator.incidents("?unplaced=false")).total, 5);
	assert.equal((await operator.incidents("?status=open")).total, 6);
	assert.equal((await operator.incidents("?status=closed")).total, 0);
	assert.equal((await operator.incidents("?exercise=true")).total, 0);
	assert.deepEqual(await hazards({ bbox: "179,-18,-179,-16" }), ["flood"]);
	assert.equal((await operator.incidents("?bbox=13,39,15,41")).total, 4);
});

scenario("pages put together are the board, and a cursor keeps the first page's sequence", {}, async (v) => {
	const operator = await reported(v, Array.from({ length: 23 }, (_, i) =>
		apart({ hazard: ["flood", "fire", "medical"][i % 3], signs: { injured: i % 2 === 0 } })));
	const whole = (await operator.incidents("?limit=500")).incidents.map((incident) => incident.id);
	const ids = [];
	let later = 0;
	let page = await operator.incidents("?limit=5");
	const { sequence } = page;

	assert.equal(whole.length, 23);
	assert.equal(page.total, 23);
	for (;;) {
		ids.push(...page.incidents.map((incident) => incident.id));
		if (page.next === undefined) {
			break;
		}
		await v.source().report(apart({ hazard: "other", text: "x" })); // behind all: it moves nothing
		later++;
		page = await operator.incidents(`?limit=5&cursor=${page.next}`);
		assert.equal(page.sequence, sequence);
	}
	assert.deepEqual(ids.slice(0, 23), whole);
	// Begun at a front that is ahead of this one: what it left out may lie before the mark here.
	const ahead = (await operator.incidents("?limit=5")).next.replace(/-\d+$/, "-99999999");
	const asked = await v.request("console", `/v1/incidents?limit=5&cursor=${ahead}`);
	assert.deepEqual([asked.status, asked.json.type], [503, "urn:vedetta:problem:board-loading"]);
	// A stream from that sequence tells what came while we were turning pages.
	const stream = operator.stream({ after: sequence });
	await stream.until((s) => s.board.size === later);
});

scenario("bad parameters are refused by name", {}, async (v) => {
	const cases = [
		["limit=0", "limit"], ["limit=501", "limit"], ["limit=x", "limit"], ["status=new", "status"],
		["hazard=dragon", "hazard"], ["class=9", "class"], ["bbox=1,2,3", "bbox"], ["unplaced=1", "unplaced"],
		["area=066049", "area"], ["cursor=x", "cursor"], ["colour=red", "colour"],
		["status=open&status=closed", "status"], ["cursor=1.2.3.0123456789abcdef-4", "cursor"],
		["cursor=1.2.3", "cursor"], ["cursor=1.9999999999999999999999.3.0123456789abcdef-4", "cursor"],
	];
	for (const [query, field] of cases) {
		const answer = await v.request("console", `/v1/incidents?${query}`);
		assert.equal(answer.status, 400, query);
		assert.equal(answer.json.field, field, query);
	}
	const area = await v.request("console", "/v1/incidents?area=1");
	assert.match(area.json.errors[0].reason, /no areas are loaded/);
});

scenario("an incident is read page by page, and what is not there is not found", {}, async (v) => {
	const operator = v.operator();
	const place = { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" };

	for (let i = 0; i < 7; i++) {
		await v.source().report({ hazard: "fire", place, text: `n. ${i}` });
	}
	const incident = await eventually(async () =>
		(await operator.incidents()).incidents.find((one) => one.reports === 7));
	const texts = [];
	let before = "";
	do {
		const page = await operator.incident(incident.id, `?limit=3${before}`);
		assert.equal(page.incident.id, incident.id);
		assert.ok(page.reports.length <= 3);
		texts.push(...page.reports.map((report) => report.report.text));
		before = page.next ? `&before=${page.next}` : undefined;
	} while (before !== undefined);
	assert.deepEqual(texts, [6, 5, 4, 3, 2, 1, 0].map((i) => `n. ${i}`));

	for (const path of ["/v1/incidents/99", "/v1/incidents/x", "/v1/incidents/-1", "/v1/reports/99", "/v1/reports/x",
		"/v1/reports/0", "/v1/incidents/99999999999999999999999"]) {
		assert.equal((await v.request("console", path)).status, 404, path);
	}
	for (const [query, field] of [["limit=101", "limit"], ["before=x", "before"], ["after=1", "after"]]) {
		const answer = await v.request("console", `/v1/incidents/${incident.id}?${query}`);
		assert.equal(answer.status, 400);
		assert.equal(answer.json.field, field);
	}
});
