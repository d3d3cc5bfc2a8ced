// The map beside the list: the same incidents, where they are. It moves only when told to.
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Incident, MapView, Place, Point } from "vedetta/api";
import { ask } from "./feed";
import { whyUnplaced } from "./locate";
import { MapLegend } from "./MapLegend";
import type { Engine } from "./map/engine";
import { Refresh } from "./map/refresh";
import type { Basemap } from "./map/style";
import { canDraw } from "./map/webgl";
import { around, circles, isPlaced, markFeature, NOTHING, pointOf, spotFeatures, viewFeatures, type Box } from "./map/view";
import { ClassBadge } from "./marks";
import type { Filter } from "./state";
import { incidentName, language, lengthText, placeText, t } from "./text";
import { isDark } from "./theme";

/** Set by build.mjs. */
declare const MAP_STYLE_URL: string;

/** From here on every incident in view has its circle. */
const CIRCLES_ZOOM = 13;
const TRAY_MOST = 50;

type Drawing = "coming" | "there" | "no_webgl" | "failed";

function loadStyle(): Promise<unknown> {
	return new Promise((done, fail) => {
		if (document.getElementById("map-style") !== null) {
			done(null);
			return;
		}
		const link = Object.assign(document.createElement("link"), { id: "map-style", rel: "stylesheet", href: MAP_STYLE_URL });
		link.addEventListener("load", done);
		link.addEventListener("error", fail);
		document.head.append(link);
	});
}

interface MapProps {
	/** The list's, worst first, before the box is put to it. */
	rows: readonly Incident[];
	incidents: ReadonlyMap<string, Incident>;
	filter: Filter;
	selected: string | null;
	pointed: string | null;
	onlyInView: boolean;
	/** To be shown whole; a new one moves the map. */
	focus: Box | null;
	onOpen: (id: string) => void;
	onPoint: (id: string | null) => void;
	onMoved: (box: Box | null) => void;
	onOnlyInView: (on: boolean) => void;
	/** Whose place is being looked for; null: nobody's. */
	locating: string | null;
	/** The place in its form. */
	spot: Place | null;
	/** The operator came from the form to choose on the map. */
	aiming: boolean;
	onPick: (at: Point, accuracyM: number) => void;
	/** Takes the place back, or gives up aiming. */
	onUnpick: () => void;
	/** There is a map to choose on, or there is none. */
	onDrawing: (can: boolean) => void;
}

function Why({ incident }: { incident: Incident }) {
	const why = whyUnplaced(incident);
	return why === null ? null : <span class="soft"> ({t(`locate.short.${why}`)})</span>;
}

/** Those of the list that no map can show: nothing is hidden for want of a place. */
function Tray({ rows, selected, onOpen }: Pick<MapProps, "rows" | "selected" | "onOpen">) {
	const unplaced = rows.filter((i) => !isPlaced(i));

	return (
		<section class="tray" aria-label={t("map.tray", { n: unplaced.length })}>
			<h2>{t("map.tray", { n: unplaced.length })}</h2>
			<ul>
				{unplaced.slice(0, TRAY_MOST).map((i) => (
					<li key={i.id}>
						<button type="button" class="btn btn-outline-primary" aria-pressed={i.id === selected} onClick={() => onOpen(i.id ?? "0")}>
							<ClassBadge of={i.rank?.class ?? 5} />
							<span>
								{incidentName(i)}
								{i.exercise && " "}{i.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}
								{" "}<span class="soft" dir="auto">{placeText(i.place)}</span>
								<Why incident={i} />
							</span>
						</button>
					</li>
				))}
			</ul>
			{unplaced.length > TRAY_MOST && <p class="soft">{t("map.tray_more", { n: unplaced.length - TRAY_MOST })}</p>}
		</section>
	);
}

type PickProps = Pick<MapProps, "locating" | "spot" | "aiming" | "onUnpick"> & { basemap: Basemap | null; onMiddle: () => void };

/** What a click does now, and how to do it without one. */
function PickLine({ locating, spot, aiming, basemap, onMiddle, onUnpick }: PickProps) {
	return (
		<div class="pick-line" role="group" aria-label={t("pick.title")}>
			<p>
				<b>{t("pick.click", { id: locating ?? "" })}</b>
				{basemap?.kind === "built_in" && <> {t("pick.rough")}</>}
				{spot?.accuracyM !== undefined && <> {t("pick.accuracy", { length: lengthText(Number(spot.accuracyM)) })}</>}
			</p>
			<button type="button" class="btn btn-outline-primary" onClick={onMiddle}>{t("pick.middle")}</button>
			{(aiming || spot !== null) && <button type="button" class="btn btn-outline-primary" onClick={onUnpick}>{t(aiming ? "pick.back" : "pick.clear")}</button>}
		</div>
	);
}

export function MapPane(props: MapProps) {
	const { rows, incidents, filter, selected, pointed } = props;
	const box = useRef<HTMLDivElement>(null);
	const engine = useRef<Engine | null>(null);
	const refresh = useRef<Refresh | null>(null);
	const said = useRef(props);
	/** The zoom the view in hand was asked for. */
	const asked = useRef(0);
	const [drawing, setDrawing] = useState<Drawing>("coming");
	const [stale, setStale] = useState(false);
	const [view, setView] = useState<MapView>({});
	const [place, setPlace] = useState<{ box: Box; zoom: number } | null>(null);
	const [basemap, setBasemap] = useState<Basemap | null>(null);
	said.current = props;

	useEffect(() => {
		let gone = false;
		const asking = new Refresh({
			onView: (v, zoom) => { asked.current = zoom; setStale(false); setView(v); },
			onOutlines: (o) => engine.current?.set("outlines", o),
			onFailed: () => setStale(true),
			pictureMs: () => engine.current?.pictureMs ?? 0,
		});
		const open = async () => {
			if (box.current === null || !canDraw()) {
				setDrawing("no_webgl");
				return;
			}
			const [{ Engine }, base] = await Promise.all([
				import("./map/engine"), ask<Basemap>("/v1/basemap"), loadStyle(),
			]);
			if (gone) {
				return;
			}
			setBasemap(base);
			const made = await Engine.open(box.current, base, t("map.title"), {
				onMoved: (b, zoom) => { setPlace({ box: b, zoom }); said.current.onMoved(b); },
				onOpen: (id) => said.current.onOpen(id),
				onPoint: (id) => said.current.onPoint(id),
				onPicked: ([lonDeg, latDeg], accuracyM) => said.current.onPick({ latDeg, lonDeg }, accuracyM),
				onLost: () => setDrawing("failed"),
			});
			if (gone) {
				made.close();
				return;
			}
			engine.current = made;
			refresh.current = asking;
			setDrawing("there");
			const all = around(said.current.rows);
			if (all !== null) {
				made.show(all, "jump");
			}
		};
		open().catch(() => !gone && setDrawing("failed"));
		const stop = effect(() => {
			isDark(); // day or night: the map is painted, not styled
			engine.current?.repaint();
		});
		return () => {
			gone = true;
			stop();
			asking.stop();
			engine.current?.close();
			engine.current = null;
			said.current.onMoved(null);
		};
	}, []);

	useEffect(() => {
		if (place !== null) {
			refresh.current?.look({ ...place, filter });
		}
	}, [place, filter, drawing]);
	useEffect(() => refresh.current?.changed(), [incidents]);

	const chosen = selected === null ? undefined : incidents.get(selected);
	const near = pointed === null ? undefined : incidents.get(pointed);
	useEffect(() => {
		engine.current?.set("view", viewFeatures(view, asked.current, { exercise: t("console.exercise"), silent: t("silence.mark") }));
	}, [view, drawing, language.value]);
	useEffect(() => {
		const of = (i: Incident | undefined) => {
			const feature = i === undefined ? null : markFeature(i);
			return feature === null ? NOTHING : { ...NOTHING, features: [feature] };
		};
		engine.current?.set("chosen", of(chosen));
		engine.current?.set("pointed", of(near));
		const all = place !== null && place.zoom >= CIRCLES_ZOOM ? view.marks ?? [] : [];
		engine.current?.set("circles", circles([
			chosen?.place, near?.place,
			...all.filter((m) => m.id !== selected && m.id !== pointed)
				.map((m) => ({ point: m.point ?? {}, ...(m.accuracyM === undefined ? {} : { accuracyM: m.accuracyM }) })),
		]));
	}, [chosen, near, view, place, drawing]);

	const { locating, spot, aiming } = props;
	useEffect(() => engine.current?.picking(locating !== null), [locating, drawing]);
	useEffect(() => engine.current?.set("spot", spotFeatures(spot)), [spot, drawing]);
	useEffect(() => {
		if (drawing !== "coming") {
			said.current.onDrawing(drawing === "there");
		}
		if (aiming && drawing === "there") {
			engine.current?.focus();
		}
	}, [aiming, drawing]);
	const onKey = (event: KeyboardEvent) => {
		if (locating === null || !(event.target instanceof HTMLCanvasElement)) {
			return;
		}
		if (event.key === "Enter" || event.key === " ") {
			event.preventDefault();
			engine.current?.pickMiddle();
		} else if (event.key === "Escape" && (aiming || spot !== null)) {
			event.preventDefault();
			props.onUnpick();
		}
	};

	const { focus } = props;
	useEffect(() => {
		if (focus !== null) {
			engine.current?.show(focus);
		}
	}, [focus, drawing]);

	const showAll = () => {
		const whole = around(said.current.rows);
		if (whole !== null) {
			engine.current?.show(whole);
		}
	};
	const at = pointOf(spot ?? chosen?.place);
	const works = drawing === "there";
	return (
		<div class="map-pane">
			{works && (
				<div class="map-tools" role="group" aria-label={t("map.tools")}>
					<button type="button" class="btn btn-outline-primary" aria-label={t("map.nearer")} onClick={() => engine.current?.zoomBy(1)}>+</button>
					<button type="button" class="btn btn-outline-primary" aria-label={t("map.farther")} onClick={() => engine.current?.zoomBy(-1)}>−</button>
					<button type="button" class="btn btn-outline-primary" disabled={!rows.some(isPlaced)} onClick={showAll}>{t("map.show_all")}</button>
					<button type="button" class="btn btn-outline-primary" disabled={at === null} onClick={() => at !== null && engine.current?.goTo(at)}>{t("map.go_to")}</button>
					<button type="button" class="btn btn-outline-primary toggle" aria-pressed={props.onlyInView} onClick={() => props.onOnlyInView(!props.onlyInView)}>{t("map.only_in_view")}</button>
					<MapLegend />
				</div>
			)}
			{works && locating !== null && (
				<PickLine locating={locating} spot={spot} aiming={aiming} basemap={basemap} onUnpick={props.onUnpick}
					onMiddle={() => engine.current?.pickMiddle()} />
			)}
			<div class={`map-box${locating === null ? "" : " picking"}`} onKeyDown={onKey} ref={box} hidden={drawing === "no_webgl" || drawing === "failed"} data-shown={(view.marks?.length ?? 0) + (view.cells?.length ?? 0)} />
			{drawing === "coming" && <p class="map-says soft">{t("map.coming")}</p>}
			{drawing === "no_webgl" && <p class="map-says" role="status">{t("map.no_webgl")}</p>}
			{drawing === "failed" && <p class="map-says" role="alert">{t("map.failed")}</p>}
			{works && (
				<p class="map-foot soft">
					{stale && <b class="wrong">⚠ {t("map.stale")} </b>}
					{view.incomplete && <b class="wrong">⚠ {t("map.incomplete")} </b>}
					{t("map.in_view", { n: view.incidents ?? 0 })}
					{" · "}{basemap?.attribution || t("map.built_in")}
				</p>
			)}
			<Tray rows={rows} selected={selected} onOpen={props.onOpen} />
		</div>
	);
}
