// Operators on a bad line: they see at once that what they see is old, nothing typed is lost, nothing is done twice.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";
import { Line } from "./line.mjs";

before(startChromium);
after(stopChromium);

const place = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

/** Two incidents, and a console over a line that can be cut. */
async function openConsole(v, body) {
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), text: "acqua in cantina" });
	await v.source().report({ hazard: "fire", place: place(43.35, 13.4), text: "fumo" });
	const line = await Line.open(v.addresses.console);
	try { // a line that is left open keeps the runner waiting for ever
		const visitor = await Visitor.open(`${line.address}/login`, { size: DESK });
		await visitor.login(line.address);
		const { page } = visitor;
		await page.locator(".banner.good").waitFor();
		await page.locator(".rows .row").nth(1).waitFor();
		await page.locator(".rows .row").first().click();
		await page.locator("aside ol > li").first().waitFor();
		await body(visitor, line);
		await visitor.close();
	} finally {
		line.close();
	}
}

const notes = async (v) => (await Promise.all((await v.operator().board()).map(async ({ id }) =>
	(await v.operator().incident(id)).reports.filter((row) => row.decision?.action?.note !== undefined).length))).reduce((sum, n) => sum + n, 0);

async function write(page, text) {
	await page.locator("aside .acts").getByRole("button", { name: /^Annota/ }).click();
	await page.locator(".act-form textarea").fill(text);
}

scenario("a machine off the network says so at once, keeps what is typed, and comes back by itself", {}, (v) => openConsole(v, async (visitor) => {
	const { page, context } = visitor;
	const second = await context.newPage();
	await second.goto(page.url());
	await second.locator(".banner.good").waitFor();
	await write(page, "scritto fuori rete");
	await context.setOffline(true);
	for (const one of [page, second]) {
		await one.locator(".banner.bad").getByText("Quello che vedi può essere vecchio").waitFor({ timeout: 5000 });
	}
	await page.keyboard.press("Control+Enter");
	await page.locator(".act-form .wrong").getByText("NON inviato: questo computer non è in rete").waitFor();
	assert.equal(await page.locator(".act-form textarea").inputValue(), "scritto fuori rete");
	await context.setOffline(false);
	for (const one of [page, second]) {
		await one.locator(".banner.good").waitFor();
	}
	await page.keyboard.press("Control+Enter");
	await page.locator(".act-form").waitFor({ state: "detached" });
	assert.equal(await notes(v), 1);
}));

scenario("what failed when its form was gone is said, and sent again is done once", {}, (v) => openConsole(v, async (visitor) => {
	const { page } = visitor;
	let left;
	const away = new Promise((resolve) => { left = resolve; });
	await page.route("**/actions", async (route) => {
		await away;
		await route.fetch(); // done, and the answer lost on the way
		await route.abort();
	}, { times: 1 });
	await write(page, "chiamato il <b>sindaco</b>");
	await page.keyboard.press("Control+Enter");
	await page.locator(".act-form").getByText("Invio in corso").waitFor();
	await page.locator(".rows .row").nth(1).click();
	await page.locator("aside ol > li").getByText("acqua in cantina").waitFor();
	left();
	const bar = page.locator(".loose-bar p");
	await bar.getByText("Non si sa se è stato registrato").waitFor();
	assert.match(await bar.innerText(), /#\d+ Annota «chiamato il <b>sindaco<\/b>»/);
	assert.equal(await page.locator("aside .wrong", { hasText: "Non si sa" }).count(), 0, "not as if it were about the one that is open");
	await visitor.assertAccessible("what is loose");
	await bar.getByRole("button", { name: "Invia di nuovo" }).click();
	await bar.waitFor({ state: "detached" });
	await page.getByText("Inviato e registrato, una volta sola").waitFor();
	assert.equal(await notes(v), 1);
	// Refused for good there is nothing to send again, and the words are there to be read.
	await page.route("**/actions", async (route) => {
		await new Promise((resolve) => { left = resolve; });
		await route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:vedetta:problem:forbidden", status: 403 }) });
	}, { times: 1 });
	left = undefined;
	await write(page, "altra nota");
	await page.keyboard.press("Control+Enter");
	await eventually(() => left !== undefined);
	await page.keyboard.press("Escape");
	left();
	await bar.getByText("Il tuo ruolo non lo permette").waitFor();
	assert.equal(await bar.getByRole("button", { name: "Invia di nuovo" }).count(), 0);
	await bar.getByRole("button", { name: "Lascia stare" }).click();
	await bar.waitFor({ state: "detached" });
}));

scenario("a line that went silent is found out by an answer that does not come, and is left for a new one", {}, (v) => openConsole(v, async (visitor, line) => {
	const { page, context } = visitor;
	const second = await context.newPage(); // shares the stream
	await second.goto(page.url());
	await second.locator(".banner.good").waitFor();
	await write(page, "nel silenzio");
	line.silence();
	await page.keyboard.press("Control+Enter");
	await page.locator(".banner.bad").getByText("Quello che vedi può essere vecchio").waitFor({ timeout: 12_000 });
	for (let i = 0; i < 3; i++) {
		await page.getByRole("button", { name: "Riprova adesso" }).click();
	}
	line.mend();
	await page.getByRole("button", { name: "Riprova adesso" }).click({ timeout: 1000 }).catch(() => {});
	for (const one of [page, second]) {
		await one.locator(".banner.good").waitFor();
	}
	// The browser may have sent it again by itself.
	const wrong = page.locator(".act-form .wrong", { hasText: "Non si sa" });
	await eventually(async () => await wrong.count() > 0 || await page.locator(".act-form").count() === 0, { withinMs: 20_000, what: "what became of it" });
	if (await wrong.count() > 0) {
		await page.locator(".act-form textarea").focus();
		await page.keyboard.press("Control+Enter");
		await page.locator(".act-form").waitFor({ state: "detached" });
	}
	assert.equal(await notes(v), 1);
	await v.source().report({ hazard: "landslide", place: place(44.5, 11), text: "frana" });
	for (const one of [page, second]) {
		await one.locator(".rows .row").nth(2).waitFor();
	}
}));
