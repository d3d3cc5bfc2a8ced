// The list: worst first. Only the rows in sight exist, so 5,000 cost what 30 do.
import { signal } from "@preact/signals";
import { Component, type RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident, Point } from "vedetta/api";
import { whyUnplaced } from "./locate";
import { others, rowText, type Lookers } from "./looking";
import { ClassBadge, Pictogram } from "./marks";
import { isOpen } from "./state";
import { age, areaText, clock, incidentName, language, ms, peopleText, placeText, pointText, signNames, t, word, type Key, type Language } from "./text";
import { isMaxi, type Group, type Line, type Umbrellas } from "./umbrella";

/** Two lines of words; on a phone two lines of cells. */
const phone = matchMedia("(max-width: 40rem)");
const rowPx = signal(phone.matches ? 56 : 34);
phone.addEventListener("change", (e) => { rowPx.value = e.matches ? 56 : 34; });
const SPARE_ROWS = 6;

const COLUMNS = ["class", "hazard", "place", "signs", "people", "reports", "age", "change"] as const;

interface RowProps {
	incident: Incident;
	inside: boolean;
	tags: string;
	index: number;
	/** Of a row, in pixels. */
	height: number;
	selected: boolean;
	nowMs: number;
	pointed: boolean;
	/** Who else looks at it, "" for nobody. */
	lookers: string;
	/** Among those to locate: what is amiss is said. */
	locating: boolean;
	onSuggest: (id: string, point: Point) => void;
	/** In which it is written. */
	language: Language;
	onChoose: (id: string) => void;
	onPoint: (id: string | null) => void;
}

function Time({ at, nowMs }: { at: string | undefined; nowMs: number }) {
	const then = ms(at);
	return then === 0 ? <span>–</span> : <time dateTime={at} title={clock(then)}>{age(then, nowMs)}</time>;
}

/** What calls for somebody; null: nothing does. */
function callOf(incident: Incident): Key | null {
	if (!isOpen(incident)) {
		return null;
	}
	return incident.worse !== undefined ? "row.worse"
		: incident.alarming ? incident.acknowledged === undefined ? "row.unanswered" : "row.not_handed_over" : null;
}

/** Under the class, where the eye is first: what calls, else in whose hands it is, or that it is closed. */
function Hands({ incident }: { incident: Incident }) {
	const call = callOf(incident);
	if (!isOpen(incident)) {
		return <b class="hands over">■ {t("console.closed")}</b>;
	}
	if (call !== null) {
		return <b class="hands call">{t(call)}</b>;
	}
	const who = incident.assigned?.person || incident.assigned?.teamName || incident.acknowledged?.by;
	return who ? <span class="hands" dir="auto" title={who}>✓ {who}</span> : null;
}

type MarkName = "exercise" | "hoax" | "duplicate" | "quarantined";

/** What must not be taken for something else comes first. */
function markNames(incident: Incident): MarkName[] {
	const marked = incident.marked === undefined ? null : incident.marked.kind === "MARK_KIND_HOAX" ? "hoax" : "duplicate";
	return [...(incident.exercise ? ["exercise"] as const : []), ...(marked === null ? [] : [marked] as const),
		...(incident.quarantined ? ["quarantined"] as const : [])];
}

/** One has room for its whole word beside the map; several have room for short ones, and none is cut. */
function Mark({ name, short }: { name: MarkName; short: boolean }) {
	return (
		<b class={`badge mark ${name}`} title={t(`row.${name}`)}>
			{short ? <><span class="read-out">{t(`row.${name}`)}</span><span aria-hidden="true">{t(`row.${name}.short`)}</span></> : t(`row.${name}`)}
		</b>
	);
}

/** Its name, and below what is said of it; who looks stands where there is room. */
function What({ incident, lookers }: Pick<RowProps, "incident" | "lookers">) {
	const marks = markNames(incident);
	const name = incidentName(incident);
	const who = lookers !== "" && <span class="lookers" dir="auto" title={lookers}>{lookers}</span>;
	if (marks.length === 0) {
		return <span class="what"><span class={who === false ? "" : "name"} title={name}>{name}</span>{" "}{who}</span>;
	}
	return (
		<span class="what marked">
			<span class="head-line"><span class="name" title={name}>{name}</span>{" "}{who}</span>{" "}
			<span class="marks">{marks.map((mark) => <Mark key={mark} name={mark} short={marks.length > 1} />)}</span>
		</span>
	);
}

/** What is amiss with its place. */
function Doubt({ incident, locating }: Pick<RowProps, "incident" | "locating">) {
	const why = locating ? whyUnplaced(incident) : null;
	if (why !== null) {
		return <b class="badge mark unplaced" title={t(`locate.why.${why}`)}>✕ {t(`locate.short.${why}`)}</b>;
	}
	return incident.unplaced ? <b class="badge mark unplaced">{t("console.unplaced")}</b> : null;
}

function PlaceCell({ incident, tags, locating }: Pick<RowProps, "incident" | "tags" | "locating">) {
	const areas = areaText(incident);
	return (
		<span role="gridcell" class="place">
			<Doubt incident={incident} locating={locating} />{" "}
			{areas !== "" && <b class="area" title={areas}>{areas}</b>}{" "}
			<span title={placeText(incident.place)}>
				{tags !== "" && <b class="badge mark tag">{t("umbrella.inside", { group: tags })}</b>}
				<bdi>{placeText(incident.place)}</bdi>
			</span>
		</span>
	);
}

/** So many signs have room on a phone, beside the map, in the list alone; style.css shows as many. */
const SIGNS_SHOWN = [1, 2, 4];

/** The worst first, none of them cut; how many more there are. */
function SignCell({ names }: { names: readonly string[] }) {
	const all = names.join(", ");
	return (
		<span role="gridcell" class="signs" title={all}>
			<span class="read-out">{all}</span>
			<span aria-hidden="true">
				{names.map((name, i) => <span key={name} class={`sign sign-${i}`}>{name}{i + 1 < names.length ? ", " : ""}</span>)}
				{SIGNS_SHOWN.filter((n) => names.length > n).map((n) => <b key={n} class={`rest rest-${n}`}>+{names.length - n}</b>)}
			</span>
		</span>
	);
}

type OfferProps = Pick<RowProps, "incident" | "selected" | "onSuggest"> & { point: Point };

/** A place that it may have meant, instead of the one that it cannot be; by keyboard from the row that is chosen. */
function Offer({ incident, point, selected, onSuggest }: OfferProps) {
	return (
		<span role="gridcell" class="place offer">
			<span><Doubt incident={incident} locating />{" "}<span dir="auto">{incident.place?.words}</span></span>
			<button type="button" class="btn btn-outline-primary suggested" tabIndex={selected ? 0 : -1}
				onClick={(e) => { e.stopPropagation(); onSuggest(incident.id ?? "0", point); }}
				onKeyDown={(e) => (e.key === "Enter" || e.key === " ") && e.stopPropagation()}>
				{t("locate.suggested", { point: pointText(point) })}
			</button>
		</span>
	);
}

/** Drawn again only when something of it changed: the board changes ten times a second. */
class Row extends Component<RowProps> {
	override shouldComponentUpdate(next: RowProps): boolean {
		return (Object.keys(next) as (keyof RowProps)[]).some((name) => next[name] !== this.props[name]);
	}

	override render({ incident, inside, tags, index, height, selected, pointed, lookers, nowMs, locating, onSuggest, onChoose, onPoint }: RowProps) {
		const id = incident.id ?? "0";
		const hazard = incident.hazard || "other";
		return (
			<div role="row" id={`row-${id}`} class={`row${incident.exercise ? " exercise" : ""}${pointed ? " pointed" : ""}${inside ? " inside" : ""}${callOf(incident) === null ? "" : " calling"}`}
				aria-level={inside ? 2 : 1} aria-rowindex={index + 2} aria-selected={selected}
				style={{ transform: `translateY(${index * height}px)` }} onClick={() => onChoose(id)}
				onMouseEnter={() => onPoint(id)} onMouseLeave={() => onPoint(null)}>
				<span role="gridcell" class="class"><ClassBadge of={incident.rank?.class ?? 5} /><Hands incident={incident} /></span>
				<span role="gridcell" class="hazard">
					{incident.silent === undefined ? <Pictogram name={hazard} /> : <span class="pictogram" aria-hidden="true">∅</span>}
					<What incident={incident} lookers={lookers} />
				</span>
				{locating && incident.suggested !== undefined
					? <Offer incident={incident} point={incident.suggested} selected={selected} onSuggest={onSuggest} />
					: <PlaceCell incident={incident} tags={tags} locating={locating} />}
				<SignCell names={signNames(incident.signs)} />
				<span role="gridcell">{peopleText(incident.signs?.people)}</span>
				<span role="gridcell" class="number">{incident.reports ?? 0} / {incident.sources ?? 0}</span>
				<span role="gridcell"><Time at={incident.openedAt} nowMs={nowMs} /></span>
				<span role="gridcell"><Time at={incident.lastReportAt} nowMs={nowMs} /></span>
			</div>
		);
	}
}

interface GroupRowProps {
	group: Group;
	index: number;
	height: number;
	selected: boolean;
	nowMs: number;
	onToggle: (id: string) => void;
}

/** JSON times are compared as they are: all are of one form, and there may be a thousand. */
function inGroup(members: readonly Incident[]): { reports: number; last: number } {
	let reports = 0;
	let last = "";

	for (const incident of members) {
		reports += incident.reports ?? 0;
		last = (incident.lastReportAt ?? "") > last ? incident.lastReportAt ?? "" : last;
	}
	return { reports, last: last === "" ? 0 : ms(last) };
}

/** What is under it: how many, how bad, how old; none of it is new or severe. */
function GroupRow({ group, index, height, selected, nowMs, onToggle }: GroupRowProps) {
	const { reports, last } = inGroup(group.members);
	return (
		<div role="row" id={`row-${group.id}`} class={`row group${group.umbrella.exercise ? " exercise" : ""}`}
			aria-level={1} aria-expanded={group.expanded} aria-rowindex={index + 2} aria-selected={selected}
			style={{ transform: `translateY(${index * height}px)` }} onClick={() => onToggle(group.id)}>
			<span role="gridcell"><ClassBadge of={group.class} /></span>
			<span role="gridcell" class="grouped">
				<b><span aria-hidden="true">{group.expanded ? "▾" : "▸"}</span> {t("damp.row", { n: group.members.length, group: word("umbrella.group", group.umbrella.eventGroup ?? "") })}</b>{" "}
				{group.umbrella.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}
				<span class="soft">{t("damp.why")}</span>
			</span>
			<span role="gridcell" class="number">{reports}</span>
			<span role="gridcell" class="soft">{t("damp.last")}</span>
			<span role="gridcell">{last === 0 ? "–" : age(last, nowMs)}</span>
		</div>
	);
}

/** "Fires" of the large events in whose footprint it is; the panel tells of the small ones too. */
function tagText(incident: Incident, umbrellas: Umbrellas): string {
	const groups = (incident.umbrellaTags ?? []).map((id) => umbrellas.get(id)).filter(isMaxi)
		.map((umbrella) => umbrella?.eventGroup ?? "");
	return [...new Set(groups)].map((group) => word("umbrella.group", group)).join(", ");
}

/** What comes or goes above the list is a bar of a line or two; more is another screen. */
const BARS_MOST_PX = 100;

/** An alarm above the list must not push another row under a finger that is about to press. */
function useStandstill(box: RefObject<HTMLElement | null>, held: boolean): void {
	useLayoutEffect(() => {
		const el = box.current;
		if (el === null || !held) {
			return undefined;
		}
		const top = el.getBoundingClientRect().top;
		let by = 0;
		const observer = new ResizeObserver(() => { // the list ends where it did: what is above it takes from its height
			const moved = el.getBoundingClientRect().top - by - top;
			by = Math.abs(moved) < BARS_MOST_PX ? -moved : 0;
			el.style.transform = by === 0 ? "" : `translateY(${by}px)`;
		});
		observer.observe(el);
		return () => {
			observer.disconnect();
			el.style.transform = "";
		};
	}, [held]);
}

interface BoardProps {
	rows: readonly Line[];
	umbrellas: Umbrellas;
	lookers: Lookers;
	/** The account at this screen. */
	own: string;
	selected: string | null;
	/** Looked at for a moment, here or on the map. */
	pointed: string | null;
	nowMs: number;
	/** Those to locate are shown. */
	locating: boolean;
	onSuggest: (id: string, point: Point) => void;
	onPoint: (id: string | null) => void;
	onSelect: (by: number) => void;
	/** Opens a group, or closes it. */
	onToggle: (id: string) => void;
	onOpen: (id: string) => void;
	onClose: () => void;
	/** Somebody points at the rows: they stand still until this one goes. */
	held: boolean;
	onHold: () => void;
	onLetGo: () => void;
}

const STEPS: Record<string, number> = {
	ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6,
};

export function Board({ rows, umbrellas, lookers, own, selected, pointed, nowMs, locating, onSuggest, onPoint, onSelect, onToggle, onOpen, onClose, held, onHold, onLetGo }: BoardProps) {
	const height = rowPx.value;
	const box = useRef<HTMLDivElement>(null);
	const [view, setView] = useState({ top: 0, height: 800 });
	/** Rows that come under a pointer at rest tell of a move, too: that is none. */
	const rest = useRef("");
	const moved = (event: PointerEvent) => {
		const at = `${event.clientX} ${event.clientY}`;
		if (at !== rest.current) {
			rest.current = at;
			onHold();
		}
	};
	const at = selected === null ? -1 : rows.findIndex((i) => i.id === selected);

	useLayoutEffect(() => {
		const el = box.current;
		if (el === null) {
			return;
		}
		const measure = () => setView({ top: el.scrollTop, height: el.clientHeight });
		const observer = new ResizeObserver(measure);
		observer.observe(el);
		el.addEventListener("scroll", measure, { passive: true });
		return () => {
			observer.disconnect();
			el.removeEventListener("scroll", measure);
		};
	}, []);

	useStandstill(box, held);

	// The selected row stays in sight when a key moves to it, not when the list moves.
	useLayoutEffect(() => {
		const el = box.current;
		if (el === null || at < 0) {
			return;
		}
		const top = at * height;
		const room = el.clientHeight - height;
		if (top < el.scrollTop) {
			el.scrollTop = top;
		} else if (top + height > el.scrollTop + room) {
			el.scrollTop = top + height - room;
		}
	}, [selected]);

	const from = Math.max(0, Math.floor(view.top / height) - SPARE_ROWS);
	const to = Math.min(rows.length, Math.ceil((view.top + view.height) / height) + SPARE_ROWS);
	const chosen = rows[at];
	const onKey = (event: KeyboardEvent) => {
		const step = STEPS[event.key];
		if (step !== undefined) {
			event.preventDefault();
			onSelect(step);
		} else if (chosen?.kind === "group" && (event.key === "Enter" || event.key === (chosen.expanded ? "ArrowLeft" : "ArrowRight"))) {
			event.preventDefault();
			onToggle(chosen.id);
		} else if (event.key === "Enter" && selected !== null) {
			onOpen(selected);
		} else if (event.key === "Escape") {
			onClose();
		}
	};

	return (
		<div class="board" role="treegrid" tabIndex={0} ref={box} onKeyDown={onKey}
			aria-label={t("console.board")} aria-rowcount={rows.length + 1}
			aria-activedescendant={at >= from && at < to ? `row-${selected}` : undefined}>
			<div role="row" class="row head" aria-rowindex={1}>
				{COLUMNS.map((c) => <span role="columnheader" key={c}>{t(`console.column.${c}`)}</span>)}
			</div>
			<div class="rows" role="rowgroup" onPointerMove={moved} onPointerDown={onHold} onPointerLeave={onLetGo} style={{ height: `${rows.length * height}px` }}>
				{rows.slice(from, to).map((line, i) => (line.kind === "group"
					? <GroupRow key={line.id} group={line} index={from + i} height={height} nowMs={nowMs} selected={line.id === selected} onToggle={onToggle} />
					: (
						<Row key={line.id} incident={line.incident} inside={line.inside} tags={tagText(line.incident, umbrellas)}
							index={from + i} height={height} nowMs={nowMs} selected={line.id === selected} pointed={line.id === pointed}
							lookers={rowText(others(lookers, line.id, own))}
							locating={locating} onSuggest={onSuggest} language={language.value} onChoose={onOpen} onPoint={onPoint} />
					)))}
			</div>
			{rows.length === 0 && <p class="empty">{t("console.empty")}</p>}
		</div>
	);
}
