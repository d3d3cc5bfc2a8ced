// Nothing a citizen said or is may be read in a log or a counter.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { eventually, scenario } from "./harness.mjs";

const planted = {
	name: "Zenobia Quartapelle",
	phone: "+39 333 7654321",
	text: "cantina-parola-piantata",
	words: "Vicolo Piantato 77",
	lat: 42.354321,
	lon: 13.398765,
};

function report() {
	return {
		hazard: "flood",
		text: planted.text,
		place: {
			point: { latDeg: planted.lat, lonDeg: planted.lon },
			accuracyM: 12,
			kind: "PLACE_KIND_BROWSER_FIX",
			words: planted.words,
		},
		contact: { name: planted.name, phone: planted.phone },
	};
}

scenario("logs and counters hold no name, number, word, token or exact place", {
	config: { "server.log_level": "info" },
}, async (vedetta) => {
	const source = vedetta.source();
	const operator = vedetta.operator();
	const key = randomUUID();
	const receipt = await source.report(report(), { key });
	const token = receipt.link.replace("/r/", "");

	// Every way a report can go wrong, and every way it can be read.
	assert.equal((await source.postJson({ ...report(), text: "other" }, { key })).status, 409);
	assert.equal((await source.postJson({ ...report(), hazard: planted.text })).status, 400);
	assert.equal((await source.postJson(`{"text":"${planted.text}`)).status, 400);
	assert.equal((await source.postForm({ hazard: "flood", text: planted.text, phone: planted.phone, lat: "x" })).status, 400);
	assert.equal((await vedetta.request("public", receipt.link)).status, 200);
	assert.equal((await vedetta.request("public", `/r/${token}x`)).status, 404);
	assert.equal((await vedetta.request("public", `/${encodeURIComponent(planted.text)}`)).status, 404);
	const incident = await eventually(async () => (await operator.board())[0]);
	assert.equal((await operator.reportsOf(incident.id)).length, 2);
	await vedetta.kill("desk");
	await source.report(report(), { key: randomUUID() });
	await vedetta.kill("reader-0");
	await vedetta.kill("front-1");
	const counters = (await vedetta.request("admin", "/metrics")).text;
	const ready = (await vedetta.request("admin", "/readyz")).text;
	await vedetta.stop();

	const wanted = [...Object.values(planted).map(String), "Zenobia", "7654321", "Piantato",
		"42.35", "13.39", token, receipt.code, key];
	for (const [where, said] of Object.entries({ log: vedetta.log, counters, ready })) {
		assert.ok(said.length > 0, where);
		for (const secret of wanted) {
			assert.ok(!said.includes(secret), `the ${where} says "${secret}"`);
		}
	}
});
