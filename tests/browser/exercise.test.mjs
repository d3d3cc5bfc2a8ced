// An exercise on a citizen's phone and on an operator's screen: nobody can take it for real.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, run, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

/** Pictures for those who look: VEDETTA_SHOTS names a folder. */
const shot = (page, name) => process.env.VEDETTA_SHOTS
	&& page.screenshot({ path: join(process.env.VEDETTA_SHOTS, `${name}.png`) });

for (const [name, options] of [
	["phone", { size: PHONE }], ["desktop in the dark", { size: DESK, dark: true }],
	["phone without JavaScript", { size: PHONE, javaScript: false }],
]) {
	scenario(`form, receipt and the way back say EXERCISE (${name})`, {}, async (v) => {
		const { token } = await v.exercise();
		const visitor = await Visitor.open(`${v.addresses.public}/?exercise=${token}`, options);
		const { page } = visitor;
		const banner = page.locator(".exercise");
		assert.match(await banner.innerText(), /^ESERCITAZIONE\s+Quello che invii da qui è una prova/);
		assert.equal((await banner.boundingBox()).y, 0);
		await shot(page, `form ${name}`);
		await visitor.assertFits();
		if (options.javaScript !== false) {
			await visitor.assertAccessible(`form ${name}`);
		}
		await page.locator("label.tile", { hasText: "Incendio" }).first().click();
		await page.fill("#text", "prova di evacuazione");
		await page.click("#send");
		await page.locator("main .code").waitFor();
		await page.locator("main[data-page=receipt]").waitFor();
		assert.match(await page.locator(".exercise").innerText(), /^ESERCITAZIONE/);
		await shot(page, `receipt ${name}`);
		const back = page.locator(`main a[href*="exercise="]`);
		assert.equal(await back.count(), 1);
		await eventually(async () => (await v.operator().board()).some((i) => i.exercise && i.reports === 1));
		await visitor.close();
	});
}

scenario("words left in an exercise's form never come up in the real one", {}, async (v) => {
	const { token } = await v.exercise();
	const visitor = await Visitor.open(`${v.addresses.public}/?exercise=${token}`);
	const { page } = visitor;
	await page.fill("#text", "prova");
	await page.waitForFunction(() => sessionStorage.length > 0);
	await page.goto(`${v.addresses.public}/`);
	assert.equal(await page.inputValue("#text"), "");
	assert.equal(await page.locator(".exercise").count(), 0);
	await page.goto(`${v.addresses.public}/?exercise=${token}`);
	assert.equal(await page.inputValue("#text"), "prova");
	await visitor.close();
});

for (const [name, options] of [["desktop", {}], ["phone", { size: PHONE }], ["dark", { dark: true }]]) {
	scenario(`the console marks drills, hides them and shows them alone (${name})`, {}, async (v) => {
		const played = await run(["drill", "laquila", "--to", v.addresses.public, "--speed", "max",
			"--token-file", (await v.exercise()).file]);
		assert.equal(played.code, 0, played.stdout + played.stderr);
		await v.source().report({ hazard: "collapse", signs: { trapped: true }, text: "vero",
			place: { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });
		const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, ...options });
		const { page } = visitor;
		const strip = page.locator("#app > .exercise-strip");
		await strip.waitFor();
		await strip.getByText(/^ESERCITAZIONE «Prova» fino alle \d\d:\d\d\. Incidenti aperti che sono una prova: \d+\. /).waitFor();
		await strip.getByText("Intanto 1 incidente VERO aperto").waitFor();
		// What is real stands first, however many drills there are, and is named first.
		await eventually(async () => /vero|Crollo/i.test(await page.locator(".rows .row").first().innerText())
			&& !/ESERCITAZIONE/.test(await page.locator(".rows .row").first().innerText()), { what: "the real one on top" });
		await page.locator(".alarm-bar").getByText(/Vite in pericolo senza risposta: 1 · In esercitazione/).waitFor();
		assert.doesNotMatch(await page.locator(".alarm-bar button").first().innerText(), /ESERCITAZIONE/);
		const first = page.locator(".rows .row.exercise").first();
		await first.waitFor();
		assert.match(await first.innerText(), /ESERCITAZIONE/);
		assert.match(await first.evaluate((row) => getComputedStyle(row).backgroundImage), /repeating-linear-gradient/);
		await first.click();
		await page.locator("aside .exercise-strip").waitFor();
		await visitor.assertAccessible(`console ${name}`);
		await shot(page, `console ${name}`);
		await page.keyboard.press("Escape");
		if (name === "phone") {
			await page.getByRole("button", { name: "Filtri" }).click(); // out of the way until asked for
		}
		await page.getByRole("button", { name: "Solo veri" }).click();
		await eventually(async () => (await page.locator(".rows .row").count()) === 1);
		assert.equal(await page.locator(".rows .row.exercise").count(), 0);
		assert.match(await strip.innerText(), /adesso nascosti/);
		await shot(page, `console real only ${name}`);
		await page.getByRole("button", { name: "Solo prove" }).click();
		await eventually(async () => (await page.locator(".rows .row").count()) > 5);
		assert.equal(await page.locator(".rows .row:not(.exercise)").count(), 0);
		await visitor.close();
	});
}

scenario("one who leads begins an exercise by keyboard, joins, plays a call in it and ends it", { timeoutMs: 90000 }, async (v) => {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	const press = async (name) => {
		await page.getByRole("button", { name, exact: true }).focus();
		await page.keyboard.press("Enter");
	};
	await press("tester");
	await press("Esercitazione");
	await page.getByText("Nessuna esercitazione in corso").waitFor();
	await page.getByLabel("Nome, su ogni schermo").focus();
	await page.keyboard.type("<b>Aterno</b>");
	await page.keyboard.press("Enter");
	await page.getByRole("main", { name: "Esercitazione" }).getByText("«<b>Aterno</b>»").waitFor();
	await page.locator("#app > .exercise-strip").getByText(/«<b>Aterno<\/b>» fino alle/).waitFor();
	assert.match(await page.getByLabel("Collegamento").inputValue(), /^\/\?exercise=[\w-]{43}$/);
	const joining = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/v1/duty"));
	await press("Partecipo: avvisatemi");
	const { id: shown } = (await v.request("console", "/v1/exercise")).json;
	assert.equal((await joining).postDataJSON().exerciseId, shown, "this one, and not whichever is on by now");
	await page.getByRole("button", { name: "Non partecipo più" }).waitFor();
	await visitor.assertAccessible("the exercise's page");
	await shot(page, "exercise page");
	await page.keyboard.press("Escape");
	await page.locator("main.handover-page").waitFor({ state: "detached" });
	await page.getByRole("main", { name: "Esercitazione" }).waitFor({ state: "detached" });
	for (const [drill, text] of [[true, "prova al telefono"], [false, "vera al telefono"]]) {
		await page.locator(".board").focus();
		await eventually(async () => {
			if (await page.getByRole("dialog").count() === 0) {
				await page.keyboard.press("r");
			}
			return page.locator("dialog select:focus").isVisible();
		}, { what: "the form of a call" });
		if (drill) {
			await page.getByLabel("È una prova dell’esercitazione").focus();
			await page.keyboard.press("Space");
		}
		await page.locator("dialog textarea").focus();
		await page.keyboard.type(text);
		await page.keyboard.press("Control+Enter");
		await page.getByRole("dialog").waitFor({ state: "detached" });
	}
	await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	assert.equal(await page.locator(".rows .row.exercise").count(), 1);
	await page.locator("#app > .exercise-strip").getByText("Intanto 1 incidente VERO aperto").waitFor();
	await page.keyboard.press("o");
	const drills = page.getByRole("region", { name: "ESERCITAZIONE" });
	await drills.getByText("ESERCITAZIONE Nelle ultime").waitFor();
	assert.equal(await drills.locator("tbody tr").count(), 1);
	assert.equal(await page.locator(".handover-page tbody tr").count(), 2);
	await visitor.assertAccessible("a handover with an exercise");
	await page.keyboard.press("o");
	await page.locator("#app > .exercise-strip").getByRole("button", { name: "Esercitazione" }).focus();
	await page.keyboard.press("Enter");
	await page.getByText("Nessuno ha preso atto di 1").waitFor();
	await shot(page, "exercise end");
	await page.getByLabel("Chiudi le prove aperte: 1").focus();
	await page.keyboard.press("Space");
	await press("Termina l’esercitazione");
	await page.getByText("Nessuna esercitazione in corso").waitFor();
	await page.locator("#app > .exercise-strip").getByText("L’esercitazione è finita. Prove ancora aperte: 1").waitFor();
	await shot(page, "exercise left open");
	await visitor.assertAccessible("the page of an exercise that left something open");
	await press("Chiudi le prove aperte: 1");
	await page.getByText("«<b>Aterno</b>» è finita. Prove chiuse alla fine: 1").waitFor();
	await page.locator("#app > .exercise-strip").waitFor({ state: "detached" });
	await shot(page, "exercise closed");
	assert.equal((await v.operator().board()).filter((i) => i.status === "INCIDENT_STATUS_CLOSED" && i.exercise).length, 1);
	await visitor.close();
});
