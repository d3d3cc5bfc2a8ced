// Asks what is in view: at once when the view changes, once a second when the board does,
// less often where drawing it takes the page's time.
import type { MapView } from "vedetta/api";
import { ask } from "../feed";
import { boxText, mapQuery, NOTHING, outlinesOf, type Box, type Features } from "./view";
import type { Filter } from "../state";

const LIVE_MS = 1000;
const LIVE_MOST_MS = 5000;
/** Of the page's time goes to pictures of what changed by itself. */
const SHARE = 1 / 40;
const SETTLE_MS = 60;
const OUTLINES_MS = 15_000;
/** From farther away an incident's outline is a dot. */
const OUTLINES_ZOOM = 9;
/** Nobody makes outlines here: asked again after a while. */
const ABSENT_MS = 60_000;

interface View {
	box: Box;
	zoom: number;
	filter: Filter;
}

interface Hearer {
	onView: (view: MapView, zoom: number) => void;
	onOutlines: (outlines: Features) => void;
	onFailed: () => void;
	/** What drawing the answer takes. */
	pictureMs: () => number;
}

export class Refresh {
	#view: View | null = null;
	#hearer: Hearer;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#dueMs = Infinity;
	#askedMs = 0;
	#asking = false;
	#outlinesDueMs = 0;
	#outlinesAbsent = false;

	constructor(hearer: Hearer) {
		this.#hearer = hearer;
	}

	/** The operator looks elsewhere, or at something else. */
	look(view: View): void {
		this.#view = view;
		this.#outlinesDueMs = this.#outlinesAbsent ? this.#outlinesDueMs : 0;
		this.#want(Date.now() + SETTLE_MS);
	}

	/** Something on the board changed. */
	changed(): void {
		const restMs = Math.min(LIVE_MOST_MS, Math.max(LIVE_MS, this.#hearer.pictureMs() / SHARE));
		this.#want(Math.max(Date.now(), this.#askedMs + restMs));
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#view = null;
	}

	#want(atMs: number): void {
		if (atMs >= this.#dueMs || this.#view === null) {
			return;
		}
		this.#dueMs = atMs;
		if (!this.#asking) {
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => void this.#ask(), Math.max(0, atMs - Date.now()));
		}
	}

	async #ask(): Promise<void> {
		const view = this.#view;
		if (view === null) {
			return;
		}
		this.#dueMs = Infinity;
		this.#asking = true;
		this.#askedMs = Date.now();
		try {
			const answer = await ask<MapView>(`/v1/map?${mapQuery(view.box, view.zoom, view.filter)}`);
			this.#hearer.onView(answer, view.zoom);
			await this.#askOutlines(view);
		} catch {
			this.#hearer.onFailed();
			this.#dueMs = Math.min(this.#dueMs, this.#askedMs + LIVE_MS * 3);
		}
		this.#asking = false;
		if (this.#dueMs < Infinity) {
			const atMs = this.#dueMs;
			this.#dueMs = Infinity;
			this.#want(atMs);
		}
	}

	/** Absent is no fault: the map is whole without them. */
	async #askOutlines(view: View): Promise<void> {
		if (Date.now() < this.#outlinesDueMs) {
			return;
		}
		const box = boxText(view.box);
		const around = view.zoom < OUTLINES_ZOOM ? "kind=umbrella&" : "";
		try {
			const areas = await ask<Features>(`/v1/outlines?kind=area&bbox=${box}`);
			const others = await ask<Features>(`/v1/outlines?${around}bbox=${box}`);
			const features = [...areas.features, ...others.features];
			this.#hearer.onOutlines(outlinesOf({ type: "FeatureCollection", features }, view.filter));
			this.#outlinesAbsent = false;
			// Looking elsewhere meanwhile, the operator wants those of there: at once.
			this.#outlinesDueMs = this.#view === view ? Date.now() + OUTLINES_MS : 0;
		} catch {
			this.#hearer.onOutlines(NOTHING);
			this.#outlinesAbsent = true;
			this.#outlinesDueMs = Date.now() + ABSENT_MS;
		}
	}
}
