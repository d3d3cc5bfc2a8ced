// The page a shift hands to the next: on the screen, and on paper when the printer is all that is left.
import { useState } from "preact/hooks";
import type { Incident } from "vedetta/api";
import { handover, isEmpty, type Handover } from "./handover";
import { Icon } from "./marks";
import { areaText, clock, incidentName, ms, peopleText, placeText, signNames, t, word } from "./text";

const HOURS = [6, 8, 12, 24] as const;
const HOUR_MS = 3_600_000;

/** What was done, in one cell. */
function work(incident: Incident): string {
	return [
		incident.acknowledged === undefined ? "" : `✓ ${incident.acknowledged.by ?? ""}`,
		incident.assigned === undefined ? "" : `→ ${incident.assigned.teamName || incident.assigned.person || ""}`,
		...(incident.handedOver ?? []).map((h) => (h.refused ? `✕ ${h.reason ?? ""}` : `⇒ ${h.to ?? ""} ${h.reference ?? ""}`)),
		incident.closed === undefined ? "" : `■ ${word("act.end.outcome", (incident.closed.outcome ?? "").replace("CLOSE_OUTCOME_", ""))}`,
	].filter((part) => part !== "").join("; ");
}

function Table({ title, rows }: { title: string; rows: readonly Incident[] }) {
	return (
		<section>
			<h3>{title} ({rows.length})</h3>
			{rows.length === 0 ? <p class="soft">{t("handover.none")}</p> : (
				<table class="table table-sm handover">
					<thead>
						<tr>{(["number", "class", "hazard", "place", "signs", "opened", "work"] as const).map((c) => <th key={c}>{t(`handover.${c}`)}</th>)}</tr>
					</thead>
					<tbody>
						{rows.map((i) => (
							<tr key={i.id}>
								<td>#{i.id}</td>
								<td>{i.rank?.class ?? 5}</td>
								<td>{incidentName(i)}</td>
								<td dir="auto">{areaText(i)} {placeText(i.place)}</td>
								<td>{[...signNames(i.signs), peopleText(i.signs?.people)].filter(Boolean).join(", ")}</td>
								<td>{clock(ms(i.openedAt))}</td>
								<td dir="auto">{work(i)}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</section>
	);
}

function Shift({ of, hours, head }: { of: Handover; hours: number; head: string }) {
	return (
		<>
			<p>{head} {t("handover.figures", { opened: of.opened, closed: of.closed.length, hours })}</p>
			<Table title={t("handover.alarming")} rows={of.alarming} />
			<Table title={t("handover.unanswered")} rows={of.unanswered} />
			<Table title={t("handover.in_hand")} rows={of.inHand} />
			<Table title={t("handover.closed")} rows={of.closed} />
		</>
	);
}

interface HandoverProps {
	incidents: ReadonlyMap<string, Incident>;
	nowMs: number;
	who: string;
	onClose: () => void;
}

export function HandoverPage({ incidents, nowMs, who, onClose }: HandoverProps) {
	const [hours, setHours] = useState<number>(12);
	const since = nowMs - hours * HOUR_MS;
	const real = handover(incidents.values(), since, false);
	const drills = handover(incidents.values(), since, true);
	return (
		<main class="handover-page" aria-label={t("handover.title")}>
			<div class="title">
				<h2>{t("handover.title")}</h2>
				<p class="toggles screen-only">
					<label>{t("handover.since")}{" "}
						<select class="form-select" value={hours} onChange={(e) => setHours(Number(e.currentTarget.value))}>
							{HOURS.map((h) => <option key={h} value={h}>{t("handover.hours", { n: h })}</option>)}
						</select>
					</label>
					<button type="button" class="btn btn-primary" onClick={() => print()}><Icon name="it-print" />{t("handover.print")}</button>
					<button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")}</button>
				</p>
			</div>
			<Shift of={real} hours={hours} head={t("handover.at", { at: clock(nowMs), who })} />
			{!isEmpty(drills) && (
				<section class="drills" aria-label={t("console.exercise")}>
					<p class="exercise-strip"><b>{t("handover.drills")}</b></p>
					<Shift of={drills} hours={hours} head={t("console.exercise")} />
				</section>
			)}
			<p class="signed">{t("handover.signed")}</p>
		</main>
	);
}
