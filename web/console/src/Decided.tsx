// One decision or message in an incident's history, as it was made, and undone if it was.
import type { Action, IncidentReport } from "vedetta/api";
import { mayUndo, type Actor } from "./acts";
import { age, clock, ms, placeText, t, word } from "./text";

/** Which kind it is, and its words. */
function told(action: Action | undefined): { name: string; says: string } {
	if (action === undefined) {
		return { name: "", says: "" };
	}
	const line = (...parts: (string | number | undefined)[]) => parts.filter((p) => p !== undefined && p !== "" && p !== "0").join(" · ");
	const { handOver, refuseHandOver, assign, note, setClass, ask, merge, split, move, mark, close, reopen, undo, place } = action;

	if (handOver) {
		return { name: "handOver", says: line(handOver.to, handOver.reference, handOver.takenBy, handOver.note) };
	}
	if (refuseHandOver) {
		return { name: "refuse", says: line(refuseHandOver.reason) };
	}
	if (assign) {
		return { name: "assign", says: line(assign.nobody ? t("act.assign.to.nobody") : (assign.person ?? assign.teamName) || `#${assign.team ?? ""}`, assign.note) };
	}
	if (note) {
		return { name: "note", says: line(note.text) };
	}
	if (setClass) {
		return { name: "setClass", says: line(setClass.class ? word("class", String(setClass.class)) : t("act.setClass.class.0"), setClass.reason) };
	}
	if (ask) {
		return { name: "ask", says: line(ask.text) };
	}
	if (merge) {
		return { name: "merge", says: line(`#${merge.into ?? ""}`, merge.reason) };
	}
	if (split) {
		return { name: "split", says: line(split.reason) };
	}
	if (move) {
		return { name: "move", says: line(`#${move.into ?? ""}`, move.reason) };
	}
	if (mark) {
		return { name: "mark", says: line(word("act.mark.kind", (mark.kind ?? "").replace("MARK_KIND_", "")), mark.of && mark.of !== "0" ? `#${mark.of}` : "", mark.reason) };
	}
	if (close) {
		return { name: "end", says: line(word("act.end.outcome", (close.outcome ?? "").replace("CLOSE_OUTCOME_", "")), close.text) };
	}
	if (reopen) {
		return { name: "reopen", says: line(reopen.reason) };
	}
	if (undo) {
		return { name: "undo", says: line(undo.reason) };
	}
	return place ? { name: "place", says: line(placeText(place), place.reason) } : { name: "acknowledge", says: "" };
}

/** As one line: what it was to be, and its words. */
export function Decision({ action }: { action: Action }) {
	const { name, says } = told(action);
	return <><b>{word("key", name)}</b>{says !== "" && <span dir="auto"> «{says}»</span>}</>;
}

interface DecidedProps {
	row: IncidentReport;
	nowMs: number;
	/** Undoes it; undefined when this operator may not act. */
	onUndo?: ((decision: string) => void) | undefined;
	actor: Actor;
}

export function Decided({ row, nowMs, onUndo, actor }: DecidedProps) {
	const { decision, message } = row;
	const at = ms(decision?.at ?? row.receivedAt);
	const when = <time dateTime={decision?.at ?? row.receivedAt} title={age(at, nowMs)}>{clock(at)}</time>;
	if (message !== undefined) {
		return (
			<li class={`message ${message.fromCitizen ? "in" : "out"}`}>
				<p class="soft">{when} · {message.fromCitizen ? t("message.in", { code: row.code ?? "" }) : t("message.out", { by: message.by ?? "" })}{" "}
					{message.state && !message.fromCitizen && word("message.state", message.state.replace("MESSAGE_STATE_", "").toLowerCase())}</p>
				<p class="said" dir="auto">{message.text}</p>
			</li>
		);
	}
	const { name, says } = told(decision?.action);
	return (
		<li class={`decision${decision?.undone ? " undone" : ""}`}>
			<p class="soft">
				{when} · <b>{decision?.by}</b> · {word("act.did", name)}
				{decision?.undone && <b class="badge mark">{t("act.undone")}</b>}
			</p>
			{says !== "" && <p dir="auto">{says}</p>}
			{decision?.undoable && !decision.undone && onUndo !== undefined && mayUndo(decision.by, actor) && (
				<button type="button" class="btn btn-outline-primary" onClick={() => onUndo(row.id ?? "0")}>↶ {t("act.undo_this")}</button>
			)}
		</li>
	);
}
