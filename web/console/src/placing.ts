// The place that is being given to the incident that is open: in its form and on the map.
import { computed, effect, signal } from "@preact/signals";
import type { Point } from "vedetta/api";
import { show } from "./list";
import { opened } from "./live";
import { canDraw } from "./map/webgl";
import { clicked, NO_SPOT, offered, placeOf, type Spot } from "./spot";
import { open, route } from "./where";

/** Another incident's is none of the one that is open. */
const draft = signal<Spot>(NO_SPOT);
export const spot = computed(() => (draft.value.incident === opened.value ? draft.value : NO_SPOT));
const hasForm = signal(false);
export const locating = computed(() => (hasForm.value ? opened.value : null));
export const shownSpot = computed(() => (locating.value === null ? null : placeOf(spot.value)));
export const aiming = signal(false);
/** One to choose a place on. */
export const hasMap = signal(true);

effect(() => {
	if (route.value.incident !== draft.peek().incident) {
		draft.value = NO_SPOT;
	}
});

/** The incident has its place. */
export function placed(incident: string): void {
	if (draft.peek().incident === incident) {
		draft.value = NO_SPOT;
	}
}

export function write(to: Spot): void {
	draft.value = to;
}

/** Filled in, for the operator to look at and confirm. */
export function suggest(id: string, point: Point): void {
	draft.value = offered(id, `${point.latDeg ?? 0}, ${point.lonDeg ?? 0}`);
	open(id);
}

/** To the map, by whatever way it is shown here. */
export function aim(): void {
	if (show.peek() === "list") {
		show.value = matchMedia("(max-width: 60rem)").matches ? "map" : "both";
	}
	aiming.value = true;
}

export function pick(at: Point, accuracyM: number): void {
	draft.value = clicked(opened.peek() ?? "", at, accuracyM);
	aiming.value = false;
}

export function unpick(): void {
	if (aiming.peek()) {
		aiming.value = false;
	} else {
		draft.value = NO_SPOT;
	}
}

export function setForm(on: boolean): void {
	hasForm.value = on;
	aiming.value = false;
	hasMap.value &&= canDraw();
}

/** Without a map the form is all there is, and says so. */
export function setMap(can: boolean): void {
	hasMap.value = can;
	aiming.value &&= can;
}
