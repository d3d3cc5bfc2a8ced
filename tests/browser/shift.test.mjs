// What makes a shift bearable: rows that stay, keys, sound, day and night, one stream.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const place = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

async function openConsole(v, options = {}) {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, ...options });
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

scenario("rows stand still under the pointer, and what comes in waits in sight", { timeoutMs: 60000 }, async (v) => {
	const source = v.source();
	await source.report({ hazard: "utility_out", place: place(45, 9), text: "niente luce" });
	await source.report({ hazard: "road_blocked", place: place(44, 8) });
	const visitor = await openConsole(v);
	const { page } = visitor;
	const rows = page.locator(".rows .row");
	await eventually(async () => (await rows.count()) === 2);
	const order = async () => page.locator(".rows .row .hazard").allInnerTexts();
	const before = await order();
	await rows.nth(1).hover();
	const held = await rows.nth(1).boundingBox();
	await v.source().report({ hazard: "fire", place: place(42, 13), signs: { trapped: true } });
	const bar = page.locator(".waiting");
	await bar.waitFor();
	await page.locator(".alarm-bar").waitFor();
	await eventually(async () => JSON.stringify(await rows.nth(1).boundingBox()) === JSON.stringify(held),
		{ what: "an alarm above pushes no other row under the pointer" });
	assert.match(await bar.innerText(), /In arrivo: 1[^]*Vite ora/);
	assert.deepEqual(await order(), before);
	await page.keyboard.press(".");
	await eventually(async () => /Incendio/.test((await order())[0]), { what: "the new one on top" });
	assert.equal(await bar.count(), 0);
	// Who leaves the list lets it go as well.
	await rows.nth(1).hover();
	await v.source().report({ hazard: "medical", place: place(41, 14), signs: { unresponsive: true } });
	await bar.waitFor();
	await page.mouse.move(5, 5);
	await eventually(async () => (await rows.count()) === 4);
	await visitor.close();
});

scenario("every key is on a sheet, a field keeps its letters, and single keys can be turned off", {}, async (v) => {
	await v.source().report({ hazard: "utility_out", place: place(45, 9) });
	await v.source().report({ hazard: "fire", place: place(44, 8) });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	await page.keyboard.press("j");
	await page.keyboard.press("j");
	assert.equal(await page.locator(".rows .row").nth(1).getAttribute("aria-selected"), "true");
	await page.keyboard.press("k");
	await page.keyboard.press("Enter");
	await page.locator("aside").waitFor();
	await page.keyboard.press("Escape");
	await page.locator("aside").waitFor({ state: "detached" });
	await page.keyboard.press("/");
	await page.keyboard.type("jt?");
	assert.equal(await page.locator(".search input").inputValue(), "jt?");
	await page.keyboard.press("Escape");
	await page.locator(".board").focus();
	await page.keyboard.press("?");
	await page.getByRole("dialog").waitFor();
	await visitor.assertAccessible("the sheet of keys");
	await page.getByRole("checkbox").uncheck();
	await page.keyboard.press("Escape");
	await page.getByRole("dialog").waitFor({ state: "detached" });
	await page.locator(".board").focus();
	await page.keyboard.press("?");
	await page.keyboard.press("t");
	assert.equal(await page.getByRole("dialog").count(), 0);
	assert.equal(await page.locator("html").getAttribute("data-theme"), "auto");
	await visitor.close();
});

scenario("the page says whether it can be heard, and is heard after a touch", {}, async (v) => {
	const visitor = await openConsole(v, {
		beforehand: () => {
			const real = window.AudioContext;
			window.played = 0;
			let touched = false; // a touch of the page before, at the login, may count for the browser
			addEventListener("pointerdown", () => { touched = true; }, { capture: true });
			window.AudioContext = class extends real {
				get state() { return touched ? super.state : "suspended"; }
			};
			const start = OscillatorNode.prototype.start;
			OscillatorNode.prototype.start = function (...when) {
				window.played++;
				return start.apply(this, when);
			};
		},
	});
	const { page } = visitor;
	await page.getByText("SUONO SPENTO").waitFor();
	await page.mouse.click(5, 5);
	await page.getByText("Suono acceso").waitFor();
	await v.source().report({ hazard: "fire", place: place(42, 13), signs: { trapped: true } });
	await eventually(async () => (await page.evaluate(() => window.played)) > 0, { what: "a sound" });
	await page.getByText("Suono acceso").click();
	await page.getByText(/Muto ancora 1\d\d s/).waitFor();
	await page.getByText(/Muto ancora/).click();
	await page.getByText("Suono acceso").waitFor();
	await visitor.close();
});

scenario("day, night and the wall", {}, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42, 13), signs: { trapped: true } });
	const kept = await v.request("console", "/v1/account", { method: "POST", headers: { "content-type": "application/json" },
		body: JSON.stringify({ settings: { preferences: JSON.stringify({ theme: "auto" }) } }) });
	assert.equal(kept.status, 200, kept.text);
	const visitor = await openConsole(v);
	const { page } = visitor;
	const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const day = await back();
	await page.locator(".board").focus();
	await page.keyboard.press("t");
	await page.keyboard.press("t");
	assert.equal(await page.locator("html").getAttribute("data-theme"), "night");
	assert.notEqual(await back(), day);
	await page.reload(); // before the account knows of it
	await page.locator(".banner.good").waitFor();
	assert.equal(await page.locator("html").getAttribute("data-theme"), "night");
	await visitor.assertAccessible("night");
	await page.goto(`${v.addresses.console}/console?wall`);
	await page.locator(".rows .row").waitFor();
	assert.equal(await page.locator(".filters").isVisible(), false);
	assert.match(await page.locator("header").innerText(), /Vite ora\s*1/);
	await visitor.assertFits();
	await visitor.close();
});

scenario("pages of one browser share one stream, and each sees all", { timeoutMs: 60000 }, async (v) => {
	// Without the map: eight of them take their time.
	const visitor = await openConsole(v, { beforehand: () => localStorage.setItem("vedetta.show", "list") });
	const pages = [visitor.page];
	for (let i = 0; i < 7; i++) { // six connections would be all the browser opens
		const page = await visitor.context.newPage();
		await page.goto(`${v.addresses.console}/console`);
		await page.locator(".banner.good").waitFor();
		pages.push(page);
	}
	await eventually(async () => (await v.metrics()).vedetta_streams === 1, { what: "one stream" });
	await v.source().report({ hazard: "fire", place: place(42, 13) });
	for (const page of pages) {
		await page.locator(".rows .row").waitFor();
	}
	await pages[0].close(); // the one that opened it
	await v.source().report({ hazard: "flood", place: place(44, 9) });
	for (const page of pages.slice(1)) {
		await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	}
	await visitor.close();
});
