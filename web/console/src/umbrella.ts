// Umbrellas: what hangs together above its incidents, and what the list may put under one row. Pure.
import type { Incident, Umbrella, UmbrellaStates } from "vedetta/api";

export type Umbrellas = ReadonlyMap<string, Umbrella>;

type Incidents = ReadonlyMap<string, Incident>;

/** Opened since: it grows. */
export const GROWTH_MS = 15 * 60_000;
/** What opened since is a row of its own. */
export const FRESH_MS = 10 * 60_000;
/** Severities that may go under one row; the worse ones never do. */
const DAMPED_FROM = 4;
/** Fewer would save no room. */
const GROUP_LEAST = 3;
const MERGES_MOST = 100;

export function takeUmbrellas(had: Umbrellas, told: UmbrellaStates): Umbrellas {
	const next = new Map(told.full ? [] : had);

	for (const umbrella of told.umbrellas ?? []) {
		next.set(umbrella.id ?? "0", umbrella);
	}
	return next;
}

/** Labels come apart from the incidents that carry them. */
export function takeLabels(incidents: Incidents, told: UmbrellaStates): Incidents {
	let next: Map<string, Incident> | null = null;

	for (const { incidentId = "0", umbrellaId, tags } of told.labels ?? []) {
		const incident = (next ?? incidents).get(incidentId);
		if (incident !== undefined) {
			next ??= new Map(incidents);
			const { umbrellaId: _, umbrellaTags: __, ...bare } = incident;
			next.set(incidentId, {
				...bare,
				...(umbrellaId === undefined ? {} : { umbrellaId }),
				...(tags === undefined ? {} : { umbrellaTags: tags }),
			});
		}
	}
	return next ?? incidents;
}

/** The one that lives on under this id, as far as is known. */
export function survivor(umbrellas: Umbrellas, id: string): string {
	for (let i = 0; i < MERGES_MOST; i++) {
		const into = umbrellas.get(id)?.mergedInto;
		if (into === undefined || into === "0") {
			break;
		}
		id = into;
	}
	return id;
}

/** One that tells of no news stays with what the event became, though nobody labels it anew. */
export function isUnder(incident: Incident, id: string, umbrellas: Umbrellas): boolean {
	return incident.umbrellaId === id
		|| (incident.silent !== undefined && survivor(umbrellas, incident.umbrellaId ?? incident.silent.umbrellaId ?? "0") === id);
}

export function isMaxi(umbrella: Umbrella | undefined): boolean {
	return umbrella?.maxi === true && umbrella.status === "UMBRELLA_STATUS_OPEN";
}

export function ofClass(umbrella: Umbrella, of: number): number {
	return umbrella.classes?.find((c) => c.class === of)?.incidents ?? 0;
}

/** The most in the worst class first; drills behind what is real. */
function compareUmbrellas(a: Umbrella, b: Umbrella): number {
	let by = Number(a.exercise ?? false) - Number(b.exercise ?? false);

	for (let c = 1; by === 0 && c <= 5; c++) {
		by = ofClass(b, c) - ofClass(a, c);
	}
	return by || Number(a.id ?? 0) - Number(b.id ?? 0);
}

export function maxis(umbrellas: Umbrellas): Umbrella[] {
	return [...umbrellas.values()].filter(isMaxi).sort(compareUmbrellas);
}

const openings = new WeakMap<Incident, number>();

/** NaN when it is not said. Read once for each state: lists are gone through ten times a second. */
function openedMs(incident: Incident): number {
	let at = openings.get(incident);
	if (at === undefined) {
		at = Date.parse(incident.openedAt ?? "");
		openings.set(incident, at);
	}
	return at;
}

export interface About {
	/** Opened in the last quarter of an hour. */
	grown: number;
	/** Of areas, those with most incidents first. */
	names: readonly string[];
}

const NAMES_MOST = 3;

/** What the incidents tell of their umbrellas, in one walk over all. */
export function about(incidents: Incidents, ids: readonly string[], nowMs: number): Map<string, About> {
	const found = new Map(ids.map((id) => [id, { grown: 0, names: new Map<string, number>() }]));

	for (const incident of found.size === 0 ? [] : incidents.values()) {
		const one = incident.umbrellaId === undefined ? undefined : found.get(incident.umbrellaId);
		if (one === undefined) {
			continue;
		}
		one.grown += nowMs - openedMs(incident) < GROWTH_MS ? 1 : 0;
		for (const name of incident.areaNames ?? []) {
			one.names.set(name, (one.names.get(name) ?? 0) + 1);
		}
	}
	return new Map([...found].map(([id, { grown, names }]) => [id, {
		grown,
		names: [...names].sort((a, b) => b[1] - a[1]).slice(0, NAMES_MOST).map(([name]) => name),
	}]));
}

interface Single {
	kind: "incident";
	id: string;
	incident: Incident;
	/** Shown under its group's row. */
	inside: boolean;
}

export interface Group {
	kind: "group";
	id: string;
	umbrella: Umbrella;
	class: number;
	members: readonly Incident[];
	expanded: boolean;
}

export type Line = Single | Group;

function single(incident: Incident, inside = false): Single {
	return { kind: "incident", id: incident.id ?? "0", incident, inside };
}

export function singles(rows: readonly Incident[]): Line[] {
	return rows.map((incident) => single(incident));
}

interface Damping {
	umbrellas: Umbrellas;
	nowMs: number;
	expanded: ReadonlySet<string>;
	/** Never under a group: what the operator is at. */
	keep: string | null;
}

/** One of a maxi umbrella and of one severity, while it is put together. */
interface Pile {
	key: string;
	umbrella: Umbrella;
	class: number;
	members: Incident[];
}

/** Where it may lie; null when it stays a row of its own: severe, new, unread by the machine, or in the operator's hands. */
function pileOf(incident: Incident, { nowMs, keep }: Damping, piles: ReadonlyMap<string, readonly Pile[]>): Pile | null {
	const of = incident.rank?.class ?? 5;
	if (of < DAMPED_FROM || incident.umbrellaId === undefined) {
		return null;
	}
	const pile = piles.get(incident.umbrellaId)?.[of - DAMPED_FROM];
	const isOld = nowMs - openedMs(incident) >= FRESH_MS;

	return pile !== undefined && isOld && incident.id !== keep && incident.quarantined !== true ? pile : null;
}

/** Empty ones: walked once for each list, ten times a second. */
function pilesFor(umbrellas: Umbrellas): Map<string, Pile[]> {
	const piles = new Map<string, Pile[]>();

	for (const [id, umbrella] of umbrellas) {
		if (isMaxi(umbrella)) {
			piles.set(id, [DAMPED_FROM, DAMPED_FROM + 1].map((of) => ({ key: `group-${id}-${of}`, umbrella, class: of, members: [] })));
		}
	}
	return piles;
}

/**
 * The ranked list with the old, light incidents of each maxi umbrella under one row for
 * each of its severities: where the first of them stands, so that worse stays above lighter.
 */
export function damped(rows: readonly Incident[], damping: Damping): Line[] {
	const piles = pilesFor(damping.umbrellas);
	if (piles.size === 0) {
		return singles(rows);
	}
	const lies = rows.map((incident) => {
		const pile = pileOf(incident, damping, piles);
		pile?.members.push(incident);
		return pile;
	});
	const lines: Line[] = [];
	rows.forEach((incident, i) => {
		const pile = lies[i] ?? null;
		if (pile === null || pile.members.length < GROUP_LEAST) {
			lines.push(single(incident));
		} else if (pile.members[0] === incident) {
			const expanded = damping.expanded.has(pile.key);
			lines.push({ kind: "group", id: pile.key, umbrella: pile.umbrella, class: pile.class, members: pile.members, expanded });
			lines.push(...(expanded ? pile.members.map((one) => single(one, true)) : []));
		}
	});
	return lines;
}
