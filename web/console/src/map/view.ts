// What the map asks and what it makes of the answer. Pure: no page, no network.
import type { Incident, MapView, Place, Box as UmbrellaBox } from "vedetta/api";
import type { Filter } from "../state";

/** Degrees; west > east goes over ±180. */
export interface Box {
	west: number;
	south: number;
	east: number;
	north: number;
}

export type Feature = GeoJSON.Feature<GeoJSON.Geometry, Record<string, unknown>>;
export type Features = GeoJSON.FeatureCollection<GeoJSON.Geometry, Record<string, unknown>>;

export const NOTHING: Features = { type: "FeatureCollection", features: [] };

const turn = (lon: number) => ((lon + 180) % 360 + 360) % 360 - 180;

/** A map's edges, which may lie beyond ±180 or around the whole world. */
export function boxOf(west: number, south: number, east: number, north: number): Box {
	const whole = east - west >= 360;

	return {
		west: whole ? -180 : turn(west),
		south: Math.max(-90, south),
		east: whole ? 180 : turn(east),
		north: Math.min(90, north),
	};
}

export function isInBox(box: Box, place: Place | undefined): boolean {
	if (place?.point === undefined) {
		return false;
	}
	const lat = Number(place.point.latDeg ?? 0);
	const lon = Number(place.point.lonDeg ?? 0);

	return lat >= box.south && lat <= box.north
		&& (box.west <= box.east ? lon >= box.west && lon <= box.east : lon >= box.west || lon <= box.east);
}

export const boxText = (box: Box): string =>
	[box.west, box.south, box.east, box.north].map((side) => side.toFixed(5)).join(",");

/** The list's filter and the map's are one: what is in neither is in both left out. */
export function mapQuery(box: Box, zoom: number, filter: Filter): string {
	const query = new URLSearchParams({ bbox: boxText(box), zoom: Math.max(0, Math.min(24, zoom)).toFixed(2) });

	if (filter.classes.length < 5) {
		query.set("classes", [...filter.classes].sort().join(","));
	}
	if (filter.status !== "all") {
		// Those to locate are on no map: it shows what they may join.
		query.set("status", filter.status === "locate" ? "open" : filter.status);
	}
	if (filter.exercise !== "all") {
		query.set("exercise", String(filter.exercise === "exercise"));
	}
	if (filter.area !== null) {
		query.set("area", filter.area.code);
	}
	return query.toString();
}

export const isPlaced = (incident: Incident): boolean =>
	!incident.unplaced && incident.place?.point !== undefined;

export function pointOf(place: Place | undefined): [number, number] | null {
	return place?.point === undefined ? null : [Number(place.point.lonDeg ?? 0), Number(place.point.latDeg ?? 0)];
}

/** Of one incident, drawn as its class's mark, or as a place without news. */
export function iconOf(of: number, exercise: boolean, closed: boolean, silent = false): string {
	return `${silent ? "silent" : "class"}-${of >= 1 && of <= 5 ? of : 5}${exercise ? "-exercise" : closed ? "-closed" : ""}`;
}

export function markFeature(incident: Incident): Feature | null {
	const at = pointOf(incident.place);

	return at === null ? null : {
		type: "Feature",
		geometry: { type: "Point", coordinates: at },
		properties: {
			id: incident.id ?? "0",
			icon: iconOf(incident.rank?.class ?? 5, incident.exercise === true,
				incident.status === "INCIDENT_STATUS_CLOSED", incident.silent !== undefined),
		},
	};
}

/** A circle on the map: squares of the answer that would lie on each other are one. */
interface Bubble {
	x: number;
	y: number;
	n: number;
	worst: number;
	exercises: number;
}

/** Of the circle drawn for so many; in pixels. map/style.ts draws the same. */
export const RADIUS_PX = { few: 15, lnFew: 0.6, many: 30, lnMany: 9 };

/** Of their edges, and of the mark in the corner. */
const EDGE_PX = 6;

function radiusPx(n: number): number {
	const { few, lnFew, many, lnMany } = RADIUS_PX;
	return few + (many - few) * Math.min(1, Math.max(0, (Math.log(n) - lnFew) / (lnMany - lnFew)));
}

/** Degrees to pixels of the whole world's map, and back. */
const worldPx = (zoom: number) => 512 * 2 ** zoom;
const toX = (lon: number, world: number) => (lon + 180) / 360 * world;
const toY = (lat: number, world: number) =>
	(0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI)) * world;
const toLon = (x: number, world: number) => x / world * 360 - 180;
const toLat = (y: number, world: number) =>
	Math.atan(Math.exp((0.5 - y / world) * 2 * Math.PI)) * 360 / Math.PI - 90;

const liesOn = (a: Bubble, b: Bubble): boolean => Math.hypot(a.x - b.x, a.y - b.y) < radiusPx(a.n) + radiusPx(b.n) + EDGE_PX;

/** a with all of b. */
function join(a: Bubble, b: Bubble): Bubble {
	const n = a.n + b.n;

	return {
		x: (a.x * a.n + b.x * b.n) / n, y: (a.y * a.n + b.y * b.n) / n, n,
		worst: Math.min(a.worst, b.worst), exercises: a.exercises + b.exercises,
	};
}

/** Neighbours can be so near that one would hide the other; what took one in is larger, and may lie on the next. */
function bubbles(view: MapView, world: number): Bubble[] {
	const made: Bubble[] = [];
	const cells = [...view.cells ?? []].sort((a, b) => (b.incidents ?? 0) - (a.incidents ?? 0));

	for (const cell of cells) {
		const [lon, lat] = pointOf({ point: cell.point ?? {} }) ?? [0, 0];
		let one: Bubble = {
			x: toX(lon, world), y: toY(lat, world), n: cell.incidents ?? 1, worst: cell.worst ?? 5, exercises: cell.exercises ?? 0,
		};
		for (let at = made.findIndex((b) => liesOn(b, one)); at >= 0; at = made.findIndex((b) => liesOn(b, one))) {
			one = join(...made.splice(at, 1) as [Bubble], one);
		}
		made.push(one);
	}
	return made;
}

/** Written under a mark. */
interface Notes {
	exercise: string;
	silent: string;
}

/** Marks and circles as points; the worst are drawn last, on top. */
export function viewFeatures(view: MapView, zoom: number, notes: Notes): Features {
	const features: Feature[] = [];
	const world = worldPx(zoom);

	for (const { x, y, n, worst, exercises } of bubbles(view, world)) {
		features.push({
			type: "Feature",
			geometry: { type: "Point", coordinates: [toLon(x, world), toLat(y, world)] },
			properties: {
				cell: true,
				n,
				worst,
				order: 10 - worst,
				icon: iconOf(worst, exercises === n, false),
				label: String(n),
				note: exercises > 0 ? `${notes.exercise} ${exercises}` : "",
			},
		});
	}
	for (const mark of view.marks ?? []) {
		const of = mark.class ?? 5;
		features.push({
			type: "Feature",
			geometry: { type: "Point", coordinates: pointOf({ point: mark.point ?? {} }) ?? [0, 0] },
			properties: {
				id: mark.id ?? "0",
				order: 10 - of,
				icon: iconOf(of, mark.exercise === true, mark.status === "INCIDENT_STATUS_CLOSED", mark.silent === true),
				note: [mark.exercise === true ? notes.exercise : "", mark.silent === true ? notes.silent : ""].filter(Boolean).join("\n"),
			},
		});
	}
	return { type: "FeatureCollection", features };
}

/** East of its west, also over the seam. */
export function umbrellaBox(box: UmbrellaBox): Box {
	const west = Number(box.westDeg ?? 0);
	const east = Number(box.eastDeg ?? 0);

	return { west, south: Number(box.southDeg ?? 0), east: east < west ? east + 360 : east, north: Number(box.northDeg ?? 0) };
}

/** Outlines of the incidents that the list shows; umbrellas have no class, areas nothing to filter. */
export function outlinesOf(outlines: Features, filter: Filter): Features {
	const isOurs = (p: Feature["properties"]) =>
		filter.exercise === "all" || (filter.exercise === "exercise") === (p.exercise === true);
	const shows = ({ properties: p }: Feature) => p.kind === "area"
		|| (isOurs(p) && (p.kind !== "incident"
			|| (filter.classes.includes(Number(p.class ?? 5))
				&& (filter.status === "all" || (filter.status === "open") === (p.open !== false)))));

	return { type: "FeatureCollection", features: outlines.features.filter(shows) };
}

/** How many there are of each kind. */
export function kindsOf(outlines: Features): Record<string, number> {
	const kinds: Record<string, number> = {};

	for (const { properties } of outlines.features) {
		const kind = String(properties.kind);
		kinds[kind] = (kinds[kind] ?? 0) + 1;
	}
	return kinds;
}

const EARTH_RADIUS_M = 6_371_008.8;
const CORNERS = 64;

/** A circle of true metres, whatever the latitude. */
export function circle([lonDeg, latDeg]: [number, number], radiusM: number): GeoJSON.Polygon {
	const angle = radiusM / EARTH_RADIUS_M;
	const lat = latDeg * Math.PI / 180;
	const ring: [number, number][] = [];

	for (let i = 0; i <= CORNERS; i++) {
		const towards = (i % CORNERS) / CORNERS * 2 * Math.PI;
		const sin = Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(towards);
		const dLon = Math.atan2(Math.sin(towards) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * sin);
		ring.push([lonDeg + dLon * 180 / Math.PI, Math.asin(sin) * 180 / Math.PI]);
	}
	return { type: "Polygon", coordinates: [ring] };
}

/** Where the places given can be in truth: the circle of their accuracy. */
export function circles(places: readonly (Place | undefined)[]): Features {
	const features: Feature[] = [];

	for (const place of places) {
		const at = pointOf(place);
		const radiusM = Number(place?.accuracyM ?? 0);
		if (at !== null && radiusM > 0 && Number.isFinite(radiusM)) {
			features.push({ type: "Feature", geometry: circle(at, Math.min(radiusM, 500_000)), properties: {} });
		}
	}
	return { type: "FeatureCollection", features };
}

/** A place that is about to be given: its point over its circle. */
export function spotFeatures(place: Place | null): Features {
	const at = pointOf(place ?? undefined);

	return at === null ? NOTHING : {
		type: "FeatureCollection", features: [
			...circles([place ?? undefined]).features,
			{ type: "Feature", geometry: { type: "Point", coordinates: at }, properties: {} },
		],
	};
}

/** Around all that has a place; null when nothing has. */
export function around(incidents: Iterable<Incident>): Box | null {
	const lons: number[] = [];
	let south = 90;
	let north = -90;

	for (const incident of incidents) {
		const at = isPlaced(incident) ? pointOf(incident.place) : null;
		if (at !== null) {
			lons.push(at[0]);
			south = Math.min(south, at[1]);
			north = Math.max(north, at[1]);
		}
	}
	if (lons.length === 0) {
		return null;
	}
	// The widest gap between them is what the box leaves out.
	lons.sort((a, b) => a - b);
	let west = lons[0] ?? 0;
	let east = lons.at(-1) ?? 0;
	let gap = west + 360 - east;
	for (let i = 1; i < lons.length; i++) {
		const [a, b] = [lons[i - 1] ?? 0, lons[i] ?? 0];
		if (b - a > gap) {
			gap = b - a;
			west = b;
			east = a + 360;
		}
	}
	return { west, south, east, north };
}
