// Who is on duty where, and who is woken when nobody is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually, root, run, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const fire = { hazard: "fire", text: "fumo dal tetto", signs: { trapped: true }, place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 10 } };

const say = (v, path, body, headers = {}) => v.request("console", path, {
	method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
});
const ask = (v, path) => v.request("console", path);
const known = (v) => eventually(async () => (await ask(v, "/v1/duty")).status === 200);
/** E-mail is set up; nothing of it leaves: no target inside our network is allowed. */
const mail = { config: { "courier.smtp_url": "smtp://127.0.0.1:9", "courier.mail_from": "desk@pc.example" } };
const hour = 3600 * 1000;
const shift = (more = {}) => ({
	area: "*", from: new Date(Date.now() - hour).toISOString(), to: new Date(Date.now() + 11 * hour).toISOString(),
	person: { name: "Anna", email: "anna@example.it" }, ...more,
});

scenario("nobody is on duty until somebody says so, and then everybody hears it", mail, async (v) => {
	await known(v);
	const before = await ask(v, "/v1/duty");
	check("DutyNow", before.json);
	assert.equal(before.json.staffed, false);
	const form = await v.request("public", "/?lang=en", { headers: { accept: "text/html" } });
	assert.match(form.text, /Nobody is reading now\. Call 112\./);
	assert.equal((await v.source().report(fire)).staffed, false);

	const made = await say(v, "/v1/rota", shift());
	assert.equal(made.status, 200, made.text);
	check("DutyRecord", made.json);
	const { id } = made.json.shift;
	// In the rota, but did not say so.
	assert.equal((await v.source().report({ ...fire, text: "altro" })).staffed, false);
	const on = await say(v, "/v1/duty", { on: true, shift: id });
	assert.equal(on.status, 200, on.text);
	assert.ok(on.json.shift.answeredAt);
	assert.equal((await ask(v, "/v1/duty")).json.staffed, true, "true for whoever asks next");
	const receipt = await v.source().report({ ...fire, text: "ancora" });
	assert.equal(receipt.staffed, true);
	await eventually(async () => /Somebody is reading now\./.test(
		(await v.request("public", "/?lang=en", { headers: { accept: "text/html" } })).text));
	const { json: now } = await ask(v, "/v1/duty");
	assert.equal(now.staffed, true);
	assert.deepEqual(now.onDuty.map((o) => [o.name, o.areas, o.shift]), [["Anna", ["*"], id]]);

	await v.restart();
	await eventually(async () => (await ask(v, "/v1/duty")).json?.staffed === true);
	const off = await say(v, "/v1/duty", { shift: id, note: "all quiet" });
	assert.equal(off.status, 200, off.text);
	const { json: left } = await ask(v, "/v1/duty");
	assert.deepEqual([left.staffed, left.left[0]?.note], [false, "all quiet"]);
	await eventually(async () =>
		!(await v.request("public", receipt.link, { headers: { accept: "application/json" } })).json.receipt.staffed);
});

scenario("an open console is on duty, and a closed one is not", {}, async (v) => {
	await known(v);
	const stream = v.operator().stream();
	const there = await eventually(async () => {
		const { json } = await ask(v, "/v1/duty");
		return json.staffed && json.onDuty;
	});
	assert.equal(there.length, 1);
	assert.equal(there[0].console, true);
	assert.notEqual(there[0].account, "");
	await eventually(async () => (await v.source().report({ ...fire, text: randomUUID() })).staffed);
	stream.close();
	await eventually(async () => !(await ask(v, "/v1/duty")).json.staffed);
});

scenario("what makes no sense is refused with its field", mail, async (v) => {
	await known(v);
	for (const [path, body, field, reason] of [
		["/v1/rota", shift({ person: { name: "Anna" } }), "person", /cannot be reached/],
		["/v1/rota", shift({ to: new Date(0).toISOString() }), "to", /must be after from/],
		["/v1/on-call", { area: "*", people: [] }, "people", /one person at least/],
		["/v1/on-call", { area: "*", people: [{ name: "A", email: "a@b" }, { name: "B" }] }, "people[1]", /cannot be reached/],
		["/v1/teams", { name: "Boats" }, "areas", /one area at least/],
		["/v1/policies", { area: "*", classes: [4], steps: [{ to: "POLICY_TARGET_ON_DUTY" }] }, "classes[0]", /between 1 and 2/],
		["/v1/policies", { area: "*", classes: [1], steps: [{ to: "POLICY_TARGET_TEAM", team: "77" }] }, "steps[0].team", /is no team/],
		["/v1/duty", { on: true }, "area", /no entry of yours/],
	]) {
		const answer = await say(v, path, body);
		assert.equal(answer.status, 400, `${path} ${answer.text}`);
		assert.equal(answer.json.errors[0].field, field, answer.text);
		assert.match(answer.json.errors[0].reason, reason);
	}
	assert.equal((await say(v, "/v1/rota", { id: "99999", removed: true })).status, 404);
	assert.equal((await say(v, "/v1/duty", { on: false })).status, 404);
	assert.equal((await say(v, "/v1/rota", shift(), { origin: "https://evil.example" })).status, 403);
});

scenario("records are set once, changed, listed, removed, and there after a restart", mail, async (v) => {
	await known(v);
	const key = randomUUID();
	const body = { name: "Boats", areas: ["*"], people: [{ name: "Ugo", email: "ugo@example.it", telegram: "77" }] };
	const first = await say(v, "/v1/teams", body, { "idempotency-key": key });
	const again = await say(v, "/v1/teams", body, { "idempotency-key": key });
	assert.equal(first.status, 200, first.text);
	assert.equal(again.json.team.id, first.json.team.id);
	assert.equal((await say(v, "/v1/teams", { ...body, name: "Other" }, { "idempotency-key": key })).status, 409);
	const { id } = first.json.team;
	assert.equal((await say(v, "/v1/policies", { area: "*", classes: [1], steps: [{ to: "POLICY_TARGET_TEAM", team: id }] })).status, 200);
	assert.equal((await say(v, "/v1/on-call", { area: "*", people: [{ name: "Zoe", email: "z@example.it" }] })).status, 200);
	await v.restart();
	const teams = await eventually(async () => {
		const { json } = await ask(v, "/v1/teams");
		return json?.teams?.length === 1 && json;
	});
	check("TeamList", teams);
	assert.equal(teams.teams[0].people[0].telegram, "77");
	const rota = (await ask(v, "/v1/rota")).json;
	check("Rota", rota);
	assert.equal(rota.onCall[0].people[0].name, "Zoe");
	const policies = (await ask(v, "/v1/policies")).json;
	check("PolicyList", policies);
	assert.equal(policies.policies.length, 1);
	assert.deepEqual(policies.builtIn.map((p) => p.classes), [[1], [2]]);
	assert.equal((await say(v, "/v1/teams", { id, removed: true })).status, 200);
	assert.equal((await ask(v, "/v1/teams")).json.teams.length, 0);
	// What is not set up is refused, and what was set up once is told: to whoever plans, to metrics, to /readyz.
	const step = (means) => say(v, "/v1/policies", { area: "*", classes: [2], steps: [{ to: "POLICY_TARGET_ON_CALL", means: [means] }] });
	const refused = await eventually(async () => {
		const answer = await step("DUTY_MEANS_TELEGRAM"); // the courier says what is set up, a moment after the start
		return answer.status === 400 && answer;
	});
	assert.deepEqual([refused.json.field, /not set up here/.test(refused.text)], ["steps[0].means", true]);
	assert.equal((await step("DUTY_MEANS_EMAIL")).status, 200);
	await eventually(async () => (await v.metrics()).vedetta_duty_unreachable === 0);
	v.options = { ...v.options, config: {} };
	await v.restart();
	const told = await eventually(async () => {
		const { json } = await ask(v, "/v1/duty");
		return json?.stepFaults?.length > 0 && json;
	});
	check("DutyNow", told);
	assert.ok(told.stepFaults.some((f) => f.means === "DUTY_MEANS_EMAIL" && f.area === "*" && f.step === 1));
	assert.deepEqual(told.unreachable.map((u) => [u.name, u.reason]), [["Zoe", "no contact by a means that is set up"]]);
	const metrics = await v.metrics();
	assert.deepEqual([metrics.vedetta_duty_unreachable, metrics.vedetta_duty_steps_lacking], [1, told.stepFaults.length]);
	assert.match((await v.request("admin", "/readyz")).text, /^ready\n[^]*duty: 1 people whom nothing reaches/);
	const nobody = await say(v, "/v1/on-call", { area: "*", people: [{ name: "Ida", email: "ida@example.it" }] });
	assert.deepEqual([nobody.status, nobody.json.field], [400, "people[0]"]);
});

scenario("each place has its own answer: read, or not read now", mail, async (v) => {
	await run(["area", "import", join(root, "tests/data/areas/coasts.geojson"), "--data", v.data]);
	await known(v);
	await eventually(async () => /Genova/.test((await ask(v, "/v1/areas?q=Genova")).text));
	const made = await say(v, "/v1/rota", shift({ area: "07" })); // Liguria
	assert.equal(made.status, 200, made.text);
	assert.equal((await say(v, "/v1/duty", { on: true, shift: made.json.shift.id })).status, 200);
	assert.equal((await say(v, "/v1/on-call", { area: "065", people: [{ name: "Zoe", email: "z@example.it" }] })).status, 200);
	assert.equal((await say(v, "/v1/on-call", { area: "99", people: [{ name: "Zoe", email: "z@example.it" }] })).status, 400);
	const at = (latDeg, lonDeg) => v.source().report({ hazard: "flood", text: randomUUID(), place: { point: { latDeg, lonDeg }, accuracyM: 15 } });
	const genova = await at(44.4098, 8.9265);
	assert.deepEqual([genova.staffed, genova.unserved], [true, false]);
	const amalfi = await at(40.6330, 14.6028);
	assert.deepEqual([amalfi.staffed, amalfi.unserved], [false, false]);
	// Whoever logged in here acts everywhere: somebody will answer for it.
	const sea = await at(42, 6.5);
	assert.deepEqual([sea.staffed, sea.unserved], [false, false]);
	const page = async ({ link }) => (await v.request("public", `${link}?lang=en`, { headers: { accept: "text/html" } })).text;
	await eventually(async () => /Somebody is reading now/.test(await page(genova)));
	assert.match(await page(amalfi), /Nobody is reading now/);
	assert.match(await page(sea), /Nobody is reading now/);
	// A form without a place does not know: not for every area.
	await eventually(async () => /but not for every area/.test(
		(await v.request("public", "/?lang=en", { headers: { accept: "text/html" } })).text));
	const unstaffed = await eventually(async () => {
		const { json } = await ask(v, "/v1/duty");
		return json.unstaffed.includes("065") && json.unstaffed;
	});
	assert.ok(!unstaffed.includes("07"), unstaffed);
	const checked = await run(["check", "--config", v.configPath]);
	assert.equal(checked.code, 0, checked.stderr);
	assert.match(checked.stderr, /there is no on-call list that covers area 07\n/);
	assert.match(checked.stderr, /there is no rota that covers area 065\n/);
	assert.doesNotMatch(checked.stderr, /on-call list that covers area 065/);
});

scenario("who sees every area is not there for what lies outside without the right to it", {}, async (v) => {
	await run(["area", "import", join(root, "tests/data/areas/coasts.geojson"), "--data", v.data]);
	await known(v);
	await eventually(async () => /Genova/.test((await ask(v, "/v1/areas?q=Genova")).text));
	const at = (latDeg, lonDeg) => v.source().report({ hazard: "flood", text: randomUUID(), place: { point: { latDeg, lonDeg }, accuracyM: 15 } });
	const [genova, sea] = [() => at(44.4098, 8.9265), () => at(42, 6.5)];
	const receipt = async ({ link }) => (await v.request("public", link, { headers: { accept: "application/json" } })).json.receipt;
	const change = (...more) => run(["user", "change", "tester", "--config", v.configPath, "--role", "shift_leader", "--area", "*", ...more]);
	assert.equal((await change()).code, 0);
	v.operator().stream();
	await eventually(async () => (await genova()).staffed);
	const kept = await eventually(async () => {
		const said = await sea();
		return said.unserved && said;
	});
	assert.equal(kept.staffed, false);
	await eventually(async () => (await receipt(kept)).unserved);
	assert.equal((await receipt(kept)).staffed, false);
	await eventually(async () => (await ask(v, "/v1/duty")).json.onDuty[0]?.areas.join() === "*");
	// With the right to it they are there for both.
	assert.equal((await change("--unassigned")).code, 0);
	v.operator().stream(); // what they may see is another now: the first was cut
	await eventually(async () => (await sea()).staffed);
	await eventually(async () => {
		const said = await receipt(kept);
		return said.staffed && !said.unserved;
	});
});

scenario("what nobody acknowledges is told, one after the other, and queued for the courier", mail, async (v) => {
	await known(v);
	assert.equal((await say(v, "/v1/on-call", { area: "*", people: [{ name: "Zoe", email: "z@example.it" }, { name: "Dino", email: "d@example.it" }] })).status, 200);
	assert.equal((await say(v, "/v1/policies", {
		area: "*", classes: [1], groupWaitS: 1,
		steps: [{ to: "POLICY_TARGET_ON_DUTY", afterS: 1 }, { to: "POLICY_TARGET_ON_CALL", afterS: 2 }],
	})).status, 200);
	await v.source().report(fire);
	const incident = await eventually(async () => (await v.operator().board())[0]);
	const escalation = () => ask(v, `/v1/incidents/${incident.id}/escalation`);
	const done = await eventually(async () => {
		const { json } = await escalation();
		return json?.nobodyAnswered && json;
	}, { withinMs: 15000 });
	check("Escalation", done);
	assert.equal(done.phase, "ESCALATION_PHASE_REPEATING");
	assert.deepEqual([...new Set(done.told.map((t) => t.name))].sort(), ["Dino", "Zoe"]);
	await eventually(async () => (await ask(v, "/v1/duty")).json.nobodyAnswered === 1);
	const sent = (await escalation()).json.pages;
	assert.ok(sent.every((page) => page.incidentIds.includes(incident.id)), JSON.stringify(sent));
	const zoe = sent.find((page) => page.name === "Zoe");
	assert.deepEqual(zoe.deliveries.map((d) => d.means), ["DELIVERY_MEANS_EMAIL"]);
	assert.match(zoe.deliveries[0].state, /^DELIVERY_STATE_/);
	const told = done.told.length;
	await v.kill("desk");
	const after = await eventually(async () => {
		const { json } = await escalation();
		return json?.told?.length >= told && json;
	}, { withinMs: 10000 });
	assert.equal(after.phase, "ESCALATION_PHASE_REPEATING");
	assert.equal((await ask(v, "/v1/incidents/99999/escalation")).status, 404);
	// Whoever acknowledges what it is now ends it.
	const seen = (await v.operator().board())[0].sequence;
	const ack = await say(v, `/v1/incidents/${incident.id}/actions`, { sequence: seen, acknowledge: {} });
	assert.equal(ack.status, 200, ack.text);
	await eventually(async () => (await escalation()).json.phase === "ESCALATION_PHASE_ANSWERED");
	await eventually(async () => (await ask(v, "/v1/duty")).json.nobodyAnswered === 0);
	const undo = await say(v, `/v1/incidents/${incident.id}/actions`, { sequence: ack.json.sequence, undo: { decision: ack.json.decision, reason: "by mistake" } });
	assert.equal(undo.status, 200, undo.text);
	await eventually(async () => (await escalation()).json.phase !== "ESCALATION_PHASE_ANSWERED");
	await eventually(async () => (await v.metrics()).vedetta_escalation_unanswered === 1, { withinMs: 20000 });
});

// The clock of the next start goes ahead: nobody waits minutes here.
const multiarch = execFileSync("gcc", ["-print-multiarch"]).toString().trim();
const fakeClock = `/usr/lib/${multiarch}/faketime/libfaketime.so.1`;
const noClock = existsSync(fakeClock) ? false : `${fakeClock} is not installed (package libfaketime)`;

scenario("a report of class 1 that nobody has looked at says so after so many minutes", { skip: noClock, config: { "duty.unseen_min": 2 } }, async (v) => {
	await known(v);
	const ahead = async (offset) => {
		v.options.env = { LD_PRELOAD: fakeClock, FAKETIME: offset, DONT_FAKE_MONOTONIC: "1" };
		await v.restart();
	};
	const key = randomUUID();
	const { link, unseen } = await v.source().report(fire, { key });
	assert.equal(unseen, false);
	const quiet = await v.source().report({ hazard: "fire", text: "fumo, nessuno dentro", place: { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 10 } });
	const page = async (path = link) => (await v.request("public", `${path}?lang=en`, { headers: { accept: "text/html" } })).text;
	const receipt = async (path = link) => (await v.request("public", path, { headers: { accept: "application/json" } })).json.receipt;
	const line = /No operator has looked at it yet/;
	await ahead("+100s");
	assert.equal((await eventually(() => receipt())).unseen, false);
	assert.doesNotMatch(await page(), line);
	await ahead("+125s");
	assert.equal((await eventually(() => receipt())).unseen, true);
	assert.match(await page(), line);
	assert.match(await page(), /112/);
	// Sent again, the answer says so too; what is no matter of life never does.
	assert.equal((await v.source().report(fire, { key })).unseen, true);
	assert.equal((await receipt(quiet.link)).unseen, false);
	// Until somebody looks.
	const incident = await eventually(async () => (await v.operator().board()).find((i) => i.rank.class === 1));
	assert.equal((await say(v, `/v1/incidents/${incident.id}/actions`, { sequence: incident.sequence, acknowledge: {} })).status, 200);
	await eventually(async () => (await receipt()).unseen === false);
	assert.doesNotMatch(await page(), line);
});

scenario("who plans for one region plans for no other, nor for everywhere", mail, async (v) => {
	await run(["area", "import", join(root, "tests/data/areas/coasts.geojson"), "--data", v.data]);
	await known(v);
	await eventually(async () => /Genova/.test((await ask(v, "/v1/areas?q=Genova")).text));
	await v.addAccount("liguria", { role: "shift_leader", areas: ["07"] });
	const cookie = await v.login("liguria");
	const zoe = [{ name: "Zoe", email: "z@example.it" }];
	const plans = (area) => [["/v1/rota", shift({ area })], ["/v1/on-call", { area, people: zoe }],
		["/v1/teams", { name: "squadra", areas: [area], people: zoe }],
		["/v1/policies", { area, classes: [1], steps: [{ to: "POLICY_TARGET_ON_CALL" }] }]];
	for (const [path, body] of [...plans("065"), ...plans("*"), ["/v1/duty", { on: true, area: "065" }]]) {
		const answer = await say(v, path, body, { cookie });
		assert.equal(answer.status, 403, `${path} ${JSON.stringify(body)} ${answer.text}`);
	}
	for (const [path, body] of plans("07")) {
		const answer = await say(v, path, body, { cookie });
		assert.equal(answer.status, 200, `${path} ${answer.text}`);
	}
	// What is another's is neither changed nor taken for one's own.
	const theirs = (await say(v, "/v1/rota", shift({ area: "065" }))).json.shift;
	assert.equal((await say(v, "/v1/rota", { id: theirs.id, removed: true }, { cookie })).status, 403);
	assert.equal((await say(v, "/v1/rota", shift({ id: theirs.id, area: "07" }), { cookie })).status, 403);
	assert.equal((await ask(v, "/v1/rota")).json.shifts.filter((s) => s.area === "065").length, 1);
});
