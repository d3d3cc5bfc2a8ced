// The console's page and what it loads; without its bundle, how to get it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { scenario, startVedetta } from "./harness.mjs";

test("the console is served from its folder, and only it", async () => {
	const folder = mkdtempSync(join(tmpdir(), "vedetta-web-"));
	writeFileSync(join(folder, "index.html"), "<!doctype html><script src=/console/a.js></script>");
	writeFileSync(join(folder, "a.js"), "1");
	writeFileSync(join(folder, "secret.txt"), "x");
	const v = await startVedetta({ env: { VEDETTA_WEB: folder } });
	try {
		const page = await v.request("console", "/console");
		assert.equal(page.status, 200);
		assert.match(page.headers["content-type"], /^text\/html/);
		const policy = page.headers["content-security-policy"];
		assert.match(policy, /default-src 'none'/);
		assert.match(policy, /script-src 'self';/);
		assert.match(policy, /frame-ancestors 'none'/);
		assert.equal(page.headers["x-content-type-options"], "nosniff");
		const script = await v.request("console", "/console/a.js");
		assert.equal(script.status, 200);
		assert.match(script.headers["content-type"], /^text\/javascript/);
		for (const path of ["/console/secret.txt", "/console/..%2fsecret", "/console/none.js"]) {
			assert.notEqual((await v.request("console", path)).status, 200, path);
		}
		assert.equal((await v.request("public", "/console")).status, 404);
	} finally {
		await v.end();
		rmSync(folder, { recursive: true });
	}
});

scenario("without a bundle the console says how to build it", { env: { VEDETTA_WEB: "/dev/null" } }, async (v) => {
	const page = await v.request("console", "/console");
	assert.equal(page.status, 503);
	assert.match(page.headers["content-type"], /^text\/html/);
});
