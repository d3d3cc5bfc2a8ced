// Shows one area's incidents only: its name is typed, the best finds are offered.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Area, AreaList } from "vedetta/api";
import { ask } from "./feed";
import { UNASSIGNED, type AreaChoice } from "./state";
import { t, word } from "./text";

const TYPING_MS = 150;
const MOST = 12;

const NOBODYS: AreaChoice = { code: UNASSIGNED, name: "", above: [] };

const choiceOf = (area: Area): AreaChoice => ({ code: area.code ?? "", name: area.name ?? "", above: area.above ?? [] });

const nameOf = (area: AreaChoice | null): string =>
	area === null ? "" : area.code === UNASSIGNED ? t("area.unassigned") : area.name || area.code;

/** "municipality · L'Aquila, Abruzzo": names come more than once. The nation goes without saying. */
function whereText(area: Area): string {
	const level = word("area.level", (area.level ?? "").slice("AREA_LEVEL_".length).toLowerCase());
	const above = (area.aboveNames ?? []).slice(0, -1).filter(Boolean).join(", ");
	return [level, above].filter(Boolean).join(" · ");
}

/** What is in no area is offered until something else is typed. */
function offersOf(areas: readonly Area[], text: string): AreaChoice[] {
	const isAsked = t("area.unassigned").toLowerCase().includes(text.trim().toLowerCase());
	return [...areas.map(choiceOf), ...isAsked ? [NOBODYS] : []];
}

interface AreaProps {
	area: AreaChoice | null;
	/** null: all again. */
	onArea: (area: AreaChoice | null) => void;
}

export function AreaFilter({ area, onArea }: AreaProps) {
	const field = useRef<HTMLInputElement>(null);
	/** null: nothing is being typed. */
	const [text, setText] = useState<string | null>(null);
	const [found, setFound] = useState<{ for: string; list: AreaList | null }>({ for: "", list: {} });
	const [at, setAt] = useState(0);
	/** Enter was faster than the answer. */
	const hasty = useRef(false);

	const areas = text === null ? [] : found.list?.areas ?? [];
	const offers = offersOf(areas, text ?? "");
	const close = () => {
		hasty.current = false;
		setText(null);
	};
	const choose = (to: AreaChoice | null) => {
		close();
		onArea(to);
		field.current?.blur();
	};
	const take = (list: AreaList | null, of: string) => {
		setFound({ for: of, list });
		setAt(0);
		const first = offersOf(list?.areas ?? [], of)[0];
		if (hasty.current && first !== undefined) {
			choose(first);
		}
		hasty.current = false;
	};

	useEffect(() => {
		if (text === null) {
			return;
		}
		let gone = false;
		const timer = setTimeout(() => {
			ask<AreaList>(`/v1/areas?limit=${MOST}&q=${encodeURIComponent(text.trim())}`)
				.then((list) => !gone && take(list, text), () => !gone && take(null, text));
		}, text === "" ? 0 : TYPING_MS);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [text]);
	// A code out of the address has no name yet; one that is no area's any more would hide everything.
	useEffect(() => {
		if (area === null || area.name !== "" || area.code === UNASSIGNED) {
			return;
		}
		let gone = false;
		ask<AreaList>(`/v1/areas?limit=${MOST}&q=${encodeURIComponent(area.code)}`).then((list) => {
			const named = (list.areas ?? []).find((a) => a.code === area.code);
			if (!gone) {
				onArea(named === undefined ? null : choiceOf(named));
			}
		}, () => null);
		return () => {
			gone = true;
		};
	}, [area]);

	const onKey = (event: KeyboardEvent) => {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (step !== undefined) {
			event.preventDefault();
			setText((had) => had ?? "");
			setAt((was) => (text === null || offers.length === 0 ? 0 : (was + step + offers.length) % offers.length));
		} else if (event.key === "Escape" && text !== null) {
			event.stopPropagation();
			close();
		} else if (event.key === "Enter" && text !== null) {
			const offer = offers[at];
			event.preventDefault();
			if (found.for !== text) {
				hasty.current = true;
			} else if (offer !== undefined) {
				choose(offer);
			}
		}
	};
	return (
		<div class={`area-filter${area === null ? "" : " on"}`}>
			<input class="form-control" ref={field} role="combobox" aria-label={t("area.filter")} aria-expanded={text !== null} aria-controls="area-offers"
				aria-autocomplete="list" aria-activedescendant={text === null || offers.length === 0 ? undefined : `area-offer-${at}`} autocomplete="off"
				maxLength={60} placeholder={t("area.all")} value={text ?? nameOf(area)}
				onFocus={() => setText("")} onBlur={close} onInput={(e) => setText(e.currentTarget.value)} onKeyDown={onKey} />
			{area !== null && (
				<button type="button" class="btn btn-outline-primary" aria-label={t("area.all_again")} title={t("area.all_again")} onClick={() => choose(null)}>✕</button>
			)}
			{text !== null && (
				<div class="dropdown-menu show area-offers" onMouseDown={(e) => e.preventDefault()}>
					<ul id="area-offers" role="listbox" aria-label={t("area.filter")}>
						{offers.map((offer, i) => (
							<li key={offer.code} id={`area-offer-${i}`} role="option" aria-selected={i === at} onClick={() => choose(offer)}>
								<b>{nameOf(offer)}</b>{" "}
								<span class="soft">{areas[i] === undefined ? "" : whereText(areas[i])}</span>
							</li>
						))}
					</ul>
					<p class="soft" role="status">
						{found.list === null ? t("area.failed")
							: found.for === text && areas.length === 0 ? t(text.trim() === "" ? "area.none" : "area.unknown")
								: (found.list.total ?? 0) > areas.length ? t("area.more", { n: (found.list.total ?? 0) - areas.length }) : ""}
					</p>
				</div>
			)}
		</div>
	);
}
