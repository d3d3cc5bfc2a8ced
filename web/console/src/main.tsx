// Wires state, feed and views. The views get values and callbacks; they never call each other.
import { computed, effect, signal } from "@preact/signals";
import { render } from "preact";
import { Board } from "./Board";
import { DetailPanel } from "./DetailPanel";
import { Feed, place, type Placed } from "./feed";
import { Banner, ExerciseStrip, Header } from "./Header";
import { isInBox, type Box } from "./map/view";
import { MapPane } from "./MapPane";
import { firstShow, keepShow, ShowSwitch, type Show } from "./ShowSwitch";
import { initial, isNewer, neighbour, ranked, reduce, type News } from "./state";
import { language, t } from "./text";

const RELOAD_MS = 500;

const state = signal(initial);
const nowMs = signal(Date.now());
const incidents = computed(() => state.value.incidents);
const filter = computed(() => state.value.filter);
const all = computed(() => ranked({ incidents: incidents.value, filter: filter.value }));
/** What the list and the map tell each other. */
const show = signal<Show>(firstShow());
const box = signal<Box | null>(null);
const onlyInView = signal(false);
const pointed = signal<string | null>(null);
const rows = computed(() => {
	const view = onlyInView.value ? box.value : null;
	return view === null ? all.value : all.value.filter((i) => !i.unplaced && isInBox(view, i.place));
});

function tell(news: News): void {
	state.value = reduce(state.peek(), news);
}

const feed = new Feed(() => state.peek(), tell);

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

effect(() => {
	document.documentElement.lang = language.value;
	document.title = t("console.title");
});

/** What went wrong, or "" and the incident it is in now is open. */
async function givePlace(id: string, placed: Placed): Promise<string> {
	const sequence = state.peek().incidents.get(id)?.sequence ?? "0";
	const key = [id, sequence, JSON.stringify(placed)].join(" ").slice(0, 200);
	try {
		const result = await place(id, sequence, placed, key);
		void feed.reports(result.incident ?? id);
		return "";
	} catch (error) {
		return t("locate.failed", { reason: error instanceof Error ? error.message : String(error) });
	}
}

function Console() {
	const s = state.value;
	const incident = s.detail === null ? undefined : s.incidents.get(s.detail.id);
	const open = (id: string) => void feed.reports(id);
	return (
		<>
			<Banner state={s} nowMs={nowMs.value} onRetry={() => feed.retryNow()} />
			<ExerciseStrip state={s} />
			<Header state={s} nowMs={nowMs.value} shown={rows.value.length}
				onFilter={(f) => tell({ kind: "filter", filter: f })}>
				<ShowSwitch show={show.value} onShow={(to) => { show.value = to; keepShow(to); }} />
			</Header>
			<main class={`show-${show.value}${incident === undefined ? "" : " split"}`}>
				<Board rows={rows.value} selected={s.selected} nowMs={nowMs.value} onOpen={open}
					pointed={pointed.value} onPoint={(id) => { pointed.value = id; }}
					onSelect={(by) => tell({ kind: "select", id: neighbour(rows.value, s.selected, by) })}
					onClose={() => tell({ kind: "close" })} />
				{show.value !== "list" && s.sequence !== "" && (
					<MapPane rows={all.value} incidents={s.incidents} filter={s.filter} selected={s.selected}
						pointed={pointed.value} onlyInView={onlyInView.value} onOpen={open}
						onPoint={(id) => { pointed.value = id; }} onMoved={(to) => { box.value = to; }}
						onOnlyInView={(on) => { onlyInView.value = on; }} />
				)}
				{s.detail !== null && incident !== undefined && (
					<DetailPanel key={s.detail.id} incident={incident} incidents={s.incidents} detail={s.detail}
						nowMs={nowMs.value} onOpen={open}
						onPlace={(placed) => givePlace(incident.id ?? "0", placed)}
						onMore={() => s.detail && void feed.reports(s.detail.id, s.detail.next)}
						onRetry={() => s.detail && open(s.detail.id)}
						onClose={() => tell({ kind: "close" })} />
				)}
			</main>
		</>
	);
}

setInterval(() => {
	nowMs.value = Date.now();
	feed.watch(nowMs.value);
}, 1000);
render(<Console />, document.getElementById("app") as HTMLElement);
void feed.start();
