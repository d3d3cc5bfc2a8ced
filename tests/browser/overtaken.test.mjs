// Answers come late and in another order than they were asked for: nothing that is newer is put back by them,
// and what somebody presses on an old page does not fall on something else.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

/** Without the map: it takes its time. */
const beforehand = () => localStorage.setItem("vedetta.show", "list");

const flood = (text) => ({ hazard: "flood", text, place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" } });

const say = async (v, path, body) => {
	const answer = await v.request("console", path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
	assert.equal(answer.status, 200, answer.text);
	return answer.json;
};

/** Answers to GETs of that address wait, once asked to, until they are let go. */
async function valve(page, address) {
	const kept = [];
	const of = {
		keep: false, kept,
		/** The one asked first. One that its page gave up waiting for is nobody's any more. */
		oldest: () => kept.shift()?.().catch(() => {}),
		release: async () => {
			of.keep = false;
			while (kept.length > 0) {
				await of.oldest();
			}
		},
	};
	await page.route(address, async (route) => {
		if (route.request().method() !== "GET" || !of.keep) {
			return route.continue();
		}
		const response = await route.fetch();
		kept.push(() => route.fulfill({ response }));
	});
	return of;
}

const keptOne = (of) => async () => of.kept.length > 0;

async function wait(so, what) {
	for (let n = 0; n < 400; n++) {
		if (await so()) {
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	assert.fail(`${what} did not come`);
}

async function addTeam(page, name) {
	const form = page.locator(".duty-page section", { hasText: "Squadre" }).locator("form").first();
	const [label, areas] = [form.getByLabel("Squadra"), form.getByLabel("Codici delle aree")];
	await label.fill(name);
	await areas.fill("*");
	await form.getByLabel("Persone").fill("Ugo, ugo@example.it");
	await form.getByRole("button", { name: "Metti in elenco" }).click();
}

const mail = { config: { "courier.smtp_url": "smtp://127.0.0.1:9", "courier.mail_from": "desk@pc.example" }, timeoutMs: 120000 };

scenario("an answer that was overtaken puts nothing back, and a press on an old page means what it showed", mail, async (v) => {
	const source = v.source();
	await source.report(flood("acqua in cantina"));
	await v.source().report(flood("acqua alta in via Roma"));
	await say(v, "/v1/exercise", { on: true, name: "Aterno" });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.locator("#app > .exercise-strip", { hasText: "«Aterno»" }).waitFor();

	// What was found for other words is not said of these.
	const search = page.locator(".search input");
	const found = await valve(page, "**/v1/reports?*");
	await search.fill("zanzibar");
	await page.getByText("Nessuna segnalazione con queste parole.").waitFor();
	found.keep = true;
	await search.fill("cantina");
	await page.locator(".found").getByText("Carico…").waitFor();
	assert.equal(await page.getByText("Nessuna segnalazione con queste parole.").count(), 0);
	await wait(keptOne(found), "the question");
	await found.release();
	await page.locator(".found mark", { hasText: "cantina" }).first().waitFor();
	// Nor is it there to be opened: the next key, and it is gone.
	found.keep = true;
	await search.fill("Roma");
	assert.equal(await page.locator(".found li").count(), 0);
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.locator(".found").getByText("Carico…").waitFor();
	assert.equal(await page.locator("aside").count(), 0);
	await wait(keptOne(found), "the question");
	await found.release();
	await page.locator(".found mark", { hasText: "Roma" }).waitFor();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.locator("aside").getByText("acqua alta in via Roma").waitFor();
	await page.keyboard.press("Escape");
	await page.locator("aside").waitFor({ state: "detached" });

	// The report whose place is being given stays the one, whoever reports meanwhile.
	await page.locator(".rows .row").first().click();
	await page.locator("aside details.correction summary").click();
	const choice = page.locator("aside .place-form select");
	await choice.waitFor();
	const chosen = await choice.inputValue();
	assert.equal(await choice.locator("option").count(), 2);
	await v.source().report(flood("anche qui acqua"));
	await choice.locator("option").nth(2).waitFor({ state: "attached" });
	assert.equal(await choice.inputValue(), chosen);
	await page.locator("aside").getByRole("button", { name: "Chiudi" }).first().click();

	// A slow reading of the plans comes behind two newer ones.
	const teams = await valve(page, "**/v1/teams");
	await page.locator(".board").focus();
	await page.keyboard.press("d");
	await page.locator(".duty-page form").first().waitFor();
	teams.keep = true;
	await addTeam(page, "Uno");
	await wait(keptOne(teams), "the slow answer");
	teams.keep = false;
	await addTeam(page, "Due");
	await page.locator(".duty-page li", { hasText: "Due" }).waitFor();
	teams.keep = true; // no later look mends what the slow one does
	await teams.oldest();
	await page.waitForTimeout(300);
	assert.equal(await page.locator(".duty-page li", { hasText: "Due" }).count(), 1, "what was there stays");
	await teams.release();
	await page.keyboard.press("Escape");

	// Contacts were changed elsewhere since this page was opened: another browser's push is not taken away.
	const push = [{ endpoint: "https://push.example/laptop", p256dh: "x", auth: "y", label: "laptop" }];
	await say(v, "/v1/account", { settings: { contacts: { email: "anna@example.it", push } } });
	await page.locator(".banner").getByRole("button", { name: /tester/ }).click();
	const contacts = page.locator("section.contacts");
	await contacts.getByText("laptop").waitFor();
	assert.equal(await contacts.locator("input[type=email]").inputValue(), "anna@example.it");
	await contacts.getByPlaceholder("https://").fill("https://hook.example/x");
	await say(v, "/v1/account", { settings: { contacts: { email: "bea@example.it", push } } });
	await contacts.getByRole("button", { name: "Salva" }).click();
	await contacts.getByRole("alert").getByText("Cambiata.").waitFor();
	const { contacts: kept } = await v.operator().get("/v1/session");
	assert.deepEqual([kept.email, kept.webhook, kept.push?.length], ["bea@example.it", "https://hook.example/x", 1]);

	// Another exercise has begun since the page was drawn: that one is not ended.
	const exercise = await valve(page, "**/v1/exercise");
	exercise.keep = true;
	await page.locator("nav.nav-tabs").getByRole("button", { name: "Esercitazione" }).click();
	const end = page.getByRole("button", { name: "Termina l’esercitazione" });
	await end.waitFor();
	await say(v, "/v1/exercise", { leaveOpen: true });
	await say(v, "/v1/exercise", { on: true, name: "Bora" });
	await end.click();
	await page.locator(".duty-page > .wrong").getByText("intanto è un’altra").waitFor();
	assert.equal((await v.operator().get("/v1/exercise")).name, "Bora");
	await wait(keptOne(exercise), "another look");
	await exercise.release();
	await page.locator(".duty-page .exercise-strip", { hasText: "«Bora»" }).waitFor({ timeout: 40000 });
	await visitor.close();
});
