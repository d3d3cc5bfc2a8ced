// What an operator types, as a question; and where the answer has those words. Pure.
import type { Incident, ReportPage } from "vedetta/api";
import { compare, UNASSIGNED } from "./state";

/** A shorter word goes on too widely. */
const OPEN_LEAST = 3;
const EXCERPT = 140;
const BEFORE = 40;
const WORDS_MOST = 200;

/** Without accents and case, letter for letter, so that places in it are places in the text. */
function fold(text: string): string {
	return /^[\0-\x7f]*$/.test(text) ? text.toLowerCase() : Array.from(text, (c) => (c.normalize("NFD")[0] ?? c).toLowerCase().slice(0, c.length).padEnd(c.length, c)).join("");
}

function wordsOf(text: string): string[] {
	return fold(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

/** For ?words=; the word being typed goes on. "": there is nothing to ask. */
export function wordsQuery(text: string): string {
	const said = text.trim().slice(0, WORDS_MOST - 1);
	const last = /[\p{L}\p{N}]+$/u.exec(said)?.[0] ?? "";

	return wordsOf(said).length === 0 ? "" : last.length >= OPEN_LEAST ? `${said}*` : said;
}

const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const timesX = (digit: number): number => (digit << 1 & 31) ^ (digit & 16 ? 5 : 0);

/**
 * What has the form of a receipt's code, check character included, as people
 * type it (dispatch/receipt.h); null: it has not.
 */
export function codeOf(text: string): string | null {
	const typed = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
	const digits = Array.from(typed, (c) => BASE32.indexOf(c));
	let sum = 0;

	if (digits.length !== 8 || digits.includes(-1)) {
		return null;
	}
	for (const digit of digits.slice(0, 7).reverse()) {
		sum = timesX(sum ^ digit);
	}
	return sum === digits[7] ? `${typed.slice(0, 4)}-${typed.slice(4)}` : null;
}

/** "#12" or "12": the number of an incident; null: not a number. */
export function numberOf(text: string): string | null {
	return /^\s*#?\s*(\d{1,20})\s*$/.exec(text)?.[1] ?? null;
}

const saids = new WeakMap<Incident, { name: string; words: readonly string[] }>();

/** Read once for each of its states and in each language: all are looked through while somebody types. */
function saidOf(incident: Incident, name: string): readonly string[] {
	const known = saids.get(incident);
	if (known?.name === name) {
		return known.words;
	}
	const words = wordsOf([name, incident.place?.words ?? "", ...incident.areaNames ?? []].join(" "));
	saids.set(incident, { name, words });
	return words;
}

/** Those on the board with this number, or whose place, areas or name have all the words; worst first. */
export function onBoard(incidents: Iterable<Incident>, text: string, nameOf: (incident: Incident) => string): Incident[] {
	const number = numberOf(text);
	const words = wordsOf(text);
	const found: Incident[] = [];

	for (const incident of words.length === 0 ? [] : incidents) {
		const said = saidOf(incident, nameOf(incident));
		if (incident.id === number || words.every((word) => said.some((one) => one.startsWith(word)))) {
			found.push(incident);
		}
	}
	return found.sort((a, b) => Number(b.id === number) - Number(a.id === number) || compare(a, b));
}

/** Where reports are searched: "" is everywhere; who sees some areas is asked for one at a time. */
export function askedAreas(areas: readonly string[], unassigned: boolean): string[] {
	const each = areas.includes("*") ? [] : [...areas, ...(unassigned ? [UNASSIGNED] : [])];
	return each.length > 0 ? each : [""];
}

/** Pages of several areas as one, the newest first; a report that touches two of them once. */
export function mergePages(pages: readonly ReportPage[], most: number): ReportPage {
	if (pages.length === 1 && pages[0] !== undefined) {
		return pages[0];
	}
	const byId = new Map(pages.flatMap((page) => (page.reports ?? []).map((one) => [one.report?.id, one] as const)));
	const all = [...byId.values()].sort((a, b) => Number(b.report?.id) - Number(a.report?.id));
	const next = all.length > most ? "more" : pages.map((page) => page.next ?? "").find((one) => one !== "") ?? "";

	return { ...pages[0], reports: all.slice(0, most), next, partial: pages.some((page) => page.partial) };
}

interface Piece {
	text: string;
	/** It is what was looked for. */
	hit: boolean;
}

/** The part of a text around the first of the words, cut where they are. */
export function excerpt(text: string, query: string): Piece[] {
	const folded = fold(text);
	const hits = [...folded.matchAll(/[\p{L}\p{N}]+/gu)]
		.flatMap((one) => wordsOf(query).filter((word) => one[0].startsWith(word)).slice(0, 1)
			.map((word) => [one.index, one.index + word.length] as const));
	const from = Math.max(0, (hits[0]?.[0] ?? 0) - BEFORE);
	const to = Math.min(text.length, from + EXCERPT);
	const pieces: Piece[] = [];
	let at = from;

	for (const [start, end] of hits.filter(([, end]) => end <= to)) {
		pieces.push({ text: text.slice(at, start), hit: false }, { text: text.slice(start, end), hit: true });
		at = end;
	}
	pieces.push({ text: text.slice(at, to), hit: false });
	const [first] = pieces;
	const last = pieces[pieces.length - 1];
	if (first !== undefined && from > 0) {
		first.text = `…${first.text}`;
	}
	if (last !== undefined && to < text.length) {
		last.text += "…";
	}
	return pieces.filter((p) => p.text !== "");
}
