import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const place = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

async function openConsole(v, options = {}) {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, ...options });
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

scenario("a report is on the operator's screen within a second of its receipt", {}, async (v) => {
	const visitor = await openConsole(v);
	const { page } = visitor;
	await page.getByText("Nessun incidente da mostrare").waitFor();
	await v.source().report({
		hazard: "flood", about: "ABOUT_SELF", place: place(42.3498, 13.3995),
		signs: { trapped: true, people: "PEOPLE_TWO_TO_FIVE" }, text: "acqua in cantina",
	});
	const row = page.locator(".rows .row");
	await row.waitFor();
	const text = await row.innerText();
	for (const part of ["1", "Vite ora", "Alluvione", "42.34980,\u00a013.39950", "intrappolati", "Da 2 a 5", "1 / 1"]) {
		assert.ok(text.includes(part), `${part} in ${text}`);
	}
	// The middle of five: one may meet a machine that does something else just then.
	const waits = [];
	for (let n = 0; n < 5; n++) {
		await v.source().report({ hazard: "fire", place: place(44 + n / 10, 8) });
		const acknowledged = Date.now();
		await row.nth(n + 1).waitFor();
		waits.push(Date.now() - acknowledged);
	}
	assert.ok(waits.sort((a, b) => a - b)[2] < 1000, `${waits} ms`);
	await visitor.close();
});

scenario("the worst stands first, and a worse report moves its incident up", {}, async (v) => {
	const source = v.source();
	await source.report({ hazard: "utility_out", place: place(45, 9), text: "niente luce" });
	await source.report({ hazard: "medical", place: place(44, 8), signs: { injured: true } });
	const visitor = await openConsole(v);
	const rows = visitor.page.locator(".rows .row");
	await eventually(async () => (await rows.count()) === 2);
	assert.match(await rows.nth(0).innerText(), /Malore/);
	await source.report({ hazard: "utility_out", place: place(45, 9), signs: { unresponsive: true }, text: "mio padre non risponde" });
	await eventually(async () => /Vite ora[^]*Luce/.test(await rows.nth(0).innerText()), { what: "the move" });
	await visitor.close();
});

scenario("an incident opens by keyboard with its reports and the terms of its rank", {}, async (v) => {
	const hostile = "<img src=x onerror=alert(1)> due anziani";
	await v.source().report({
		hazard: "fire", about: "ABOUT_SELF", place: place(42, 13), signs: { injured: true },
		text: hostile, contact: { name: "Ada", phone: "0862 1234" },
	});
	await v.source().report({ place: { words: "vicino alla chiesa" }, text: "non so che cosa succede" });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	await page.locator(".board").getByText("Senza posto").waitFor();
	await page.focus(".board");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.locator("aside ol > li").waitFor();
	const text = await page.locator("aside").innerText();
	for (const part of ["Perché è qui", "feriti", "Tabella versione", hostile, "0862 1234", "È sul posto"]) {
		assert.ok(text.includes(part), `${part} in ${text}`);
	}
	assert.equal(await page.locator("aside img").count(), 0);
	await visitor.assertAccessible("console with an open incident");
	// A new report of the open incident shows up by itself.
	await v.source().report({ hazard: "fire", place: place(42, 13), text: "si vede fumo" });
	await page.locator("aside").getByText("si vede fumo").waitFor();
	await page.keyboard.press("Escape");
	assert.equal(await page.locator("aside").count(), 0);
	await visitor.close();
});

scenario("classes and states are filtered, in two languages, light and dark", {}, async (v) => {
	await v.source().report({ hazard: "medical", place: place(44, 8), signs: { unresponsive: true } });
	await v.source().report({ hazard: "storm_damage", place: place(45, 9) });
	const visitor = await openConsole(v, { dark: true, locale: "en-GB" });
	const { page } = visitor;
	const rows = page.locator(".rows .row");
	await eventually(async () => (await rows.count()) === 2);
	await visitor.assertAccessible("console, dark");
	await page.getByRole("button", { name: /Lives now/ }).click();
	await eventually(async () => (await rows.count()) === 1);
	assert.match(await rows.innerText(), /Storm damage/);
	await page.getByRole("button", { name: /^Closed$/ }).click();
	await page.getByText("No incident to show").waitFor();
	await page.getByLabel("Language").selectOption("it");
	await page.getByText("Nessun incidente da mostrare").waitFor();
	await visitor.close();
});

scenario("the banner speaks up when the stream is silent, and goes when it is back", {}, async (v) => {
	await v.source().report({ hazard: "flood", place: place(42, 13) });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await page.locator(".rows .row").waitFor();
	const front = v.role("console-1").pid;
	await page.clock.install();
	process.kill(front, "SIGSTOP");
	try {
		await page.clock.fastForward(20_000);
		await page.clock.fastForward(20_000);
		await page.locator(".banner.bad").waitFor();
		assert.match(await page.locator(".banner").innerText(), /può essere vecchio/);
		assert.equal(await page.locator(".rows .row").count(), 1, "what was known stays in sight");
		await page.getByRole("button", { name: "Riprova adesso" }).click(); // it may come back by itself once it can
	} finally {
		process.kill(front, "SIGCONT");
	}
	await page.locator(".banner.good").waitFor();
	await visitor.close();
});

scenario("a killed front and a killed desk leave the screen whole", {}, async (v) => {
	const source = v.source();
	await source.report({ hazard: "flood", place: place(42, 13) });
	const visitor = await openConsole(v);
	const rows = visitor.page.locator(".rows .row");
	await rows.waitFor();
	await v.kill("console-1");
	await source.report({ hazard: "fire", place: place(43, 12) });
	await eventually(async () => (await rows.count()) === 2, { withinMs: 20000 });
	await v.kill("desk");
	await source.report({ hazard: "landslide", place: place(44, 11) });
	await eventually(async () => (await rows.count()) === 3, { withinMs: 20000 });
	await visitor.page.locator(".banner.good").waitFor({ timeout: 20000 });
	await visitor.close();
});

scenario("an open console is what makes the desk staffed", {}, async (v) => {
	const before = await v.source().report({ hazard: "flood", text: "acqua" });
	assert.equal(before.staffed, false);
	const visitor = await openConsole(v);
	await eventually(async () => (await v.source().report({ hazard: "flood", text: "acqua" })).staffed === true);
	await visitor.close();
	await eventually(async () => (await v.source().report({ hazard: "flood", text: "acqua" })).staffed === false);
});

scenario("2,000 incidents cost the page a screenful of rows", { timeoutMs: 120000 }, async (v) => {
	const source = v.source();
	const sent = [];
	for (let i = 0; i < 2000; i++) {
		sent.push(source.report({ hazard: "flood", place: place(36 + Math.floor(i / 50) * 0.02, 8 + (i % 50) * 0.02) }));
		if (sent.length === 50) {
			await Promise.all(sent.splice(0));
		}
	}
	const visitor = await openConsole(v);
	const { page } = visitor;
	await page.getByText("2000 mostrati di 2000").waitFor();
	assert.ok(await page.locator(".rows .row").count() < 60);
	await page.focus(".board");
	await page.keyboard.press("End");
	await page.locator(".rows .row[aria-selected=true]").waitFor();
	assert.equal(await page.locator(".rows .row[aria-selected=true]").getAttribute("aria-rowindex"), "2001");
	await visitor.close();
});

scenario("reports that say the same are folded under their first, each readable with the reason", {}, async (v) => {
	const at = { point: { latDeg: 42.3498, lonDeg: 13.3995 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" };
	const near = { ...at, point: { latDeg: 42.3499, lonDeg: 13.3995 } };
	const tell = (text, more = {}) => v.source().report({ hazard: "flood", place: near, text, ...more });
	const first = await tell("acqua in cantina", { place: at });
	await tell("c'è aqua nella cantinaaa");
	await tell("water in the basement");
	await tell("acqua in cantina, due anziani al piano terra", { signs: { vulnerable: true } });
	for (const [size, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
		const visitor = await openConsole(v, { size });
		const { page } = visitor;
		await page.locator(".rows .row").click();
		await page.locator("aside").getByText(/di cui [23] ripetono una precedente/).waitFor();
		await eventually(async () => (await page.locator("aside section > ol > li").count()) === 2, { what: "the worse one alone" });
		const folded = page.locator("aside details.folded");
		assert.equal(await folded.count(), 1);
		await folded.locator("summary").getByText(/Altre [23] dicono lo stesso/).waitFor();
		await page.getByText("water in the basement").waitFor({ state: "hidden" });
		await folded.locator("summary").focus();
		await page.keyboard.press("Enter");
		await page.getByText("water in the basement").waitFor({ state: "visible" });
		const text = await folded.innerText();
		assert.match(text, /Perché: a 11 m, \d+ s dopo, somiglianza delle parole 86 %/);
		assert.ok(text.includes("aqua nella cantinaaa"));
		assert.ok(!text.includes(first.code), "under its first it need not name it");
		// It stays open when the incident changes.
		if (size === DESK) {
			await tell("cantina con acqua");
			await folded.locator("summary").getByText("Altre 3 dicono lo stesso").waitFor();
			await page.getByText("water in the basement").waitFor({ state: "visible" });
			await visitor.assertAccessible("an incident with folded reports");
		}
		await folded.scrollIntoViewIfNeeded();
		if (process.env.VEDETTA_SHOTS) {
			await page.screenshot({ path: `${process.env.VEDETTA_SHOTS}/folded-${name}.png` });
		}
		await visitor.close();
	}
});
