// The exercise token: with ours a report is a drill everywhere, with a wrong one it is nothing.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { eventually, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const fire = { hazard: "fire", text: "fumo dal tetto", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 10 } };

const tokenOf = (v) => readFileSync(join(v.data, "exercise.token"), "utf8").trim();
const post = (v, body, headers = {}) => v.request("public", "/v1/reports", {
	method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
});
const postForm = (v, form, headers = {}) => v.request("public", "/v1/reports", {
	method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
	body: new URLSearchParams(form).toString(),
});

scenario("the token lies in the data folder for its user alone, the same after a restart", {}, async (v) => {
	const token = tokenOf(v);
	assert.match(token, /^[\w-]{43}$/);
	assert.equal(statSync(join(v.data, "exercise.token")).mode & 0o777, 0o600);
	await v.restart();
	assert.equal(tokenOf(v), token);
});

scenario("an exercise and an emergency of one place are two incidents, told apart by a filter", {}, async (v) => {
	const operator = v.operator();
	const drill = await post(v, fire, { "vedetta-exercise": tokenOf(v) });
	const real = await post(v, fire);
	assert.equal(drill.status, 201, drill.text);
	assert.equal(drill.json.exercise, true);
	check("Receipt", drill.json);
	assert.notEqual(real.json.exercise, true);
	const incidents = await eventually(async () => {
		const board = await operator.board();
		return board.length === 2 && board;
	});
	assert.deepEqual(incidents.map((i) => [i.exercise ?? false, i.reports]).sort(), [[false, 1], [true, 1]]);
	for (const [query, wanted] of [["exercise=true", true], ["exercise=false", false]]) {
		const { json } = await v.request("console", `/v1/incidents?${query}`);
		assert.deepEqual(json.incidents.map((i) => i.exercise ?? false), [wanted]);
	}
	const view = await v.request("public", drill.json.link, { headers: { accept: "application/json" } });
	assert.equal(view.json.receipt.exercise, true);
	check("ReceiptView", view.json);
	await v.restart();
	const after = await eventually(async () => {
		const board = await v.operator().board();
		return board.length === 2 && board;
	});
	assert.equal(after.filter((i) => i.exercise).length, 1);
});

scenario("one key in an exercise and in an emergency is no repeat", {}, async (v) => {
	const key = randomUUID();
	const drill = await post(v, fire, { "vedetta-exercise": tokenOf(v), "idempotency-key": key });
	const again = await post(v, fire, { "vedetta-exercise": tokenOf(v), "idempotency-key": key });
	const real = await post(v, fire, { "idempotency-key": key });
	assert.deepEqual([drill.status, again.status, real.status], [201, 200, 201]);
	assert.equal(again.json.code, drill.json.code);
	assert.notEqual(real.json.code, drill.json.code);
});

scenario("a wrong token is refused by its name and nothing is stored", {}, async (v) => {
	const token = tokenOf(v);
	const wrong = ["x", token.slice(1), `${token}A`, token.replace(/^./, (c) => (c === "A" ? "B" : "A"))];
	for (const one of wrong) {
		const answer = await post(v, fire, { "vedetta-exercise": one });
		assert.equal(answer.status, 403, one);
		assert.equal(answer.json.type, "urn:vedetta:problem:exercise");
		assert.equal(answer.json.field, "Vedetta-Exercise");
		check("Problem", answer.json);
		const form = await postForm(v, { hazard: "fire", text: "fumo", exercise: one }, { accept: "application/json" });
		assert.deepEqual([form.status, form.json.field], [403, "exercise"]);
		const page = await postForm(v, { hazard: "fire", text: "fumo", exercise: one }, { accept: "text/html" });
		assert.equal(page.status, 403);
		assert.match(page.text, /Non è stato registrato niente/);
		const link = await v.request("public", `/?exercise=${one}`, { headers: { accept: "text/html" } });
		assert.equal(link.status, 403);
		assert.doesNotMatch(link.text, /<form/);
	}
	// Ours in one place does not excuse a wrong one in the other.
	const both = await postForm(v, { hazard: "fire", exercise: token },
		{ accept: "application/json", "vedetta-exercise": "x" });
	assert.equal(both.status, 403);
	const one = await v.source().postJson(fire);
	assert.equal(one.status, 201);
	await eventually(async () => (await v.operator().board()).length === 1);
	assert.equal((await v.operator().board())[0].reports, 1);
});

scenario("the link's form is the exercise's: page, report and receipt say so", {}, async (v) => {
	const token = tokenOf(v);
	const html = { accept: "text/html" };
	const page = await v.request("public", `/?exercise=${token}&lang=en`, { headers: html });
	assert.equal(page.status, 200);
	assert.match(page.text, /<strong>EXERCISE<\/strong>/);
	const hidden = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)[1];
	assert.equal(hidden("exercise"), token);
	const sent = await postForm(v, {
		hazard: "fire", text: "smoke", lang: "en", key: hidden("key"), source: hidden("source"), exercise: hidden("exercise"),
	}, html);
	assert.equal(sent.status, 303);
	const receipt = await v.request("public", `${sent.headers.location}?lang=en`, { headers: html });
	assert.match(receipt.text, /<strong>EXERCISE<\/strong>/);
	assert.ok(receipt.text.includes(`/?exercise=${token}&amp;lang=en`));
	const plain = await v.request("public", "/?lang=en", { headers: html });
	assert.doesNotMatch(plain.text, /EXERCISE|exercise/);
	await eventually(async () => (await v.operator().board()).some((i) => i.exercise));
});
