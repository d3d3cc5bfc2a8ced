import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, root, run, scenario } from "../blackbox/harness.mjs";
import { PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const CODE = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/;

async function onlyReport(v) {
	const operator = v.operator();
	const [incident] = await eventually(async () => {
		const board = await operator.board();
		return board.length === 1 && board;
	});
	const reports = await operator.reportsOf(incident.id);
	return { incident, reports };
}

scenario("a form without JavaScript ends at a receipt", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public, { javaScript: false });
	const { page } = visitor;
	assert.match(await page.locator(".duty").innerText(), /Adesso nessuno sta leggendo\. Chiama il 112\./);
	assert.equal(await page.locator("a.call").getAttribute("href"), "tel:112");
	assert.ok(await page.locator("#locate").isHidden(), "a button that cannot work is not shown");
	await page.check("input[name=hazard][value=flood]", { force: true });
	await page.check("input[name=about][value=self]");
	await page.fill("#words", "via Roma 12, secondo piano");
	await page.check("input[name=trapped]");
	await page.check("input[name=people][value=two_to_five]", { force: true });
	await page.fill("#text", "acqua in cantina <script>alert(1)</script>");
	await page.click("#send");
	await page.waitForURL("**/r/**");
	assert.match(await page.locator(".code").innerText(), CODE);
	assert.match(await page.locator(".state").innerText(), /Ricevuta e salvata/);
	assert.equal(await page.locator(".guidance li").count(), 3);
	assert.match(await page.locator(".said").innerText(), /<script>alert\(1\)<\/script>/);
	assert.equal(await page.title(), "Ricevuta");
	await visitor.assertFits();
	await visitor.close();

	const { incident, reports } = await onlyReport(v);
	assert.equal(incident.hazard, "flood");
	assert.equal(incident.unplaced, true);
	assert.equal(incident.rank.class, 1);
	assert.equal(reports[0].report.place.words, "via Roma 12, secondo piano");
	assert.equal(reports[0].channel, "web");
});

scenario("a form with JavaScript sends the phone's position and shows the receipt", {}, async (v) => {
	const visitor = await Visitor.open(`${v.addresses.public}/?lang=en`, {
		place: { latitude: 42.3498, longitude: 13.3995, accuracy: 18 },
	});
	const { page } = visitor;
	await page.check("input[name=hazard][value=fire]", { force: true });
	await page.check("input[name=about][value=self]");
	await page.click("#locate");
	await page.getByText("Position taken").waitFor();
	assert.match(await page.locator("#located").innerText(), /42\.34980, 13\.39950.*about 18 m/s);
	await visitor.assertAccessible("filled form");
	await page.click("#send");
	await page.waitForURL("**/r/**");
	assert.match(await page.locator(".code").innerText(), CODE);
	await visitor.assertAccessible("receipt");
	assert.equal(await page.evaluate(() => sessionStorage.getItem("draft")), null);
	await page.reload();
	assert.match(await page.locator(".code").innerText(), CODE, "the address is the receipt's own");
	await visitor.close();

	const { incident, reports } = await onlyReport(v);
	assert.ok(!incident.unplaced);
	assert.equal(reports[0].report.place.kind, "PLACE_KIND_BROWSER_FIX");
	assert.equal(reports[0].report.place.accuracyM, 18);
	assert.equal(reports[0].report.lang, "en");
});

scenario("one's own position is not sent for somebody else", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public, {
		place: { latitude: 42.3498, longitude: 13.3995, accuracy: 18 },
	});
	const { page } = visitor;
	await page.check("input[name=hazard][value=medical]", { force: true });
	await page.click("#locate");
	await page.getByText("Posizione presa").waitFor();
	await page.check("input[name=about][value=other]");
	assert.ok(await page.locator("#locate").isHidden());
	await page.fill("#words", "Torino, corso Francia 3");
	await page.click("#send");
	await page.waitForURL("**/r/**");
	await visitor.close();
	const { reports } = await onlyReport(v);
	assert.equal(reports[0].report.about, "ABOUT_OTHER");
	assert.equal(reports[0].report.place.point, undefined);
});

scenario("what is wrong is named, and the rest is still there", {}, async (v) => {
	for (const javaScript of [false, true]) {
		const visitor = await Visitor.open(v.addresses.public, { javaScript });
		const { page } = visitor;
		await page.check("input[name=hazard][value=gas_leak]", { force: true });
		await page.check("input[name=injured]");
		await page.fill("#text", "odore forte");
		// As a browser that does not know maxlength would.
		await page.locator("#phone").evaluate((field) => field.removeAttribute("maxlength"));
		await page.fill("#phone", "9".repeat(40));
		await page.click("#send");
		await page.locator("#errors").waitFor();
		assert.match(await page.locator("#errors").innerText(), /Non inviata/);
		assert.equal(await page.locator("#phone").getAttribute("aria-invalid"), "true");
		assert.ok(await page.isChecked("input[name=hazard][value=gas_leak]"));
		assert.ok(await page.isChecked("input[name=injured]"));
		assert.equal(await page.inputValue("#text"), "odore forte");
		if (javaScript) {
			await visitor.assertAccessible("form with errors");
		}
		await page.fill("#phone", "0862 1234");
		await page.click("#send");
		await page.waitForURL("**/r/**");
		await visitor.close();
	}
});

scenario("a bad network is told, tried again, and the report arrives once", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public);
	const { page } = visitor;
	let cuts = 0;
	await page.route("**/v1/reports", async (route) => {
		if (cuts++ === 0) {
			await route.abort("connectionreset"); // it never left
		} else if (cuts === 2) {
			await route.fetch(); // it arrived, and the answer was lost
			await route.abort("connectionreset");
		} else {
			await route.continue();
		}
	});
	await page.check("input[name=hazard][value=flood]", { force: true });
	await page.fill("#text", "acqua");
	await page.click("#send");
	await page.getByText("Non ancora inviata").waitFor();
	assert.match(await page.locator("#sending").innerText(), /112/);
	assert.equal(await page.locator(".code").count(), 0, "nothing is pretended");
	assert.notEqual(await page.evaluate(() => sessionStorage.getItem("draft")), null);
	await page.click("#now");
	await page.locator(".code").waitFor({ timeout: 20000 });
	await visitor.close();
	assert.equal(cuts, 3);
	const { reports } = await onlyReport(v);
	assert.equal(reports.length, 1);
});

scenario("a draft survives a closed page, with the key it was sent under", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public);
	const { page } = visitor;
	await page.route("**/v1/reports", (route) => route.abort("connectionreset"));
	await page.check("input[name=hazard][value=landslide]", { force: true });
	await page.fill("#text", "la strada scende");
	await page.click("#send");
	await page.getByText("Non ancora inviata").waitFor();
	const key = await page.inputValue("input[name=key]");
	await visitor.letThrough();
	await page.reload();
	await page.getByText("Non può arrivare due volte").waitFor();
	assert.ok(await page.isChecked("input[name=hazard][value=landslide]"));
	assert.equal(await page.inputValue("#text"), "la strada scende");
	assert.equal(await page.inputValue("input[name=key]"), key);
	await page.click("#send");
	await page.waitForURL("**/r/**");
	await visitor.close();
});

scenario("an older receipt, looked at meanwhile, does not cost the report that has not left", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public);
	const { page } = visitor;
	const { link } = await v.source().report({ hazard: "fire", text: "fumo" });
	await page.route("**/v1/reports", (route) => route.abort("connectionreset"));
	await page.check("input[name=hazard][value=landslide]", { force: true });
	await page.fill("#text", "la strada scende");
	await page.click("#send");
	await page.getByText("Non ancora inviata").waitFor();
	await page.goto(new URL(link, page.url()).href);
	await page.locator(".code").waitFor();
	await page.goto(new URL("/", page.url()).href);
	await page.getByText("Non può arrivare due volte").waitFor();
	assert.equal(await page.inputValue("#text"), "la strada scende");
	await visitor.close();
});

scenario("what is added under another token is received, though it gets no link", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public);
	const { page } = visitor;
	let posts = 0;
	await page.route("**/v1/reports", async (route) => {
		await route.fetch(); // it arrived, and the answer was lost
		await route.abort("connectionreset");
	});
	await page.check("input[name=hazard][value=landslide]", { force: true });
	await page.click("#send");
	await page.getByText("Non ancora inviata").waitFor();
	await page.context().clearCookies();
	await visitor.letThrough();
	page.on("request", (request) => { posts += request.url().endsWith("/v1/reports") ? 1 : 0; });
	await page.reload();
	await page.fill("#text", "la strada scende");
	await page.click("#send");
	await page.locator("#sending .code").waitFor({ timeout: 10000 });
	assert.match(await page.locator("#sending .code").innerText(), CODE);
	assert.equal(await page.locator("#sending a").count(), 0);
	assert.equal(await page.evaluate(() => sessionStorage.getItem("draft")), null);
	await visitor.close();
	assert.equal(posts, 1);
	const { reports } = await onlyReport(v);
	assert.equal(reports.length, 2);
});

scenario("an impatient thumb sends one report", {}, async (v) => {
	const visitor = await Visitor.open(v.addresses.public);
	const { page } = visitor;
	let posts = 0;
	await page.route("**/v1/reports", async (route) => {
		posts++;
		await route.continue();
	});
	await page.check("input[name=hazard][value=fire]", { force: true });
	await page.locator("#send").evaluate((button) => {
		for (let i = 0; i < 5; i++) {
			button.click();
		}
	});
	await page.waitForURL("**/r/**");
	await visitor.close();
	assert.equal(posts, 1);
});

scenario("the form is small, accessible, fits every screen and speaks two languages", {}, async (v) => {
	for (const [size, dark] of [[PHONE, false], [PHONE, true], [{ width: 320, height: 600 }, false], [{ width: 1280, height: 900 }, false]]) {
		const visitor = await Visitor.open(v.addresses.public, { size, dark });
		await visitor.assertAccessible(`form ${size.width} ${dark ? "dark" : "light"}`);
		await visitor.assertFits();
		await visitor.close();
	}
	const visitor = await Visitor.open(v.addresses.public, { locale: "en-GB" });
	const { page } = visitor;
	assert.equal(await page.locator("html").getAttribute("lang"), "en");
	await page.getByRole("link", { name: "Italiano" }).click();
	await page.locator("html[lang=it]").waitFor();
	await visitor.close();

	let bytes = 0;
	const { text, headers } = await v.request("public", "/", { headers: { accept: "text/html" } });
	bytes += Buffer.byteLength(text) + JSON.stringify(headers).length;
	for (const [path] of text.matchAll(/\/assets\/[^"]+/g)) {
		const asset = await v.request("public", path);
		assert.equal(asset.status, 200);
		assert.match(asset.headers["cache-control"], /immutable/);
		bytes += Buffer.byteLength(asset.text) + JSON.stringify(asset.headers).length;
	}
	assert.ok(bytes <= 50 * 1024, `first load: ${bytes} bytes`);
	assert.doesNotMatch(headers["content-security-policy"], /unsafe|\*/);
});

const shot = (page, name) => process.env.VEDETTA_SHOTS
	&& page.screenshot({ path: join(process.env.VEDETTA_SHOTS, `${name}.png`), fullPage: true });

/** A place that no desk serves: said on what the form leads to, and whenever that is opened again. */
async function assertUnserved(v) {
	await run(["area", "import", join(root, "tests/data/areas/coasts.geojson"), "--data", v.data]);
	// Whoever is there sees every area, and has no right to what lies outside them.
	const { code, stderr } = await run(["user", "change", "tester", "--config", v.configPath, "--role", "shift_leader", "--area", "*"]);
	assert.equal(code, 0, stderr);
	const sea = { latitude: 42, longitude: 6.5 };
	await eventually(async () => (await v.source().report({ hazard: "flood", text: "prova",
		place: { point: { latDeg: sea.latitude, lonDeg: sea.longitude }, accuracyM: 15 } })).unserved, { what: "the areas" });
	for (const [dark, locale, said] of [
		[false, "it-IT", /^Nessuno qui risponde per questo luogo\. Chiama il 112\.\s+La segnalazione viene conservata/],
		[true, "en-GB", /^Nobody here answers for this place\. Call 112\./],
	]) {
		const visitor = await Visitor.open(v.addresses.public, { dark, locale, place: { ...sea, accuracy: 18 } });
		const { page } = visitor;
		await page.check("input[name=hazard][value=flood]", { force: true });
		await page.check("input[name=about][value=self]");
		await page.click("#locate");
		await page.locator("#located").getByText("42.00000").waitFor();
		// At once, from the answer itself: the page of the report may never come.
		await page.route("**/r/**", (route) => route.abort("connectionreset"));
		await page.click("#send");
		await page.locator("#sending .code").waitFor();
		assert.match(await page.locator("#sending strong").innerText(), /^(Nessuno qui risponde|Nobody here answers) .*112\.$/);
		await shot(page, `unserved at once ${locale}`);
		await visitor.letThrough();
		await page.locator("#sending a").click();
		await page.waitForURL("**/r/**");
		for (const again of [false, true]) {
			await (again && page.reload());
			assert.match(await page.locator(".duty.off").innerText(), said);
			assert.equal(await page.locator("a.call").first().getAttribute("href"), "tel:112");
		}
		await shot(page, `unserved ${locale}`);
		await visitor.assertAccessible("a place that nobody serves");
		await visitor.assertFits();
		await visitor.close();
	}
}

const fakeClock = `/usr/lib/${execFileSync("gcc", ["-print-multiarch"]).toString().trim()}/faketime/libfaketime.so.1`;

/** A matter of life that nobody has looked at for so long: its page says so. The clock of the next start is ahead. */
async function assertUnseen(v) {
	if (!existsSync(fakeClock)) {
		return; // package libfaketime; tests/blackbox/duty.test.mjs says that it is missing
	}
	const { link } = await v.source().report({ hazard: "fire", signs: { trapped: true }, text: "fumo",
		place: { point: { latDeg: 44.4098, lonDeg: 8.9265 }, accuracyM: 15 } });
	const read = await Visitor.open(v.addresses.public + link);
	assert.doesNotMatch(await read.page.locator(".duty").innerText(), /ancora vista/);
	await read.close();
	v.options.env = { LD_PRELOAD: fakeClock, FAKETIME: "+125s", DONT_FAKE_MONOTONIC: "1" };
	await v.restart();
	const visitor = await Visitor.open(v.addresses.public + link);
	const { page } = visitor;
	await eventually(async () => {
		await page.click("#refresh");
		return /^Nessun operatore l’ha ancora vista\. Chiama il 112\./.test(await page.locator(".duty.off").innerText());
	}, { what: "that nobody looked" });
	assert.equal(await page.locator("a.call").first().getAttribute("href"), "tel:112");
	await shot(page, "unseen it-IT");
	await visitor.assertAccessible("what nobody looked at");
	await visitor.assertFits();
	await visitor.close();
}

scenario("a receipt keeps itself fresh, says when it cannot, and when nobody answers for it", { timeoutMs: 90000, config: { "duty.unseen_min": 2 } }, async (v) => {
	const { link } = await v.source().report({ hazard: "flood", text: "acqua" });
	const visitor = await Visitor.open(v.addresses.public + link);
	const { page } = visitor;
	await page.getByText("si aggiorna da sola").waitFor();
	assert.match(await page.locator(".duty").innerText(), /nessuno sta leggendo/);
	const stream = v.operator().stream();
	await stream.opened;
	await eventually(async () => {
		await page.click("#refresh");
		return (await page.locator(".duty").innerText()).includes("Qualcuno sta leggendo");
	});
	await page.route("**/r/**", (route) => route.abort("internetdisconnected"));
	await page.click("#refresh");
	await page.getByText("lo stato mostrato è vecchio").waitFor();
	await visitor.close();
	await assertUnserved(v);
	await assertUnseen(v);
});

scenario("a link that is not one says so, in the reader's language, with 112", {}, async (v) => {
	const visitor = await Visitor.open(`${v.addresses.public}/r/not-a-token`, { locale: "en-GB" });
	assert.match(await visitor.page.locator("main").innerText(), /There is no such page/);
	assert.match(await visitor.page.locator("main").innerText(), /112/);
	await visitor.assertAccessible("404");
	await visitor.close();
});
