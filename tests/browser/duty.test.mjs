// Who is there, who comes next, who is woken: the page of duty, worked by a shift leader.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

/** E-mail is set up; nothing of it leaves: no target inside our network is allowed. */
const mail = { "courier.smtp_url": "smtp://127.0.0.1:9", "courier.mail_from": "desk@pc.example" };

scenario("a shift leader sets the rota, goes on duty, and sees who was told", { timeoutMs: 90000, config: mail }, async (v) => {
	await v.addAccount("capo", { role: "shift_leader" });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await visitor.login(v.addresses.console, { name: "capo" });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.locator(".board").focus();
	await page.keyboard.press("d");
	await page.getByRole("heading", { name: "Turni e reperibilità" }).waitFor();
	await page.getByText("Di fabbrica").first().waitFor();
	await visitor.assertAccessible("duty");

	const rota = page.locator("section", { has: page.getByRole("heading", { name: "Turni", exact: true }) });
	await rota.getByLabel("Codice dell’area").fill("*");
	await rota.getByLabel("Persona").fill("Ada <i>Rossi</i>, ada@comune.example");
	await rota.getByRole("button", { name: "Metti in elenco" }).click();
	await rota.getByText("Ada <i>Rossi</i>").waitFor();

	const calls = page.locator("section", { has: page.getByRole("heading", { name: /Reperibili/ }) });
	await calls.getByLabel("Codice dell’area").fill("*");
	await calls.getByLabel(/Persone/).fill("Bruno, bruno@comune.example\nCarla, carla@comune.example, telegram:77");
	await calls.getByRole("button", { name: "Metti in elenco" }).click();
	await calls.getByText("Carla").waitFor();

	await page.getByRole("button", { name: "Sono di turno" }).click();
	await page.getByText(/Sei di turno per/).waitFor();
	await page.locator(".duty-mine textarea").fill("frana a Roio, richiamare alle 7");
	await page.getByRole("button", { name: "Lascio il turno" }).click();
	await page.getByText("frana a Roio, richiamare alle 7").waitFor();

	await v.source().report({ hazard: "fire", place: { point: { latDeg: 42, lonDeg: 13 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" }, signs: { trapped: true } });
	await page.keyboard.press("Escape");
	await page.locator(".rows .row").first().click();
	await page.getByRole("heading", { name: "Chi è stato avvisato" }).waitFor({ timeout: 20000 });
	const told = await page.locator("aside").innerText();
	assert.match(told, /Passo \d di \d/);

	await page.setViewportSize(PHONE);
	await page.keyboard.press("Escape");
	await page.keyboard.press("d");
	await page.getByRole("heading", { name: "Turni e reperibilità" }).waitFor();
	await visitor.assertFits();
	await visitor.close();
});

scenario("who may not plan sees the plans, and no form", { timeoutMs: 60000 }, async (v) => {
	await v.addAccount("ada");
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await visitor.login(v.addresses.console, { name: "ada" });
	await visitor.page.locator(".banner.good").waitFor();
	await visitor.page.locator(".board").focus();
	await visitor.page.keyboard.press("d");
	await visitor.page.getByText("Di fabbrica").first().waitFor();
	await eventually(async () => (await visitor.page.locator("form.duty-form").count()) === 0);
	assert.equal(await visitor.page.getByRole("button", { name: "Sono di turno" }).count(), 1);
	await visitor.close();
});
