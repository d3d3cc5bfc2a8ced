// Two operators at one incident see each other in Chromium: on the row, on the page, and not any more.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const report = (latDeg, text) => ({ hazard: "flood", place: { point: { latDeg, lonDeg: 13.4 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" }, text });

async function operator(v, name) {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	await visitor.login(v.addresses.console, { name });
	await visitor.page.goto(`${v.addresses.console}/console`);
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

const open = async (page, id) => {
	await page.goto(page.url().replace(/#.*/, "") + `#incident/${id}`);
	await page.locator("aside .work").waitFor();
};

scenario("who has an incident open is seen by the other, by name, until they go", { timeoutMs: 120000 }, async (v) => {
	await v.source().report(report(42.35, "acqua in cantina"));
	await v.source().report(report(42.45, "acqua in strada"));
	const ids = await eventually(async () => {
		const list = await v.operator().board();
		return list.length === 2 && list.map((i) => i.id);
	});
	await v.addAccount("anna");
	await v.addAccount("bruno");
	const [anna, bruno] = [await operator(v, "anna"), await operator(v, "bruno")];
	const row = bruno.page.locator(`#row-${ids[0]} .lookers`);
	await bruno.page.locator(".rows .row").nth(1).waitFor();
	assert.equal(await bruno.page.locator(".lookers").count(), 0);

	await open(anna.page, ids[0]);
	await row.getByText("◉ anna").waitFor();
	await open(bruno.page, ids[0]);
	await bruno.page.locator("aside > .lookers").getByText("anna sta guardando").waitFor();
	await anna.page.locator("aside > .lookers").getByText("bruno sta guardando").waitFor();
	await bruno.assertAccessible("an incident that two look at");

	await anna.page.keyboard.press("n");
	await anna.page.locator(".act-form").waitFor();
	await bruno.page.locator("aside > .lookers").getByText("anna sta scrivendo").waitFor();
	await row.getByText("✎ anna").waitFor();
	await anna.page.keyboard.press("Escape");
	await bruno.page.locator("aside > .lookers").getByText("anna sta guardando").waitFor();

	// A second page of hers shares the stream, learns who is there, and is no second person.
	const second = await anna.page.context().newPage();
	await second.goto(`${v.addresses.console}/console#incident/${ids[0]}`);
	await second.locator("aside > .lookers").getByText("bruno sta guardando").waitFor();
	assert.equal(await bruno.page.locator("aside > .lookers").innerText().then((text) => text.match(/anna/g)?.length), 1);
	await second.close();
	await anna.page.bringToFront();
	await open(anna.page, ids[1]);
	await bruno.page.locator(`#row-${ids[1]} .lookers`).getByText("◉ anna").waitFor();
	await eventually(async () => (await row.count()) === 0, { withinMs: 12000, what: "anna is at the other one" });
	await anna.close(); // the browser is gone
	await eventually(async () => (await bruno.page.locator(".lookers").getByText("anna").count()) === 0, { withinMs: 12000, what: "anna is gone" });
	await bruno.close();
});
