// What the next shift has to know, out of what the board says. Pure.
import type { Incident } from "vedetta/api";
import { compare, isOpen } from "./state";

export interface Handover {
	/** Open ones that somebody must do something about first. */
	alarming: Incident[];
	/** Open, nobody has answered. */
	unanswered: Incident[];
	/** Open, in somebody's hands. */
	inHand: Incident[];
	/** Closed since. */
	closed: Incident[];
	/** Opened since, open or not. */
	opened: number;
}

function time(at: string | undefined): number {
	return at === undefined ? 0 : Date.parse(at);
}

/** Of what is real, or of drills: the two are never counted together. */
export function handover(incidents: Iterable<Incident>, sinceMs: number, drills = false): Handover {
	const all = [...incidents].filter((i) => (i.exercise ?? false) === drills).sort(compare);
	const open = all.filter(isOpen);
	const alarms = (i: Incident) => i.alarming === true || i.worse !== undefined;

	return {
		alarming: open.filter(alarms),
		unanswered: open.filter((i) => !alarms(i) && i.acknowledged === undefined),
		inHand: open.filter((i) => !alarms(i) && i.acknowledged !== undefined),
		closed: all.filter((i) => !isOpen(i) && time(i.closed?.at) >= sinceMs),
		opened: all.filter((i) => time(i.openedAt) >= sinceMs).length,
	};
}

export function isEmpty(of: Handover): boolean {
	return of.alarming.length + of.unanswered.length + of.inHand.length + of.closed.length + of.opened === 0;
}
