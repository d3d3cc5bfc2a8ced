// `vedetta export gis`: what it writes is what the desk holds, by GDAL's reading; nothing personal without the right to it.
// Longer than 500 lines: each way to an export, and what ends it early.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cookies, eventually, goOn, program, run, scenario } from "./harness.mjs";

const layers = ["areas", "incidents", "meta", "outlines", "reports", "umbrellas"];
const canary = "gabbiano";
const text = `=1+1 ${canary} "qui"\r\nriga due, 🚒\u200b 水`;
const square = (west, south, size) => [[west, south], [west + size, south], [west + size, south + size],
	[west, south + size], [west, south]];
const hole = [[13.5, 42.45], [13.5, 42.55], [13.6, 42.55], [13.6, 42.45], [13.5, 42.45]];

const ogr = (...args) => execFileSync(args[0], args.slice(1), { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
/** A layer as GDAL reads it. */
const read = (path, layer, ...args) => JSON.parse(ogr("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", path, layer, "-preserve_fid", ...args)).features;
const place = (latDeg, lonDeg, words) => ({ point: { latDeg, lonDeg }, accuracyM: 8, kind: "PLACE_KIND_MAP_PICK", ...(words ? { words } : {}) });

/** Rows of RFC 4180 text. */
function parseCsv(csv) {
	const rows = [[""]];
	let quoted = false;
	for (let i = 0; i < csv.length; i++) {
		const row = rows.at(-1);
		if (quoted) {
			if (csv[i] !== '"') row[row.length - 1] += csv[i];
			else if (csv[i + 1] === '"') row[row.length - 1] += csv[i++];
			else quoted = false;
		} else if (csv[i] === '"') quoted = true;
		else if (csv[i] === ",") row.push("");
		else if (csv[i] === "\r" && csv[i + 1] === "\n") { rows.push([""]); i++; }
		else row[row.length - 1] += csv[i];
	}
	assert.deepEqual(rows.pop(), [""]);
	const [head, ...body] = rows;
	return body.map((row) => {
		assert.equal(row.length, head.length);
		return Object.fromEntries(row.map((cell, i) => [head[i], cell]));
	});
}

/** Twice the area; > 0: counter-clockwise. */
const turn = (ring) => ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0);

const isNear = (a, b) => a.every((degrees, i) => Math.abs(degrees - b[i]) < 1e-9);

/** 40 placed reports in a few heaps, five without a place, one with everything personal. */
async function fill(v) {
	const sources = Array.from({ length: 8 }, () => v.source());
	for (let i = 0; i < 40; i++) {
		await sources[i % 8].report({
			hazard: i % 2 ? "flood" : "collapse", signs: { trapped: i % 3 === 0 }, text: `${canary} numero ${i}`,
			place: place(42.3 + (i % 10) * 0.05 + i * 1e-5, 13.3 + (i % 10) * 0.05 + i * 1e-5),
		});
	}
	for (let i = 0; i < 5; i++) {
		await v.source().report({ hazard: "medical", text: `${canary} senza luogo ${i}` });
	}
	await v.source().report({
		hazard: "fire", text, lang: "it", place: place(42.3512345, 13.4012345, `${canary} alla fontana`),
		contact: { name: `${canary} Rossi`, phone: "+39 0862 123456" },
	});
	return 46;
}

/** Outlines are drawn behind: waits for some of each kind, and until they change no more. */
async function allDrawn(v) {
	let before;
	await eventually(async () => {
		const now = (await v.request("console", "/v1/outlines?")).text;
		const settled = now === before && ["umbrella", "incident"].every((kind) => now.includes(`"kind":"${kind}"`));
		before = now;
		return settled || delay(400, false);
	}, { withinMs: 20000, what: "outlines that are drawn" });
}

async function importAreas(v) {
	const path = join(v.folder, "areas.geojson");
	const feature = (code, name, coordinates) => ({ type: "Feature", properties: { code, name }, geometry: { type: "Polygon", coordinates } });
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [
		feature("A", "Con un buco", [square(13, 42, 1), hole]),
		feature("B", "+Isola", [square(12, 42, 0.5).reverse()]),
	] }));
	const { code, stderr, stdout } = await run(["area", "import", path, "--data", v.data, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(code, 0, stderr + stdout);
}

async function exported(v, name, ...args) {
	const folder = join(v.folder, name);
	const { code, stdout, stderr } = await run(["export", "gis", folder, "--data", v.data, ...args]);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^vedetta-[0-9a-f]{16}-\d+: /);
	return folder;
}

scenario("GDAL reads every layer and finds every row, by place too", { timeoutMs: 60000 }, async (v) => {
	await importAreas(v);
	const n = await fill(v);
	const folder = await exported(v, "out", "--personal");
	const path = join(folder, "vedetta.gpkg");
	assert.deepEqual(readdirSync(folder), ["vedetta.gpkg"]);
	assert.equal(statSync(path).mode & 0o777, 0o600);

	const summary = ogr("ogrinfo", "-al", "-so", path);
	assert.deepEqual([...summary.matchAll(/^Layer name: (.*)$/gm)].map(([, name]) => name).sort(), layers);
	assert.equal(ogr("sqlite3", path, "PRAGMA integrity_check; PRAGMA foreign_key_check"), "ok\n");
	const reports = read(path, "reports");
	assert.equal(reports.length, n);
	const board = await eventually(async () => {
		const list = await v.operator().board();
		return list.reduce((sum, one) => sum + one.reports, 0) === n && list;
	}, { what: "all of it on the board, too" });
	const incidents = read(path, "incidents");
	assert.deepEqual(incidents.map((one) => String(one.id)).sort(), board.map((one) => one.id).sort());
	for (const one of board) {
		const row = incidents.find((feature) => String(feature.id) === one.id).properties;
		assert.equal(row.class, one.rank.class);
		assert.equal(row.hazard, one.hazard);
		assert.equal(row.reports, one.reports);
		assert.equal(row.status, one.status);
		assert.equal(Date.parse(row.last_report_at), Date.parse(one.lastReportAt));
	}

	const mine = reports.find((one) => one.properties.text === text);
	assert.ok(mine, "the words came through as they were");
	assert.deepEqual(mine.geometry.coordinates, [13.4012345, 42.3512345]);
	assert.equal(mine.properties.contact_phone, "+39 0862 123456");
	assert.equal(mine.properties.place_words, `${canary} alla fontana`);
	assert.match(ogr("ogrinfo", "-al", "-where", `id = ${mine.id}`, path, "reports"), /exercise \(Integer\(Boolean\)\) = 0/);
	const nowhere = reports.filter((one) => one.geometry === null);
	assert.equal(nowhere.length, 5);
	assert.ok(nowhere.every((one) => one.properties.unplaced && one.properties.unplaced_why === "UNPLACED_WHY_NO_POINT"));

	for (const [west, south, east, north] of [[13.3, 42.3, 13.5, 42.5], [13, 42, 14, 43], [13.4012345, 42.3512345, 13.4012345, 42.3512345]]) {
		const within = reports.filter(({ geometry }) => geometry !== null && geometry.coordinates[0] >= west &&
			geometry.coordinates[0] <= east && geometry.coordinates[1] >= south && geometry.coordinates[1] <= north);
		const found = read(path, "reports", "-spat", west, south, east, north);
		assert.deepEqual(found.map((one) => one.id).sort(), within.map((one) => one.id).sort());
		assert.ok(found.length > 0);
	}

	const areas = read(path, "areas");
	assert.deepEqual(areas.map((one) => [one.properties.code, one.geometry.coordinates.length, one.geometry.coordinates[0].length]).sort(),
		[["A", 1, 2], ["B", 1, 1]]);
	assert.equal(read(path, "areas", "-spat", 13.52, 42.48, 13.53, 42.49).length, 0, "the hole is a hole");
	const [meta] = read(path, "meta");
	assert.equal(meta.properties.personal, true);
	assert.ok(Number(meta.properties.sequence) >= n);
});

scenario("who has no right to it gets no word, no contact and no exact place", { timeoutMs: 60000 }, async (v) => {
	// Beside the heaps the smallest umbrella there is: one core between two that are not near each other.
	for (const lonDeg of [12.1, 12.1085, 12.117]) {
		await v.source().report({ hazard: "wildfire", place: place(42.7, lonDeg) });
	}
	const n = 3 + await fill(v);
	const isFire = ({ properties }) => (properties.eventGroup ?? properties.event_group) === "fire";
	await eventually(async () => (await v.operator().get("/v1/outlines?kind=umbrella")).features.some(isFire), { withinMs: 20000, what: "its outline" });
	await allDrawn(v);
	const folder = await exported(v, "open");
	await exported(v, "open", "--format", "csv");
	await exported(v, "open", "--format", "geojson");
	const files = readdirSync(folder);
	assert.deepEqual(files.sort(), [...layers.flatMap((name) => [`${name}.csv`, `${name}.geojson`]), "vedetta.gpkg"].sort());
	for (const name of files) {
		const bytes = readFileSync(join(folder, name));
		for (const word of [canary, "Rossi", "0862 12", "fontana", "123456", "512345", "012345"]) {
			assert.equal(bytes.indexOf(word), -1, `${word} in ${name}`);
		}
	}
	const reports = JSON.parse(readFileSync(join(folder, "reports.geojson"), "utf8"));
	assert.equal(reports.features.length, n);
	for (const { geometry, properties } of reports.features) {
		assert.equal(geometry === null, properties.unplaced);
		assert.ok(geometry === null || geometry.coordinates.every((degrees) => Math.abs(degrees * 1000 - Math.round(degrees * 1000)) < 1e-6));
		assert.ok(!("text" in properties) && !("contact_name" in properties) && !("place_words" in properties));
	}
	const outlines = JSON.parse(readFileSync(join(folder, "outlines.geojson"), "utf8")).features;
	assert.ok(outlines.length > 0);
	assert.ok(outlines.every(({ properties }) => properties.reports >= 3));
	const umbrellas = JSON.parse(readFileSync(join(folder, "umbrellas.geojson"), "utf8")).features;
	const drawn = umbrellas.filter(({ geometry }) => geometry !== null);
	assert.equal(drawn.filter(isFire).length, 1, "an umbrella has its ground");
	assert.ok(drawn.some((one) => !isFire(one)), "an umbrella has its ground");
	assert.ok(drawn.every(({ geometry }) => geometry.type.endsWith("Polygon") &&
		geometry.coordinates.flat(Infinity).every((degrees) => Math.abs(degrees * 1000 - Math.round(degrees * 1000)) < 1e-6)));
});

scenario("CSV and GeoJSON say the same as the GeoPackage, formulas defused, rings turned right", { timeoutMs: 60000 }, async (v) => {
	await importAreas(v);
	await fill(v);
	await allDrawn(v);
	const folder = await exported(v, "all", "--personal");
	await exported(v, "all", "--personal", "--format", "csv");
	await exported(v, "all", "--personal", "--format", "geojson");
	const csv = parseCsv(readFileSync(join(folder, "reports.csv"), "utf8"));
	const rows = read(join(folder, "vedetta.gpkg"), "reports");
	const collection = JSON.parse(readFileSync(join(folder, "reports.geojson"), "utf8"));
	assert.equal(csv.length, rows.length);
	rows.forEach((row, i) => {
		const said = row.properties.text;
		assert.equal(Number(csv[i].id), row.id);
		assert.equal(csv[i].text, said[0] === "=" ? `'${said}` : said);
		assert.equal(csv[i].lat_deg === "", row.geometry === null);
		assert.ok(row.geometry === null || isNear([Number(csv[i].lon_deg), Number(csv[i].lat_deg)], row.geometry.coordinates));
		assert.equal(csv[i].trapped, String(row.properties.trapped));
		assert.equal(collection.features[i].geometry === null, row.geometry === null);
		assert.ok(row.geometry === null || isNear(collection.features[i].geometry.coordinates, row.geometry.coordinates));
		assert.equal(collection.features[i].properties.text, said);
		assert.equal(Date.parse(csv[i].received_at), Date.parse(row.properties.received_at));
	});
	assert.deepEqual(parseCsv(readFileSync(join(folder, "areas.csv"), "utf8")).map((row) => row.name).sort(), ["'+Isola", "Con un buco"]);
	for (const layer of ["areas", "outlines"]) {
		const { features, bbox } = JSON.parse(readFileSync(join(folder, `${layer}.geojson`), "utf8"));
		assert.ok(features.length > 0);
		for (const { geometry } of features) {
			for (const [outer, ...holes] of geometry.coordinates) {
				assert.ok(turn(outer) > 0);
				assert.ok(holes.every((ring) => turn(ring) < 0));
			}
			assert.ok(geometry.coordinates.flat(2).every(([x, y]) => x >= bbox[0] && x <= bbox[2] && y >= bbox[1] && y <= bbox[3]));
		}
	}
});

scenario("an export under load holds every report up to its row, and is the same without the desk", { timeoutMs: 60000 }, async (v) => {
	let over = false;
	let made = 0;
	const load = Promise.all(Array.from({ length: 4 }, async (_, who) => {
		while (!over) {
			await v.source().report({ hazard: "flood", text: "acqua", place: place(42 + who * 0.1 + made * 1e-4, 13) });
			made++;
		}
	}));
	await delay(500);
	const folder = await exported(v, "busy");
	over = true;
	await load;
	const path = join(folder, "vedetta.gpkg");
	const upTo = Number(read(path, "meta")[0].properties.sequence);
	const sql = (file, query) => ogr("sqlite3", file, query).trim();
	assert.ok(upTo > 0);
	assert.equal(sql(path, "SELECT count(*) FROM reports"), sql(join(v.data, "desk.sqlite"), `SELECT count(*) FROM log WHERE kind IN (1, 2, 3, 5) AND seq <= ${upTo}`));
	assert.equal(sql(path, "SELECT count(*) FROM reports WHERE incident_id NOT IN (SELECT id FROM incidents)"), "0");
	assert.equal(sql(path, `SELECT count(*) FROM incidents WHERE sequence > ${upTo}`), "0");
	await v.stop();
	await exported(v, "still");
	assert.equal(sql(join(v.folder, "still/vedetta.gpkg"), "SELECT count(*) FROM reports"), String(made));
});

scenario("killed in the middle it leaves no file under the name, and the one before stays", { timeoutMs: 60000 }, async (v) => {
	await fill(v);
	const folder = join(v.folder, "killed");
	mkdirSync(folder);
	writeFileSync(join(folder, "vedetta.gpkg"), "the one before");
	for (let ms = 0; ms < 40; ms += 4) {
		const child = spawn(program, ["export", "gis", folder, "--data", v.data], { stdio: "ignore" });
		await delay(ms);
		child.kill("SIGKILL");
		await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", resolve) : resolve()));
		const now = readFileSync(join(folder, "vedetta.gpkg"));
		assert.ok(now.toString("latin1") === "the one before" || now.subarray(0, 6).toString() === "SQLite");
		if (now.length > 100) {
			assert.equal(ogr("sqlite3", join(folder, "vedetta.gpkg"), "PRAGMA integrity_check"), "ok\n");
		}
	}
	await exported(v, "killed");
	assert.deepEqual(readdirSync(folder), ["vedetta.gpkg"]);

	// Asked to end, or without anybody who listens, it takes away what was begun.
	const csv = join(v.folder, "csv");
	const names = layers.map((layer) => `${layer}.csv`);
	mkdirSync(csv);
	const isBefore = () => names.map((name) => readFileSync(join(csv, name), "utf8") === "the one before");
	for (let ms = 0; ms < 60; ms += 4) {
		names.forEach((name) => writeFileSync(join(csv, name), "the one before"));
		const child = spawn(program, ["export", "gis", csv, "--data", v.data, "--format", "csv"], { stdio: ["ignore", "pipe", "pipe"] });
		await delay(ms);
		child.stderr.destroy();
		child.stdout.destroy();
		child.kill(["SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"][ms / 4 % 4]);
		await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", resolve) : resolve()));
		assert.deepEqual(readdirSync(csv).sort(), names, `${ms} ms`);
		assert.equal(new Set(isBefore()).size, 1, `${ms} ms: ${isBefore()}`);
	}
	// The last layers cannot be written: the first ones are not given their names either.
	names.forEach((name) => writeFileSync(join(csv, name), "the one before"));
	mkdirSync(join(csv, ".areas.csv.new"));
	const failed = await run(["export", "gis", csv, "--data", v.data, "--format", "csv"]);
	assert.equal(failed.code, 1);
	assert.match(failed.stderr, /areas\.csv: File exists/);
	assert.deepEqual(readdirSync(csv).sort(), [".areas.csv.new", ...names]);
	assert.ok(isBefore().every((is) => is));
});

scenario("what cannot be done is said in one sentence", {}, async (v) => {
	const tried = async (...args) => {
		const { code, stderr } = await run(["export", ...args]);
		assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
		return [code, stderr];
	};
	const [, nothing] = await tried("gis", join(v.folder, "x"), "--data", join(v.folder, "none"));
	assert.match(nothing, /none/);
	assert.equal((await tried())[0], 2);
	assert.equal((await tried("gis", "x", "--format", "shp"))[0], 2);
	assert.equal((await tried("gis", "/proc/x", "--data", v.data))[0], 1);
	writeFileSync(join(v.folder, "file"), "");
	assert.equal((await tried("gis", join(v.folder, "file"), "--data", v.data))[0], 1);
	assert.equal(existsSync(join(v.folder, "x", "vedetta.gpkg")), false);
});

/** Begins an export over HTTP and waits: the answer with the file. */
async function fetched(v, query) {
	// The one before may still be on its way out for a moment.
	const begun = await eventually(async () => {
		const answer = await v.request("console", `/v1/export?${query}`);
		return answer.status === 503 ? undefined : answer;
	});
	assert.equal(begun.status, 202, begun.text);
	assert.equal(begun.headers.location, `/v1/export/${begun.json.job}`);
	const file = await eventually(async () => {
		const answer = await v.request("console", begun.headers.location);
		assert.ok(answer.status !== 202 || answer.json.done <= answer.json.all);
		return answer.status === 202 ? undefined : answer;
	}, { withinMs: 20000, what: "the export" });
	assert.equal(file.status, 200, file.text);
	assert.equal((await v.request("console", begun.headers.location)).status, 404, "it is fetched once");
	return file;
}

scenario("over HTTP each format comes with its progress, and nothing personal", { timeoutMs: 60000 }, async (v) => {
	const n = await fill(v);
	const csv = await fetched(v, "format=csv");
	assert.match(csv.headers["content-disposition"], /^attachment; filename="vedetta-[0-9a-f]{16}-\d+-reports\.csv"$/);
	assert.equal(parseCsv(csv.text).length, n);
	assert.ok(!csv.text.includes(canary));
	assert.equal(Number(csv.headers["content-length"]), Buffer.byteLength(csv.text));
	const geojson = await fetched(v, "format=geojson&layer=incidents");
	assert.equal(geojson.headers["content-type"], "application/geo+json");
	assert.deepEqual(JSON.parse(geojson.text).features.map((one) => String(one.id)).sort(),
		(await v.operator().board()).map((one) => one.id).sort());
	const gpkg = join(v.folder, "fetched.gpkg");
	const begun = await eventually(async () => {
		const answer = await v.request("console", "/v1/export?format=gpkg");
		return answer.status === 202 ? answer : undefined;
	});
	const url = v.addresses.console + begun.headers.location;
	await eventually(() => ogr("curl", "-s", "-o", gpkg, "-w", "%{http_code}", "-H", `Cookie: ${cookies.get(new URL(url).origin)}`, url) === "200", { withinMs: 20000, what: "the file" });
	assert.equal(read(gpkg, "reports").length, n);
	assert.equal(readFileSync(gpkg).indexOf(canary), -1);
	assert.deepEqual(readdirSync(join(v.data, "exports")), []);
});

/** The GeoPackage that this account gets; { path, status }. */
async function packaged(v, cookie, name, query = "format=gpkg") {
	const begun = await eventually(async () => {
		const answer = await v.request("console", `/v1/export?${query}`, { headers: { cookie } });
		return answer.status === 503 ? undefined : answer;
	}, { withinMs: 20000, what: "an export to begin" });
	assert.equal(begun.status, 202, begun.text);
	const path = join(v.folder, name);
	const answer = await eventually(async () => {
		const got = await v.request("console", begun.headers.location, { headers: { cookie } });
		return got.status === 202 ? undefined : got;
	}, { withinMs: 20000, what: "the file" });
	assert.equal(answer.status, 200, answer.text);
	writeFileSync(path, answer.body);
	return path;
}

scenario("who is limited to areas gets what is seen there, and with the right to it what is personal", { timeoutMs: 120000 }, async (v) => {
	const path = join(v.folder, "two.geojson");
	const feature = (code, name, level, parent, coordinates) => ({ type: "Feature", properties: { code, name, level, parent }, geometry: { type: "Polygon", coordinates } });
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [
		feature("A1", "Alba", "municipality", "", [square(13, 42, 0.5)]), feature("BORGO-1", "Borgo", "municipality", "", [square(14, 42, 0.5)]),
		feature("C1", "Colle", "municipality", "", [square(15, 42, 0.5)]),
	] }));
	const imported = await run(["area", "import", path, "--data", v.data, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(imported.code, 0, imported.stderr);
	const tell = (lonDeg, n, more) => v.source().report({ hazard: "flood", text: `${canary} ${n}`, place: place(42.25, lonDeg), ...more });
	await tell(13.2, "in A");
	await tell(13.2001, "moves from A to B", { contact: { name: `${canary} Rossi` } });
	await tell(14.2, "in B");
	await tell(14.2001, "moves from B to A", { text: `${canary} da B ad A`, contact: { name: "Verdi" } });
	// Three in a row within 1 km are an umbrella, over both sides of nothing: all in A.
	await tell(13.206, "second in A, near");
	await tell(13.212, "third in A, near");
	await v.source().report({ hazard: "medical", text: `${canary} nowhere` });
	const board = await eventually(async () => {
		const list = await v.operator().board();
		return list.length >= 4 && list.every((i) => i.areaFit !== undefined || i.unplaced) && list;
	});
	const at = (lonDeg) => board.find((i) => Math.abs((i.place?.point?.lonDeg ?? 0) - lonDeg) < 1e-6);
	const [inA, inB] = [at(13.2), at(14.2)];
	/** Said by somebody who knows: it is over there. */
	const put = async (from, into, words) => {
		const row = (await v.operator().reportsOf(from.id)).find((r) => r.report?.text?.includes(words));
		const answer = await v.request("console", `/v1/incidents/${from.id}/actions`, {
			method: "POST", headers: { "content-type": "application/json" },
			body: JSON.stringify({ sequence: "1000000", place: { report: row.move?.report ?? row.id, point: into.place.point, reason: "there" } }),
		});
		assert.equal(answer.status, 200, answer.text);
		return row.id;
	};
	const left = await put(inA, inB, "moves from A to B");
	const came = await put(inB, inA, "da B ad A");
	await v.addAccount("alba", { role: "shift_leader", areas: ["A1"] });
	await v.addAccount("capo", { role: "shift_leader", unassigned: true });
	await v.addAccount("fuori", { role: "shift_leader", areas: ["C1"] });
	await v.addAccount("anna", { areas: ["A1"] });
	const cookie = {};
	for (const name of ["alba", "capo", "fuori", "anna"]) {
		cookie[name] = await v.login(name);
	}
	assert.equal((await v.request("console", "/v1/export?format=csv", { headers: { cookie: cookie.anna } })).status, 403);

	// Who sees an incident behind a move is found row by row, and umbrellas are drawn behind that: what is there before it is over is of before.
	await eventually(async () => {
		const list = await v.operator().board();
		const [a, b] = [inA, inB].map(({ id }) => list.find((i) => i.id === id));
		const { features } = await v.operator().get("/v1/outlines?kind=umbrella");
		return a.areas.join() === "A1" && b.areas.join() === "BORGO-1" && a.umbrellaId !== undefined && b.umbrellaId === undefined
			&& features.length === 1 && features[0].id === a.umbrellaId && Number(features[0].properties.reports) === 4;
	}, { withinMs: 20000, what: "all to be where it is now, under one umbrella that is drawn" });
	const all = await packaged(v, cookie.capo, "all.gpkg");
	const some = await packaged(v, cookie.alba, "some.gpkg");
	const seen = (await eventually(async () => {
		const answer = await v.request("console", "/v1/incidents", { headers: { cookie: cookie.alba } });
		return answer.status === 200 && answer.json.incidents;
	})).map((i) => i.id).sort();
	assert.ok(seen.includes(inA.id) && !seen.includes(inB.id));
	// What the board shows this account is what the file has; every layer opens in GDAL.
	assert.deepEqual(read(some, "incidents").map((f) => String(f.id)).sort(), seen);
	assert.match(ogr("ogrinfo", "-so", "-al", some), /Layer name: reports/);
	const reports = read(some, "reports").map((f) => [String(f.id), String(f.properties.incident_id)]);
	const everything = read(all, "reports").map((f) => [String(f.id), String(f.properties.incident_id)]);
	assert.deepEqual(reports.map(String).sort(), everything.filter(([, incident]) => seen.includes(incident)).map(String).sort());
	const has = (id) => reports.some(([report]) => report === id);
	assert.deepEqual([has(left), has(came)], [false, true], "a report is where it is now");
	assert.deepEqual(read(some, "areas").map((f) => f.properties.code), ["A1"]);
	assert.deepEqual(read(some, "outlines").map((f) => String(f.id)).filter((id) => !seen.includes(id)), []);
	// The ground that the map draws for it, found by place too.
	assert.deepEqual(read(some, "umbrellas").map((f) => f.geometry?.type), ["MultiPolygon"]);
	assert.deepEqual(read(all, "umbrellas").filter((f) => f.geometry !== null), read(some, "umbrellas"));
	assert.match(ogr("ogrinfo", "-so", "-spat", "13.1", "42.2", "13.3", "42.3", some, "umbrellas"), /Feature Count: 1/);
	assert.deepEqual(read(some, "meta").map((f) => [f.properties.areas, f.properties.personal]), [["A1", false]]);
	assert.deepEqual(read(all, "meta").map((f) => f.properties.areas), ["*"]);
	for (const layer of layers) {
		assert.ok(read(all, layer).length >= read(some, layer).length, layer);
	}
	assert.equal(read(await packaged(v, cookie.fuori, "none.gpkg"), "incidents").length, 0);

	// Not a byte of another area's, nor of a person, is anywhere in the file.
	const bytes = readFileSync(some);
	for (const word of [canary, "Verdi", "BORGO-1", "Borgo"]) {
		assert.equal(bytes.indexOf(word), -1, word);
	}
	const personal = await packaged(v, cookie.alba, "personal.gpkg", "format=gpkg&personal=true");
	const texts = read(personal, "reports").map((f) => f.properties.text);
	assert.ok(texts.includes(`${canary} in A`) && texts.includes(`${canary} da B ad A`), texts.join());
	assert.ok(!texts.some((words) => /in B|from A to B/.test(words)), texts.join());
	assert.equal(read(personal, "reports").find((f) => String(f.id) === came).properties.contact_name, "Verdi");
	assert.equal(readFileSync(personal).indexOf("Rossi"), -1);

	// Another account does not fetch it, and each one made is in the audit.
	const begun = await eventually(async () => {
		const answer = await v.request("console", "/v1/export?format=csv&layer=incidents", { headers: { cookie: cookie.alba } });
		return answer.status === 202 && answer;
	});
	await eventually(async () => (await v.request("console", begun.headers.location, { method: "HEAD", headers: { cookie: cookie.alba } })).status === 200);
	assert.equal((await v.request("console", begun.headers.location, { headers: { cookie: cookie.capo } })).status, 404);
	assert.equal(parseCsv((await v.request("console", begun.headers.location, { headers: { cookie: cookie.alba } })).text).length, seen.length);
	const taken = await eventually(async () => {
		const { json } = await v.request("console", "/v1/audit?limit=200", { headers: { cookie: cookie.capo } });
		const list = json.entries.filter((e) => e.kind === "AUDIT_KIND_EXPORTED").map((e) => `${e.name} ${e.detail}`);
		return list.length === 5 && list.reverse();
	}, { what: "five exports in the audit" });
	const rows = (file) => layers.filter((l) => l !== "meta").reduce((n, l) => n + read(file, l).length, 0);
	assert.deepEqual(taken, [
		`capo gpkg layer=all areas=* personal=no rows=${rows(all)}`, `alba gpkg layer=all areas=A1 personal=no rows=${rows(some)}`,
		"fuori gpkg layer=all areas=C1 personal=no rows=1", `alba gpkg layer=all areas=A1 personal=yes rows=${rows(personal)}`,
		`alba csv layer=incidents areas=A1 personal=no rows=${seen.length}`,
	]);

	// One that ended stays in the file of who sees where it was, as that in B did for capo; its ground is kept for nobody.
	const index = v.role("index").pid;
	process.kill(index, "SIGSTOP"); // it has not heard of that end
	try {
		await put(inA, inB, "second in A");
		await put(inA, inB, "da B ad A");
		await eventually(async () => (await v.operator().board()).find((i) => i.id === inA.id).umbrellaId === undefined, { what: "its end" });
		const ended = async (who) => read(await packaged(v, cookie[who], `ended-${who}.gpkg`), "umbrellas")
			.filter((f) => f.properties.status === "UMBRELLA_STATUS_ENDED").map((f) => [f.id, f.geometry]);
		const [{ id }] = read(some, "umbrellas");
		assert.deepEqual(await ended("alba"), [[id, null]]);
		const both = await ended("capo");
		assert.deepEqual([both.length, both.map(([, ground]) => ground)], [2, [null, null]]);
		assert.deepEqual(await ended("fuori"), []);
	} finally {
		goOn(index);
	}
});

scenario("what HTTP refuses it refuses with the reason; one at a time; one that failed says so", { timeoutMs: 60000 }, async (v) => {
	await fill(v);
	const ask = (query) => v.request("console", `/v1/export${query}`);
	assert.equal((await ask("")).status, 400);
	assert.deepEqual((await ask("?format=shp&layer=x")).json.errors.map((one) => one.field), ["format", "layer"]);
	assert.equal((await ask("?format=csv&personal=yes")).json.field, "personal");
	const mistyped = await ask("?format=csv&personl=true");
	assert.deepEqual([mistyped.status, mistyped.json.field], [400, "personl"]);
	assert.equal((await ask("?format=csv&format=gpkg")).json.field, "format");
	assert.equal((await v.request("public", "/v1/export?format=csv")).status, 404);
	assert.equal((await ask("/0123456789abcdef")).status, 404);

	// Somebody holds the folder: the helper gives up, and the next one finds it free.
	const exports = join(v.data, "exports");
	mkdirSync(exports);
	const holder = spawn("flock", [exports, "cat"], { stdio: ["pipe", "ignore", "ignore"] });
	await eventually(() => {
		try {
			execFileSync("flock", ["-n", exports, "true"]);
			return false;
		} catch {
			return true;
		}
	}, { what: "the lock" });
	const begun = await ask("?format=csv");
	assert.equal(begun.status, 202);
	const failed = await eventually(async () => {
		const answer = await ask(`/${begun.json.job}`);
		return answer.status === 202 ? undefined : answer;
	}, { what: "the end of it" });
	assert.equal(failed.json.type, "urn:vedetta:problem:export-failed");
	holder.stdin.end();
	await new Promise((resolve) => holder.once("exit", resolve));
	const next = await eventually(async () => {
		const answer = await ask("?format=csv");
		return answer.status === 202 ? answer : undefined;
	}, { what: "the next one" });
	const second = await ask("?format=csv");
	assert.equal(second.status, 503);
	assert.equal(second.json.type, "urn:vedetta:problem:exporting");
	assert.ok(second.headers["retry-after"]);
	await eventually(async () => (await ask(`/${next.json.job}`)).status === 200, { what: "its file" });
});

/** The pids of helpers that make an export for this desk. */
const helpers = (v) => readdirSync("/proc").filter((pid) => {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("export-helper") &&
			readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[3] === String(v.pid);
	} catch {
		return false; // no process, or one that went
	}
}).map(Number);

/** Begins an export as soon as none is under way; its address. */
const begin = (v, query) => eventually(async () => {
	const answer = await v.request("console", `/v1/export?${query}`);
	return answer.status === 202 ? answer.headers.location : undefined;
}, { what: "an export to begin" });

/** Asks by HEAD, which fetches nothing. */
const ready = (v, at) => eventually(async () =>
	(await v.request("console", at, { method: "HEAD" })).status === 200, { withinMs: 20000, what: "the file" });

/** As curl ends it: 0 is a whole file. undefined: it is not ready. */
function curl(v, at, path) {
	try {
		return ogr("curl", "-s", "-f", "-o", path, "-w", "%{http_code}", "-H", `Cookie: ${v.cookie}`, v.addresses.console + at) === "202" ? undefined : "0";
	} catch (error) {
		return String(error.status);
	}
}

/** Takes the head and a little, then hands over to the body; hangs up after it. */
async function half(v, at, body) {
	const { hostname, port } = new URL(v.addresses.console);
	const socket = connect(Number(port), hostname);
	const told = new Promise((resolve) => socket.once("data", resolve));
	socket.on("error", () => undefined);
	socket.write(`GET ${at} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${v.cookie}\r\n\r\n`);
	const head = String(await told);
	socket.pause();
	await body(socket, head);
	socket.destroy();
}

/** More than any buffer on the way holds. */
async function fillLarge(v) {
	const words = "acqua ".repeat(80);
	await Promise.all(Array.from({ length: 8 }, async (_, who) => {
		for (let i = 0; i < 400; i++) {
			await v.source().report({ hazard: "flood", text: `${words} ${who} ${i}`, place: place(37 + who + i * 0.01, 8 + i * 0.02) });
		}
	}));
}

scenario("a client that goes and a helper that is killed cost their own export, and leave nothing", { timeoutMs: 120000 }, async (v) => {
	await fillLarge(v);
	const exports = join(v.data, "exports");
	const again = async (what) => {
		const out = join(v.folder, "again");
		const url = v.addresses.console + await begin(v, "format=gpkg");
		await eventually(() => ogr("curl", "-s", "-o", out, "-w", "%{http_code}", "-H", `Cookie: ${v.cookie}`, url) === "200", { withinMs: 20000, what });
		assert.equal(ogr("sqlite3", out, "PRAGMA integrity_check"), "ok\n");
		assert.deepEqual(readdirSync(exports), [], what);
		await eventually(() => helpers(v).length === 0, { what: `the helper's end ${what}` });
	};

	const gone = await begin(v, "format=gpkg");
	await ready(v, gone);
	await half(v, gone, (socket, head) => assert.match(head, /^HTTP\/1.1 200 /));
	await again("after a client that went");

	const killed = await begin(v, "format=gpkg");
	await ready(v, killed);
	await half(v, killed, async (socket, head) => {
		const all = Number(/Content-Length: (\d+)/.exec(head)[1]);
		const [pid] = helpers(v);
		let came = head.length - head.indexOf("\r\n\r\n") - 4;
		assert.ok(pid > 0, "it still has bytes to send");
		process.kill(pid, "SIGKILL");
		await new Promise((resolve) => {
			socket.on("data", (bytes) => { came += bytes.length; });
			socket.once("close", resolve);
			socket.resume();
		});
		assert.ok(came < all, `${came} of ${all}: short, and seen to be`);
	});
	await again("after a helper that was killed as it sent");

	for (let ms = 0; ms < 60; ms += 6) {
		const at = await begin(v, "format=gpkg");
		const [pid] = await eventually(() => (helpers(v).length > 0 ? helpers(v) : undefined), { what: "a helper" });
		await delay(ms);
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			/* it was faster */
		}
		const whole = join(v.folder, "whole");
		const status = await eventually(() => curl(v, at, whole), { what: "the end of it" });
		assert.match(status, /^(22|18)$/, "failed and said so, or short and seen to be");
	}
	assert.deepEqual(readdirSync(exports), []);
	await again("after helpers that were killed as they wrote");
});

scenario("of two console fronts the one without the export sends on, and both get theirs", {
	config: { "server.console_fronts": 2 }, timeoutMs: 60000,
}, async (v) => {
	/** No kept connection: each question may meet either front. Asked until the one that answers so is met. */
	const met = (path, isIt, { method = "GET", ...more } = {}) => eventually(async () => {
		v.agent.destroy();
		const answer = await v.request("console", `/v1/export${path}`, { method });
		return isIt(answer) && answer;
	}, { withinMs: 20000, what: `${method} ${path} as it should be`, ...more });
	await fillLarge(v); // so that its helper does not end before it is fetched
	const { json: { job } } = await met("?format=csv", ({ status }) => status === 202);
	assert.equal((await met("/0123456789abcdef", () => true)).json.type, "urn:vedetta:problem:no-export");
	const other = await met(`/${job}`, ({ status }) => status === 307, { method: "HEAD" }); // which fetches nothing
	assert.equal(other.headers.location, `/v1/export/${job}`);
	assert.equal(other.headers.connection, "close");
	const { json: { job: second } } = await met("?format=csv", ({ status }) => status === 202);
	assert.notEqual(second.slice(0, 2), job.slice(0, 2), "the other front's");
	const refused = await met(`/${second}`, ({ status }) => status !== 202 && status !== 307, { what: "the end of its patience" });
	assert.equal(refused.status, 503, refused.text);
	assert.equal(refused.json.type, "urn:vedetta:problem:exporting");
	await met(`/${job}`, ({ status }) => status === 200, { what: "the file" });
});
