// What this operator does from this page: deeds, with the page they are done on.
import { effect } from "@preact/signals";
import { Deeds } from "./deeds";
import type { Placed } from "./feed";
import { letGo } from "./list";
import { feed, opened, state } from "./live";
import { placed } from "./placing";
import type { IsThere } from "./there";
import { open } from "./where";

export const deeds = new Deeds({ state, open, read: (id) => feed.reports(id), settle: letGo, doubt: () => void feed.doubt() });

export async function givePlace(id: string, place: Placed, isThere: IsThere): Promise<string> {
	const wrong = await deeds.decide(id, { place }, isThere);
	if (wrong === "") {
		placed(id);
	}
	return wrong;
}

/** What deeds say once is over the list for a moment. */
const NOTE_MS = 15_000;
effect(() => {
	if (deeds.note.value === "") {
		return;
	}
	const timer = setTimeout(() => { deeds.note.value = ""; }, NOTE_MS);
	return () => clearTimeout(timer);
});

effect(() => {
	if (opened.value !== null) { // another incident: another decision
		deeds.putDown();
	}
});
