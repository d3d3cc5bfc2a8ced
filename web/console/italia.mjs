// Bootstrap Italia, the design system of the public administration: of its style sheet only what the
// console wears. Its whole sheet is 600 KB, of which a page of ours shows a twentieth.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "node_modules/bootstrap-italia/dist";

/** The components in use; a rule that needs another class is left out. */
export const CLASSES = [
	"alert", "alert-danger", "badge", "btn", "btn-group", "btn-link", "btn-outline-primary", "btn-primary", "chip", "chip-simple",
	"dropdown-item", "dropdown-menu", "form-check", "form-control", "form-select", "icon",
	"it-header-slim-right-zone", "it-header-slim-wrapper", "it-header-slim-wrapper-content", "modal-body", "modal-content", "modal-footer", "modal-header", "modal-title",
	"nav-link", "nav-tabs", "active", "show", "table", "table-hover", "table-sm", "table-striped",
];
const WORN = new Set(CLASSES);

/** [{ head, body }] of one level; a body may hold rules of its own. */
function rulesOf(css) {
	const rules = [];
	for (let from = 0, open; (open = css.indexOf("{", from)) >= 0;) {
		let at = open + 1;
		for (let depth = 1, quote = ""; depth > 0; at++) {
			const c = css[at];
			if (quote !== "") {
				quote = c === quote ? "" : quote;
			} else if (c === "\"" || c === "'") {
				quote = c;
			} else {
				depth += c === "{" ? 1 : c === "}" ? -1 : 0;
			}
		}
		rules.push({ head: css.slice(from, open).trim(), body: css.slice(open + 1, at - 1) });
		from = at;
	}
	return rules;
}

/** At commas that are in no brackets. */
function selectorsOf(head) {
	const parts = [""];
	let depth = 0;
	for (const c of head) {
		depth += c === "(" || c === "[" ? 1 : c === ")" || c === "]" ? -1 : 0;
		if (c === "," && depth === 0) {
			parts.push("");
		} else {
			parts[parts.length - 1] += c;
		}
	}
	return parts;
}

/** What it is not may be anything; attributes are those of the system's own script, which is not here. */
function isWorn(selector) {
	const needs = selector.replace(/:not\([^)]*\)/g, "");
	return !/\[(?!type|list|title|disabled|hidden|tabindex|role=button|readonly)/.test(needs) && !/data-focus-mouse/.test(selector)
		&& [...needs.matchAll(/\.([a-zA-Z][\w-]*)/g)].every(([, name]) => WORN.has(name));
}

function prune(css) {
	return rulesOf(css).map(({ head, body }) => {
		if (/^@(media|supports)/.test(head)) {
			const inner = prune(body);
			return inner === "" ? "" : `${head}{${inner}}`;
		}
		const kept = head.startsWith("@") ? [] : selectorsOf(head).filter(isWorn);
		return kept.length === 0 || body === "" ? "" : `${kept.join(",")}{${body}}`;
	}).join("\n").replace(/\n+/g, "\n");
}

/** The same sheet for the same package: nothing is looked for on the way. */
export function italiaStyle(root) {
	const css = readFileSync(join(root, FOLDER, "css/bootstrap-italia.min.css"), "utf8");
	// What is important in a layer would win over ours.
	return prune(css.replace(/^\uFEFF/, "").replace(/\/\*[^]*?\*\//g, "").replace(/\s*!important/g, ""));
}

/** Those of its pictograms that a page names, as symbols to stand at its top. */
export function italiaIcons(root, sources) {
	const sprites = readFileSync(join(root, FOLDER, "svg/sprites.svg"), "utf8");
	const names = [...new Set([...sources.matchAll(/name="(it-[a-z-]+)"/g)].map(([, name]) => name))].sort();
	return names.map((name) => {
		const symbol = new RegExp(`<symbol[^>]*\\bid="${name}"[^>]*>[^]*?</symbol>`).exec(sprites);
		if (symbol === null) {
			throw new Error(`Bootstrap Italia has no icon ${name}`);
		}
		return symbol[0];
	}).join("\n");
}
