// How the map looks: what is below (ours, or tiles), and our own layers on it.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Colours } from "./icons";
import { NOTHING, RADIUS_PX } from "./view";

/** Set by build.mjs: the names hold hashes. */
declare const LAND_URL: string;
declare const TOWNS_URL: string;

export interface Basemap {
	kind: "built_in" | "tiles" | "pmtiles";
	/** With tiles: https://…/{z}/{x}/{y}… */
	url?: string;
	attribution: string;
}

/** What a PMTiles file says of itself. */
export interface Archive {
	raster: boolean;
	/** Names of its layers, when it has vectors. */
	layers: readonly string[];
	minZoom: number;
	maxZoom: number;
}

const TILES_ZOOM = 19;
/** Its coasts are true to about a kilometre. */
const BUILT_IN_ZOOM = 10;

type Base = { sources: Record<string, SourceSpecification>; layers: LayerSpecification[] };

function builtIn(c: Colours): Base {
	return {
		sources: {
			land: { type: "geojson", data: LAND_URL },
			towns: { type: "geojson", data: TOWNS_URL },
		},
		layers: [
			{ id: "sea", type: "background", paint: { "background-color": c.sea } },
			{ id: "land", type: "fill", source: "land", paint: { "fill-color": c.land } },
			{ id: "borders", type: "line", source: "land", paint: { "line-color": c.line, "line-width": 1 } },
			{
				id: "towns", type: "symbol", source: "towns",
				filter: [">=", ["get", "residents"], ["step", ["zoom"], 400_000, 6, 150_000, 7, 60_000, 8, 0]],
				layout: {
					"text-field": ["get", "name"], "text-size": 12,
					"symbol-sort-key": ["-", 0, ["get", "residents"]],
				},
				paint: { "text-color": c.ink, "text-halo-color": c.land, "text-halo-width": 1.5, "text-opacity": 0.75 },
			},
		],
	};
}

function raster(tiles: SourceSpecification): Base {
	return { sources: { tiles }, layers: [{ id: "tiles", type: "raster", source: "tiles" }] };
}

/** Layers by the names both Protomaps and OpenMapTiles give them. */
function vectors(tiles: SourceSpecification, archive: Archive, c: Colours): Base {
	const layers: LayerSpecification[] = [{ id: "ground", type: "background", paint: { "background-color": c.land } }];
	const has = (name: string) => archive.layers.includes(name);
	const add = (name: string, layer: object) => {
		if (has(name)) {
			layers.push({ id: `tiles-${name}`, source: "tiles", "source-layer": name, ...layer } as LayerSpecification);
		}
	};

	add("earth", { type: "fill", paint: { "fill-color": c.land } });
	add("water", { type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": c.sea } });
	for (const name of ["waterway", "physical_line"]) {
		add(name, { type: "line", paint: { "line-color": c.sea, "line-width": 1.5 } });
	}
	for (const name of ["buildings", "building"]) {
		add(name, { type: "fill", minzoom: 13, paint: { "fill-color": c.line, "fill-opacity": 0.35 } });
	}
	for (const name of ["roads", "transportation"]) {
		add(name, {
			type: "line", filter: ["==", ["geometry-type"], "LineString"],
			paint: { "line-color": c.line, "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 8, 0.5, 18, 10] },
		});
	}
	for (const name of ["boundaries", "boundary"]) {
		add(name, { type: "line", paint: { "line-color": c.ink, "line-width": 1, "line-dasharray": [4, 2], "line-opacity": 0.6 } });
	}
	for (const name of ["places", "place"]) {
		add(name, {
			type: "symbol", layout: { "text-field": ["get", "name"], "text-size": 13 },
			paint: { "text-color": c.ink, "text-halo-color": c.land, "text-halo-width": 1.5 },
		});
	}
	return { sources: { tiles }, layers };
}

function baseOf(basemap: Basemap, archive: Archive | null, c: Colours): Base {
	if (basemap.kind === "tiles") {
		return raster({ type: "raster", tiles: [basemap.url ?? ""], tileSize: 256, maxzoom: TILES_ZOOM });
	}
	if (basemap.kind === "pmtiles" && archive !== null) {
		const from = { tiles: ["pmtiles://basemap/{z}/{x}/{y}"], minzoom: archive.minZoom, maxzoom: archive.maxZoom };
		return archive.raster
			? raster({ type: "raster", tileSize: 256, ...from }) : vectors({ type: "vector", ...from }, archive, c);
	}
	return builtIn(c);
}

export function baseStyle(basemap: Basemap, archive: Archive | null, c: Colours): StyleSpecification {
	return { version: 8, ...baseOf(basemap, archive, c) };
}

/** From here on the map below is only drawn larger, and a click on it knows no more. */
export function sharpestZoom(basemap: Basemap, archive: Archive | null): number {
	if (basemap.kind === "tiles") {
		return TILES_ZOOM - 1; // their 256 pixels are half of a tile of ours
	}
	if (archive !== null) {
		return archive.raster ? archive.maxZoom - 1 : archive.maxZoom + 3; // 4,096 steps in 512 pixels
	}
	return BUILT_IN_ZOOM;
}

/** Our sources, in no order. */
export const SOURCES = ["outlines", "circles", "view", "pointed", "chosen", "spot"] as const;
export type SourceName = typeof SOURCES[number];

export const source = (): SourceSpecification => ({ type: "geojson", data: NOTHING });

const isCell = ["has", "cell"] as ["has", string];

/** Our layers, from the lowest up. */
export function ours(c: Colours): LayerSpecification[] {
	const worst = ["match", ["get", "worst"], 1, c.classes[1], 2, c.classes[2], 3, c.classes[3], 4, c.classes[4], c.classes[5]] as never;
	const ring = (radius: number, width: number) =>
		({ "circle-radius": radius, "circle-opacity": 0, "circle-stroke-color": c.act, "circle-stroke-width": width });

	return [
		{ id: "outline-fill", type: "fill", source: "outlines", filter: ["==", ["get", "kind"], "umbrella"], paint: { "fill-color": c.act, "fill-opacity": 0.08 } },
		{ id: "outline-umbrella", type: "line", source: "outlines", filter: ["==", ["get", "kind"], "umbrella"], paint: { "line-color": c.act, "line-width": 2.5, "line-dasharray": [3, 2] } },
		{ id: "outline-incident", type: "line", source: "outlines", filter: ["==", ["get", "kind"], "incident"], paint: { "line-color": c.ink, "line-width": 1.5 } },
		{ id: "outline-area", type: "line", source: "outlines", filter: ["==", ["get", "kind"], "area"], paint: { "line-color": c.line, "line-width": 1.5, "line-dasharray": [1, 2] } },
		{ id: "circle-fill", type: "fill", source: "circles", paint: { "fill-color": c.act, "fill-opacity": 0.12 } },
		{ id: "circle-line", type: "line", source: "circles", paint: { "line-color": c.act, "line-width": 1.5 } },
		{
			id: "cells", type: "circle", source: "view", filter: isCell,
			layout: { "circle-sort-key": ["get", "order"] },
			paint: {
				"circle-radius": ["interpolate", ["linear"], ["ln", ["get", "n"]], RADIUS_PX.lnFew, RADIUS_PX.few, RADIUS_PX.lnMany, RADIUS_PX.many],
				"circle-color": c.back, "circle-opacity": 0.94, "circle-stroke-color": worst, "circle-stroke-width": 4,
			},
		},
		// Placed after what lies above them, and only where they hide neither a number nor a mark: the worst first.
		{
			id: "cell-notes", type: "symbol", source: "view", filter: isCell,
			layout: {
				"text-field": ["get", "note"], "text-size": 11, "text-anchor": "top", "symbol-sort-key": ["-", 10, ["get", "order"]],
				"text-offset": ["interpolate", ["linear"], ["ln", ["get", "n"]], 0.6, ["literal", [0, 1.7]], 9, ["literal", [0, 3]]],
			},
			paint: { "text-color": c.ink, "text-halo-color": c.back, "text-halo-width": 1.5 },
		},
		{
			id: "mark-notes", type: "symbol", source: "view", filter: ["!", isCell],
			layout: {
				"text-field": ["get", "note"], "text-size": 11, "text-anchor": "top", "text-offset": [0, 1.5],
				"symbol-sort-key": ["-", 10, ["get", "order"]],
			},
			paint: { "text-color": c.ink, "text-halo-color": c.back, "text-halo-width": 1.5 },
		},
		{
			id: "cell-counts", type: "symbol", source: "view", filter: isCell,
			layout: {
				"text-field": ["get", "label"], "text-size": 14, "text-allow-overlap": true,
				"icon-image": ["get", "icon"], "icon-size": 0.62,
				"icon-offset": ["interpolate", ["linear"], ["ln", ["get", "n"]], 0.6, ["literal", [20, -20]], 9, ["literal", [38, -38]]],
				"icon-allow-overlap": true, "symbol-sort-key": ["get", "order"],
			},
			paint: { "text-color": c.ink, "text-halo-color": c.back, "text-halo-width": 1 },
		},
		{
			id: "marks", type: "symbol", source: "view", filter: ["!", isCell],
			layout: {
				"icon-image": ["get", "icon"], "icon-allow-overlap": true, "symbol-sort-key": ["get", "order"],
			},
		},
		{ id: "pointed", type: "circle", source: "pointed", paint: ring(19, 3) },
		{ id: "chosen-ring", type: "circle", source: "chosen", paint: ring(21, 5) },
		{
			id: "chosen", type: "symbol", source: "chosen",
			layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true },
		},
		{ id: "spot-circle", type: "fill", source: "spot", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": c.act, "fill-opacity": 0.2 } },
		{ id: "spot-edge", type: "line", source: "spot", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": c.ink, "line-width": 2 } },
		{
			id: "spot", type: "circle", source: "spot", filter: ["==", ["geometry-type"], "Point"],
			paint: { "circle-radius": 6, "circle-color": c.act, "circle-stroke-color": c.ink, "circle-stroke-width": 3 },
		},
	];
}
