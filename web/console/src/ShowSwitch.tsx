// List, map or both: on a phone one at a time.
import { readKept } from "./kept";
import { t } from "./text";

export type Show = "both" | "list" | "map";

const SHOWS = ["both", "list", "map"] as const;

export function firstShow(): Show {
	return SHOWS.find((s) => s === readKept("show")) ?? (matchMedia("(max-width: 60rem)").matches ? "list" : "both");
}

export function nextShow(show: Show): Show {
	return SHOWS[(SHOWS.indexOf(show) + 1) % SHOWS.length] ?? "both";
}

export function ShowSwitch({ show, onShow }: { show: Show; onShow: (to: Show) => void }) {
	return (
		<nav class="shows btn-group" aria-label={t("map.show")}>
			{SHOWS.map((s) => (
				<button type="button" key={s} class={`btn btn-outline-primary show-button-${s}`} aria-pressed={s === show} onClick={() => onShow(s)}>
					{t(`map.show.${s}`)}
				</button>
			))}
		</nav>
	);
}
