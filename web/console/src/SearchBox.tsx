// Find a word, a place or a number: what is on the board, and every report there ever was.
import { useEffect, useRef, useState } from "preact/hooks";
import type { FoundReport, Incident, ReportPage } from "vedetta/api";
import { ask } from "./feed";
import { ClassBadge } from "./marks";
import { askedAreas, codeOf, excerpt, mergePages, onBoard, wordsQuery } from "./search";
import { me } from "./session";
import { age, clock, incidentName, ms, placeText, t, word } from "./text";

const TYPING_MS = 250;
const BOARD_MOST = 8;
const REPORTS_MOST = 20;

/** there, and for another query than the one that stands there: as good as none, from the key on that changed it. */
type Answer = { state: "none" | "asking" | "failed" } | { state: "there"; page: ReportPage; for: string };

/** The report with this code first, then those with these words. */
async function find(query: string, code: string | null): Promise<ReportPage> {
	const areas = askedAreas(me.value?.areas ?? [], me.value?.unassigned ?? false);
	const [byCode, ...pages] = await Promise.all([
		// A word that only looks like a code is refused.
		code === null ? null : ask<ReportPage>(`/v1/reports?code=${code}`).catch(() => null),
		...areas.map((area) => ask<ReportPage>(`/v1/reports?limit=${REPORTS_MOST}&words=${encodeURIComponent(query)}`
			+ (area === "" ? "" : `&area=${encodeURIComponent(area)}`))),
	]);
	const byWords = mergePages(pages.filter((page) => page !== null), REPORTS_MOST);
	const first = byCode?.reports ?? [];
	const ids = new Set(first.map((one) => one.report?.id));

	return { ...byWords, reports: [...first, ...(byWords.reports ?? []).filter((one) => !ids.has(one.report?.id))] };
}

function Words({ text, query }: { text: string; query: string }) {
	return (
		<span class="said-short" dir="auto">
			{excerpt(text, query).map((p) => (p.hit ? <mark>{p.text}</mark> : p.text))}
		</span>
	);
}

function BoardHit({ incident, query, onOpen }: { incident: Incident; query: string; onOpen: (id: string) => void }) {
	return (
		<li>
			<button type="button" class="dropdown-item" onClick={() => onOpen(incident.id ?? "0")}>
				<ClassBadge of={incident.rank?.class ?? 5} />
				<span>
					<b>{incidentName(incident)}</b> #{incident.id}
					{" "}{incident.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}{" "}
					<Words text={[...incident.areaNames ?? [], incident.place?.words ?? ""].filter(Boolean).join(" · ")} query={query} />
				</span>
			</button>
		</li>
	);
}

function ReportHit({ found, query, nowMs, onOpen }: { found: FoundReport; query: string; nowMs: number; onOpen: (id: string) => void }) {
	const said = found.report?.report;
	const at = ms(found.report?.receivedAt);
	return (
		<li>
			<button type="button" class="dropdown-item" onClick={() => onOpen(found.incidentId ?? "0")}>
				<ClassBadge of={found.class ?? 5} />
				<span>
					<b>{word("hazard", said?.hazard || "other")}</b> #{found.incidentId} · {found.report?.code} ·{" "}
					<time dateTime={found.report?.receivedAt} title={clock(at)}>{age(at, nowMs)}</time>
					{" "}{found.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}
					<br />
					<Words text={[said?.text ?? "", said?.place?.words ?? ""].filter(Boolean).join(" · ") || placeText(said?.place)} query={query} />
				</span>
			</button>
		</li>
	);
}

interface SearchProps {
	incidents: ReadonlyMap<string, Incident>;
	nowMs: number;
	onOpen: (id: string) => void;
}

export function SearchBox({ incidents, nowMs, onOpen }: SearchProps) {
	const field = useRef<HTMLInputElement>(null);
	const box = useRef<HTMLDivElement>(null);
	const [text, setText] = useState("");
	const [answer, setAnswer] = useState<Answer>({ state: "none" });
	const query = wordsQuery(text);
	const code = codeOf(text);

	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			const at = event.target as HTMLElement;
			if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !at.matches("input, textarea, select")) {
				event.preventDefault();
				field.current?.focus();
				field.current?.select();
			}
		};
		document.addEventListener("keydown", onKey);
		return () => document.removeEventListener("keydown", onKey);
	}, []);
	useEffect(() => {
		if (query === "") {
			setAnswer({ state: "none" });
			return;
		}
		let gone = false;
		setAnswer((had) => (had.state === "there" ? had : { state: "asking" }));
		const timer = setTimeout(() => {
			find(query, code)
				.then((page) => !gone && setAnswer({ state: "there", page, for: query }), () => !gone && setAnswer({ state: "failed" }));
		}, TYPING_MS);
		return () => {
			gone = true;
			clearTimeout(timer);
		};
	}, [query, code]);

	const hits = query === "" ? [] : onBoard(incidents.values(), text, incidentName);
	const page = answer.state === "there" && answer.for === query ? answer.page : null;
	const reports = page?.reports ?? [];
	const isAsking = answer.state === "asking" || (answer.state === "there" && page === null);
	const open = (id: string) => {
		setText("");
		onOpen(id);
	};
	const step = (by: number) => {
		const all = [field.current, ...box.current?.querySelectorAll<HTMLElement>(".found button") ?? []];
		const to = all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement as HTMLInputElement) + by))];
		to?.focus();
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.key === "Escape") {
			setText("");
			field.current?.focus();
		} else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			step(event.key === "ArrowDown" ? 1 : -1);
		}
	};
	return (
		<div class="search" role="search" ref={box} onKeyDown={onKey}>
			<input class="form-control" type="search" ref={field} value={text} maxLength={200} aria-label={t("search.label")} placeholder={t("search.hint")}
				aria-keyshortcuts="/" autocomplete="off" onInput={(e) => setText(e.currentTarget.value)} />
			{query !== "" && (
				<section class="dropdown-menu show found" aria-label={t("search.found")}>
					{hits.length > 0 && <h2>{t("search.board", { n: hits.length })}</h2>}
					<ul>{hits.slice(0, BOARD_MOST).map((i) => <BoardHit key={i.id} incident={i} query={text} onOpen={open} />)}</ul>
					{hits.length > BOARD_MOST && <p class="soft">{t("search.board_more", { n: hits.length - BOARD_MOST })}</p>}
					<h2>{t("search.reports")}</h2>
					{isAsking && <p class="soft">{t("console.loading")}</p>}
					{answer.state === "failed" && <p class="wrong" role="alert">⚠ {t("search.failed")}</p>}
					{page !== null && reports.length === 0 && <p class="soft" role="status">{t("search.none")}</p>}
					<ul>{reports.map((r) => <ReportHit key={r.report?.id} found={r} query={text} nowMs={nowMs} onOpen={open} />)}</ul>
					{page?.next && <p class="soft">{t("search.more", { n: reports.length })}</p>}
				</section>
			)}
		</div>
	);
}
