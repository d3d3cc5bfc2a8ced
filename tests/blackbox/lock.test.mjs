// Two of them on one data folder would each believe to be the only writer.

import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { eventually, makeFolder, run, scenario } from "./harness.mjs";

const NEW_PORTS = ["--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

scenario("a second serve on the same folder is refused with a sentence, the first goes on", {}, async (vedetta) => {
	const before = await vedetta.source().report({ hazard: "flood", text: "before" });
	const second = await run(["serve", "--data", vedetta.data, ...NEW_PORTS], { timeoutMs: 10000 });
	assert.equal(second.signal, null, "it must end by itself");
	assert.notEqual(second.code, 0);
	assert.match(second.stderr, /data folder .* in use/);
	assert.ok(second.stderr.includes(vedetta.data), "the sentence names the folder");
	assert.equal(second.stdout, "");
	const after = await vedetta.source().report({ hazard: "flood", text: "after" });
	assert.notEqual(after.code, before.code);
	await eventually(() => vedetta.roles().length === 8, { what: "eight roles" });
});

scenario("the lock goes with its holder, however that ended", {}, async (vedetta) => {
	await vedetta.kill("supervisor");
	await vedetta.start();
	await vedetta.source().report({ hazard: "flood", text: "after the kill" });
});

scenario("a folder that cannot be written is refused with a sentence", {}, async () => {
	const file = join(makeFolder(), "a");
	mkdirSync(file);
	const refused = await run(["serve", "--data", join(file, "missing", "data"), ...NEW_PORTS], { timeoutMs: 10000 });
	assert.notEqual(refused.code, 0);
	assert.match(refused.stderr, /missing\/data/);
});

scenario("a key that is gone is missed, not made anew: links that were given out would be void", {}, async (vedetta) => {
	await vedetta.source().report({ hazard: "flood", text: "before" });
	await vedetta.stop();
	rmSync(join(vedetta.data, "key"));
	const refused = await run(["serve", "--data", vedetta.data, ...NEW_PORTS], { timeoutMs: 10000 });
	assert.notEqual(refused.code, 0);
	assert.match(refused.stderr, /key is missing beside desk\.sqlite/);
});
