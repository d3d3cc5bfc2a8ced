// Debian's Chromium, and what every browser test asks of a page.
//
// open() gives a page of a new visitor; whatever a page logs as an error or
// loads from elsewhere fails the test at close().

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { cookies, PASSWORD } from "../blackbox/harness.mjs";

const axe = createRequire(import.meta.url)("axe-core").source;

const FLAGS = [
	"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1440, height: 900 };

let browser;

export async function startChromium() {
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
}

export async function stopChromium() {
	await browser?.close();
}

export class Visitor {
	errors = [];
	foreign = [];

	static async open(address, { size = PHONE, javaScript = true, dark = false, locale = "it-IT", place, beforehand, prepare } = {}) {
		const visitor = new Visitor();
		visitor.context = await browser.newContext({
			viewport: size,
			javaScriptEnabled: javaScript,
			colorScheme: dark ? "dark" : "light",
			locale,
			...(place === undefined ? {} : { geolocation: place, permissions: ["geolocation"] }),
		});
		if (beforehand !== undefined) {
			await visitor.context.addInitScript(beforehand);
		}
		await prepare?.(visitor.context); // before the first page is asked for
		visitor.page = await visitor.context.newPage();
		visitor.page.on("pageerror", (error) => visitor.errors.push(error.message));
		visitor.page.on("console", (message) => {
			// A failed request is told by the page itself; broken policy and code are not.
			if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
				visitor.errors.push(message.text());
			}
		});
		visitor.page.on("request", (request) => {
			if (!request.url().startsWith(new URL(address).origin) && !request.url().startsWith("data:")) {
				visitor.foreign.push(request.url());
			}
		});
		visitor.page.setDefaultTimeout(20000); // files run beside each other: no claim, only an end
		if (cookies.has(new URL(address).origin)) {
			await visitor.login(new URL(address).origin);
		}
		await visitor.page.goto(address);
		return visitor;
	}

	/** Through the page, as people do. */
	async login(origin, { name = "tester", password = PASSWORD } = {}) {
		await this.page.goto(`${origin}/login`);
		await this.page.fill("#name", name);
		await this.page.fill("#password", password);
		await this.page.click("button[type=submit]");
		await this.page.waitForURL(`${origin}/console`);
	}

	/** No finding of axe-core, best practice included. */
	async assertAccessible(what) {
		// Over the debugger: the page's own policy forbids foreign script, rightly.
		const session = await this.context.newCDPSession(this.page);
		await session.send("Runtime.evaluate", { expression: axe });
		const { violations } = await this.page.evaluate(() => window.axe.run(document));
		assert.deepEqual(
			violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`), [], what);
	}

	/** Nothing stands beside the screen: a page wider than it would scroll sideways. */
	async assertFits() {
		const [wide, screen] = await this.page.evaluate(
			() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
		assert.ok(wide <= screen, `${wide} px on a screen of ${screen}`);
	}

	/**
	 * Requests go their way again, those that are held too. What holds one while its route is taken away finds it gone:
	 * an error that belongs to no test and ends the whole file, so it is not told.
	 */
	async letThrough() {
		await this.page.unrouteAll({ behavior: "ignoreErrors" });
	}

	async close() {
		await Promise.all([this.context, ...this.context.pages()].map((it) => it.unrouteAll({ behavior: "ignoreErrors" })));
		await this.context.close();
		assert.deepEqual(this.errors, [], "errors in the page");
		assert.deepEqual(this.foreign, [], "loaded from elsewhere");
	}
}
