// The exercise token: with ours a report is a drill everywhere, with a wrong one it is nothing.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, run, scenario, startVedetta } from "./harness.mjs";
import { mailPeer, readMail } from "./peers.mjs";
import { check } from "./types.mjs";

const fire = { hazard: "fire", text: "fumo dal tetto", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 10 } };

const fileOf = (v) => readFileSync(join(v.data, "exercise.token"), "utf8").trim();
const post = (v, body, headers = {}) => v.request("public", "/v1/reports", {
	method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
});
const postForm = (v, form, headers = {}) => v.request("public", "/v1/reports", {
	method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
	body: new URLSearchParams(form).toString(),
});

const say = (v, path, body, cookie) => v.request("console", path, {
	method: "POST", headers: { "content-type": "application/json", ...(cookie === undefined ? {} : { cookie }) }, body: JSON.stringify(body),
});
/** What GET /v1/exercise says, once this console knows. */
const now = (v, headers = {}) => eventually(async () => {
	const { status, json } = await v.request("console", "/v1/exercise", { headers });
	return status === 200 && json;
});
const on = (v) => eventually(async () => {
	const said = await now(v);
	return said.token !== "" && said;
});

scenario("the token lies in the data folder for its user alone, the same after a restart", {}, async (v) => {
	const token = fileOf(v);
	assert.match(token, /^[\w-]{43}$/);
	assert.equal(statSync(join(v.data, "exercise.token")).mode & 0o777, 0o600);
	await v.restart();
	assert.equal(fileOf(v), token);
});

scenario("an exercise and an emergency of one place are two incidents, told apart by a filter", {}, async (v) => {
	const operator = v.operator();
	const { token } = await v.exercise();
	const drill = await post(v, fire, { "vedetta-exercise": token });
	const real = await post(v, fire);
	assert.equal(drill.status, 201, drill.text);
	assert.equal(drill.json.exercise, true);
	check("Receipt", drill.json);
	assert.notEqual(real.json.exercise, true);
	const incidents = await eventually(async () => {
		const board = await operator.board();
		return board.length === 2 && board;
	});
	assert.deepEqual(incidents.map((i) => [i.exercise ?? false, i.reports]).sort(), [[false, 1], [true, 1]]);
	for (const [query, wanted] of [["exercise=true", true], ["exercise=false", false]]) {
		const { json } = await v.request("console", `/v1/incidents?${query}`);
		assert.deepEqual(json.incidents.map((i) => i.exercise ?? false), [wanted]);
	}
	const view = await v.request("public", drill.json.link, { headers: { accept: "application/json" } });
	assert.equal(view.json.receipt.exercise, true);
	check("ReceiptView", view.json);
	await v.restart();
	const after = await eventually(async () => {
		const board = await v.operator().board();
		return board.length === 2 && board;
	});
	assert.equal(after.filter((i) => i.exercise).length, 1);
});

scenario("one key in an exercise and in an emergency is no repeat", {}, async (v) => {
	const key = randomUUID();
	const { token } = await v.exercise();
	const drill = await post(v, fire, { "vedetta-exercise": token, "idempotency-key": key });
	const again = await post(v, fire, { "vedetta-exercise": token, "idempotency-key": key });
	const real = await post(v, fire, { "idempotency-key": key });
	assert.deepEqual([drill.status, again.status, real.status], [201, 200, 201]);
	assert.equal(again.json.code, drill.json.code);
	assert.notEqual(real.json.code, drill.json.code);
});

scenario("a wrong token is refused by its name and nothing is stored", {}, async (v) => {
	const { token } = await v.exercise();
	const wrong = ["x", token.slice(1), `${token}A`, token.replace(/^./, (c) => (c === "A" ? "B" : "A"))];
	for (const one of wrong) {
		const answer = await post(v, fire, { "vedetta-exercise": one });
		assert.equal(answer.status, 403, one);
		assert.equal(answer.json.type, "urn:vedetta:problem:exercise");
		assert.equal(answer.json.field, "Vedetta-Exercise");
		check("Problem", answer.json);
		const form = await postForm(v, { hazard: "fire", text: "fumo", exercise: one }, { accept: "application/json" });
		assert.deepEqual([form.status, form.json.field], [403, "exercise"]);
		const page = await postForm(v, { hazard: "fire", text: "fumo", exercise: one }, { accept: "text/html" });
		assert.equal(page.status, 403);
		assert.match(page.text, /Non è stato registrato niente/);
		const link = await v.request("public", `/?exercise=${one}`, { headers: { accept: "text/html" } });
		assert.equal(link.status, 403);
		assert.doesNotMatch(link.text, /<form/);
	}
	// Ours in one place does not excuse a wrong one in the other.
	const both = await postForm(v, { hazard: "fire", exercise: token },
		{ accept: "application/json", "vedetta-exercise": "x" });
	assert.equal(both.status, 403);
	const one = await v.source().postJson(fire);
	assert.equal(one.status, 201);
	await eventually(async () => (await v.operator().board()).length === 1);
	assert.equal((await v.operator().board())[0].reports, 1);
});

scenario("the link's form is the exercise's: page, report and receipt say so", {}, async (v) => {
	const { token } = await v.exercise();
	const html = { accept: "text/html" };
	const page = await v.request("public", `/?exercise=${token}&lang=en`, { headers: html });
	assert.equal(page.status, 200);
	assert.match(page.text, /<strong>EXERCISE<\/strong>/);
	const hidden = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)[1];
	assert.equal(hidden("exercise"), token);
	const sent = await postForm(v, {
		hazard: "fire", text: "smoke", lang: "en", key: hidden("key"), source: hidden("source"), exercise: hidden("exercise"),
	}, html);
	assert.equal(sent.status, 303);
	const receipt = await v.request("public", `${sent.headers.location}?lang=en`, { headers: html });
	assert.match(receipt.text, /<strong>EXERCISE<\/strong>/);
	const own = (await on(v)).token;
	assert.ok(receipt.text.includes(`/?exercise=${own}&amp;lang=en`));
	const plain = await v.request("public", "/?lang=en", { headers: html });
	assert.doesNotMatch(plain.text, /EXERCISE|exercise/);
	await eventually(async () => (await v.operator().board()).some((i) => i.exercise));
});

scenario("who leads begins an exercise and ends it; its token dies with it, also for the next", {}, async (v) => {
	for (const [name, role] of [["vera", "viewer"], ["olga", "operator"]]) {
		await v.addAccount(name, { role });
	}
	const [vera, olga] = [await v.login("vera"), await v.login("olga")];
	assert.equal((await now(v)).name, "");
	for (const [cookie, status] of [[vera, 403], [olga, 403]]) {
		assert.equal((await say(v, "/v1/exercise", { on: true, name: "x" }, cookie)).status, status);
	}
	for (const [body, field] of [[{ on: true }, "name"], [{ on: true, name: "x", minutes: 1441 }, "minutes"],
		[{ name: "x" }, "on"], [{ on: true, name: "x".repeat(101) }, "name"],
		[{ on: true, name: "x", leaveOpen: true }, "leaveOpen"]]) {
		const wrong = await say(v, "/v1/exercise", body);
		assert.deepEqual([wrong.status, wrong.json.errors[0].field], [400, field], wrong.text);
	}
	assert.equal((await say(v, "/v1/exercise", {})).status, 404);
	assert.equal((await say(v, "/v1/duty", { on: true, exercise: true })).status, 404, "none is on to be joined");

	const begun = await say(v, "/v1/exercise", { on: true, name: "Aterno", minutes: 30 });
	assert.equal(begun.status, 200, begun.text);
	check("DutyRecord", begun.json);
	const first = await on(v);
	check("Exercise", first);
	assert.deepEqual([first.name, first.by, first.id], ["Aterno", "tester", begun.json.exercise.id]);
	assert.equal(Date.parse(first.until) - Date.parse(first.from), 30 * 60000);
	assert.match(first.token, /^[\w-]{43}$/);
	assert.notEqual(first.token, fileOf(v));
	assert.equal((await now(v, { cookie: vera })).token, "", "who may only look gets no token");
	assert.equal((await now(v, { cookie: olga })).token, first.token);
	assert.equal((await eventually(async () => (await v.request("console", "/v1/duty")).json.exercise)).name, "Aterno");
	const twice = await say(v, "/v1/exercise", { on: true, name: "Due" });
	assert.deepEqual([twice.status, twice.json.field], [400, "on"]);
	const other = await say(v, "/v1/exercise", { id: "1" });
	assert.deepEqual([other.status, other.json.field], [400, "id"], "another one is meant");

	const drill = await post(v, fire, { "vedetta-exercise": first.token });
	assert.deepEqual([drill.status, drill.json.exercise], [201, true]);
	await v.kill("desk");
	const restarted = await eventually(async () => {
		const answer = await post(v, { ...fire, text: "altro" }, { "vedetta-exercise": first.token });
		return answer.status === 201 && answer;
	}, { withinMs: 15000 });
	assert.equal(restarted.json.exercise, true);
	await v.restart();
	assert.equal((await on(v)).token, first.token);

	const ended = await say(v, "/v1/exercise", { on: false });
	assert.equal(ended.status, 200, ended.text);
	assert.equal(ended.json.exercise.endedBy, "tester");
	check("DutyRecord", ended.json);
	// What it left open is closed, one decision each, and nothing else is; each can be taken back.
	assert.deepEqual([ended.json.exercise.closing, ended.json.exercise.toClose], [true, 1], ended.text);
	const [closed] = await eventually(async () => {
		const drills = (await v.operator().board()).filter((i) => i.exercise);
		return drills.every((i) => i.status === "INCIDENT_STATUS_CLOSED") && drills;
	});
	assert.deepEqual([closed.closed.outcome, closed.closed.by, closed.closed.text], ["CLOSE_OUTCOME_EXERCISE", "tester", "Aterno"]);
	const over = await eventually(async () => {
		const said = await now(v);
		return said.overName !== "" && !said.closing && said;
	});
	assert.deepEqual([over.name, over.overName, over.closed], ["", "Aterno", 1]);
	check("Exercise", over);
	const row = (await v.operator().reportsOf(closed.id)).find((r) => r.decision?.action?.close);
	assert.equal(row.decision.undoable, true);
	const undone = await say(v, `/v1/incidents/${closed.id}/actions`, { sequence: closed.sequence, undo: { decision: row.id } });
	assert.equal(undone.status, 200, undone.text);
	await eventually(async () => (await v.operator().incident(closed.id)).incident.status === "INCIDENT_STATUS_OPEN");
	const byHand = await say(v, `/v1/incidents/${closed.id}/actions`, { sequence: closed.sequence, close: { outcome: "CLOSE_OUTCOME_EXERCISE" } });
	assert.deepEqual([byHand.status, byHand.json.errors?.[0].field ?? byHand.json.field], [400, "close.outcome"], byHand.text);
	for (const token of [first.token, fileOf(v)]) {
		const late = await post(v, fire, { "vedetta-exercise": token });
		assert.deepEqual([late.status, late.json.type], [403, "urn:vedetta:problem:exercise-over"]);
		check("Problem", late.json);
		for (const [lang, words, way] of [["it", /può essere finita[^]*chiama il 112/, "/?lang=it"], ["en", /may be over[^]*call 112/, "/?lang=en"]]) {
			const page = await v.request("public", `/?exercise=${token}&lang=${lang}`, { headers: { accept: "text/html", "accept-language": lang } });
			assert.equal(page.status, 403);
			assert.match(page.text, words);
			assert.doesNotMatch(page.text, /<form/);
			assert.ok(page.text.includes(`href="${way}"`), "and leads to the real form");
		}
	}
	// Whoever is in the real form meanwhile is not touched.
	assert.equal((await v.source().postJson(fire)).status, 201);
	assert.equal((await say(v, "/v1/exercise", { on: true, name: "Due" })).status, 200);
	const second = await eventually(async () => {
		const said = await on(v);
		return said.name === "Due" && said;
	});
	assert.equal((await post(v, { ...fire, text: "due" }, { "vedetta-exercise": second.token })).status, 201);
	const old = await post(v, fire, { "vedetta-exercise": first.token });
	assert.deepEqual([old.status, old.json.type], [403, "urn:vedetta:problem:exercise-over"]);
	const audit = await eventually(async () => {
		const { json } = await v.request("console", "/v1/audit");
		return json.entries?.length > 0 && json.entries;
	});
	assert.ok(audit.some((e) => JSON.stringify(e).includes("exercise")), JSON.stringify(audit.slice(0, 5)));
});

scenario("who is limited to areas ends an exercise and begins none", {}, async (v) => {
	await v.addAccount("liguria", { role: "shift_leader", areas: ["07"] });
	const cookie = await v.login("liguria");
	await now(v);
	assert.equal((await say(v, "/v1/exercise", { on: true, name: "x" }, cookie)).status, 403);
	await v.exercise();
	await on(v);
	assert.equal((await say(v, "/v1/exercise", {}, cookie)).status, 200);
});

scenario("the machine's owner begins and ends one by command", {}, async (v) => {
	const command = (...args) => run(["exercise", ...args]);
	const data = ["--data", v.data];
	assert.deepEqual((({ code, stdout }) => [code, stdout])(await command("begin", "Piena", "--minutes", "5", ...data)), [0, "the exercise is on\n"]);
	assert.equal((await on(v)).by, "");
	const twice = await command("begin", "Due", ...data);
	assert.deepEqual([twice.code, twice.stderr], [1, "exercise: not begun: on is said while one is on: end that one first\n"]);
	assert.equal((await post(v, fire, { "vedetta-exercise": fileOf(v) })).status, 201);
	assert.equal((await post(v, fire)).status, 201);
	const end = async (...args) => (({ code, stdout }) => [code, stdout])(await command("end", ...args, ...data));
	assert.deepEqual(await end("--leave-open"), [0, "the exercise is over\n"]);
	assert.deepEqual(await end(), [0, "the exercise is over\nincidents being closed: 1\n"]);
	await eventually(async () => (await v.operator().board()).every((i) => (i.status === "INCIDENT_STATUS_CLOSED") === Boolean(i.exercise)));
	assert.equal((await v.operator().board({ status: "closed" }))[0].closed.by, "vedetta exercise");
	assert.deepEqual((({ code, stderr }) => [code, stderr])(await command("end", ...data)), [1, "exercise: not ended: none is on\n"]);
	for (const args of [[], ["begin"], ["end", "x"], ["pause"], ["begin", "x", "--minutes", "0"], ["begin", "x", "--minutes", "1441"], ["end", "--minutes", "5"], ["begin", "x", "--leave-open"]]) {
		assert.equal((await command(...args, ...data)).code, 2, args.join(" "));
	}
	assert.equal((await command("--help")).code, 0);
	await v.stop();
	const nobody = await command("begin", "x", ...data);
	assert.deepEqual([nobody.code, /no desk runs there/.test(nobody.stderr)], [1, true]);
});

scenario("a call played in an exercise is a drill, one that is not said to be is real", {}, async (v) => {
	await v.exercise();
	const { token } = await on(v);
	const call = (headers) => v.request("console", "/v1/reports", {
		method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(fire),
	});
	const drill = await call({ "vedetta-exercise": token });
	const real = await call({});
	assert.deepEqual([drill.status, drill.json.exercise, real.status, real.json.exercise], [201, true, 201, false], drill.text);
	await eventually(async () => (await v.operator().board()).length === 2);
	assert.equal((await call({ "vedetta-exercise": "x" })).status, 403);
});

scenario("what an operator does in an exercise reaches nobody who did not join, and nothing of it crosses over", {}, async (v) => {
	await v.exercise();
	const { token } = await on(v);
	const drill = await post(v, { ...fire, signs: { trapped: true } }, { "vedetta-exercise": token });
	const real = await post(v, { ...fire, signs: { trapped: true } });
	const board = await eventually(async () => {
		const all = await v.operator().board();
		return all.length === 2 && all;
	});
	const played = board.find((i) => i.exercise);
	const happens = board.find((i) => !i.exercise);
	// The board may be behind what an action has just answered.
	let seen = 0n;
	const act = async (id, what) => {
		const there = BigInt((await v.operator().incident(id)).incident.sequence);
		const answer = await say(v, `/v1/incidents/${id}/actions`, { sequence: `${there > seen ? there : seen}`, ...what });
		seen = answer.status === 200 ? BigInt(answer.json.sequence) : seen;
		return answer;
	};
	const view = async ({ json }) => (await v.request("public", json.link, { headers: { accept: "application/json" } })).json;
	assert.equal((await act(played.id, { ask: { text: "Quanti siete?" } })).status, 200);
	assert.equal((await act(played.id, { handOver: { to: "115" } })).status, 200);
	await eventually(async () => (await view(drill)).messages?.length === 1);
	assert.deepEqual((await view(real)).messages, []);
	assert.equal((await view(real)).receipt.state, "REPORT_STATE_RECEIVED");
	for (const [from, into] of [[played, happens], [happens, played]]) {
		const { sequence } = (await v.operator().incident(into.id)).incident;
		const [{ id: report }] = (await v.operator().reportsOf(from.id)).filter((r) => r.code);
		for (const what of [{ merge: { into: into.id, intoSequence: sequence, reason: "x" } },
			{ move: { report, into: into.id, intoSequence: sequence, reason: "x" } }]) {
			const refused = await act(from.id, what);
			assert.equal(refused.status, 400, refused.text);
			assert.match(refused.text, /is real and this an exercise, or the other way round/);
		}
		const marked = await act(from.id, { mark: { kind: "MARK_KIND_DUPLICATE", of: into.id, reason: "x" } });
		assert.equal(marked.status, 400, "a drill's duplicate is none of the real thing");
	}
	// Put in the same place by an operator it still meets only its own kind; a closed drill is no past of the real.
	const [{ id: report }] = (await v.operator().reportsOf(played.id)).filter((r) => r.code);
	assert.equal((await act(played.id, { place: { report, point: fire.place.point, accuracyM: 5, reason: "x" } })).status, 200);
	assert.equal((await act(played.id, { close: { outcome: "CLOSE_OUTCOME_RESOLVED" } })).status, 200);
	await eventually(async () => (await v.operator().incident(played.id)).incident.status === "INCIDENT_STATUS_CLOSED");
	const far = await post(v, { ...fire, hazard: "collapse", place: { point: { latDeg: 42.3501, lonDeg: 13.4 }, accuracyM: 10 } });
	const fresh = await eventually(async () => {
		const all = await v.operator().board();
		return all.length === 3 && all.find((i) => i.id !== played.id && i.id !== happens.id);
	});
	assert.equal(far.status, 201);
	assert.equal(fresh.linkedId ?? "0", "0");
	assert.deepEqual((await v.operator().board()).map((i) => i.reports), [1, 1, 1]);
	// Counted, searched and exported apart.
	for (const [exercise, n] of [["true", 1], ["false", 2]]) {
		const found = await eventually(async () => {
			const { json } = await v.request("console", `/v1/reports?exercise=${exercise}`);
			return json.reports?.length === n && json;
		});
		assert.equal(found.reports.length, n);
	}
});

scenario("real and played side by side: every list and every sum tells them apart", { timeoutMs: 90000 }, async (v) => {
	const { token } = await v.exercise();
	const at = (n) => ({ hazard: "flood", text: `acqua alta ${n}`, place: { point: { latDeg: 42.35 + n * 0.001, lonDeg: 13.4 }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });
	const wanted = { real: 3, drill: 4 };
	for (let n = 0; n < wanted.real; n++) {
		assert.equal((await post(v, at(n))).status, 201);
	}
	for (let n = 0; n < wanted.drill; n++) {
		assert.equal((await post(v, { ...at(n), signs: { trapped: true } }, { "vedetta-exercise": token })).status, 201);
	}
	const ask = async (path) => {
		const { status, json, text } = await v.request("console", path);
		assert.equal(status, 200, `${path} ${text}`);
		return json;
	};
	const sum = (list, of = () => 1) => (list ?? []).reduce((n, one) => n + Number(of(one)), 0);
	// How many reports each answer speaks of, with these parameters; what is marked as the other kind is a fault at once.
	const box = "bbox=13,42,14,43";
	const kinds = {
		"/v1/incidents?": (json) => json.incidents.map((i) => [i.exercise ?? false, i.reports]),
		"/v1/reports?": (json) => json.reports.map((r) => [r.exercise ?? false, 1]),
		"/v1/reports?words=acqua&": (json) => json.reports.map((r) => [r.exercise ?? false, 1]),
		[`/v1/reports?${box}&`]: (json) => json.reports.map((r) => [r.exercise ?? false, 1]),
		"/v1/umbrellas?": (json) => json.umbrellas.map((u) => [u.exercise ?? false, u.reports]),
	};
	for (const [path, read] of Object.entries(kinds)) {
		for (const [query, real, drill] of [["exercise=false", wanted.real, 0], ["exercise=true", 0, wanted.drill], ["", wanted.real, wanted.drill]]) {
			await eventually(async () => {
				const told = read(await ask(`${path}${query}`));
				return sum(told.filter(([is]) => !is), ([, n]) => n) === real && sum(told.filter(([is]) => is), ([, n]) => n) === drill;
			}, { what: `${path}${query}: ${real} real and ${drill} played` });
		}
	}
	// Sums: of real ones alone unless drills are asked for.
	for (const by of ["hour", "area", "area,hour"]) {
		for (const [query, n] of [["", wanted.real], ["&exercise=false", wanted.real], ["&exercise=true", wanted.drill]]) {
			assert.equal(sum((await ask(`/v1/counts?by=${by}${query}`)).counts, (c) => c.reports), n, `${by}${query}`);
		}
	}
	const single = async (query) => (await ask(`/v1/map?${box}&zoom=16${query}`)).marks ?? [];
	assert.ok((await single("&exercise=false")).length > 0 && (await single("&exercise=false")).every((i) => !i.exercise));
	assert.ok((await single("&exercise=true")).length > 0 && (await single("&exercise=true")).every((i) => i.exercise));
	const squares = async (query) => (await ask(`/v1/map?${box}&zoom=3${query}`)).cells ?? [];
	assert.equal(sum(await squares("&exercise=false"), (c) => c.exercises ?? 0), 0);
	const incidents = await v.operator().board();
	const drills = incidents.filter((i) => i.exercise).length;
	const all = await squares("");
	assert.equal(sum(all, (c) => c.exercises ?? 0) + ((await ask(`/v1/map?${box}&zoom=3`)).marks ?? []).filter((m) => m.exercise).length, drills);
	await eventually(async () => {
		const { features } = await ask(`/v1/outlines?kind=umbrella&${box}`);
		return JSON.stringify(features.map(({ properties: p }) => [p.exercise, Number(p.reports)]).sort())
			=== JSON.stringify([[false, wanted.real], [true, wanted.drill]]);
	}, { what: "an umbrella's outline for each kind" });
	await eventually(async () => { // told once a second, one after the other
		const figures = await v.metrics();
		assert.deepEqual([figures.vedetta_desk_reports_live, figures.vedetta_exercise_reports_live, figures.vedetta_desk_incidents_open, figures.vedetta_exercise_incidents_open,
			figures.vedetta_desk_umbrellas_open, figures.vedetta_exercise_umbrellas_open, figures.vedetta_escalation_waiting, figures.vedetta_exercise_reports_total],
		[wanted.real, wanted.drill, incidents.length - drills, drills, 1, 1, 0, wanted.drill]);
		return true;
	});
	// Each layer of each format that has reports or incidents says of each row which it is.
	const isDrill = (row) => ["true", "1"].includes(String(row.exercise));
	const layers = [["reports", () => 1], ["incidents", (row) => row.reports], ["umbrellas", (row) => (isDrill(row) ? wanted.drill : wanted.real)]];
	const rowsOf = {
		geojson: (text) => JSON.parse(text).features.map(({ properties }) => properties),
		csv: (text) => { // nothing in it wants quotes
			const [head, ...lines] = text.trim().split("\r\n").map((line) => line.split(","));
			return lines.map((line) => Object.fromEntries(head.map((name, n) => [name, line[n]])));
		},
	};
	for (const [format, read] of Object.entries(rowsOf)) {
		const into = join(v.folder, format);
		const done = await run(["export", "gis", into, "--data", v.data, "--format", format]);
		assert.equal(done.code, 0, done.stderr);
		for (const [layer, of] of layers) {
			const rows = read(readFileSync(join(into, `${layer}.${format}`), "utf8"));
			assert.ok(rows.every((row) => /^(true|false|0|1)$/.test(String(row.exercise))), `${format} ${layer} ${JSON.stringify(rows[0])}`);
			assert.deepEqual([sum(rows.filter((row) => !isDrill(row)), of), sum(rows.filter(isDrill), of)], [wanted.real, wanted.drill], `${format} ${layer}`);
		}
	}
});

test("an exercise wakes nobody who did not join it, and nobody once it is over", { timeout: 90000 }, async () => {
	const peer = await mailPeer();
	const v = await startVedetta({ config: { "courier.allow": "127.0.0.1", "courier.smtp_url": peer.url, "courier.mail_from": "desk@pc.example" } });
	const told = (name) => peer.mails.filter((m) => m.to.includes(name)).map((m) => /EXERCISE/.test(readMail(m.data).fields.subject));
	try {
		await now(v);
		await v.addAccount("olga", { role: "operator" });
		const cookie = await v.login("olga");
		const people = [{ name: "Dino", email: "dino@pc.example" }, { account: "olga", email: "olga@pc.example" }];
		for (const [path, body] of [["/v1/on-call", { area: "*", people }], ["/v1/policies", { area: "*", classes: [1], groupWaitS: 1, groupIntervalS: 1,
			steps: Array.from({ length: 8 }, () => ({ to: "POLICY_TARGET_ON_CALL", afterS: 1 })) }]]) {
			const set = await say(v, path, body);
			assert.equal(set.status, 200, set.text);
		}
		await v.exercise();
		const { token } = await on(v);
		const another = await say(v, "/v1/duty", { on: true, exercise: true, exerciseId: "999999" }, cookie);
		assert.deepEqual(another.json.errors?.map(({ field, code }) => [field, code]), [["exerciseId", "other_exercise"]], another.text);
		assert.equal((await say(v, "/v1/duty", { on: true, exercise: true }, cookie)).status, 200);
		const joined = await eventually(async () => {
			const said = await now(v, { cookie });
			return said.joined.length === 1 && said;
		});
		assert.deepEqual([joined.joined, joined.joinedYourself, (await now(v)).joinedYourself], [["olga"], true, false]);
		const drill = { ...fire, signs: { trapped: true } };
		assert.equal((await post(v, drill, { "vedetta-exercise": token })).status, 201);
		await eventually(() => told("olga").length >= 2, { withinMs: 20000, what: "who joined is told" });
		assert.ok(told("olga").every((e) => e));
		assert.equal(told("dino").length, 0, "who did not join never is");

		assert.equal((await say(v, "/v1/exercise", {})).status, 200);
		await eventually(async () => (await now(v)).name === "");
		// What was in the outbox may still arrive; then it is quiet, while a real one wakes both.
		assert.equal((await post(v, { ...drill, text: "vero" })).status, 201);
		await eventually(() => told("dino").length >= 2 && told("olga").includes(false), { withinMs: 20000, what: "the real one tells both" });
		const last = told("olga").lastIndexOf(true);
		assert.ok(told("dino").every((e) => !e));
		const n = told("olga").length;
		await eventually(() => told("olga").length >= n + 2, { withinMs: 20000, what: "the real one goes on" });
		assert.equal(told("olga").lastIndexOf(true), last, "of the exercise nothing more");
	} catch (error) {
		console.error(v.logTail());
		throw error;
	} finally {
		await v.end();
		peer.close();
	}
});
