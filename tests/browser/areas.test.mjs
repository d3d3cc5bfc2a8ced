// One area's incidents, by typing its name: in the list and on the map's questions.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, root, run, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

const coasts = join(root, "tests/data/areas/coasts.geojson");

before(startChromium);
after(stopChromium);

const flood = (latDeg, lonDeg) => ({ hazard: "flood", place: { point: { latDeg, lonDeg }, accuracyM: 15, kind: "PLACE_KIND_BROWSER_FIX" } });

async function open(v, size, address = "/console") {
	const visitor = await Visitor.open(`${v.addresses.console}${address}`, { size });
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

const shows = (page, n) => eventually(async () => await page.locator(".rows .row").count() === n, { what: `${n} rows` });

scenario("an area is found by its name with the keyboard, and all are back by one key", {}, async (v) => {
	await run(["area", "import", coasts, "--data", v.data]);
	for (const at of [[44.4098, 8.9265], [40.633, 14.6028], [42, 6.5]]) {
		await v.source().report(flood(...at));
	}
	const visitor = await open(v, DESK);
	const { page } = visitor;
	const field = page.getByRole("combobox", { name: "Mostra gli incidenti di un'area" });
	await shows(page, 3);
	const asked = [];
	page.on("request", (request) => asked.push(request.url()));
	await field.focus();
	await page.getByRole("option", { name: /Italia|Liguria/ }).first().waitFor();
	await field.fill("amàl");
	await page.getByRole("option", { name: /Amalfi.*comune/ }).waitFor();
	await visitor.assertAccessible("with offers");
	await field.press("Enter");
	await shows(page, 1);
	assert.equal(await field.inputValue(), "Amalfi");
	await eventually(() => asked.some((url) => /\/v1\/map\?.*&area=065006/.test(url)), { what: "the map's question" });
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-area.png` });
	}
	assert.match(page.url(), /\?area=065006$/);
	await page.reload();
	await shows(page, 1);
	await eventually(async () => await field.inputValue() === "Amalfi", { what: "the name of the code in the address" });
	await field.focus();
	await field.fill("gen");
	await page.getByRole("option", { name: /^Genova.*comune/ }).waitFor();
	await field.press("Escape");
	assert.equal(await field.inputValue(), "Amalfi");
	await page.getByRole("button", { name: "Mostra tutte le aree" }).click();
	await shows(page, 3);
	await field.fill("xyzzy");
	await page.getByText("Nessuna area si chiama così.").waitFor();
	await field.press("Enter"); // of nothing
	await shows(page, 3);
	await field.fill("nessuna");
	await field.press("Enter");
	await shows(page, 1);
	assert.equal(await field.inputValue(), "In nessuna area");
	await page.goto(`${v.addresses.console}/console?area=999999`);
	await shows(page, 3); // no area's code hides nothing
	await visitor.close();
});

scenario("without areas the field says so, on a phone too", {}, async (v) => {
	const visitor = await open(v, PHONE);
	await visitor.page.getByText("Filtri").click();
	await visitor.page.getByRole("combobox", { name: "Mostra gli incidenti di un'area" }).focus();
	await visitor.page.getByText("Nessuna area è stata importata.").waitFor();
	await visitor.assertFits();
	if (process.env.SHOT) {
		await visitor.page.screenshot({ path: `${process.env.SHOT}-phone.png` });
	}
	await visitor.close();
});

scenario("a long name of a municipality leaves room for the place itself", {}, async (v) => {
	await run(["area", "import", join(root, "demo/abruzzo.topo.json"), "--data", v.data]);
	await v.source().report(flood(42.2885, 13.5576));
	const { page } = await open(v, DESK);
	const name = page.locator(".rows .place b.area");
	await name.waitFor();
	assert.equal(await name.textContent(), "San Demetrio ne' Vestini");
	// As narrow as beside the map on a small screen.
	await page.locator(".rows .row").evaluate((row) => {
		row.style.gridTemplateColumns = "9rem 9rem 10.5rem 7rem 4rem 5rem 5rem 5rem";
	});
	const cell = await page.locator(".rows .place").boundingBox();
	const place = await page.locator(".rows .place > span").boundingBox();
	assert.ok(place.y + place.height <= cell.y + cell.height + 1, `the place ends ${place.y + place.height - cell.y - cell.height} px below`);
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-name.png` });
	}
});
