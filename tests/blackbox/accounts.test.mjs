// Who gets in, who may what, and who sees which incidents; every route as everybody.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { eventually, PASSWORD, request, root, run, scenario } from "./harness.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const NOBODY = { cookie: "" };

const post = (v, path, body, headers = {}) => v.request("console", path, {
	method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body),
});

const logIn = (v, name, { password = PASSWORD, code, headers } = {}) =>
	post(v, "/v1/session", { name, password, ...(code === undefined ? {} : { code }) }, { ...NOBODY, ...headers });

/** Areas: two municipalities as squares, each in a province of its own. */
async function importAreas(v, westOfB = 14) {
	const square = (code, name, west) => ({
		type: "Feature", properties: { code, name, level: "municipality" },
		geometry: { type: "Polygon", coordinates: [[[west, 42], [west + 0.5, 42], [west + 0.5, 42.5], [west, 42.5], [west, 42]]] },
	});
	const path = join(v.folder, "areas.geojson");
	const { writeFileSync } = await import("node:fs");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [square("A1", "Alba", 13), square("B1", "Borgo", westOfB)] }));
	const done = await run(["area", "import", path, "--config", v.configPath, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(done.code, 0, done.stderr);
}

const at = (lonDeg) => ({ place: { point: { latDeg: 42.25, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });

// ---- the door

scenario("the page lets in who has the password, and says the same of all others", { timeoutMs: 90000 }, async (v) => {
	const form = (fields) => v.request("console", "/v1/session", {
		method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", ...NOBODY },
		body: new URLSearchParams({ lang: "en", ...fields }).toString(),
	});

	const asked = await v.request("console", "/console", { headers: NOBODY });
	assert.equal(asked.status, 303);
	assert.equal(asked.headers.location, "/login");
	const page = await v.request("console", "/login?lang=en", { headers: NOBODY });
	assert.equal(page.status, 200);
	assert.match(page.headers["content-security-policy"], /default-src 'none'/);
	assert.match(page.text, /<form method="post" action="\/v1\/session">/);
	assert.doesNotMatch(page.text, /<script/);
	assert.match((await v.request("console", "/login?lang=it", { headers: NOBODY })).text, /Accesso alla console/);

	const wrong = await form({ name: "tester", password: "not the password" });
	const nobody = await form({ name: "nobody", password: "not the password" });
	assert.equal(wrong.status, 401);
	assert.equal(wrong.text, nobody.text, "who exists is not told");
	const right = await form({ name: " Tester ", password: PASSWORD });
	assert.equal(right.status, 303);
	assert.equal(right.headers.location, "/console");
	assert.match(right.headers["set-cookie"][0], /^__Host-vedetta=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
	const cookie = right.headers["set-cookie"][0].split(";")[0];
	assert.equal((await v.request("console", "/v1/session", { headers: { cookie } })).json.name, "tester");
	for (const bad of [cookie.slice(0, -1), `${cookie}x`, cookie.replace(/=./, "=!"), "__Host-vedetta="]) {
		assert.equal((await v.request("console", "/v1/session", { headers: { cookie: bad } })).status, 401);
	}
});

scenario("without accounts the page says how to add the first, and who is added gets in", { account: false }, async (v) => {
	assert.match((await v.request("console", "/login?lang=en")).text, /vedetta user add NAME --role administrator/);
	await eventually(() => /event=office.no_accounts/.test(v.log));
	assert.equal((await v.request("console", "/v1/incidents")).status, 401);
	await v.addAccount("anna", { role: "administrator" });
	const done = await eventually(async () => {
		const answer = await logIn(v, "anna");
		return answer.status === 200 ? answer : undefined;
	});
	assert.doesNotMatch((await v.request("console", "/login?lang=en")).text, /vedetta user add/);
	const cookie = done.headers["set-cookie"][0].split(";")[0];
	const { rights, nobodyUnassigned } = (await v.request("console", "/v1/session", { headers: { cookie } })).json;
	assert.deepEqual(rights, ["RIGHT_DUTY", "RIGHT_ACCOUNTS", "RIGHT_AUDIT", "RIGHT_METRICS"]);
	assert.equal(nobodyUnassigned, true);
});

scenario("who guesses is slowed down, and the one who works is not kept out", {}, async (v) => {
	// A slow machine eats the first waits up; the ninth stranger's try of a minute is too many anywhere. Of one that
	// is there: what is done in its stead for nobody's name costs as much as it ever does, seconds on a busy machine.
	await v.addAccount("other");
	let slow;
	for (let i = 0; i < 9 && slow === undefined; i++) {
		const answer = await logIn(v, "other", { password: "a guess, a guess" });
		assert.ok([401, 429].includes(answer.status));
		assert.ok(answer.status === 401 || i >= 4, `slowed at try ${i}`);
		slow = answer.status === 429 ? answer : undefined;
	}
	assert.ok(Number(slow.headers["retry-after"]) >= 1);
	assert.equal(slow.json.type, "urn:vedetta:problem:slower");
	assert.equal((await logIn(v, "tester")).status, 200);
});

scenario("another site's page posts nothing here", {}, async (v) => {
	for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
		assert.equal((await logIn(v, "tester", { headers })).status, 403);
		assert.equal((await post(v, "/v1/sessions/1/revoke", {}, headers)).status, 403);
	}
});

const base32 = (text) => {
	const bits = [...text].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};
const totp = (secret, atMs) => {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30000)));
	const digest = createHmac("sha1", base32(secret)).update(counter).digest();
	return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
};

scenario("a second factor is set up, asked for, and recovered from", { timeoutMs: 90000 }, async (v) => {
	const begun = (await post(v, "/v1/account", { totpBegin: {} })).json;
	assert.match(begun.totpUri, new RegExp(`^otpauth://totp/Vedetta:tester\\?secret=${begun.totpSecret}&`));
	assert.ok(begun.totpCode.length >= 21 && begun.totpCode.every((row) => row.length === begun.totpCode.length && /^[01]+$/.test(row)));
	assert.equal((await post(v, "/v1/account", { totpConfirm: { code: "000000" } })).status, 400);
	const done = await post(v, "/v1/account", { totpConfirm: { code: totp(begun.totpSecret, Date.now()) } });
	assert.equal(done.status, 200, done.text);
	assert.equal(done.json.recoveryCodes.length, 10);
	const asked = await logIn(v, "tester");
	assert.equal(asked.status, 401);
	assert.equal(asked.json.type, "urn:vedetta:problem:code-required");
	assert.equal((await logIn(v, "tester", { code: totp(begun.totpSecret, Date.now() + 30000) })).status, 200);
	assert.equal((await logIn(v, "tester", { code: done.json.recoveryCodes[0] })).status, 200);
	assert.equal((await logIn(v, "tester", { code: done.json.recoveryCodes[0] })).status, 401, "once");
});

// ---- sessions

scenario("a session outlives desk and front, and its stream ends with it", { timeoutMs: 90000 }, async (v) => {
	const lead = v.cookie;
	await v.addAccount("anna");
	v.cookie = await v.login("anna");
	const stream = v.operator().stream();
	assert.equal(await stream.opened, 200);
	await stream.until((s) => s.events.length > 0);
	const { session } = (await v.request("console", "/v1/session", { headers: { cookie: v.cookie } })).json;
	await v.kill("desk");
	await v.kill("console-1");
	await eventually(async () => (await v.request("console", "/v1/session", { headers: { cookie: v.cookie } })).status === 200, { withinMs: 15000 });

	const again = v.operator().stream();
	assert.equal(await again.opened, 200);
	await again.until((s) => s.events.length > 0);
	assert.equal((await post(v, `/v1/sessions/${session}/revoke`, {}, { cookie: lead })).status, 204);
	await again.until((s) => s.closed, { withinMs: 1000 });
	assert.equal((await v.request("console", "/v1/session", { headers: { cookie: v.cookie } })).status, 401);
	assert.equal(await v.operator().stream().opened, 401);
});

scenario("other areas and another role hold at once, on open streams too", {}, async (v) => {
	await v.source().report({ hazard: "fire", text: "fumo", place: { point: { latDeg: 42.3, lonDeg: 13.4 }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });
	await v.addAccount("root", { role: "administrator", unassigned: true });
	await v.addAccount("anna", { unassigned: true });
	const root = await v.login("root"), anna = await v.login("anna");
	const { accounts } = (await v.request("console", "/v1/accounts", { headers: { cookie: root } })).json;
	const { id } = accounts.find((a) => a.name === "anna");
	const make = async (to) => {
		const stream = v.operator().stream({ headers: { cookie: anna } });
		assert.equal(await stream.opened, 200);
		await stream.until((s) => s.events.length > 0);
		assert.equal((await post(v, `/v1/accounts/${id}`, to, { cookie: root })).status, 200);
		await stream.until((s) => s.closed, { withinMs: 1000 });
	};
	const seen = async () => (await v.request("console", "/v1/incidents", { headers: { cookie: anna } })).json.incidents?.length ?? 0;
	await eventually(async () => await seen() === 1);
	await make({ role: "ROLE_OPERATOR", areas: ["A1"] });
	assert.equal(await seen(), 0, "the session goes on, with less in sight");
	assert.equal((await post(v, `/v1/accounts/${id}`, { role: "ROLE_OPERATOR", areas: ["*"], unassigned: true }, { cookie: root })).status, 200);
	assert.equal(await seen(), 1);
	await make({ role: "ROLE_ADMINISTRATOR", areas: ["*"], unassigned: true });
	assert.equal((await v.request("console", "/v1/incidents", { headers: { cookie: anna } })).status, 403);
});

scenario("who is disabled is out at once, and comes back when enabled", {}, async (v) => {
	await v.addAccount("anna");
	const cookie = await v.login("anna");
	const user = (...args) => run(["user", ...args, "--config", v.configPath], { env: { VEDETTA_TEST_CHEAP_PASSWORDS: "1" } });
	assert.equal((await user("disable", "anna")).code, 0);
	await eventually(async () => (await v.request("console", "/v1/session", { headers: { cookie } })).status === 401, { withinMs: 1000 });
	assert.equal((await logIn(v, "anna")).status, 401);
	await v.addAccount("berta", { role: "viewer" });
	const check = async () => (await run(["check", "--config", v.configPath])).stderr;
	assert.doesNotMatch(await check(), /unassigned right/, "tester holds it");
	assert.equal((await user("disable", "tester")).code, 0);
	assert.match(await check(), /^warning: nobody holds the unassigned right/m);
	assert.equal((await user("enable", "tester")).code, 0);
	assert.match((await user("list")).stdout, /^anna\toperator\t\*\tdisabled$/m);
	assert.equal((await user("enable", "anna")).code, 0);
	assert.equal((await logIn(v, "anna")).status, 200);
	assert.equal((await user("disable", "nobody")).code, 1);
	assert.equal((await user("add", "x y", "--role", "viewer", "--no-password")).code, 1);
	assert.equal((await user("add", "berta", "--role", "queen", "--no-password")).code, 2);
});

scenario("an administrator opens and changes accounts, with a secret shown a moment ago", {}, async (v) => {
	await v.addAccount("admin", { role: "administrator" });
	const cookie = await v.login("admin");
	const as = { cookie };
	const made = await post(v, "/v1/accounts", { name: "carla", role: "ROLE_VIEWER", areas: ["*"], password: PASSWORD }, as);
	assert.equal(made.status, 200, made.text);
	assert.equal(made.json.passwordGiven, true);
	assert.equal((await logIn(v, "carla")).status, 200);
	assert.equal((await post(v, "/v1/accounts", { name: "carla", role: "ROLE_VIEWER" }, as)).json.field, "name");
	const changed = await post(v, `/v1/accounts/${made.json.id}`, { role: "ROLE_OPERATOR", areas: ["*"], disabled: true }, as);
	assert.equal(changed.json.disabled, true);
	assert.equal((await logIn(v, "carla")).status, 401);
	assert.deepEqual((await v.request("console", "/v1/accounts", { headers: as })).json.accounts.map((a) => a.name), ["tester", "admin", "carla"]);
	for (const text of [made.text, changed.text, v.log]) {
		assert.ok(!text.includes(PASSWORD) && !text.includes("argon2"));
	}
	const stepped = await post(v, "/v1/session/step-up", { password: PASSWORD }, as);
	assert.equal(stepped.status, 200);
	const next = stepped.headers["set-cookie"][0].split(";")[0];
	assert.notEqual(next, cookie);
	assert.equal((await v.request("console", "/v1/session", { headers: { cookie: next } })).status, 200);
	assert.equal((await post(v, "/v1/session/step-up", { password: "not the one I know" }, { cookie: next })).status, 401);
});

scenario("an account is opened and changed once, however often it is sent under one key", {}, async (v) => {
	await v.addAccount("admin", { role: "administrator" });
	await v.addAccount("other", { role: "administrator" });
	const as = { cookie: await v.login("admin"), "idempotency-key": "carla-1" };
	const carla = { name: "carla", role: "ROLE_VIEWER", areas: ["*"], password: PASSWORD };
	const names = async () => (await v.request("console", "/v1/accounts", { headers: as })).json.accounts.map((a) => a.name);

	// Both at once: the second is there while the first waits for its password.
	const both = await Promise.all([post(v, "/v1/accounts", carla, as), post(v, "/v1/accounts", carla, as)]);
	assert.deepEqual(both.map((a) => a.status), [200, 200], both.map((a) => a.text).join());
	assert.equal(both[0].json.id, both[1].json.id);
	const other = await post(v, "/v1/accounts", { ...carla, name: "dora" }, as);
	assert.deepEqual([other.status, other.json.type], [409, "urn:vedetta:problem:other-action"]);
	assert.deepEqual(await names(), ["tester", "admin", "other", "carla"]);

	// What is known of the key outlives the desk.
	await v.restart();
	const again = await eventually(async () => {
		const answer = await post(v, "/v1/accounts", carla, as);
		return answer.status !== 503 && answer;
	});
	assert.deepEqual([again.status, again.json.id], [200, both[0].json.id]);
	// Another's same key is another key: nothing is told of what it did.
	const theirs = { ...as, cookie: await v.login("other") };
	assert.equal((await post(v, "/v1/accounts", carla, theirs)).json.errors[0].field, "name");

	// A change: its password ends the sessions that were there, and no later ones.
	const path = `/v1/accounts/${again.json.id}`;
	const change = { role: "ROLE_OPERATOR", areas: ["*"], password: "another password" };
	const key = { ...as, "idempotency-key": "carla-2" };
	assert.equal((await post(v, path, change, key)).status, 200);
	const carlas = { cookie: (await logIn(v, "carla", { password: "another password" })).headers["set-cookie"][0].split(";")[0] };
	assert.equal((await post(v, path, change, key)).json.role, "ROLE_OPERATOR");
	assert.equal((await v.request("console", "/v1/session", { headers: carlas })).status, 200);
	assert.equal((await post(v, path, { ...change, disabled: true }, key)).status, 409);
	assert.equal((await post(v, path, change, { ...as, "idempotency-key": "k".repeat(256) })).json.errors[0].field, "Idempotency-Key");
	assert.ok(!v.log.includes(PASSWORD));
});

// ---- which incidents

scenario("an account sees the incidents of its areas, everywhere, and no others", { timeoutMs: 120000 }, async (v) => {
	await importAreas(v);
	for (const lonDeg of [13.25, 14.25, 30]) {
		await v.source().report({ hazard: "flood", text: `acqua ${lonDeg}`, ...at(lonDeg) });
	}
	const all = await eventually(async () => {
		const board = await v.operator().board();
		return board.length === 3 && board.every((i) => i.areaFit !== undefined) ? board : undefined;
	});
	const byLon = new Map(all.map((i) => [i.place.point.lonDeg, i.id]));
	const ids = { A1: byLon.get(13.25), B1: byLon.get(14.25), outside: byLon.get(30) };
	assert.ok(ids.A1 && ids.B1 && ids.outside);
	await v.addAccount("alba", { areas: ["A1"] });
	await v.addAccount("borgo", { areas: ["B1"], unassigned: true });
	await v.addAccount("tutti", { areas: ["*"] });
	await v.addAccount("niente", { areas: [] });
	const expected = { alba: [ids.A1], borgo: [ids.B1, ids.outside], tutti: [ids.A1, ids.B1], niente: [] };
	const tester = v.cookie;
	const reports = new Map();
	for (const id of Object.values(ids)) {
		reports.set(id, (await v.operator().incident(id)).reports[0].id);
	}

	for (const [name, seen] of Object.entries(expected)) {
		v.cookie = await v.login(name);
		const headers = { cookie: v.cookie };
		const get = (path) => v.request("console", path, { headers });
		const sorted = (list) => [...list].sort();
		assert.deepEqual(sorted((await get("/v1/incidents")).json.incidents?.map((i) => i.id) ?? []), sorted(seen), name);
		assert.equal(Number((await get("/v1/incidents")).json.total ?? 0), seen.length);
		const stream = v.operator().stream({ after: `${(await get("/v1/incidents")).json.sequence.split("-")[0]}-0` });
		await stream.until((s) => s.events.some((e) => e.name === "heartbeat" || e.name === "change"));
		await eventually(() => stream.board.size === seen.length || undefined, { what: `${name}'s stream` });
		assert.deepEqual(sorted(stream.board.keys()), sorted(seen));
		for (const id of Object.values(ids)) {
			const status = seen.includes(id) ? 200 : 404;
			assert.equal((await get(`/v1/incidents/${id}`)).status, status, `${name} ${id}`);
			assert.equal((await get(`/v1/reports/${reports.get(id)}`)).status, status);
		}
		const map = (await get("/v1/map?bbox=0,30,40,50&zoom=15")).json;
		assert.equal((map.marks ?? []).length, seen.length, `${name}'s map`);
		const found = await get(`/v1/reports?words=acqua${name === "borgo" ? "&area=B1" : name === "tutti" ? "&area=A1" : ""}`);
		if (name === "niente") {
			assert.equal(found.status, 400);
		} else {
			await eventually(async () => {
				const answer = await get(`/v1/reports?words=acqua${name === "borgo" ? "&area=B1" : name === "tutti" ? "&area=A1" : ""}`);
				return answer.json.reports?.length === 1 || undefined;
			}, { what: `${name}'s search` });
		}
		assert.equal((await get(`/v1/reports?area=${name === "alba" ? "B1" : name === "borgo" ? "A1" : "unassigned"}`)).status, 400, `${name} looks elsewhere`);
		assert.equal((await get("/v1/export?format=csv")).status, 403);
		// The desk looks again itself, whatever a front lets through.
		for (const id of Object.values(ids)) {
			const acted = await post(v, `/v1/incidents/${id}/actions`, { sequence: "1000000", note: { text: `from ${name}` } }, headers);
			assert.equal(acted.status, seen.includes(id) ? 200 : 403, `${name} acts on ${id}: ${acted.text}`);
		}
	}
	v.cookie = tester;
});

scenario("an umbrella over a border is counted, everywhere, by what the account sees of it", { timeoutMs: 90000 }, async (v) => {
	await importAreas(v, 13.5);
	// From A1 into B1, 700 m from each to the next: all but the first and the last are cores.
	const lons = Array.from({ length: 9 }, (_, i) => 13.472 + i * 0.0085);
	for (const lonDeg of lons) {
		await v.source().report({ hazard: "flood", text: `acqua ${lonDeg}`, ...at(lonDeg) });
	}
	await v.addAccount("alba", { areas: ["A1"] });
	const headers = { cookie: await v.login("alba") };
	const drawn = async (options) => (await v.request("console", "/v1/outlines?kind=umbrella", options)).json.features.map((one) => one.properties.reports);
	await eventually(async () => (await drawn({})).join() === "7", { withinMs: 15000, what: "the umbrella that is drawn" });
	// Areas are found, and umbrellas told, behind the reports.
	const counted = async (options) => (await v.request("console", "/v1/umbrellas", options)).json.umbrellas?.map((one) => one.reports).join();
	await eventually(async () => await counted({}) === "9" && await counted({ headers }) === "4", { what: "the umbrella, and what is seen of it" });
	assert.deepEqual(await drawn({ headers }), [4]);
});

// ---- every route as everybody

const document = JSON.parse(readFileSync(join(root, "web/openapi/console.json"), "utf8"));
const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), right: operation["x-right"] })));
const ROLES = {
	viewer: ["VIEW"],
	operator: ["VIEW", "ACT", "PERSONAL"],
	shift_leader: ["VIEW", "ACT", "PERSONAL", "LEAD", "EXPORT", "DUTY", "AUDIT", "EXERCISE"],
	communicator: ["VIEW", "ALERT"],
	administrator: ["ACCOUNTS", "AUDIT", "DUTY", "METRICS"],
};

test("every route of the document says what right it asks for", () => {
	assert.ok(routes.length > 25);
	for (const { path, right } of routes) {
		assert.match(right, /^(OPEN|SESSION|RIGHT_[A-Z]+)$/, path);
	}
});

test("every route that changes something says what it does when it is sent again", () => {
	const posting = Object.entries(document.paths).flatMap(([path, { get: _, parameters: __, ...methods }]) =>
		Object.values(methods).map(({ parameters = [], description = "" }) => [path, parameters, description]));
	assert.ok(posting.length >= 18);
	for (const [path, parameters, description] of posting) {
		assert.ok(parameters.some(({ name }) => name === "Idempotency-Key") || description.includes("Sent again"), path);
	}
});

scenario("every route lets in whom its right names, and nobody else", { timeoutMs: 180000, account: false }, async (v) => {
	const who = { nobody: { rights: [], cookie: "" }, forged: { rights: [], cookie: `__Host-vedetta=${"A".repeat(43)}` } };
	for (const [role, rights] of Object.entries(ROLES)) {
		for (const [kind, options] of Object.entries({ all: { areas: ["*"], unassigned: true }, limited: { areas: ["A1"] } })) {
			const name = `${role.replace("_", "-")}.${kind}`;
			await v.addAccount(name, { role, ...options });
			who[name] = { rights, cookie: await eventually(() => v.login(name)) };
		}
	}
	await v.addAccount("gone", { role: "shift_leader" });
	who.revoked = { rights: [], cookie: await v.login("gone") };
	await run(["user", "disable", "gone", "--config", v.configPath]);

	let cells = 0;
	for (const { path, method, right } of routes) {
		for (const [name, { rights, cookie }] of Object.entries(who)) {
			const isIn = !["nobody", "forged", "revoked"].includes(name);
			if (method === "DELETE" && isIn) {
				continue; // that is the end of the session: its own test
			}
			const address = path.replace(/\{\w+\}/, "999999");
			// The stream does not end by itself; its head says enough.
			const answer = path === "/v1/events" && isIn && rights.includes("VIEW")
				? { status: await openOnly(v, address, cookie) }
				: await request(v.addresses.console + address, {
					agent: false, method, headers: { cookie, ...(method === "POST" ? JSON_TYPE : {}) }, ...(method === "POST" ? { body: "{}" } : {}),
				}).catch((error) => assert.fail(`${method} ${path} as ${name}: ${error.message}`));
			const may = right === "OPEN" || (isIn && (right === "SESSION" || rights.includes(right.slice("RIGHT_".length))));
			const cell = `${method} ${path} as ${name}: ${answer.status}`;
			cells++;
			if (may) {
				assert.ok(![303].includes(answer.status) || path === "/v1/session", cell);
				if (right !== "OPEN") {
					assert.ok(!/problem:no-session/.test(answer.text ?? ""), cell);
				}
				if (answer.status === 403) {
					assert.ok(/export|step-up|personal/.test(path + answer.text), cell);
				}
			} else if (path === "/console") {
				assert.equal(answer.status, 303, cell);
			} else {
				assert.equal(answer.status, isIn ? 403 : 401, cell);
			}
		}
	}
	assert.ok(cells > 300, `${cells} cells`);
});

function openOnly(v, address, cookie) {
	return new Promise((resolve, reject) => {
		import("node:http").then(({ default: http }) => {
			const asked = http.get(v.addresses.console + address, { headers: { cookie } }, (answer) => {
				resolve(answer.statusCode);
				asked.destroy();
			});
			asked.on("error", reject);
		});
	});
}

scenario("who may only look is not told who called, nor how to reach them", {}, async (v) => {
	const { code } = await v.source().report({
		hazard: "fire", text: "fumo", place: { point: { latDeg: 42, lonDeg: 13 }, accuracyM: 20 },
		contact: { name: "Ada Rossi", phone: "0862 1234" },
	});
	await v.addAccount("berta", { role: "viewer", unassigned: true });
	const [looks, acts] = [await v.login("berta"), await v.login("tester")];
	const { id } = await eventually(async () => (await v.request("console", "/v1/incidents", { headers: { cookie: acts } })).json.incidents?.[0]);
	const report = (await v.request("console", `/v1/incidents/${id}`, { headers: { cookie: acts } })).json.reports[0].id;
	const paths = [`/v1/incidents/${id}`, `/v1/reports/${report}`, "/v1/reports", `/v1/reports?code=${code}`];
	for (const path of paths) {
		const [seen, known] = [await v.request("console", path, { headers: { cookie: looks } }),
			await v.request("console", path, { headers: { cookie: acts } })];
		assert.deepEqual([seen.status, known.status], [200, 200], path);
		assert.match(known.text, /Ada Rossi[^]*0862 1234/, path);
		assert.match(seen.text, /fumo/, path);
		assert.doesNotMatch(seen.text, /Ada Rossi|0862 1234/, path);
	}
});
