// What lies below the console's map: the config's say, the file's bytes, the page's policy.

import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { makeFolder, run, scenario } from "./harness.mjs";
import { pmtiles, png } from "./pmtiles.mjs";

const folder = makeFolder();
const file = join(folder, "world.pmtiles");
const archive = pmtiles(png(200, 30, 30));
writeFileSync(file, archive);

async function checked(basemap, attribution = "somebody") {
	const path = join(folder, "check.conf");
	writeFileSync(path, `[console]\nbasemap = ${basemap}\nbasemap_attribution = ${attribution}\n`);
	return run(["check", "--config", path]);
}

test("check takes what is a basemap and refuses the rest with its line", async () => {
	const letter = join(folder, "letter.pmtiles");
	writeFileSync(letter, "Dear operators,");
	for (const good of ["", file, "https://tiles.example.org/{z}/{x}/{y}.png", "https://[::1]:8443/a/{z}/{y}/{x}?key=1"]) {
		const { code, stderr } = await checked(good);
		assert.equal(code, 0, `${good}: ${stderr}`);
	}
	for (const bad of [
		"world.pmtiles", "/tmp/world.tiles", "http://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org/{z}/{x}.png",
		"https://{s}.example.org/{z}/{x}/{y}.png", "https://a.example.org/{z}/{x}/{y}/{r}.png",
		"https://a.example.org; script-src *//{z}/{x}/{y}", "https:///{z}/{x}/{y}", "https://a@b.example.org/{z}/{x}/{y}",
	]) {
		const { code, stderr } = await checked(bad);
		assert.notEqual(code, 0, bad);
		assert.match(stderr, /check\.conf:2: console\.basemap must be/, bad);
	}
	assert.match((await checked(letter)).stderr, /letter\.pmtiles, but that is no PMTiles file/);
	assert.match((await checked(join(folder, "nowhere.pmtiles"))).stderr, /No such file/);
	assert.match((await checked(folder + ".pmtiles")).stderr, /No such file/);
	assert.match((await checked(file, "")).stderr, /basemap_attribution is empty/);
});

const policyOf = async (v) => {
	const { headers } = await v.request("console", "/console");
	return Object.fromEntries(headers["content-security-policy"].split("; ").map((part) => {
		const [name, ...values] = part.split(" ");
		return [name, values.join(" ")];
	}));
};

scenario("without a basemap it is the built-in one and nobody else is asked", {}, async (v) => {
	assert.deepEqual((await v.request("console", "/v1/basemap")).json, { kind: "built_in", attribution: "" });
	assert.equal((await v.request("console", "/v1/basemap.pmtiles", { headers: { range: "bytes=0-9" } })).status, 404);
	const policy = await policyOf(v);
	assert.equal(policy["img-src"], "'self' data:");
	assert.equal(policy["connect-src"], "'self'");
	assert.equal(policy["worker-src"], "'self'");
	assert.equal(policy["script-src"], "'self'");
});

scenario("tiles of another server widen the policy to exactly that one", {
	config: { "console.basemap": "https://tiles.example.org:8443/osm/{z}/{x}/{y}.png?k=1", "console.basemap_attribution": "© OpenStreetMap" },
}, async (v) => {
	assert.deepEqual((await v.request("console", "/v1/basemap")).json, {
		kind: "tiles", url: "https://tiles.example.org:8443/osm/{z}/{x}/{y}.png?k=1", attribution: "© OpenStreetMap",
	});
	const policy = await policyOf(v);
	assert.equal(policy["img-src"], "'self' data: https://tiles.example.org:8443");
	assert.equal(policy["connect-src"], "'self' https://tiles.example.org:8443");
	assert.equal(policy["script-src"], "'self'");
});

scenario("a PMTiles file is read by ranges, and no other way", {
	config: { "console.basemap": file, "console.basemap_attribution": "us" },
}, async (v) => {
	const get = (range) => v.request("console", "/v1/basemap.pmtiles", { headers: range === undefined ? {} : { range } });
	assert.deepEqual((await v.request("console", "/v1/basemap")).json, { kind: "pmtiles", attribution: "us" });
	rmSync(file); // it was opened at the start
	try {
		const head = await get("bytes=0-126");
		assert.equal(head.status, 206);
		assert.equal(head.headers["content-range"], `bytes 0-126/${archive.length}`);
		assert.match(head.headers.etag, /^"[0-9a-f]+-[0-9a-f]+"$/);
		assert.deepEqual(head.body, archive.subarray(0, 127));
		const rest = await get("bytes=127-16383");
		assert.equal(rest.headers["content-range"], `bytes 127-${archive.length - 1}/${archive.length}`);
		assert.deepEqual(rest.body, archive.subarray(127));
		for (const bad of [
			undefined, "bytes=5-4", "bytes=-5", "bytes=5-", "bytes=0-1,3-4", "lines=0-1", `bytes=${archive.length}-${archive.length}`,
			"bytes=0-99999999999999999999", "bytes=0x0-5", "bytes= 0-5",
		]) {
			const answer = await get(bad);
			assert.equal(answer.status, 400, bad);
			assert.equal(answer.json.field, "Range", bad);
		}
		assert.equal((await v.request("public", "/v1/basemap.pmtiles", { headers: { range: "bytes=0-9" } })).status, 404);
	} finally {
		writeFileSync(file, archive);
	}
});
