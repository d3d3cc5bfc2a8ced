// What the address says is shown: #umbrella/12/incident/34, and the filter behind "?". Pure.
import { initial, type Filter } from "./state";

export interface Route {
	/** Its page; null: the whole board. */
	umbrella: string | null;
	/** Open beside the list. */
	incident: string | null;
}

export function readRoute(hash: string): Route {
	return {
		umbrella: /(?:^#|\/)umbrella\/(\d{1,20})(?:\/|$)/.exec(hash)?.[1] ?? null,
		incident: /(?:^#|\/)incident\/(\d{1,20})(?:\/|$)/.exec(hash)?.[1] ?? null,
	};
}

/** "" for the whole board. */
export function routeHash({ umbrella, incident }: Route): string {
	const parts = [
		...(umbrella === null ? [] : ["umbrella", umbrella]),
		...(incident === null ? [] : ["incident", incident]),
	];
	return parts.length === 0 ? "" : `#${parts.join("/")}`;
}

const STATUSES: readonly Filter["status"][] = ["open", "locate", "closed", "all"];
const EXERCISES: readonly Filter["exercise"][] = ["all", "real", "exercise"];

/** What cannot be read leaves nothing out. */
export function readFilter(query: string): Filter {
	const said = new URLSearchParams(query);
	const area = said.get("area") ?? "";
	const classes = [...new Set((said.get("classes") ?? "").split(",").map(Number))].filter((c) => c >= 1 && c <= 5);
	return {
		...initial.filter,
		classes: classes.length === 0 ? initial.filter.classes : classes.sort(),
		status: STATUSES.find((s) => s === said.get("status")) ?? initial.filter.status,
		exercise: EXERCISES.find((e) => e === said.get("exercise")) ?? initial.filter.exercise,
		area: /^\S{1,31}$/.test(area) ? { code: area, name: "", above: [] } : null,
	};
}

/** What differs from the whole; "" when nothing does. */
export function filterQuery(filter: Filter): string {
	const query = new URLSearchParams();

	if (filter.classes.length < initial.filter.classes.length) {
		query.set("classes", [...filter.classes].sort().join(","));
	}
	if (filter.status !== initial.filter.status) {
		query.set("status", filter.status);
	}
	if (filter.exercise !== initial.filter.exercise) {
		query.set("exercise", filter.exercise);
	}
	if (filter.area !== null) {
		query.set("area", filter.area.code);
	}
	const text = query.toString();
	return text === "" ? "" : `?${text.replaceAll("%2C", ",")}`;
}
