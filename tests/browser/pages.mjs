// Every page and window of the console, and a board that has something of everything on it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually, root, run } from "../blackbox/harness.mjs";

const at = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

const SAID = [
	{ hazard: "flood", about: "ABOUT_SELF", place: at(42.3498, 13.3995), signs: { trapped: true, vulnerable: true, dangerRising: true, people: "PEOPLE_TWO_TO_FIVE" },
		text: "acqua in cantina, due anziani al piano terra, non riescono a salire", contact: { name: "Ada Rossi", phone: "0862 123456" } },
	{ hazard: "flood", about: "ABOUT_SELF", place: at(42.3499, 13.3996), signs: { injured: true }, text: "acqua in casa, un ferito" },
	{ hazard: "medical", place: at(44, 8.4), signs: { unresponsive: true }, text: "mio padre non risponde" },
	{ hazard: "collapse", place: at(42.36, 13.41), signs: { injured: true, people: "PEOPLE_MORE" }, text: "crollato il tetto del capannone" },
	{ hazard: "gas_leak", place: at(42.2, 13.7), signs: { dangerRising: true }, text: "forte odore di gas" },
	{ hazard: "road_blocked", place: at(41.9, 12.5), signs: { wayOutBlocked: true }, text: "albero sulla strada" },
	{ hazard: "utility_out", place: at(45.4, 9.1), text: "manca la luce" },
	{ hazard: "missing_person", place: { words: "vicino alla chiesa di San Pietro" }, text: "non troviamo la nonna" },
	{ place: { words: "non lo so" }, text: "non so che cosa succede" },
	{ hazard: "other", place: { point: { latDeg: 0, lonDeg: 0 } }, text: "posizione sbagliata" },
];

/** Areas, incidents of all classes, a large event, a drill; one incident worked on. */
export async function fill(v) {
	await run(["area", "import", join(root, "demo/abruzzo.topo.json"), "--data", v.data]);
	for (const report of SAID) {
		await v.source().report(report);
	}
	for (let i = 0; i < 16; i++) { // 600 m from each other
		await v.source().report({ hazard: "fire", text: "fumo", signs: i % 5 === 0 ? { injured: true } : {}, place: at(42.5 + i * 0.0054, 13.7) });
	}
	const board = await v.operator().board();
	const [flood] = board.filter((i) => i.hazard === "flood");
	for (const body of [{ acknowledge: {} }, { assign: { person: "tester" } }, { note: { text: "richiamato, nessuna risposta" } },
		{ handOver: { to: "115", reference: "A-2231", takenBy: "Bianchi" } }]) {
		const { incident } = await v.operator().incident(flood.id);
		const { status, text } = await v.request("console", `/v1/incidents/${flood.id}/actions`, {
			method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ sequence: incident.sequence, ...body }),
		});
		assert.equal(status, 200, text);
	}
	await eventually(async () => ((await v.operator().get("/v1/umbrellas")).umbrellas ?? []).some((u) => u.maxi), { withinMs: 20_000 });
	return { flood: flood.id, all: board.length };
}

const LONG = "Squadra di soccorso alluvionale di Ripa Teatina";

/** Rows with all that can be said of one at once: drills that are hoaxes or duplicates, that somebody looks at, in long hands, worse, closed. */
export async function crowd(v) {
	const { token } = await v.exercise();
	const headers = { "vedetta-exercise": token };
	const post = async (path, body, more = {}) => {
		const answer = await v.request("console", path, { method: "POST", headers: { "content-type": "application/json", ...more }, body: JSON.stringify(body) });
		assert.equal(answer.status, 200, answer.text);
		return answer.json;
	};
	const { team } = await post("/v1/teams", { name: LONG, areas: ["*"], people: [{ name: "Ugo", webhook: "https://ugo.example/h" }] });
	const drill = async (latDeg, hazard, signs, ...actions) => {
		const had = new Set((await v.operator().board()).map((i) => i.id));
		await v.source().report({ hazard, signs, text: "prova", place: at(latDeg, 13.7) }, { headers });
		let { id, sequence } = await eventually(async () => (await v.operator().board()).find((i) => !had.has(i.id)));
		for (const body of actions) {
			({ sequence } = await post(`/v1/incidents/${id}/actions`, { sequence, ...body }));
		}
		return id;
	};
	const hoax = { mark: { kind: "MARK_KIND_HOAX", reason: "stesso numero di ieri" } };
	const assigned = { assign: { team: team.id } };
	const first = await drill(41.0, "missing_person", { unresponsive: true }, hoax);
	const ids = [first, await drill(41.1, "road_blocked", { injured: true }, { mark: { kind: "MARK_KIND_DUPLICATE", of: first, reason: "già detto" } }, assigned),
		await drill(41.2, "gas_leak", {}, hoax, assigned, { close: { outcome: "CLOSE_OUTCOME_HOAX", text: "nessuno" } }),
		await drill(41.3, "flood", {}, { acknowledge: {} }, assigned, hoax)];
	await v.source().report({ hazard: "flood", signs: { unresponsive: true }, text: "prova, peggio", place: at(41.3, 13.7) }, { headers });
	await eventually(async () => (await v.operator().board()).find((i) => i.id === ids[3])?.worse !== undefined, { what: "what got worse" });
	return { ids, look: () => Promise.all(ids.map((incident, i) => post("/v1/looking", { tab: `t${i}`, incident, writing: true }))) };
}

const board = async (page) => {
	await page.locator(".rows .row").first().waitFor();
	await page.locator(".umbrella").first().waitFor();
};

const leaf = (key) => async (page) => {
	await page.locator(".board").focus();
	await page.keyboard.press(key);
	await page.locator("main.handover-page").waitFor();
};

const window = (key) => async (page) => {
	await page.locator(".board").focus();
	await page.keyboard.press(key);
	await page.locator("dialog[open]").waitFor();
};

const incident = async (page, { flood }) => {
	await page.locator(`#row-${flood}`).click();
	await page.locator("aside ol > li").first().waitFor();
};

/** From an open incident to one of its forms. */
export async function form(page, key) {
	await page.locator(".board").focus();
	await page.keyboard.press(key);
	await page.locator(".act-form, .place-form").first().waitFor();
}

const own = async (page, { name }) => {
	await page.locator(".banner-tools").getByRole("button", { name }).click();
	await page.locator("main.handover-page").waitFor();
};

/** The forms of what can be done with an incident, by key. */
export const FORMS = { handOver: "h", assign: "g", note: "n", setClass: "c", ask: "q", merge: "m", split: "s", move: "v", mark: "x", end: "e", place: "p" };

/** By name: how to come there from the board; the map beside the list costs the most and is shown where it is looked at. */
export const PAGES = {
	board: { show: "both", open: board },
	incident: { show: "both", open: incident },
	list: { open: board },
	umbrella: { open: async (page) => {
		await page.locator(".umbrella").first().click();
		await page.locator(".umbrella-page .umbrella-body").waitFor();
	} },
	// Nobody presses anything on the wall.
	search: { pressed: true, open: async (page) => {
		await page.locator("input[type=search]").fill("acqua");
		await page.locator(".found li").first().waitFor();
	} },
	"area filter": { pressed: true, open: async (page) => {
		await page.locator(".area-filter input").fill("l'aq");
		await page.locator(".area-offers li").first().waitFor();
	} },
	export: { pressed: true, open: async (page) => {
		await page.locator(".export-menu > button").click();
		await page.locator(".export-panel").waitFor();
	} },
	"new report": { open: window("r") },
	keys: { open: window("?") },
	handover: { open: leaf("o") },
	duty: { open: leaf("d") },
	account: { pressed: true, open: own },
	"step-up": { pressed: true, open: async (page, { name }) => {
		await page.route("**/v1/account", (route) => (route.request().postData()?.includes("totpBegin")
			? route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:vedetta:problem:step-up", status: 403, title: "step-up" }) })
			: route.continue()));
		await own(page, { name });
		await page.locator("main.handover-page .duty-form button[type=button]").first().click();
		await page.locator("main.handover-page > form.duty-form").waitFor();
	} },
	audit: { pressed: true, open: async (page, { name }) => {
		await own(page, { name });
		await page.getByRole("button", { name: /^(Registro|Log)$/ }).click();
		await page.locator("main.handover-page table").waitFor();
	} },
	exercise: { pressed: true, open: async (page, { name }) => {
		await own(page, { name });
		await page.locator("nav").getByRole("button", { name: /^(Esercitazione|Exercise)$/ }).click();
		await page.locator("main.handover-page form").waitFor();
	} },
	accounts: { pressed: true, role: "administrator", open: async (page, { name }) => {
		await own(page, { name });
		await page.getByRole("button", { name: /^(Accessi|Accounts)$/ }).click();
		await page.locator("main.handover-page td").first().waitFor();
	} },
};

/** Somebody at a screen of this look, logged in. */
export async function sitDown(v, Visitor, { role = "shift_leader", look = "day", locale = "it-IT", size } = {}) {
	const name = `${role}-${look}`;
	await v.addAccount(name, { role, unassigned: true });
	const visitor = await Visitor.open(`${v.addresses.console}/login`, {
		size, locale, dark: look === "night", beforehand: `localStorage.setItem("vedetta.theme", "${look === "night" ? "night" : "day"}");`,
	});
	await visitor.login(v.addresses.console, { name });
	return Object.assign(visitor, { name, look, console: v.addresses.console });
}

/** Of a visitor who sat down: the page of that name, from anew. */
export async function turnTo(visitor, page, filled) {
	const { show = "list", open } = PAGES[page];
	await visitor.page.evaluate((to) => localStorage.setItem("vedetta.show", to), show);
	await visitor.page.goto(`${visitor.console}/console${visitor.look === "wall" ? "?wall" : ""}`);
	await visitor.page.locator(".banner.good, .banner.wait").waitFor();
	await open(visitor.page, { ...filled, name: visitor.name });
}
