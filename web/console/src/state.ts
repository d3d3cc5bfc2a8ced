// What the console knows, and how news changes it. Pure: no clock, no network, no page.
import type { Event, Incident, IncidentPage, IncidentReport, LookingStates, UmbrellaStates } from "vedetta/api";
import { takeLooking, type Lookers } from "./looking";
import { takeLabels, takeUmbrellas, type Umbrellas } from "./umbrella";

/** One missed heartbeat of 15 s, and a little: reason to ask. */
export const LATE_MS = 20_000;
/** Two of them: nobody need ask. */
export const SILENT_MS = 32_000;

type Connection = "loading" | "connecting" | "live" | "lost";

/** locate: open ones without a place to act on. */
export type StatusFilter = "open" | "locate" | "closed" | "all";

/** Real ones and drills; real ones only; drills only. */
export type ExerciseFilter = "all" | "real" | "exercise";

/** An area, or "unassigned": what is in none. */
export interface AreaChoice {
	code: string;
	/** "": not known yet. */
	name: string;
	/** Codes of those above it. */
	above: readonly string[];
}

export const UNASSIGNED = "unassigned";

export interface Filter {
	/** Classes shown, 1 to 5. */
	classes: readonly number[];
	status: StatusFilter;
	exercise: ExerciseFilter;
	/** null: all. */
	area: AreaChoice | null;
}

export interface Detail {
	id: string;
	/** The incident's sequence the reports are read up to. */
	sequence: string;
	reports: readonly IncidentReport[];
	next: string;
	state: "loading" | "shown" | "failed";
}

export interface State {
	incidents: ReadonlyMap<string, Incident>;
	/** What hangs together: open ones, and those that ended or merged since this page was opened. */
	umbrellas: Umbrellas;
	/** The desk is still putting them together after a start. */
	rebuilding: boolean;
	/** Who looks at what, this operator too. */
	lookers: Lookers;
	/** Where the stream goes on. */
	sequence: string;
	connection: Connection;
	/** Anything at all came from the server: an answer, a change, a heartbeat. */
	heardMs: number;
	/** The console front has its line to the desk. */
	deskConnected: boolean;
	/** When the next attempt is due; 0: none is. */
	retryMs: number;
	filter: Filter;
	selected: string | null;
	detail: Detail | null;
}

export const initial: State = {
	incidents: new Map(),
	umbrellas: new Map(),
	rebuilding: false,
	lookers: new Map(),
	sequence: "",
	connection: "loading",
	heardMs: 0,
	deskConnected: true,
	retryMs: 0,
	filter: { classes: [1, 2, 3, 4, 5], status: "open", exercise: "all", area: null },
	selected: null,
	detail: null,
};

export type News =
	| { kind: "loaded"; incidents: readonly Incident[]; sequence: string; nowMs: number }
	| { kind: "connecting" }
	| { kind: "opened"; nowMs: number }
	| { kind: "change"; event: Event; nowMs: number }
	| { kind: "umbrellas"; states: UmbrellaStates; nowMs: number }
	| { kind: "looking"; states: LookingStates; nowMs: number }
	| { kind: "heartbeat"; sequence: string; deskConnected: boolean; nowMs: number }
	| { kind: "reset" }
	| { kind: "lost"; retryMs: number }
	| { kind: "filter"; filter: Partial<Filter> }
	| { kind: "select"; id: string | null }
	| { kind: "detail"; id: string }
	| { kind: "detailShown"; id: string; page: IncidentPage; before: string }
	| { kind: "detailFailed"; id: string }
	| { kind: "close" };

/** Board sequences are decimal numbers of any length. */
export function isNewer(a: string, b: string): boolean {
	return a.length === b.length ? a > b : a.length > b.length;
}

function put(incidents: Map<string, Incident>, incident: Incident): void {
	const id = incident.id ?? "0";
	const old = incidents.get(id);

	if (old === undefined || !isNewer(old.sequence ?? "0", incident.sequence ?? "0")) {
		incidents.set(id, incident);
	}
}

function change(state: State, event: Event, nowMs: number): State {
	const incidents = new Map(state.incidents);

	for (const incident of event.incidents ?? []) {
		put(incidents, incident);
	}
	for (const id of event.removed ?? []) {
		incidents.delete(id);
	}
	return {
		...state,
		incidents,
		sequence: event.sequence ?? state.sequence,
		connection: "live",
		heardMs: nowMs,
		retryMs: 0,
	};
}

/** With `before` it is what stands below it. Answers come in any order: one that does not fit what is shown is let go. */
function detailShown(state: State, id: string, page: IncidentPage, before: string): State {
	const shown = state.detail;
	const { reports = [], sequence = "0", next = "" } = page;

	if (shown === null || shown.id !== id) {
		return state; // the operator has gone elsewhere meanwhile
	}
	if (before === "" ? isNewer(shown.sequence, sequence) : shown.next !== before) {
		return { ...state, detail: { ...shown, state: "shown" } };
	}
	return {
		...state,
		detail: before === ""
			? { id, sequence, reports, next, state: "shown" }
			: { ...shown, reports: [...shown.reports, ...reports], next, state: "shown" },
	};
}

export function reduce(state: State, news: News): State {
	switch (news.kind) {
		case "loaded":
			return {
				...state,
				incidents: new Map(news.incidents.map((i) => [i.id ?? "0", i])),
				sequence: news.sequence,
				// Numbers of another epoch say nothing about the reports in hand: they are read again.
				detail: state.detail === null ? null : { ...state.detail, sequence: "0" },
				connection: "connecting",
				heardMs: news.nowMs,
				retryMs: 0,
			};
		case "connecting":
			// Tried again is not there again.
			return { ...state, connection: state.connection === "lost" ? "lost" : state.sequence === "" ? "loading" : "connecting", retryMs: 0 };
		case "opened":
			return { ...state, connection: "live", heardMs: news.nowMs, retryMs: 0 };
		case "change":
			return change(state, news.event, news.nowMs);
		case "umbrellas":
			return {
				...state,
				incidents: takeLabels(state.incidents, news.states),
				umbrellas: takeUmbrellas(state.umbrellas, news.states),
				rebuilding: news.states.rebuilding === true,
				heardMs: news.nowMs,
			};
		case "looking":
			return { ...state, lookers: takeLooking(state.lookers, news.states), heardMs: news.nowMs };
		case "heartbeat":
			return {
				...state,
				sequence: news.sequence === "" ? state.sequence : news.sequence,
				connection: "live",
				heardMs: news.nowMs,
				deskConnected: news.deskConnected,
			};
		case "reset":
			// What is on the screen stays, marked as not live, until the list is here.
			return { ...state, sequence: "", connection: "loading" };
		case "lost":
			return { ...state, connection: "lost", retryMs: news.retryMs, lookers: new Map() };
		case "filter":
			return { ...state, filter: { ...state.filter, ...news.filter } };
		case "select":
			return { ...state, selected: news.id };
		case "detail":
			return {
				...state,
				selected: news.id,
				detail: state.detail?.id === news.id
					? { ...state.detail, state: "loading" }
					: { id: news.id, sequence: "0", reports: [], next: "", state: "loading" },
			};
		case "detailShown":
			return detailShown(state, news.id, news.page, news.before);
		case "detailFailed":
			return state.detail?.id === news.id
				? { ...state, detail: { ...state.detail, state: "failed" } }
				: state;
		case "close":
			return { ...state, detail: null };
	}
}

// ---- questions to the state

/** A report, and those that say the same, oldest first. */
export interface Group {
	first: IncidentReport;
	folded: readonly IncidentReport[];
}

/** Reports as the server gives them, newest first; one whose first is not there, or has gone without it, stands alone. */
export function groups(reports: readonly IncidentReport[]): Group[] {
	const there = new Map(reports.map((r) => [r.id ?? "0", { first: r, folded: [] as IncidentReport[] }]));
	const shown: Group[] = [];

	for (const report of reports) {
		const under = there.get(report.foldedInto ?? "0");
		if (under === undefined || (under.first.nowIn !== undefined && under.first.nowIn !== report.nowIn)) {
			shown.push(there.get(report.id ?? "0") ?? { first: report, folded: [] });
		} else {
			under.folded.unshift(report);
		}
	}
	return shown;
}

export function isOpen(incident: Incident): boolean {
	return incident.status !== "INCIDENT_STATUS_CLOSED";
}

function passesExercise(incident: Incident, filter: ExerciseFilter): boolean {
	return filter === "all" || (filter === "exercise") === (incident.exercise ?? false);
}

function passesStatus(incident: Incident, status: StatusFilter): boolean {
	return status === "all"
		|| (status === "locate" ? isOpen(incident) && incident.unplaced === true : (status === "open") === isOpen(incident));
}

/** As the server's ?area=: what the area itself sees, and what all parts of one above it do. */
function passesArea(incident: Incident, area: AreaChoice | null): boolean {
	if (area === null) {
		return true;
	}
	return area.code === UNASSIGNED
		? incident.areaFit === "AREA_FIT_UNASSIGNED"
		: (incident.areas ?? []).includes(area.code)
			|| (incident.wideAreas ?? []).some((wide) => area.above.includes(wide));
}

/** The list shows it. */
export function passes(incident: Incident, filter: Filter): boolean {
	return passesExercise(incident, filter.exercise)
		&& filter.classes.includes(incident.rank?.class ?? 5)
		&& passesStatus(incident, filter.status)
		&& passesArea(incident, filter.area);
}

/** What an incident is compared by; read once for each of its states. */
interface Order {
	drill: number;
	class: number;
	key: number;
	id: number;
}

const orders = new WeakMap<Incident, Order>();

function orderOf(incident: Incident): Order {
	const known = orders.get(incident);
	if (known !== undefined) {
		return known;
	}
	const order = { drill: Number(incident.exercise ?? false), class: incident.rank?.class ?? 5, key: Number(incident.rank?.key ?? 0), id: Number(incident.id ?? 0) };
	orders.set(incident, order);
	return order;
}

/** What is real before any drill; worst class first; inside it the larger key; then the older id. */
export function compare(a: Incident, b: Incident): number {
	const left = orderOf(a);
	const right = orderOf(b);

	return left.drill - right.drill || left.class - right.class || right.key - left.key || left.id - right.id;
}

/** The same, but inside a class who has waited longest. */
function compareWaiting(a: Incident, b: Incident): number {
	return Number(a.exercise ?? false) - Number(b.exercise ?? false)
		|| (a.rank?.class ?? 5) - (b.rank?.class ?? 5) || Number(a.id ?? 0) - Number(b.id ?? 0);
}

/** Of the list under this filter; no two are equal. */
export function ordering(filter: Filter): (a: Incident, b: Incident) => number {
	return filter.status === "locate" ? compareWaiting : compare;
}

/** Made from all of them: overview.ts keeps the same up. */
export function ranked(state: Pick<State, "incidents" | "filter">): Incident[] {
	return [...state.incidents.values()].filter((i) => passes(i, state.filter)).sort(ordering(state.filter));
}

/** How many incidents that are open the filter leaves out: nobody may forget them. */
export function leftOut(state: Pick<State, "incidents" | "filter">): number {
	let n = 0;

	for (const incident of state.incidents.values()) {
		n += isOpen(incident) && !passes(incident, state.filter) ? 1 : 0;
	}
	return n;
}

/** How many open incidents of each class, index 1 to 5. */
export function counts(incidents: ReadonlyMap<string, Incident>, exercise: ExerciseFilter): number[] {
	const n = [0, 0, 0, 0, 0, 0];

	for (const incident of incidents.values()) {
		if (isOpen(incident) && passesExercise(incident, exercise)) {
			const of = incident.rank?.class ?? 5;
			n[of] = (n[of] ?? 0) + 1;
		}
	}
	return n;
}

/** How many open incidents are an exercise's. */
export function drills(incidents: ReadonlyMap<string, Incident>): number {
	return [...incidents.values()].filter((i) => isOpen(i) && i.exercise).length;
}

/** A heartbeat is overdue. */
export function isLate(state: State, nowMs: number): boolean {
	return state.heardMs > 0 && nowMs - state.heardMs > LATE_MS;
}

/** Nothing was heard for two heartbeats: what is shown may be old. */
export function isSilent(state: State, nowMs: number): boolean {
	return state.heardMs > 0 && nowMs - state.heardMs > SILENT_MS;
}

/** The id that many rows from the selected one, within the list. */
export function neighbour(rows: readonly { id?: string }[], selected: string | null, by: number): string | null {
	const at = rows.findIndex((i) => i.id === selected);
	const to = at >= 0 ? at + by : by > 0 ? by - 1 : rows.length + by;

	return rows[Math.max(0, Math.min(rows.length - 1, to))]?.id ?? null;
}
