// What is to be heard now, from what the board says. Pure.
import type { Incident } from "vedetta/api";
import type { Signal } from "./sound";

export interface Heard {
	/** Newest incident of class 1 or 2 that was announced; below 0: nothing was looked at yet. */
	newest: number;
}

export const silence: Heard = { newest: -1 };

function newestSevere(incidents: Iterable<Incident>): number {
	let newest = 0;
	for (const incident of incidents) {
		if ((incident.rank?.class ?? 5) <= 2) {
			newest = Math.max(newest, Number(incident.id ?? 0));
		}
	}
	return newest;
}

/** The one signal that is due, and what was heard since. The first look announces nothing as new. */
export function due(heard: Heard, incidents: ReadonlyMap<string, Incident>): { signal: Signal | null; heard: Heard } {
	const newest = newestSevere(incidents.values());
	const isNews = heard.newest >= 0 && newest > heard.newest;
	return { signal: isNews ? "news" : null, heard: { newest: Math.max(newest, heard.newest) } };
}
