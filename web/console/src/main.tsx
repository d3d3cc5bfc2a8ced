// Wires state, feed and views. The views get values and callbacks; they never call each other.
// A little over 500 lines: the signals and whatever sets them are in one place.
import { batch, computed, effect, signal } from "@preact/signals";
import { render } from "preact";
import type { Point } from "vedetta/api";
import { ACTS } from "./acts";
import { calls, due, inOrder, silence } from "./alarm";
import { AccountPage } from "./AccountPage";
import { AccountsPage } from "./AccountsPage";
import { AlarmBar } from "./AlarmBar";
import { AreaFilter } from "./AreaFilter";
import { AuditPage } from "./AuditPage";
import { Board } from "./Board";
import { DetailPanel } from "./DetailPanel";
import { followNotices, renewPush } from "./contacts";
import { Deeds } from "./deeds";
import { DutyButton } from "./DutyButton";
import { DutyStrip } from "./DutyStrip";
import { DutyPage } from "./DutyPage";
import { dutyNow, learnDuty } from "./duty";
import { drillsCall, exercise, learnExercise, unseenDrills } from "./exercise";
import { ExercisePage } from "./ExercisePage";
import { Feed, look as lookAt, newKey, nobody, type Placed } from "./feed";
import { Banner, ExerciseStrip, Header } from "./Header";
import { HandoverPage } from "./HandoverPage";
import { keep, readKept } from "./kept";
import { isField, keyText, meaning, type Name } from "./keys";
import { Glance, others } from "./looking";
import { isInBox, umbrellaBox, type Box } from "./map/view";
import { canDraw } from "./map/webgl";
import { Icon } from "./marks";
import { LogInAgain } from "./LogInAgain";
import { LooseBar } from "./LooseBar";
import { MapPane } from "./MapPane";
import { NewReport } from "./NewReport";
import { Overviews } from "./overview";
import { filterQuery, readFilter, readRoute, routeHash, type Route } from "./route";
import { SearchBox } from "./SearchBox";
import { firstShow, nextShow, ShowSwitch, type Show } from "./ShowSwitch";
import { hearTabs, keepSettings, learnMe, may, me, meet, readPreferences } from "./session";
import { Sheet } from "./Sheet";
import { look, mute, play, unlock } from "./sound";
import { SoundButton } from "./SoundButton";
import { clicked, NO_SPOT, offered, placeOf, type Spot } from "./spot";
import { initial, isNewer, neighbour, reduce, type Filter, type News } from "./state";
import { still } from "./still";
import { language, t } from "./text";
import type { IsThere } from "./there";
import { nextTheme, takeTheme, theme, wall } from "./theme";
import { about, damped, isUnder, maxis, singles, survivor, type Line } from "./umbrella";
import { UmbrellaBanners } from "./UmbrellaBanners";
import { UmbrellaPage } from "./UmbrellaPage";
import { WaitingBar } from "./WaitingBar";

const RELOAD_MS = 500;
const DAMP_STEP_MS = 30_000;
const GATHER_MS = 50;
/** So many are walked over at any time. */
const FEW = 500;

const state = signal({ ...initial, filter: readFilter(location.search) });
const nowMs = signal(Date.now());
const incidents = computed(() => state.value.incidents);
const filter = computed(() => state.value.filter);
const umbrellas = computed(() => state.value.umbrellas);
const calling = computed(() => calls(incidents.value.values(), filter.value.exercise !== "real" && drillsCall()));
/** What the address says; an umbrella that went into another is followed there. */
const route = signal<Route>({ umbrella: null, incident: null });
const moved = signal<{ from: string; to: string } | null>(null);
const overviews = new Overviews();
const overview = computed(() => overviews.of(incidents.value, filter.value));
const all = computed(() => {
	const { rows } = overview.value;
	return page.value === null ? rows : rows.filter((i) => isUnder(i, page.value ?? "0", umbrellas.value));
});
/** As they were within the last second when they are many: for what takes a walk over all of them. */
const lately = signal(incidents.peek());
/** What the list and the map tell each other. */
const show = signal<Show>(firstShow());
const box = signal<Box | null>(null);
const onlyInView = signal(false);
const pointed = signal<string | null>(null);
const rows = computed(() => {
	const view = onlyInView.value ? box.value : null;
	return view === null ? all.value : all.value.filter((i) => !i.unplaced && isInBox(view, i.place));
});

/** The place being given; another incident's is none of the one that is open. */
const draft = signal<Spot>(NO_SPOT);
const spot = computed(() => (draft.value.incident === opened.value ? draft.value : NO_SPOT));
const shownSpot = computed(() => (locating.value === null ? null : placeOf(spot.value)));
const hasForm = signal(false);
const locating = computed(() => (hasForm.value ? opened.value : null));
const aiming = signal(false);
/** One to choose a place on. */
const hasMap = signal(true);

/** A step of the clock that moves no row more often than it must. */
const stepMs = computed(() => nowMs.value - nowMs.value % DAMP_STEP_MS);
const damp = signal(readKept("damp") !== "off");
const expanded = signal<ReadonlySet<string>>(new Set());
const opened = computed(() => state.value.detail?.id ?? null);
const lines = computed(() => (!damp.value || page.value !== null ? singles(rows.value) : damped(rows.value, {
	umbrellas: umbrellas.value, nowMs: stepMs.value, expanded: expanded.value, keep: opened.value,
})));
/** The rows as they stood when the pointer came; null: nobody points. */
const held = signal<readonly Line[] | null>(null);
const shown = computed(() => still(held.value ?? lines.value, lines.value));
const large = computed(() => maxis(umbrellas.value));
/** As text: their figures change all the time, they themselves seldom. */
const toldOf = computed(() => page.value ?? large.value.map((u) => u.id ?? "0").join(" "));
const told = computed(() => about(lately.value, toldOf.value.split(" "), stepMs.value));
/** All of the page's umbrella, whatever the filter. */
const under = computed(() => {
	const id = page.value;
	let n = 0;
	if (id !== null) {
		incidents.value.forEach((incident) => { n += isUnder(incident, id, umbrellas.value) ? 1 : 0; });
	}
	return n;
});

function keepDamp(on: boolean): void {
	letGo();
	damp.value = on;
	keep("damp", on ? "on" : "off");
}

/** Who points at the list reads it: what would move a row waits, until they are done or look elsewhere. */
const POINTING_MS = 10_000;
let pointedMs = 0;

function hold(): void {
	pointedMs = Date.now();
	held.value ??= lines.peek();
}

function letGo(): void {
	held.value = null;
}

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
function tell(news: News): void {
	gathered.push(news);
	if (news.kind !== "change" && news.kind !== "umbrellas" && news.kind !== "looking") {
		settle();
	} else {
		gathering ??= setTimeout(settle, GATHER_MS);
	}
}

const feed = new Feed(() => {
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

effect(() => {
	document.documentElement.lang = language.value;
	const { worse, unanswered } = calling.value;
	const n = worse.length + unanswered.length;
	document.title = `${n > 0 ? `(${n}!) ` : ""}${t("console.title")}`; // seen on a tab that is not
});

const deeds = new Deeds({ state, open: (id) => open(id), read: (id) => void feed.reports(id), settle: letGo, doubt: () => void feed.doubt() });

async function givePlace(id: string, place: Placed, isThere: IsThere): Promise<string> {
	const wrong = await deeds.decide(id, { place }, isThere);
	if (wrong === "" && draft.peek().incident === id) {
		draft.value = NO_SPOT;
	}
	return wrong;
}

/** What deeds say once is over the list for a moment. */
const NOTE_MS = 15_000;
effect(() => {
	if (deeds.note.value === "") {
		return;
	}
	const timer = setTimeout(() => { deeds.note.value = ""; }, NOTE_MS);
	return () => clearTimeout(timer);
});

/** The umbrella whose page is open; its own name when it lives on under another. */
const page = computed(() => (route.value.umbrella === null ? null : survivor(state.value.umbrellas, route.value.umbrella)));

effect(() => {
	const from = route.value.umbrella;
	if (from !== null && page.value !== null && page.value !== from) {
		follow(page.value);
	}
});

/** The page is under another address now: Back leads past the old one. */
function follow(to: string): void {
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
function arrive(to: Route): void {
	const shown = state.peek().detail?.id ?? null;

	route.value = to;
	if (to.incident !== draft.peek().incident) {
		draft.value = NO_SPOT;
	}
	if (to.incident === null && shown !== null) {
		tell({ kind: "close" });
	} else if (to.incident !== null && to.incident !== shown) {
		void feed.reports(to.incident);
	}
}

/** What is asked for is there at once, whoever points at the list. */
function choose(filter: Partial<Filter>): void {
	letGo();
	tell({ kind: "filter", filter });
}

function reset(): void {
	letGo();
	tell({ kind: "filter", filter: initial.filter });
	onlyInView.value = false;
}

function toggle(id: string): void {
	letGo();
	const next = new Set(expanded.peek());
	if (!next.delete(id)) {
		next.add(id);
	}
	expanded.value = next;
	tell({ kind: "select", id });
}

/** Read once when its page opens: the map does not move by itself. */
const focus = computed<Box | null>(() => {
	const id = page.value;
	const box = id === null ? undefined : state.peek().umbrellas.get(id)?.box;
	return box === undefined ? null : umbrellaBox(box);
});

function Shelters() {
	const s = state.value;
	const id = page.value;
	if (id === null) {
		return (
			<UmbrellaBanners umbrellas={large.value} about={told.value} nowMs={nowMs.value}
				onOpen={(umbrella) => go({ umbrella, incident: null })} />
		);
	}
	return (
		<UmbrellaPage key={id} id={id} from={moved.value?.to === id ? moved.value.from : null} umbrella={s.umbrellas.get(id)}
			about={told.value.get(id)} rows={rows.value} total={under.value} rebuilding={s.rebuilding} nowMs={nowMs.value}
			onMoved={follow} onOpen={open} onClose={() => go({ umbrella: null, incident: null })} />
	);
}

function open(id: string): void {
	tell({ kind: "select", id });
	go({ ...route.peek(), incident: id });
}

/** To the map, by whatever way it is shown here. */
function aim(): void {
	if (show.peek() === "list") {
		show.value = matchMedia("(max-width: 60rem)").matches ? "map" : "both";
	}
	aiming.value = true;
}

function unpick(): void {
	if (aiming.peek()) {
		aiming.value = false;
	} else {
		draft.value = NO_SPOT;
	}
}

function setForm(on: boolean): void {
	hasForm.value = on;
	aiming.value = false;
	hasMap.value &&= canDraw();
}

/** Without a map the form is all there is, and says so. */
function setMap(can: boolean): void {
	hasMap.value = can;
	aiming.value &&= can;
}

/** Filled in, for the operator to look at and confirm. */
function suggest(id: string, point: Point): void {
	draft.value = offered(id, `${point.latDeg ?? 0}, ${point.lonDeg ?? 0}`);
	open(id);
}

function point(id: string | null): void {
	pointed.value = id;
}

function close(): void {
	go({ ...route.peek(), incident: null });
	document.querySelector<HTMLElement>(".board")?.focus();
}

function Detail() {
	const s = state.value;
	const incident = s.detail === null ? undefined : s.incidents.get(s.detail.id);
	if (s.detail === null || s.sequence === "") {
		return null;
	}
	if (incident === undefined) {
		return (
			<aside aria-label={t("console.detail")} onKeyDown={(e) => e.key === "Escape" && close()}>
				<p role="status">{t("console.not_there", { id: s.detail.id })}</p>
				<button type="button" class="btn btn-outline-primary" onClick={close}>{t("console.close")}</button>
			</aside>
		);
	}
	return (
		<DetailPanel key={s.detail.id} incident={incident} detail={s.detail}
			placing={{
				incidents: s.incidents, spot: spot.value, aiming: aiming.value, hasMap: hasMap.value, onAim: aim, onLocating: setForm,
				onSpot: (to) => { draft.value = { ...to, incident: incident.id ?? "0" }; },
				onPlace: (placed, isThere) => givePlace(incident.id ?? "0", placed, isThere),
			}}
			work={{
				incidents: s.incidents, actor: { name: me.value?.name ?? "", leads: may("LEAD") }, acting: deeds.acting.value, readOnly: !may("ACT"), said: deeds.said.value, onAct: (name) => deeds.begin(opened.peek(), name),
				onSend: (name, values, isThere) => deeds.send(incident.id ?? "0", name, values, isThere),
			}}
			onUndo={may("ACT") ? (decision) => deeds.undo(incident.id ?? "0", decision) : undefined}
			lookers={others(s.lookers, s.detail.id, me.value?.name ?? "")}
			umbrella={s.umbrellas.get(incident.umbrellaId ?? "0")}
			around={(incident.umbrellaTags ?? []).flatMap((id) => s.umbrellas.get(id) ?? [])} nowMs={nowMs.value} onOpen={open}
			onUmbrella={(umbrella) => go({ umbrella, incident: null })}
			onMore={() => s.detail && void feed.reports(s.detail.id, s.detail.next)}
			onRetry={() => s.detail && void feed.reports(s.detail.id)} onClose={close} />
	);
}

/** A window over the page; one at a time. */
const over = signal<"sheet" | "call" | null>(null);
/** A page instead of the board. */
const leaf = signal<"handover" | "duty" | "account" | "accounts" | "audit" | "exercise" | null>(null);

function showAs(to: Show): void {
	show.value = to;
	keep("show", to);
}

function select(by: number): void {
	tell({ kind: "select", id: neighbour(shown.peek().lines, state.peek().selected, by) });
	document.querySelector<HTMLElement>(".board")?.focus();
}

function turn(to: "handover" | "duty" | "account" | "accounts" | "audit" | "exercise"): void {
	leaf.value = leaf.peek() === to ? null : to;
}

/** The next that calls for somebody, round and round: from whatever is on the screen. */
function nextCall(): void {
	const all = inOrder(calling.peek());
	const next = all[(all.findIndex((i) => i.id === opened.peek()) + 1) % all.length];

	if (next !== undefined) {
		leaf.value = null;
		open(next.id ?? "0");
	}
}

/** Whoever works by keyboard is on the page that opened, and back on the list when it goes. */
effect(() => {
	const to = leaf.value === null ? ".board" : "main.handover-page";
	setTimeout(() => {
		const page = document.querySelector<HTMLElement>(to);
		if (page !== null && (leaf.peek() !== null || document.activeElement === document.body)) {
			page.tabIndex = leaf.peek() === null ? 0 : -1;
			page.focus();
		}
	}, 0);
});

/** On a page of its own nothing is done to an incident that nobody sees. */
const ON_PAGES: ReadonlySet<Name> = new Set<Name>(
	["close", "sheet", "mute", "testSound", "theme", "newReport", "handover", "duty", "account", "nextCall"]);

const DOES: Partial<Record<Name, () => void>> = {
	...Object.fromEntries(ACTS.map(({ name }) => [name, () => deeds.begin(opened.peek(), name)])),
	next: () => select(1),
	previous: () => select(-1),
	close: () => {
		if (leaf.peek() !== null) {
			leaf.value = null;
		} else if (opened.peek() !== null) {
			close();
		}
	},
	settle: letGo,
	search: () => document.querySelector<HTMLElement>(".search input")?.focus(),
	sheet: () => { over.value = "sheet"; },
	mute: () => mute(Date.now()),
	testSound: () => play("alarm"),
	theme: nextTheme,
	newReport: () => { if (may("ACT")) { over.value = "call"; } },
	handover: () => turn("handover"),
	duty: () => turn("duty"),
	account: () => turn("account"),
	nextCall,
	toLocate: () => choose({ status: filter.peek().status === "locate" ? "open" : "locate" }),
	undo: () => deeds.undoLast(),
	place: () => {
		document.querySelector<HTMLDetailsElement>("aside details.correction:not([open])")?.setAttribute("open", "");
		setTimeout(() => document.querySelector<HTMLElement>("aside .place-form input")?.focus(), 0);
	},
	wall: () => { wall.value = !wall.peek(); },
	show: () => showAs(nextShow(show.peek())),
};

/** A window over the page has its own keys, and so has a button under the finger. */
function press(event: KeyboardEvent): void {
	const name = meaning(event, isField(event.target) || over.peek() !== null);
	const does = name === null ? undefined : DOES[name];
	if (does !== undefined && name !== null && !event.defaultPrevented && (leaf.peek() === null || ON_PAGES.has(name))) {
		event.preventDefault();
		does();
	}
}

let heard = silence;

/** Once a second, and when the board changes: is there something to be heard? */
function listen(): void {
	const board = incidents.value;
	if (state.peek().sequence === "") {
		return;
	}
	const next = due(heard, board, nowMs.value, filter.value.exercise !== "real" && drillsCall());
	heard = next.heard;
	if (next.signal !== null) {
		play(next.signal);
	}
}

function Work({ hasDetail }: { hasDetail: boolean }) {
	const s = state.value;
	return (
		<>
			<Shelters />
			<main class={`show-${show.value}${hasDetail ? " split" : ""}${aiming.value ? " aiming" : ""}`}>
				<Board rows={shown.value.lines} umbrellas={s.umbrellas} lookers={s.lookers} own={me.value?.name ?? ""} selected={s.selected} nowMs={nowMs.value} onOpen={open}
					onHold={hold} onLetGo={letGo}
					pointed={pointed.value} onPoint={point} onToggle={toggle}
					locating={s.filter.status === "locate"} onSuggest={suggest}
					onSelect={(by) => tell({ kind: "select", id: neighbour(shown.value.lines, s.selected, by) })}
					onClose={close} />
				<WaitingBar held={shown.value} onSettle={letGo} />
				{show.value !== "list" && s.sequence !== "" && (
					<MapPane rows={all.value} incidents={s.incidents} filter={s.filter} selected={s.selected}
						pointed={pointed.value} onlyInView={onlyInView.value} focus={focus.value} onOpen={open}
						onPoint={point} onMoved={(to) => { box.value = to; }}
						onOnlyInView={(on) => { letGo(); onlyInView.value = on; }} locating={locating.value} spot={shownSpot.value}
						aiming={aiming.value} onUnpick={unpick} onDrawing={setMap}
						onPick={(at, accuracyM) => { draft.value = clicked(opened.value ?? "", at, accuracyM); aiming.value = false; }} />
				)}
				<Detail />
			</main>
		</>
	);
}

/** An administrator need not see where people are: theirs are the accounts. */
function isBlind(): boolean {
	return me.value !== null && !may("VIEW");
}

function Console() {
	const s = state.value;
	const hasDetail = s.detail !== null && s.sequence !== "";
	const blind = isBlind();
	return (
		<>
			<Banner state={s} nowMs={nowMs.value} blind={blind} onRetry={() => feed.retryNow()}>
				{!blind && <SoundButton nowMs={nowMs.value} />}
				{may("ACT") && <button type="button" class="btn btn-outline-primary" onClick={() => { over.value = "call"; }}><Icon name="it-telephone" />{t("call.button")} <kbd>{keyText("newReport")}</kbd></button>}
				{!blind && <button type="button" class="btn btn-outline-primary" onClick={() => turn("handover")}>{t("handover.button")} <kbd>{keyText("handover")}</kbd></button>}
				<DutyButton onClick={() => turn("duty")} />
				{me.value !== null && <button type="button" class="btn btn-outline-primary" onClick={() => turn("account")}><Icon name="it-user" />{me.value.fullName || me.value.name} <kbd aria-hidden="true">{keyText("account")}</kbd></button>}
				<button type="button" class="btn btn-outline-primary keys" aria-keyshortcuts="?" onClick={() => { over.value = "sheet"; }}>{t("keys.title")} <kbd>{keyText("sheet")}</kbd></button>
			</Banner>
			{(dutyNow.value?.damaged ?? 0) > 0 && <p class="left-out" role="status">{t("console.unread_rows", { n: dutyNow.value?.damaged ?? 0 })}</p>}
			<AlarmBar calls={calling.value} onOpen={open} />
			<ExerciseStrip drills={overview.value.drills} real={overview.value.counts.real.reduce((sum, n) => sum + n)}
				exercise={s.filter.exercise} on={exercise.value} onFilter={choose} onManage={() => turn("exercise")} />
			{!blind && <Header state={s} overview={overview.value} nowMs={nowMs.value} shown={rows.value.length} damp={damp.value} onDamp={keepDamp}
				outOfView={onlyInView.value ? all.value.length - rows.value.length : null} onReset={reset}
				onFilter={choose}
				search={<SearchBox incidents={lately.value} nowMs={nowMs.value} onOpen={open} />}
				areas={<AreaFilter area={s.filter.area} onArea={(area) => choose({ area })} />}>
				<ShowSwitch show={show.value} onShow={showAs} />
			</Header>}
			<DutyStrip onDuty={() => turn("duty")} onContacts={() => turn("account")} />
			<LooseBar loose={deeds.loose.value} onAgain={(one) => void deeds.again(one)} onDrop={(one) => deeds.drop(one)}
				onOpen={(id) => { leaf.value = null; open(id); }} />
			{deeds.note.value !== "" && <p class="note" role="status">{deeds.note.value}</p>}
			{leaf.value === "handover" && (
				<HandoverPage incidents={lately.value} nowMs={nowMs.value} who={me.value?.fullName || me.value?.name || ""}
					onClose={() => { leaf.value = null; }} />
			)}
			{(leaf.value === "account" || (blind && leaf.value === null)) && <AccountPage onClose={() => { leaf.value = null; }} onTurn={turn} />}
			{leaf.value === "accounts" && <AccountsPage onClose={() => { leaf.value = null; }} onTurn={turn} />}
			{leaf.value === "exercise" && <ExercisePage drills={overview.value.drills} unseen={unseenDrills(incidents.value.values())} onClose={() => { leaf.value = null; }} onTurn={turn} />}
			{leaf.value === "audit" && <AuditPage onClose={() => { leaf.value = null; }} onTurn={turn} />}
			{leaf.value === "duty" && <DutyPage onClose={() => { leaf.value = null; }} />}
			{!blind && <div class="board-area" hidden={leaf.value !== null}><Work hasDetail={hasDetail} /></div>}
			{over.value === "call" && <NewReport onSend={(call, isThere) => deeds.takeCall(call, isThere)} onClose={() => { over.value = null; }} />}
			{nobody.value && <LogInAgain />}
			{over.value === "sheet" && <Sheet onClose={() => { over.value = null; }} />}
		</>
	);
}

effect(() => {
	const query = filterQuery(filter.value);
	if (query !== location.search) {
		history.replaceState(null, "", `${location.pathname}${query}${location.hash}`);
	}
});
addEventListener("popstate", () => arrive(readRoute(location.hash)));
arrive(readRoute(location.hash));
followNotices((address) => {
	leaf.value = null;
	history.pushState(null, "", `${address.split("#")[0]}${location.search}${new URL(address, location.href).hash}`);
	arrive(readRoute(location.hash));
});

for (const touch of ["pointerdown", "keydown"]) {
	addEventListener(touch, unlock, { capture: true, passive: true });
}
addEventListener("keydown", press);
effect(listen);
effect(() => {
	if (opened.value !== null) { // another incident: another decision
		deeds.putDown();
	}
});

/** What this page shows, for the others; nobody looks at one that is not seen. */
const visible = signal(!document.hidden);
document.addEventListener("visibilitychange", () => { visible.value = !document.hidden; });
const tab = newKey();
const glance = new Glance((incident, writing) => lookAt(tab, incident, writing));
effect(() => glance.show(visible.value ? opened.value : null, deeds.acting.value !== null));
addEventListener("pagehide", () => glance.leave());
hearTabs();
addEventListener("beforeunload", (event) => {
	if (deeds.loose.peek().length > 0) { // nobody knows of it but this page
		event.preventDefault();
	}
});
// A machine off the network may still reach a server on itself: it is asked.
addEventListener("offline", () => void feed.doubt());
addEventListener("online", () => {
	if (state.peek().connection !== "live") {
		feed.retryNow();
	}
});

/** Who is on duty changes rarely, and is on nobody's stream. */
const DUTY_S = 20;
let seconds = 0;
setInterval(() => {
	batch(() => {
		nowMs.value = Date.now();
		lately.value = incidents.peek();
	});
	feed.watch(nowMs.value);
	look(nowMs.value);
	if (++seconds % DUTY_S === 4) { // soon after the page opened: then its own stream is counted
		learnDuty().catch(() => {});
		learnExercise().catch(() => {});
	} else if (exercise.peek() === null) { // nothing is known yet: the server had not heard
		learnExercise().catch(() => {});
	}
	if (nowMs.value - pointedMs > POINTING_MS) {
		letGo();
	}
}, 1000);
render(<Console />, document.getElementById("app") as HTMLElement);
/** What this operator had chosen, here or elsewhere; the address says more when it says anything. */
function recall(): void {
	const kept = readPreferences(me.peek()?.preferences);

	if (location.search === "" && kept.query) {
		tell({ kind: "filter", filter: readFilter(kept.query) });
	}
	takeTheme(kept.theme);
	damp.value = (kept.damp ?? readKept("damp")) !== "off";
}

const KEEP_MS = 3_000;
let keeping: ReturnType<typeof setTimeout> | undefined;

/** Kept with the account a moment after the last choice. */
function remember(): void {
	const preferences = JSON.stringify({ query: filterQuery(filter.value), theme: theme.value, damp: damp.value ? "on" : "off" });

	clearTimeout(keeping);
	if (me.value !== null && preferences !== me.value.preferences) {
		keeping = setTimeout(() => {
			keepSettings({ preferences }).then(() => {
				me.value = me.peek() === null ? null : { ...me.peek(), preferences };
			}, () => {});
		}, KEEP_MS);
	}
}

void learnMe().then(recall, () => {}).then(() => {
	effect(remember);
	renewPush().catch(() => {}); // with the next page again
	return isBlind() ? undefined : feed.start();
});
learnDuty().catch(() => {});
learnExercise().catch(() => {});
