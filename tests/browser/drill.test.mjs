// A drill worked to its end by somebody without a pointer: nothing here touches the mouse, and every
// field is reached by the keys that the sheet names, Tab, arrows, space and Enter.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { eventually, PASSWORD, run, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const demo = join(import.meta.dirname, "../../demo");

/** What is near the silent hamlet and all that makes it hard, of the rest a twelfth: the same kinds of work, less of each. */
const HAMLET = { code: "066090", latDeg: 42.288, lonDeg: 13.525, withinDeg: 0.05 };

async function thinned(v) {
	const whole = await run(["drill", "laquila", "--dry-run", "--seed", "3"]);
	const [head, ...lines] = whole.stdout.trimEnd().split("\n");
	const kept = lines.filter((line, i) => {
		const [, part, , , lat, lon] = line.split(",");
		const isNear = lat !== "" && Math.hypot(Number(lat) - HAMLET.latDeg, (Number(lon) - HAMLET.lonDeg) * 0.74) < HAMLET.withinDeg;
		return isNear || i % 12 === 0 || ["hoax", "worst", "valley"].includes(part);
	});
	const file = join(v.folder, "drill.csv");
	writeFileSync(file, `${[head, ...kept].join("\n")}\n`);
	return file;
}

/** With so few reports a hamlet of four hundred could be silent by chance: one of four thousand cannot. */
function residents(v) {
	const text = readFileSync(join(demo, "abruzzo_residents.csv"), "utf8");
	const file = join(v.folder, "residents.csv");
	assert.match(text, /^066090,[^,]+,410,/m);
	writeFileSync(file, text.replace(/^(066090,[^,]+),410,/m, "$1,4000,"));
	return file;
}

/** Hands on the keys: what it presses, counted; eyes on the page. */
class Hands {
	pressed = 0;

	constructor(page) {
		this.page = page;
	}

	async press(...keys) {
		for (const key of keys) {
			this.pressed++;
			await this.page.keyboard.press(key);
		}
	}

	async type(text) {
		this.pressed += text.length;
		await this.page.keyboard.type(text);
	}

	/** A form opens by its key, is filled by what `fill` presses, and goes by Ctrl+Enter. */
	async act(key, fill) {
		await this.press(key);
		await this.page.locator(".act-form").waitFor();
		await fill(this);
		await this.press("Control+Enter");
		await this.page.locator(".act-form").waitFor({ state: "detached" }).catch(async (error) => {
			throw new Error(`${key}: ${await this.page.locator(".act-form").innerText()}`, { cause: error });
		});
	}

	/** Presses a key until the wanted has the focus. */
	async until(key, wanted, most = 40) {
		for (let n = 0; n <= most; n++) {
			if (await this.page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, wanted)) {
				return n;
			}
			await this.press(key);
		}
		throw new Error(`${wanted} is not reached by ${most} times ${key}`);
	}

	/** The incident that is open, as the panel names it. */
	opened() {
		return this.page.locator("aside h2 .soft").innerText().then((text) => text.trim());
	}
}

/** Pictures for those who look: VEDETTA_SHOTS names a folder. */
const shot = (page, name) => process.env.VEDETTA_SHOTS
	&& page.screenshot({ path: join(process.env.VEDETTA_SHOTS, `${name}.png`) });

const said = (page, text) => page.locator("aside").getByText(text).first().waitFor();
const reason = (text) => (hands) => hands.type(text);

async function openBySearch(hands, words) {
	await hands.press("/");
	await hands.type(words);
	await hands.page.locator(".found button").first().filter({ hasText: words }).waitFor();
	await hands.press("ArrowDown", "Enter");
	await hands.page.locator("aside .work").waitFor();
}

/** The first of the list. */
async function openWorst(hands) {
	await hands.press("Escape", "j", "Home", "Enter");
	await hands.page.locator("aside ol > li").nth(3).waitFor({ state: "attached" });
}

const alarming = async (v) => (await v.operator().board({ status: "open" })).filter((i) => i.alarming || i.worse !== undefined);

scenario("a drill is worked from the login to the log-out without a pointer", {
	config: { "umbrella.silence_wait_s": "10" }, timeoutMs: 600000,
}, async (v) => {
	const areas = await run(["area", "import", join(demo, "abruzzo.topo.json"), "--residents", residents(v), "--data", v.data]);
	assert.equal(areas.code, 0, areas.stderr);
	const { file: token } = await v.exercise("Aterno");
	const drill = await thinned(v);
	const playing = run(["replay", drill, "--to", v.addresses.public, "--speed", "60", "--token-file", token], { timeoutMs: 300000 });

	const visitor = await Visitor.open(`${v.addresses.console}/login`, { size: DESK });
	const { page } = visitor;
	await visitor.context.clearCookies();
	await page.goto(`${v.addresses.console}/login`);
	const hands = new Hands(page);
	await page.locator("#name:focus").waitFor(); // the browser puts it there a moment after the page has come
	await hands.type("tester");
	await hands.press("Tab");
	await hands.type(PASSWORD);
	await hands.press("Enter");
	await page.waitForURL(`${v.addresses.console}/console`);
	await page.locator(".banner.good").waitFor();
	await page.locator(".rows .row").first().waitFor();

	// While it rains reports: the worst is taken on, asked, noted, given to oneself and handed over.
	await hands.press("j", "Enter");
	await page.locator("aside .work").waitFor();
	await shot(page, "drill 1 rain");
	await hands.press("a");
	await said(page, /Preso in carico da/);
	await hands.act("q", async () => {
		await hands.press("Tab"); // of all reports
		await hands.type("Quanti siete? Rispondete se potete.");
	});
	await hands.act("n", reason("sentita la moglie al telefono"));
	await hands.act("g", () => hands.press("Space"));
	await hands.act("h", async () => {
		await hands.press("Space");
		await hands.press("ArrowRight"); // 115
		await hands.press("Tab");
		await hands.type("A-17");
	});
	await said(page, "Passato a 115");
	const played = await playing;
	assert.equal(played.code, 0, played.stdout + played.stderr);

	// The hoax: found by its words, marked, and nobody is sent for the reason given.
	await openBySearch(hands, "diga di Campotosto");
	await hands.act("x", async () => {
		await hands.press("Space", "Tab", "Tab");
		await hands.type("la diga è intera, lo dice il guardiano");
	});
	await said(page, /Segnato come burla/);
	await hands.act("f", reason("la diga è intera"));

	// Split, moved, merged, on the house with the most reports.
	await openWorst(hands);
	const worst = await hands.opened();
	await hands.act("s", async () => {
		await hands.type("altra scala");
		await hands.press("Tab", "Space", "Tab", "Space");
	});
	await eventually(async () => (await hands.opened()) !== worst, { what: "what was split off is open" });
	const off = await hands.opened();
	await page.locator("aside ol > li").first().waitFor({ state: "attached" }); // its reports are there to choose from
	await hands.act("v", async () => {
		await hands.press("ArrowDown", "Tab", "ArrowDown", "Tab");
		await hands.type("era dell’altra");
	});
	await eventually(async () => (await hands.opened()) !== off, { what: "where it was moved to is open" });
	await openWorst(hands);
	await shot(page, "drill 2 worst");
	// On a page of its own no key does anything to what lies hidden under it.
	await hands.press("o");
	await page.locator("main.handover-page:focus").waitFor();
	await hands.press("x", "n", "e", "a");
	await hands.press("Escape");
	await page.locator(".board:focus").waitFor();
	assert.equal(await page.locator(".act-form").count(), 0);

	// Two of one house are one: the light one goes into the worst, which is open then.
	await hands.press("j", "j", "Enter");
	await eventually(async () => (await hands.opened()) !== worst, { what: "another is open" });
	const light = await hands.opened();
	await hands.act("m", async () => {
		await hands.press("ArrowDown", "Tab");
		await hands.type("la stessa casa");
	});
	await eventually(async () => (await hands.opened()) !== light, { what: "the one it went into is open" });

	// Those without a place: the list of them, a point for the first, and back.
	await hands.press("Escape", "z");
	await page.locator(".rows .row").first().waitFor();
	const unplaced = await page.locator(".board").getAttribute("aria-rowcount");
	await hands.press("j", "Enter");
	await page.locator("aside .place-form").waitFor();
	await hands.press("p");
	await page.locator("aside .place-form input[name=point]:focus").waitFor();
	await hands.type("42.3221, 13.5391");
	await shot(page, "drill 3 locate");
	await hands.press("Enter");
	await eventually(async () => Number(await page.locator(".board").getAttribute("aria-rowcount")) < Number(unplaced), { what: "one less to locate" });
	await hands.press("Escape", "z");

	// The hamlet nobody hears from.
	const silent = await eventually(async () => (await v.operator().board({ status: "open" })).find((i) => i.silent !== undefined),
		{ withinMs: 60000, what: "a silent municipality" });
	assert.equal(silent.silent.area, HAMLET.code);
	await openBySearch(hands, "Nessuna notizia");
	await hands.press("a");
	await said(page, /Preso in carico da/);
	await shot(page, "drill 4 silent");
	assert.equal(await hands.opened(), `#${silent.id}`);

	// What still calls, one after the other, until nothing does.
	for (let left = await alarming(v); left.length > 0; left = await alarming(v)) {
		await hands.press("i");
		const id = await eventually(async () => left.map((i) => `#${i.id}`).includes(await hands.opened()) && hands.opened(), { what: "one that calls is open" });
		await hands.press("a");
		await hands.act("h", () => hands.press("Space"));
		await eventually(async () => !(await alarming(v)).some((i) => `#${i.id}` === id), { what: `${id} calls no more` });
	}
	await page.locator(".alarm-bar").waitFor({ state: "detached" });
	await shot(page, "drill 5 quiet");

	// All of them are closed; the list grows empty.
	const before = (await v.operator().board({ status: "open" })).length;
	const keysBefore = hands.pressed;
	await hands.press("Escape");
	for (let n = 0; n < 2 * before; n++) {
		const open = Number(await page.locator(".board").getAttribute("aria-rowcount")) - 1;
		if (open === 0 && (await v.operator().board({ status: "open" })).length === 0) {
			break;
		}
		await hands.press("Home", "Enter");
		if (await page.locator("aside .work").count() === 0) {
			continue; // a row of several was opened or the next is not there yet
		}
		await hands.act("e", () => hands.press("Space"));
		await hands.press("Escape");
	}
	await eventually(async () => (await v.operator().board({ status: "open" })).length === 0, { what: "none is open" });
	await page.locator(".board .empty").waitFor();
	assert.ok(hands.pressed - keysBefore <= 7 * before, `${hands.pressed - keysBefore} keys for ${before} incidents`);
	await shot(page, "drill 6 empty");

	// The next shift: the page of it, then out.
	await hands.press("o");
	await page.getByRole("heading", { name: "Consegne del turno" }).waitFor();
	await page.getByRole("region", { name: "ESERCITAZIONE" }).getByText("Da fare subito (0)").waitFor();
	await shot(page, "drill 7 handover");
	await hands.press("Escape", ",");
	await page.locator("main.handover-page:focus").waitFor();
	const tabs = await hands.until("Tab", "main.handover-page .title .btn-primary");
	assert.ok(tabs <= 6, `${tabs} times Tab to the way out`);
	await hands.press("Enter");
	await page.waitForURL(`${v.addresses.console}/login`);
	await visitor.close();
});
