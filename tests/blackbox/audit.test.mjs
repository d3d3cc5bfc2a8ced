// Who did what: logins, views, decisions and exports with their authors, to those with the right, of their areas.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, PASSWORD, run, scenario } from "./harness.mjs";

const CANARY = "gabbiano";
const post = (v, path, body, headers = {}) => v.request("console", path, {
	method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
});
const at = (lonDeg) => ({ place: { point: { latDeg: 42.25, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });

/** Two municipalities as squares. */
async function importAreas(v) {
	const square = (code, name, west) => ({
		type: "Feature", properties: { code, name },
		geometry: { type: "Polygon", coordinates: [[[west, 42], [west + 0.5, 42], [west + 0.5, 42.5], [west, 42.5], [west, 42]]] },
	});
	const path = join(v.folder, "areas.geojson");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [square("A1", "Alba", 13), square("B1", "Borgo", 14)] }));
	const done = await run(["area", "import", path, "--config", v.configPath, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(done.code, 0, done.stderr);
}

/** Every page of it, in pages of `limit`. */
async function all(v, cookie, query = "", limit = 200) {
	const entries = [];
	let next = "";
	do {
		const answer = await v.request("console", `/v1/audit?limit=${limit}${query}${next && `&before=${next}`}`, { headers: { cookie } });
		assert.equal(answer.status, 200, answer.text);
		entries.push(...(answer.json.entries ?? []));
		next = answer.json.next ?? "";
	} while (next !== "");
	return entries;
}
const has = (entries, kind, more) => entries.some((e) => e.kind === `AUDIT_KIND_${kind}` && Object.entries(more).every(([k, value]) => e[k] === value));

scenario("the log says who came in, looked, decided and exported, to those who may know", { timeoutMs: 120000 }, async (v) => {
	await importAreas(v);
	for (const lonDeg of [13.25, 14.25]) {
		await v.source().report({ hazard: "flood", text: `${CANARY} ${lonDeg}`, ...at(lonDeg), contact: { name: CANARY, phone: "+39 333 7654321" } });
	}
	const board = await eventually(async () => {
		const list = await v.operator().board();
		return list.length === 2 && list.every((i) => i.areaFit !== undefined) ? list : undefined;
	});
	const [inA, inB] = [13.25, 14.25].map((lonDeg) => board.find((i) => i.place.point.lonDeg === lonDeg).id);
	await v.addAccount("anna");
	await v.addAccount("alba", { role: "shift_leader", areas: ["A1"] });
	await v.addAccount("berta", { areas: ["A1", "B1"] });
	await v.addAccount("borgo", { role: "operator", areas: ["B1"] });
	await v.addAccount("capo", { role: "shift_leader", unassigned: true });
	const failed = await post(v, "/v1/session", { name: "anna", password: `not ${CANARY}, surely` }, { cookie: "" });
	assert.equal(failed.status, 401);
	const cookie = {};
	for (const name of ["anna", "alba", "berta", "borgo", "capo"]) {
		cookie[name] = await v.login(name);
	}
	const see = async (name, id) => {
		const answer = await v.request("console", `/v1/incidents/${id}`, { headers: { cookie: cookie[name] } });
		assert.equal(answer.status, 200, answer.text);
	};
	await see("anna", inA);
	await see("alba", inA);
	await see("borgo", inB);
	await see("berta", inA);
	await see("berta", inB);
	// What she saw elsewhere before is not her new leader's.
	const changed = await run(["user", "change", "berta", "--role", "operator", "--area", "A1", "--config", v.configPath]);
	assert.equal(changed.code, 0, changed.stderr);
	const note = { sequence: "1000000", note: { text: `${CANARY} was here` } };
	assert.equal((await post(v, `/v1/incidents/${inA}/actions`, note, { cookie: cookie.anna })).status, 200);
	const made = await v.request("console", "/v1/export?format=csv", { headers: { cookie: cookie.capo } });
	assert.equal(made.status, 202, made.text);

	// ---- who sees everything
	const entries = await eventually(async () => {
		const list = await all(v, cookie.capo);
		const seen = [["anna", inA], ["alba", inA], ["borgo", inB], ["berta", inA], ["berta", inB]];
		return has(list, "EXPORTED", {}) && seen.every(([name, incident]) => has(list, "INCIDENT_SEEN", { name, incident })) ? list : undefined;
	});
	const sequences = entries.map((e) => Number(e.sequence));
	assert.deepEqual(sequences, [...new Set(sequences)].sort((a, b) => b - a), "newest first, each once");
	assert.ok(has(entries, "ACCOUNT_OPENED", { name: "anna" }));
	assert.ok(has(entries, "LOGIN_FAILED", { name: "anna", address: "127.0.0.1" }));
	assert.ok(has(entries, "LOGIN", { name: "anna", address: "127.0.0.1" }));
	assert.ok(has(entries, "INCIDENT_SEEN", { name: "anna", incident: inA }));
	assert.ok(has(entries, "ACTED", { name: "anna", incident: inA, detail: "note" }));
	const taken = entries.find((e) => e.kind === "AUDIT_KIND_EXPORTED");
	assert.equal(taken.name, "capo");
	assert.match(taken.detail, /^csv layer=reports areas=\* personal=no rows=2$/);
	assert.ok(has(entries, "AREAS_IMPORTED", {}));
	assert.ok(entries.every((e) => !Number.isNaN(Date.parse(e.at))));
	const said = JSON.stringify(entries.map(({ at: _, ...more }) => more)); // a time may read like a place
	for (const secret of [CANARY, PASSWORD, "7654321", "13.25", cookie.anna.split("=")[1]]) {
		assert.ok(!said.includes(secret), secret);
	}
	// Pages of three are the same as one; a filter is what it would leave.
	assert.deepEqual(await all(v, cookie.capo, "", 3), entries);
	assert.deepEqual(await all(v, cookie.capo, `&incident=${inA}`), entries.filter((e) => e.incident === inA));
	const { account } = entries.find((e) => e.name === "anna");
	const annas = await all(v, cookie.capo, `&account=${account}`, 2);
	assert.ok(annas.length >= 5);
	assert.deepEqual(annas, entries.filter((e) => e.name === "anna"));

	// ---- who sees one area, and who has no right
	const albas = await all(v, cookie.alba, "", 2);
	assert.ok(has(albas, "LOGIN", { name: "alba" }) && has(albas, "INCIDENT_SEEN", { name: "alba", incident: inA }));
	assert.ok(has(albas, "INCIDENT_SEEN", { name: "berta", incident: inA }));
	assert.ok(has(entries, "INCIDENT_SEEN", { name: "berta", incident: inB }));
	assert.deepEqual(albas, entries.filter((e) => ["alba", "berta"].includes(e.name) && e.incident !== inB));
	assert.equal((await v.request("console", "/v1/audit", { headers: { cookie: cookie.anna } })).status, 403);
	for (const [field, query] of [["before", "before=x"], ["account", "account=0"], ["incident", "incident=-1"], ["limit", "limit=201"], ["words", "words=a"]]) {
		const answer = await v.request("console", `/v1/audit?${query}`, { headers: { cookie: cookie.capo } });
		assert.equal(answer.status, 400);
		assert.equal(answer.json.field, field);
	}
});

scenario("the end of the chain is told by log, counters and console, and verify holds the log against it", {}, async (v) => {
	await v.source().report({ hazard: "flood", text: "acqua" });
	const [, row, hash] = await eventually(async () =>
		/^vedetta_chain_head_info\{row="(\d+)",hash="([0-9a-f]{64})"\} 1$/m.exec((await v.request("admin", "/metrics")).text));
	await v.logged(new RegExp(`event=chain\\.head row=${row} hash=${hash}`));
	await eventually(async () => {
		const { head } = (await v.request("console", "/v1/audit")).json;
		assert.deepEqual(head, { row, hash });
		return true;
	});
	const kept = join(v.folder, "heads.txt");
	writeFileSync(kept, `chain_head_info{row=${row},hash=${hash}}\n`);
	for (const note of [`${row}:${hash}`, kept]) {
		const done = await run(["verify", "--data", v.data, "--head", note]);
		assert.equal(done.code, 0, done.stderr);
		assert.match(done.stdout, new RegExp(`Row ${row} is the one that was noted`));
	}
	const other = await run(["verify", "--data", v.data, "--head", `${row}:${"0".repeat(64)}`]);
	assert.equal(other.code, 1);
	assert.match(other.stderr, /written anew/);
});
