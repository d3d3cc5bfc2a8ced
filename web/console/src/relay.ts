// Hands one stream to many pages, each from where its own list ends. Pure: the worker gives it a way to open.
import type { LookingStates, UmbrellaLabel, UmbrellaStates } from "vedetta/api";
import { takeLooking, type Lookers } from "./looking";
import { LATE_MS } from "./state";
import type { Stream, StreamEvents } from "./stream";
import { takeUmbrellas, type Umbrellas } from "./umbrella";

export type ToWorker = { kind: "join"; after: string } | { kind: "here" } | { kind: "leave" };

export type FromWorker =
	| { kind: "open" }
	| { kind: "told"; name: string; data: string; id: string }
	| { kind: "lost" };

type Told = Extract<FromWorker, { kind: "told" }>;

/** Of what was told last, for a page that comes a moment later. */
const KEPT_MOST = 500;
/** Changed last: an older one is in the list that a page has read. */
const LABELS_MOST = 500;

/** A page that said nothing for so long is gone. */
const GONE_MS = 70_000;

interface Id {
	epoch: string;
	sequence: bigint;
}

function readId(id: string): Id {
	const [epoch = "", sequence = "0"] = id.split("-");
	return { epoch, sequence: /^\d+$/.test(sequence) ? BigInt(sequence) : 0n };
}

function isAfter(id: string, after: Id): boolean {
	const at = readId(id);
	return at.epoch !== after.epoch || at.sequence > after.sequence;
}

export interface Page {
	say: (message: FromWorker) => void;
}

export class Relay {
	#open: (after: string, events: StreamEvents) => Stream;
	#stream: Stream | null = null;
	#isOpen = false;
	#pages = new Map<Page, number>();
	/** What was told, without a gap, from just after #from. */
	#kept: Told[] = [];
	#from = "";
	/** For a page that comes later, since these have no number to go on from: who looks at what, and what hangs together. */
	#lookers: Lookers = new Map();
	#umbrellas: Umbrellas = new Map();
	#labels = new Map<string, UmbrellaLabel>();
	/** null: nothing was told of umbrellas yet. */
	#rebuilding: boolean | null = null;
	#at = "";
	#now: () => number;
	#heardMs = 0;

	constructor(open: (after: string, events: StreamEvents) => Stream, now: () => number = Date.now) {
		this.#open = open;
		this.#now = now;
	}

	get pages(): number {
		return this.#pages.size;
	}

	take(page: Page, message: ToWorker, nowMs: number): void {
		if (message.kind === "leave") {
			this.#pages.delete(page);
		} else if (message.kind === "here") {
			this.#pages.set(page, nowMs);
		} else {
			if (this.#stream !== null && this.#now() - this.#heardMs > LATE_MS) {
				this.#lost(); // slept through, or cut without a word: nobody is handed a dead one
			}
			this.#pages.set(page, nowMs);
			this.#join(page, message.after);
		}
		this.#forgetGone(nowMs);
	}

	#join(page: Page, after: string): void {
		const id = readId(after);

		if (this.#stream === null) {
			// It goes on from there; what was told before has a gap to it, unless they meet.
			if (after !== this.#at) {
				this.#kept = [];
				this.#from = after;
			}
			this.#at = after;
			this.#start(after);
			return;
		}
		if (id.epoch !== readId(this.#at).epoch || isAfter(this.#from, id)) {
			page.say({ kind: "told", name: "reset", data: "{}", id: "" }); // its list is too old to go on from
			return;
		}
		if (this.#isOpen) {
			page.say({ kind: "open" });
		}
		for (const told of this.#kept) {
			if (isAfter(told.id, id)) {
				page.say(told);
			}
		}
		if (this.#rebuilding !== null) { // behind the changes: labels are of incidents that the page knows
			const all = { full: true, umbrellas: [...this.#umbrellas.values()], labels: [...this.#labels.values()], rebuilding: this.#rebuilding };
			page.say({ kind: "told", name: "umbrellas", data: JSON.stringify(all satisfies UmbrellaStates), id: "" });
		}
		if (this.#lookers.size > 0) {
			const incidents = [...this.#lookers].map(([incidentId, lookers]) => ({ incidentId, lookers: [...lookers] }));
			page.say({ kind: "told", name: "looking", data: JSON.stringify({ full: true, incidents } satisfies LookingStates), id: "" });
		}
	}

	#start(after: string): void {
		this.#isOpen = false;
		this.#lookers = new Map();
		this.#umbrellas = new Map();
		this.#labels.clear();
		this.#rebuilding = null;
		this.#heardMs = this.#now();
		this.#stream = this.#open(after, {
			open: () => {
				this.#heardMs = this.#now();
				this.#isOpen = true;
				this.#sayAll({ kind: "open" });
			},
			told: (name, data, id) => this.#told({ kind: "told", name, data, id }),
			lost: () => this.#lost(),
		});
	}

	#told(told: Told): void {
		this.#heardMs = this.#now();
		if (told.name === "reset") {
			this.#sayAll(told);
			this.#lost(false);
			return;
		}
		if (told.name === "looking") {
			this.#lookers = takeLooking(this.#lookers, JSON.parse(told.data) as LookingStates);
		}
		if (told.name === "umbrellas") {
			this.#takeUmbrellas(JSON.parse(told.data) as UmbrellaStates);
		}
		if (told.id !== "") {
			this.#at = told.id;
		}
		if (told.name === "change") {
			this.#kept.push(told);
			if (this.#kept.length > KEPT_MOST) {
				this.#from = this.#kept.shift()?.id ?? this.#from;
			}
		}
		this.#sayAll(told);
	}

	#takeUmbrellas(states: UmbrellaStates): void {
		this.#umbrellas = takeUmbrellas(this.#umbrellas, states);
		this.#rebuilding = states.rebuilding === true;
		for (const label of states.labels ?? []) {
			const id = label.incidentId ?? "0";
			this.#labels.delete(id); // to the end: the newest
			this.#labels.set(id, label);
		}
		for (const [oldest] of this.#labels) {
			if (this.#labels.size <= LABELS_MOST) {
				break;
			}
			this.#labels.delete(oldest);
		}
	}

	#lost(tell = true): void {
		this.#stream?.close();
		this.#stream = null;
		const pages = [...this.#pages.keys()];
		this.#pages.clear(); // each joins again when it is ready
		for (const page of tell ? pages : []) {
			page.say({ kind: "lost" });
		}
	}

	#sayAll(message: FromWorker): void {
		for (const page of this.#pages.keys()) {
			page.say(message);
		}
	}

	#forgetGone(nowMs: number): void {
		for (const [page, heardMs] of this.#pages) {
			if (nowMs - heardMs > GONE_MS) {
				this.#pages.delete(page);
			}
		}
		if (this.#pages.size === 0) {
			this.#stream?.close();
			this.#stream = null;
		}
	}
}
