// Who has an incident open is seen by the others, through whichever front, and is over soon after.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, run, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const at = (lonDeg) => ({ hazard: "flood", place: { point: { latDeg: 42.25, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });

/** A connection of its own each time: it meets whichever front is free. */
const look = (v, cookie, body, headers = {}) => v.request("console", "/v1/looking", {
	agent: false, method: "POST", headers: { cookie, "content-type": "application/json", ...headers }, body: JSON.stringify(body),
});

const names = (stream, id) => (stream.looking.get(id) ?? []).map((l) => `${l.name}${l.writing ? "*" : ""}`).sort().join(" ");
const sees = (stream, id, wanted, withinMs = 3000) =>
	eventually(() => assert.equal(names(stream, id), wanted) ?? true, { withinMs, what: `who looks at ${id}` });

async function listen(v, cookie, query = {}) {
	const stream = v.operator().stream({ headers: { cookie }, query });
	assert.equal(await stream.opened, 200);
	return stream;
}

async function people(v, people) {
	const cookie = {};
	for (const [name, options] of Object.entries(people)) {
		await v.addAccount(name, options);
		cookie[name] = await v.login(name);
	}
	return cookie;
}

async function twoIncidents(v) {
	await v.source().report(at(13.25));
	await v.source().report(at(14.25));
	const board = await eventually(async () => {
		const list = await v.operator().board();
		return list.length === 2 && list;
	});
	return [13.25, 14.25].map((lonDeg) => board.find((i) => i.place.point.lonDeg === lonDeg).id);
}

scenario("seen over several fronts within a second, and gone when nobody says so any more", {
	config: { "server.console_fronts": 2 }, timeoutMs: 90000,
}, async (v) => {
	const cookie = await people(v, { anna: {}, bruno: {} });
	const [one, two] = await twoIncidents(v);
	// Enough streams that both fronts have some.
	const streams = [];
	for (let i = 0; i < 6; i++) {
		streams.push(await listen(v, cookie.bruno));
	}
	const all = (id, wanted, withinMs) => Promise.all(streams.map((s) => sees(s, id, wanted, withinMs)));
	const answer = await look(v, cookie.anna, { tab: "a", incident: one });
	assert.equal(answer.status, 200, answer.text);
	check("IncidentLookers", answer.json);
	await all(one, "anna");
	check("LookingStates", streams[0].events.find((e) => e.name === "looking").json);
	// Another page of hers, where she writes: still one person; that page goes on to another incident.
	await look(v, cookie.anna, { tab: "b", incident: one, writing: true });
	await all(one, "anna*");
	await look(v, cookie.anna, { tab: "b", incident: two });
	await all(one, "anna");
	await all(two, "anna");
	await look(v, cookie.anna, { tab: "a", incident: one }); // on a slow machine some seconds have passed
	await look(v, cookie.bruno, { tab: "b", incident: one });
	await all(one, "anna bruno");
	// She leaves with one page; the other one dies without a word.
	await look(v, cookie.anna, { tab: "b" });
	await all(two, "");
	const words = []; // on their way, or said
	const again = setInterval(() => words.push(look(v, cookie.bruno, { tab: "b", incident: one }).catch(() => {})), 2000);
	try {
		await all(one, "bruno", 11000);
		// A front that dies takes nobody along: who was there says so again, and its streams come back.
		await v.kill("console-1");
		const late = await eventually(() => listen(v, cookie.anna));
		await sees(late, one, "bruno", 8000);
		const heard = late.events.length;
		await v.kill("desk");
		// Nobody is known without a desk: told at once, or with what the next one says.
		await eventually(() => late.closed || late.events.slice(heard).some((e) =>
			e.name === "looking" && (e.json.full || e.json.incidents?.some((i) => i.incidentId === one))), { what: "the desk to be missed" });
		await sees(await eventually(() => listen(v, cookie.anna)), one, "bruno", 8000);
		// Said once: the front itself says it to the next desk, long before the page would.
		clearInterval(again);
		await Promise.all(words); // one that comes late would take the writing back
		const still = await listen(v, cookie.anna);
		assert.equal((await look(v, cookie.bruno, { tab: "b", incident: one, writing: true })).status, 200);
		await sees(still, one, "bruno*");
		const loaded = () => (v.log.match(/event=desk\.loaded/g) ?? []).length;
		const before = loaded();
		await v.kill("desk");
		await eventually(() => loaded() > before);
		await sees(await eventually(() => listen(v, cookie.anna)), one, "bruno*", 7000);
	} finally {
		clearInterval(again);
	}
	// Nothing of it is in the log.
	const entries = await v.request("console", "/v1/audit?limit=200");
	assert.ok(!/look/i.test(JSON.stringify(entries.json.entries.map((e) => [e.kind, e.detail]))), entries.text);
});

scenario("only those who see the incident are told, and nobody looks at one they do not see", {}, async (v) => {
	const square = (code, west) => ({
		type: "Feature", properties: { code, name: code },
		geometry: { type: "Polygon", coordinates: [[[west, 42], [west + 0.5, 42], [west + 0.5, 42.5], [west, 42.5], [west, 42]]] },
	});
	const path = join(v.folder, "areas.geojson");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [square("A1", 13), square("B1", 14)] }));
	const done = await run(["area", "import", path, "--config", v.configPath, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(done.code, 0, done.stderr);
	const cookie = await people(v, { alba: { areas: ["A1"] }, borgo: { areas: ["B1"] }, tutti: { unassigned: true }, guarda: { role: "viewer", areas: ["A1"] } });
	const [inA, inB] = await twoIncidents(v);
	await eventually(async () => (await v.operator().board()).every((i) => i.areaFit !== undefined));
	const streams = {};
	for (const name of Object.keys(cookie)) {
		streams[name] = await listen(v, cookie[name]);
		await eventually(() => streams[name].events.length > 0);
	}
	for (const [name, body, field] of [["borgo", { tab: "t", incident: inA }, "incident"], ["alba", { tab: "t", incident: "999999" }, "incident"],
		["alba", { incident: inA }, "tab"], ["alba", { tab: "x".repeat(41), incident: inA }, "tab"]]) {
		const answer = await look(v, cookie[name], body);
		assert.equal(answer.status, 400, answer.text);
		assert.equal(answer.json.field, field, answer.text);
	}
	assert.equal((await look(v, cookie.alba, { tab: "t", incident: inA }, { origin: "https://evil.example" })).status, 403);
	assert.equal((await look(v, cookie.guarda, { tab: "t", incident: inA })).status, 200);
	assert.equal((await look(v, cookie.borgo, { tab: "t", incident: inB, writing: true })).status, 200);
	await sees(streams.tutti, inA, "guarda");
	await sees(streams.tutti, inB, "borgo*");
	await sees(streams.alba, inA, "guarda");
	await sees(streams.borgo, inB, "borgo*");
	assert.equal((await look(v, cookie.guarda, { tab: "t" })).status, 200);
	await sees(streams.alba, inA, "");
	const heard = (name, id) => streams[name].events.some((e) => e.name === "looking" && e.data.includes(`"incidentId":"${id}"`));
	assert.deepEqual([heard("alba", inB), heard("borgo", inA), heard("alba", inA), heard("tutti", inB)], [false, false, true, true]);
});

scenario("a page that runs wild is told to wait, and costs the others nothing", {}, async (v) => {
	const cookie = await people(v, { anna: {}, bruno: {} });
	const [one] = await twoIncidents(v);
	const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => look(v, cookie.anna, { tab: `t${i}`, incident: one })));
	const refused = answers.filter((a) => a.status === 429);
	assert.ok(refused.length > 0 && answers.some((a) => a.status === 200), `${refused.length} of ${answers.length} refused`);
	assert.equal(refused[0].headers["retry-after"], "1");
	assert.equal(refused[0].json.type, "urn:vedetta:problem:often");
	const stream = await listen(v, cookie.bruno);
	assert.equal((await look(v, cookie.bruno, { tab: "b", incident: one })).status, 200);
	await sees(stream, one, "anna bruno");
});
