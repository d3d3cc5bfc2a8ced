// An operator says where a report without a place is: typed, by a click on the map, by keyboard.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, run, scenario } from "../blackbox/harness.mjs";
import { png } from "../blackbox/pmtiles.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

/** Numbers of the incidents there are, oldest first: other rows of the desk may have some between. */
const idsOf = (v, n) => eventually(async () => {
	const ids = ((await v.operator().get("/v1/incidents")).incidents ?? []).map((i) => Number(i.id)).sort((a, b) => a - b);
	return ids.length === n && ids;
});

scenario("a lost report is found, its place pasted, and it joins what it was said to join", {}, async (v) => {
	await v.source().report({ hazard: "fire", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20 } });
	await v.source().report({ hazard: "fire", signs: { trapped: true }, text: "siamo in cantina",
		place: { words: "sotto il municipio" } });
	const [first, lost] = await idsOf(v, 2);
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
	await page.getByText(`Si unirà a Incendio #${first}, a 46 m da qui.`).waitFor();
	await page.locator(".place-form input[name=reason]").fill("richiamato: “sotto l’arco”, 5 € di dubbio");
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-form.png` });
	}
	await input.press("Enter");
	await page.getByText(`Spostata da #${lost} a #${first}`).waitFor();
	await page.getByText("siamo in cantina").waitFor();
	await page.getByText("“sotto l’arco”").waitFor();
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-moved.png` });
	}
	await eventually(async () => (await row.count()) === 0, { what: "it is no longer to locate" });
	await page.getByRole("button", { name: "Chiusi" }).click();
	await row.click();
	await page.getByText("Chiuso: le sue segnalazioni sono in").waitFor();
	await page.getByText(`Ora è in #${first}`).waitFor();
	await page.getByRole("button", { name: `#${first}`, exact: true }).click();
	await page.getByText(`Spostata da #${lost} a #${first}`).waitFor();
});

const at = (latDeg, lonDeg) => ({ point: { latDeg, lonDeg }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

async function shot(page, name) {
	if (process.env.SHOT) {
		await page.screenshot({ path: `${process.env.SHOT}-${name}.png` });
	}
}

/** The map stands still. */
async function settled(page) {
	let last = null;
	await page.locator(".map-box[data-idle]").waitFor({ timeout: 20000 });
	await eventually(async () => {
		const now = await page.locator(".map-box").getAttribute("data-idle");
		const same = now !== null && now === last;
		last = now;
		await page.waitForTimeout(300);
		return same;
	}, { withinMs: 20000, what: "a still map" });
}

/** Asked until it holds: the map says where it looks a moment after it stands still. */
const holds = (assertion) => eventually(async () => {
	await assertion();
	return true;
});

/** As large as its box, and drawn for that size: what it shows has the box's shape. */
async function assertNotSquashed(page, look) {
	const [wide, high, drawn] = await page.locator(".map-box").evaluate((box) => {
		const canvas = box.querySelector("canvas");
		return [box.clientWidth, box.clientHeight, [canvas.clientWidth, canvas.clientHeight, canvas.width, canvas.height]];
	});
	assert.deepEqual(drawn, [wide, high, wide, high]);
	const y = (lat) => Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360));
	const shape = (look.east - look.west) * Math.PI / 180 / (y(look.north) - y(look.south));
	assert.ok(Math.abs(shape / (wide / high) - 1) < 0.02, `${shape} in ${wide} x ${high}: ${JSON.stringify(look)}`);
}

/** A place in the map, in pixels of the page, right and down of its middle. */
async function besideMiddle(page, right, down) {
	const box = await page.locator(".map-box").boundingBox();
	return { x: Math.round(box.x + box.width / 2) + right, y: Math.round(box.y + box.height / 2) + down };
}

const small = (page, { x, y }) => page.screenshot({ clip: { x: x - 20, y: y - 20, width: 40, height: 40 } });

/** What the map asks the server for: its edges and its zoom, of the last time. */
function lastLook(page) {
	const look = {};
	page.on("request", (request) => {
		const url = new URL(request.url());
		if (url.pathname === "/v1/map") {
			[look.west, look.south, look.east, look.north] = url.searchParams.get("bbox").split(",").map(Number);
			look.zoom = Number(url.searchParams.get("zoom"));
		}
	});
	return look;
}

const TILES = { "console.basemap": "https://tiles.example.org/{z}/{x}/{y}.png", "console.basemap_attribution": "© Tessere di Prova" };

scenario("on a map of streets a click is the place, as true as 20 pixels, and Esc takes it back", {
	timeoutMs: 120000, config: TILES,
}, async (v) => {
	await v.source().report({ hazard: "fire", place: at(42.35, 13.4) });
	await v.source().report({ hazard: "fire", text: "siamo in cantina", place: { words: "sotto il municipio" } });
	const [first, lost] = await idsOf(v, 2);
	let look; // heard from the beginning, not by loading anew: a page left while its tiles come says that they failed
	const visitor = await Visitor.open(`${v.addresses.console}/console`, {
		size: DESK,
		prepare: (context) => {
			look = lastLook(context);
			return context.route("https://tiles.example.org/**", (route) => route.fulfill({
				body: png(200, 200, 180), contentType: "image/png", headers: { "access-control-allow-origin": "*" } }));
		},
	});
	const { page } = visitor;
	await settled(page);
	const tray = page.getByRole("region", { name: "Senza posto: 1" });
	assert.match(await tray.getByRole("button").innerText(), /Nessun punto/);
	await page.getByRole("button", { name: "Mostra tutti" }).click();
	await settled(page); // a flight that is cut short by a box that shrinks ends beside its goal
	await tray.getByRole("button").click();
	const form = page.locator(".place-form");
	const point = form.locator("input[name=point]");
	const accuracy = form.locator("input[name=accuracy]");
	await page.getByText(`Un clic dà il posto a #${lost}.`).waitFor();
	await settled(page);

	const target = await besideMiddle(page, 30, 20);
	const bare = await small(page, target);
	await page.mouse.click(target.x, target.y);
	await page.getByText(`Si unirà a Incendio #${first}`).waitFor();
	const [lat, lon] = (await point.inputValue()).split(", ").map(Number);
	await holds(() => assertNotSquashed(page, look));
	const box = await page.locator(".map-box").boundingBox();
	const turn = (look.east - look.west) / box.width;
	assert.ok(Math.abs(lon - (look.west + (target.x - box.x) * turn)) < 2 * turn, `${lon} of ${JSON.stringify(look)}`);
	assert.ok(Math.abs(lat - (look.north - (target.y - box.y) / box.height * (look.north - look.south))) < 2 * turn,
		`${lat} of ${JSON.stringify(look)}`);
	const exact = 20 * 40075016.7 * Math.cos(lat * Math.PI / 180) / 512 / 2 ** look.zoom;
	const said = Number(await accuracy.inputValue());
	assert.ok(said >= exact - 1 && said <= exact * 1.1 + 1, `${said} m for ${exact} m`);
	await settled(page);
	assert.ok(!bare.equals(await small(page, target)), "the place is drawn");
	await visitor.assertAccessible("a place chosen on the map");
	await shot(page, "click-light");

	// Esc on the map takes it back; so does Esc in the form, and the incident stays open.
	await page.keyboard.press("Escape");
	await eventually(async () => (await point.inputValue()) === "" && (await accuracy.inputValue()) === "");
	await page.mouse.click(target.x, target.y);
	await page.getByText(`Si unirà a Incendio #${first}`).waitFor();
	await accuracy.focus();
	await page.keyboard.press("Escape");
	await eventually(async () => (await point.inputValue()) === "");
	assert.ok(await form.isVisible());
	await page.mouse.move(0, 0);
	await settled(page);
	assert.ok(bare.equals(await small(page, await besideMiddle(page, 30, 20))), "the place is gone from the map");

	// An alarm comes in above the map: what was aimed at is still under the pointer.
	const chosen = async () => (await point.inputValue()).split(", ").map(Number);
	const top = async () => (await page.locator(".map-box").boundingBox()).y;
	await page.mouse.click(target.x, target.y);
	await eventually(async () => (await point.inputValue()) !== "");
	await settled(page);
	const [[latBefore, lonBefore], topBefore] = [await chosen(), await top()];
	await v.source().report({ hazard: "fire", place: at(45.5, 9.2), signs: { trapped: true } });
	await page.locator(".alarm-bar.loud").waitFor();
	await eventually(async () => (await top()) > topBefore + 20);
	const assertThere = async (right, click) => {
		const [, was] = await chosen();
		await click({ x: target.x + right, y: target.y });
		await eventually(async () => (await chosen())[1] !== was);
		const [latAfter, lonAfter] = await chosen();
		assert.ok(Math.abs(latAfter - latBefore) < 2 * turn, `${latAfter} for ${latBefore}, a pixel is ${turn}`);
		assert.ok(Math.abs(lonAfter - lonBefore - right * turn) < 2 * turn, `${lonAfter} for ${lonBefore} and ${right} pixels`);
	};
	await assertThere(40, ({ x, y }) => page.mouse.click(x, y));
	// Nor does it matter that the map has had no time yet to draw itself below it.
	await assertThere(80, (to) => page.locator(".map-box canvas").evaluate((canvas, { x, y }) => {
		document.querySelector("header").style.marginTop = "30px";
		for (const type of ["mousedown", "mouseup", "click"]) {
			canvas.dispatchEvent(new MouseEvent(type, { clientX: x, clientY: y, bubbles: true }));
		}
	}, to));
	await page.keyboard.press("Escape");

	// What goes for the click goes not for what is typed after it.
	await page.mouse.click(target.x, target.y);
	await eventually(async () => (await accuracy.inputValue()) !== "");
	await point.fill("42.3502, 13.4");
	assert.equal(await accuracy.inputValue(), "");
	const confirm = page.getByRole("button", { name: "Conferma il posto" });
	await accuracy.fill("venti");
	await page.getByText("Non è una precisione").waitFor();
	assert.ok(await confirm.isDisabled());
	await accuracy.fill("25 m");
	await form.locator("input[name=words]").fill("l’argine, da € 5");
	const sent = page.waitForRequest((request) => request.url().endsWith("/actions"));
	await confirm.click();
	assert.equal((await sent).postDataJSON().place.accuracyM, 25);
	await page.getByText(`Spostata da #${lost} a #${first}`).waitFor();
	assert.equal(await page.getByText("Un clic dà il posto").count(), 0);
	visitor.foreign.length = 0;
	await visitor.close();
});

scenario("a map for orientation gives a rough place, and the middle is taken by keyboard", { timeoutMs: 120000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: at(42.35, 13.4) });
	await v.source().report({ hazard: "fire", place: { words: "sotto il municipio" } });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, dark: true });
	const { page } = visitor;
	await page.getByRole("button", { name: "Elenco", exact: true }).click();
	await page.getByRole("button", { name: "Da localizzare" }).click();
	const atMap = async () => {
		await settled(page);
		await page.locator(".maplibregl-canvas:focus").waitFor();
	};
	const choose = async () => {
		await page.getByRole("button", { name: "Scegli sulla mappa" }).focus();
		await page.keyboard.press("Enter");
		await atMap();
	};
	const point = page.locator(".place-form input[name=point]:focus");
	// The first time it is pressed the moment it is there.
	await page.evaluate(() => new MutationObserver((_, itself) => {
		const button = [...document.querySelectorAll(".place-form button")].find((b) => b.textContent === "Scegli sulla mappa");
		if (button !== undefined) {
			itself.disconnect();
			button.click();
		}
	}).observe(document.body, { childList: true, subtree: true }));
	await page.locator(".board").focus();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await atMap();
	await page.getByText("Mappa per orientarsi").waitFor();
	await page.keyboard.press("Escape");
	await point.waitFor();
	assert.equal(await point.inputValue(), "");
	await choose();
	await page.keyboard.press("Enter");
	await point.waitFor();
	assert.match(await point.inputValue(), /^\d+\.\d{5}, \d+\.\d{5}$/);
	const accuracy = page.locator(".place-form input[name=accuracy]");
	assert.ok(Number(await accuracy.inputValue()) >= 1000, "no better than the map below is");
	await page.getByText("Troppo incerto: qui serve al più 150").waitFor();
	await visitor.assertAccessible("a rough place, dark");
	await shot(page, "rough-dark");
	await page.getByRole("button", { name: "Conferma il posto" }).click();
	await page.getByText("Non è stato fatto").waitFor();
	await accuracy.fill("");
	await page.getByRole("button", { name: "Conferma il posto" }).click();
	await page.locator("aside").getByText("Posto dato da un operatore").waitFor();
	await visitor.close();
});

scenario("the list to locate says why, and a swapped place is one click away", { timeoutMs: 120000 }, async (v) => {
	const file = join(v.folder, "area.geojson");
	const ring = [[13.3, 42.3], [13.5, 42.3], [13.5, 42.4], [13.3, 42.4], [13.3, 42.3]];
	writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [
		{ type: "Feature", properties: { code: "p", name: "Prova" }, geometry: { type: "Polygon", coordinates: [ring] } }] }));
	const { code, stderr } = await run(["area", "import", file, "--data", v.data, "--level", "province", "--code", "code", "--name", "name"]);
	assert.equal(code, 0, stderr);
	await v.source().report({ hazard: "fire", place: at(13.4, 42.35) });
	await v.source().report({ hazard: "fire", place: at(0, 0) });
	await v.source().report({ hazard: "fire", place: { ...at(42.35, 13.4), accuracyM: 5000 } });
	await v.source().report({ hazard: "fire", about: "ABOUT_OTHER", place: at(42.351, 13.4) });
	await v.source().report({ hazard: "fire", place: { words: "dal fornaio" } });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await page.getByRole("button", { name: "Da localizzare" }).click();
	const rows = page.locator(".rows .row");
	await eventually(async () => (await rows.count()) === 5);
	const list = await page.locator(".rows").innerText();
	for (const why of ["Lat/lon scambiate", "Punto 0,0", "Troppo impreciso", "Di chi scrive", "Nessun punto"]) {
		assert.ok(list.includes(`✕ ${why}`), `${why} in ${list}`);
	}
	await settled(page);
	await visitor.assertAccessible("the list to locate");
	const swapped = rows.filter({ hasText: "scambiate" });
	const cut = await swapped.locator(".place").evaluate((cell) => cell.scrollHeight - cell.clientHeight);
	assert.ok(cut <= 0, `${cut} pixels of the row are cut`);
	await swapped.getByRole("button", { name: "Usa 42.350, 13.400" }).click();
	const point = page.locator(".place-form input[name=point]");
	await eventually(async () => (await point.inputValue()) === "42.35, 13.4");
	await page.getByText("L’incidente starà qui.").waitFor();
	await page.locator(".place-form input[name=point]:focus").waitFor();
	await shot(page, "list");
	await page.keyboard.press("Escape");
	await eventually(async () => (await point.inputValue()) === "");
	await page.keyboard.press("Escape");
	await eventually(async () => (await page.locator(".place-form").count()) === 0);
	// The same by keyboard: from the chosen row to its button.
	await page.keyboard.press("Home");
	while (!(await swapped.getAttribute("aria-selected") === "true")) {
		await page.keyboard.press("ArrowDown");
	}
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await eventually(async () => (await point.inputValue()) === "42.35, 13.4");
	await page.getByRole("button", { name: "Conferma il posto" }).click();
	await eventually(async () => (await rows.count()) === 4);
	await page.locator("aside").getByText("Posto dato da un operatore").waitFor();
	// Who works fast goes on while it is on its way: Esc takes nothing back then, and the next key is none of the form's.
	let answer;
	const held = new Promise((done) => { answer = done; });
	await page.route("**/actions", async (route) => {
		await held;
		await route.continue();
	}, { times: 1 });
	await rows.filter({ hasText: "Nessun punto" }).click();
	await point.fill("42.36, 13.41");
	await point.press("Enter");
	await page.keyboard.press("Escape");
	await page.locator("aside").waitFor({ state: "detached" });
	answer();
	await eventually(async () => (await rows.count()) === 3);
	await visitor.close();
});

scenario("on a phone the form gives way to the map and comes back with the place", { timeoutMs: 120000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: at(42.35, 13.4) });
	await v.source().report({ hazard: "fire", place: { words: "sotto il municipio" } });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: PHONE });
	const { page } = visitor;
	const look = lastLook(page);
	await page.locator(".rows .row").filter({ hasText: "municipio" }).click();
	await page.getByRole("button", { name: "Scegli sulla mappa" }).click();
	await settled(page);
	assert.ok(await page.locator("aside").isHidden());
	await holds(() => assertNotSquashed(page, look));
	await visitor.assertFits();
	await visitor.assertAccessible("choosing on a phone");
	await shot(page, "phone-map");
	await page.getByRole("button", { name: "Torna alla scheda" }).click();
	await page.locator(".place-form").waitFor();
	await page.getByRole("button", { name: "Scegli sulla mappa" }).click();
	await page.getByRole("button", { name: "Prendi il centro" }).click();
	await eventually(async () => (await page.locator(".place-form input[name=point]").inputValue()) !== "");
	await visitor.assertFits();
	await visitor.assertAccessible("back with a place");
	await shot(page, "phone-back");
	await visitor.close();
});

scenario("where no map can be drawn the form says so and takes what is typed", { timeoutMs: 60000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: { words: "sotto il municipio" } });
	const beforehand = `const had = HTMLCanvasElement.prototype.getContext;
		HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind === "webgl2" ? null : had.call(this, kind, ...more); };`;
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: PHONE, beforehand });
	const { page } = visitor;
	await page.locator(".rows .row").click();
	const form = page.locator(".place-form");
	await form.getByText("Qui la mappa non si può mostrare").waitFor();
	assert.equal(await page.getByRole("button", { name: "Scegli sulla mappa" }).count(), 0);
	await visitor.assertAccessible("a form without a map");
	await shot(page, "no-webgl");
	await form.locator("input[name=point]").fill("42.35, 13.4");
	await page.getByRole("button", { name: "Conferma il posto" }).click();
	await page.locator("aside").getByText("Posto dato da un operatore").waitFor();
	await visitor.close();
});
