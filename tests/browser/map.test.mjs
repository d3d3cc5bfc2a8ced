import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, makeFolder, run, scenario } from "../blackbox/harness.mjs";
import { pmtiles, png } from "../blackbox/pmtiles.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const place = (latDeg, lonDeg, accuracyM = 20) =>
	({ point: { latDeg, lonDeg }, accuracyM, kind: "PLACE_KIND_BROWSER_FIX" });

async function openMap(v, options = {}) {
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, ...options });
	await visitor.page.locator(".banner.good").waitFor();
	await visitor.page.locator(".map-box[data-idle]").waitFor({ timeout: 20000 });
	return visitor;
}

const shown = (page, n) => page.locator(`.map-box[data-shown="${n}"]`).waitFor({ timeout: 20000 });

/** Waits until the map has drawn what was last changed, and nothing changes it again. */
async function settled(page) {
	let last = null;
	await eventually(async () => {
		const now = await page.locator(".map-box").getAttribute("data-idle");
		const same = now !== null && now === last;
		last = now;
		await page.waitForTimeout(300);
		return same;
	}, { withinMs: 20000, what: "a still map" });
}

/** The colour of a pixel of the map, so far to the right of its middle, out of a picture of the page. */
async function middle(page, right = 0) {
	const box = await page.locator(".map-box").boundingBox();
	const bytes = await page.screenshot({ clip: { x: box.x + box.width / 2 + right - 40, y: box.y + box.height / 2 - 40, width: 80, height: 80 } });
	return page.evaluate(async (data) => {
		const image = new Image();
		image.src = `data:image/png;base64,${data}`;
		await image.decode();
		const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 80 });
		const pen = canvas.getContext("2d");
		pen.drawImage(image, 0, 0);
		return [...pen.getImageData(40, 40, 1, 1).data].slice(0, 3);
	}, bytes.toString("base64"));
}

async function clickMiddle(page) {
	const box = await page.locator(".map-box").boundingBox();
	await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

scenario("marks appear live, and a click opens the incident and chooses its row", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4), signs: { trapped: true }, text: "fumo nero" });
	const visitor = await openMap(v);
	const { page } = visitor;
	await shown(page, 1);
	// It was shown around the one there is: the mark is in the middle.
	await settled(page);
	await eventually(async () => {
		const [red, green] = await middle(page);
		return red > 120 && green > 120 || red > 120 && green < 60;
	}, { what: "the mark's number or its red" });
	await clickMiddle(page);
	await page.locator("aside").getByText("fumo nero").waitFor();
	assert.equal(await page.locator(".rows .row[aria-selected=true]").count(), 1);
	await visitor.assertAccessible("map with an open incident");
	await page.keyboard.press("Escape");
	await page.locator("aside").waitFor({ state: "detached" });

	const camera = () => page.locator(".maplibregl-ctrl-scale").innerText();
	const before = await camera();
	await v.source().report({ hazard: "flood", place: place(42.353, 13.402) });
	await shown(page, 2);
	await v.source().report({ hazard: "flood", place: place(45, 9) });
	await eventually(async () => (await page.locator(".rows .row").count()) === 3);
	assert.equal(await camera(), before, "the map does not move by itself");
	await page.getByText("2 incidenti in vista").waitFor();
	await page.getByRole("button", { name: "Mostra tutti" }).click();
	await page.getByText("3 incidenti in vista").waitFor();
	await visitor.close();
});

scenario("a chosen one has the circle of its accuracy around it, and each class a shape", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "wildfire", place: place(42.35, 13.4, 200), text: "fumo" });
	const visitor = await openMap(v);
	const { page } = visitor;
	await shown(page, 1);
	await page.locator(".rows .row").click();
	await page.getByRole("button", { name: "Vai a quello scelto" }).click();
	await settled(page);
	// Beyond the ring around the mark and within the 200 m; and well outside.
	const [inside, outside] = [await middle(page, 60), await middle(page, -200)];
	assert.notDeepEqual(inside, outside);
	// The marks of the five classes, as the map draws them too: told apart without their colour.
	const shapes = await page.locator("header .toggle svg path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
	assert.equal(new Set(shapes.filter((d) => d !== "")).size, 5, `${shapes}`);
	await visitor.close();
});

scenario("the list points at the map and the map at the list; only what is in view", { timeoutMs: 90000 }, async (v) => {
	for (const [lat, lon] of [[42.35, 13.4], [45.07, 7.69], [38.11, 13.36]]) {
		await v.source().report({ hazard: "flood", place: place(lat, lon) });
	}
	await v.source().report({ hazard: "medical", text: "non so dove sono" });
	const visitor = await openMap(v);
	const { page } = visitor;
	const rows = page.locator(".rows .row");
	await shown(page, 3);
	await settled(page);
	await rows.filter({ hasText: "42.35" }).click();
	await page.getByRole("button", { name: "Vai a quello scelto" }).click();
	await page.getByText("1 incidenti in vista").waitFor({ timeout: 20000 });
	await settled(page);
	await page.mouse.move(0, 0);
	const box = await page.locator(".map-box").boundingBox();
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
	await page.locator(".row.pointed").waitFor();
	assert.match(await page.locator(".row.pointed").innerText(), /42\.35/);

	await page.getByRole("button", { name: "Solo ciò che si vede" }).click();
	await eventually(async () => (await rows.count()) === 1, { withinMs: 20000 });
	await page.getByRole("button", { name: "Mostra tutti" }).click();
	await eventually(async () => (await rows.count()) === 3, { withinMs: 20000 }); // a flight is drawn by the processor
	await page.getByRole("button", { name: "Solo ciò che si vede" }).click();
	await eventually(async () => (await rows.count()) === 4, { withinMs: 20000 });

	// The map is filtered as the list is.
	const of = Number(await rows.filter({ hasText: "42.35" }).locator(".level text").textContent());
	await page.locator("header .toggle").nth(of - 1).click();
	await page.getByText("0 incidenti in vista").waitFor();
	await eventually(async () => (await rows.filter({ hasNotText: "Senza posto" }).count()) === 0);
	await visitor.close();
});

scenario("what has no place is in the tray, worst first, and opens by keyboard", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "utility_out", place: { words: "via Roma 4" } });
	await v.source().report({ hazard: "medical", place: { words: "sotto il ponte" }, signs: { unresponsive: true } });
	const visitor = await openMap(v);
	const { page } = visitor;
	const tray = page.getByRole("region", { name: "Senza posto: 2" });
	await tray.waitFor();
	assert.match(await tray.getByRole("button").first().innerText(), /1\s*Vite ora\s*Malore o ferita\s*sotto il ponte/);
	await tray.getByRole("button").first().focus();
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: /Malore/ }).waitFor();
	assert.equal(await tray.getByRole("button").first().getAttribute("aria-pressed"), "true");
	await visitor.assertAccessible("tray");
	await visitor.close();
});

scenario("the map has its ground in the end, and answers to the keyboard", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4) });
	// The ground itself does not come at first, as from a server that just starts anew: it is there a moment later.
	let isAway = true;
	const visitor = await openMap(v, { prepare: (context) => context.route("**/land*.json", (route) => (isAway ? route.abort() : route.continue())) });
	const { page } = visitor;
	await shown(page, 1);
	await settled(page);
	const sea = await middle(page, 100);
	isAway = false;
	await eventually(async () => `${await middle(page, 100)}` !== `${sea}`, { withinMs: 15000, what: "land" });
	await settled(page);
	const scale = () => page.locator(".maplibregl-ctrl-scale").innerText();
	const before = await scale();
	await page.locator(".maplibregl-canvas").focus();
	await page.keyboard.press("-");
	await eventually(async () => (await scale()) !== before);
	await page.keyboard.press("ArrowLeft");
	await page.getByRole("button", { name: "Ingrandisci" }).click();
	await page.getByRole("button", { name: "Rimpicciolisci" }).click();
	await visitor.close();
});

scenario("without WebGL a sentence says so and the list works on", {}, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4), text: "fumo" });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, {
		size: DESK,
		beforehand: () => {
			const real = HTMLCanvasElement.prototype.getContext;
			HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
				return /webgl/.test(kind) ? null : real.call(this, kind, ...rest);
			};
		},
	});
	const { page } = visitor;
	const asked = [];
	page.on("request", (request) => asked.push(request.url()));
	await page.getByText("Qui la mappa non si può mostrare").waitFor();
	await page.locator(".rows .row").click();
	await page.locator("aside").getByText("fumo").waitFor();
	assert.ok(!asked.some((url) => /engine|maplibre/.test(url)), "the map's bytes are not loaded for nothing");
	await visitor.assertAccessible("no WebGL");
	await visitor.close();
});

scenario("on a phone it is the list or the map, and both fit", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4), text: "fumo" });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: PHONE, dark: true });
	const { page } = visitor;
	await page.locator(".rows .row").waitFor();
	assert.equal(await page.locator(".map-box").count(), 0);
	await page.getByRole("button", { name: "Mappa", exact: true }).click();
	await shown(page, 1);
	assert.ok(await page.locator(".board").isHidden());
	await visitor.assertFits();
	await visitor.assertAccessible("map on a phone, dark");
	await settled(page);
	await clickMiddle(page);
	await page.locator("aside").getByText("fumo").waitFor();
	await visitor.assertFits();
	await visitor.close();
});

scenario("outlines are drawn when there are any, and their absence is no fault", { timeoutMs: 90000 }, async (v) => {
	await v.source().report({ hazard: "fire", place: place(42.35, 13.4) });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK });
	const { page } = visitor;
	const asked = [];
	const ring = [[13.3, 42.3], [13.5, 42.3], [13.5, 42.4], [13.3, 42.4], [13.3, 42.3]];
	await page.route("**/v1/outlines?**", (route) => {
		asked.push(new URL(route.request().url()).searchParams.get("bbox"));
		return route.fulfill({ json: { type: "FeatureCollection", features: [
			{ type: "Feature", properties: { kind: "umbrella", id: "9" }, geometry: { type: "Polygon", coordinates: [ring] } },
		] } });
	});
	await page.reload();
	await shown(page, 1);
	await eventually(() => asked.length > 0);
	assert.match(asked[0], /^-?[0-9.]+(,-?[0-9.]+){3}$/);
	await visitor.letThrough();
	await page.route("**/v1/outlines?**", (route) => { asked.push("gone"); return route.fulfill({ status: 503 }); });
	await page.getByRole("button", { name: "Rimpicciolisci" }).click();
	await eventually(() => asked.includes("gone"), { withinMs: 15000 });
	for (let i = 0; i < 3; i++) {
		await page.getByRole("button", { name: "Ingrandisci" }).click();
		await settled(page);
	}
	assert.equal(asked.filter((a) => a === "gone").length, 1, "not asked again and again");
	assert.equal(await page.getByText("La mappa può essere vecchia").count(), 0);
	await visitor.close();
});

const folder = makeFolder();
const file = join(folder, "world.pmtiles");
writeFileSync(file, pmtiles(png(10, 200, 10)));

scenario("umbrellas and the borders of areas are drawn as they come", { timeoutMs: 120000 }, async (v) => {
	const square = (code, west, south, size) => ({
		type: "Feature", properties: { code, name: code },
		geometry: { type: "Polygon", coordinates: [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]] },
	});
	const file = join(v.folder, "province.geojson");
	writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [square("pw", 13.3, 42.3, 0.1), square("pe", 13.4, 42.3, 0.1)] }));
	const { code, stderr } = await run(["area", "import", file, "--data", v.data, "--level", "province", "--code", "code", "--name", "name"]);
	assert.equal(code, 0, stderr);
	for (let i = 0; i < 12; i++) {
		await v.source().report({ hazard: "flood", place: place(42.33 + (i % 4) * 0.004, 13.385 + Math.floor(i / 4) * 0.007), signs: i === 0 ? { trapped: true } : {} });
	}
	await eventually(async () => (await v.request("console", "/v1/outlines?kind=umbrella")).json.features.length === 1
		&& (await v.request("console", "/v1/outlines?kind=area")).json.features.length === 2, { withinMs: 15000, what: "an umbrella and two areas" });
	const visitor = await openMap(v);
	const { page } = visitor;
	const drawn = async () => JSON.parse(await page.locator(".map-box").getAttribute("data-outlines") ?? "{}");
	await eventually(async () => {
		const { umbrella, area } = await drawn();
		return umbrella === 1 && area === 2;
	}, { withinMs: 20000, what: "outlines on the map" });
	for (let i = 0; i < 3; i++) {
		await page.getByRole("button", { name: "Rimpicciolisci" }).click();
		await settled(page);
	}
	assert.deepEqual({ ...await drawn(), incident: 0 }, { area: 2, umbrella: 1, incident: 0 });
	if (process.env.VEDETTA_SHOTS) {
		await page.screenshot({ path: join(process.env.VEDETTA_SHOTS, "map-umbrella.png") });
	}
	await visitor.close();
});

scenario("a basemap out of a PMTiles file is drawn and says whose it is", {
	timeoutMs: 90000, config: { "console.basemap": file, "console.basemap_attribution": "© Comune di Prova" },
}, async (v) => {
	const visitor = await openMap(v);
	const { page } = visitor;
	await page.getByText("© Comune di Prova").waitFor();
	await eventually(async () => {
		const [red, green, blue] = await middle(page);
		return Math.abs(red - 10) < 12 && Math.abs(green - 200) < 12 && Math.abs(blue - 10) < 12;
	}, { withinMs: 20000, what: "the tile's green" });
	await visitor.close();
});

scenario("an exercise is told as one on the map, and many are a square with their count", { timeoutMs: 90000 }, async (v) => {
	const { token } = await v.exercise();
	const drill = await v.request("public", "/v1/reports", {
		method: "POST",
		headers: { "content-type": "application/json", "idempotency-key": "drill-on-the-map", "vedetta-exercise": token },
		body: JSON.stringify({ hazard: "fire", place: place(42.35, 13.4) }),
	});
	assert.equal(drill.status, 201);
	for (let i = 0; i < 30; i++) {
		await v.source().report({ hazard: "flood", place: place(45 + (i % 6) * 0.02, 9 + Math.floor(i / 6) * 0.02) });
	}
	const visitor = await openMap(v);
	const { page } = visitor;
	await page.getByText("31 incidenti in vista").waitFor();
	await settled(page);
	const drawn = Number(await page.locator(".map-box").getAttribute("data-shown"));
	assert.ok(drawn >= 2 && drawn < 10, `${drawn} marks and squares for 31 incidents`);
	await visitor.close();
});

scenario("tiles of the server that the config names are drawn, and nothing else leaves the house", {
	timeoutMs: 90000,
	config: { "console.basemap": "https://tiles.example.org/{z}/{x}/{y}.png", "console.basemap_attribution": "© Tessere di Prova" },
}, async (v) => {
	const asked = [];
	const visitor = await Visitor.open(`${v.addresses.console}/console`, {
		size: DESK,
		prepare: (context) => context.route("https://*.example.org/**", (route) => {
			asked.push(route.request().url());
			return route.fulfill({ body: png(10, 10, 200), contentType: "image/png", headers: { "access-control-allow-origin": "*" } });
		}),
	});
	const { page } = visitor;
	await page.getByText("© Tessere di Prova").waitFor();
	await eventually(async () => {
		const [red, green, blue] = await middle(page);
		return Math.abs(red - 10) < 12 && Math.abs(green - 10) < 12 && Math.abs(blue - 200) < 12;
	}, { withinMs: 20000, what: "the tile's blue" });
	const other = await page.evaluate(() => fetch("https://other.example.org/1/1/1.png").then(() => "let through", () => "refused"));
	assert.equal(other, "refused");
	assert.ok(asked.length > 0 && asked.every((url) => /^https:\/\/tiles\.example\.org\/\d+\/\d+\/\d+\.png$/.test(url)), asked.join(" "));
	assert.ok(visitor.errors.every((error) => /other\.example\.org/.test(error)), visitor.errors.join("\n"));
	assert.ok(visitor.foreign.every((url) => url.startsWith("https://tiles.example.org/")));
	visitor.errors.length = visitor.foreign.length = 0;
	await visitor.close();
});
