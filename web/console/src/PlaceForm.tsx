// An operator says where a report is: paste it or click on the map, see what it would join, confirm.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident, IncidentReport } from "vedetta/api";
import { choosable } from "./acts";
import type { Placed } from "./feed";
import { joins, readPoint, whyUnplaced } from "./locate";
import { me } from "./session";
import { moved, NO_SPOT, readAccuracy, type Spot } from "./spot";
import { lengthText, t, word } from "./text";
import { useThere, type IsThere } from "./there";

export interface PlaceFormProps {
	incident: Incident;
	incidents: ReadonlyMap<string, Incident>;
	reports: readonly IncidentReport[];
	onPlace: (place: Placed, isThere: IsThere) => Promise<string>;
	/** The place so far: the map shows it, and a click there writes it. */
	spot: Spot;
	onSpot: (spot: Spot) => void;
	/** The form is there, or no longer. */
	onLocating: (on: boolean) => void;
	/** The operator is on the map to choose. */
	aiming: boolean;
	/** There is a map to choose on. */
	hasMap: boolean;
	onAim: () => void;
}

/** What the words typed so far would do. */
function preview(incident: Incident, incidents: ReadonlyMap<string, Incident>, spot: Spot, hasMap: boolean): string {
	const point = readPoint(spot.point);
	if (spot.point.trim() === "") {
		return t(hasMap ? "locate.hint" : "locate.hint_typed");
	}
	if (point === null) {
		return t("locate.unreadable");
	}
	const found = joins(incidents.values(), incident, point);
	if (found === null) {
		return t((incident.reports ?? 0) > 1 ? "locate.opens" : "locate.moves");
	}
	return t(found.incident.id === incident.id ? "locate.stays" : "locate.joins", {
		hazard: word("hazard", found.incident.hazard || "other"),
		id: found.incident.id ?? "", n: Math.round(found.distanceM),
	});
}

/** What is wrong with the accuracy; "" when nothing is. */
function wrongAccuracy(incident: Incident, text: string): string {
	const metres = readAccuracy(text);
	const mostM = Number(incident.radiusM ?? 0);

	if (metres === null) {
		return t("locate.no_accuracy");
	}
	return metres !== undefined && mostM > 0 && metres > mostM ? t("locate.too_rough", { length: lengthText(mostM) }) : "";
}

type FieldsProps = Pick<PlaceFormProps, "incident" | "incidents" | "spot" | "onSpot" | "aiming" | "hasMap" | "onAim">;

/** The point, how far to trust it, and what it would do. */
function PointFields({ incident, incidents, spot, onSpot, aiming, hasMap, onAim }: FieldsProps) {
	const input = useRef<HTMLInputElement>(null);
	const aimed = useRef(false);
	const suggested = incident.suggested;
	const offer = `${suggested?.latDeg ?? 0}, ${suggested?.lonDeg ?? 0}`;
	const wrong = wrongAccuracy(incident, spot.accuracy);

	// Back from the map, or come from the list: on with what it wrote.
	useEffect(() => {
		if ((aimed.current && !aiming) || spot.from === "row") {
			input.current?.focus();
		}
		aimed.current = aiming;
	}, [aiming, spot.from]);
	return (
		<>
			<label>{t("locate.point")}
				<input class="form-control" name="point" ref={input} value={spot.point} autocomplete="off" placeholder="42.35, 13.40"
					onInput={(e) => onSpot(moved(spot, e.currentTarget.value))} aria-describedby="locate-preview" />
			</label>
			<p class="place-ways">
				{suggested !== undefined && (
					<button type="button" class="btn btn-outline-primary" onClick={() => onSpot(moved(spot, offer))}>{t("locate.suggested", { point: offer })}</button>
				)}
				{hasMap && <button type="button" class="btn btn-outline-primary" onClick={onAim}>{t("pick.aim")}</button>}
				{(spot.point !== "" || spot.accuracy !== "") && <button type="button" class="btn btn-outline-primary" onClick={() => onSpot(NO_SPOT)}>{t("pick.clear")}</button>}
			</p>
			{!hasMap && <p>{t("pick.no_map")}</p>}
			<p id="locate-preview" class="soft" role="status">{preview(incident, incidents, spot, hasMap)}</p>
			<label>{t("locate.accuracy")}
				<input name="accuracy" class="form-control short" inputMode="decimal" value={spot.accuracy} autocomplete="off" aria-describedby="locate-accuracy"
					aria-invalid={wrong !== ""} onInput={(e) => onSpot({ ...spot, accuracy: e.currentTarget.value, from: "hand" })} />
			</label>
			<p id="locate-accuracy" class={wrong === "" ? "soft" : "wrong"} role="status">{wrong || t("locate.accuracy_hint")}</p>
		</>
	);
}

/** Who is limited to areas could send a report out of its own sight, and not mend it. */
const seesAll = () => (me.value?.areas ?? []).includes("*");

export function PlaceForm(props: PlaceFormProps) {
	const { incident, reports, spot, onPlace, onSpot, onLocating } = props;
	const [words, setWords] = useState("");
	const [reason, setReason] = useState("");
	const own = choosable(reports);
	/** The first one that was shown stays chosen when another comes. */
	const shown = useRef("");
	const [report, setReport] = useState("");
	const [said, setSaid] = useState("");
	const [leaves, setLeaves] = useState(false);
	const [busy, setBusy] = useState(false);
	const isThere = useThere();
	shown.current ||= own[0]?.id ?? "";
	const chosen = report || shown.current;
	const several = (incident.reports ?? 0) > 1;
	const why = whyUnplaced(incident);
	const point = readPoint(spot.point);
	const accuracyM = readAccuracy(spot.accuracy);
	// Before a key can say where: what begins anew would take it back.
	useLayoutEffect(() => {
		onLocating(true);
		return () => onLocating(false);
	}, []);
	const confirm = async (event: Event) => {
		event.preventDefault();
		if (point === null || accuracyM === null || busy) {
			setSaid(t(point === null ? "locate.unreadable" : "locate.no_accuracy"));
			return;
		}
		setBusy(true);
		setSaid("");
		setSaid(await onPlace({
			point, ...(accuracyM === undefined ? {} : { accuracyM }), words: words.trim(), reason: reason.trim(),
			...(several ? { report: chosen || "0" } : {}), ...(leaves ? { leaves } : {}),
		}, isThere));
		setBusy(false);
	};
	const onKey = (event: KeyboardEvent) => {
		// What is on its way is not taken back: Escape closes the incident then.
		if (event.key === "Escape" && !busy && (spot.point !== "" || spot.accuracy !== "")) {
			event.stopPropagation(); // the place is taken back, the incident stays open
			onSpot(NO_SPOT);
		}
	};
	return (
		<form class="place-form" onSubmit={(e) => void confirm(e)} onKeyDown={onKey}>
			<h3>{t("locate.title")}</h3>
			{why !== null && <p>{t(`locate.why.${why}`)}</p>}
			{several && (
				<label>{t("locate.report")}
					<select class="form-select" value={chosen} onChange={(e) => setReport(e.currentTarget.value)}>
						{own.map(({ id, code }) => <option key={id} value={id}>{code}</option>)}
					</select>
				</label>
			)}
			<PointFields {...props} />
			<label>{t("locate.words")}
				<input class="form-control" name="words" value={words} maxLength={300} onInput={(e) => setWords(e.currentTarget.value)} />
			</label>
			<label>{t("locate.reason")}
				<input class="form-control" name="reason" value={reason} maxLength={500} onInput={(e) => setReason(e.currentTarget.value)} />
			</label>
			{!seesAll() && (
				<label><input type="checkbox" name="leaves" checked={leaves} onChange={(e) => setLeaves(e.currentTarget.checked)} /> {t("locate.leaves")}</label>
			)}
			<button type="submit" class="btn btn-primary" disabled={busy || point === null || accuracyM === null}>{t("locate.confirm")}</button>
			{busy && <span class="soft" role="status"> {t("act.sending")}</span>}
			{said !== "" && <p class="wrong" role="alert">{said}</p>}
		</form>
	);
}
