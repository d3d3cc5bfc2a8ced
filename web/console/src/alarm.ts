// What is to be heard now, from what the board says. Pure.
import type { Incident } from "vedetta/api";
import type { Signal } from "./sound";
import { compare, isOpen } from "./state";

export const ALARM_MS = 5_000;
export const REMIND_MS = 60_000;

export interface Calls {
	/** Class 1, and nobody has answered: every five seconds. */
	unanswered: Incident[];
	/** Got worse after somebody answered: the same. */
	worse: Incident[];
	/** Class 1, answered, not yet handed over nor refused: once a minute. */
	waiting: Incident[];
}

/**
 * Each list worst first, what is real before any drill. Drills are left out for who has
 * put them out of sight; what is real never is.
 */
export function calls(incidents: Iterable<Incident>, drills = true): Calls {
	const found: Calls = { unanswered: [], worse: [], waiting: [] };

	for (const incident of incidents) {
		if (!isOpen(incident) || (incident.exercise && !drills)) {
			continue;
		}
		if (incident.worse !== undefined) {
			found.worse.push(incident);
		} else if (incident.alarming) {
			(incident.acknowledged === undefined ? found.unanswered : found.waiting).push(incident);
		}
	}
	for (const list of Object.values(found)) {
		list.sort(compare);
	}
	return found;
}

/** Those that cry: worse first, and the drills behind all that is real. */
export function crying({ worse, unanswered }: Calls): { real: Incident[]; drills: Incident[] } {
	const all = [...worse, ...unanswered];
	return { real: all.filter((i) => !i.exercise), drills: all.filter((i) => i.exercise) };
}

/** In the order in which they are worked: what is real first, what cries before what waits. */
export function inOrder({ worse, unanswered, waiting }: Calls): Incident[] {
	const all = [...worse, ...unanswered, ...waiting];
	return [...all.filter((i) => !i.exercise), ...all.filter((i) => i.exercise)];
}

interface Heard {
	alarmMs: number;
	remindMs: number;
	/** Newest incident of class 1 or 2 that was announced. */
	newest: number;
	/** And the newest of them that is real. */
	newestReal: number;
}

export const silence: Heard = { alarmMs: 0, remindMs: 0, newest: -1, newestReal: -1 };

function newestSevere(incidents: Iterable<Incident>, drills: boolean): number {
	let newest = 0;
	for (const incident of incidents) {
		if ((incident.rank?.class ?? 5) <= 2 && (drills || !incident.exercise)) {
			newest = Math.max(newest, Number(incident.id ?? 0));
		}
	}
	return newest;
}

/**
 * The one signal that is due, and what was heard since. The first look announces nothing
 * as new. A drill has a cry of its own, and is silent while anything real cries or is new.
 */
export function due(heard: Heard, incidents: ReadonlyMap<string, Incident>, nowMs: number, drills = true): { signal: Signal | null; heard: Heard } {
	const now = calls(incidents.values(), drills);
	const cry = crying(now);
	const cries = cry.real.length + cry.drills.length > 0;
	const newest = newestSevere(incidents.values(), drills);
	const isNews = heard.newest >= 0 && newest > heard.newest;
	const newestReal = newestSevere(incidents.values(), false);
	const isReal = heard.newestReal >= 0 && newestReal > heard.newestReal;
	const next = { ...heard, newest: Math.max(newest, heard.newest), newestReal: Math.max(newestReal, heard.newestReal) };

	if (cries && nowMs - heard.alarmMs >= ALARM_MS) {
		const [first] = cry.real;
		const drill = isReal ? "news" : "drill";
		return { signal: first === undefined ? drill : first.worse !== undefined ? "worse" : "alarm", heard: { ...next, alarmMs: nowMs } };
	}
	if (!cries && now.waiting.length > 0 && nowMs - heard.remindMs >= REMIND_MS) {
		return { signal: "remind", heard: { ...next, remindMs: nowMs } };
	}
	return { signal: isNews ? "news" : null, heard: next };
}
