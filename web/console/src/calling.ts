// What calls for somebody: by the title of a tab that is not seen, by a sound, by a key that leads there.
import { computed, effect } from "@preact/signals";
import { calls, due, inOrder, silence } from "./alarm";
import { drillsCall } from "./exercise";
import { filter, incidents, nowMs, opened, state } from "./live";
import { play } from "./sound";
import { language, t } from "./text";
import { openOnBoard } from "./where";

const withDrills = computed(() => filter.value.exercise !== "real" && drillsCall());
export const calling = computed(() => calls(incidents.value.values(), withDrills.value));

effect(() => {
	document.documentElement.lang = language.value;
	const { worse, unanswered } = calling.value;
	const n = worse.length + unanswered.length;
	document.title = `${n > 0 ? `(${n}!) ` : ""}${t("console.title")}`;
});

/** Once a second, and when the board changes: is there something to be heard? */
let heard = silence;
effect(() => {
	const board = incidents.value;
	if (state.peek().sequence === "") {
		return;
	}
	const next = due(heard, board, nowMs.value, withDrills.value);
	heard = next.heard;
	if (next.signal !== null) {
		play(next.signal);
	}
});

/** The next of them, round and round: from whatever is on the screen. */
export function nextCall(): void {
	const all = inOrder(calling.peek());
	const next = all[(all.findIndex((i) => i.id === opened.peek()) + 1) % all.length];

	if (next !== undefined) {
		openOnBoard(next.id ?? "0");
	}
}
