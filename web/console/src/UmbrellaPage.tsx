// One large event: its figures above its own incidents, which stay in list and map below.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident, Umbrella } from "vedetta/api";
import { ask } from "./feed";
import { ClassBadge, Icon } from "./marks";
import { SilenceList } from "./SilenceList";
import { age, areaText, clock, incidentName, lengthText, ms, placeText, pointText, signNames, t } from "./text";
import { growth, title } from "./UmbrellaBanners";
import { ofClass, type About } from "./umbrella";

interface PageProps {
	id: string;
	/** The one it was opened as, that is now part of this one. */
	from: string | null;
	/** From the stream; absent: it is asked for. */
	umbrella: Umbrella | undefined;
	about: About | undefined;
	/** Its incidents that pass the filter, worst first. */
	rows: readonly Incident[];
	/** All its incidents on the board. */
	total: number;
	rebuilding: boolean;
	nowMs: number;
	onMoved: (to: string) => void;
	onOpen: (id: string) => void;
	onClose: () => void;
}

type Asked = { state: "asking" | "absent" } | { state: "there"; umbrella: Umbrella };

/** One that ended before this page was opened is not in the stream. */
function useAsked(id: string, isKnown: boolean): Asked {
	const [asked, setAsked] = useState<Asked>({ state: "asking" });
	useEffect(() => {
		let gone = false;
		setAsked({ state: "asking" });
		if (!isKnown) {
			ask<Umbrella>(`/v1/umbrellas/${encodeURIComponent(id)}`).then(
				(umbrella) => !gone && setAsked({ state: "there", umbrella }), () => !gone && setAsked({ state: "absent" }));
		}
		return () => { gone = true; };
	}, [id, isKnown]);
	return asked;
}

function Life({ umbrella }: { umbrella: Umbrella }) {
	const steps: [string, string | undefined][] = [
		[t("umbrella.life.first"), umbrella.firstAt], [t("umbrella.life.since"), umbrella.since],
		[t("umbrella.life.last"), umbrella.lastReportAt],
		[t("umbrella.life.ended"), umbrella.endedAt],
	];
	return (
		<ol class="life" aria-label={t("umbrella.life")}>
			{steps.filter(([, at]) => ms(at) > 0).map(([what, at]) => (
				<li key={what}><time dateTime={at}>{clock(ms(at))}</time> {what}</li>
			))}
		</ol>
	);
}

/** All rows at once, on paper only: the list on the screen has those in sight. */
function Printed({ rows }: { rows: readonly Incident[] }) {
	return (
		<table class="table table-sm printed">
			<thead><tr>{(["class", "hazard", "place", "signs", "reports", "age", "change"] as const).map((c) => <th key={c}>{t(`console.column.${c}`)}</th>)}</tr></thead>
			<tbody>
				{rows.map((i) => (
					<tr key={i.id}>
						<td>{i.rank?.class ?? 5}</td>
						<td>{incidentName(i)} #{i.id}{i.exercise && ` ${t("console.exercise")}`}</td>
						<td>{[areaText(i), placeText(i.place)].filter(Boolean).join(" · ")}</td>
						<td>{signNames(i.signs).join(", ")}</td>
						<td>{i.reports ?? 0} / {i.sources ?? 0}</td>
						<td>{clock(ms(i.openedAt))}</td><td>{clock(ms(i.lastReportAt))}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function usePrinting(): [boolean, () => void] {
	const [printing, setPrinting] = useState(false);
	useEffect(() => {
		const over = () => setPrinting(false);
		addEventListener("afterprint", over);
		return () => removeEventListener("afterprint", over);
	}, []);
	useEffect(() => {
		if (printing) {
			print();
		}
	}, [printing]);
	return [printing, () => setPrinting(true)];
}

export function UmbrellaPage(props: PageProps) {
	const { id, rows, total, nowMs } = props;
	const asked = useAsked(id, props.umbrella !== undefined);
	const umbrella = props.umbrella ?? (asked.state === "there" ? asked.umbrella : undefined);
	const came = asked.state === "there" && asked.umbrella.id !== id ? asked.umbrella.id ?? null : null;
	const heading = useRef<HTMLHeadingElement>(null);
	const [printing, startPrinting] = usePrinting();
	const isThere = umbrella !== undefined;

	useLayoutEffect(() => heading.current?.focus(), [id, isThere]); // before the next key
	// The server says under which name it lives on: the address follows.
	useEffect(() => {
		if (came !== null) {
			props.onMoved(came);
		}
	}, [came]);
	const back = <button type="button" class="btn btn-outline-primary back" onClick={props.onClose}>{t("umbrella.back")}</button>;
	if (umbrella === undefined) {
		return (
			<section class="umbrella-page" aria-label={t("umbrella.page")}>
				<div class="title"><h2 tabIndex={-1} ref={heading}>{t("umbrella.numbered", { id })}</h2>{back}</div>
				<p role="status">{asked.state === "absent" ? t("umbrella.absent") : t("console.loading")}</p>
			</section>
		);
	}
	const ended = umbrella.status === "UMBRELLA_STATUS_ENDED";
	const figures: [string, string][] = [
		[t("umbrella.incidents"), String(umbrella.incidents ?? 0)], [t("umbrella.reports"), String(umbrella.reports ?? 0)],
		[t("umbrella.span"), lengthText(Number(umbrella.spanM ?? 0))], [t("umbrella.centre"), pointText(umbrella.centre)],
	];
	return (
		<section class="umbrella-page" aria-label={t("umbrella.page")} tabIndex={0}>
			<div class="title">
				<h2 tabIndex={-1} ref={heading}>
					{umbrella.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}
					{title(umbrella, props.about)} <span class="soft">{t("umbrella.numbered", { id: umbrella.id ?? id })}</span>
				</h2>
				<button type="button" class="btn btn-outline-primary print" onClick={startPrinting}><Icon name="it-print" />{t("umbrella.print")}</button>
				{back}
			</div>
			{props.from !== null && <p class="now" role="status">{t("umbrella.now_part", { id: props.from })}</p>}
			{ended && <p class="now" role="status">{t("umbrella.ended", { age: age(ms(umbrella.endedAt), nowMs) })}</p>}
			{props.rebuilding && <p class="wrong" role="status">⚠ {t("umbrella.rebuilding")}</p>}
			<div class="umbrella-body">
				<ul class="umbrella-classes" aria-label={t("umbrella.by_class")}>
					{[1, 2, 3, 4, 5].map((c) => <li key={c}><ClassBadge of={c} /> <b>{ofClass(umbrella, c)}</b></li>)}
				</ul>
				<dl class="umbrella-figures">{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
				<div>
					{umbrella.status === "UMBRELLA_STATUS_OPEN" && <p><b>{growth(umbrella, props.about, nowMs)}</b></p>}
					<Life umbrella={umbrella} />
				</div>
			</div>
			{umbrella.maxi && !ended && <SilenceList umbrella={umbrella.id ?? id} onOpen={props.onOpen} />}
			<p>{t("umbrella.listed", { shown: rows.length, all: total })}</p>
			{printing && <Printed rows={rows} />}
		</section>
	);
}
