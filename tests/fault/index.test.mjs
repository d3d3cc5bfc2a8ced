// The index killed, and its file deleted under it, while an exercise is played: what
// is asked meanwhile is exact, and so is everything at the end.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { eventually, run, scenario } from "../blackbox/harness.mjs";

const REPORTS = 697;
const BLOWS = 6;
/** Eleven minutes in some fifteen seconds. */
const SPEED = "45";

async function found(v, query = "") {
	const all = [];
	let cursor = "";
	do {
		const answer = await v.request("console", `/v1/reports?limit=100${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
		assert.equal(answer.status, 200, answer.text);
		all.push(...answer.json.reports ?? []);
		cursor = answer.json.next ?? "";
	} while (cursor !== "");
	return all;
}

const reportsOf = (board) => board.reduce((n, incident) => n + incident.reports, 0);

/** What the board and its incidents say, against every way to ask. */
async function compareAll(v, operator) {
	const board = await operator.board();
	const truth = new Map();
	for (const incident of board) {
		for (const report of await operator.reportsOf(incident.id)) {
			truth.set(report.id, { incident, report });
		}
	}
	const all = await found(v);
	const ids = (list) => list.map((one) => one.report.id).sort();
	const want = (fits) => [...truth.values()].filter(fits).map((one) => one.report.id).sort();
	assert.deepEqual(ids(all), want(() => true));
	for (const one of all) {
		assert.equal(one.incidentId, truth.get(one.report.id).incident.id);
	}
	assert.deepEqual(ids(await found(v, "&exercise=false")), []);
	for (const hazard of new Set([...truth.values()].map((one) => one.report.report.hazard))) {
		assert.deepEqual(ids(await found(v, `&hazard=${hazard}`)), want((one) => one.report.report.hazard === hazard), hazard);
	}
	const words = want((one) => /(^|[^\p{L}\p{N}])casa([^\p{L}\p{N}]|$)/iu.test(`${one.report.report.text ?? ""} ${one.report.report.place?.words ?? ""}`));
	assert.ok(words.length > 0);
	assert.deepEqual(ids(await found(v, "&words=casa")), words);
	const counts = (await v.request("console", "/v1/counts?by=hour&exercise=true")).json;
	assert.equal(counts.counts.reduce((n, one) => n + Number(one.reports), 0), truth.size);
	return truth.size;
}

scenario("kills of the index and its file deleted during a drill change no answer", { timeoutMs: 180000 }, async (v, t) => {
	const operator = v.operator();
	let over = false;
	const playing = run(["drill", "laquila", "--to", v.addresses.public, "--speed", SPEED,
		"--token-file", (await v.exercise()).file]).finally(() => { over = true; });
	let asked = 0;
	let blows = 0;
	while (!over) {
		if (blows < BLOWS * 2 && v.roles().some((role) => role.name === "index")) {
			if (blows % 2 === 0) {
				rmSync(join(v.data, "index.sqlite"), { force: true });
			} else {
				await v.kill("index");
			}
			blows++;
		}
		const before = reportsOf(await operator.board());
		const n = (await found(v)).length;
		asked++;
		assert.ok(n >= before, `${n} found of ${before} on the board`);
		assert.ok(n <= REPORTS);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	const { code, stdout, stderr } = await playing;
	assert.equal(code, 0, stdout + stderr);
	await eventually(async () => reportsOf(await operator.board()) === REPORTS, { withinMs: 10000, what: "the whole drill on the board" });
	t.diagnostic(`${blows} blows, ${asked} questions meanwhile`);
	// How many there is time for is the machine's; a few must be.
	assert.ok(blows >= 4 && asked >= 4, `${blows} blows, ${asked} questions`);
	assert.equal(await compareAll(v, operator), REPORTS);
	await eventually(async () => (await v.request("console", "/v1/reports?limit=1")).json.lagRows === undefined,
		{ withinMs: 20000, what: "an index that holds everything" });
	assert.equal(await compareAll(v, operator), REPORTS);
});
