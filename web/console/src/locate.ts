// Where is it? Reads what an operator pastes, and says what a place would do. Pure.
import type { Incident, Point } from "vedetta/api";
import { isOpen } from "./state";

const EARTH_M = 6_371_008.8;

/** Degrees from one, two or three numbers: 42.35, 42 21, 42 21 0. NaN when they cannot be. */
function degrees(parts: readonly number[]): number {
	const [d = NaN, m = 0, s = 0] = parts;
	return m < 0 || m >= 60 || s < 0 || s >= 60 ? NaN : Math.sign(d || 1) * (Math.abs(d) + m / 60 + s / 3600);
}

/**
 * A point as people write it: "42.35, 13.40", "42,35 13,40", "42°21'0\"N 13°24'0\"E",
 * "N 42 21.5 E 13 24.2". Latitude first, unless letters say otherwise. Null: not a point.
 */
export function readPoint(text: string): Point | null {
	let said = text.toUpperCase().replace(/OVEST|WEST|O(?![A-Z])/g, "W").replace(/NORD|NORTH/g, "N")
		.replace(/SUD|SOUTH/g, "S").replace(/EST|EAST/g, "E");
	if (!said.includes(".") && (said.match(/\d,\d/g) ?? []).length >= 2) {
		said = said.replace(/(\d),(\d)/g, "$1.$2"); // decimal commas
	}
	if (/[^\d\s.,;/°º'’′"”″+\-NSEW]/.test(said)) {
		return null;
	}
	const letters = said.match(/[NSEW]/g) ?? [];
	const numbers = (said.match(/[+-]?\d+(?:\.\d+)?/g) ?? []).map(Number);
	const half = numbers.length / 2;
	if (![1, 2, 3].includes(half) || (letters.length !== 0 && letters.length !== 2)) {
		return null;
	}
	const sides = [degrees(numbers.slice(0, half)), degrees(numbers.slice(half))];
	const lonFirst = /[EW]/.test(letters[0] ?? "N");
	if (letters.length === 2 && lonFirst === /[EW]/.test(letters[1] ?? "")) {
		return null;
	}
	const signed = sides.map((side, i) => (/[SW]/.test(letters[i] ?? "N") ? -side : side));
	const [latDeg = NaN, lonDeg = NaN] = lonFirst ? [signed[1], signed[0]] : signed;
	return Math.abs(latDeg) <= 90 && Math.abs(lonDeg) <= 180 ? { latDeg, lonDeg } : null;
}

export function distanceM(a: Point, b: Point): number {
	const rad = Math.PI / 180;
	const [latA, latB] = [Number(a.latDeg ?? 0) * rad, Number(b.latDeg ?? 0) * rad];
	const dLon = (Number(b.lonDeg ?? 0) - Number(a.lonDeg ?? 0)) * rad;
	const h = Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin(dLon / 2) ** 2;
	return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

export type Why = "no_point" | "zero" | "swapped" | "coarse" | "centroid" | "pile" | "senders_own";

/** Why it needs an operator to say where it is; null when it does not. */
export function whyUnplaced(incident: Incident): Why | null {
	if (!incident.unplaced) {
		return incident.atCentroid ? "pile" : null;
	}
	const why = (incident.unplacedWhy ?? "").replace("UNPLACED_WHY_", "").toLowerCase();
	return why === "" || why === "unspecified" ? null : why as Why;
}

interface Joins {
	incident: Incident;
	distanceM: number;
}

/** The open incident a report of this one would join there; the server decides. */
export function joins(all: Iterable<Incident>, from: Incident, at: Point): Joins | null {
	let best: Joins | null = null;
	for (const incident of all) {
		const point = incident.place?.point;
		if (!isOpen(incident) || incident.unplaced || point === undefined || incident.family !== from.family
			|| (incident.exercise ?? false) !== (from.exercise ?? false)
			|| (incident.id === from.id && (from.reports ?? 0) <= 1)) {
			continue;
		}
		const away = distanceM(point, at);
		if (away <= Number(incident.radiusM ?? 0) && (best === null || away < best.distanceM
			|| (away === best.distanceM && Number(incident.id) < Number(best.incident.id)))) {
			best = { incident, distanceM: away };
		}
	}
	return best;
}
