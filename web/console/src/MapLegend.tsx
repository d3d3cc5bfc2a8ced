// What the marks of the map say, for who does not know them by heart.
import { SHAPES } from "./marks";
import { t } from "./text";

/** A diamond, as it is drawn in these ways. */
function Sample({ way }: { way: "live" | "exercise" | "closed" }) {
	return (
		<svg viewBox="0 0 24 24" class={`sample ${way}`} aria-hidden="true">
			<path d={SHAPES[3] ?? ""} />
			{way === "exercise" && <path class="stripes" d="M6 12l6-6M8 16l8-8M12 18l6-6" />}
		</svg>
	);
}

function SilentMark() {
	return (
		<svg viewBox="0 0 24 24" class="sample silent" aria-hidden="true"><circle cx="12" cy="12" r="8.5" /><path d="M5 19L19 5" /></svg>
	);
}

export function MapLegend() {
	return (
		<details class="map-legend">
			<summary class="btn btn-outline-primary">{t("map.legend")}</summary>
			<ul class="dropdown-menu show">
				<li><Sample way="live" />{t("map.legend.live")}</li>
				<li><Sample way="exercise" />{t("map.legend.exercise")}</li>
				<li><Sample way="closed" />{t("map.legend.closed")}</li>
				<li><SilentMark />{t("map.legend.silent")}</li>
				<li><svg viewBox="0 0 24 24" class="sample several" aria-hidden="true"><circle cx="12" cy="12" r="10" /><text x="12" y="16" text-anchor="middle">9</text></svg>{t("map.legend.several")}</li>
			</ul>
		</details>
	);
}
