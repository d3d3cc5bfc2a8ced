// The place an operator is about to give: two fields of a form, a mark on the map. Pure.
import type { Place, Point } from "vedetta/api";
import { readPoint } from "./locate";

/** How far beside what it means a click may be. */
const CLICK_PX = 20;
/** Of MapLibre's tiles, and around the equator. */
const TILE_PX = 512;
const EQUATOR_M = 40_075_016.7;
/** The server takes no more. */
const ACCURACY_MOST_M = 1_000_000;

/** As written: it may be no place yet. */
export interface Spot {
	/** Whose it is to be. */
	incident: string;
	point: string;
	accuracy: string;
	/** A click's accuracy goes with it; what a row offered is to be looked at now. */
	from: "hand" | "click" | "row";
}

export const NO_SPOT: Spot = { incident: "", point: "", accuracy: "", from: "hand" };

export const offered = (incident: string, point: string): Spot => ({ ...NO_SPOT, incident, point, from: "row" });

/** 20 pixels in metres, two digits, never too few. sharpest: from that zoom on the map below shows nothing more. */
export function clickAccuracyM(latDeg: number, zoom: number, sharpest: number): number {
	const pixelM = EQUATOR_M * Math.cos(latDeg * Math.PI / 180) / (TILE_PX * 2 ** Math.min(zoom, sharpest));
	const metres = Math.max(1, CLICK_PX * pixelM);
	const step = 10 ** Math.max(0, Math.floor(Math.log10(metres)) - 1);

	return Math.min(ACCURACY_MOST_M, Math.ceil(metres / step) * step);
}

export function clicked(incident: string, at: Point, accuracyM: number): Spot {
	const of = (degrees: Point["latDeg"]) => Number(degrees ?? 0).toFixed(5);

	return { incident, point: `${of(at.latDeg)}, ${of(at.lonDeg)}`, accuracy: String(accuracyM), from: "click" };
}

/** Another place by hand: what was said of the click's is not true of it. */
export function moved(spot: Spot, point: string): Spot {
	return { ...spot, point, accuracy: spot.from === "click" ? "" : spot.accuracy, from: "hand" };
}

/** Metres; undefined: not said; null: it is no accuracy. */
export function readAccuracy(text: string): number | null | undefined {
	const said = text.trim().replace(/\s*m$/i, "").replace(",", ".");

	if (said === "") {
		return undefined;
	}
	const metres = /^\d+(\.\d+)?$/.test(said) ? Number(said) : 0;
	return metres > 0 && metres <= ACCURACY_MOST_M ? metres : null;
}

/** What the map shows of it; null while it is no point. */
export function placeOf(spot: Spot): Place | null {
	const point = readPoint(spot.point);
	const accuracyM = readAccuracy(spot.accuracy);

	return point === null ? null : { point, ...(typeof accuracyM === "number" ? { accuracyM } : {}) };
}
