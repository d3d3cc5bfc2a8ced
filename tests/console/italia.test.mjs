// What the console wears of Bootstrap Italia.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { CLASSES, italiaIcons, italiaStyle } from "../../web/console/italia.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const src = join(root, "web/console/src");
const views = readdirSync(src).filter((f) => f.endsWith(".tsx")).map((f) => readFileSync(join(src, f), "utf8")).join("\n");
const style = italiaStyle(root);

test("every component that is kept is in a view, and in the system's own sheet", () => {
	for (const name of CLASSES) {
		assert.match(views, new RegExp(`[\\s"\`]${name}[\\s"\`$]`), `${name} in a view`);
		assert.ok(style.includes(`.${name}`), `${name} in the sheet`);
	}
});

test("the sheet is a small part, loads nothing and wins over none of ours", () => {
	assert.ok(style.length < 60_000, `${style.length} characters`);
	assert.doesNotMatch(style, /!important|@import|url\((?!"?data:image)/);
	assert.doesNotMatch(style, /\.carousel|\.card\b|\.row\b/);
	assert.match(style, /@media ?\(prefers-reduced-motion: reduce\)/);
	assert.equal([...style].reduce((depth, c) => depth + (c === "{" ? 1 : c === "}" ? -1 : 0), 0), 0);
});

test("icons are those that views name, and a name that is none is said", () => {
	assert.match(italiaIcons(root, "<Icon name=\"it-print\" /><Icon name=\"it-print\" />"), /^<symbol id="it-print"[^]*<\/symbol>$/);
	assert.throws(() => italiaIcons(root, "<Icon name=\"it-nothing\" />"), /no icon it-nothing/);
});
