// The large events above the list, worst first: what, where, since when, how bad, does it grow.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Umbrella } from "vedetta/api";
import { ClassBadge } from "./marks";
import { age, lengthText, ms, pointText, t, word } from "./text";
import { ofClass, type About } from "./umbrella";

/** More would push the list off the screen. */
const SHOWN_MOST = matchMedia("(max-width: 40rem)").matches ? 1 : 2;

/** So low that two of them are rows of the list. */
const LOW = matchMedia("(max-height: 60rem)");
const isLow = signal(LOW.matches);
LOW.addEventListener("change", () => { isLow.value = LOW.matches; });

/** "Earthquake: L'Aquila, Onna"; the middle when no area has a name. */
export function title(umbrella: Umbrella, about: About | undefined): string {
	const where = about !== undefined && about.names.length > 0
		? about.names.join(", ") : t("umbrella.around", { point: pointText(umbrella.centre) });
	return `${word("umbrella.group", umbrella.eventGroup ?? "")}: ${where}`;
}

export function growth(umbrella: Umbrella, about: About | undefined, nowMs: number): string {
	return about !== undefined && about.grown > 0
		? t("umbrella.grows", { n: about.grown })
		: t("umbrella.rests", { age: age(ms(umbrella.lastReportAt), nowMs) });
}

export function Classes({ umbrella }: { umbrella: Umbrella }) {
	return (
		<span class="classes">
			{[1, 2, 3, 4, 5].filter((c) => ofClass(umbrella, c) > 0).map((c) => (
				<span key={c} class="one-class"><ClassBadge of={c} /> <b>{ofClass(umbrella, c)}</b></span>
			))}
		</span>
	);
}

interface BannersProps {
	/** Worst first. */
	umbrellas: readonly Umbrella[];
	about: ReadonlyMap<string, About>;
	nowMs: number;
	onOpen: (id: string) => void;
}

/** All of them in one line: how many, and the worst. */
function Folded({ umbrellas, about, onUnfold }: Pick<BannersProps, "umbrellas" | "about"> & { onUnfold: () => void }) {
	const [worst] = umbrellas;
	if (worst === undefined) {
		return null;
	}
	return (
		<section class="umbrellas folded" aria-label={t("umbrella.banners", { n: umbrellas.length })}>
			<button type="button" class={`umbrella${worst.exercise ? " exercise" : ""}`} aria-expanded={false} onClick={onUnfold}>
				<b><span aria-hidden="true">▸</span> {t("umbrella.banners", { n: umbrellas.length })}</b>
				{worst.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}
				<span class="worst">{title(worst, about.get(worst.id ?? "0"))}</span>
				<Classes umbrella={worst} />
			</button>
		</section>
	);
}

export function UmbrellaBanners({ umbrellas, about, nowMs, onOpen }: BannersProps) {
	const [whole, setWhole] = useState(false);
	const shown = whole ? umbrellas : umbrellas.slice(0, SHOWN_MOST);
	if (umbrellas.length === 0) {
		return null;
	}
	if (isLow.value && umbrellas.length > 1 && !whole) {
		return <Folded umbrellas={umbrellas} about={about} onUnfold={() => setWhole(true)} />;
	}
	return (
		<section class="umbrellas" aria-label={t("umbrella.banners", { n: umbrellas.length })}>
			<ul>
				{shown.map((u) => {
					const id = u.id ?? "0";
					return (
						<li key={id}>
							<button type="button" class={`umbrella${u.exercise ? " exercise" : ""}`} onClick={() => onOpen(id)}>
								<span class="what">
									{u.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}
									<b>{title(u, about.get(id))}</b>
									<span>{t("umbrella.since", { age: age(ms(u.firstAt ?? u.since), nowMs) })}</span>
									<b>{growth(u, about.get(id), nowMs)}</b>
								</span>
								<span class="how">
									<Classes umbrella={u} />
									<span>{t("umbrella.size", { incidents: u.incidents ?? 0, reports: u.reports ?? 0, span: lengthText(Number(u.spanM ?? 0)) })}</span>
								</span>
							</button>
						</li>
					);
				})}
			</ul>
			{(umbrellas.length > SHOWN_MOST || (isLow.value && whole && umbrellas.length > 1)) && (
				<button type="button" class="btn btn-link more" aria-expanded={whole} onClick={() => setWhole(!whole)}>
					{whole ? t(isLow.value ? "umbrella.fold" : "umbrella.fewer") : t("umbrella.more", { n: umbrellas.length - SHOWN_MOST })}
				</button>
			)}
		</section>
	);
}
