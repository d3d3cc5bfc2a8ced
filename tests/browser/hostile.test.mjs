// Two hundred hostile texts through every field and view: text stays text, and the policy is never even asked.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, PASSWORD, scenario } from "../blackbox/harness.mjs";
import { startProvider } from "../blackbox/provider.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

// localhost is another site than 127.0.0.1, as a provider is.
const provider = await startProvider({ host: "localhost", secret: null });

before(startChromium);
after(stopChromium);
after(() => provider.close());

const CALL = "window.harmed=1";

/** Ways in: elements, attributes, addresses, templates, styles, encodings, parsers' edges. */
const WAYS = [
	`<script>${CALL}</script>`, `<img src=x onerror=${CALL}>`, `<svg onload=${CALL}>`, `<svg><script>${CALL}</script></svg>`,
	`<iframe srcdoc="<script>parent.${CALL}</script>">`, `<iframe src="javascript:parent.${CALL}">`, `<body onload=${CALL}>`,
	`<details open ontoggle=${CALL}>`, `<video><source onerror=${CALL}></video>`, `<input autofocus onfocus=${CALL}>`,
	`<a href="javascript:${CALL}">x</a>`, `<form action="javascript:${CALL}"><button>x</button></form>`, `<object data="javascript:${CALL}">`,
	`<embed src="javascript:${CALL}">`, `<math><mtext></mtext><img src=x onerror=${CALL}></math>`, `<base href="https://evil.example/">`,
	`<meta http-equiv=refresh content="0;url=javascript:${CALL}">`, `<link rel=stylesheet href=https://evil.example/x.css>`,
	`<style>*{background:url(https://evil.example/x)}</style>`, `<div style="background:url(https://evil.example/y)">x</div>`,
	`<template><img src=x onerror=${CALL}></template>`, `<noscript><p title="</noscript><img src=x onerror=${CALL}>">`,
	`<!--><img src=x onerror=${CALL}>-->`, `<![CDATA[<img src=x onerror=${CALL}>]]>`, `<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>${CALL}</h:script></x>`,
	`<img src="data:image/svg+xml,<svg onload=${CALL}>">`, `<marquee onstart=${CALL}>`, `<select autofocus onfocus=${CALL}><option>x</select>`,
	`<textarea autofocus onfocus=${CALL}>`, `<keygen autofocus onfocus=${CALL}>`, `<audio src=x onerror=${CALL}>`, `<p onpointerover=${CALL}>x</p>`,
	`<portal src="javascript:${CALL}">`, `<dialog open onclose=${CALL}>`, `<slot onslotchange=${CALL}>`, `<x contenteditable onfocus=${CALL} autofocus>`,
	`<svg><animate onbegin=${CALL} attributeName=x dur=1s>`, `<svg><a xlink:href="javascript:${CALL}"><text>x</text></a></svg>`,
	`<svg><use href="data:image/svg+xml,<svg id=x onload=${CALL}>#x"/></svg>`, `<img srcset="x 1x" onerror=${CALL}>`,
	`{{constructor.constructor('${CALL}')()}}`, `\${${CALL}}`, `#{${CALL}}`, `<%= ${CALL} %>`, `[[${CALL}]]`,
	`__proto__`, `constructor`, `{"__html":"<img src=x onerror=${CALL}>"}`, `javascript:${CALL}`, `data:text/html,<script>${CALL}</script>`,
];

/** Each in four dresses: as it is, out of an attribute, encoded, between parsers. */
const DRESSES = [
	(way) => way,
	(way) => `"'>\`${way}<"`,
	(way) => way.replaceAll("<", "&lt;").replaceAll(">", "&#x3e;") + encodeURIComponent(way),
	(way) => `</title></textarea></style></script>${way.toUpperCase().replaceAll("WINDOW.HARMED", "window.harmed")}\u2028</p>`,
];

const ALL = WAYS.flatMap((way) => DRESSES.map((dress) => dress(way)));
const TURNED = "via \u202egnoR\u202c e\u200bnascosto";
/** What hides or turns text round is shown as what it is. */
const SHOWN = (text) => text.replace(/[\u200b\u2028\u202a-\u202e]/g, (c) => `⟦U+${c.codePointAt(0).toString(16).toUpperCase()}⟧`);

async function assertUnharmed(page, where) {
	assert.deepEqual(await page.evaluate(() => [window.harmed, window.violations, document.querySelectorAll(
		"main script, main iframe, main img, aside img, aside object, aside embed, aside a[href^=javascript], [onerror], [onload], [onfocus]").length]),
	[undefined, [], 0], where);
}

const watch = () => {
	window.violations = [];
	document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
};

/** What an account's owner and a provider may be called, a person there, and what an address may bring. */
const LABEL = `"'><img src=x onerror=${CALL}>`;
const SUBJECT = `"'><svg/onload=${CALL}>`;
const names = (v, headers) => ALL.slice(1).map((text, i) => v.request("console", "/v1/accounts", {
	method: "POST", headers: { "content-type": "application/json", ...headers },
	body: JSON.stringify({ name: `a${i}`, fullName: text.replaceAll("\u2028", "").slice(0, 100), role: "ROLE_OPERATOR", areas: ["*"] }),
}));

/** Nothing that an address brings stands on the page, or leads elsewhere. */
async function assertDoor(v) {
	const get = (path, cookie = "") => v.request("console", path, { headers: { cookie } });
	const off = await get("/v1/oidc/start");
	const trip = off.headers["set-cookie"][0].split(";")[0];
	const state = new URL(off.headers.location).searchParams.get("state");
	for (const text of ALL) {
		const x = encodeURIComponent(text);
		const pages = [
			[403, await get(`/v1/oidc/back?state=${state}&iss=${encodeURIComponent(provider.issuer)}&error=${x}&error_description=${x}&error_uri=${x}`, trip)],
			[400, await get(`/v1/oidc/back?state=${x}&code=${x}&again=${x}`, trip)],
			[200, await get(`/login?lang=${x}&out=${x}&next=${x}&return=${x}`)],
		];
		for (const [status, page] of pages) {
			assert.equal(page.status, status, text);
			assert.ok(text.length < 12 || !page.text.includes(text), `${text} stands on ${status}`);
			assert.equal(page.headers.location, undefined);
		}
		const sent = await get(`/v1/oidc/start?lang=${x}&for=${x}&next=${x}`);
		assert.equal(new URL(sent.headers.location).origin, provider.issuer);
	}
	const login = await v.request("console", "/v1/session?next=//evil.example", {
		method: "POST", headers: { cookie: "", "user-agent": LABEL, "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({ name: "anna", password: PASSWORD, next: "https://evil.example", return: "//evil.example" }).toString(),
	});
	assert.deepEqual([login.status, login.headers.location], [303, "/console"]);
}

/** Its own page, with and without a provider that calls itself badly, and somebody of there whom nobody knows. */
async function assertDoorShown(v) {
	const visitor = await Visitor.open(`${v.addresses.console}/login?out=provider`, { size: DESK, beforehand: watch });
	const { page } = visitor;
	await page.getByRole("link", { name: `Esci anche da ${LABEL}` }).waitFor();
	await assertUnharmed(page, "login");
	await page.getByRole("link", { name: `Entra con ${LABEL}` }).click();
	await page.locator("p.bad code").waitFor();
	assert.equal(await page.locator("p.bad code").innerText(), SUBJECT);
	await assertUnharmed(page, "somebody of nobody");
	visitor.foreign = visitor.foreign.filter((url) => !url.startsWith(provider.issuer));
	await visitor.close();
}

/** Names of people and browsers, wherever they stand: one's own page, sessions, accounts, the log. */
async function assertPeople(v) {
	await v.addAccount("root", { role: "administrator", unassigned: true });
	const cookie = await v.login("root");
	for (const asked of names(v, { cookie })) {
		const answer = await asked;
		assert.equal(answer.status, 200, answer.text);
	}
	const { accounts } = (await v.request("console", "/v1/accounts", { headers: { cookie } })).json;
	for (const a of accounts.filter((one) => ["root", "tester", "anna"].includes(one.name))) {
		const named = await v.request("console", `/v1/accounts/${a.id}`, {
			method: "POST", headers: { cookie, "content-type": "application/json" },
			body: JSON.stringify({ role: a.role, areas: a.areas, unassigned: a.unassigned, fullName: `${a.name}${LABEL}` }),
		});
		assert.equal(named.status, 200, named.text);
	}
	const admin = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand: watch });
	await admin.login(v.addresses.console, { name: "root" });
	await admin.page.locator(".banner").getByRole("button", { name: "root" }).click();
	await admin.page.getByRole("heading", { name: `root${LABEL}` }).waitFor();
	await admin.page.locator("li", { hasText: "anna" }).filter({ hasText: LABEL }).first().waitFor(); // her browser
	await assertUnharmed(admin.page, "own page and sessions");
	await admin.page.getByRole("button", { name: "Accessi" }).click();
	await eventually(async () => await admin.page.locator("main tr").count() > 200, { withinMs: 15000, what: "the accounts" });
	await assertUnharmed(admin.page, "accounts");
	await admin.page.getByRole("button", { name: "Registro" }).click();
	await admin.page.locator("main td").first().waitFor();
	await assertUnharmed(admin.page, "the log");
	await admin.close();
}

const saying = (v, headers = {}) => async (path, body) => {
	const answer = await v.request("console", path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
	assert.equal(answer.status, 200, `${path} ${answer.text}`);
	return answer.json;
};

/** Each with what turns text round behind it, and no longer than a name may be. */
const called = (text) => `${text.slice(0, 70)} ${TURNED}`;

/** Teams, shifts, whom to call, and what one shift leaves to the next: all 200 in each field. Gives the team of each. */
async function planDuty(v) {
	const say = saying(v);
	const [from, to] = [-1, 11].map((h) => new Date(Date.now() + h * 3600_000).toISOString());
	const person = (text) => ({ name: called(text), webhook: "https://ugo.example/h" });
	const teams = [];
	for (const text of ALL) {
		const { team } = await say("/v1/teams", { name: called(text), areas: ["*"], people: [person(text)] });
		teams.push(team.id);
		await say("/v1/rota", { area: "*", from, to, person: person(text), note: text });
	}
	for (let i = 0; i < ALL.length; i += 10) {
		await say("/v1/on-call", { area: "*", people: ALL.slice(i, i + 8).map(person) });
	}
	const { shift } = await say("/v1/rota", { area: "*", from, to, person: { ...person(LABEL), account: "tester" } });
	await say("/v1/duty", { on: true, shift: shift.id });
	await say("/v1/duty", { on: false, shift: shift.id, note: `${LABEL} ${TURNED}` });
	return teams;
}

/** What operators say of incidents: all 200 in each field that they have. */
async function workOn(v, teams) {
	const say = saying(v);
	const board = (await v.operator().board()).filter((i) => i.reports > 0);
	for (const [i, text] of ALL.entries()) {
		const at = board[i % board.length];
		const decide = async (what) => {
			const done = await say(`/v1/incidents/${at.id}/actions`, { sequence: at.sequence, ...what });
			at.sequence = done.sequence;
			return done.decision;
		};
		const reason = `${text.slice(0, 250)} ${TURNED}`;
		await decide({ note: { text: reason } });
		await decide({ ask: { text: reason } });
		await decide({ handOver: { to: text.slice(0, 40), reference: called(text.slice(0, 30)), takenBy: called(text), note: reason } });
		await decide({ refuseHandOver: { reason } });
		await decide({ assign: { team: teams[i], note: reason } });
		await decide({ mark: { kind: "MARK_KIND_HOAX", reason } });
		await decide({ undo: { decision: await decide({ setClass: { class: 1 + i % 5, reason } }), reason } });
		if (i % 2 === 0) {
			await decide({ close: { outcome: "CLOSE_OUTCOME_OTHER", text: reason } });
			await decide({ reopen: { reason } });
		}
	}
}

/** Which reports are in each incident that has several; before so much is said of it that they fill more than a page. */
async function reportsIn(v) {
	const several = (await v.operator().board()).filter((i) => i.reports > 1);
	return new Map(await Promise.all(several.map(async ({ id }) => [id, (await v.operator().incident(id)).reports.filter((r) => r.report !== undefined).map((r) => r.id)])));
}

/** Why a report went off, came back, and went elsewhere: all 200 in each. */
const WENT = { split: "divisa", merge: "riunita", move: "spostata" };

async function moveAround(v, own) {
	const say = saying(v);
	const board = (await v.operator().board()).filter((i) => own.has(i.id));
	/** As the board has it once it knows of that decision. */
	const known = (id, since = "0") => eventually(async () => {
		const answer = await v.request("console", `/v1/incidents/${id}`);
		return answer.status === 200 && BigInt(answer.json.incident.sequence) >= BigInt(since) ? answer.json : undefined;
	}, { what: `incident ${id} since ${since}` });
	const decide = (id, what) => say(`/v1/incidents/${id}/actions`, what);
	const latest = new Map();
	const merged = [];
	for (const [i, text] of ALL.entries()) {
		const [at, next] = [board[i % board.length].id, board[(i + 1) % board.length].id];
		const reason = (of) => `${WENT[of]} ${text.slice(0, 250)} ${TURNED}`;
		const { incident: { sequence } } = await known(at, latest.get(at));
		const report = own.get(at).shift();
		const off = await decide(at, { sequence, split: { reports: [report], reason: reason("split") } });
		const [alone, rest] = [await known(off.incident, off.sequence), await known(at, off.decision)];
		const back = await decide(off.incident, { sequence: alone.incident.sequence, merge: {
			into: at, intoSequence: rest.incident.sequence, reason: reason("merge") } });
		const [whole, other] = [await known(at, back.decision), await known(next, latest.get(next))];
		const moved = await decide(at, { sequence: whole.incident.sequence, move: {
			report, into: next, intoSequence: other.incident.sequence, reason: reason("move") } });
		own.get(next).push(report);
		[at, next].forEach((id) => latest.set(id, moved.decision));
		merged.push(off.incident);
	}
	return merged;
}

/** An exercise is called as anything is: on every screen, on its own page, and when it is over. */
async function assertExercise(v, page) {
	const say = saying(v);
	for (const text of [WAYS[0], WAYS[40], WAYS[46], LABEL]) {
		const name = called(text);
		await say("/v1/exercise", { on: true, name, minutes: 60 });
		await eventually(async () => (await v.operator().get("/v1/exercise")).name === name, { what: "the exercise" });
		await page.reload(); // asked for at the start, and then once in a while
		const strip = page.locator("#app > .exercise-strip");
		await strip.getByText(`«${SHOWN(name)}»`).waitFor();
		await strip.getByRole("button", { name: "Esercitazione" }).click();
		await page.getByRole("main", { name: "Esercitazione" }).getByText(`«${SHOWN(name)}»`).waitFor();
		await assertUnharmed(page, "the exercise's page");
		if (text !== LABEL) {
			await say("/v1/exercise", { on: false });
		}
	}
}

scenario("200 hostile texts in every field are text in every view", { timeoutMs: 300000, config: {
	"oidc.issuer": provider.issuer, "oidc.client_id": provider.clientId, "oidc.name": LABEL, "oidc.allow": "127.0.0.1 ::1",
} }, async (v) => {
	assert.equal(ALL.length, 200);
	provider.person = { sub: SUBJECT, name: LABEL, email: LABEL, preferred_username: LABEL };
	await v.addAccount("anna", { unassigned: true });
	await eventually(() => /event=oidc.ready/.test(v.log), { withinMs: 15000, what: "the provider" });
	await assertDoor(v);
	await assertDoorShown(v);
	await assertPeople(v);
	const links = [];
	for (const [i, text] of ALL.entries()) {
		// Ten to an incident; each tenth has no place and goes to the tray.
		const at = { latDeg: 41 + Math.floor(i / 10) * 0.05, lonDeg: 13 };
		const words = ALL[(i + 57) % ALL.length].slice(0, 250);
		const receipt = await v.source().report({
			hazard: "fire", text, signs: i % 10 === 0 ? { trapped: true } : {}, lang: "it",
			place: i % 10 === 9 ? { words } : { point: at, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX", words },
			contact: { name: ALL[(i + 101) % ALL.length].slice(0, 100) },
		});
		links.push(receipt.link);
	}
	await v.source().report({ hazard: "flood", place: { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" }, text: TURNED });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand: watch });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await eventually(async () => Number(await page.locator(".board").getAttribute("aria-rowcount")) > 40, { what: "the board" });
	await assertUnharmed(page, "board, map and tray");
	await page.locator(".board").focus();
	const row = page.locator('.board [role="row"][id^="row-"]').first();
	const id = (await row.getAttribute("id")).slice(4);
	const { incident: { sequence } } = await v.operator().incident(id);
	const looks = await v.login("anna");
	const post = (path, body) => v.request("console", path, { method: "POST", headers: { cookie: looks, "content-type": "application/json" }, body: JSON.stringify(body) });
	assert.equal((await post("/v1/looking", { tab: LABEL, incident: id })).status, 200);
	assert.equal((await post(`/v1/incidents/${id}/actions`, { sequence, assign: { person: "anna" } })).status, 200);
	await page.locator(`#row-${id} .lookers`, { hasText: `◉ anna${LABEL}` }).waitFor();
	assert.equal((await post("/v1/looking", { tab: LABEL, incident: id, writing: true })).status, 200);
	await page.locator(`#row-${id} .lookers`, { hasText: `✎ anna${LABEL}` }).waitFor();
	await assertUnharmed(page, "who looks, who writes");
	const own = await reportsIn(v);
	await workOn(v, await planDuty(v));
	const merged = await moveAround(v, own);
	await eventually(async () => await page.locator(".rows .hands", { hasText: "⟦U+202E⟧gnoR" }).count() > 0, { what: "the teams" });
	await assertUnharmed(page, "rows in teams' hands");
	await page.locator(".board").focus();
	const [shown, decided] = [new Set(), new Set()];
	for (let row = 0; row < 42; row++) {
		await page.keyboard.press("j");
		await page.keyboard.press("Enter");
		await page.locator("aside .said").first().waitFor();
		for (const text of await page.locator("aside .said").allInnerTexts()) {
			shown.add(text);
		}
		for (const text of await page.locator("aside .decision > p:not(.soft), aside .done li").allInnerTexts()) {
			decided.add(text);
		}
		await assertUnharmed(page, `incident ${row}`);
	}
	for (const text of ["<script>", "<img src=x", "{{constructor", "__proto__"]) {
		assert.ok([...shown].some((s) => s.startsWith(text)), `${text} is shown as it was written`);
	}
	assert.ok(shown.has("via ⟦U+202E⟧gnoR⟦U+202C⟧ e⟦U+200B⟧nascosto"), "what turns text round is shown");
	for (const text of decided) {
		assert.doesNotMatch(text, /[\u200b\u2028\u202a-\u202e]/, "nothing turns a decision round");
	}
	for (const text of ["<script>", "<img src=x", "{{constructor", "__proto__"]) {
		assert.ok([...decided].some((s) => s.includes(text) && s.includes("⟦U+202E⟧gnoR")), `${text} is shown as an operator wrote it`);
	}
	for (const [i, id] of merged.entries()) { // why an incident went into another stands with it
		if (i % 20 !== 3) {
			continue;
		}
		await page.goto(`${v.addresses.console}/console?status=all#incident/${id}`);
		const why = page.locator("aside .decision > p:not(.soft)", { hasText: WENT.merge });
		await why.first().waitFor();
		decided.add(await why.first().innerText());
		await assertUnharmed(page, `merged incident ${id}`);
	}
	for (const went of Object.values(WENT)) { // the newest of each incident
		const said = [...decided].filter((text) => text.includes(`${went} `));
		assert.ok(said.length >= 10, `${said.length} were ${went}`);
		assert.ok(said.every((text) => text.includes("⟦U+202E⟧gnoR")) && said.some((text) => text.includes("<")), `${went}, as an operator wrote it`);
	}
	for (const [key, title] of [["o", "Consegne del turno"], ["d", "Turni e reperibilità"]]) {
		await page.keyboard.press("Escape");
		await page.locator(".board").focus();
		await page.keyboard.press(key);
		await page.getByRole("heading", { name: title }).waitFor();
		const said = page.locator("main.handover-page");
		await said.getByText("⟦U+202E⟧gnoR").first().waitFor();
		assert.doesNotMatch(await said.innerText(), /[\u200b\u2028\u202a-\u202e]/, `nothing turns ${title} round`);
		await assertUnharmed(page, title);
	}
	await page.locator("main.handover-page").getByText(`${LABEL} ${SHOWN(TURNED)}`).first().waitFor(); // what a shift left
	await page.keyboard.press("Escape");
	await assertExercise(v, page);
	await page.locator(".search input").fill("script");
	await page.locator(".found li").nth(1).waitFor();
	await assertUnharmed(page, "search");
	await visitor.close();
	const citizen = await Visitor.open(v.addresses.public, { beforehand: watch });
	for (const link of links.filter((_, i) => i % 7 === 0)) {
		await citizen.page.goto(`${v.addresses.public}${link}`);
		await assertUnharmed(citizen.page, "receipt");
	}
	await citizen.close();
});
