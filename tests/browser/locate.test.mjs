// An operator says where a report without a place is, by keyboard.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

scenario("a lost report is found, its place pasted, and it joins what it was said to join", {}, async (v) => {
	await v.source().report({ hazard: "fire", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20 } });
	await v.source().report({ hazard: "fire", signs: { trapped: true }, text: "siamo in cantina",
		place: { words: "sotto il municipio" } });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.getByRole("button", { name: "Da localizzare" }).click();
	const row = page.locator(".rows .row");
	await row.waitFor();
	assert.equal(await row.count(), 1);
	await row.click();
	await page.getByText("Nessun punto è stato mandato.").waitFor();
	const input = page.locator(".place-form input[name=point]");
	await input.fill("da qualche parte");
	await page.getByText("Queste non sono coordinate.").waitFor();
	assert.ok(await page.getByRole("button", { name: "Conferma il posto" }).isDisabled());
	await input.fill("42°21'1.5\"N 13°24'0\"E");
	await page.getByText("Si unirà a Incendio #1, a 46 m da qui.").waitFor();
	await page.locator(".place-form input[name=reason]").fill("richiamato: “sotto l’arco”, 5 € di dubbio");
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-form.png` });
	}
	await input.press("Enter");
	await page.getByText("Spostata da #2 a #1").waitFor();
	await page.getByText("siamo in cantina").waitFor();
	await page.getByText("“sotto l’arco”").waitFor();
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-moved.png` });
	}
	assert.equal(await row.count(), 0);
	await page.getByRole("button", { name: "Chiusi" }).click();
	await row.click();
	await page.getByText("Chiuso: le sue segnalazioni sono in").waitFor();
	await page.getByText("Ora è in #1").waitFor();
	await page.getByRole("button", { name: "#1", exact: true }).click();
	await page.getByText("Spostata da #2 a #1").waitFor();
});
