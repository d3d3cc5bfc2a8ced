// An exercise on a citizen's phone and on an operator's screen: nobody can take it for real.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, run, scenario } from "../blackbox/harness.mjs";
import { DESK, PHONE, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const tokenOf = (v) => readFileSync(join(v.data, "exercise.token"), "utf8").trim();

/** Pictures for those who look: VEDETTA_SHOTS names a folder. */
const shot = (page, name) => process.env.VEDETTA_SHOTS
	&& page.screenshot({ path: join(process.env.VEDETTA_SHOTS, `${name}.png`) });

for (const [name, options] of [
	["phone", { size: PHONE }], ["desktop in the dark", { size: DESK, dark: true }],
	["phone without JavaScript", { size: PHONE, javaScript: false }],
]) {
	scenario(`form, receipt and the way back say EXERCISE (${name})`, {}, async (v) => {
		const token = tokenOf(v);
		const visitor = await Visitor.open(`${v.addresses.public}/?exercise=${token}`, options);
		const { page } = visitor;
		const banner = page.locator(".exercise");
		assert.match(await banner.innerText(), /^ESERCITAZIONE\s+Quello che invii da qui è una prova/);
		assert.equal((await banner.boundingBox()).y, 0);
		await shot(page, `form ${name}`);
		await visitor.assertFits();
		if (options.javaScript !== false) {
			await visitor.assertAccessible(`form ${name}`);
		}
		await page.locator("label.tile", { hasText: "Incendio" }).first().click();
		await page.fill("#text", "prova di evacuazione");
		await page.click("#send");
		await page.locator("main .code").waitFor();
		await page.locator("main[data-page=receipt]").waitFor();
		assert.match(await page.locator(".exercise").innerText(), /^ESERCITAZIONE/);
		await shot(page, `receipt ${name}`);
		const back = page.locator(`main a[href*="exercise=${token}"]`);
		assert.equal(await back.count(), 1);
		await eventually(async () => (await v.operator().board()).some((i) => i.exercise && i.reports === 1));
		await visitor.close();
	});
}

scenario("words left in an exercise's form never come up in the real one", {}, async (v) => {
	const visitor = await Visitor.open(`${v.addresses.public}/?exercise=${tokenOf(v)}`);
	const { page } = visitor;
	await page.fill("#text", "prova");
	await page.waitForFunction(() => sessionStorage.length > 0);
	await page.goto(`${v.addresses.public}/`);
	assert.equal(await page.inputValue("#text"), "");
	assert.equal(await page.locator(".exercise").count(), 0);
	await page.goto(`${v.addresses.public}/?exercise=${tokenOf(v)}`);
	assert.equal(await page.inputValue("#text"), "prova");
	await visitor.close();
});

for (const [name, options] of [["desktop", {}], ["phone", { size: PHONE }], ["dark", { dark: true }]]) {
	scenario(`the console marks drills, hides them and shows them alone (${name})`, {}, async (v) => {
		const played = await run(["drill", "laquila", "--to", v.addresses.public, "--speed", "max",
			"--token-file", join(v.data, "exercise.token")]);
		assert.equal(played.code, 0, played.stdout + played.stderr);
		await v.source().report({ hazard: "collapse", signs: { trapped: true }, text: "vero",
			place: { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" } });
		const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, ...options });
		const { page } = visitor;
		const strip = page.locator("#app > .exercise-strip");
		await strip.waitFor();
		assert.match(await strip.innerText(), /^ESERCITAZIONE Incidenti aperti che sono una prova: \d+\. /);
		await page.locator(".rows .row.exercise").first().waitFor();
		assert.doesNotMatch(await page.locator(".rows .row").first().getAttribute("class"), /exercise/, "what is real stands first");
		const first = page.locator(".rows .row.exercise").first();
		assert.match(await first.getAttribute("class"), /exercise/);
		assert.match(await first.innerText(), /ESERCITAZIONE/);
		assert.match(await first.evaluate((row) => getComputedStyle(row).backgroundImage), /repeating-linear-gradient/);
		await first.click();
		await page.locator("aside .exercise-strip").waitFor();
		await visitor.assertAccessible(`console ${name}`);
		await shot(page, `console ${name}`);
		await page.keyboard.press("Escape");
		if (name === "phone") {
			await page.getByRole("button", { name: "Filtri" }).click(); // out of the way until asked for
		}
		await page.getByRole("button", { name: "Solo veri" }).click();
		await eventually(async () => (await page.locator(".rows .row").count()) === 1);
		assert.equal(await page.locator(".rows .row.exercise").count(), 0);
		assert.match(await strip.innerText(), /adesso nascosti/);
		await shot(page, `console real only ${name}`);
		await page.getByRole("button", { name: "Solo prove" }).click();
		await eventually(async () => (await page.locator(".rows .row").count()) > 5);
		assert.equal(await page.locator(".rows .row:not(.exercise)").count(), 0);
		await visitor.close();
	});
}
