// The only code that speaks to the server: the list, the stream, the reports of one incident.
import { signal } from "@preact/signals";
import type { Action, ActionResult, Event, IncidentList, IncidentPage, LookingStates, Me, Point, Problem, Receipt, Report, UmbrellaStates } from "vedetta/api";
import { isLate, isSilent, LATE_MS, SILENT_MS, type News, type State } from "./state";
import { openStream, type Stream } from "./stream";
import { parse } from "./wire";

const PAGE = 500;
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const ANSWER_MS = 15_000;
/** Who is only asked whether they are there says so at once. */
const THERE_MS = 4_000;

export const SESSION = "/v1/session";
export const STEP_UP = "/v1/session/step-up";
/** A wrong secret there is no end of the session. */
const SECRET_PATHS: readonly string[] = [SESSION, STEP_UP];

/** The session is over, and something typed here waits for its author to come back. */
export const nobody = signal(false);

export async function ask<T>(path: string, withinMs = ANSWER_MS): Promise<T> {
	const answer = await fetch(path, {
		headers: { Accept: "application/json" },
		cache: "no-store",
		signal: AbortSignal.timeout(withinMs),
	});
	leaveWhenNobody(answer);
	if (!answer.ok) {
		throw await refused(answer);
	}
	return parse<T>(await answer.text());
}

/** What an answer other than the wanted one says; one between here and the server may say it in its own form. */
export async function refused(answer: Response): Promise<Refused> {
	const text = await answer.text();
	try {
		return new Refused(answer.status, parse<Problem>(text));
	} catch {
		return new Refused(answer.status, { detail: `${new URL(answer.url).pathname}: ${answer.status}` });
	}
}

const TYPED = "form :is(textarea, input:not([type=radio], [type=checkbox], [type=password], [type=search], [role=combobox]))";

function isTyping(): boolean {
	return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(TYPED)].some(({ value }) => value.trim() !== "");
}

/** The session ended, was revoked, or slept: the page on which one comes back, unless that would lose what is typed. */
function leaveWhenNobody(answer: Response): void {
	if (answer.status !== 401 || nobody.peek()) {
		return;
	}
	if (isTyping()) {
		nobody.value = true;
	} else {
		location.assign("/login");
	}
}

function cameBack(): Promise<void> {
	return new Promise((resolve) => {
		const stop = nobody.subscribe((on) => {
			if (!on) {
				queueMicrotask(() => stop());
				resolve();
			}
		});
	});
}

/** Where an operator says that a report is. */
export interface Placed {
	point: Point;
	accuracyM?: number;
	words: string;
	reason: string;
	report?: string;
	/** The report may leave what this account sees. */
	leaves?: boolean;
}

/** What the server refused, in its own words where it has any. */
export class Refused extends Error {
	constructor(public readonly status: number, public readonly problem: Problem) {
		super(problem.detail ?? String(status));
	}
}

/** What a server says that does not know itself. */
const UNCERTAIN = ["urn:vedetta:problem:desk-away", "urn:vedetta:problem:fault"];

/** Cut off before an answer that says what became of it: it may have been done. One on the way that failed does not know. */
export function isUnanswered(error: unknown): boolean {
	if (!(error instanceof Refused)) {
		return true;
	}
	const { type } = error.problem;
	return type === undefined ? error.status >= 500 : UNCERTAIN.includes(type);
}

/** For one thing that is sent; tried again it is the same. Words would not do: a header takes Latin-1 only. */
export function newKey(): string {
	return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

/** What was refused because the session is over is sent when its author is back. */
export async function post<T>(path: string, body: unknown, key: string, more: Record<string, string> = {}): Promise<T> {
	const answer = await fetch(path, {
		method: "POST",
		headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key, ...more },
		body: JSON.stringify(body),
		signal: AbortSignal.timeout(ANSWER_MS),
	});
	if (!SECRET_PATHS.includes(path)) {
		leaveWhenNobody(answer);
		if (answer.status === 401 && nobody.peek()) {
			await cameBack();
			return post(path, body, key, more);
		}
	}
	if (!answer.ok) {
		throw await refused(answer);
	}
	return parse<T>(await answer.text());
}

/** Does what the operator decided; the same key when it is tried again. Throws what to say. */
export function act(id: string, action: Action, key: string): Promise<ActionResult> {
	return post(`/v1/incidents/${encodeURIComponent(id)}/actions`, action, key);
}

/**
 * Nothing hangs on it: what fails is said again in a moment, what is not said again is over. Two on the way may
 * arrive in the other order: the count says which is the later one.
 */
export function look(tab: string, incident: string, writing: boolean, count: number): void {
	fetch("/v1/looking", {
		method: "POST", keepalive: true, headers: { "Content-Type": "application/json", Accept: "application/json" },
		body: JSON.stringify({ tab, incident, writing, count }),
	}).catch(() => {});
}

/** A report that somebody told an operator; with the exercise's token it is a drill. */
export function tellReport(report: Report, key: string, drill: string | null): Promise<Receipt> {
	return post("/v1/reports", report, key, drill === null ? {} : { "Vedetta-Exercise": drill });
}

/**
 * All pages, as one. The stream goes on from the first page's sequence: what
 * changed while the others were read comes again, and is the newer one.
 */
async function loadBoard(): Promise<{ incidents: NonNullable<IncidentList["incidents"]>; sequence: string }> {
	const first = await ask<IncidentList>(`/v1/incidents?limit=${PAGE}`);
	const incidents = [...first.incidents ?? []];

	for (let next = first.next; next;) {
		const page = await ask<IncidentList>(
			`/v1/incidents?limit=${PAGE}&cursor=${encodeURIComponent(next)}`);
		incidents.push(...page.incidents ?? []);
		next = page.next;
	}
	return { incidents, sequence: first.sequence ?? "" };
}

/** Keeps the state fed. One stream at a time; each failure waits a little longer. */
export class Feed {
	#stream: Stream | null = null;
	#openedMs = 0;
	#failures = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Only the newest goes on: one may hang while another is begun. */
	#start = 0;
	#isDoubted = false;
	#state: () => State;
	#tell: (news: News) => void;
	#meet: (mine: Me) => void;

	constructor(state: () => State, tell: (news: News) => void, meet: (mine: Me) => void) {
		this.#state = state;
		this.#tell = tell;
		this.#meet = meet;
	}

	async start(): Promise<void> {
		const start = ++this.#start;

		this.#drop();
		this.#tell({ kind: "connecting" });
		try {
			if (this.#failures > 0) {
				this.#meet(await ask<Me>(SESSION)); // a stream does not say why it was refused
			}
			if (start === this.#start && this.#state().sequence === "") {
				const board = await loadBoard();
				if (start === this.#start) {
					this.#tell({ kind: "loaded", ...board, nowMs: Date.now() });
				}
			}
			if (start === this.#start) {
				this.#open();
			}
		} catch {
			if (start === this.#start) {
				this.#retry();
			}
		}
	}

	/** Once a second: a stream that says nothing is as good as none. */
	watch(nowMs: number): void {
		if (this.#stream === null) {
			return;
		}
		if (isSilent(this.#state(), nowMs) && nowMs - this.#openedMs > SILENT_MS) {
			this.#retry();
		} else if (isLate(this.#state(), nowMs) && nowMs - this.#openedMs > LATE_MS) {
			void this.doubt();
		}
	}

	/** Is anybody there? Asked when the machine says it is off the network, an answer did not come, or a heartbeat. */
	async doubt(): Promise<void> {
		const stream = this.#stream;

		if (stream === null || this.#isDoubted) {
			return;
		}
		this.#isDoubted = true;
		const isThere = await ask<Me>(SESSION, THERE_MS).then(() => true, (error: unknown) => error instanceof Refused);
		this.#isDoubted = false;
		// A server that answers and sends no heartbeat: the stream is cut, and nobody said so.
		if (this.#stream === stream && (!isThere || isLate(this.#state(), Date.now()))) {
			this.#retry();
		}
	}

	retryNow(): void {
		clearTimeout(this.#timer);
		void this.start();
	}

	#open(): void {
		this.#openedMs = Date.now();
		this.#stream = openStream(this.#state().sequence, {
			open: () => this.#tell({ kind: "opened", nowMs: Date.now() }),
			told: (name, data, id) => this.#told(name, data, id),
			lost: () => this.#retry(),
		});
	}

	#told(name: string, data: string, id: string): void {
		const nowMs = Date.now();

		this.#failures = 0;
		switch (name) {
			case "change":
				this.#tell({ kind: "change", event: parse<Event>(data), nowMs });
				break;
			case "umbrellas":
				this.#tell({ kind: "umbrellas", states: parse<UmbrellaStates>(data), nowMs });
				break;
			case "looking":
				this.#tell({ kind: "looking", states: parse<LookingStates>(data), nowMs });
				break;
			case "heartbeat": {
				const { deskConnected } = parse<{ deskConnected?: boolean }>(data);
				this.#tell({ kind: "heartbeat", sequence: id, deskConnected: deskConnected !== false, nowMs });
				break;
			}
			case "reset":
				this.#tell({ kind: "reset" });
				void this.start();
				break;
		}
	}

	#drop(): void {
		clearTimeout(this.#timer);
		this.#stream?.close();
		this.#stream = null;
	}

	#retry(): void {
		const wait = (WAITS_MS[Math.min(this.#failures++, WAITS_MS.length - 1)] ?? 0)
			* (0.8 + 0.4 * Math.random());

		this.#drop();
		this.#tell({ kind: "lost", retryMs: Date.now() + wait });
		this.#timer = setTimeout(() => void this.start(), wait);
	}

	async reports(id: string, before = ""): Promise<void> {
		const query = before === "" ? "" : `?before=${encodeURIComponent(before)}`;

		this.#tell({ kind: "detail", id });
		try {
			const page = await ask<IncidentPage>(`/v1/incidents/${encodeURIComponent(id)}${query}`);
			this.#tell({ kind: "detailShown", id, page, before });
		} catch {
			this.#tell({ kind: "detailFailed", id });
		}
	}
}
