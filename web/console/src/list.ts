// What of the incidents is on the screen, and how: filtered, on the map's part, damped, held under the pointer.
import { computed, signal } from "@preact/signals";
import { keep, readKept } from "./kept";
import { filter, incidents, lately, nowMs, opened, state, tell, umbrellas } from "./live";
import { isInBox, umbrellaBox, type Box } from "./map/view";
import { Overviews } from "./overview";
import { firstShow, type Show } from "./ShowSwitch";
import { initial, neighbour, type Filter } from "./state";
import { still } from "./still";
import { about, damped, isUnder, maxis, singles, type Line } from "./umbrella";
import { page } from "./where";

const DAMP_STEP_MS = 30_000;

const overviews = new Overviews();
export const overview = computed(() => overviews.of(incidents.value, filter.value));
export const all = computed(() => {
	const { rows } = overview.value;
	const id = page.value;
	return id === null ? rows : rows.filter((i) => isUnder(i, id, umbrellas.value));
});

/** What the list and the map tell each other. */
export const show = signal<Show>(firstShow());
export const box = signal<Box | null>(null);
export const onlyInView = signal(false);
export const pointed = signal<string | null>(null);
export const rows = computed(() => {
	const view = onlyInView.value ? box.value : null;
	return view === null ? all.value : all.value.filter((i) => !i.unplaced && isInBox(view, i.place));
});

/** A step of the clock that moves no row more often than it must. */
const stepMs = computed(() => nowMs.value - nowMs.value % DAMP_STEP_MS);
export const damp = signal(readKept("damp") !== "off");
const expanded = signal<ReadonlySet<string>>(new Set());
const lines = computed(() => (!damp.value || page.value !== null ? singles(rows.value) : damped(rows.value, {
	umbrellas: umbrellas.value, nowMs: stepMs.value, expanded: expanded.value, keep: opened.value,
})));
/** The rows as they stood when the pointer came; null: nobody points. */
export const held = signal<readonly Line[] | null>(null);
export const shown = computed(() => still(held.value ?? lines.value, lines.value));

export const large = computed(() => maxis(umbrellas.value));
/** As text: their figures change all the time, they themselves seldom. */
const toldOf = computed(() => page.value ?? large.value.map((u) => u.id ?? "0").join(" "));
export const told = computed(() => about(lately.value, toldOf.value.split(" "), stepMs.value));
/** All of the page's umbrella, whatever the filter. */
export const under = computed(() => {
	const id = page.value;
	let n = 0;
	if (id !== null) {
		incidents.value.forEach((incident) => { n += isUnder(incident, id, umbrellas.value) ? 1 : 0; });
	}
	return n;
});
/** Read once when its page opens: the map does not move by itself. */
export const focus = computed<Box | null>(() => {
	const id = page.value;
	const around = id === null ? undefined : state.peek().umbrellas.get(id)?.box;
	return around === undefined ? null : umbrellaBox(around);
});

/** Who points at the list reads it: what would move a row waits, until they are done or look elsewhere. */
const POINTING_MS = 10_000;
let pointedMs = 0;

export function hold(): void {
	pointedMs = Date.now();
	held.value ??= lines.peek();
}

export function letGo(): void {
	held.value = null;
}

/** Once a second. */
export function letGoInTime(): void {
	if (nowMs.value - pointedMs > POINTING_MS) {
		letGo();
	}
}

/** What is asked for is there at once, whoever points at the list. */
export function choose(filter: Partial<Filter>): void {
	letGo();
	tell({ kind: "filter", filter });
}

export function reset(): void {
	choose(initial.filter);
	onlyInView.value = false;
}

export function showOnlyInView(on: boolean): void {
	letGo();
	onlyInView.value = on;
}

export function showAs(to: Show): void {
	show.value = to;
	keep("show", to);
}

export function keepDamp(on: boolean): void {
	letGo();
	damp.value = on;
	keep("damp", on ? "on" : "off");
}

export function toggle(id: string): void {
	letGo();
	const next = new Set(expanded.peek());
	if (!next.delete(id)) {
		next.add(id);
	}
	expanded.value = next;
	tell({ kind: "select", id });
}

export function select(by: number): void {
	tell({ kind: "select", id: neighbour(shown.peek().lines, state.peek().selected, by) });
}
