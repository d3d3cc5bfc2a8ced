// What this operator chose to see, kept with the account and found again wherever they log in next.
import { effect } from "@preact/signals";
import { keepForReload, readForReload, readKept } from "./kept";
import { choose, damp } from "./list";
import { filter } from "./live";
import { filterQuery, readFilter } from "./route";
import { keepSettings, me, readPreferences } from "./session";
import { takeTheme, theme } from "./theme";

/** What the account does not know yet, when the page is loaded again: by name, who comes next has their own. */
const unsaved = () => `unsaved.${me.peek()?.name ?? ""}`;

/** The address says more when it says anything. */
export function recall(): void {
	const kept = readPreferences(readForReload(unsaved()) || me.peek()?.preferences);

	if (location.search === "" && kept.query) {
		choose(readFilter(kept.query));
	}
	takeTheme(kept.theme);
	damp.value = (kept.damp ?? readKept("damp")) !== "off";
}

const KEEP_MS = 3_000;
let keeping: ReturnType<typeof setTimeout> | undefined;

/** A moment after the last choice. */
export function remember(): void {
	effect(() => {
		const preferences = JSON.stringify({ query: filterQuery(filter.value), theme: theme.value, damp: damp.value ? "on" : "off" });

		clearTimeout(keeping);
		if (me.value === null) {
			return;
		}
		const isSaved = preferences === me.value.preferences;
		keepForReload(unsaved(), isSaved ? "" : preferences);
		if (!isSaved) {
			keeping = setTimeout(() => {
				keepSettings({ preferences }).then(() => {
					me.value = me.peek() === null ? null : { ...me.peek(), preferences };
				}, () => {});
			}, KEEP_MS);
		}
	});
}
