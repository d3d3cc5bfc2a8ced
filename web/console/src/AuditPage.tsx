// Who did what, the newest first: for those with the right to look.
import { useEffect, useState } from "preact/hooks";
import type { AuditEntry, AuditPage as Page } from "vedetta/api";
import { AccountTabs, type AccountLeaf } from "./AccountTabs";
import { ask } from "./feed";
import { refusal } from "./refusal";
import { clock, ms, t, word } from "./text";

function about(entry: AuditEntry): string {
	return [
		entry.incident === undefined ? "" : t("audit.incident", { id: entry.incident }),
		entry.report === undefined ? "" : t("audit.report", { id: entry.report }),
		entry.detail ?? "",
	].filter((piece) => piece !== "").join(" · ");
}

function Line({ entry }: { entry: AuditEntry }) {
	const at = ms(entry.at);

	return (
		<tr>
			<td>{entry.at === undefined ? `#${entry.sequence}` : <time dateTime={entry.at}>{clock(at)}</time>}</td>
			<td><b>{entry.kind === "AUDIT_KIND_DAMAGED" ? "?" : entry.name || t("audit.nobody")}</b> {entry.by && t("audit.by", { name: entry.by })}</td>
			<td>{word("audit.kind", (entry.kind ?? "").replace("AUDIT_KIND_", "").toLowerCase())}</td>
			<td>{about(entry) || "–"}</td>
			<td>{entry.address || "–"}</td>
		</tr>
	);
}

export function AuditPage({ onClose, onTurn }: { onClose: () => void; onTurn: (to: AccountLeaf) => void }) {
	const [entries, setEntries] = useState<readonly AuditEntry[]>([]);
	const [next, setNext] = useState("");
	const [head, setHead] = useState<Page["head"]>(undefined);
	const [reading, setReading] = useState(false);
	const [said, setSaid] = useState("");
	const read = (before: string) => {
		setSaid("");
		setReading(true);
		ask<Page>(`/v1/audit${before === "" ? "" : `?before=${before}`}`).then((page) => {
			setEntries((had) => [...(before === "" ? [] : had), ...(page.entries ?? [])]);
			setNext(page.next ?? "");
			setHead(page.head);
		}, (error: unknown) => setSaid(refusal(error))).finally(() => setReading(false));
	};
	useEffect(() => read(""), []);
	return (
		<main class="handover-page duty-page" aria-label={t("audit.title")}>
			<AccountTabs at="audit" onTurn={onTurn} />
			<div class="title">
				<h2>{t("audit.title")}</h2>
				<button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")} <kbd>Esc</kbd></button>
			</div>
			<p class="wrong" role="alert">{said}</p>
			{head !== undefined && <p class="chain">{t("audit.head", { row: head.row ?? "0" })} <code>{head.row}:{head.hash}</code> <span class="soft">{t("audit.head.why")}</span></p>}
			<table class="table table-sm table-striped table-hover handover">
				<thead><tr>{(["when", "who", "what", "about", "from"] as const).map((c) => <th key={c}>{t(`audit.${c}`)}</th>)}</tr></thead>
				<tbody>{entries.map((e) => <Line key={e.sequence} entry={e} />)}</tbody>
			</table>
			{entries.length === 0 && next === "" && !reading && said === "" && <p>{t("audit.none")}</p>}
			{next !== "" && <button type="button" class="btn btn-outline-primary" disabled={reading} onClick={() => read(next)}>{t("audit.older")}</button>}
		</main>
	);
}
