// `vedetta drill laquila` against the running program, all at once.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, makeFolder, run, scenario } from "./harness.mjs";

const REPORTS = 697;
const figures = (stdout) => Object.fromEntries(
	[...stdout.matchAll(/^(sent|accepted|repeated|refused|given up|not sent) +(\d+)/gm)].map(([, name, n]) => [name, Number(n)]));
const drill = async (v, ...more) => run(["drill", "laquila", "--to", v.addresses.public,
	"--token-file", (await v.exercise()).file, ...more]);

/** As the console orders it: class, then key, then age. */
const ranked = (incidents) => [...incidents].sort((a, b) => a.rank.class - b.rank.class
	|| Number(b.rank.key) - Number(a.rank.key) || Number(a.id) - Number(b.id));

scenario("all of it arrives as an exercise, and the worst house is first", {}, async (v) => {
	const operator = v.operator();
	const real = await v.source().postJson({
		hazard: "collapse", text: "crollo in via delle Vigne", signs: { trapped: true },
		place: { point: { latDeg: 42.32228, lonDeg: 13.5393 }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" },
	});
	assert.equal(real.status, 201);
	const played = await drill(v, "--speed", "max");
	assert.equal(played.code, 0, played.stdout + played.stderr);
	assert.deepEqual(figures(played.stdout), {
		sent: REPORTS, accepted: REPORTS, repeated: 0, refused: 0, "given up": 0, "not sent": 0,
	});
	const board = await eventually(async () => {
		const all = await operator.board();
		return all.reduce((n, i) => n + i.reports, 0) === REPORTS + 1 && all;
	}, { what: "the whole drill on the board" });
	const exercise = ranked(board.filter((i) => i.exercise));
	assert.equal(exercise.reduce((n, i) => n + i.reports, 0), REPORTS);

	// One real report, in the middle of the worst: alone, and nothing has touched it.
	const [alone, ...others] = board.filter((i) => !i.exercise);
	assert.equal(others.length, 0);
	assert.equal(alone.reports, 1);
	assert.deepEqual((await operator.reportsOf(alone.id)).map((r) => r.code), [real.json.code]);

	const worst = exercise[0];
	assert.equal(worst.hazard, "collapse");
	assert.ok(worst.reports >= 29 && worst.sources >= 20, `${worst.reports} reports, ${worst.sources} sources`);
	assert.deepEqual([worst.signs.trapped, worst.signs.unresponsive, worst.signs.dangerRising], [true, true, true]);
	assert.match((await operator.reportsOf(worst.id)).map((r) => r.report.text).join("\n"), /via delle Vigne/);

	const texts = new Map();
	for (const incident of exercise) {
		for (const report of await operator.reportsOf(incident.id)) {
			texts.set(report.report.text, { incident, report });
		}
	}
	const hoax = [...texts].find(([text]) => text.includes("diga di Campotosto è crollata"));
	assert.notEqual(hoax[1].incident.status, "INCIDENT_STATUS_CLOSED");
	assert.equal(hoax[1].incident.rank.class, 1);

	// No place worth the name: each has its incident, listed without a place.
	const unplaced = exercise.filter((i) => i.unplaced);
	const count = (wanted) => unplaced.filter((i) => wanted(i)).length;
	assert.ok(unplaced.length >= 30, `${unplaced.length} without a place`);
	assert.ok(count((i) => i.place?.words) >= 10);
	assert.ok([...texts].some(([text, { incident }]) => text.startsWith("Scrivo da Stoccarda") && incident.unplaced));
});

scenario("of all municipalities the one without a report is silent, and no other", {
	config: { "umbrella.silence_wait_s": "10" }, timeoutMs: 120000,
}, async (v) => {
	const demo = join(import.meta.dirname, "../../demo");
	const imported = await run(["area", "import", join(demo, "abruzzo.topo.json"),
		"--residents", join(demo, "abruzzo_residents.csv"), "--data", v.data]);
	assert.equal(imported.code, 0, imported.stderr);
	assert.equal((await drill(v, "--speed", "max")).code, 0);
	const operator = v.operator();
	const ended = Date.now();
	// Each large one was looked at since all had come, and none is too young.
	const views = await eventually(async () => {
		const { umbrellas = [] } = await operator.get("/v1/umbrellas");
		const some = await Promise.all(umbrellas.filter((u) => u.maxi)
			.map((u) => operator.get(`/v1/umbrellas/${u.id}/silence`)));
		return some.length > 0 && some.every((s) => s.note === undefined && Date.parse(s.judgedAt) > ended) && some;
	}, { withinMs: 60000, what: "a look at each large event" });
	const silent = views.flatMap((view) => view.places ?? []).filter((p) => p.silent);
	assert.deepEqual([...new Set(silent.map((p) => p.area))], ["066090"]);
	assert.equal(silent[0].senders ?? 0, 0);
	assert.ok(silent[0].peerRate > 0.012 && silent[0].peerRate < 0.03, JSON.stringify(silent[0]));
	const opened = await eventually(async () => {
		const some = (await operator.board()).filter((i) => i.silent !== undefined);
		return some.length > 0 && some;
	}, { what: "it on the board" });
	assert.deepEqual(opened.map((i) => [i.silent.area, i.rank.class, i.exercise, i.status]),
		[["066090", 2, true, "INCIDENT_STATUS_OPEN"]]);
	const city = views.flatMap((view) => view.places ?? []).find((p) => p.area === "066049");
	assert.ok(city !== undefined && !city.silent && city.senders > 80, JSON.stringify(city));
});

scenario("senders have a web token each: the same person twice is one source", {}, async (v) => {
	const file = join(makeFolder(), "two.csv");
	const place = "42.35,13.4,10,browser_fix";
	writeFileSync(file, `hazard,lat,lon,accuracy,kind,sender,text\n${
		["ada,uno", "ada,due", "ada,tre", "bo,quattro", ",cinque"].map((r) => `fire,${place},${r}`).join("\n")}\n`);
	const sent = await run(["replay", file, "--to", v.addresses.public, "--speed", "max",
		"--token-file", (await v.exercise()).file]);
	assert.equal(figures(sent.stdout).accepted, 5, sent.stdout + sent.stderr);
	const [incident] = await eventually(async () => {
		const all = await v.operator().board();
		return all[0]?.reports === 5 && all;
	});
	assert.equal(incident.sources, 3);
	assert.equal(incident.exercise, true);
});

scenario("another desk's token stops it without one report stored", {}, async (v) => {
	const file = join(makeFolder(), "exercise.token");
	writeFileSync(file, `${"A".repeat(43)}\n`);
	const played = await run(["drill", "laquila", "--to", v.addresses.public, "--token-file", file, "--speed", "max"]);
	assert.equal(played.code, 1);
	assert.equal(figures(played.stdout).refused, REPORTS);
	assert.match(played.stdout, /697: 403 Vedetta-Exercise: is not the exercise token of this desk/);
	assert.deepEqual(await v.operator().board(), []);
});

scenario("while no exercise is on it stops without one report stored, and says what begins one", {}, async (v) => {
	const played = await run(["drill", "laquila", "--to", v.addresses.public,
		"--token-file", join(v.data, "exercise.token"), "--speed", "max"]);
	assert.equal(played.code, 1);
	assert.equal(figures(played.stdout).refused, REPORTS);
	assert.match(played.stdout, /697: 403 Vedetta-Exercise: is of no exercise that is on: the console begins one, or `vedetta exercise begin`/);
	assert.deepEqual(await v.operator().board(), []);
});

test("--dry-run prints the same for the same seed, sends nothing and needs no desk", async () => {
	const [one, again, two] = await Promise.all(["1", "1", "2"].map((seed) =>
		run(["drill", "laquila", "--dry-run", "--seed", seed])));
	assert.deepEqual([one.code, one.stderr], [0, ""]);
	assert.equal(one.stdout, again.stdout);
	assert.notEqual(one.stdout, two.stdout);
	const lines = one.stdout.trimEnd().split("\n");
	assert.equal(lines.length, REPORTS + 1);
	assert.match(lines[0], /^minutes,part,sender,hazard,lat,lon/);
});

test("what cannot be meant is refused in one sentence with status 2", async () => {
	const to = ["--to", "http://127.0.0.1:9"];
	for (const [args, sentence] of [
		[[], "vedetta drill: say which exercise: laquila"],
		[["etna", ...to], "vedetta drill: there is no exercise etna; there is laquila"],
		[["laquila"], "vedetta drill: --to URL is needed, or --dry-run"],
		[["laquila", "--to", "ftp://x"], "vedetta drill: --to must begin with http:// or https://"],
		[["laquila", ...to, "--seed", "-1"], "vedetta drill: --seed must be a whole number of up to 18 digits"],
		[["laquila", ...to, "--speed", "0"], "vedetta drill: --speed must be max or a number from 0.001 to 1000000"],
		[["laquila", ...to, "--token-file", "/nowhere"], "vedetta drill: no exercise token in /nowhere (No such file or directory): --token-file says where exercise.token of the desk's data folder is"],
	]) {
		const refused = await run(["drill", ...args]);
		assert.deepEqual([refused.code, refused.stdout, refused.stderr], [2, "", `${sentence}\n`]);
	}
	const help = await run(["drill", "--help"]);
	assert.deepEqual([help.code, help.stderr], [0, ""]);
	assert.match(help.stdout, /^usage: vedetta drill laquila --to URL/);
});
