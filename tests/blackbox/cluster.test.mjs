// `vedetta cluster` on files made here, against brute force in JavaScript; and,
// where the real reports of Haiti lie beside the repository, against the counts
// that another program found for them.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { makeFolder, root, run } from "./harness.mjs";

const EARTH_RADIUS_M = 6371008.8;
const DEG = Math.PI / 180;

// ---- the same cases on every run

function makeRandom(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

function shuffle(rows, random) {
	const shuffled = [...rows];
	for (let i = shuffled.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		[shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
	}
	return shuffled;
}

// ---- brute force

function distanceM(a, b) {
	const lat = (b.lat - a.lat) * DEG;
	let turn = Math.abs(b.lon - a.lon);
	turn = Math.min(turn, 360 - turn);
	const h = Math.sin(lat / 2) ** 2 +
		Math.cos(a.lat * DEG) * Math.cos(b.lat * DEG) * Math.sin((turn * DEG) / 2) ** 2;
	return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(Math.min(h, 1)));
}

/** Map of id to { core, component }: the component is the set's smallest core id, "" for noise. */
function bruteForce(points, epsM, min) {
	const near = points.map((a) => points.filter((b) => distanceM(a, b) <= epsM));
	const isCore = new Map(points.map((point, i) => [point, near[i].length >= min]));
	const components = new Map();
	for (const start of [...points].sort((a, b) => a.id - b.id)) {
		const todo = isCore.get(start) && !components.has(start) ? [start] : [];
		while (todo.length > 0) {
			const point = todo.pop();
			if (!components.has(point)) {
				components.set(point, start.id);
				todo.push(...near[points.indexOf(point)].filter((other) => isCore.get(other)));
			}
		}
	}
	return new Map(points.map((point, i) => {
		const [nearest] = near[i].filter((other) => isCore.get(other))
			.sort((a, b) => distanceM(point, a) - distanceM(point, b) || a.id - b.id);
		return [String(point.id), {
			core: isCore.get(point),
			component: nearest === undefined ? "" : components.get(isCore.get(point) ? point : nearest),
		}];
	}));
}

// ---- the program

const header = "id,lat,lon";
const rowOf = (point) => `${point.id},${point.lat},${point.lon}`;

function writeFile(text) {
	const path = join(makeFolder(), "points.csv");
	writeFileSync(path, text);
	return path;
}

const cluster = (path, ...args) => run(["cluster", path, ...args]);

/** What was printed, as bruteForce() has it. */
function parse(stdout) {
	const [first, ...lines] = stdout.trimEnd().split("\n");
	assert.equal(first, "id,core,component");
	const rows = lines.map((line) => {
		const [, id, core, number] = /^(\d+),([01]),(\d*)$/.exec(line) ?? assert.fail(line);
		return { id, core: core === "1", number };
	});
	const names = new Map();
	for (const row of rows.filter(({ core }) => core)) {
		names.set(row.number, Math.min(names.get(row.number) ?? Infinity, Number(row.id)));
	}
	assert.deepEqual([...new Set(rows.map((row) => row.number).filter((number) => number !== ""))],
		[...names.keys()].map((_, i) => String(i + 1)), "numbers come in the order of the rows");
	return new Map(rows.map(({ id, core, number }) =>
		[id, { core, component: number === "" ? "" : names.get(number) }]));
}

const sorted = (answers) => [...answers].sort(([a], [b]) => Number(a) - Number(b));

/** n points around a place, some of them on one coordinate. */
function makePoints(n, { lat, lon, spreadM }, random) {
	const points = [];
	for (let i = 0; i < n; i++) {
		const from = points[Math.floor(random() * points.length)];
		const shift = () => ((random() - 0.5) * 2 * spreadM) / (EARTH_RADIUS_M * DEG);
		let at = { lat: lat + shift(), lon: lon + shift() / Math.max(Math.cos(lat * DEG), 0.001) };
		if (from !== undefined && random() < 0.2) {
			at = from;
		}
		points.push({
			id: 1000 + i * 7,
			lat: Math.min(Number(at.lat.toFixed(6)), 90),
			lon: Number((((at.lon + 540) % 360) - 180).toFixed(6)),
		});
	}
	return points;
}

const places = {
	"in Italy": { lat: 42.35, lon: 13.4 },
	"in the south and west": { lat: -33.4, lon: -70.6 },
	"at 0/0": { lat: 0, lon: 0 },
	"at the antimeridian": { lat: -17, lon: 180 },
	"at the North Pole": { lat: 90, lon: 0 },
};

for (const [where, place] of Object.entries(places)) {
	test(`points ${where} are clustered as brute force does, in any order of the rows`, async () => {
		const random = makeRandom(20261121);
		for (const [epsM, min] of [[50.5, 2], [100.5, 3], [300, 3], [300, 5], [1000, 8]]) {
			const points = makePoints(150, { ...place, spreadM: epsM * 4 }, random);
			const wanted = sorted(bruteForce(points, epsM, min));
			for (let order = 0; order < 4; order++) {
				const rows = order === 0 ? points : shuffle(points, random);
				const path = writeFile(`${header}\n${rows.map(rowOf).join("\n")}\n`);
				const { code, stdout } = await cluster(path, "--eps", String(epsM), "--min", String(min));
				assert.equal(code, 0);
				assert.deepEqual(sorted(parse(stdout)), wanted);
			}
		}
	});
}

test("a border point between two components goes to the nearer, of equals to the smaller id", async () => {
	const groups = [10, 20].flatMap((id) => [[0, 18], [5, 21], [-5, 21], [0, 21], [0, 24]].map(([lat, lon], i) =>
		({ id: id + i, lat: lat / 1e4, lon: (id === 10 ? -lon : lon) / 1e4 })));
	const answer = async (middle) => {
		const path = writeFile(`${header}\n${[...groups, middle].map(rowOf).join("\n")}\n`);
		const { stdout } = await cluster(path, "--eps", "201", "--min", "5");
		return parse(stdout).get(String(middle.id));
	};
	assert.deepEqual(await answer({ id: 99, lat: 0, lon: 0 }), { core: false, component: 10 });
	assert.deepEqual(await answer({ id: 99, lat: 0, lon: 0.000001 }), { core: false, component: 20 });
	assert.deepEqual(await answer({ id: 99, lat: 0, lon: -0.000001 }), { core: false, component: 10 });
});

test("ids are kept as they are and compared as numbers where they are numbers", async () => {
	const path = writeFile([
		header,
		"\"a, \"\"b\"\"\",45,9",
		"00012,45,9",
		",45,9",
		"\"two\nlines\",46,9",
	].join("\n"));
	const { code, stdout } = await cluster(path, "--eps", "10");
	assert.equal(code, 0);
	assert.equal(stdout, "id,core,component\n\"a, \"\"b\"\"\",1,1\n00012,1,1\n,1,1\n\"two\nlines\",0,\n");

	// Both groups are as near: 9 is smaller than 10, but not as text.
	const groups = [[9, -1], [10, 1]].flatMap(([id, side]) =>
		[18, 21, 21, 21, 24].map((lon, i) => `${i === 0 ? id : `z${id}${i}`},0,${(side * lon) / 1e4}`));
	const tie = await cluster(writeFile(`${header}\nm,0,0\n${groups.reverse().join("\n")}\n`), "--eps", "201", "--min", "5");
	const numbers = new Map(tie.stdout.trimEnd().split("\n").slice(1).map((line) => line.split(",")).map(([id, , number]) => [id, number]));
	assert.equal(numbers.get("m"), numbers.get("9"));
	assert.notEqual(numbers.get("m"), numbers.get("10"));
});

test("a row without a usable position is told with its line and left out", async () => {
	const path = writeFile([
		header,
		"1,45,9",
		"2,,",
		"3,43.5,\"13.4,\"",
		"4,0x10,9",
		"5,nan,9",
		"6,91,9",
		"7,45",
		"8,45,\" 9.0 \"",
		"9,45,-180.5",
		"10,\"45,9",
	].join("\r\n"));
	const loose = await cluster(path, "--eps", "10", "--min", "2");
	assert.equal(loose.code, 0);
	assert.equal(loose.stdout, "id,core,component\n1,1,1\n8,1,1\n");
	const lines = loose.stderr.trimEnd().split("\n");
	assert.deepEqual(lines.slice(0, -1).map((line) => line.replace(`${path}, `, "")), [
		"line 3: no position",
		"line 4: the position is not two numbers",
		"line 5: the position is not two numbers",
		"line 6: the position is not two numbers",
		"line 7: the position is not on the earth",
		"line 8: not as many fields as the first row names",
		"line 10: the position is not on the earth",
		"line 11: a quoted field has no end",
	]);
	assert.equal(lines.at(-1), "cluster: points 2, core 2, border 0, noise 0, components 1, rows left out 8");
	const strict = await cluster(path, "--eps", "10", "--min", "2", "--strict");
	assert.equal(strict.code, 1);
	assert.equal(strict.stdout, loose.stdout);
});

test("columns may have other names, and a file may hold nothing but them", async () => {
	const named = await cluster(writeFile("Serial;note;Y;X\n7;x;45;9\n8;x;45;9\n"),
		"--eps", "10", "--min", "2", "--id", "serial", "--lat", "y", "--lon", "x");
	assert.equal(named.stdout, "id,core,component\n7,1,1\n8,1,1\n");
	const empty = await cluster(writeFile(`${header}\n`), "--eps", "10");
	assert.equal(empty.code, 0);
	assert.equal(empty.stdout, "id,core,component\n");
});

test("what cannot be done is said in one sentence, with the status that tells why", async () => {
	const good = writeFile(`${header}\n1,45,9\n`);
	for (const [args, status, sentence] of [
		[[], 2, /needs one FILE and --eps/],
		[[good], 2, /needs one FILE and --eps/],
		[[good, good, "--eps", "10"], 2, /needs one FILE/],
		[[good, "--eps", "0"], 2, /--eps must be a number from 0.1 to 100000/],
		[[good, "--eps", "ten"], 2, /--eps must be/],
		[[good, "--eps", "10", "--min", "17"], 2, /--min must be a number from 1 to 16/],
		[[good, "--eps", "10", "--min", "2.5"], 2, /--min must be whole/],
		[[good, "--eps", "10", "--what"], 2, /unrecognized option '--what'/],
		[["/nowhere/points.csv", "--eps", "10"], 1, /points.csv: No such file or directory/],
		[[writeFile(""), "--eps", "10"], 1, /the first row must name the columns/],
		[[writeFile("id,lat\n1,45\n"), "--eps", "10"], 1, /has no column lon/],
	]) {
		const { code, stdout, stderr } = await run(["cluster", ...args]);
		assert.equal(code, status, stderr);
		assert.match(stderr, sentence);
		assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
		assert.equal(stdout, "");
	}
	const help = await run(["cluster", "--help"]);
	assert.equal(help.code, 0);
	assert.match(help.stdout, /^usage: vedetta cluster FILE --eps M/);
});

const data = join(root, "../shared/data");
const reports = join(data, "reports/haiti2010_points.csv");
const oracle = join(data, "oracle/dbscan_counts.csv");
const reason = [reports, oracle].every(existsSync) ? false : "the reports of Haiti are not beside the repository; they may not be shipped";

test("the reports of Haiti give the counts that scikit-learn found", { skip: reason }, async () => {
	const [first, ...lines] = readFileSync(oracle, "utf8").trimEnd().split("\n");
	const names = first.split(",");
	for (const line of lines) {
		const wanted = Object.fromEntries(line.split(",").map((value, i) => [names[i], value]));
		const { code, stdout, stderr } = await cluster(reports, "--id", "serial",
			"--eps", wanted.eps_m, "--min", wanted.minpts_incl_self);
		assert.equal(code, 0);
		assert.equal(stderr.trimEnd(), `cluster: points ${wanted.n}, core ${wanted.core}, border ${wanted.border}, ` +
			`noise ${wanted.noise}, components ${wanted.clusters}, rows left out 0`);
		const sizes = new Map();
		for (const row of stdout.trimEnd().split("\n").slice(1).filter((one) => one.includes(",1,"))) {
			const number = row.split(",").at(-1);
			sizes.set(number, (sizes.get(number) ?? 0) + 1);
		}
		assert.equal(Math.max(...sizes.values()), Number(wanted.largest_core_count));
	}
});
