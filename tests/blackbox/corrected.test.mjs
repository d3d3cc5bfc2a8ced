// A sender, or an operator, corrects the place of a report that is alone: it is there, and nowhere else,
// for everybody who asks.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, run, scenario } from "./harness.mjs";

const west = { latDeg: 44, lonDeg: 9 };
const east = { latDeg: 44, lonDeg: 9.4 };
const near = (point, metres) => ({ latDeg: Number((point.latDeg + metres / 111195).toFixed(6)), lonDeg: point.lonDeg });
const boxOf = ({ latDeg, lonDeg }) => [lonDeg - 0.05, latDeg - 0.05, lonDeg + 0.05, latDeg + 0.05].join(",");

async function importTwo(v) {
	const square = (code, { latDeg, lonDeg }) => {
		const [s, n, w, e] = [latDeg - 0.1, latDeg + 0.1, lonDeg - 0.15, lonDeg + 0.15];
		return {
			type: "Feature",
			properties: { name: `Borgo ${code}`, com_istat_code: code, prov_name: "Prova", prov_istat_code: "990", reg_name: "Regione", reg_istat_code: "99" },
			geometry: { type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] },
		};
	};
	const file = join(v.folder, "two.geojson");
	writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square("990011", west), square("990012", east)] }));
	const { code, stderr } = await run(["area", "import", file, "--data", v.data]);
	assert.equal(code, 0, stderr);
}

const shaken = (point, text = "") => ({
	hazard: "quake_damage",
	place: { point, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" },
	...(text === "" ? {} : { text }),
});

/** Numbers of the reports that the index finds around a point, without further words. */
async function foundAt(v, { latDeg, lonDeg }) {
	const box = [lonDeg - 0.05, latDeg - 0.05, lonDeg + 0.05, latDeg + 0.05].join(",");
	const { reports } = await v.operator().get(`/v1/reports?bbox=${box}&limit=100`);
	return (reports ?? []).filter((one) => one.report.addsTo === undefined).map((one) => one.report.id).sort();
}

async function countIn(v, area) {
	const { counts } = await v.operator().get(`/v1/counts?by=hour&area=${area}`);
	return (counts ?? []).reduce((sum, one) => sum + Number(one.reports), 0);
}

/** How far east what is drawn of umbrellas begins and ends. */
async function drawnOf(v) {
	const { features } = await v.operator().get("/v1/outlines?bbox=8.8,43.8,9.6,44.2");
	const lons = features.filter((f) => f.properties.kind === "umbrella").flatMap((f) => f.geometry.coordinates.flat().map(([lon]) => lon));
	return [Math.min(...lons), Math.max(...lons)];
}

/** Those that correct it. */
const corrections = {
	sender: async (v, { key, cookie }) => {
		const second = await v.source().postJson(shaken(east, "anzi, a est"), { key, headers: { cookie } });
		assert.equal(second.status, 409, second.text);
	},
	operator: async (v, { id }) => {
		const answer = await v.request("console", `/v1/incidents/${id}/actions`, {
			method: "POST", headers: { "content-type": "application/json" },
			body: JSON.stringify({ sequence: "1000000", place: { point: east, accuracyM: 10, reason: "they called" } }),
		});
		assert.equal(answer.status, 200, answer.text);
	},
};

for (const [who, correct] of Object.entries(corrections)) scenario(`a place the ${who} corrected holds for board, areas, index, outlines, umbrellas and counts, also after kill -9`, { timeoutMs: 120000 }, async (v) => {
	await importTwo(v);
	const cookie = (await v.request("public", "/")).headers["set-cookie"][0].split(";")[0];
	const key = randomUUID();
	const operator = v.operator();
	/* Two in the east, two in the west: with the one in between each would be three. */
	for (const point of [near(west, 300), near(west, 600), near(east, 300), near(east, 600)]) {
		await v.source().report(shaken(point));
	}
	const first = await v.source().postJson(shaken(west), { key, headers: { cookie } });
	assert.equal(first.status, 201, first.text);
	const lone = await eventually(async () => (await operator.board()).find((i) => i.place?.point?.latDeg === west.latDeg && i.place.point.lonDeg === west.lonDeg), { what: "the report on the board" });
	await eventually(async () => {
		const board = await operator.board();
		return board.filter((i) => i.umbrellaId !== undefined).length === 3 && board.find((i) => i.id === lone.id).umbrellaId !== undefined;
	}, { what: "an umbrella over the west" });

	await eventually(async () => (await drawnOf(v))[1] < 9.1, { what: "its outline in the west" });
	await correct(v, { key, cookie, id: lone.id });

	const holds = async () => {
		const board = await operator.board();
		const moved = board.find((i) => i.id === lone.id);
		assert.deepEqual(moved.place.point, east);
		const covered = board.filter((i) => i.umbrellaId !== undefined);
		assert.equal(covered.length, 3, JSON.stringify(board));
		assert.ok(covered.every((i) => i.place.point.lonDeg === east.lonDeg), "the umbrella is over the east");
		assert.equal((await foundAt(v, west)).includes(lone.id), false, "the index finds it where it was");
		assert.equal((await foundAt(v, east)).includes(lone.id), true, "the index does not find it where it is");
		assert.equal(await countIn(v, "990011"), 2);
		assert.ok(moved.areas.includes("990012") && !moved.areas.includes("990011"), JSON.stringify(moved.areas));
		assert.ok((await drawnOf(v))[0] > 9.3, "the umbrella is drawn in the east");
		return true;
	};
	await eventually(holds, { withinMs: 15000, what: "the corrected place everywhere" });
	const history = await operator.reportsOf(lone.id);
	const move = history.find((one) => one.move !== undefined);
	assert.equal(move.move.author, who === "sender" ? undefined : "tester"); // nobody decided it, or somebody did
	assert.equal(history.filter((one) => one.decision !== undefined).length, 0);
	await v.kill("desk");
	await eventually(holds, { withinMs: 20000, what: "the corrected place after kill -9" });
});

scenario("a sender does not take back what an operator placed", {}, async (v) => {
	const cookie = (await v.request("public", "/")).headers["set-cookie"][0].split(";")[0];
	const key = randomUUID();
	const operator = v.operator();
	assert.equal((await v.source().postJson(shaken(west), { key, headers: { cookie } })).status, 201);
	const [incident] = await eventually(async () => {
		const board = await operator.board();
		return board.length === 1 && board;
	});
	const placed = await fetch(`${v.addresses.console}/v1/incidents/${incident.id}/actions`, {
		method: "POST",
		headers: { "content-type": "application/json", ...v.headers?.() },
		body: JSON.stringify({ sequence: incident.sequence, place: { point: near(west, 700), accuracyM: 30 } }),
	});
	assert.equal(placed.status, 200, await placed.text());
	assert.equal((await v.source().postJson(shaken(east, "anzi, a est"), { key, headers: { cookie } })).status, 409);
	const reports = await eventually(async () => {
		const all = await operator.reportsOf(incident.id);
		return all.some((one) => one.addsTo !== undefined) && all;
	}, { what: "the addition in the history" });
	assert.ok(reports.some((one) => one.report?.text === "anzi, a est"), "what the sender says is read");
	const now = await eventually(async () => {
		const [one] = await operator.board();
		return BigInt(one.sequence) >= BigInt(reports[0].id) && one;
	}, { what: "the board to have it, too" });
	assert.deepEqual(now.place.point, near(west, 700));
});
