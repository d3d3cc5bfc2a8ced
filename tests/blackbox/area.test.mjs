// `vedetta area check`: each feature of a file is good, repaired or refused, and it says so.

import assert from "node:assert/strict";
import { existsSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { makeFolder, run } from "./harness.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const italy = process.env.VEDETTA_AREAS ?? join(root, "../shared/data/areas");
const noItaly = existsSync(join(italy, "comuni.csv")) ? false
	: `no areas of Italy in ${italy}; VEDETTA_AREAS names the folder`;

const abruzzo = { prov_istat_code: "066", prov_name: "L'Aquila", reg_istat_code: "13", reg_name: "Abruzzo" };
const town = (code, name, geometry) => ({
	type: "Feature", properties: { com_istat_code: code, name, ...abruzzo }, geometry,
});
const polygon = (...rings) => ({ type: "Polygon", coordinates: rings });
const square = (west, south) => [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]];

function write(features) {
	const path = join(makeFolder(), "areas.geojson");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
	return path;
}

test("each feature is good, repaired or refused, and says how and why", async () => {
	const path = write([
		town("066001", "Good", polygon(square(13, 42))),
		town("066002", "Older", polygon(square(14, 42).reverse())),
		town("066003", "Open", polygon(square(15, 42).slice(0, 4))),
		town("066004", "Crossed", polygon([[16, 42], [17, 43], [17, 42], [16, 43], [16, 42]])),
		town("066005", "Nowhere", null),
		town("066001", "Again", polygon(square(18, 42))),
		town("066006", "Flat", polygon([[1, 1], [2, 1], [3, 1], [1, 1]])),
	]);
	const { code, stdout } = await run(["area", "check", path]);
	assert.equal(code, 1);
	const lines = stdout.replaceAll(path, "FILE").trimEnd().split("\n");
	assert.equal(lines[0], "FILE: feature 2, 066002 Older: repaired: 1 ring of the older winding turned");
	assert.equal(lines[1], "FILE: feature 3, 066003 Open: repaired: 1 ring closed");
	assert.match(lines[2], /^FILE: feature 4, 066004 Crossed: repaired: .*self-intersection at 42\.50000,16\.50000; made valid, in 2 parts$/);
	assert.equal(lines[3], "FILE: feature 5, 066005 Nowhere: refused: it has no geometry");
	assert.equal(lines[4], "FILE: feature 6, 066001 Again: refused: an area with this code came before it");
	assert.match(lines[5], /^FILE: feature 7, 066006 Flat: refused: .*could not be made valid/);
	assert.equal(lines[6], "FILE: 7 features: 1 good, 3 repaired (1 by turning rings only), 3 refused");
	assert.equal(lines[7], "together: 7 areas, 4 municipalities, 1 province, 1 region, 1 nation; 3 known by their parts only");
	assert.equal(lines.length, 8);
});

test("what would take hours and gigabytes to repair is refused at once", async () => {
	const corners = 2001;
	// Each side crosses nearly all others: two million crossings in 60 kB.
	const star = Array.from({ length: corners + 1 }, (_, i) => {
		const angle = 2 * Math.PI * i * ((corners - 1) / 2) / corners;
		return [10 + Math.cos(angle), 43 + Math.sin(angle)];
	});
	const path = write([town("066001", "Good", polygon(square(13, 42))), town("066002", "Star", polygon(star))]);
	const { code, stdout } = await run(["area", "check", path], { timeoutMs: 20000 });
	assert.equal(code, 1);
	assert.match(stdout, /feature 2, 066002 Star: refused: .*its sides cross more than 1000 times, too often to be made valid\n/);
	assert.match(stdout, /: 2 features: 1 good, 0 repaired \(0 by turning rings only\), 1 refused\n/);
});

test("a good file is told of in two lines, or feature by feature", async () => {
	const path = write([town("066001", "Good", polygon(square(13, 42)))]);
	const short = await run(["area", "check", path]);
	assert.equal(short.code, 0);
	assert.equal(short.stderr, "");
	assert.equal(short.stdout.trimEnd().split("\n").length, 2);
	const all = await run(["area", "check", path, "--all"]);
	assert.match(all.stdout, /feature 1, 066001 Good: good\n/);
});

test("any file can be read once it is said which property is what", async () => {
	const path = write([{ type: "Feature", properties: { zona: 3, nome: "Porto", comune: "010025" }, geometry: polygon(square(8, 44)) }]);
	const without = await run(["area", "check", path]);
	assert.equal(without.code, 1);
	assert.match(without.stdout, /refused: it has none of ISTAT's codes/);
	const mapped = await run(["area", "check", path, "--level", "sector", "--code", "zona", "--name", "nome", "--parent", "comune"]);
	assert.equal(mapped.code, 0, mapped.stdout);
	assert.match(mapped.stdout, /together: 1 area, 1 sector\n/);
});

test("what is not understood is status 2, what cannot be read status 1", async () => {
	for (const args of [[], ["check"], ["dance", "x"], ["check", "x", "--level", "street"], ["check", "x", "--code", "c"], ["--dance"]]) {
		const { code, stdout, stderr } = await run(["area", ...args]);
		assert.equal(code, 2, args.join(" "));
		assert.equal(stdout, "");
		assert.ok(stderr.length > 10);
	}
	const gone = await run(["area", "check", "/nowhere/areas.json"]);
	assert.equal(gone.code, 1);
	assert.match(gone.stderr, /\/nowhere\/areas\.json/);
	const path = join(makeFolder(), "list.json");
	writeFileSync(path, "[1, 2]");
	const list = await run(["area", "check", path]);
	assert.equal(list.code, 1);
	assert.match(list.stderr, /neither a GeoJSON/);
});

test("all of Italy can be used but one, and each odd one is named", { skip: noItaly }, async () => {
	const folder = join(italy, "topojson-regions");
	const files = readdirSync(folder).map((name) => join(folder, name));
	assert.equal(files.length, 22);
	const { code, stdout } = await run(["area", "check", ...files]);
	assert.equal(code, 1);
	const lines = stdout.trimEnd().split("\n");
	assert.deepEqual(lines.filter((line) => line.includes(": refused")).map((line) => /, (\d+ \S+): /.exec(line)[1]), ["096034 Miagliano"]);
	assert.deepEqual(lines.filter((line) => line.includes("made valid")).map((line) => /, (\d+ \S+): /.exec(line)[1]).sort(),
		["065134 Sapri", "075087 Trepuzzi"]);
	assert.match(lines.at(-1), /^together: 8026 areas, 7898 municipalities, 107 provinces, 20 regions, 1 nation; 1 known by its parts only$/);
});

test("a province in full detail can be used", { skip: noItaly }, async () => {
	const { code, stdout } = await run(["area", "check", join(italy, "limits_P_37_municipalities.geojson")]);
	assert.equal(code, 0, stdout);
	assert.match(stdout, /: 55 features: 0 good, 55 repaired \(55 by turning rings only\), 0 refused\n/);
});

test("what is no file, or too large a one, is said so", async () => {
	const folder = makeFolder();
	const large = join(folder, "large.geojson");
	writeFileSync(large, "");
	truncateSync(large, 257 * 1024 * 1024);
	const { code, stderr } = await run(["area", "check", folder, large, join(folder, "absent")]);
	assert.equal(code, 1);
	assert.ok(stderr.includes(`area: cannot read ${folder}: it is no file\n`), stderr);
	assert.ok(stderr.includes(`area: cannot read ${large}: it has more than 256 MiB\n`));
	assert.match(stderr, /absent: No such file or directory\n/);
});
