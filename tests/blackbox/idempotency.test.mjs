// The same report twice, and another one under the same key.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { eventually, scenario } from "./harness.mjs";
import { check, encode } from "./types.mjs";

const fire = { hazard: "fire", text: "fumo dal tetto", place: { point: { latDeg: 45.07, lonDeg: 7.69 }, accuracyM: 10 } };

async function reportsOnBoard(operator) {
	const all = [];
	for (const incident of await operator.board()) {
		all.push(...await operator.reportsOf(incident.id));
	}
	return all;
}

scenario("the same key and body give the same receipt and one report", {}, async (v) => {
	const operator = v.operator();
	const key = randomUUID();
	const first = await v.source().postJson(fire, { key });
	const again = await v.source().postJson(fire, { key });
	const otherForm = await v.source().postProtobuf(encode("Report", fire), { key });

	assert.equal(first.status, 201);
	for (const answer of [again, otherForm]) {
		assert.equal(answer.status, 200);
		assert.equal(answer.json.repeated, true);
		assert.equal(answer.json.code, first.json.code);
		assert.equal(answer.json.link, first.json.link);
		assert.equal(answer.json.receivedAt, first.json.receivedAt);
	}
	await eventually(async () => (await operator.board()).length === 1);
	assert.equal((await reportsOnBoard(operator)).length, 1);
});

scenario("a form sent again with the same position, older by now, is the same report", {}, async (v) => {
	const operator = v.operator();
	const form = {
		hazard: "fire", text: "fumo", lat: "45.07", lon: "7.69", accuracy: "10", kind: "browser_fix", age: "3",
		key: randomUUID(), lang: "it",
	};
	const headers = { accept: "application/json" };
	const first = await v.source().postForm(form, { headers });
	const again = await v.source().postForm({ ...form, age: "21" }, { headers });

	assert.equal(first.status, 201);
	assert.equal(again.status, 200);
	assert.equal(again.json.repeated, true);
	await eventually(async () => (await operator.board()).length === 1);
	const reports = await reportsOnBoard(operator);
	assert.equal(reports.length, 1);
	assert.equal(reports[0].report.place.ageS, 3);
});

scenario("a hundred at once under one key are one report", {}, async (v) => {
	const operator = v.operator();
	const key = randomUUID();
	const answers = await Promise.all(Array.from({ length: 100 }, () => v.source().postJson(fire, { key })));

	assert.equal(answers.filter((answer) => answer.status === 201).length, 1);
	assert.equal(answers.filter((answer) => answer.status === 200).length, 99);
	assert.equal(new Set(answers.map((answer) => answer.json.code)).size, 1);
	await eventually(async () => (await operator.board()).length === 1);
	assert.equal((await reportsOnBoard(operator)).length, 1);
});

scenario("another body under an API client's key is 409 with the first receipt, and is kept", {}, async (v) => {
	const operator = v.operator();
	const key = randomUUID();
	const first = await v.source().postJson(fire, { key });
	const other = await v.source().postJson({ ...fire, text: "anzi, due tetti", signs: { trapped: true } }, { key });

	assert.equal(other.status, 409);
	assert.equal(other.headers["content-type"], "application/problem+json");
	check("Problem", other.json);
	assert.equal(other.json.receipt.code, first.json.code);
	assert.equal(other.json.receipt.staffed, false, "nobody on duty is said, not left out");
	assert.deepEqual(Object.keys(other.json.receipt), Object.keys(first.json));
	const reports = await eventually(async () => {
		const all = await reportsOnBoard(operator);
		return all.length === 2 ? all : undefined;
	});
	const addition = reports.find((report) => report.addsTo !== undefined);
	assert.equal(addition.report.text, "anzi, due tetti");
	await eventually(async () => (await operator.board())[0].rank.class === 1, { what: "what was added to count" });
});

scenario("another body under a form's key is an addition to the report", {}, async (v) => {
	const operator = v.operator();
	const cookie = (await v.request("public", "/")).headers["set-cookie"][0].split(";")[0];
	const form = { hazard: "fire", text: "fumo", key: randomUUID(), lang: "it" };
	const first = await v.source().postForm(form, { headers: { cookie } });
	const more = await v.source().postForm({ ...form, text: "fumo e fiamme" }, { headers: { cookie } });

	assert.equal(first.status, 303);
	assert.equal(more.status, 303);
	assert.equal(more.headers.location, first.headers.location);
	const reports = await eventually(async () => {
		const all = await reportsOnBoard(operator);
		return all.length === 2 ? all : undefined;
	});
	assert.equal(reports.filter((report) => report.addsTo !== undefined).length, 1);
});

scenario("who knows my key but is not me does not get my link", {}, async (v) => {
	const cookieOf = async () => (await v.request("public", "/")).headers["set-cookie"][0].split(";")[0];
	const mine = { cookie: await cookieOf() };
	const theirs = { cookie: await cookieOf() };
	const form = { hazard: "fire", text: "fumo", key: randomUUID(), lang: "it" };
	const first = await v.source().postForm(form, { headers: mine });
	const stranger = await v.source().postForm({ ...form, text: "altro" }, { headers: theirs });

	assert.equal(first.status, 303);
	assert.equal(stranger.status, 201); // kept: it may be true
	assert.match(stranger.headers["content-type"], /^text\/html/);
	assert.match(stranger.text, /112/);
	assert.ok(!stranger.text.includes(first.headers.location));
	const api = randomUUID();
	const one = await v.source().postJson(fire, { key: api, headers: mine });
	const two = await v.source().postJson({ ...fire, text: "altro" }, { key: api, headers: theirs });
	assert.equal(one.status, 201);
	assert.equal(two.status, 409);
	assert.equal(two.json.receipt.link, "");
	// Nor does a neighbour on the same network, where nobody has a token.
	const guessed = randomUUID();
	const victim = v.source();
	assert.equal((await victim.postJson(fire, { key: guessed })).status, 201);
	const neighbour = await victim.postJson({ ...fire, text: "altro" }, { key: guessed });
	assert.equal(neighbour.status, 409);
	assert.equal(neighbour.json.receipt.link, "");
});

scenario("a form's key and an API client's key never meet", {}, async (v) => {
	const key = randomUUID();
	const api = await v.source().postJson({ hazard: "fire", text: "fumo" }, { key });
	const form = await v.source().postForm({ hazard: "fire", text: "fumo", key }, { headers: { accept: "application/json" } });

	assert.equal(api.status, 201);
	assert.equal(form.status, 201);
	assert.notEqual(form.json.code, api.json.code);
});

scenario("a repeat is known after a restart", {}, async (v) => {
	const key = randomUUID();
	const first = await v.source().postJson(fire, { key });

	await v.kill("supervisor");
	await v.start();
	const again = await v.source().postJson(fire, { key });
	assert.equal(again.status, 200);
	assert.equal(again.json.code, first.json.code);
	assert.equal(again.json.link, first.json.link);
});

scenario("a desk that dies under load is a delay, not an error", {}, async (v) => {
	const operator = v.operator();
	const posts = [];

	for (let i = 0; i < 300; i++) {
		posts.push(v.source().postJson({ ...fire, text: `n. ${i}` }));
		if (i === 150) {
			posts.push(v.kill("desk"));
		}
		if (i % 10 === 0) {
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
	const answers = (await Promise.all(posts)).filter((answer) => answer.status !== undefined);
	assert.equal(answers.length, 300);
	assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
	const codes = new Set(answers.map((answer) => answer.json.code));
	assert.equal(codes.size, 300);
	const stored = await eventually(async () => {
		const all = await reportsOnBoard(operator);
		return all.length >= 300 ? all : undefined;
	}, { withinMs: 15000 });
	assert.equal(stored.length, 300); // each once
});
