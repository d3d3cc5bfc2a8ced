// What the console knows, kept live: the state, the clock, and the way of news into it.
import { batch, computed, effect, signal } from "@preact/signals";
import { Feed } from "./feed";
import { readFilter } from "./route";
import { meet } from "./session";
import { initial, isNewer, reduce, type News } from "./state";

const RELOAD_MS = 500;
const GATHER_MS = 50;
/** So many are walked over at any time. */
const FEW = 500;

export const state = signal({ ...initial, filter: readFilter(location.search) });
export const nowMs = signal(Date.now());
export const incidents = computed(() => state.value.incidents);
export const filter = computed(() => state.value.filter);
export const umbrellas = computed(() => state.value.umbrellas);
export const opened = computed(() => state.value.detail?.id ?? null);
/** As they were within the last second when they are many: for what takes a walk over all of them. */
export const lately = signal(incidents.peek());

let gathered: News[] = [];
let gathering: ReturnType<typeof setTimeout> | undefined;

function settle(): void {
	const all = gathered;

	clearTimeout(gathering);
	gathering = undefined;
	gathered = [];
	state.value = all.reduce(reduce, state.peek());
	if (incidents.peek().size < FEW || all.some((news) => news.kind === "loaded")) {
		lately.value = incidents.peek();
	}
}

/** What the stream brings comes in bursts: one drawing for each. Everything else is at once, in order. */
export function tell(news: News): void {
	gathered.push(news);
	if (news.kind !== "change" && news.kind !== "umbrellas" && news.kind !== "looking") {
		settle();
	} else {
		gathering ??= setTimeout(settle, GATHER_MS);
	}
}

export const feed = new Feed(() => {
	settle();
	return state.peek();
}, tell, meet);

/** The incident that is open changed: its reports are read again, not more often than twice a second. */
let reload: ReturnType<typeof setTimeout> | undefined;
effect(() => {
	const { detail } = state.value;
	const incident = detail === null ? undefined : incidents.value.get(detail.id);
	if (detail?.state === "shown" && incident !== undefined && reload === undefined
		&& isNewer(incident.sequence ?? "0", detail.sequence)) {
		reload = setTimeout(() => {
			reload = undefined;
			if (state.peek().detail?.id === detail.id) {
				void feed.reports(detail.id);
			}
		}, RELOAD_MS);
	}
});

/** Once a second. */
export function tick(): void {
	batch(() => {
		nowMs.value = Date.now();
		lately.value = incidents.peek();
	});
	feed.watch(nowMs.value);
}
