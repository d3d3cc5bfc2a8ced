// Areas in the desk: imported with it running or not, looked up for each report, kept.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, processorSeconds, root, run, scenario } from "./harness.mjs";

const coasts = join(root, "tests/data/areas/coasts.geojson");
const residents = join(root, "tests/data/areas/residents.csv");
const italy = process.env.VEDETTA_AREAS ?? join(root, "../shared/data/areas");
const noItaly = existsSync(join(italy, "comuni.csv")) ? false
	: `no areas of Italy in ${italy}; VEDETTA_AREAS names the folder`;

const portoAntico = [44.4098, 8.9265];
const amalfiHarbour = [40.6330, 14.6028];
const farAtSea = [42, 6.5];

const report = ([latDeg, lonDeg], accuracyM = 15, more = {}) => ({
	hazard: "flood",
	place: { point: { latDeg, lonDeg }, accuracyM, kind: "PLACE_KIND_BROWSER_FIX" },
	...more,
});

const importing = (v, ...args) => run(["area", "import", ...args, "--data", v.data ?? v]);

/** The board by latitude once every incident satisfies `ready`. */
async function boardWhen(v, n, ready = (i) => i.areaFit !== undefined) {
	const operator = v.operator();
	let board;
	await eventually(async () => {
		board = await operator.board();
		return board.length === n && board.every(ready);
	}, { what: `${n} incidents that are looked up` });
	return new Map(board.map((incident) => [incident.place?.point?.latDeg, incident]));
}

function assertCoasts(board) {
	const genova = board.get(portoAntico[0]);
	assert.deepEqual(genova.areas, ["010025", "010", "07", "IT"]);
	assert.equal(genova.areaFit, "AREA_FIT_NEAR");
	assert.deepEqual(genova.areaNames, ["Genova"]);
	const amalfi = board.get(amalfiHarbour[0]);
	assert.deepEqual(amalfi.areas, ["065006", "065", "15", "IT"]);
	const sea = board.get(farAtSea[0]);
	assert.equal(sea.areas, undefined);
	assert.equal(sea.areaFit, "AREA_FIT_UNASSIGNED");
}

test("an import without a desk says what it did with each feature, and list shows it", async () => {
	const folder = join(makeFolder(), "data");
	const { code, stdout } = await importing(folder, coasts, "--residents", residents);
	assert.equal(code, 1); // one feature has no geometry
	assert.match(stdout, /feature \d, 096034 Miagliano: refused: it has no geometry/);
	assert.match(stdout, /065134 Sapri: repaired: 1 ring of the older winding turned, .*self-intersection at 40\.07119,15\.62096; made valid/);
	assert.match(stdout, /7 features: 0 good, 6 repaired \(5 by turning rings only\), 1 refused/);
	assert.match(stdout, /imported: 11 areas, residents of 4; the desk will use them when it starts/);
	const list = await run(["area", "list", "--data", folder]);
	assert.equal(list.code, 0);
	assert.match(list.stdout, /^010025\tmunicipality\tGenova\t010\t582320$/m);
	assert.match(list.stdout, /^065134\tmunicipality\tSapri\t065\t$/m);
	assert.equal(list.stdout.trimEnd().split("\n").length, 11);
});

test("a folder without areas has none to list", async () => {
	const { code, stderr } = await run(["area", "list", "--data", makeFolder()]);
	assert.equal(code, 0);
	assert.match(stderr, /no areas have been imported/);
});

scenario("reports take the areas their circles touch, and a restart keeps them", {}, async (v) => {
	await v.stop();
	await importing(v, coasts);
	await v.start();
	const source = v.source();
	await eventually(() => /event=areas\.loaded/.test(v.log));
	await source.report(report(portoAntico));
	await source.report(report(amalfiHarbour));
	await source.report(report(farAtSea));
	await source.report(report([44.3793, 9.0591], 400)); // the border of Genova and Bogliasco
	const board = await boardWhen(v, 4);
	assertCoasts(board);
	assert.deepEqual(board.get(44.3793).areas, ["010004", "010025", "010", "07", "IT"]);
	assert.deepEqual(board.get(44.3793).areaNames, ["Bogliasco", "Genova"]);
	await v.kill("supervisor");
	await v.restart();
	assertCoasts(await boardWhen(v, 4));
	assert.equal((await run(["verify", "--data", v.data])).code, 0);
});

scenario("an import on a running desk looks up what is open, and streams hear it", {}, async (v) => {
	const stream = v.operator().stream({ after: "" });
	assert.equal(await stream.opened, 200); // from here on
	const source = v.source();
	const receipts = [];
	for (const at of [portoAntico, amalfiHarbour, farAtSea]) {
		receipts.push(await source.report(report(at)));
	}
	const before = await boardWhen(v, 3, (i) => i.areaFit === undefined);
	assert.equal(before.get(portoAntico[0]).areas, undefined);
	const { stdout } = await importing(v, coasts);
	assert.match(stdout, /imported: 11 areas, residents of 0; the desk uses them now/);
	assertCoasts(await boardWhen(v, 3));
	await eventually(() => [...stream.board.values()].filter((i) => i.areaFit !== undefined).length === 3,
		{ what: "the stream to tell three incidents anew" });
	const [genova] = [...stream.board.values()].filter((i) => i.areas?.[0] === "010025");
	const history = await v.operator().incident(genova.id);
	assert.equal(history.reports.length, 1); // the desk's own row is no report
	assert.equal(history.incident.reports, 1);
	const renamed = join(v.folder, "renamed.geojson");
	writeFileSync(renamed, readFileSync(coasts, "utf8").replace('"name":"Genova"', '"name":"Zena"'));
	await importing(v, renamed);
	await boardWhen(v, 3, (i) => i.areas?.[0] !== "010025" || i.areaNames[0] === "Zena");
	assert.equal(statSync(join(v.data, "desk.sock")).mode & 0o777, 0o600);
});

scenario("?area= shows what an area and those below it see, in lists and streams", {}, async (v) => {
	const console = (path) => v.request("console", path);
	const none = await console("/v1/incidents?area=010025");
	assert.equal(none.status, 400);
	assert.match(none.text, /no areas are loaded/);
	await importing(v, coasts);
	const source = v.source();
	for (const at of [portoAntico, amalfiHarbour, farAtSea]) {
		await source.report(report(at));
	}
	await boardWhen(v, 3);
	const seen = async (area) => (await v.operator().board({ area })).map((i) => i.place.point.latDeg);
	assert.deepEqual(await seen("010025"), [portoAntico[0]]);
	assert.deepEqual(await seen("15"), [amalfiHarbour[0]]);
	assert.deepEqual(await seen("065011"), []);
	assert.deepEqual((await seen("IT")).sort(), [amalfiHarbour[0], portoAntico[0]].sort());
	assert.deepEqual(await seen("unassigned"), [farAtSea[0]]);
	const unknown = await console("/v1/incidents?area=999999");
	assert.equal(unknown.status, 400);
	assert.match(unknown.text, /999999 is not the code of an area/);
	assert.equal((await console("/v1/events?area=999999")).status, 400);
	const stream = v.operator().stream({ after: "", query: { area: "010025" } });
	assert.equal(await stream.opened, 200); // what comes from here on is told
	await source.report(report([44.42, 8.95]));
	await source.report(report([40.634, 14.61]));
	await eventually(() => [...stream.board.values()].some((i) => i.place.point.latDeg === 44.42), { what: "Genova's stream" });
	assert.ok([...stream.board.values()].every((i) => i.areas[0] === "010025"));
});

scenario("an incident that leaves an area leaves its streams", {}, async (v) => {
	await importing(v, coasts);
	await eventually(async () => (await v.request("console", "/v1/areas")).json.total === 11, { what: "eleven areas" });
	const unassigned = v.operator().stream({ after: "", query: { area: "unassigned" } });
	const everything = v.operator().stream({ after: "" });
	assert.deepEqual(await Promise.all([unassigned.opened, everything.opened]), [200, 200]);
	await v.source().report(report(farAtSea));
	await eventually(() => unassigned.board.size === 1, { what: "the incident that nobody sees" });
	const [id] = unassigned.board.keys();
	const island = join(v.folder, "island.geojson");
	const [lat, lon] = farAtSea;
	const ring = [[lon - 0.1, lat - 0.1], [lon + 0.1, lat - 0.1], [lon + 0.1, lat + 0.1], [lon - 0.1, lat + 0.1], [lon - 0.1, lat - 0.1]];
	const feature = { type: "Feature", properties: { id: "900001", label: "Isola" }, geometry: { type: "Polygon", coordinates: [ring] } };
	writeFileSync(island, JSON.stringify({ type: "FeatureCollection", features: [feature] }));
	await importing(v, island, "--level", "municipality", "--code", "id", "--name", "label");
	await eventually(() => everything.board.get(id)?.areas?.[0] === "900001", { what: "the incident on the island" });
	await eventually(() => unassigned.board.size === 0, { what: "the removal" });
	assert.ok(unassigned.events.some((event) => event.json?.removed?.includes(id)));
});

scenario("who sees an incident follows from the reports in it, for lists, searches and exports, also after a restart", { timeoutMs: 60000 }, async (v) => {
	await importing(v, coasts);
	await v.addAccount("genova", { areas: ["010025"] });
	await v.addAccount("costa", { areas: ["065006"] });
	const as = { genova: await v.login("genova"), costa: await v.login("costa"), all: await v.login() };
	const ask = (who, path, body) => v.request("console", path, { headers: { cookie: as[who], "content-type": "application/json" }, ...(body && { method: "POST", body: JSON.stringify(body) }) });
	const act = async (who, id, what) => {
		const answer = await ask(who, `/v1/incidents/${id}/actions`, { sequence: "1000000", ...what });
		return { status: answer.status, ...answer.json };
	};
	/** Who has which in the list, and which by its number. */
	const seen = async (expected) => {
		await eventually(async () => {
			for (const [who, ids] of Object.entries(expected)) {
				const list = (await ask(who, "/v1/incidents?status=open")).json.incidents ?? [];
				if (list.map((i) => i.id).sort().join() !== ids.join()) {
					return false;
				}
			}
			return true;
		}, { what: JSON.stringify(expected) });
	};
	const source = v.source();
	await source.report(report(portoAntico));
	const first = (await boardWhen(v, 1, (i) => i.areaFit === "AREA_FIT_NEAR")).values().next().value.id;
	await source.report(report(amalfiHarbour));
	const second = [...(await boardWhen(v, 2, (i) => i.areaFit === "AREA_FIT_NEAR")).values()].find((i) => i.id !== first).id;
	await seen({ genova: [first], costa: [second], all: [first, second] });

	// Its report goes to the other and back: who serves its place sees it where it is.
	const moved = await act("all", second, { move: { report: second, into: first, intoSequence: "1000000", reason: "same" } });
	assert.equal(moved.status, 200, JSON.stringify(moved));
	await seen({ genova: [first], costa: [first], all: [first] });
	await v.kill("desk");
	await seen({ genova: [first], costa: [first], all: [first] });
	assert.equal((await act("all", second, { undo: { decision: moved.decision } })).status, 200);
	await seen({ genova: [first], costa: [second], all: [first, second] });

	// A place that would take it out of sight has to be meant.
	const place = { point: { latDeg: 40.634, lonDeg: 14.6030 } };
	const refused = await act("genova", first, { place });
	assert.equal(refused.status, 400, JSON.stringify(refused));
	assert.match(refused.errors[0].reason, /outside your areas/);
	await seen({ genova: [first], costa: [second] });
	const given = await act("genova", first, { place: { ...place, leaves: true } });
	assert.equal(given.status, 200, JSON.stringify(given));
	await seen({ genova: [], costa: [second], all: [second] });
	assert.equal((await ask("genova", `/v1/incidents/${second}`)).status, 404);
	/** undefined: a reader that was started anew is not that far. */
	const counted = async (area) => {
		const answer = await ask("all", `/v1/reports?area=${area}`);
		return answer.status === 503 ? undefined : answer.json.reports?.length ?? 0;
	};
	await eventually(async () => await counted("010025") === 0 && await counted("065006") === 2, { what: "the index to follow" });
	await v.restart();
	for (const who of Object.keys(as)) {
		as[who] = await v.login(who === "all" ? undefined : who);
	}
	await seen({ genova: [], costa: [second], all: [second] });
	assert.deepEqual([await eventually(() => counted("010025")), await eventually(() => counted("065006"))], [0, 2]);
});

scenario("areas are found by name, level and the one above, a page at a time", {}, async (v) => {
	const get = async (query) => {
		const { status, text } = await v.request("console", `/v1/areas${query}`);
		return { status, body: JSON.parse(text) };
	};
	await eventually(async () => (await get("")).status === 200, { what: "the board" });
	assert.equal((await get("")).body.areas, undefined);
	await importing(v, coasts, "--residents", residents);
	await eventually(async () => (await get("")).body.total === 11, { what: "eleven areas" });
	const codes = async (query) => (await get(query)).body.areas?.map((a) => a.code) ?? [];
	const { body } = await get("?q=GENO&level=municipality");
	assert.equal(body.total, 1);
	const [genova] = body.areas;
	assert.equal(genova.code, "010025");
	assert.equal(genova.name, "Genova");
	assert.equal(genova.level, "AREA_LEVEL_MUNICIPALITY");
	assert.equal(genova.parent, "010");
	assert.deepEqual(genova.above, ["010", "07", "IT"]);
	assert.equal(genova.aboveNames[1], "Liguria");
	assert.equal(genova.residents, "582320");
	assert.ok(genova.box.westDeg < portoAntico[1] && portoAntico[1] < genova.box.eastDeg);
	assert.ok(genova.center.latDeg > 44 && genova.center.latDeg < 45);
	assert.deepEqual(await codes("?q=am%C3%A0lfi"), ["065006"]);
	assert.deepEqual(await codes("?q=065006"), ["065006"]);
	assert.deepEqual(await codes("?q=nowhere"), []);
	assert.ok((await codes("?parent=065")).includes("065006"));
	const paged = [];
	for (let cursor = ""; ;) {
		const page = (await get(`?limit=3${cursor}`)).body;
		paged.push(...page.areas.map((a) => a.code));
		if (page.next === undefined) {
			break;
		}
		cursor = `&cursor=${encodeURIComponent(page.next)}`;
	}
	assert.deepEqual(paged, await codes(""));
	assert.equal(new Set(paged).size, 11);
	for (const [query, field] of [["?level=county", "level"], ["?parent=999", "parent"], ["?limit=0", "limit"],
		["?limit=201", "limit"], ["?cursor=x", "cursor"], ["?colour=red", "colour"], [`?q=${"a".repeat(201)}`, "q"]]) {
		const { status, body: problem } = await get(query);
		assert.equal(status, 400, query);
		assert.equal(problem.errors[0].field, field);
	}
	assert.equal((await v.request("public", "/v1/areas")).status, 404);
});

scenario("residents come alone too; a bad line is named and left out", {}, async (v) => {
	await importing(v, coasts);
	const csv = join(v.folder, "r.csv");
	writeFileSync(csv, "istat,comune,residenti,lat,lon\n010025,Genova,600000,44.41,8.93\n"
		+ "065006,Amalfi,viele,40.6,14.6\n999999,Nowhere,5,40,14\n065011,Atrani,841,95,14\n");
	const { code, stdout, stderr } = await importing(v, "--residents", csv);
	assert.equal(code, 1);
	assert.match(stderr, /line 3: the residents are not a whole number/);
	assert.match(stderr, /line 4: no area has the code 999999/);
	assert.match(stderr, /line 5: the position is not on the earth/);
	assert.match(stdout, /imported: 0 areas, residents of 1/);
	const list = await run(["area", "list", "--data", v.data]);
	assert.match(list.stdout, /^010025\tmunicipality\tGenova\t010\t600000$/m);
	assert.match(list.stdout, /^065006\tmunicipality\tAmalfi\t065\t$/m);
});

for (const at of ["area_part", "area_end"]) {
	scenario(`a desk that dies at ${at} leaves the old map, and the importer says so`, { env: { VEDETTA_TEST_CRASH_AT: at } }, async (v) => {
		const { code, stderr } = await importing(v, coasts);
		assert.equal(code, 1);
		assert.match(stderr, /the desk went away: the areas are the old ones, nothing was imported; try again/);
		assert.equal((await run(["area", "list", "--data", v.data])).stdout, "");
	});
}

scenario("a desk that dies behind the commit has the new map, and the importer says so", { env: { VEDETTA_TEST_CRASH_AT: "committed" } }, async (v) => {
	const { stdout } = await importing(v, coasts);
	assert.match(stdout, /The desk went away, but had taken everything: the new areas are in use\./);
	assert.match((await run(["area", "list", "--data", v.data])).stdout, /^010025\t/m);
});

scenario("two imports at once do not mix", {}, async (v) => {
	const codes = await Promise.all([importing(v, coasts), importing(v, coasts)]);
	for (const { stdout, stderr } of codes) {
		assert.match(stdout + stderr, /the desk uses them now|another import is under way/);
	}
	assert.equal((await run(["area", "list", "--data", v.data])).stdout.trimEnd().split("\n").length, 11);
});

scenario("all of Italy comes in while reports do: none waits, none is lost", { skip: noItaly, timeoutMs: 180000 }, async (v) => {
	const regions = join(italy, "topojson-regions");
	const files = readdirSync(regions).filter((name) => name.endsWith(".topo.json")).map((name) => join(regions, name));
	const sources = Array.from({ length: 4 }, () => v.source());
	const desk = v.role("desk").pid;
	const waits = []; // seconds of the desk's own work while a report waited
	const ids = [];
	let going = true;
	const load = sources.map(async (source, s) => {
		for (let i = 0; going; i++) {
			const before = processorSeconds(desk);
			const { code } = await source.report(report([44.2 + s * 0.05 + (i % 50) * 0.0008, 8.6 + (i % 97) * 0.004]));
			waits.push(processorSeconds(desk) - before);
			ids.push(code);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	});
	const { code, stdout } = await run(["area", "import", ...files, "--residents", join(italy, "comuni_residents.csv"), "--data", v.data], { timeoutMs: 150000 });
	await eventually(async () => (await v.operator().board()).every((i) => i.areaFit !== undefined), { withinMs: 15000, what: "all looked up" });
	going = false;
	await Promise.all(load);
	assert.equal(code, 1); // Miagliano has no geometry, and figures of 2018 know old codes
	assert.match(stdout, /Miagliano: refused: it has no geometry/);
	assert.match(stdout, /imported: 8026 areas, residents of 7847; the desk uses them now/);
	await eventually(async () => (await v.operator().board()).reduce((n, i) => n + i.reports, 0) === new Set(ids).size,
		{ what: "every report on the board" });
	// The desk's work, not the clock: on a busy machine a report waits for others, too. A pause would show.
	const worst = Math.max(...waits);
	assert.ok(worst < 0.15, `the desk worked ${worst.toFixed(2)} s while a report waited, one of ${waits.length}`);
});
