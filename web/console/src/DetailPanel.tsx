// One incident: why it stands where it stands, and every report in it as it was said.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Fold, Incident, IncidentReport, Looker, Umbrella } from "vedetta/api";
import { Decided } from "./Decided";
import { nameOf } from "./looking";
import { ClassBadge } from "./marks";
import { PlaceForm, type PlaceFormProps } from "./PlaceForm";
import { groups, isOpen, type Detail } from "./state";
import { age, areaText, clock, incidentName, kindText, ms, peopleText, placeText, signNames, silenceText, t, word } from "./text";
import { Told } from "./Told";
import { WorkPanel, type WorkProps } from "./WorkPanel";

/** The age of a report is behind its time: a hundred of them are not drawn again each second for it. */
const AGE_STEP_MS = 10_000;

function Rank({ incident }: { incident: Incident }) {
	const rank = incident.rank ?? {};
	const reason = rank.reason ?? "";
	return (
		<section>
			<h3>{t("console.rank")}</h3>
			<p>
				<ClassBadge of={rank.class ?? 5} />{" "}
				{t("console.reason", {
					reason: reason === "hazard" || reason === "words" || reason === "silence"
						? word("console.reason", reason) : word("sign.short", reason),
				})}
			</p>
			<table class="table table-sm">
				<thead>
					<tr><th>{t("console.term")}</th><th>{t("console.value")}</th><th>{t("console.points")}</th></tr>
				</thead>
				<tbody>
					{(rank.terms ?? []).map((term) => (
						<tr key={term.name}>
							<td>{word("term", term.name ?? "")}</td><td>{term.value ?? "0"}</td><td>{term.points ?? "0"}</td>
						</tr>
					))}
				</tbody>
			</table>
			<p class="soft">{t("console.table", { n: rank.table ?? 0 })}</p>
		</section>
	);
}

function flags(report: IncidentReport): string[] {
	return [
		report.crossSite ? t("console.cross_site") : "",
		report.addsTo !== undefined && report.addsTo !== "0" ? t("console.adds") : "",
		report.raw !== undefined && report.raw !== "" ? t("console.raw") : "",
		report.erased ? t("console.erased") : "",
		report.damaged ? t("console.damaged") : "",
	].filter((f) => f !== "");
}

/** With `about` other, what the sender's own device found is not the place. */
function isSendersOwn(said: NonNullable<IncidentReport["report"]>): boolean {
	return said.about === "ABOUT_OTHER" && said.place?.point !== undefined
		&& (said.place.kind === "PLACE_KIND_BROWSER_FIX" || said.place.kind === "PLACE_KIND_LIVE_PIN");
}

/** "12 m away, 4 min later, words 83 % alike" */
function why(fold: Fold): string {
	const before = fold.beforeS ?? 0;
	const seconds = before || (fold.afterS ?? 0);
	const when = before > 0 ? "_before" : "";

	return [
		fold.distanceM === undefined ? "" : t("console.fold.near", { n: Math.round(Number(fold.distanceM)) }),
		seconds < 60 ? t(`console.fold.seconds${when}`, { n: seconds })
			: t(`console.fold.minutes${when}`, { n: Math.floor(seconds / 60) }),
		fold.likeness === undefined ? "" : t("console.fold.words", { n: Math.round(Number(fold.likeness) * 100) }),
		fold.sameSource ? t("console.fold.source") : "",
	].filter((part) => part !== "").join(", ");
}

interface ReportProps {
	report: IncidentReport;
	/** Those that say the same. */
	folded: readonly IncidentReport[];
	/** It stands under its first. */
	under?: boolean;
	nowMs: number;
}

function Report({ report, folded, under, nowMs }: ReportProps) {
	const said = report.report ?? {};
	const at = ms(report.receivedAt);
	const facts: [string, string][] = [
		[t("receipt.hazard"), word("hazard", said.hazard || "other")],
		[t("receipt.about"), said.about === "ABOUT_SELF" ? t("console.about.self")
			: said.about === "ABOUT_OTHER" ? t("console.about.other") : ""],
		[t(isSendersOwn(said) ? "console.senders_place" : "receipt.place"), placeText(said.place)],
		[t("console.place_kind"), kindText(said.place)],
		[t("receipt.people"), peopleText(said.signs?.people)],
		[t("receipt.signs"), signNames(said.signs).join(", ")],
		[t("receipt.contact"), [said.contact?.name, said.contact?.phone].filter(Boolean).join(" · ")],
	];
	return (
		<li>
			<p class="soft">
				{report.receivedAt === undefined ? `#${report.id}` : <time dateTime={report.receivedAt} title={age(at, nowMs)}>{clock(at)}</time>}
				{" · "}<b>{report.code}</b>{" · "}{report.channel}
				{report.source ? ` · ${t("console.source")} ${report.source.slice(0, 6)}` : ""}
				{flags(report).map((f) => <b class="badge mark" key={f}>{f}</b>)}
			</p>
			{report.move && (
				<p>
					<b class="badge mark">{t(report.move.from !== report.move.to ? "locate.moved" : report.move.author ? "locate.placed" : "locate.corrected",
						{ from: report.move.from ?? "", to: report.move.to ?? "" })}</b>{" "}
					{placeText(report.move.place)} {report.move.reason} {report.move.author && <span class="soft">({report.move.author})</span>}
				</p>
			)}
			{report.nowIn !== undefined && report.nowIn !== "0" && (
				<p><b class="badge mark">{t("locate.now_in", { id: report.nowIn })}</b></p>
			)}
			{report.fold && (
				<p class="soft">
					{!under && <b>{t("console.fold.under", { code: report.fold.code ?? "" })} </b>}
					{t("console.fold.why")} {why(report.fold)}
				</p>
			)}
			{said.text && <p class="said" dir="auto">{said.text}</p>}
			<dl>
				{facts.filter(([, value]) => value !== "").map(([name, value]) => (
					<div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>
				))}
			</dl>
			{folded.length > 0 && (
				<details class="folded">
					<summary>
						{folded.length === 1 ? t("console.fold.one") : t("console.fold.more", { n: folded.length })}
						{" · "}{age(ms(folded[folded.length - 1]?.receivedAt), nowMs)}
					</summary>
					<ol>{folded.map((r) => <Report key={r.id} report={r} folded={[]} under nowMs={nowMs} />)}</ol>
				</details>
			)}
		</li>
	);
}

function UmbrellaLink({ umbrella, onOpen }: { umbrella: Umbrella; onOpen: (id: string) => void }) {
	const id = umbrella.id ?? "0";
	return (
		<button type="button" class="btn btn-outline-primary" onClick={() => onOpen(id)}>
			{word("umbrella.group", umbrella.eventGroup ?? "")} {t("umbrella.numbered", { id })}
			{" · "}{umbrella.incidents === 1 ? t("umbrella.n_one") : t("umbrella.n", { n: umbrella.incidents ?? 0 })}
		</button>
	);
}

/** The form is there only while it is open: the map listens to it. */
function Correction(props: PlaceFormProps) {
	const [isShown, setShown] = useState(false);
	return (
		<details class="correction" open={isShown} onToggle={(e) => setShown(e.currentTarget.open)}>
			<summary>{t("locate.correct")}</summary>
			{isShown && <PlaceForm {...props} />}
		</details>
	);
}

interface DetailProps {
	incident: Incident;
	/** For the form that says where it is. */
	placing: Omit<PlaceFormProps, "incident" | "reports">;
	/** For what was decided, and what can be. */
	work: Omit<WorkProps, "incident" | "reports" | "nowMs">;
	onUndo: ((decision: string) => void) | undefined;
	/** Who else has it open. */
	lookers: readonly Looker[];
	onOpen: (id: string) => void;
	/** What it hangs together with. */
	umbrella: Umbrella | undefined;
	/** Of other kinds, in whose footprint it is. */
	around: readonly Umbrella[];
	onUmbrella: (id: string) => void;
	detail: Detail;
	nowMs: number;
	onMore: () => void;
	onRetry: () => void;
	onClose: () => void;
}

export function DetailPanel({ incident, placing, work, onUndo, lookers, detail, umbrella, around, nowMs, onOpen, onUmbrella, onMore, onRetry, onClose }: DetailProps) {
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.scrollIntoView({ block: "nearest" }), [detail.id]);
	const shown = useMemo(() => groups(detail.reports), [detail.reports]);
	return (
		<aside aria-label={t("console.detail")} tabIndex={0}
			onKeyDown={(e) => e.key === "Escape" && onClose()}>
			<div class="title">
				<h2 ref={heading}>{incidentName(incident)} <span class="soft">#{detail.id}</span></h2>
				<button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")}</button>
			</div>
			<p class="lookers" role="status">
				{lookers.map((l) => <span key={l.name}><b aria-hidden="true">{l.writing ? "✎" : "◉"}</b> <span dir="auto">{t(l.writing ? "looking.writing" : "looking.reading", { name: nameOf(l) })}</span> </span>)}
			</p>
			{incident.exercise && (
				<p class="exercise-strip"><b>{t("console.exercise")}</b> {t("console.exercise.one")}</p>
			)}
			<p>{incident.unplaced && <b class="badge mark unplaced">{t("console.unplaced")}</b>} {areaText(incident) !== "" && <b>{areaText(incident)} </b>}{placeText(incident.place)}</p>
			{umbrella !== undefined && <p>{t("umbrella.part_of")} <UmbrellaLink umbrella={umbrella} onOpen={onUmbrella} /></p>}
			{around.length > 0 && (
				<p>{t("umbrella.in_area_of")} {around.map((u) => <UmbrellaLink key={u.id} umbrella={u} onOpen={onUmbrella} />)}</p>
			)}
			{incident.mergedInto !== undefined && incident.mergedInto !== "0" && (
				<p><b class="badge mark">{t("locate.merged")}</b>{" "}
					<button type="button" class="btn btn-outline-primary" onClick={() => onOpen(incident.mergedInto ?? "0")}>#{incident.mergedInto}</button>
				</p>
			)}
			{incident.silent !== undefined && <p class="silence"><b class="badge mark">{t("silence.mark")}</b> {silenceText(incident.silent)}</p>}
			{isOpen(incident) && incident.silent === undefined && (incident.unplaced || incident.atCentroid
				? <PlaceForm incident={incident} reports={detail.reports} {...placing} />
				: <Correction incident={incident} reports={detail.reports} {...placing} />)}
			<WorkPanel incident={incident} reports={detail.reports} nowMs={nowMs} {...work} />
			{incident.escalation !== undefined && <Told escalation={incident.escalation} nowMs={nowMs} />}
			<Rank incident={incident} />
			<section>
				<h3>{t("console.reports", { n: incident.reports ?? 0, sources: incident.sources ?? 0 })}</h3>
				{detail.state === "failed" && (
					<p class="wrong" role="alert">⚠ {t("console.detail_failed")} <button type="button" class="btn btn-outline-primary" onClick={onRetry}>{t("console.retry")}</button></p>
				)}
				{detail.state === "loading" && <p class="soft">{t("console.loading")}</p>}
				{(incident.folded ?? 0) > 0 && <p class="soft">{t("console.folded", { n: incident.folded ?? 0 })}</p>}
				<ol>
					{shown.map((g) => (
						g.first.decision !== undefined || g.first.message !== undefined
							? <Decided key={g.first.id} row={g.first} nowMs={nowMs - nowMs % AGE_STEP_MS} onUndo={onUndo} actor={work.actor} />
							: <Report key={g.first.id} report={g.first} folded={g.folded} nowMs={nowMs - nowMs % AGE_STEP_MS} />
					))}
				</ol>
				{detail.next !== "" && <button type="button" class="btn btn-outline-primary" onClick={onMore}>{t("console.more")}</button>}
			</section>
		</aside>
	);
}
