// Two hundred hostile texts through every field and view: text stays text, and the policy is never even asked.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually, scenario } from "../blackbox/harness.mjs";
import { DESK, startChromium, stopChromium, Visitor } from "./chromium.mjs";

before(startChromium);
after(stopChromium);

const CALL = "window.harmed=1";

/** Ways in: elements, attributes, addresses, templates, styles, encodings, parsers' edges. */
const WAYS = [
	`<script>${CALL}</script>`, `<img src=x onerror=${CALL}>`, `<svg onload=${CALL}>`, `<svg><script>${CALL}</script></svg>`,
	`<iframe srcdoc="<script>parent.${CALL}</script>">`, `<iframe src="javascript:parent.${CALL}">`, `<body onload=${CALL}>`,
	`<details open ontoggle=${CALL}>`, `<video><source onerror=${CALL}></video>`, `<input autofocus onfocus=${CALL}>`,
	`<a href="javascript:${CALL}">x</a>`, `<form action="javascript:${CALL}"><button>x</button></form>`, `<object data="javascript:${CALL}">`,
	`<embed src="javascript:${CALL}">`, `<math><mtext></mtext><img src=x onerror=${CALL}></math>`, `<base href="https://evil.example/">`,
	`<meta http-equiv=refresh content="0;url=javascript:${CALL}">`, `<link rel=stylesheet href=https://evil.example/x.css>`,
	`<style>*{background:url(https://evil.example/x)}</style>`, `<div style="background:url(https://evil.example/y)">x</div>`,
	`<template><img src=x onerror=${CALL}></template>`, `<noscript><p title="</noscript><img src=x onerror=${CALL}>">`,
	`<!--><img src=x onerror=${CALL}>-->`, `<![CDATA[<img src=x onerror=${CALL}>]]>`, `<?xml version="1.0"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>${CALL}</h:script></x>`,
	`<img src="data:image/svg+xml,<svg onload=${CALL}>">`, `<marquee onstart=${CALL}>`, `<select autofocus onfocus=${CALL}><option>x</select>`,
	`<textarea autofocus onfocus=${CALL}>`, `<keygen autofocus onfocus=${CALL}>`, `<audio src=x onerror=${CALL}>`, `<p onpointerover=${CALL}>x</p>`,
	`<portal src="javascript:${CALL}">`, `<dialog open onclose=${CALL}>`, `<slot onslotchange=${CALL}>`, `<x contenteditable onfocus=${CALL} autofocus>`,
	`<svg><animate onbegin=${CALL} attributeName=x dur=1s>`, `<svg><a xlink:href="javascript:${CALL}"><text>x</text></a></svg>`,
	`<svg><use href="data:image/svg+xml,<svg id=x onload=${CALL}>#x"/></svg>`, `<img srcset="x 1x" onerror=${CALL}>`,
	`{{constructor.constructor('${CALL}')()}}`, `\${${CALL}}`, `#{${CALL}}`, `<%= ${CALL} %>`, `[[${CALL}]]`,
	`__proto__`, `constructor`, `{"__html":"<img src=x onerror=${CALL}>"}`, `javascript:${CALL}`, `data:text/html,<script>${CALL}</script>`,
];

/** Each in four dresses: as it is, out of an attribute, encoded, between parsers. */
const DRESSES = [
	(way) => way,
	(way) => `"'>\`${way}<"`,
	(way) => way.replaceAll("<", "&lt;").replaceAll(">", "&#x3e;") + encodeURIComponent(way),
	(way) => `</title></textarea></style></script>${way.toUpperCase().replaceAll("WINDOW.HARMED", "window.harmed")}\u2028</p>`,
];

const ALL = WAYS.flatMap((way) => DRESSES.map((dress) => dress(way)));
const TURNED = "via \u202egnoR\u202c e\u200bnascosto";

async function assertUnharmed(page, where) {
	assert.deepEqual(await page.evaluate(() => [window.harmed, window.violations, document.querySelectorAll(
		"main script, main iframe, main img, aside img, aside object, aside embed, aside a[href^=javascript], [onerror], [onload], [onfocus]").length]),
	[undefined, [], 0], where);
}

const watch = () => {
	window.violations = [];
	document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
};

scenario("200 hostile texts in every field are text in every view", { timeoutMs: 240000 }, async (v) => {
	assert.equal(ALL.length, 200);
	const links = [];
	for (const [i, text] of ALL.entries()) {
		// Ten to an incident; each tenth has no place and goes to the tray.
		const at = { latDeg: 41 + Math.floor(i / 10) * 0.05, lonDeg: 13 };
		const words = ALL[(i + 57) % ALL.length].slice(0, 250);
		const receipt = await v.source().report({
			hazard: "fire", text, signs: i % 10 === 0 ? { trapped: true } : {}, lang: "it",
			place: i % 10 === 9 ? { words } : { point: at, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX", words },
			contact: { name: ALL[(i + 101) % ALL.length].slice(0, 100) },
		});
		links.push(receipt.link);
	}
	await v.source().report({ hazard: "flood", place: { point: { latDeg: 45, lonDeg: 9 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" }, text: TURNED });
	const visitor = await Visitor.open(`${v.addresses.console}/console`, { size: DESK, beforehand: watch });
	const { page } = visitor;
	await page.locator(".banner.good").waitFor();
	await eventually(async () => Number(await page.locator(".board").getAttribute("aria-rowcount")) > 40, { what: "the board" });
	await assertUnharmed(page, "board, map and tray");
	await page.locator(".board").focus();
	const shown = new Set();
	for (let row = 0; row < 42; row++) {
		await page.keyboard.press("j");
		await page.keyboard.press("Enter");
		await page.locator("aside .said").first().waitFor();
		for (const text of await page.locator("aside .said").allInnerTexts()) {
			shown.add(text);
		}
		await assertUnharmed(page, `incident ${row}`);
	}
	for (const text of ["<script>", "<img src=x", "{{constructor", "__proto__"]) {
		assert.ok([...shown].some((s) => s.startsWith(text)), `${text} is shown as it was written`);
	}
	assert.ok(shown.has("via ⟦U+202E⟧gnoR⟦U+202C⟧ e⟦U+200B⟧nascosto"), "what turns text round is shown");
	for (const key of ["o", "o"]) {
		await page.keyboard.press("Escape");
		await page.keyboard.press(key);
		await assertUnharmed(page, "handover");
	}
	await page.locator(".search input").fill("script");
	await page.locator(".found").waitFor();
	await page.waitForTimeout(500);
	await assertUnharmed(page, "search");
	await visitor.close();
	const citizen = await Visitor.open(v.addresses.public, { beforehand: watch });
	for (const link of links.filter((_, i) => i % 7 === 0)) {
		await citizen.page.goto(`${v.addresses.public}${link}`);
		await assertUnharmed(citizen.page, "receipt");
	}
	await citizen.close();
});
