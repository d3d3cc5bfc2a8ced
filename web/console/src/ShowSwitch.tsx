// List, map or both: on a phone one at a time.
import { t } from "./text";

export type Show = "both" | "list" | "map";

const SHOWS: readonly Show[] = ["both", "list", "map"];
const KEPT = "vedetta.show";

export function firstShow(): Show {
	try {
		const kept = SHOWS.find((s) => s === localStorage.getItem(KEPT));
		if (kept !== undefined) {
			return kept;
		}
	} catch {
		/* no storage: as the screen is wide */
	}
	return matchMedia("(max-width: 60rem)").matches ? "list" : "both";
}

export function keepShow(to: Show): void {
	try {
		localStorage.setItem(KEPT, to);
	} catch {
		/* until the page is closed, then */
	}
}

export function ShowSwitch({ show, onShow }: { show: Show; onShow: (to: Show) => void }) {
	return (
		<nav class="shows toggles" aria-label={t("map.show")}>
			{SHOWS.map((s) => (
				<button type="button" key={s} class={`show show-button-${s}`} aria-pressed={s === show} onClick={() => onShow(s)}>
					{t(`map.show.${s}`)}
				</button>
			))}
		</nav>
	);
}
