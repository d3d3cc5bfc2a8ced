// Operators work incidents in Chromium: every action, by keyboard, and two at once.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const place = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

async function openConsole(v, options = {}) {
	const visitor = await Visitor.open(`${v.addresses.console}/console?status=all`, { size: DESK, ...options });
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

/** Opens the first row by keyboard. */
async function openFirst(page) {
	await page.locator(".rows .row").first().waitFor();
	await page.locator(".board").focus();
	await page.keyboard.press("Home");
	await page.keyboard.press("Enter");
	await page.locator("aside .work").waitFor();
	await page.locator("aside ol > li").first().waitFor();
}

const said = (page, text) => page.locator("aside").getByText(text).first().waitFor();

/** Opens an action's form by its key. */
async function begin(page, key) {
	await page.keyboard.press(key);
	await page.locator(".act-form").waitFor();
}

async function send(page) {
	await page.keyboard.press("Control+Enter");
	await page.locator(".act-form").waitFor({ state: "detached" });
}

scenario("an incident is worked from its first alarm to its end, by keyboard alone", { timeoutMs: 120000 }, async (v) => {
	const citizen = v.source();
	await citizen.report({ hazard: "flood", about: "ABOUT_SELF", place: place(42.35, 13.4), signs: { trapped: true }, text: "acqua in cantina, siamo in due" });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await page.locator(".alarm-bar.loud").getByText("Vite in pericolo senza risposta: 1").waitFor();
	assert.match(await page.title(), /^\(1!\)/);
	await openFirst(page);
	await said(page, "Vite in pericolo e nessuno ha risposto");
	await visitor.assertAccessible("an alarming incident");

	await page.keyboard.press("a");
	await said(page, /Preso in carico da/);
	await page.locator(".alarm-bar:not(.loud)").getByText("Da passare a chi interviene: 1").waitFor();

	await begin(page, "n");
	await page.keyboard.type("richiamato: <b>nessuna</b> risposta");
	await send(page);
	await said(page, "richiamato: <b>nessuna</b> risposta");

	await begin(page, "q");
	await page.locator(".act-form textarea").fill("Quanti siete? L’acqua sale?");
	await send(page);
	await said(page, "Quanti siete? L’acqua sale?");

	await begin(page, "g");
	await page.keyboard.press("Space"); // to me
	await send(page);
	await said(page, /Assegnato a/);

	await begin(page, "h");
	await page.getByRole("radio", { name: "115 Vigili del fuoco" }).focus();
	await page.keyboard.press("Space");
	await page.locator(".act-form input[name=reference]").fill("A-4711");
	await page.locator(".act-form input[name=takenBy]").fill("caposquadra Rossi");
	await visitor.assertAccessible("a form of an action");
	await send(page);
	await said(page, "Passato a 115");
	await said(page, "n. A-4711");
	await page.locator(".alarm-bar").waitFor({ state: "detached" });

	await begin(page, "c");
	await page.getByRole("radio", { name: "3 Sicurezza di molti" }).focus();
	await page.keyboard.press("Space");
	await page.locator(".act-form input[name=reason]").fill("sono fuori");
	await send(page);
	await said(page, /Gravità 3 decisa da/);

	await page.route(/\/v1\/incidents\/\d+$/, async (route) => {
		await new Promise((done) => { setTimeout(done, 700); });
		await route.continue();
	});
	await begin(page, "x");
	await page.getByRole("radio", { name: "Una burla" }).focus();
	await page.keyboard.press("Space");
	await page.locator(".act-form input[name=reason]").fill("stesso numero di ieri");
	await send(page);
	await said(page, /Segnato come burla/);
	// Pressed before the history shows it: still it is this that is taken back, not what was decided before.
	await page.keyboard.press("u");
	await eventually(async () => (await page.locator("aside .done").getByText(/Segnato come burla/).count()) === 0, { what: "the undo" });
	await said(page, "annullata");
	await visitor.letThrough();
	assert.equal(await page.locator("aside .done").getByText(/Gravità 3 decisa da/).count(), 1);

	await begin(page, "e");
	await page.getByRole("radio", { name: "Risolto" }).focus();
	await page.keyboard.press("Space");
	await page.locator(".act-form textarea").fill("tutti a casa");
	await send(page);
	await said(page, /Chiuso da/);
	await page.getByRole("button", { name: "Riapri" }).click();
	await page.locator(".act-form input[name=reason]").fill("l’acqua torna");
	await send(page);
	await eventually(async () => (await page.locator("aside .done").getByText(/Chiuso da/).count()) === 0, { what: "open again" });
	await visitor.close();
});

scenario("reports are merged, split and moved, and the numbers lead on", { timeoutMs: 120000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4), text: "fumo dal tetto" });
	await v.source().report({ hazard: "fire", place: place(42.3502, 13.4), signs: { injured: true }, text: "brucia la scuola" });
	await v.source().report({ hazard: "landslide", place: place(42.5, 13.6), text: "frana sulla strada" });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	await openFirst(page);
	const number = async () => /#(\d+)/.exec(await page.locator("aside h2").innerText())?.[1];
	const first = await number();
	await begin(page, "s");
	await page.getByRole("checkbox", { name: /fumo dal tetto/ }).check();
	await page.getByRole("checkbox", { name: /brucia la scuola/ }).check();
	await page.locator(".act-form input[name=reason]").fill("altro edificio");
	await page.keyboard.press("Control+Enter");
	await page.locator(".act-form .wrong", { hasText: "Non è stato fatto: Quali segnalazioni: sono tutte quelle dell’incidente: una deve restare." }).waitFor();
	await page.getByRole("checkbox", { name: /fumo dal tetto/ }).uncheck();
	await send(page);
	await eventually(async () => (await page.locator(".rows .row").count()) === 3, { what: "the split" });
	await said(page, "brucia la scuola");

	await begin(page, "m");
	await page.locator(".act-form select[name=into]").selectOption(first);
	await page.locator(".act-form input[name=reason]").fill("è lo stesso");
	await send(page);
	await eventually(async () => (await number()) === first, { what: "the one it went into is open" });

	await begin(page, "v");
	const option = await page.locator(".act-form select[name=report] option").filter({ hasText: "fumo dal tetto" }).getAttribute("value");
	await page.locator(".act-form select[name=report]").selectOption(option);
	const slide = await page.locator(".act-form select[name=into] option").filter({ hasText: "Frana" }).getAttribute("value");
	await page.locator(".act-form select[name=into]").selectOption(slide);
	await page.locator(".act-form input[name=reason]").fill("era la frana");
	await send(page);
	await eventually(async () => (await number()) === slide, { what: "where it went" });
	await said(page, "fumo dal tetto");
	await visitor.close();
});

scenario("two operators at once lose nothing, and one learns what the other decided", { timeoutMs: 120000 }, async (v) => {
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), signs: { trapped: true }, text: "aiuto" });
	await v.addAccount("bruno");
	const [a, b] = [await openConsole(v), await openConsole(v)];
	await b.login(v.addresses.console, { name: "bruno" });
	await b.page.goto(`${v.addresses.console}/console?status=all`);
	await b.page.locator(".banner.good").waitFor();
	await openFirst(a.page);
	await openFirst(b.page);
	await begin(a.page, "n");
	await begin(b.page, "n");
	await a.page.keyboard.type("nota di A");
	await b.page.keyboard.type("nota di B");
	await Promise.all([send(a.page), send(b.page)]);
	for (const { page } of [a, b]) {
		await said(page, "nota di A");
		await said(page, "nota di B");
	}
	// One decides while the other's form, with what it saw, is on its way.
	await b.page.route("**/actions", async (route) => {
		await begin(a.page, "c");
		await a.page.getByRole("radio", { name: "2 Vite tra poco" }).check();
		await a.page.locator(".act-form input[name=reason]").fill("visto da A");
		await send(a.page);
		await route.continue();
	}, { times: 1 });
	await begin(b.page, "c");
	await b.page.getByRole("radio", { name: "4 Bisogni" }).check();
	await b.page.locator(".act-form input[name=reason]").fill("visto da B");
	await b.page.keyboard.press("Control+Enter");
	await b.page.getByText(/ha deciso «gravità»/).waitFor();
	await said(b.page, /Gravità 2 decisa da/);
	await a.close();
	await b.close();
});

scenario("a team is chosen from the duty book, and another's decision is left to who leads", { timeoutMs: 90000 }, async (v) => {
	const set = (path, body) => v.request("console", path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
	assert.equal((await set("/v1/teams", { name: "Zattere", areas: ["*"], people: [{ name: "Ugo", webhook: "https://ugo.example/h" }] })).status, 200);
	assert.equal((await set("/v1/teams", { name: "Barche di Ripa", areas: ["*"], people: [{ name: "Ugo", webhook: "https://ugo.example/h" }] })).status, 200);
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), text: "acqua" });
	await v.addAccount("bruno");
	const [leader, other] = [await openConsole(v), await openConsole(v)];
	await other.login(v.addresses.console, { name: "bruno" });
	await other.page.goto(`${v.addresses.console}/console?status=all`);
	await other.page.locator(".banner.good").waitFor();
	const { page } = leader;
	await openFirst(page);
	await begin(page, "g");
	await page.getByRole("radio", { name: "A una squadra" }).check();
	const choice = page.locator(".act-form select[name=team]");
	await choice.locator("option", { hasText: "Zattere" }).waitFor({ state: "attached" });
	assert.deepEqual((await choice.locator("option").allInnerTexts()).slice(1), ["Barche di Ripa · *", "Zattere · *"]);
	await page.keyboard.press("Control+Enter");
	await page.locator(".act-form .wrong", { hasText: "Quale squadra" }).waitFor();
	await choice.selectOption({ label: "Barche di Ripa · *" });
	await leader.assertAccessible("the form with a team");
	await send(page);
	await said(page, /Assegnato a Barche di Ripa/);
	await page.locator(".rows .hands", { hasText: "Barche di Ripa" }).waitFor();
	await begin(page, "c");
	await page.getByRole("radio", { name: "3 Sicurezza di molti" }).check();
	await page.locator(".act-form input[name=reason]").fill("la scuola");
	await send(page);
	await page.getByRole("button", { name: /Annulla questa/ }).first().waitFor(); // its own are its own to take back
	// The other one may act, but does not lead.
	await openFirst(other.page);
	await said(other.page, /Gravità 3 decisa da/);
	assert.equal(await other.page.getByRole("button", { name: /Annulla questa/ }).count(), 0);
	await begin(other.page, "c");
	assert.equal(await other.page.getByRole("radio", { name: "Ridai alla regola" }).count(), 0);
	assert.equal(await other.page.getByRole("radio", { name: "4 Bisogni" }).count(), 1);
	await leader.close();
	await other.close();
});

scenario("what gets worse after it was taken on calls again, until it is seen", { timeoutMs: 60000 }, async (v) => {
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), text: "acqua in strada" });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await openFirst(page);
	// The answer takes its time: what got worse meanwhile is taken on by another key, not by the first one once more.
	let answer;
	const held = new Promise((done) => { answer = done; });
	await page.route("**/actions", async (route) => {
		const response = await route.fetch();
		await held;
		await route.fulfill({ response });
	}, { times: 1 });
	await page.keyboard.press("a");
	await said(page, /Preso in carico da/);
	assert.equal(await page.locator(".alarm-bar").count(), 0);
	await v.source().report({ hazard: "flood", place: place(42.3501, 13.4), signs: { unresponsive: true }, text: "mio padre non respira" });
	await page.locator(".alarm-bar.loud").getByText("Peggiorati: 1").waitFor();
	await said(page, /È peggiorato: da \d a 1/);
	await page.locator(".rows").getByText("PEGGIORATO").waitFor();
	await page.keyboard.press("a");
	await page.locator(".alarm-bar.loud").waitFor({ state: "detached" });
	answer();
	await visitor.close();
});

scenario("a call is taken by keyboard in under twenty seconds", { timeoutMs: 60000 }, async (v) => {
	const visitor = await openConsole(v);
	const { page } = visitor;
	const began = Date.now();
	await page.locator(".board").focus();
	// The next key finds the form, however fast: nothing is drawn in between.
	const focused = () => page.evaluate(async () => {
		document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
		for (let i = 0; i < 20; i++) {
			await undefined;
		}
		return document.activeElement.name;
	});
	assert.equal(await focused(), "hazard");
	await page.keyboard.type("Frana");
	await page.keyboard.press("Tab");
	await page.keyboard.type("42.35, 13.40");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Space"); // trapped
	await page.locator("dialog textarea").focus();
	await page.keyboard.type("due operai sotto la frana", { delay: 30 });
	const typedMs = Date.now() - began;
	await visitor.assertAccessible("a call");
	const sent = Date.now();
	await page.keyboard.press("Control+Enter");
	await page.getByText(/Codice da dire a chi chiama: [0-9A-Z]{4}-[0-9A-Z]{4}/).waitFor();
	const tookMs = typedMs + Date.now() - sent;
	assert.ok(tookMs < 20000, `${tookMs} ms`);
	await openFirst(page);
	for (const text of ["due operai sotto la frana", "Riguarda un’altra persona", "operator"]) {
		await said(page, text);
	}
	await page.keyboard.press("Escape");
	await page.keyboard.press("o");
	await page.getByRole("heading", { name: "Consegne del turno" }).waitFor();
	await page.getByText("Da fare subito (1)").waitFor();
	await visitor.assertAccessible("the handover");
	await visitor.close();
});

scenario("what was not answered is sent again as it was, and done once", { timeoutMs: 60000 }, async (v) => {
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), text: "acqua in cantina" });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await openFirst(page);
	const desk = v.role("desk").pid;
	const notes = async () => {
		const [{ id }] = await v.operator().board();
		return (await v.operator().incident(id)).reports.filter((row) => row.decision?.action?.note !== undefined).length;
	};
	await begin(page, "n");
	await page.keyboard.type("richiamata alle tre");
	const answered = page.waitForResponse((response) => response.url().endsWith("/actions"));
	process.kill(desk, "SIGSTOP");
	try {
		await page.keyboard.press("Control+Enter");
		assert.equal((await answered).status(), 503);
	} finally {
		process.kill(desk, "SIGCONT"); // silent for 8 s it would be killed
	}
	await page.locator(".act-form .wrong").getByText("Non si sa se è stato registrato").waitFor();
	await eventually(async () => (await notes()) === 1, { what: "the desk did it when it could" });
	await said(page, "richiamata alle tre"); // the board is newer than what went out
	await page.locator(".act-form textarea").focus();
	await send(page);
	await v.source().report({ hazard: "flood", place: place(42.35, 13.4), text: "anche qui" });
	await said(page, "anche qui");
	assert.equal(await notes(), 1);
	await visitor.close();
});
