// The catalogues, the language of this operator, and how times and places are said.
import { signal } from "@preact/signals";
import type { Incident, People, Place, Point, Signs, Silence } from "vedetta/api";
import en from "../../locales/en.json";
import it from "../../locales/it.json";
import { keep, readKept } from "./kept";

const catalogues = { it, en };

export type Language = keyof typeof catalogues;
export type Key = keyof typeof it;

export const languages = Object.keys(catalogues) as Language[];

function first(): Language {
	const kept = readKept("language");
	return languages.find((l) => l === kept) ?? languages.find((l) => navigator.languages.some((n) => n.startsWith(l))) ?? "it";
}

export const language = signal<Language>(first());

export function speak(to: Language): void {
	language.value = to;
	keep("language", to);
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
	return catalogues[language.value][key]
		.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function has(key: Key): boolean {
	return key in catalogues[language.value];
}

/** A text whose key is made from the server's words; undefined when there is none. */
export function known(key: string, values: Record<string, string | number> = {}): string | undefined {
	return key in catalogues[language.value] ? t(key as Key, values) : undefined;
}

/** A text whose key is made from the server's word; that word when there is none. */
export function word(prefix: string, name: string): string {
	return catalogues[language.value][`${prefix}.${name}` as Key] ?? name;
}

export function age(fromMs: number, nowMs: number): string {
	const seconds = Math.max(0, Math.round((nowMs - fromMs) / 1000));

	if (seconds < 60) {
		return t("console.seconds", { n: seconds });
	}
	if (seconds < 3600) {
		return t("time.minutes", { n: Math.floor(seconds / 60) });
	}
	if (seconds < 86_400) {
		return t("time.hours", { n: Math.floor(seconds / 3600) });
	}
	return t("time.days", { n: Math.floor(seconds / 86_400) });
}

/** Making one takes a hundred times what using it does. Plain "en" would put the month first. */
const clocks = new Map(languages.map((l) =>
	[l, new Intl.DateTimeFormat(l === "en" ? "en-GB" : l, { dateStyle: "short", timeStyle: "medium" })]));

const hours = new Map(languages.map((l) => [l, new Intl.DateTimeFormat(l === "en" ? "en-GB" : l, { timeStyle: "short" })]));

/** Of today: 18:05. */
export function hour(ms: number): string {
	return hours.get(language.value)?.format(ms) ?? "";
}

/** In the zone of this screen. */
export function clock(ms: number): string {
	return clocks.get(language.value)?.format(ms) ?? "";
}

/** A JSON time in milliseconds; 0 when it is absent. */
export function ms(time: string | undefined): number {
	return time === undefined ? 0 : Date.parse(time);
}

/** To be read out loud: latitude, longitude, how far to trust it. */
export function placeText(place: Place | undefined): string {
	const parts: string[] = [];

	if (place?.point !== undefined) {
		parts.push(`${Number(place.point.latDeg ?? 0).toFixed(5)},\u00a0${Number(place.point.lonDeg ?? 0).toFixed(5)}`);
		if (place.accuracyM !== undefined) {
			parts.push(`±\u00a0${Math.round(Number(place.accuracyM))}\u00a0m`);
		}
	}
	if (place?.words) {
		parts.push(place.words);
	}
	return parts.join(" ");
}

export function pointText(point: Point | undefined): string {
	return point === undefined ? "" : `${Number(point.latDeg ?? 0).toFixed(3)},\u00a0${Number(point.lonDeg ?? 0).toFixed(3)}`;
}

const numbers = new Map(languages.map((l) => [l, new Intl.NumberFormat(l, { maximumFractionDigits: 1 })]));

/** "850 m", "4.2 km" */
export function lengthText(metres: number): string {
	return metres < 1000 ? `${Math.round(metres)}\u00a0m` : `${numbers.get(language.value)?.format(metres / 1000)}\u00a0km`;
}

/** The municipalities that see it; "" when no areas are known. */
export function areaText(incident: Incident): string {
	return (incident.areaNames ?? []).join(", ");
}

/** How the place was found: it says how far to trust it. */
export function kindText(place: Place | undefined): string {
	const kind = (place?.kind ?? "").slice("PLACE_KIND_".length).toLowerCase();

	return kind === "" || kind === "unspecified" ? "" : word("place.kind", kind);
}

const SIGNS = ["trapped", "unresponsive", "injured", "dangerRising", "vulnerable", "wayOutBlocked", "needs"] as const;

export function signNames(signs: Signs | undefined): string[] {
	return SIGNS.filter((s) => signs?.[s])
		.map((s) => word("sign.short", s.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)));
}

export function peopleText(people: People | undefined): string {
	return people === undefined || people === "PEOPLE_UNKNOWN"
		? ""
		: word("people", people.slice("PEOPLE_".length).toLowerCase());
}

/** What it is called: its hazard, or where there is no news from. */
export function incidentName(incident: Incident | undefined): string {
	return incident?.silent === undefined
		? word("hazard", incident?.hazard || "other")
		: t("silence.name", { name: incident.silent.name ?? "" });
}

/** "1250 residents; neighbours sent one report per 90 residents since 03:00; 14 expected, none came." */
export function silenceText(silence: Silence): string {
	const senders = silence.senders ?? 0;
	const rate = Number(silence.peerRate ?? 0);
	const said = t("silence.why", {
		residents: silence.residents ?? "0",
		per: rate === 0 ? "0" : Math.max(1, Math.round(1 / rate)),
		since: clock(ms(silence.since)),
		expected: Math.round(Number(silence.expected ?? 0)),
		came: senders === 0 ? t("silence.none") : t("silence.some", { n: senders }),
	});
	return silence.outcome === undefined || silence.outcome === "SILENCE_OUTCOME_UNSPECIFIED"
		? said : `${said} ${word("silence.outcome", silence.outcome.slice("SILENCE_OUTCOME_".length).toLowerCase())}`;
}
