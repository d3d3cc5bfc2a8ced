// What is counted adds up, and what is not ready is said in words.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, goOn, scenario } from "./harness.mjs";

const sumOf = (metrics, name) => Object.entries(metrics)
	.filter(([key]) => key === name || key.startsWith(`${name}{`))
	.reduce((sum, [, value]) => sum + value, 0);

function assertAddsUp(metrics) {
	assert.equal(metrics.vedetta_intake_in_total,
		metrics.vedetta_intake_out_total + sumOf(metrics, "vedetta_intake_refused_total") + metrics.vedetta_intake_queue_length);
}

scenario("intake in is out, refused and queued", {}, async (v) => {
	const key = "k";
	for (let i = 0; i < 20; i++) {
		await v.source().report({ hazard: "fire", text: `n. ${i}` });
	}
	await v.source().postJson({ hazard: "fire" }, { key });
	await v.source().postJson({ hazard: "fire" }, { key });
	await v.source().postJson({ hazard: "flood" }, { key });
	await v.source().postJson({ hazard: "dragon" });
	await v.source().postJson("{");
	await v.source().post("x", { "content-type": "text/plain" });
	const metrics = await v.metrics();

	assertAddsUp(metrics);
	assert.equal(metrics.vedetta_intake_in_total, 26);
	assert.equal(metrics.vedetta_intake_out_total, 23);
	assert.equal(metrics['vedetta_intake_refused_total{reason="invalid"}'], 3);
	assert.equal(metrics.vedetta_intake_queue_length, 0);
	assert.equal(metrics.vedetta_intake_latency_seconds_count, 23);
});

scenario("without a desk an input waits, then says 503 with the number to call", { timeoutMs: 90000 }, async (v) => {
	// Stopped, not dead: the line is open and nothing comes back.
	const { pid } = v.role("desk");
	process.kill(pid, "SIGSTOP");
	const form = { hazard: "fire", text: "fumo <dal> tetto", words: "via Roma 1", lang: "it", key: "form-key" };
	const json = v.source().postJson({ hazard: "fire", text: "fumo" }, { key: "json-key" });
	const page = v.source().postForm(form);
	await eventually(async () => (await v.metrics()).vedetta_intake_queue_length === 2);
	assertAddsUp(await v.metrics());
	const [answer, filled] = await Promise.all([json, page]);

	assert.equal(answer.status, 503);
	assert.equal(answer.headers["retry-after"], "2");
	assert.equal(answer.headers["content-type"], "application/problem+json");
	assert.match(answer.json.detail, /call 112/);
	assert.equal(filled.status, 503);
	assert.match(filled.text, /112/);
	assert.match(filled.text, /via Roma 1/);
	assert.match(filled.text, /fumo &lt;dal&gt; tetto/);
	assert.match(filled.text, /value="form-key"/);
	// The stopped desk has it, and will store it when it goes on.
	assert.match(filled.text, /Non è certo che la segnalazione sia stata ricevuta/);
	assert.doesNotMatch(filled.text, /NON è stata ricevuta/);
	const metrics = await v.metrics();
	assertAddsUp(metrics);
	assert.equal(metrics['vedetta_intake_refused_total{reason="timeout"}'], 2);
	goOn(pid);
	// Sent again under its key, as the answer asked for, it is there once.
	const again = await eventually(async () => {
		const repeated = await v.source().postJson({ hazard: "fire", text: "fumo" }, { key: "json-key" });
		return repeated.status < 300 ? repeated : undefined;
	}, { withinMs: 20000 });
	assert.match(again.json.code, /-/);
	assertAddsUp(await v.metrics());
});

scenario("healthz, readyz and metrics are on the admin door", {}, async (v) => {
	for (const door of ["public", "admin"]) {
		const health = await v.request(door, "/healthz");
		assert.equal(health.status, 200);
		assert.equal(health.text, "ok\n");
	}
	const ready = await v.request("admin", "/readyz");
	assert.equal(ready.status, 200);
	assert.match(ready.text, /^ready\n/);
	const metrics = await v.request("admin", "/metrics");
	assert.match(metrics.headers["content-type"], /^text\/plain; version=0\.0\.4/);
	assert.equal((await v.request("admin", "/v1/incidents")).status, 404);

	// The next one waits for its file as long as we look.
	const holder = spawn("flock", ["--no-fork", join(v.data, "desk.sqlite-lock"), "cat"], { stdio: ["pipe", "ignore", "ignore"] });
	const { pid } = v.role("desk");
	let lost;
	try {
		await eventually(() => new RegExp(`-> FLOCK .* ${holder.pid} `).test(readFileSync("/proc/locks", "latin1")), { what: "somebody else at its lock" });
		process.kill(pid, "SIGKILL");
		lost = await eventually(async () => {
			const answer = await v.request("admin", "/readyz");
			return answer.status === 503 ? answer : undefined;
		});
	} finally {
		holder.kill();
	}
	assert.match(lost.text, /^not ready\n/);
	assert.match(lost.text, /desk: not connected/);
	await eventually(async () => (await v.request("admin", "/readyz")).status === 200);
});

const promtool = spawnSync("promtool", ["--version"]).error === undefined;

scenario("promtool finds nothing wrong with the metrics", { skip: promtool ? false : "promtool is not installed" }, async (v) => {
	await v.source().report({ hazard: "fire" });
	const { text } = await v.request("admin", "/metrics");
	const check = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
	assert.equal(check.status, 0, check.stdout + check.stderr);
});
