// A list that is being pointed at keeps its rows where they are: what changes in a row is shown, what would move waits.
// A click that was meant for one row must not land on another. Pure.
import type { Line } from "./umbrella";

export interface Still {
	lines: readonly Line[];
	/** Rows that are not in the list yet. */
	waiting: readonly Line[];
	/** Rows would move if it were let go. */
	moves: boolean;
}

function classOf(line: Line): number {
	return line.kind === "group" ? line.class : line.incident.rank?.class ?? 5;
}

/** The rows as they were held, each as it is now; one that is gone stays as it was last. */
export function still(held: readonly Line[], now: readonly Line[]): Still {
	if (held === now) {
		return { lines: now, waiting: [], moves: false };
	}
	const there = new Map(now.map((line) => [line.id, line]));
	const had = new Set(held.map((line) => line.id));

	return {
		lines: held.map((line) => there.get(line.id) ?? line),
		waiting: now.filter((line) => !had.has(line.id)),
		moves: held.length !== now.length || held.some((line, i) => line.id !== now[i]?.id),
	};
}

/** How many of the waiting ones there are of each class, worst first. */
export function waitingByClass(waiting: readonly Line[]): [of: number, n: number][] {
	const counts = new Map<number, number>();

	for (const line of waiting) {
		counts.set(classOf(line), (counts.get(classOf(line)) ?? 0) + 1);
	}
	return [...counts].sort(([a], [b]) => a - b);
}
