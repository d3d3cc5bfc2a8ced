// A file of everything, begun and saved from the console.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const flood = { hazard: "flood", text: "gabbiano", place: { point: { latDeg: 42, lonDeg: 13 }, accuracyM: 15, kind: "PLACE_KIND_BROWSER_FIX" } };

scenario("a layer is made, saved under its name, and holds the reports", { config: { "server.console_fronts": 2 } }, async (v) => {
	await v.source().report(flood);
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.getByRole("button", { name: "Esporta" }).click();
	await page.getByLabel("Formato").selectOption("csv");
	await page.getByLabel("Livello").selectOption("reports");
	await page.getByRole("button", { name: "Prepara il file" }).click();
	const link = page.getByRole("link", { name: /^Salva vedetta-[0-9a-f]{16}-\d+-reports\.csv$/ });
	await link.waitFor();
	await visitor.assertAccessible("with a file");
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-export.png` });
	}
	const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
	const csv = readFileSync(await download.path(), "utf8");
	assert.match(download.suggestedFilename(), /-reports\.csv$/);
	assert.equal(csv.trimEnd().split("\r\n").length, 2);
	assert.ok(!csv.includes("gabbiano"));
	await page.getByLabel("Formato").focus();
	await page.keyboard.press("Escape");
	await page.getByLabel("Formato").waitFor({ state: "detached" });
	await visitor.close();
});

scenario("an export that fails says why, on a phone too", {}, async (v) => {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: PHONE });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.getByText("Filtri").click();
	await page.getByRole("button", { name: "Esporta" }).click();
	await v.request("console", "/v1/export?format=gpkg"); // somebody else's
	await page.getByRole("button", { name: "Prepara il file" }).click();
	await page.getByText(/Non riuscita: Un.altra esportazione/).waitFor();
	await visitor.assertFits();
	await visitor.close();
});
