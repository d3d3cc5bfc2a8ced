// Where the operator is: what the address says, a page instead of the board, a window over it.
import { computed, effect, signal } from "@preact/signals";
import type { AccountLeaf } from "./AccountTabs";
import { feed, filter, state, tell } from "./live";
import { filterQuery, readRoute, routeHash, type Route } from "./route";
import { survivor } from "./umbrella";

/** A page instead of the board. */
export type Leaf = AccountLeaf | "handover" | "duty";

export const leaf = signal<Leaf | null>(null);
/** A window over the page; one at a time. */
export const over = signal<"sheet" | "call" | null>(null);
/** What the address says; an umbrella that went into another is followed there. */
export const route = signal<Route>({ umbrella: null, incident: null });
/** The umbrella whose page is open; its own name when it lives on under another. */
export const page = computed(() => (route.value.umbrella === null ? null : survivor(state.value.umbrellas, route.value.umbrella)));
export const moved = signal<{ from: string; to: string } | null>(null);

effect(() => {
	const from = route.value.umbrella;
	if (from !== null && page.value !== null && page.value !== from) {
		follow(page.value);
	}
});

/** The page is under another address now: Back leads past the old one. */
export function follow(to: string): void {
	moved.value = { from: route.peek().umbrella ?? to, to };
	go({ ...route.peek(), umbrella: to }, "replaceState");
}

function go(to: Route, how: "pushState" | "replaceState" = "pushState"): void {
	if (routeHash(to) !== routeHash(route.peek())) {
		history[how](null, "", `${location.pathname}${location.search}${routeHash(to)}`);
	}
	arrive(to);
}

/** What the address names is shown. */
export function arrive(to: Route = readRoute(location.hash)): void {
	const shown = state.peek().detail?.id ?? null;

	route.value = to;
	if (to.incident === null && shown !== null) {
		tell({ kind: "close" });
	} else if (to.incident !== null && to.incident !== shown) {
		void feed.reports(to.incident);
	}
}

/** From outside, as by a link: "/console#incident/12". */
export function goTo(address: string): void {
	leaf.value = null;
	history.pushState(null, "", `${address.split("#")[0]}${location.search}${new URL(address, location.href).hash}`);
	arrive();
}

/** From now on the filter stands in the address, and nothing else behind its "?": whoever reads more there has done so. */
export function keepAddress(): void {
	effect(() => {
		const query = filterQuery(filter.value);
		if (query !== location.search) {
			history.replaceState(null, "", `${location.pathname}${query}${location.hash}`);
		}
	});
}

export function open(id: string): void {
	tell({ kind: "select", id });
	go({ ...route.peek(), incident: id });
}

/** From a page of its own too. */
export function openOnBoard(id: string): void {
	leaf.value = null;
	open(id);
}

/** null: the whole board. */
export function openUmbrella(umbrella: string | null): void {
	go({ umbrella, incident: null });
}

export function focusBoard(): void {
	document.querySelector<HTMLElement>(".board")?.focus();
}

export function close(): void {
	go({ ...route.peek(), incident: null });
	focusBoard();
}

export function turn(to: Leaf): void {
	leaf.value = leaf.peek() === to ? null : to;
}

export function toBoard(): void {
	leaf.value = null;
}

/** Whoever works by keyboard is on the page that opened, and back on the list when it goes. */
effect(() => {
	const to = leaf.value === null ? ".board" : "main.handover-page";
	setTimeout(() => {
		const shown = document.querySelector<HTMLElement>(to);
		if (shown !== null && (leaf.peek() !== null || document.activeElement === document.body)) {
			shown.tabIndex = leaf.peek() === null ? 0 : -1;
			shown.focus({ preventScroll: leaf.peek() === null }); // what is above the list is seen first
		}
	}, 0);
});
