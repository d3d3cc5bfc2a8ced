// The ranked list and its figures, kept up instead of made anew: with 5,000 incidents a change
// costs what it touches, not what is open. What state.ts says of all of them is what this says.
import type { Incident } from "vedetta/api";
import { isOpen, ordering, passes, type ExerciseFilter, type Filter } from "./state";

type Incidents = ReadonlyMap<string, Incident>;

/** From this share of the list on, sorting all of it is the shorter way. */
const MANY = 0.1;

export interface Change {
	before: Incident | undefined;
	after: Incident | undefined;
}

/** What is another one, new or gone. */
export function changes(had: Incidents, now: Incidents): Change[] {
	const found: Change[] = [];
	let added = 0;

	now.forEach((after, id) => {
		const before = had.get(id);
		if (before !== after) {
			found.push({ before, after });
			added += before === undefined ? 1 : 0;
		}
	});
	if (had.size + added !== now.size) {
		had.forEach((before, id) => {
			if (!now.has(id)) {
				found.push({ before, after: undefined });
			}
		});
	}
	return found;
}

/** The place of the first that does not stand before it. */
function placeOf(rows: readonly Incident[], incident: Incident, compare: (a: Incident, b: Incident) => number): number {
	let from = 0;
	let to = rows.length;

	while (from < to) {
		const middle = (from + to) >> 1;
		if (compare(rows[middle] as Incident, incident) < 0) {
			from = middle + 1;
		} else {
			to = middle;
		}
	}
	return from;
}

export interface Overview {
	/** As ranked() has them. */
	rows: readonly Incident[];
	/** Open ones by exercise, then by class 1 to 5; "all" is both. */
	counts: Readonly<Record<ExerciseFilter, readonly number[]>>;
	/** Open ones of an exercise. */
	drills: number;
	/** Open ones that the filter leaves out. */
	leftOut: number;
}

const none = () => [0, 0, 0, 0, 0, 0];

/** Asked for one state after the other. */
export class Overviews {
	#incidents: Incidents = new Map();
	#filter: Filter | null = null;
	#rows: readonly Incident[] = [];
	#real = none();
	#exercise = none();
	#leftOut = 0;

	of(incidents: Incidents, filter: Filter): Overview {
		const changed = changes(this.#incidents, incidents);

		if (this.#filter !== filter || changed.length > MANY * this.#rows.length) {
			this.#begin(incidents, filter);
		} else if (changed.length > 0) {
			this.#follow(changed, filter);
		}
		this.#incidents = incidents;
		this.#filter = filter;
		return {
			rows: this.#rows,
			counts: { real: [...this.#real], exercise: [...this.#exercise], all: this.#real.map((n, of) => n + (this.#exercise[of] ?? 0)) },
			drills: this.#exercise.reduce((sum, n) => sum + n),
			leftOut: this.#leftOut,
		};
	}

	#begin(incidents: Incidents, filter: Filter): void {
		const rows: Incident[] = [];

		this.#real = none();
		this.#exercise = none();
		this.#leftOut = 0;
		incidents.forEach((incident) => {
			this.#count(incident, filter, 1);
			if (passes(incident, filter)) {
				rows.push(incident);
			}
		});
		this.#rows = rows.sort(ordering(filter));
	}

	#follow(changed: readonly Change[], filter: Filter): void {
		const compare = ordering(filter);
		const rows = [...this.#rows];

		for (const { before, after } of changed) {
			const at = before !== undefined && passes(before, filter) ? placeOf(rows, before, compare) : -1;
			const stays = after !== undefined && passes(after, filter);
			if (before !== undefined) {
				this.#count(before, filter, -1);
			}
			if (after !== undefined) {
				this.#count(after, filter, 1);
			}
			if (at >= 0 && stays && compare(before as Incident, after) === 0) {
				rows[at] = after;
				continue;
			}
			if (at >= 0) {
				rows.splice(at, 1);
			}
			if (stays) {
				rows.splice(placeOf(rows, after, compare), 0, after);
			}
		}
		this.#rows = rows;
	}

	#count(incident: Incident, filter: Filter, by: 1 | -1): void {
		if (isOpen(incident)) {
			const kept = incident.exercise === true ? this.#exercise : this.#real;
			const of = incident.rank?.class ?? 5;
			kept[of] = (kept[of] ?? 0) + by;
			this.#leftOut += passes(incident, filter) ? 0 : by;
		}
	}
}
