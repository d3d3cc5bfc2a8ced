// An operator says where a report is: paste it, see what it would join, confirm.
import { useState } from "preact/hooks";
import type { Incident, IncidentReport } from "vedetta/api";
import type { Placed } from "./feed";
import { joins, readPoint } from "./locate";
import { t, word, type Key } from "./text";

interface PlaceFormProps {
	incident: Incident;
	incidents: ReadonlyMap<string, Incident>;
	reports: readonly IncidentReport[];
	onPlace: (place: Placed) => Promise<string>;
}

/** What the words typed so far would do. */
function preview(incident: Incident, incidents: ReadonlyMap<string, Incident>, text: string): string {
	const point = readPoint(text);
	if (text.trim() === "") {
		return t("locate.hint");
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

export function PlaceForm({ incident, incidents, reports, onPlace }: PlaceFormProps) {
	const [point, setPoint] = useState("");
	const [words, setWords] = useState("");
	const [reason, setReason] = useState("");
	const own = reports.filter((r) => r.move === undefined && r.nowIn === undefined && r.addsTo === undefined
		|| r.move?.to === incident.id);
	const [report, setReport] = useState("");
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const suggested = incident.suggested;
	const several = (incident.reports ?? 0) > 1;
	const confirm = async (event: Event) => {
		event.preventDefault();
		const at = readPoint(point);
		if (at === null || busy) {
			setSaid(t("locate.unreadable"));
			return;
		}
		setBusy(true);
		setSaid(await onPlace({
			point: at, words: words.trim(), reason: reason.trim(),
			...(several ? { report: report || (own[0]?.move?.report ?? own[0]?.id ?? "0") } : {}),
		}));
		setBusy(false);
	};
	const why = (incident.unplacedWhy ?? "").replace("UNPLACED_WHY_", "").toLowerCase();
	return (
		<form class="place-form" onSubmit={(e) => void confirm(e)}>
			<h3>{t("locate.title")}</h3>
			{incident.unplaced && why !== "" && <p>{t(`locate.why.${why}` as Key)}</p>}
			{!incident.unplaced && incident.atCentroid && <p>{t("locate.why.pile")}</p>}
			{several && (
				<label>{t("locate.report")}
					<select value={report} onChange={(e) => setReport(e.currentTarget.value)}>
						{own.map((r) => {
							const id = r.move?.report ?? r.id ?? "";
							return <option key={r.id} value={id}>{r.code}</option>;
						})}
					</select>
				</label>
			)}
			<label>{t("locate.point")}
				<input name="point" value={point} autocomplete="off" placeholder="42.35, 13.40"
					onInput={(e) => setPoint(e.currentTarget.value)} aria-describedby="locate-preview" />
			</label>
			{suggested !== undefined && (
				<button type="button" onClick={() => setPoint(`${suggested.latDeg ?? 0}, ${suggested.lonDeg ?? 0}`)}>
					{t("locate.suggested", { point: `${suggested.latDeg ?? 0}, ${suggested.lonDeg ?? 0}` })}
				</button>
			)}
			<p id="locate-preview" class="soft" role="status">{preview(incident, incidents, point)}</p>
			<label>{t("locate.words")}
				<input name="words" value={words} maxLength={300} onInput={(e) => setWords(e.currentTarget.value)} />
			</label>
			<label>{t("locate.reason")}
				<input name="reason" value={reason} maxLength={500} onInput={(e) => setReason(e.currentTarget.value)} />
			</label>
			<button type="submit" disabled={busy || readPoint(point) === null}>{t("locate.confirm")}</button>
			{said !== "" && <p class="wrong" role="alert">{said}</p>}
		</form>
	);
}
