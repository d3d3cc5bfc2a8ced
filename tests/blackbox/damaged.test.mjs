// One row that is not what was written costs what it said, and nothing else: the desk
// starts, the history goes on behind it, and all can still be taken out.

import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { eventually, run, scenario } from "./harness.mjs";

const words = (n) => `parole che qualcuno cambia alle spalle ${n}`;

function change(path, text) {
	const at = readFileSync(path).indexOf(text);
	assert.ok(at > 0, `${text} is in the file`);
	const file = openSync(path, "r+");
	writeSync(file, "P", at);
	closeSync(file);
}

const listed = async (operator) => (await operator.get("/v1/reports?limit=100")).reports ?? [];

/** The search, once the index has all. */
function indexed(operator) {
	return eventually(async () => {
		const { lagRows, reports } = await operator.get("/v1/reports?limit=100");
		return lagRows === undefined && (reports ?? []);
	}, { withinMs: 10000, what: "the whole log in the index" });
}

scenario("a damaged row hides no other", {}, async (v) => {
	const operator = v.operator();
	const source = v.source();
	const receipts = [];
	for (let n = 0; n < 5; n++) {
		receipts[n] = await source.report({ hazard: "flood", text: words(n), place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" } });
	}
	assert.equal((await indexed(operator)).length, 5);
	const [incident] = await eventually(async () => {
		const board = await operator.board();
		return board.length === 1 && Number(board[0].reports) === 5 && board;
	});
	await v.stop();
	change(join(v.data, "desk.sqlite"), words(2));
	await v.start();

	const ready = await eventually(async () => {
		const said = await v.request("admin", "/readyz");
		return /^store:/m.test(said.text) && said;
	}, { what: "readyz to say so" });
	assert.equal(ready.status, 200);
	assert.match(ready.text, /store: \d+ times something read was not what was written.*runbooks\/store-damaged_row\.md/);
	await eventually(async () => (await v.request("console", "/v1/duty")).json?.damaged > 0, { what: "the console to be told" });
	await v.logged(/event=store\.damaged_row what=words seq=\d+/);
	const [after] = await eventually(async () => {
		const board = await operator.board();
		return board.length > 0 && board;
	});
	assert.equal(after.id, incident.id);
	assert.equal(Number(after.reports), 5, "it still counts");

	const history = await operator.reportsOf(incident.id);
	assert.deepEqual(history.filter((one) => one.report !== undefined).map((one) => one.report.text), [4, 3, 1, 0].map(words));
	assert.equal(history.filter((one) => one.damaged).length, 1);
	const readers = () => v.roles().filter((one) => one.name.startsWith("reader")).map((one) => one.pid);
	const before = readers();
	const asked = await Promise.all([0, 1, 2, 2, 2, 2].map((n) => v.request("public", receipts[n].link)));
	assert.deepEqual(asked.map((one) => one.status), [200, 200, 503, 503, 503, 503]);
	assert.deepEqual(readers(), before, "whoever asks for it ends no reader");
	// The index took it while it was whole; the log above it, and an index made anew, cannot.
	for (const anew of [false, true]) {
		if (anew) {
			await v.stop();
			for (const name of readdirSync(v.data).filter((one) => one.startsWith("index.sqlite"))) {
				rmSync(join(v.data, name));
			}
			await v.start();
		}
		for (const look of [listed, indexed, listed]) {
			assert.deepEqual((await look(operator)).map((one) => one.report.report.text), [4, 3, 1, 0].map(words));
		}
	}
	await v.logged(/event=index\.left_out/);

	const out = join(v.folder, "out");
	mkdirSync(out);
	const exported = await run(["export", "gis", out, "--format", "csv", "--personal", "--data", v.data]);
	assert.equal(exported.code, 0, exported.stderr);
	assert.match(exported.stderr, /event=export\.left_out damaged=1/);
	const rows = readFileSync(join(out, "reports.csv"), "utf8");
	for (const n of [0, 1, 3, 4]) {
		assert.ok(rows.includes(words(n)), `${n} is in the export`);
	}
	const verified = await run(["verify", "--data", v.data]);
	assert.equal(verified.code, 1);
	assert.match(verified.stderr, /^verify: row \d+: /);
	assert.equal((await source.postJson({ hazard: "fire" })).status, 201);
});
