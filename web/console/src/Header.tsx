// How old is what you see, is the stream alive, how much of what is open.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Exercise } from "vedetta/api";
import { ExportMenu } from "./ExportMenu";
import { ClassBadge, Icon } from "./marks";
import type { Overview } from "./overview";
import { filterQuery } from "./route";
import { may } from "./session";
import { isSilent, type ExerciseFilter, type Filter, type State, type StatusFilter } from "./state";
import { age, hour, language, ms, languages, speak, t, type Language } from "./text";

interface Health {
	tone: "good" | "wait" | "bad";
	says: string;
}

function health(state: State, nowMs: number, blind: boolean): Health {
	if (blind) {
		return { tone: "wait", says: t("console.blind") };
	}
	const old = state.heardMs === 0 ? "" : age(state.heardMs, nowMs);

	if (isSilent(state, nowMs)) {
		return { tone: "bad", says: t("console.silent", { age: old }) };
	}
	if (state.connection === "lost") {
		const n = Math.max(0, Math.ceil((state.retryMs - nowMs) / 1000));
		return { tone: "bad", says: state.retryMs === 0 ? t("console.lost_trying") : t("console.lost", { n }) };
	}
	if (!state.deskConnected) {
		return { tone: "bad", says: t("console.desk_gone") };
	}
	if (state.connection !== "live") {
		return { tone: "wait", says: t("console.connecting") };
	}
	return { tone: "good", says: t("console.live") };
}

/** Its place is kept in good times too, so that nothing moves when it speaks up. */
interface BannerProps {
	state: State;
	nowMs: number;
	/** Who is here sees no incidents, so there is no stream to be alive. */
	blind: boolean;
	onRetry: () => void;
	children: ComponentChildren;
}

export function Banner({ state, nowMs, blind, onRetry, children }: BannerProps) {
	const { tone, says } = health(state, nowMs, blind);
	return (
		<section class={`it-header-slim-wrapper banner ${tone}`} aria-label="Vedetta">
			<div class="it-header-slim-wrapper-content">
				<h1><Icon name="it-horn" />{t("console.title")}</h1>
				<span class="health" role={tone === "bad" ? "alert" : "status"}>{tone === "bad" ? "⚠ " : tone === "good" ? "● " : "… "}{says}</span>
				{tone === "bad" && <button type="button" class="btn btn-outline-primary" onClick={onRetry}>{t("console.retry")}</button>}
				<span class="it-header-slim-right-zone banner-tools">{children}</span>
			</div>
		</section>
	);
}

interface StripProps {
	/** Open drills, and open real ones. */
	drills: number;
	real: number;
	exercise: ExerciseFilter;
	/** Null: not known yet. */
	on: Exercise | null;
	onFilter: (filter: Partial<Filter>) => void;
	onManage: () => void;
}

/** What is on the screen may be a drill: above everything, by word and pattern; and that it really happens meanwhile. */
export function ExerciseStrip({ drills: n, real, exercise, on, onFilter, onManage }: StripProps) {
	const isOn = Boolean(on?.name);
	if (n === 0 && !isOn) {
		return null;
	}
	return (
		<div class={`exercise-strip${real > 0 ? " real-too" : ""}`}>
			<span role="status">
				<b>{t("console.exercise")}</b>{" "}
				{isOn && <span dir="auto">{t("exercise.on", { name: on?.name ?? "", until: hour(ms(on?.until)) })}{" "}</span>}
				{on !== null && !isOn ? t("exercise.over", { n })
					: exercise === "real" ? t("console.exercise.hidden", { n }) : t("console.exercise.strip", { n })}
			</span>
			{real > 0 && <b class="badge mark real" role="alert">⚠ {real === 1 ? t("exercise.real_one") : t("exercise.real", { n: real })}</b>}
			{real > 0 && exercise !== "real" && <button type="button" class="btn btn-outline-primary" onClick={() => onFilter({ exercise: "real" })}>{t("exercise.only_real")}</button>}
			<button type="button" class="btn btn-outline-primary" onClick={onManage}>{t("exercise.title")}</button>
		</div>
	);
}

function Toggle({ chip, on, onClick, children }: { chip?: boolean; on: boolean; onClick: () => void; children: ComponentChildren }) {
	return <button type="button" class={`${chip ? "chip chip-simple" : "btn btn-outline-primary"} toggle`} aria-pressed={on} onClick={onClick}>{children}</button>;
}

const EXERCISES: readonly ExerciseFilter[] = ["all", "real", "exercise"];
const STATUSES: readonly StatusFilter[] = ["open", "locate", "closed", "all"];

interface HeaderProps {
	state: State;
	overview: Overview;
	nowMs: number;
	shown: number;
	onFilter: (filter: Partial<Filter>) => void;
	/** Light incidents of large events are under one row. */
	damp: boolean;
	onDamp: (on: boolean) => void;
	/** How many the map's edges leave out; null: they leave out none. */
	outOfView: number | null;
	/** Nothing is left out any more. */
	onReset: () => void;
	search: ComponentChildren;
	areas: ComponentChildren;
	children: ComponentChildren;
}

/** A filter left on from before is how somebody is forgotten. */
function LeftOut({ state, overview, outOfView, onReset }: Pick<HeaderProps, "state" | "overview" | "outOfView" | "onReset">) {
	const n = overview.leftOut + (outOfView ?? 0);
	if (filterQuery(state.filter) === "" && outOfView === null) {
		return null;
	}
	return (
		<p class="left-out" role="status">
			{n > 0 && <b>⚠ {t("console.left_out", { n })}</b>}{" "}
			<button type="button" class="btn btn-outline-primary" onClick={onReset}>{t("console.reset")}</button>
		</p>
	);
}

export function Header({ state, overview, nowMs, shown, damp, outOfView, onFilter, onDamp, onReset, search, areas, children }: HeaderProps) {
	const { classes, status, exercise } = state.filter;
	/** On a narrow screen the filters are a page of their own, until asked for. */
	const [whole, setWhole] = useState(false);
	const n = overview.counts[exercise];
	const hasChoice = exercise !== "all" || overview.drills > 0;
	const flip = (c: number) => onFilter({
		classes: classes.includes(c) ? classes.filter((x) => x !== c) : [...classes, c],
	});
	return (
		<header>
			<div class="toggles classes-shown" role="group" aria-label={t("console.filter.class")}>
				{[1, 2, 3, 4, 5].map((c) => (
					<Toggle key={c} chip on={classes.includes(c)} onClick={() => flip(c)}>
						<ClassBadge of={c} /> <b>{n[c]}</b>
					</Toggle>
				))}
			</div>
			{search}
			<select class="form-select" aria-label={t("lang.switch")} value={language.value}
				onChange={(e) => speak(e.currentTarget.value as Language)}>
				{languages.map((l) => <option key={l} value={l}>{l.toUpperCase()}</option>)}
			</select>
			<button type="button" class="btn btn-outline-primary more-filters" aria-expanded={whole} onClick={() => setWhole(!whole)}><Icon name="it-funnel" />{t("console.filters")}</button>
			<div class={`filters${whole ? " whole" : ""}`}>
				<div class="btn-group" role="group" aria-label={t("console.filter.status")}>
					{STATUSES.map((s) => (
						<Toggle key={s} on={status === s} onClick={() => onFilter({ status: s })}>
							{t(`console.status.${s}`)}
						</Toggle>
					))}
				</div>
				{hasChoice && (
					<div class="btn-group" role="group" aria-label={t("console.filter.exercise")}>
						{EXERCISES.map((e) => (
							<Toggle key={e} on={exercise === e} onClick={() => onFilter({ exercise: e })}>
								{t(`console.exercise.${e}`)}
							</Toggle>
						))}
					</div>
				)}
				{areas}
				<Toggle on={damp} onClick={() => onDamp(!damp)}>{t("damp.toggle")}</Toggle>
				{may("EXPORT") && <ExportMenu />}
			</div>
			{children}
			<LeftOut state={state} overview={overview} outOfView={outOfView} onReset={onReset} />
			<p class="figures">
				{t("console.shown", { shown, all: state.incidents.size })}
				{" · "}
				<span class="age">{state.heardMs === 0
					? t("console.no_data")
					: t("console.data_age", { age: age(state.heardMs, nowMs) })}</span>
			</p>
		</header>
	);
}
