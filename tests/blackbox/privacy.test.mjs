// What a citizen tells us is read by operators, and stands in no log and no counter.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";

const planted = {
	name: "Zaccaria Quondamatteo",
	phone: "+393331234567",
	text: "la nonna e bloccata in soffitta xyzzy",
	words: "vicolo Plugh 17",
	lat: 42.349871,
	lon: 13.399512,
};

/** Anything of it, or of the links and tokens given out. */
function assertClean(where, text, secrets) {
	const needles = ["Zaccaria", "Quondamatteo", "3331234567", "xyzzy", "soffitta", "Plugh", "42.3498", "13.3995", ...secrets];
	for (const needle of needles) {
		assert.ok(!text.includes(needle), `${where} says "${needle}"`);
	}
}

scenario("no name, number, word, exact place or token is in the log or the counters", {}, async (v) => {
	const operator = v.operator();
	const form = await v.request("public", "/");
	const cookie = form.headers["set-cookie"][0].split(";")[0];
	const report = {
		hazard: "collapse",
		about: "ABOUT_SELF",
		place: { point: { latDeg: planted.lat, lonDeg: planted.lon }, accuracyM: 8, words: planted.words },
		signs: { trapped: true },
		text: planted.text,
		contact: { name: planted.name, phone: planted.phone },
	};
	const key = "secret-key-of-the-client";
	const receipt = await v.source().report(report, { key, headers: { cookie } });
	const secrets = [receipt.code, receipt.link.slice(3), cookie.split("=")[1], key];

	// Every way through the program, the refused ones and those behind a crash too.
	await v.source().postJson({ ...report, hazard: planted.words });
	await v.source().postJson({ ...report, [planted.name]: planted.phone });
	await v.source().postForm({ ...planted, lat: "x", lon: "y", hazard: planted.text, key, source: cookie.split("=")[1] });
	await v.source().postJson({ ...report, text: "other" }, { key });
	await v.request("public", receipt.link);
	await v.request("public", `${receipt.link}x`);
	await v.request("public", `/v1/codes/${receipt.code}`);
	await v.request("public", `/${encodeURIComponent(planted.text)}`);
	await v.request("console", `/v1/incidents?hazard=${encodeURIComponent(planted.name)}`);
	await eventually(async () => (await operator.board()).length > 0);
	for (const { id } of await operator.board()) {
		await operator.reportsOf(id);
	}
	for (const role of ["desk", "front-1", "reader-0", "console-1"]) {
		await v.kill(role);
	}
	// A kept-alive connection may still lead to a front that was killed just now.
	const last = { ...report, text: planted.text + planted.text };
	await eventually(() => v.source().report(last, { key: `${key}-2`, headers: { cookie } }));
	await eventually(async () => (await operator.board()).length > 0);
	const metrics = await v.request("admin", "/metrics");
	const ready = await v.request("admin", "/readyz");

	assert.ok(v.log.length > 500, "the log is there to be read");
	assertClean("the log", v.log, secrets);
	assertClean("/metrics", metrics.text, secrets);
	assertClean("/readyz", ready.text, secrets);
});

scenario("an answer that says no does not repeat what was sent", {}, async (v) => {
	const answer = await v.source().postJson({
		hazard: planted.name, text: planted.text, contact: { phone: `${planted.phone}\u0000` }, place: { words: planted.words },
	});
	assert.equal(answer.status, 400);
	assertClean("the problem", answer.text, []);
});
