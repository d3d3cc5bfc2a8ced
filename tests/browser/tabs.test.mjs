// Two tabs of one browser have one login; a grave thing asks for a secret again, and is done once.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, PASSWORD, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const place = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

/** Without the map: three of them take their time. */
const beforehand = () => localStorage.setItem("vedetta.show", "list");

async function openTab(visitor, v) {
	const page = await visitor.context.newPage();
	await page.goto(`${v.addresses.console}/console`);
	await page.locator(".banner.good").waitFor();
	return page;
}

async function write(page, text) {
	await page.locator(".rows .row").first().click();
	await page.locator("aside ol > li").first().waitFor();
	await page.locator("aside .acts").getByRole("button", { name: /^Annota/ }).click();
	await page.locator(".act-form textarea").fill(text);
}

/** Through the page of one tab. */
async function leave(page) {
	await page.locator(".banner").getByRole("button", { name: /tester|bruno/ }).click();
	await page.getByRole("button", { name: "Esci" }).click();
	await page.waitForURL(/\/login/);
}

async function enter(page, name) {
	await page.fill("#name", name);
	await page.fill("#password", PASSWORD);
	await page.click("button[type=submit]");
	await page.locator(".banner.good").waitFor();
}

const who = (page, name) => page.locator(".banner").getByRole("button", { name }).waitFor();

scenario("what one tab does the other shows, and who leaves in one has left in all", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), text: "acqua in cantina" });
	await v.addAccount("bruno");
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand });
	const { page: first } = visitor;
	await first.locator(".banner.good").waitFor();
	const [second, third] = [await openTab(visitor, v), await openTab(visitor, v)];
	await write(first, "vista dall’altra");
	await second.locator(".rows .row").first().click();
	await first.keyboard.press("Control+Enter");
	await second.locator("aside").getByText("vista dall’altra").waitFor();
	await first.locator(".act-form").waitFor({ state: "detached" });
	// Half a note in one; another leaves; a third has nothing to lose.
	await write(second, "a metà");
	await leave(first);
	await third.waitForURL(/\/login/);
	await second.locator("dialog.again[open]").waitFor();
	// The same person comes back elsewhere: the half note goes on by itself.
	await enter(first, "tester");
	await second.locator("dialog.again").waitFor({ state: "detached" });
	assert.equal(await second.locator(".act-form textarea").inputValue(), "a metà");
	await second.locator(".act-form textarea").focus();
	await second.keyboard.press("Control+Enter");
	await first.locator(".rows .row").first().click();
	await first.locator("aside").getByText("a metà").waitFor();
	await second.locator(".act-form").waitFor({ state: "detached" }); // else it stays for what is typed there
	// Somebody else comes in: no tab stands there under the old name.
	await leave(first);
	await second.waitForURL(/\/login/);
	await enter(first, "bruno");
	await second.goto(`${v.addresses.console}/console`);
	await who(second, "bruno");
	await write(second, "di bruno");
	await first.context().clearCookies();
	await first.goto(`${v.addresses.console}/login`);
	await enter(first, "tester");
	await who(first, "tester");
	await who(second, "tester");
	await visitor.close();
});

scenario("a grave thing asks for the password again: let go, wrong, right, and done once", { timeoutMs: 90000 }, async (v) => {
	await v.addAccount("root", { role: "administrator" });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand });
	await visitor.login(v.addresses.console, { name: "root" });
	const { page } = visitor;
	await page.locator(".banner").getByRole("button", { name: "root" }).click();
	await page.getByRole("button", { name: "Accessi" }).click();
	const asked = { type: "urn:vedetta:problem:step-up", title: "Show a secret again", status: 403, detail: "This is grave." };
	const sent = [];
	let isShown = false;
	await page.route("**/v1/accounts", async (route) => {
		if (route.request().method() !== "POST") {
			return route.continue();
		}
		sent.push(route.request().postDataJSON().name);
		return isShown ? route.continue() : route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(asked) });
	});
	await page.route("**/v1/session/step-up", async (route) => {
		const response = await route.fetch();
		isShown ||= response.ok();
		return route.fulfill({ response });
	});
	await page.getByLabel("Nome per entrare").fill("ada");
	await page.getByLabel("Codici delle aree").fill("*");
	await page.getByLabel(/Prima parola d’ordine/).fill("una frase nuova e lunga");
	const add = page.getByRole("button", { name: "Metti in elenco" });
	const form = page.locator("form.step-up");
	await add.click();
	await form.waitFor();
	await visitor.assertAccessible("a secret is asked for");
	assert.ok(await form.locator("[type=password]").evaluate((input) => input === document.activeElement), "ready to type into");
	await page.keyboard.press("Escape");
	await form.waitFor({ state: "detached" });
	assert.equal(await page.getByLabel("Nome per entrare").inputValue(), "ada", "what was filled in stays");
	await add.click();
	await form.waitFor();
	await page.keyboard.type("non è questa");
	await page.keyboard.press("Enter");
	await page.locator(".duty-page > .wrong").getByText("Nome, password o codice non corretti").waitFor();
	await form.locator("[type=password]").fill(PASSWORD);
	await form.evaluate((one) => { // pressed twice
		one.requestSubmit();
		one.requestSubmit();
	});
	await form.waitFor({ state: "detached" });
	await page.getByRole("cell", { name: "ada", exact: true }).waitFor();
	assert.deepEqual(sent, ["ada", "ada", "ada"], "asked, asked, and done once");
	assert.equal(await page.locator(".duty-page > .wrong").innerText(), "");
	// Who sees no incidents has no stream that ends with the login: the other tab is told.
	const other = await visitor.context.newPage();
	await other.goto(`${v.addresses.console}/console`);
	await other.getByRole("heading", { name: "root" }).waitFor();
	const asks = other.waitForRequest((request) => request.url().endsWith("/v1/session"));
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: "Esci" }).click();
	await asks;
	await other.waitForURL(/\/login/);
	await visitor.close();
});

scenario("a plan whose answer was lost is set once, pressed again", {}, async (v) => {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.keyboard.press("d");
	let posts = 0;
	await page.route("**/v1/teams", async (route) => {
		if (route.request().method() !== "POST" || posts++ > 0) {
			return route.continue();
		}
		await route.fetch();
		return route.abort();
	});
	const team = page.locator("form", { has: page.locator("textarea") }).filter({ hasText: "Squadra" });
	await team.getByLabel("Squadra").fill("Zattere");
	await team.getByLabel(/Codici delle aree/).fill("*");
	await team.getByLabel(/Persone/).fill("Ugo, https://ugo.example/h");
	await team.getByRole("button", { name: "Metti in elenco" }).click();
	await page.locator(".duty-page > .wrong", { hasText: /.+/ }).waitFor();
	await team.getByRole("button", { name: "Metti in elenco" }).click();
	await eventually(async () => (await page.locator(".duty-page > .wrong").innerText()) === "");
	assert.equal(posts, 2);
	const { teams } = (await v.request("console", "/v1/teams")).json;
	assert.deepEqual(teams.map(({ name }) => name), ["Zattere"]);
	await visitor.close();
});
