// What a citizen can find out about a report, and nobody else.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check, decode } from "./types.mjs";

const report = { hazard: "medical", about: "ABOUT_SELF", text: "mal di petto", signs: { injured: true }, lang: "it" };

scenario("the link shows the report and its state", {}, async (v) => {
	const receipt = await v.source().report(report);
	const answer = await v.request("public", receipt.link);

	assert.equal(answer.status, 200);
	assert.equal(answer.headers["cache-control"], "no-store");
	check("ReceiptView", answer.json);
	assert.deepEqual({ ...answer.json.report, about: "ABOUT_SELF" }.text, report.text);
	assert.equal(answer.json.receipt.code, receipt.code);
	assert.equal(answer.json.receipt.link, receipt.link);
	assert.equal(answer.json.receipt.state, "REPORT_STATE_RECEIVED");
	assert.equal(answer.json.receipt.receivedAt, receipt.receivedAt);
	assert.equal(answer.json.receipt.emergencyNumber, "112");
	assert.ok(answer.json.receipt.guidance.length > 0);
	const bytes = await v.request("public", receipt.link, { headers: { accept: "application/x-protobuf" } });
	assert.equal(decode("ReceiptView", bytes.body).receipt.code, receipt.code);

	for (const [accept, word] of [["it", /Ricevut/i], ["en", /Received/i]]) {
		const page = await v.request("public", receipt.link, {
			headers: { accept: "text/html", "accept-language": accept },
		});
		assert.equal(page.status, 200);
		assert.match(page.text, word);
		assert.match(page.text, /mal di petto/);
	}
});

scenario("a code alone answers the state in one word", {}, async (v) => {
	const receipt = await v.source().report(report);

	for (const code of [receipt.code, receipt.code.toLowerCase(), receipt.code.replace("-", "")]) {
		const answer = await v.request("public", `/v1/codes/${code}`);
		assert.equal(answer.status, 200, code);
		assert.deepEqual(answer.json, { state: "REPORT_STATE_RECEIVED" });
	}
});

scenario("a wrong link or code is not found, whatever is wrong with it", {}, async (v) => {
	const receipt = await v.source().report(report);
	const link = receipt.link;
	const last = link.at(-1) === "A" ? "B" : "A";
	const wrong = [
		`${link.slice(0, -1)}${last}`, `${link}A`, link.slice(0, -1), "/r/x", `/r/${"A".repeat(300)}`,
		"/v1/codes/AAAA-AAAA", "/v1/codes/x", `/v1/codes/${"A".repeat(300)}`, "/v1/codes/%00",
	];
	for (const path of wrong) {
		const answer = await v.request("public", path);
		assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
		assert.doesNotMatch(answer.text, /petto/);
	}
});

scenario("whether somebody is on duty is said truly, and a lost desk is nobody", {}, async (v) => {
	const operator = v.operator();
	const staffed = async () => (await v.source().report(report)).staffed;

	assert.equal(await staffed(), false);
	const stream = operator.stream();
	assert.equal(await stream.opened, 200);
	await eventually(staffed);
	stream.close();
	await eventually(async () => !(await staffed()));
});

scenario("a killed reader is a delay, not an error", {}, async (v) => {
	const receipt = await v.source().report(report);

	for (const reader of v.roles().filter((role) => role.name.startsWith("reader"))) {
		await v.kill(reader.name);
		const answer = await v.request("public", receipt.link);
		assert.equal(answer.status, 200);
	}
});

scenario("a receipt that cannot be looked up now does not say that the report is lost", { timeoutMs: 90000 }, async (v) => {
	const receipt = await v.source().report(report);
	const readers = v.roles().filter((role) => role.name.startsWith("reader"));

	process.kill(v.pid, "SIGSTOP"); // nobody replaces them
	for (const { pid } of readers) {
		process.kill(pid, "SIGSTOP");
	}
	const page = await v.request("public", receipt.link, { headers: { accept: "text/html" } });
	assert.equal(page.status, 503);
	assert.match(page.text, /112/);
	assert.doesNotMatch(page.text, /NON è stata ricevuta|Non è certo/);
});
