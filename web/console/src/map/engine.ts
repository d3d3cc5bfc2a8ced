// MapLibre behind a few calls. Loaded only when a map is shown: it is most of the bytes.
import { addProtocol, ScaleControl, setWorkerUrl, type ErrorEvent, type GeoJSONSource, type LngLat, type MapMouseEvent } from "maplibre-gl";
import { PMTiles, TileType } from "pmtiles";
import { CalmMap } from "./calm";
import { coloursOf, icons } from "./icons";
import { clickAccuracyM } from "../spot";
import { baseStyle, ours, sharpestZoom, source, SOURCES, type Archive, type Basemap, type SourceName } from "./style";
import { boxOf, kindsOf, NOTHING, type Box, type Features } from "./view";

/** Set by build.mjs. */
declare const WORKER_URL: string;

const HIT_PX = 6;
const NEAR_ZOOM = 15;
/** A piece of the ground that did not come is asked for again after that. */
const AGAIN_MS = 5000;
/** What comes or goes above the map is a bar of a line or two; more is another screen. */
const BARS_MOST_PX = 100;
/** The pointer is on it, and no key was pressed there since: those aim with the middle. */
const POINTED = ":hover:not(:has(:focus-visible))";
const ITALY: [number, number, number, number] = [6.4, 36.4, 18.8, 47.2];

interface TileName { x: number; y: number; z: number }

interface Hearer {
	onMoved: (box: Box, zoom: number) => void;
	onOpen: (id: string) => void;
	onPoint: (id: string | null) => void;
	/** A place on it, and how far to trust that; only while picking. */
	onPicked: (at: [number, number], accuracyM: number) => void;
	/** The drawing was lost for good. */
	onLost: () => void;
}

interface Hit {
	id: string | null;
	at: [number, number];
}

async function readArchive(): Promise<Archive> {
	const file = new PMTiles(new URL("/v1/basemap.pmtiles", location.href).href);
	const header = await file.getHeader();
	const raster = header.tileType !== TileType.Mvt;
	const about = raster ? {} : await file.getMetadata() as { vector_layers?: { id: string }[] };

	addProtocol("pmtiles", async ({ url }, abort) => {
		const [z, x, y] = url.split("/").slice(-3).map(Number);
		const tile = await file.getZxy(z ?? 0, x ?? 0, y ?? 0, abort.signal);
		return { data: tile?.data ?? new ArrayBuffer(0) };
	});
	return {
		raster, minZoom: header.minZoom, maxZoom: header.maxZoom,
		layers: (about.vector_layers ?? []).map((layer) => layer.id),
	};
}

export class Engine {
	#map: CalmMap;
	#box: HTMLElement;
	#basemap: Basemap;
	#archive: Archive | null;
	#data: Record<SourceName, Features> = {
		outlines: NOTHING, circles: NOTHING, view: NOTHING, pointed: NOTHING, chosen: NOTHING, spot: NOTHING,
	};
	#hearer: Hearer;
	#picking = false;
	#idles = 0;
	/** The box when it was fitted last; its middle on the page. */
	#seen = { middle: 0, width: 0, height: 0 };
	#observer: ResizeObserver;
	/** By source, the tiles of it that did not come. */
	#missing = new Map<string, TileName[]>();
	#again = 0;

	/** Throws when there is no WebGL. */
	static async open(box: HTMLElement, basemap: Basemap, title: string, hearer: Hearer): Promise<Engine> {
		setWorkerUrl(new URL(WORKER_URL, location.href).href);
		const archive = basemap.kind === "pmtiles" ? await readArchive() : null;
		return new Engine(box, basemap, archive, title, hearer);
	}

	private constructor(box: HTMLElement, basemap: Basemap, archive: Archive | null, title: string, hearer: Hearer) {
		this.#box = box;
		this.#basemap = basemap;
		this.#archive = archive;
		this.#hearer = hearer;
		this.#map = new CalmMap({
			container: box,
			style: baseStyle(basemap, archive, coloursOf()),
			bounds: ITALY,
			attributionControl: false, // beside the map, as text of the page
			dragRotate: false,
			pitchWithRotate: false,
			maxPitch: 0,
			maxZoom: 20,
			fadeDuration: 0,
			trackResize: false, // it takes no notice of the first change
			locale: { "Map.Title": title },
		});
		this.#map.keyboard.disableRotation();
		this.#map.touchZoomRotate.disableRotation();
		this.#map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
		this.#map.watch(box);
		this.#observer = new ResizeObserver(() => this.#fit());
		this.#observer.observe(box);
		this.#map.on("error", (event) => this.#missed(event));
		this.#map.on("movestart", () => this.#stirred());
		this.#map.on("style.load", () => this.#dress());
		this.#map.on("moveend", () => this.#moved());
		this.#map.on("click", (event) => this.#clicked(event));
		this.#map.on("mousemove", (event) => this.#pointedAt(event));
		this.#map.on("mouseout", () => hearer.onPoint(null));
		this.#map.on("webglcontextlost", () => hearer.onLost());
		this.#map.on("idle", () => box.setAttribute("data-idle", String(++this.#idles)));
	}

	/** It moves, or what it shows is not yet what it was given. */
	#stirred(): void {
		this.#box.removeAttribute("data-idle");
	}

	/** To a box of another size, with its middle in the middle; or, when an alarm came above it, with what is pointed at under the pointer. */
	#fit(): void {
		const was = this.#seen;
		const { top, width, height } = this.#box.getBoundingClientRect();
		const middle = top + scrollY + height / 2;
		const down = middle - was.middle;

		if (width === was.width && height === was.height) {
			return;
		}
		this.#seen = { middle, width, height };
		this.#stirred();
		this.#map.lively(); // another size begins as an empty picture
		this.#map.resize();
		if (width === was.width && Math.max(Math.abs(down), Math.abs(height - was.height)) < BARS_MOST_PX
			&& this.#box.matches(POINTED) && !this.#map.isMoving()) {
			this.#map.panBy([0, down], { duration: 0 });
		}
	}

	/** The library asks once only: a map that came while the network was away would stay without its ground. */
	#missed({ error, sourceId, tile }: ErrorEvent & { sourceId?: string; tile?: { tileID: { canonical: TileName } } }): void {
		console.warn(error);
		if (sourceId !== undefined) {
			this.#missing.set(sourceId, [...this.#missing.get(sourceId) ?? [], ...(tile === undefined ? [] : [tile.tileID.canonical])]);
			this.#again ||= window.setTimeout(() => this.#askAgain(), AGAIN_MS);
		}
	}

	#askAgain(): void {
		this.#again = 0;
		for (const [name, tiles] of this.#missing) {
			const source = this.#map.getSource(name);
			if (source?.type === "geojson") {
				const whole = source as GeoJSONSource;
				whole.setData(whole.serialize().data);
			} else if (source !== undefined) {
				this.#map.refreshTiles(name, tiles);
			}
		}
		this.#missing.clear();
	}

	/** Our layers on a style that is new. */
	#dress(): void {
		const colours = coloursOf();

		for (const { name, image, ratio } of icons(colours)) {
			this.#map.addImage(name, image, { pixelRatio: ratio });
		}
		for (const name of SOURCES) {
			this.#map.addSource(name, { ...source(), data: this.#data[name] } as ReturnType<typeof source>);
		}
		for (const layer of ours(colours)) {
			this.#map.addLayer(layer);
		}
		this.#moved();
	}

	#moved(): void {
		const edges = this.#map.getBounds();

		this.#hearer.onMoved(
			boxOf(edges.getWest(), edges.getSouth(), edges.getEast(), edges.getNorth()), this.#map.getZoom());
	}

	#hit({ point }: MapMouseEvent): Hit | null {
		const layers = ["chosen", "marks", "cells"].filter((id) => this.#map.getLayer(id) !== undefined);
		const found = this.#map.queryRenderedFeatures(
			[[point.x - HIT_PX, point.y - HIT_PX], [point.x + HIT_PX, point.y + HIT_PX]], { layers });
		const first = found.find((f) => f.properties.id !== undefined) ?? found[0];

		return first === undefined ? null : {
			id: first.properties.id === undefined ? null : String(first.properties.id),
			at: (first.geometry as GeoJSON.Point).coordinates as [number, number],
		};
	}

	#pick(at: LngLat): void {
		const { lng, lat } = at.wrap();
		const sharpest = sharpestZoom(this.#basemap, this.#archive);

		this.#hearer.onPicked([lng, lat], clickAccuracyM(lat, this.#map.getZoom(), sharpest));
	}

	#clicked(event: MapMouseEvent): void {
		if (this.#picking) {
			this.#fit(); // between an alarm and its picture the click is meant for the one before
			this.#pick(this.#map.unproject(event.point)); // also upon a mark: it may be there
			return;
		}
		const hit = this.#hit(event);

		if (hit?.id != null) {
			this.#hearer.onOpen(hit.id);
		} else if (hit !== null) {
			this.#map.easeTo({ center: hit.at, zoom: Math.min(20, this.#map.getZoom() + 2) });
		}
	}

	#pointedAt(event: MapMouseEvent): void {
		const hit = this.#hit(event);

		this.#map.getCanvas().style.cursor = this.#picking ? "crosshair" : hit === null ? "" : "pointer";
		this.#hearer.onPoint(hit?.id ?? null);
	}

	/** A click is a place, not a wish to see what is there. */
	picking(on: boolean): void {
		this.#picking = on;
		this.#map.getCanvas().style.cursor = on ? "crosshair" : "";
	}

	pickMiddle(): void {
		this.#pick(this.#map.getCenter());
	}

	focus(): void {
		this.#map.getCanvas().focus();
	}

	/** What is there already is not drawn again; what the operator points at or chose does not wait. */
	set(name: SourceName, data: Features): void {
		const same = JSON.stringify(data) === JSON.stringify(this.#data[name]);
		this.#data[name] = data;
		if (name === "outlines") {
			this.#box.setAttribute("data-outlines", JSON.stringify(kindsOf(data)));
		}
		const source = same ? undefined : this.#map.getSource(name);
		if (source !== undefined) {
			this.#stirred();
			if (name === "chosen" || name === "pointed" || name === "spot") {
				this.#map.lively();
			}
			(source as unknown as { setData: (data: Features) => unknown }).setData(data);
		}
	}

	/** The page went light or dark. */
	repaint(): void {
		this.#stirred();
		this.#map.lively();
		this.#map.setStyle(baseStyle(this.#basemap, this.#archive, coloursOf()), { diff: false });
	}

	/**
	 * At first without flying there: what flies while the style comes keeps the size that the map
	 * had when it set out, and is drawn squashed when the box has another by then.
	 */
	show(box: Box, how: "fly" | "jump" = "fly"): void {
		this.#map.fitBounds([box.west, box.south, box.east, box.north],
			{ padding: Math.min(48, this.#box.clientWidth / 6, this.#box.clientHeight / 6), maxZoom: NEAR_ZOOM, ...(how === "jump" ? { duration: 0 } : {}) });
	}

	goTo(at: [number, number]): void {
		this.#map.easeTo({ center: at, zoom: Math.max(NEAR_ZOOM, this.#map.getZoom()) });
	}

	zoomBy(levels: number): void {
		this.#map.easeTo({ zoom: this.#map.getZoom() + levels });
	}

	get pictureMs(): number {
		return this.#map.pictureMs;
	}

	close(): void {
		this.#observer.disconnect();
		clearTimeout(this.#again);
		this.#map.remove();
	}
}
