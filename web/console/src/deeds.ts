// What this operator does: sends it, says what came of it, takes it back.
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Action } from "vedetta/api";
import { actOf, type ActName, type Values } from "./acts";
import { reportOf, type Call } from "./call";
import { exercise } from "./exercise";
import { act, newKey, Refused, tellReport } from "./feed";
import { isUnanswered, refusal } from "./refusal";
import { may, me } from "./session";
import type { State } from "./state";
import { clock, language, ms, t, word } from "./text";

/** What the rest of the page gives: its state, and two things to do with an incident. */
interface Page {
	state: ReadonlySignal<State>;
	open: (id: string) => void;
	read: (id: string) => void;
	/** What this operator did is to be seen at once. */
	settle: () => void;
}

/** A stream that is down, or a filter that hides the incident, must not hold the form. */
const SHOWN_WITHIN_MS = 1000;

/** Why it was not done, in words an operator can act on. */
function why(error: unknown): string {
	if (isUnanswered(error)) {
		return t("act.uncertain");
	}
	if (error instanceof Refused && error.problem.by) {
		const { by, what = "", decidedAt } = error.problem;
		return t("act.outdated", { by, what: word("act.field", what), at: clock(ms(decidedAt)) });
	}
	return t("locate.failed", { reason: refusal(error) });
}

/** What went out and was not answered. */
const NOTHING_SENT = { what: "", key: "", sequence: "" };

export class Deeds {
	/** The action whose form is open. */
	readonly acting = signal<ActName | null>(null);
	/** What one without a form said when it failed. */
	readonly said = signal("");
	/** What became of something, said once. */
	readonly note = signal("");
	#page: Page;
	#sent = NOTHING_SENT;

	constructor(page: Page) {
		this.#page = page;
	}

	/** Tried again it is what went out before, and done once, whatever came to the board meanwhile. */
	#attempt(what: unknown, sequence = ""): { key: string; sequence: string } {
		const text = JSON.stringify(what);
		if (this.#sent.what !== text) {
			this.#sent = { what: text, key: newKey(), sequence };
		}
		return this.#sent;
	}

	#failed(error: unknown): string {
		if (!isUnanswered(error)) {
			this.#sent = NOTHING_SENT;
		}
		return why(error);
	}

	/** Until the board shows what was decided: the next action must not be told that this one came between. */
	#shown(id: string, sequence: string): Promise<void> {
		return new Promise((resolve) => {
			let stop = (): void => undefined;
			const timer = setTimeout(() => {
				stop();
				resolve();
			}, SHOWN_WITHIN_MS);
			stop = effect(() => {
				const there = this.#page.state.value.incidents.get(id)?.sequence ?? "0";
				if (BigInt(there) >= BigInt(sequence)) {
					clearTimeout(timer);
					queueMicrotask(() => stop());
					resolve();
				}
			});
		});
	}

	#sequence(id: string): string {
		return this.#page.state.peek().incidents.get(id)?.sequence ?? "0";
	}

	/** Tries an action, of the form that is open; what went wrong, or "". The incident it is about now is open then. */
	async decide(id: string, what: Omit<Action, "sequence">, form: ActName | null = null): Promise<string> {
		const { key, sequence } = this.#attempt([id, what], this.#sequence(id));
		try {
			const result = await act(id, { sequence, ...what }, key);
			this.#sent = NOTHING_SENT;
			await this.#shown(result.incident ?? id, result.sequence ?? "0");
			this.#page.settle();
			// Who works fast is elsewhere by now, or has the next form open: nothing is taken from under their hands.
			if (this.#page.state.peek().detail?.id !== id) {
				return "";
			}
			if (form !== null && this.acting.peek() === form) {
				this.acting.value = null;
			}
			if ((result.incident ?? "0") !== "0" && result.incident !== id) {
				this.#page.open(result.incident ?? id);
			} else {
				this.#page.read(id);
			}
			return "";
		} catch (error) {
			return this.#failed(error);
		}
	}

	/** One without fields is done at once; the others open their form. */
	begin(id: string | null, name: ActName | null): void {
		const incident = this.#page.state.peek().incidents.get(id ?? "");
		const chosen = name === null ? undefined : actOf(name);

		this.putDown();
		if (incident === undefined || chosen === undefined || !may("ACT") || !chosen.fits(incident)) {
			return;
		}
		if (chosen.fields.length > 0) {
			this.acting.value = chosen.name;
			return;
		}
		void this.decide(incident.id ?? "0", chosen.action({})).then((wrong) => { this.said.value = wrong; });
	}

	/** Nothing is being prepared any more. */
	putDown(): void {
		this.acting.value = null;
		this.said.value = "";
	}

	/** "me" and the other incident's sequence are known here, not in the form. */
	send(id: string, name: ActName, values: Values): Promise<string> {
		const { into } = values;
		return this.decide(id, actOf(name)?.action({
			...values,
			...(values["to"] === "me" ? { person: me.peek()?.name ?? "" } : {}),
			...(into === undefined ? {} : { intoSequence: this.#sequence(into) }),
		}) ?? {}, name);
	}

	undo(id: string, decision: string): void {
		this.said.value = "";
		void this.decide(id, { undo: { decision } }).then((wrong) => { this.said.value = wrong; });
	}

	/** This operator's newest decision about the open incident that can be taken back. */
	undoLast(): void {
		const { detail } = this.#page.state.peek();
		const mine = detail?.reports.find((r) => r.decision?.undoable && !r.decision.undone && r.decision.by === me.peek()?.name);

		if (detail !== null && mine !== undefined) {
			this.undo(detail.id, mine.id ?? "0");
		}
	}

	/** What somebody told on the phone is a report like any other: a receipt, an incident. */
	async takeCall(call: Call): Promise<string> {
		const report = reportOf(call, language.peek());
		try {
			const receipt = await tellReport(report, this.#attempt([report, call.drill]).key, call.drill ? exercise.peek()?.token ?? "" : null);
			this.#sent = NOTHING_SENT; // the same words again are another call
			this.note.value = t("call.taken", { code: receipt.code ?? "" });
			return "";
		} catch (error) {
			return this.#failed(error);
		}
	}
}
