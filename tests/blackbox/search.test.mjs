// Questions over all reports: what the index holds and what it does not hold yet.
// Longer than 500 lines: each question in each state of the index.

import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, goOn, processorSeconds, request, run, scenario } from "./harness.mjs";

const point = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });
const ask = async (v, path) => {
	const answer = await v.request("console", path);
	assert.equal(answer.status, 200, `${path}: ${answer.text}`);
	return answer.json;
};
const ids = (page) => (page.reports ?? []).map((found) => found.report.id);
const texts = (page) => (page.reports ?? []).map((found) => found.report.report.text);

/** All pages of a question, or those from a cursor on: newest first, or nearest first. */
async function all(v, query, cursor = "") {
	const found = [];
	do {
		const page = await ask(v, `/v1/reports?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
		found.push(...(page.reports ?? []));
		cursor = page.next ?? "";
	} while (cursor !== "");
	return found;
}

/** Asks as somebody who sees all areas, and nothing outside them. */
async function insideAll(v) {
	await v.addAccount("anna", { areas: ["*"] });
	const cookie = await v.login("anna");
	return { request: (door, path) => request(v.addresses[door] + path, { headers: { cookie } }) };
}

const send = async (v, n, from = 0) => {
	for (let i = from; i < from + n; i++) {
		await v.source().report({
			hazard: i % 3 === 0 ? "fire" : "flood",
			text: i % 2 === 0 ? `acqua in cantina ${i}` : `perché nessuno ${i}`,
			...(i % 5 === 4 ? {} : { place: point(42.3 + (i % 50) * 0.002, 13.35 + (i % 7) * 0.01) }),
			...(i % 10 === 0 ? { signs: { trapped: true } } : {}),
		});
	}
};

const caughtUp = (v, seq) => eventually(async () => (await v.metrics()).vedetta_index_sequence >= seq,
	{ withinMs: 10000, what: `an index up to ${seq}` });

/** The same questions, whatever state the index is in. */
async function assertAnswers(v, n) {
	const numbers = (found) => found.map((one) => Number(/\d+$/.exec(one.report.report.text)[0]));
	const want = (fits) => Array.from({ length: n }, (_, i) => n - 1 - i).filter(fits);
	assert.deepEqual(numbers(await all(v, "limit=100")), want(() => true));
	assert.deepEqual(numbers(await all(v, "limit=7&hazard=fire")), want((i) => i % 3 === 0));
	assert.deepEqual(numbers(await all(v, "words=CANTINA")), want((i) => i % 2 === 0));
	assert.deepEqual(numbers(await all(v, "words=perche%20ness*&hazard=flood")), want((i) => i % 2 === 1 && i % 3 !== 0));
	assert.deepEqual(numbers(await all(v, "class=1")), want((i) => i % 10 === 0));
	assert.deepEqual(numbers(await all(v, "bbox=13.345,42.3105,13.375,42.351")),
		want((i) => i % 5 !== 4 && i % 7 <= 2 && i % 50 >= 6 && i % 50 <= 25));
	assert.deepEqual(numbers(await all(v, "polygon=13.345,42.3105,13.375,42.3105,13.375,42.351,13.345,42.351")),
		want((i) => i % 5 !== 4 && i % 7 <= 2 && i % 50 >= 6 && i % 50 <= 25));
	const near = await all(v, "near=13.35,42.3&radius=3000&limit=5");
	const distances = near.map((one) => one.distanceM ?? 0);
	assert.deepEqual(distances, [...distances].sort((a, b) => a - b));
	assert.ok(distances.length > 0 && distances.every((m) => m <= 3000));
	assert.equal(new Set(near.map((one) => one.report.id)).size, near.length);
	const counts = await ask(v, "/v1/counts?by=hour");
	assert.equal(counts.counts.reduce((sum, one) => sum + Number(one.reports), 0), n);
	assert.notEqual(counts.partial, true);
}

scenario("questions are answered the same with the index, behind it and without it", { timeoutMs: 90000 }, async (v) => {
	await send(v, 120);
	await assertAnswers(v, 120);
	await caughtUp(v, 120);
	await assertAnswers(v, 120);
	process.kill(v.role("index").pid, "SIGSTOP");
	await send(v, 80, 120);
	await assertAnswers(v, 200);
	await v.kill("index");
	await assertAnswers(v, 200);
	await caughtUp(v, 200);
	await assertAnswers(v, 200);
});

scenario("a report that an operator placed is found where it was put, and not where it was sent from", { timeoutMs: 60000 }, async (v) => {
	await send(v, 60);
	await caughtUp(v, 60);
	const box = "bbox=14.19,43.19,14.21,43.21";
	const near = "near=14.2,43.2&radius=500";
	const sent = (await all(v, "limit=100")).find((one) => one.report.report.text.endsWith(" 4")); // without a place
	const placed = (await all(v, "limit=100")).find((one) => one.report.report.text.endsWith(" 12"));
	const put = async (one, latDeg, lonDeg) => {
		const { incident } = await ask(v, `/v1/incidents/${one.incidentId}`);
		const done = await fetch(`${v.addresses.console}/v1/incidents/${one.incidentId}/actions`, {
			method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({
				sequence: incident.sequence, place: { report: one.report.id, point: { latDeg, lonDeg }, accuracyM: 30 } }) });
		assert.equal(done.status, 200, await done.text());
	};
	const check = async () => {
		assert.deepEqual(ids({ reports: await all(v, box) }), [placed.report.id, sent.report.id]);
		assert.deepEqual(new Set(ids({ reports: await all(v, near) })), new Set([placed.report.id, sent.report.id]));
		const { point: { latDeg, lonDeg } } = placed.report.report.place;
		const before = ids({ reports: await all(v, `near=${lonDeg},${latDeg}&radius=10`) });
		assert.ok(!before.includes(placed.report.id));
		assert.equal((await all(v, "limit=100")).length, 60);
	};
	const index = v.role("index").pid;
	process.kill(index, "SIGSTOP");
	await put(sent, 43.2, 14.2);
	await put(placed, 43.2003, 14.2);
	await check();
	goOn(index);
	await eventually(async () => (await ask(v, "/v1/reports?limit=1")).lagRows === undefined, { what: "an index that is not behind" });
	await check();
	rmSync(join(v.data, "index.sqlite"));
	await check();
	await caughtUp(v, 62);
	await eventually(async () => (await ask(v, "/v1/reports?limit=1")).lagRows === undefined, { what: "readers of the new index" });
	await check();
});

scenario("a report is found by the code its sender reads out", {}, async (v) => {
	await send(v, 12);
	for (const wanted of await all(v, "limit=100")) {
		const { code } = wanted.report;
		for (const typed of [code, code.toLowerCase().replace("-", ""), ` ${code.replace("-", " ")}`]) {
			const page = await ask(v, `/v1/reports?code=${encodeURIComponent(typed)}`);
			assert.deepEqual(page.reports, [wanted]);
			assert.equal(page.next ?? "", "");
		}
		const wrong = (code.startsWith("7") ? "8" : "7") + code.slice(1);
		const refused = await v.request("console", `/v1/reports?code=${wrong}`);
		assert.equal(refused.status, 400);
		assert.equal(refused.json.field, "code");
	}
	for (const query of ["code=AAAA", "code=K7M2-9QX4-1", "code=U000-0000"]) {
		assert.equal((await v.request("console", `/v1/reports?${query}`)).status, 400, query);
	}
	const { code } = (await all(v, "limit=1"))[0].report;
	assert.equal((await v.request("console", `/v1/reports?code=${code}&hazard=fire`)).json.field, "code");
});

scenario("pages do not move when reports come in between", {}, async (v) => {
	await send(v, 30);
	const first = await ask(v, "/v1/reports?limit=10");
	const near = await ask(v, "/v1/reports?near=13.35,42.3&radius=20000&limit=10");
	await send(v, 10, 30);
	const second = await ask(v, `/v1/reports?limit=10&cursor=${first.next}`);
	assert.deepEqual([...texts(first), ...texts(second)].map((text) => Number(/\d+$/.exec(text)[0])),
		Array.from({ length: 20 }, (_, i) => 29 - i));
	const rest = await ask(v, `/v1/reports?near=13.35,42.3&radius=20000&limit=100&cursor=${near.next}`);
	assert.equal(new Set([...ids(near), ...ids(rest)]).size, 24);
	assert.equal(near.reports.length + rest.reports.length, 24);
});

scenario("an index deleted under it is made anew, and answers stay exact meanwhile", { timeoutMs: 60000 }, async (v) => {
	await send(v, 100);
	await caughtUp(v, 100);
	const path = join(v.data, "index.sqlite");
	const held = openSync(path, "r"); // so that the next one has another inode
	const inode = statSync(path).ino;
	const listings = new Map();
	for (const query of ["limit=13", "limit=7&hazard=fire", "limit=7&words=CANTINA", "limit=7&bbox=13.3,42.2,13.5,42.5", "limit=7&near=13.35,42.3&radius=20000"]) {
		listings.set(query, { all: ids({ reports: await all(v, query) }), seen: [], next: "" });
	}
	/** A page more of each listing, with the cursor that the page before gave, whoever gave that. */
	const goOnListing = async () => {
		for (const [query, listing] of listings) {
			const page = await ask(v, `/v1/reports?${query}${listing.next === "" ? "" : `&cursor=${listing.next}`}`);
			listing.seen.push(...ids(page));
			listing.next = page.next ?? "";
			assert.deepEqual(listing.seen, listing.all.slice(0, listing.seen.length), query);
		}
	};
	await goOnListing();
	rmSync(path);
	await goOnListing();
	await assertAnswers(v, 100);
	await eventually(() => existsSync(path) && statSync(path).ino !== inode, { what: "another file" });
	closeSync(held);
	await goOnListing();
	await caughtUp(v, 100);
	await assertAnswers(v, 100);
	await eventually(async () => (await ask(v, "/v1/reports?limit=1")).lagRows === undefined, { what: "readers of the new index" });
	assert.ok([...listings.values()].every((listing) => listing.next !== ""), "each is still in its middle");
	for (const [query, listing] of listings) {
		listing.seen.push(...ids({ reports: await all(v, query, listing.next) }));
		assert.deepEqual(listing.seen, listing.all, query);
	}
	await assertAnswers(v, 100);
});

scenario("a damaged index is made anew", { timeoutMs: 60000 }, async (v) => {
	await send(v, 100);
	await caughtUp(v, 100);
	await v.stop();
	const path = join(v.data, "index.sqlite");
	// Pages there would be read instead. A reader that went after the index leaves all
	// of them there: then the file itself holds nothing, and that is damage as well.
	for (const beside of ["-wal", "-shm"]) {
		rmSync(path + beside, { force: true });
	}
	const file = openSync(path, "r+");
	const noise = Buffer.alloc(4096, 0xa5);
	for (let at = 4096; at < statSync(path).size; at += 4096) {
		writeSync(file, noise, 0, noise.length, at);
	}
	closeSync(file);
	await v.start();
	await assertAnswers(v, 100);
	await send(v, 20, 100);
	await assertAnswers(v, 120);
	await caughtUp(v, 120);
	await assertAnswers(v, 120);
	await v.logged(/index\.anew/);
});

scenario("damage that a reader meets first is told, and mended while all runs", { timeoutMs: 60000 }, async (v) => {
	await send(v, 100);
	await caughtUp(v, 100);
	await eventually(async () => (await ask(v, "/v1/reports?limit=1")).lagRows === undefined);
	const path = join(v.data, "index.sqlite");
	const inode = statSync(path).ino;
	const noise = Buffer.alloc(4096, 0xa5);
	// It has drawn all it had to draw, and is kept from being first.
	const index = v.role("index").pid;
	await eventually(async () => {
		const used = processorSeconds(index);
		await delay(500);
		return processorSeconds(index) - used < 0.02;
	}, { withinMs: 15000, what: "an index with nothing to do" });
	process.kill(index, "SIGSTOP");
	for (const [name, header] of [[path, 4096], [`${path}-wal`, 32]]) {
		const file = openSync(name, "r+");
		for (let at = header; at < statSync(name).size; at += 4096) {
			writeSync(file, noise, 0, noise.length, at);
		}
		closeSync(file);
	}
	await assertAnswers(v, 100);
	goOn(index);
	await eventually(() => /index\.anew reason=told_damaged/.test(v.log), { withinMs: 10000, what: "an index that was told" });
	await eventually(() => existsSync(path) && statSync(path).ino !== inode || /index\.open seq=0/.test(v.log));
	await caughtUp(v, 100);
	await assertAnswers(v, 100);
	await eventually(async () => (await ask(v, "/v1/reports?limit=1")).lagRows === undefined, { withinMs: 10000, what: "readers of the new index" });
	await assertAnswers(v, 100);
});

scenario("kills of the index under load lose no answer", { timeoutMs: 60000 }, async (v) => {
	for (let i = 0; i < 5; i++) {
		const sending = send(v, 40, i * 40);
		await eventually(() => v.role("index").state, { what: "an index to kill" });
		await v.kill("index");
		await sending;
		await assertAnswers(v, (i + 1) * 40);
		await eventually(() => v.roles().some((role) => role.name === "index"), { withinMs: 12000, what: "another index" });
	}
	await caughtUp(v, 200);
	await assertAnswers(v, 200);
});

scenario("outlines hold the reports of an incident", {}, async (v) => {
	await v.source().report({ hazard: "fire", place: point(42.35, 13.4) });
	for (let i = 0; i < 9; i++) {
		await v.source().report({ hazard: "flood", place: point(42.4 + i * 1e-4, 13.5 + (i % 3) * 1e-4) });
	}
	const features = await eventually(async () => {
		// Of incidents: an umbrella over the nine is drawn a moment later.
		const { features: all } = await ask(v, "/v1/outlines?kind=incident");
		return all.length === 2 && all.some((one) => one.properties.reports === 9) && all;
	}, { what: "two outlines" });
	for (const { geometry, properties } of features) {
		const ring = geometry.coordinates[0];
		assert.deepEqual(ring[0], ring.at(-1));
		assert.ok(["fire", "flood"].includes(properties.hazard));
		const [lon, lat] = properties.hazard === "fire" ? [13.4, 42.35] : [13.5, 42.4];
		assert.ok(Math.min(...ring.map(([x]) => x)) < lon && Math.max(...ring.map(([x]) => x)) > lon);
		assert.ok(Math.min(...ring.map(([, y]) => y)) < lat && Math.max(...ring.map(([, y]) => y)) > lat);
	}
	assert.equal((await ask(v, "/v1/outlines?bbox=13.39,42.34,13.41,42.36")).features.length, 1);
	assert.equal((await ask(v, "/v1/outlines?bbox=0,0,1,1")).features.length, 0);
	const page = await ask(v, "/v1/outlines?limit=1");
	assert.equal(page.features.length, 1);
	assert.equal((await ask(v, `/v1/outlines?limit=1&cursor=${page.next}`)).features.length, 1);
});

scenario("all that is wrong with a question is said at once", {}, async (v) => {
	const { status, json } = await v.request("console", "/v1/counts?class=9&hazard=fuoco");
	assert.equal(status, 400);
	assert.deepEqual(json.errors.map((one) => one.field), ["class", "hazard", "by"]);
});

scenario("what cannot be asked is refused by its name", {}, async (v) => {
	const wrong = {
		"/v1/reports": ["bbox=1,2,3", "bbox=1,2,3,91", "polygon=1,2,3,4", "polygon=1,1,1,1,1,1", "hazard=fuoco", "class=6",
			"from=yesterday", "to=1", "words=%20*%20", `words=${"a%20".repeat(9)}`, "near=181,0", "near=1", "radius=5",
			"near=1,1&radius=-1", "limit=0", "limit=101", "cursor=x", "near=1,1&cursor=5", "exercise=maybe", "by=hour", "what=1", "area=*"],
		"/v1/counts": ["", "by=day", "by=hour&from=2026-11-21T20:30:00Z", "by=hour&bbox=1,1,2,2", "by=hour&from=2026-11-21T20:00:00Z&to=2026-11-21T19:00:00Z"],
		"/v1/outlines": ["bbox=x", "limit=501", "hazard=fire", "cursor=-1"],
	};
	for (const [path, queries] of Object.entries(wrong)) {
		for (const query of queries) {
			const answer = await v.request("console", `${path}?${query}`);
			assert.equal(answer.status, 400, `${path}?${query}: ${answer.text}`);
			const field = query === "" ? "by" : /(\w+)=[^&]*$/.exec(query)[1];
			assert.equal(answer.json.field, field, `${path}?${query}: ${answer.text}`);
			assert.ok(answer.json.errors[0].reason.length > 5);
		}
	}
});

scenario("words are data: no sign in them means anything", {}, async (v) => {
	await v.source().report({ hazard: "flood", text: "acqua AND fuoco" });
	await v.source().report({ hazard: "flood", text: "solo acqua" });
	for (const state of ["above the index", "in it"]) {
		for (const [words, n] of [['"acqua', 2], ["acqua OR nulla", 0], ["acqua AND fuoco", 1], ["text:acqua", 0], ["acqua)", 2],
			["-acqua", 2], ["NEAR(acqua fuoco)", 0], ["acq*", 2], ["*acq", 0], ["' OR 1=1 --", 0], ["ACQUÀ", 2], ["^acqua", 2]]) {
			const page = await ask(v, `/v1/reports?words=${encodeURIComponent(words)}`);
			assert.equal((page.reports ?? []).length, n, `${words} ${state}`);
		}
		await caughtUp(v, 2);
	}
});

scenario("a heavy question delays no short one", { timeoutMs: 60000 }, async (v) => {
	await send(v, 60);
	await caughtUp(v, 60);
	const reader = v.role("reader-1").pid;
	process.kill(reader, "SIGSTOP"); // what takes long questions is busy for as long as we like
	try {
		let answered = 0;
		const heavy = Promise.all(Array.from({ length: 8 }, () => v.request("console", "/v1/counts?by=area,hour")
			.finally(() => answered++)));
		// Few: the heavy ones are given up after some seconds, whatever the machine makes of these.
		const waits = [];
		for (let i = 0; i < 5; i++) {
			const began = performance.now();
			assert.equal((await ask(v, "/v1/reports?limit=5&words=acqua")).reports.length, 5);
			waits.push(performance.now() - began);
		}
		assert.ok(waits.sort((a, b) => a - b)[2] < 250, `${waits}`);
		assert.equal(answered, 0, "the one for short questions takes no long one");
		goOn(reader);
		for (const answer of await heavy) {
			assert.ok([200, 503].includes(answer.status), answer.text);
		}
	} finally {
		goOn(reader);
	}
});

scenario("readyz says that the index is behind, and is ready all the same", {}, async (v) => {
	await send(v, 3);
	await caughtUp(v, 3);
	await eventually(async () => /^index: holds everything$/m.test((await v.request("admin", "/readyz")).text));
	const index = v.role("index").pid;
	process.kill(index, "SIGSTOP");
	await send(v, 4, 3);
	await eventually(async () => {
		const answer = await v.request("admin", "/readyz");
		assert.equal(answer.status, 200);
		// The desk may write rows of its own beside those of the reports.
		return Number(/^index: behind by (\d+) rows; /m.exec(answer.text)?.[1] ?? 0) >= 4;
	});
	goOn(index);
	await eventually(async () => /^index: holds everything$/m.test((await v.request("admin", "/readyz")).text));
});

const square = (code, west, south, size, parent) => ({
	type: "Feature",
	properties: { code, name: code, ...(parent === undefined ? {} : { parent }) },
	geometry: { type: "Polygon", coordinates: [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]] },
});

scenario("areas are asked for by their code, on both sides of an import", { timeoutMs: 60000 }, async (v) => {
	assert.equal((await v.request("console", "/v1/reports?area=m1")).json.field, "area");
	await send(v, 40);
	await caughtUp(v, 40);
	const anna = await insideAll(v);
	assert.equal((await all(anna, "limit=9")).length, 40, "without areas none is outside them");
	for (const [level, features] of [["province", [square("p", 13, 42, 1)]],
		["municipality", [square("m1", 13.3, 42.201, 0.16, "p"), square("m2", 13.3, 42.361, 0.16, "p")]]]) {
		const path = join(v.folder, `${level}.geojson`);
		writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
		const { code, stdout, stderr } = await run(["area", "import", path, "--data", v.data, "--level", level,
			"--code", "code", "--name", "name", "--parent", "parent"]);
		assert.equal(code, 0, stderr + stdout);
	}
	const inside = (i) => i % 5 !== 4;
	const want = { p: 32, m1: 0, m2: 0 };
	for (let i = 0; i < 40; i++) {
		want[42.3 + i * 0.002 < 42.361 ? "m1" : "m2"] += inside(i) ? 1 : 0;
	}
	const check = async () => {
		for (const [code, n] of Object.entries(want)) {
			assert.equal((await all(v, `area=${code}&limit=9`)).length, n, code);
		}
		assert.equal((await all(v, "area=unassigned&limit=3")).length, 8);
		assert.equal((await all(v, "area=unassigned&class=5&hazard=flood,fire,storm_damage&limit=3")).length,
			(await all(v, "class=5&hazard=flood,fire,storm_damage")).filter((one) => one.report.report.place?.point === undefined).length);
		for (const by of ["by=area", "by=hour"]) {
			const { counts: none } = await ask(v, `/v1/counts?${by}&area=unassigned`);
			assert.equal(none.reduce((sum, one) => sum + Number(one.reports), 0), 8, by);
		}
		const outside = (await all(v, "area=unassigned")).map((one) => one.report.id);
		for (const query of ["limit=9", "words=cantina&limit=4", "hazard=fire&limit=3", "class=1", "near=13.35,42.3&radius=30000&limit=9", "bbox=13,42,13.38,42.4"]) {
			assert.deepEqual((await all(anna, query)).map((one) => one.report.id),
				(await all(v, query)).map((one) => one.report.id).filter((id) => !outside.includes(id)), query);
		}
		for (const [who, there] of [[v, { "": 8, ...want }], [anna, want]]) {
			const { counts } = await ask(who, "/v1/counts?by=area");
			assert.deepEqual(Object.fromEntries(counts.map((one) => [one.area ?? "", Number(one.reports)])), there);
		}
		assert.equal((await ask(anna, "/v1/counts?by=hour")).counts.reduce((sum, one) => sum + Number(one.reports), 0), 32);
	};
	await eventually(async () => (await v.request("console", "/v1/reports?area=m2")).status === 200, { what: "the second import, too" });
	await check();
	await eventually(() => /index\.anew reason=other_areas/.test(v.log), { what: "an index with the areas" });
	await caughtUp(v, 40);
	await eventually(async () => (await ask(v, "/v1/reports?limit=1")).lagRows === undefined);
	await check();
});

scenario("a moved report is counted where it is now, whatever the index knows", { timeoutMs: 60000 }, async (v) => {
	const path = join(v.folder, "towns.geojson");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [square("m1", 13, 42, 0.5), square("m2", 13.5, 42, 0.5)] }));
	const { code, stderr } = await run(["area", "import", path, "--data", v.data, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(code, 0, stderr);
	const flood = (more) => v.source().report({ hazard: "flood", ...more });
	await flood({ place: point(42.2, 13.2), text: "acqua" });
	await flood({ text: "acqua, non so dove" });
	const upToDate = () => eventually(async () => {
		const now = await v.metrics();
		return now.vedetta_index_sequence === now.vedetta_desk_last_sequence && now.vedetta_index_lag_rows === 0
			&& (await ask(v, "/v1/reports?limit=1")).lagRows === undefined;
	}, { withinMs: 10000, what: "an index that holds everything" });
	await upToDate();
	const counted = async () => Object.fromEntries((await ask(v, "/v1/counts?by=area")).counts.map((one) => [one.area ?? "", Number(one.reports)]));
	const check = async (want, what) => {
		assert.deepEqual(await counted(), want, what);
		const sum = Object.values(want).reduce((n, one) => n + one, 0);
		assert.equal((await ask(v, "/v1/counts?by=hour")).counts.reduce((n, one) => n + Number(one.reports), 0), sum, what);
		const inside = sum - (want[""] ?? 0);
		assert.equal((await all(anna, "limit=1")).length, inside, what);
		assert.equal((await ask(anna, "/v1/counts?by=hour")).counts.reduce((n, one) => n + Number(one.reports), 0), inside, what);
		for (const [area, n] of Object.entries(want)) {
			const query = `area=${area === "" ? "unassigned" : area}`;
			assert.equal((await ask(v, `/v1/counts?by=hour&${query}`)).counts.reduce((all, one) => all + Number(one.reports), 0), n, what);
			assert.equal((await all(v, query)).length, n, what);
		}
	};
	await eventually(async () => (await counted()).m1 === 1);
	const anna = await insideAll(v);
	await check({ "": 1, m1: 1 }, "as they came");
	let sequence; // what was decided last, or as it was found
	const place = async (incident, latDeg, lonDeg, key) => {
		sequence ??= (await v.request("console", `/v1/incidents/${incident}`)).json.incident.sequence;
		const answer = await fetch(`${v.addresses.console}/v1/incidents/${incident}/actions`, {
			method: "POST",
			headers: { "Content-Type": "application/json", "Idempotency-Key": key },
			body: JSON.stringify({ sequence, place: { point: { latDeg, lonDeg }, accuracyM: 30 } }),
		});
		const said = await answer.text();
		assert.equal(answer.status, 200, said);
		({ sequence } = JSON.parse(said));
	};
	const [lost] = await eventually(async () => {
		const { incidents } = await ask(v, "/v1/locate");
		return incidents.length === 1 && incidents;
	});
	const index = v.role("index").pid;
	process.kill(index, "SIGSTOP"); // the moves will be above it
	await place(lost.id, 42.2, 13.7, "one");
	await check({ m1: 1, m2: 1 }, "one above the index");
	await place(lost.id, 42.3, 13.3, "two"); // the same report once more
	await check({ m1: 2 }, "twice above the index");
	goOn(index);
	await upToDate();
	await check({ m1: 2 }, "in the index");
	await place(lost.id, 42.2, 13.8, "three");
	await upToDate();
	await check({ m1: 1, m2: 1 }, "and back");
	await v.kill("index");
	rmSync(join(v.data, "index.sqlite"));
	await check({ m1: 1, m2: 1 }, "no index");
});

scenario("a moved report is said to be where it is now, whatever the index knows", { timeoutMs: 60000 }, async (v) => {
	const fire = (more) => v.source().report({ hazard: "fire", ...more });
	await fire({ place: point(42.35, 13.4), text: "fumo" });
	await fire({ text: "siamo in cantina" });
	await caughtUp(v, 2);
	const index = v.role("index").pid;
	process.kill(index, "SIGSTOP"); // the move will be above it
	const list = await eventually(async () => (await ask(v, "/v1/locate")).incidents);
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${list[0].id}/actions`, {
		method: "POST",
		headers: { "Content-Type": "application/json", "Idempotency-Key": "one" },
		body: JSON.stringify({ sequence: list[0].sequence, place: { point: { latDeg: 42.3504, lonDeg: 13.4004 }, accuracyM: 30 } }),
	});
	assert.equal(answer.status, 200);
	const { incident } = await answer.json();
	const check = async (what) => {
		const { reports } = await ask(v, "/v1/reports");
		assert.deepEqual(reports.map((one) => one.incidentId), [incident, incident], what);
	};
	await check("the move above the index");
	goOn(index);
	await caughtUp(v, 3);
	await check("the move in the index");
	await v.kill("index");
	rmSync(join(v.data, "index.sqlite"));
	await check("no index");
	await eventually(() => existsSync(join(v.data, "index.sqlite")), { withinMs: 12000, what: "another index" });
	await check("another index");
});
