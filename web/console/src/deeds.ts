// What this operator does: sends it, says what came of it, takes it back.
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Action, ActionResult } from "vedetta/api";
import { actOf, type ActName, type Values } from "./acts";
import { reportOf, type Call } from "./call";
import { exercise } from "./exercise";
import { act, isUnanswered, newKey, Refused, tellReport } from "./feed";
import { refusal } from "./refusal";
import { may, me } from "./session";
import { isNewer, type State } from "./state";
import { clock, language, ms, t, word } from "./text";
import type { IsThere } from "./there";

/** What the rest of the page gives: its state, and two things to do with an incident. */
interface Page {
	state: ReadonlySignal<State>;
	open: (id: string) => void;
	/** Its history, again; done when it is shown, or could not be. */
	read: (id: string) => Promise<void>;
	/** What this operator did is to be seen at once. */
	settle: () => void;
	/** An answer did not come: is the server there? */
	doubt: () => void;
}

/** A stream that is down, or a filter that hides the incident, must not hold the form. */
const SHOWN_WITHIN_MS = 1000;

/** Why it was not done, in words an operator can act on. Never left: it cannot have been. */
function why(error: unknown, neverLeft: boolean): string {
	if (isUnanswered(error)) {
		return t(neverLeft ? "act.offline" : "act.uncertain");
	}
	if (error instanceof Refused && error.problem.by) {
		const { by, what = "", decidedAt } = error.problem;
		return t("act.outdated", { by, what: word("act.field", what), at: clock(ms(decidedAt)) });
	}
	return t("locate.failed", { reason: refusal(error) });
}

/** What went out and was not answered. */
const NOTHING_SENT = { what: "", key: "", sequence: "", neverLeft: false };

/** What failed when its form was gone: kept until somebody says what becomes of it. */
export interface Loose {
	key: string;
	/** The incident, or "". */
	id: string;
	/** What was decided, or the words of a call. */
	action?: Action;
	words: string;
	says: string;
	isBusy: boolean;
	/** The same once more, done once; null: it was refused. */
	again: (() => Promise<void>) | null;
}

/** Who waits longer is told that it is on its way. */
const QUICK_MS = 1000;
/** One that takes longer is reason to ask whether the server is there at all. */
const SLOW_MS = 3000;

export class Deeds {
	/** The action whose form is open. */
	readonly acting = signal<ActName | null>(null);
	/** What one without a form said when it failed. */
	readonly said = signal("");
	/** What became of something, said once. */
	readonly note = signal("");
	readonly loose = signal<readonly Loose[]>([]);
	#page: Page;
	#sent = NOTHING_SENT;
	/** Each incident's sequence after what this operator did last: the board may be behind it. */
	#done = new Map<string, string>();
	/** Until all that was begun is answered. */
	#answers: Promise<unknown> = Promise.resolve();

	constructor(page: Page) {
		this.#page = page;
	}

	/** Tried again it is what went out before, and done once, whatever came to the board meanwhile. */
	#attempt(what: unknown, sequence = ""): typeof NOTHING_SENT {
		const text = JSON.stringify(what);
		const neverLeft = !navigator.onLine;
		if (this.#sent.what !== text) {
			this.#sent = { what: text, key: newKey(), sequence, neverLeft };
		}
		this.#sent.neverLeft &&= neverLeft;
		return this.#sent;
	}

	/** What went wrong, for the form; "" when that is gone and it is said elsewhere. */
	#failed(error: unknown, sent: typeof NOTHING_SENT, isThere: IsThere, one: Pick<Loose, "id" | "action" | "words"> & { again: () => Promise<void> }): string {
		const says = why(error, sent.neverLeft);
		const unanswered = isUnanswered(error);

		if (unanswered) {
			this.#page.doubt();
		}
		if (isThere()) {
			if (!unanswered && this.#sent === sent) {
				this.#sent = NOTHING_SENT;
			}
			return says;
		}
		if (this.#sent === sent) {
			this.#sent = NOTHING_SENT;
		}
		this.#put({ ...one, key: sent.key, says, isBusy: false, again: unanswered ? one.again : null });
		return "";
	}

	#put(one: Loose): void {
		this.loose.value = [...this.loose.peek().filter(({ key }) => key !== one.key), one];
	}

	/** Nothing more is to become of it. */
	drop(one: Loose): void {
		this.loose.value = this.loose.peek().filter(({ key }) => key !== one.key);
	}

	async again(one: Loose): Promise<void> {
		if (one.again === null || one.isBusy) {
			return;
		}
		this.#put({ ...one, isBusy: true });
		try {
			await one.again();
			this.drop(one);
			this.note.value ||= t("loose.done");
		} catch (error) {
			this.#put({ ...one, says: why(error, false), again: isUnanswered(error) ? one.again : null });
		}
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

	/** Up to where this operator has seen the incident, own decisions included. */
	#sequence(id: string): string {
		const there = this.#page.state.peek().incidents.get(id)?.sequence ?? "0";
		const mine = this.#done.get(id) ?? "0";

		return isNewer(mine, there) ? mine : there;
	}

	/** Tries an action, of the form that is open; what went wrong, or "". The incident it is about now is open then. */
	decide(id: string, what: Omit<Action, "sequence">, isThere: IsThere = () => this.#isOpen(id), hasForm = false): Promise<string> {
		const tried = this.#try(id, what, isThere, hasForm);

		this.#answers = Promise.all([this.#answers, tried]);
		return tried;
	}

	async #try(id: string, what: Omit<Action, "sequence">, isThere: IsThere, hasForm: boolean): Promise<string> {
		// What got worse since is taken on anew, also while the answer of the first time is on its way.
		const worse = what.acknowledge === undefined ? undefined : this.#page.state.peek().incidents.get(id)?.worse?.sequence;
		const sent = this.#attempt([id, what, worse], this.#sequence(id));
		const action = { sequence: sent.sequence, ...what };
		const { key } = sent;
		try {
			const result = await this.#act(id, action, key);
			if (this.#sent === sent) {
				this.#sent = NOTHING_SENT;
			}
			await this.#shown(result.incident ?? id, result.sequence ?? "0");
			this.#page.settle();
			// Who works fast is elsewhere by now, or has the next form open: nothing is taken from under their hands.
			if (!this.#isOpen(id)) {
				return "";
			}
			if (hasForm && isThere()) {
				this.acting.value = null;
			}
			if ((result.incident ?? "0") !== "0" && result.incident !== id) {
				this.#page.open(result.incident ?? id);
			} else {
				void this.#page.read(id);
			}
			return "";
		} catch (error) {
			return this.#failed(error, sent, isThere, {
				id, action, words: "",
				again: async () => {
					await this.#act(id, action, key);
					if (this.#isOpen(id)) {
						void this.#page.read(id);
					}
				},
			});
		}
	}

	async #act(id: string, action: Action, key: string): Promise<ActionResult> {
		const result = await this.#answered(act(id, action, key));

		this.#done.set(result.incident ?? id, result.sequence ?? "0");
		return result;
	}

	/** An answer that does not come says first that the line may be down. */
	async #answered<T>(answer: Promise<T>): Promise<T> {
		const timer = setTimeout(() => this.#page.doubt(), SLOW_MS);
		try {
			return await answer;
		} finally {
			clearTimeout(timer);
		}
	}

	#isOpen(id: string): boolean {
		return this.#page.state.peek().detail?.id === id;
	}

	/** One without a form says under the buttons what becomes of it. */
	async #bare(id: string, what: Omit<Action, "sequence">): Promise<void> {
		this.said.value = "";
		const timer = setTimeout(() => {
			if (this.#isOpen(id)) {
				this.said.value = t("act.sending");
			}
		}, QUICK_MS);
		const wrong = await this.decide(id, what);
		clearTimeout(timer);
		if (this.#isOpen(id)) {
			this.said.value = wrong;
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
		void this.#bare(incident.id ?? "0", chosen.action({}));
	}

	/** Nothing is being prepared any more. */
	putDown(): void {
		this.acting.value = null;
		this.said.value = "";
	}

	/** "me" and the other incident's sequence are known here, not in the form. */
	send(id: string, name: ActName, values: Values, isThere: IsThere): Promise<string> {
		const { into } = values;
		return this.decide(id, actOf(name)?.action({
			...values,
			...(values["to"] === "me" ? { person: me.peek()?.name ?? "" } : {}),
			...(into === undefined ? {} : { intoSequence: this.#sequence(into) }),
		}) ?? {}, isThere, true);
	}

	undo(id: string, decision: string): Promise<void> {
		return this.#bare(id, { undo: { decision } });
	}

	/**
	 * Takes back this operator's newest decision about the open incident that can be. What was only just done, or is not
	 * answered yet, comes first: it must never be an older one, so the history is read again before one is chosen.
	 */
	undoLast(): void {
		const id = this.#page.state.peek().detail?.id;

		if (id !== undefined) {
			this.#answers = this.#answers.then(() => this.#undoNewest(id));
		}
	}

	async #undoNewest(id: string): Promise<void> {
		if (this.#isOpen(id)) {
			await this.#page.read(id);
		}
		const { detail } = this.#page.state.peek();
		if (detail?.id !== id) {
			this.note.value = t("act.undo_unread", { id });
			return;
		}
		if (detail.state === "failed" || isNewer(this.#done.get(id) ?? "0", detail.sequence)) {
			this.said.value = t("act.undo_unread", { id });
			return;
		}
		const mine = detail.reports.find((r) => r.decision?.undoable && !r.decision.undone && r.decision.by === me.peek()?.name);
		if (mine !== undefined) {
			await this.undo(id, mine.id ?? "0");
		}
	}

	/** What somebody told on the phone is a report like any other: a receipt, an incident. */
	async takeCall(call: Call, isThere: IsThere): Promise<string> {
		const report = reportOf(call, language.peek());
		const drill = call.drill ? exercise.peek()?.token ?? "" : null;
		const sent = this.#attempt([report, call.drill]);
		const tell = async () => {
			const receipt = await this.#answered(tellReport(report, sent.key, drill));
			this.note.value = t("call.taken", { code: receipt.code ?? "" });
		};
		try {
			await tell();
			if (this.#sent === sent) {
				this.#sent = NOTHING_SENT; // the same words again are another call
			}
			return "";
		} catch (error) {
			const words = [call.hazard === "" ? "" : word("hazard", call.hazard), call.place, call.text, call.name, call.phone].filter((part) => part !== "").join(" · ");
			return this.#failed(error, sent, isThere, { id: "", words, again: tell });
		}
	}
}
