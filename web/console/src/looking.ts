// Who else has an incident open: what this page says of itself, and what the stream says of the others. Pure.
import type { Looker, LookingStates } from "vedetta/api";

/** By incident. */
export type Lookers = ReadonlyMap<string, readonly Looker[]>;

export function takeLooking(had: Lookers, states: LookingStates): Lookers {
	const now = new Map(states.full ? [] : had);

	for (const { incidentId = "0", lookers = [] } of states.incidents ?? []) {
		if (lookers.length === 0) {
			now.delete(incidentId);
		} else {
			now.set(incidentId, lookers);
		}
	}
	return now;
}

/** Those who are somebody else than this one; who writes comes first. */
export function others(lookers: Lookers, incident: string, own: string): readonly Looker[] {
	return (lookers.get(incident) ?? []).filter((l) => l.name !== own)
		.sort((a, b) => Number(b.writing ?? false) - Number(a.writing ?? false));
}

export function nameOf(looker: Looker): string {
	return looker.fullName || looker.name || "?";
}

/** One line for a row, "" for nobody: it is compared to what was drawn. */
export function rowText(found: readonly Looker[]): string {
	const [first] = found;
	if (first === undefined) {
		return "";
	}
	return `${first.writing ? "✎" : "◉"} ${nameOf(first)}${found.length > 1 ? ` +${found.length - 1}` : ""}`;
}

const AGAIN_MS = 4_000;
/** Keys that lead through ten incidents in a second are one word. */
const PAUSE_MS = 200;

/** What this page shows, said when it changes and every few seconds; silence says that it is gone. */
export class Glance {
	#say: () => void;
	#incident = "0";
	#writing = false;
	#said = "0";
	#pause: ReturnType<typeof setTimeout> | undefined;
	#again: ReturnType<typeof setInterval> | undefined;

	constructor(say: (incident: string, writing: boolean, count: number) => void) {
		let count = 0;
		this.#say = () => say(this.#incident, this.#writing, ++count);
	}

	/** null: no incident, or nobody can see the page. */
	show(incident: string | null, writing: boolean): void {
		if ((incident ?? "0") === this.#incident && writing === this.#writing) {
			return;
		}
		this.#incident = incident ?? "0";
		this.#writing = writing;
		this.#pause ??= setTimeout(() => this.#now(), PAUSE_MS);
	}

	/** The page goes: at once. */
	leave(): void {
		this.#incident = "0";
		if (this.#said !== "0") {
			this.#now();
		}
	}

	#now(): void {
		clearTimeout(this.#pause);
		this.#pause = undefined;
		clearInterval(this.#again);
		if (this.#incident === "0" && this.#said === "0") {
			return;
		}
		this.#said = this.#incident;
		this.#say();
		if (this.#incident !== "0") {
			this.#again = setInterval(this.#say, AGAIN_MS);
		}
	}
}
