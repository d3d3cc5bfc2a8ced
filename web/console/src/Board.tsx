// The list: worst first. Only the rows in sight exist, so 5,000 cost what 30 do.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident } from "vedetta/api";
import { ClassBadge, Pictogram } from "./marks";
import { isOpen } from "./state";
import { age, clock, ms, peopleText, placeText, signNames, t, word } from "./text";

const ROW_PX = 56;
const SPARE_ROWS = 6;

const COLUMNS = ["class", "hazard", "place", "signs", "people", "reports", "age", "change"] as const;

interface RowProps {
	incident: Incident;
	index: number;
	selected: boolean;
	nowMs: number;
	pointed: boolean;
	onChoose: (id: string) => void;
	onPoint: (id: string | null) => void;
}

function Time({ at, nowMs }: { at: string | undefined; nowMs: number }) {
	const then = ms(at);
	return then === 0 ? <span>–</span> : <time dateTime={at} title={clock(then)}>{age(then, nowMs)}</time>;
}

function Marks({ incident }: { incident: Incident }) {
	return (
		<>
			{incident.exercise && <b class="mark exercise">{t("console.exercise")}</b>}
			{incident.quarantined && <b class="mark">{t("console.quarantined")}</b>}
			{!isOpen(incident) && <b class="mark">{t("console.closed")}</b>}
		</>
	);
}

function Row({ incident, index, selected, pointed, nowMs, onChoose, onPoint }: RowProps) {
	const id = incident.id ?? "0";
	const hazard = incident.hazard || "other";
	return (
		<div role="row" id={`row-${id}`} class={`row${incident.exercise ? " exercise" : ""}${pointed ? " pointed" : ""}`} aria-rowindex={index + 2} aria-selected={selected}
			style={{ transform: `translateY(${index * ROW_PX}px)` }} onClick={() => onChoose(id)}
			onMouseEnter={() => onPoint(id)} onMouseLeave={() => onPoint(null)}>
			<span role="gridcell"><ClassBadge of={incident.rank?.class ?? 5} /></span>
			<span role="gridcell" class="hazard">
				<Pictogram name={hazard} /><span>{word("hazard", hazard)} <Marks incident={incident} /></span>
			</span>
			<span role="gridcell" class="place">
				{incident.unplaced && <b class="mark unplaced">{t("console.unplaced")}</b>}
				<span dir="auto">{placeText(incident.place)}</span>
			</span>
			<span role="gridcell" class="signs">{signNames(incident.signs).join(", ")}</span>
			<span role="gridcell">{peopleText(incident.signs?.people)}</span>
			<span role="gridcell" class="number">{incident.reports ?? 0} / {incident.sources ?? 0}</span>
			<span role="gridcell"><Time at={incident.openedAt} nowMs={nowMs} /></span>
			<span role="gridcell"><Time at={incident.lastReportAt} nowMs={nowMs} /></span>
		</div>
	);
}

interface BoardProps {
	rows: readonly Incident[];
	selected: string | null;
	/** Looked at for a moment, here or on the map. */
	pointed: string | null;
	nowMs: number;
	onPoint: (id: string | null) => void;
	onSelect: (by: number) => void;
	onOpen: (id: string) => void;
	onClose: () => void;
}

const STEPS: Record<string, number> = {
	ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6,
};

export function Board({ rows, selected, pointed, nowMs, onPoint, onSelect, onOpen, onClose }: BoardProps) {
	const box = useRef<HTMLDivElement>(null);
	const [view, setView] = useState({ top: 0, height: 800 });
	const at = rows.findIndex((i) => i.id === selected);

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

	// The selected row stays in sight when a key moves to it, not when the list moves.
	useLayoutEffect(() => {
		const el = box.current;
		if (el === null || at < 0) {
			return;
		}
		const top = at * ROW_PX;
		const room = el.clientHeight - ROW_PX;
		if (top < el.scrollTop) {
			el.scrollTop = top;
		} else if (top + ROW_PX > el.scrollTop + room) {
			el.scrollTop = top + ROW_PX - room;
		}
	}, [selected]);

	const from = Math.max(0, Math.floor(view.top / ROW_PX) - SPARE_ROWS);
	const to = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW_PX) + SPARE_ROWS);
	const onKey = (event: KeyboardEvent) => {
		const step = STEPS[event.key];
		if (step !== undefined) {
			event.preventDefault();
			onSelect(step);
		} else if (event.key === "Enter" && selected !== null) {
			onOpen(selected);
		} else if (event.key === "Escape") {
			onClose();
		}
	};

	return (
		<div class="board" role="grid" tabIndex={0} ref={box} onKeyDown={onKey}
			aria-label={t("console.board")} aria-rowcount={rows.length + 1}
			aria-activedescendant={at >= from && at < to ? `row-${selected}` : undefined}>
			<div role="row" class="row head" aria-rowindex={1}>
				{COLUMNS.map((c) => <span role="columnheader" key={c}>{t(`console.column.${c}`)}</span>)}
			</div>
			<div class="rows" role="rowgroup" style={{ height: `${rows.length * ROW_PX}px` }}>
				{rows.slice(from, to).map((incident, i) => (
					<Row key={incident.id} incident={incident} index={from + i} nowMs={nowMs}
						selected={incident.id === selected} pointed={incident.id === pointed}
						onChoose={onOpen} onPoint={onPoint} />
				))}
			</div>
			{rows.length === 0 && <p class="empty">{t("console.empty")}</p>}
		</div>
	);
}
