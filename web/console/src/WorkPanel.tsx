// What was decided about an incident so far, what still alarms, and everything that can be done.
import type { Incident, IncidentReport } from "vedetta/api";
import { ActForm } from "./ActForm";
import { ACTS, type ActName, type Actor, type Values } from "./acts";
import { keyText, shortcut, type Name } from "./keys";
import { isOpen } from "./state";
import { age, clock, ms, t, word } from "./text";
import type { IsThere } from "./there";

function When({ at, nowMs }: { at: string | undefined; nowMs: number }) {
	return <time dateTime={at} title={clock(ms(at))}>{age(ms(at), nowMs)}</time>;
}

/** What nobody may overlook, first. */
function Alarms({ incident, nowMs }: { incident: Incident; nowMs: number }) {
	const { worse } = incident;
	return (
		<>
			{worse !== undefined && (
				<p class="alert alert-danger call bad" role="alert">
					<b>⚠ {t("work.worse", { before: worse.classBefore ?? 5, now: worse.classNow ?? 1 })}</b>{" "}
					{worse.reason ? word("sign.short", worse.reason) : ""} <When at={worse.at} nowMs={nowMs} />
				</p>
			)}
			{incident.alarming && (
				<p class="alert alert-danger call bad">
					<b>⚠ {t(incident.acknowledged === undefined ? "work.unanswered" : "work.not_handed_over")}</b>
				</p>
			)}
		</>
	);
}

function Done({ incident, nowMs }: { incident: Incident; nowMs: number }) {
	const { acknowledged, assigned, classSet, marked, closed } = incident;
	return (
		<ul class="done">
			{acknowledged !== undefined && (
				<li>✓ {t("work.acknowledged", { by: acknowledged.by ?? "" })} <When at={acknowledged.at} nowMs={nowMs} /></li>
			)}
			{assigned !== undefined && (
				<li>→ {t("work.assigned", { to: assigned.teamName || assigned.person || "?", by: assigned.by ?? "" })} <When at={assigned.at} nowMs={nowMs} /></li>
			)}
			{(incident.handedOver ?? []).map((h) => (
				<li key={h.decision}>
					{h.refused
						? <>✕ {t("work.refused", { by: h.by ?? "" })} <span dir="auto">{h.reason}</span></>
						: <>⇒ <b dir="auto">{t("work.handed_over", { to: h.to ?? "" })}</b> {h.reference && <span dir="auto">{t("work.reference", { n: h.reference })} </span>}{h.takenBy && <span dir="auto">{t("work.taken_by", { who: h.takenBy })} </span>}<span class="soft">({h.by})</span></>}
					{" "}<When at={h.at} nowMs={nowMs} />
				</li>
			))}
			{classSet !== undefined && (
				<li>⇅ {t("work.class_set", { class: classSet.class ?? 0, rule: classSet.byRule ?? 0, by: classSet.by ?? "" })} <span dir="auto">{classSet.reason}</span> <When at={classSet.at} nowMs={nowMs} /></li>
			)}
			{marked !== undefined && (
				<li>! {t(marked.kind === "MARK_KIND_HOAX" ? "work.hoax" : "work.duplicate", { of: marked.of ?? "", by: marked.by ?? "" })} <span dir="auto">{marked.reason}</span> <When at={marked.at} nowMs={nowMs} /></li>
			)}
			{closed !== undefined && (
				<li>■ {t("work.closed", { by: closed.by ?? "" })} {word("act.end.outcome", (closed.outcome ?? "").replace("CLOSE_OUTCOME_", ""))} <span dir="auto">{closed.text}</span> <When at={closed.at} nowMs={nowMs} /></li>
			)}
		</ul>
	);
}

export interface WorkProps {
	incident: Incident;
	incidents: ReadonlyMap<string, Incident>;
	reports: readonly IncidentReport[];
	nowMs: number;
	actor: Actor;
	/** Its form is open. */
	acting: ActName | null;
	/** Nothing can be done by this operator. */
	readOnly: boolean;
	/** What an action without a form said when it failed. */
	said: string;
	onAct: (act: ActName | null) => void;
	onSend: (act: ActName, values: Values, isThere: IsThere) => Promise<string>;
}

export function WorkPanel({ incident, incidents, reports, nowMs, actor, acting, readOnly, said, onAct, onSend }: WorkProps) {
	return (
		<section class="work">
			<h3>{t("work.title")}</h3>
			<Alarms incident={incident} nowMs={nowMs} />
			{isOpen(incident) && incident.acknowledged === undefined && !incident.alarming && <p class="soft">{t("work.nobody")}</p>}
			<Done incident={incident} nowMs={nowMs} />
			{!readOnly && (
				<div class="acts toggles" role="group" aria-label={t("work.can")}>
					{ACTS.filter((act) => act.fits(incident)).map(({ name }) => (
						<button type="button" key={name} class={`btn ${name === "acknowledge" ? "btn-primary" : "btn-outline-primary"}`} aria-pressed={acting === name}
							aria-keyshortcuts={name === "reopen" ? undefined : shortcut(name as Name)} onClick={() => onAct(acting === name ? null : name)}>
							{word("key", name)} {name !== "reopen" && <kbd>{keyText(name as Name)}</kbd>}
						</button>
					))}
				</div>
			)}
			<p class="wrong" role="alert">{said}</p>
			{acting !== null && !readOnly && (
				<ActForm key={acting} act={acting} incident={incident} incidents={incidents} reports={reports} actor={actor}
					onSend={(values, isThere) => onSend(acting, values, isThere)} onCancel={() => onAct(null)} />
			)}
		</section>
	);
}
