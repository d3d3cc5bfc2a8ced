// Large events on an operator's screen: the banner comes by itself, its page, the way back, who went into whom.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, run, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const MANY_MS = 20000;

const fire = (latDeg, lonDeg, more = {}) => ({
	hazard: "fire", text: "fumo", ...more,
	place: { point: { latDeg, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" },
});

/** Fires in a line, 600 m from each other: together they are one event. */
async function line(source, from, to, lonDeg = 13) {
	for (let i = from; i < to; i++) {
		await source.report(fire(42 + i * 0.0054, lonDeg, i === 0 ? { signs: { trapped: true } } : {}));
	}
}

async function openConsole(v, options = {}) {
	const visitor = await Visitor.open(`${v.addresses.console}/console${options.hash ?? ""}`, { size: DESK, ...options });
	await visitor.page.locator(".banner.good").waitFor();
	return visitor;
}

async function large(v, n = 1) {
	return eventually(async () => {
		const { umbrellas = [] } = await v.operator().get("/v1/umbrellas");
		const maxi = umbrellas.filter((u) => u.maxi);
		return maxi.length === n && maxi;
	}, { withinMs: MANY_MS });
}

scenario("a banner comes by itself when an event grows large", {}, async (v) => {
	const visitor = await openConsole(v);
	const { page } = visitor;
	const source = v.source();
	await line(source, 0, 4); // 1.8 km
	await eventually(async () => (await v.operator().get("/v1/umbrellas")).total === 1, { withinMs: MANY_MS });
	assert.equal(await page.locator(".umbrella").count(), 0);
	await line(source, 4, 8); // 4.2 km
	const banner = page.locator(".umbrella");
	await banner.waitFor();
	await eventually(async () => /8 incidenti, 8 segnalazioni/.test(await banner.innerText()));
	const text = await banner.innerText();
	for (const part of ["Incendi: intorno a 42.0", "cominciato", "cresce: 8 nuovi incidenti", "Vite ora", "km"]) {
		assert.ok(text.includes(part), `${part} in ${text}`);
	}
	await visitor.assertAccessible("banner");
	// A tab that comes later shares the stream of the first, and has it too.
	const second = await visitor.context.newPage();
	await second.goto(`${v.addresses.console}/console`);
	await second.locator(".umbrella").waitFor();
	await visitor.close();
});

for (const [name, options] of [["desktop", {}], ["dark", { dark: true }], ["phone", { size: PHONE }]]) {
	scenario(`by keyboard from the banner to the page, an incident, and back (${name})`, {}, async (v) => {
		const source = v.source();
		await line(source, 0, 8);
		await source.report(fire(45, 9, { hazard: "medical", signs: { injured: true } }));
		const [{ id }] = await large(v);
		const visitor = await openConsole(v, options);
		const { page } = visitor;
		await page.locator(".umbrella").waitFor();
		await eventually(async () => (await page.locator(".rows .row").count()) === 9);
		await page.focus(".umbrella");
		await page.keyboard.press("Enter");
		await page.locator(".umbrella-page h2").waitFor();
		assert.equal(new URL(page.url()).hash, `#umbrella/${id}`);
		await eventually(async () => (await page.locator(".rows .row").count()) === 8);
		assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2");
		assert.match(await page.locator(".umbrella-page").innerText(), /Incidenti\s+8\s+Segnalazioni\s+8[^]*8 incidenti di 8/);
		await visitor.assertAccessible(`page ${name}`);

		await page.focus(".board");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await page.locator("aside ol > li").first().waitFor();
		assert.match(new URL(page.url()).hash, new RegExp(`^#umbrella/${id}/incident/\\d+$`));
		assert.match(await page.locator("aside").innerText(), /Parte di\s+Incendi/);
		await visitor.assertAccessible(`page and incident ${name}`);
		await page.goBack();
		await eventually(async () => (await page.locator("aside").count()) === 0);
		await page.goBack();
		await page.locator(".umbrella").waitFor();
		await eventually(async () => (await page.locator(".rows .row").count()) === 9);
		await page.goForward();
		await page.locator(".umbrella-page h2").waitFor();
		await visitor.close();
	});
}

scenario("a page is a link, also to one that went into another", {}, async (v) => {
	const source = v.source();
	await line(source, 0, 4);
	await line(source, 8, 16);
	await eventually(async () => (await v.operator().get("/v1/umbrellas")).total === 2, { withinMs: MANY_MS });
	const both = (await v.operator().get("/v1/umbrellas")).umbrellas.map((u) => u.id);
	const watching = await Promise.all(both.map((id) => openConsole(v, { hash: `#umbrella/${id}` })));
	for (const { page } of watching) {
		await page.locator(".umbrella-page .title").waitFor();
		assert.equal(await page.locator(".umbrella-page .now").count(), 0);
	}
	await line(source, 4, 8);
	const [{ id }] = await large(v);
	const gone = both.find((one) => one !== id);
	const moved = watching[both.indexOf(gone)].page;
	await moved.getByText(`L’evento n. ${gone} ora è parte di questo.`).waitFor();
	assert.equal(new URL(moved.url()).hash, `#umbrella/${id}`);
	await moved.locator(".board[aria-rowcount=\"17\"]").waitFor();
	// And for somebody who comes with the old link later.
	const late = await openConsole(v, { hash: `#umbrella/${gone}` });
	await late.page.getByText(`L’evento n. ${gone} ora è parte di questo.`).waitFor();
	await late.assertAccessible("merged");
	const none = await openConsole(v, { hash: "#umbrella/999999" });
	await none.page.getByText("Non c’è, o non c’è più.").waitFor();
	for (const visitor of [...watching, late, none]) {
		await visitor.close();
	}
});

scenario("on a low screen several large events are one line with their count, until it is unfolded", { timeoutMs: 90000 }, async (v) => {
	const source = v.source();
	await line(source, 0, 8);
	await line(source, 40, 48);
	await large(v, 2);
	const visitor = await openConsole(v);
	const { page } = visitor;
	const folded = page.locator(".umbrellas.folded .umbrella");
	await folded.getByText("Grandi eventi: 2").waitFor();
	assert.equal(await page.locator(".umbrellas .umbrella").count(), 1);
	assert.ok((await folded.boundingBox()).height < 60, "one line");
	await visitor.assertAccessible("folded");
	await folded.click();
	await eventually(async () => (await page.locator(".umbrellas .umbrella").count()) === 2, { what: "both" });
	await visitor.assertAccessible("unfolded");
	await page.getByRole("button", { name: "In una riga" }).click();
	await folded.waitFor();
	await page.setViewportSize({ width: 1440, height: 1200 });
	await eventually(async () => (await page.locator(".umbrellas .umbrella").count()) === 2, { what: "room for both" });
	await visitor.close();
});

scenario("what a filter leaves out is told, kept over a reload, and shown again with one key", {}, async (v) => {
	await v.source().report(fire(45, 9, { signs: { trapped: true } }));
	await v.source().report({ hazard: "storm_damage", place: fire(44, 8).place });
	const visitor = await openConsole(v);
	const { page } = visitor;
	const rows = page.locator(".rows .row");
	await eventually(async () => (await rows.count()) === 2);
	assert.equal(await page.locator(".left-out").count(), 0);
	await page.getByRole("button", { name: /Vite ora/ }).first().click();
	await page.getByText("Incidenti aperti non mostrati: 1").waitFor();
	assert.equal(new URL(page.url()).search, "?classes=2,3,4,5");
	await visitor.assertAccessible("left out");
	await page.reload();
	await page.getByText("Incidenti aperti non mostrati: 1").waitFor();
	await page.getByRole("button", { name: "Mostra tutto" }).click();
	await eventually(async () => (await rows.count()) === 2);
	assert.equal(new URL(page.url()).search, "");
	await visitor.close();
});

scenario("words are found in reports, numbers on the board, by keyboard alone", {}, async (v) => {
	await v.source().report(fire(45, 9, { text: "Il TETTO è crollato, l'acqua sale" }));
	await v.source().report(fire(44, 8, { text: "<b>fumo</b> nero" }));
	const visitor = await openConsole(v);
	const { page } = visitor;
	await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	await page.focus(".board");
	await page.keyboard.press("/");
	await page.keyboard.type("tetto acq");
	const found = page.locator(".found li");
	await found.first().waitFor();
	assert.match(await found.first().innerText(), /Il TETTO è crollato, l'acqua sale/);
	await eventually(async () => (await page.locator(".found mark").allInnerTexts()).join() === "TETTO,acq", { what: "what was found is marked" });
	await visitor.assertAccessible("found");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.locator("aside").getByText("Il TETTO è crollato").waitFor();
	assert.equal(await page.locator(".found").count(), 0);
	await page.keyboard.press("/");
	await page.keyboard.type("<b>fumo");
	await page.locator(".found").getByText("<b>fumo</b> nero").waitFor();
	await page.keyboard.press("Escape");
	assert.equal(await page.locator(".found").count(), 0);
	await page.keyboard.type("inesistente");
	await page.getByText("Nessuna segnalazione con queste parole.").waitFor();
	await visitor.close();
});

scenario("words are found in each area of an account that sees two", {}, async (v) => {
	const square = (code, west) => ({
		type: "Feature", properties: { code, name: code },
		geometry: { type: "Polygon", coordinates: [[[west, 44], [west + 0.5, 44], [west + 0.5, 44.5], [west, 44.5], [west, 44]]] },
	});
	const path = join(v.folder, "three.geojson");
	writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: [square("A1", 8), square("B1", 9), square("C1", 10)] }));
	const done = await run(["area", "import", path, "--data", v.data, "--level", "municipality", "--code", "code", "--name", "name"]);
	assert.equal(done.code, 0, done.stderr);
	for (const [lon, text] of [[8.25, "tetto di Alba"], [9.25, "tetto di Borgo"], [10.25, "tetto di Cava"]]) {
		await v.source().report(fire(44.25, lon, { text }));
	}
	await v.addAccount("due", { areas: ["A1", "B1"] });
	const visitor = await openConsole(v);
	const { page } = visitor;
	await visitor.login(v.addresses.console, { name: "due" });
	await eventually(async () => (await page.locator(".rows .row").count()) === 2);
	await page.focus(".board");
	await page.keyboard.press("/");
	await page.keyboard.type("tetto");
	await page.locator(".found").getByText("di Borgo").waitFor();
	await page.locator(".found").getByText("di Alba").waitFor();
	assert.equal(await page.locator(".found").getByText("di Cava").count(), 0);
	await visitor.close();
});
