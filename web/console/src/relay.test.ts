import assert from "node:assert/strict";
import test from "node:test";
import { Relay, type FromWorker, type Page } from "./relay";
import type { StreamEvents } from "./stream";

class Fake {
	opened: string[] = [];
	closed = 0;
	nowMs = 0;
	events: StreamEvents | null = null;
	relay = new Relay((after, events) => {
		this.opened.push(after);
		this.events = events;
		return { close: () => { this.closed++; } };
	}, () => this.nowMs);

	change(sequence: number): void {
		this.events?.told("change", `{"n":${sequence}}`, `e-${sequence}`);
	}
}

function page(): Page & { heard: FromWorker[]; changes: () => string[]; kinds: () => string[] } {
	const heard: FromWorker[] = [];
	return {
		heard,
		say: (message) => heard.push(message),
		changes: () => heard.flatMap((m) => (m.kind === "told" && m.name === "change" ? [m.id] : [])),
		kinds: () => heard.map((m) => (m.kind === "told" ? m.name : m.kind)),
	};
}

test("two pages share one stream, each from where its list ends", () => {
	const fake = new Fake();
	const [a, b] = [page(), page()];
	fake.relay.take(a, { kind: "join", after: "e-10" }, 0);
	fake.events?.open();
	fake.change(11);
	fake.change(12);
	fake.relay.take(b, { kind: "join", after: "e-11" }, 0);
	fake.change(13);
	assert.deepEqual(fake.opened, ["e-10"]);
	assert.deepEqual(a.changes(), ["e-11", "e-12", "e-13"]);
	assert.deepEqual(b.changes(), ["e-12", "e-13"]);
	assert.ok(b.kinds().includes("open"));
});

test("a page that comes later hears who looks at what", () => {
	const fake = new Fake();
	const [a, b, c] = [page(), page(), page()];
	const said = (p: typeof a) => p.heard.flatMap((m) => (m.kind === "told" && m.name === "looking" ? [JSON.parse(m.data) as unknown] : []));
	const told = (states: unknown) => fake.events?.told("looking", JSON.stringify(states), "");
	fake.relay.take(a, { kind: "join", after: "e-10" }, 0);
	told({ full: true, incidents: [{ incidentId: "1", lookers: [{ name: "anna" }] }, { incidentId: "2", lookers: [{ name: "bruno" }] }] });
	told({ incidents: [{ incidentId: "2" }] });
	fake.relay.take(b, { kind: "join", after: "e-10" }, 0);
	assert.deepEqual(said(b), [{ full: true, incidents: [{ incidentId: "1", lookers: [{ name: "anna" }] }] }]);
	assert.equal(said(a).length, 2);
	fake.events?.lost();
	fake.relay.take(c, { kind: "join", after: "e-10" }, 0);
	assert.deepEqual(said(c), [], "of another stream nothing is known yet");
});

test("a page that comes later has all umbrellas, and the labels its list may lack, behind the changes", () => {
	const fake = new Fake();
	const [a, b, c] = [page(), page(), page()];
	const said = (p: typeof a) => p.heard.flatMap((m) => (m.kind === "told" && m.name === "umbrellas" ? [JSON.parse(m.data) as unknown] : []));
	const told = (states: unknown) => fake.events?.told("umbrellas", JSON.stringify(states), "");
	fake.relay.take(a, { kind: "join", after: "e-10" }, 0);
	told({ full: true, umbrellas: [{ id: "1", incidents: 3 }, { id: "2", incidents: 3 }], labels: [{ incidentId: "5", umbrellaId: "1" }], rebuilding: true });
	fake.change(11);
	told({ umbrellas: [{ id: "2", incidents: 4 }], labels: [{ incidentId: "5", umbrellaId: "2" }] });
	fake.change(12);
	fake.relay.take(b, { kind: "join", after: "e-11" }, 0); // its list was read when all of them had been told
	assert.deepEqual(said(b), [{ full: true, umbrellas: [{ id: "1", incidents: 3 }, { id: "2", incidents: 4 }], labels: [{ incidentId: "5", umbrellaId: "2" }], rebuilding: false }]);
	assert.deepEqual(b.kinds(), ["change", "umbrellas"]);
	for (let id = 100; id < 700; id++) {
		told({ labels: [{ incidentId: String(id), umbrellaId: "2" }] });
	}
	fake.relay.take(c, { kind: "join", after: "e-12" }, 0);
	assert.equal((said(c)[0] as { labels: unknown[] }).labels.length, 500);
	fake.events?.lost();
	fake.relay.take(c, { kind: "join", after: "e-12" }, 0);
	assert.equal(said(c).length, 1, "of another stream nothing is known yet");
});

test("a page whose list is older than what was kept reads it anew", () => {
	const fake = new Fake();
	const [a, b, c] = [page(), page(), page()];
	fake.relay.take(a, { kind: "join", after: "e-10" }, 0);
	fake.relay.take(b, { kind: "join", after: "e-9" }, 0);
	assert.deepEqual(b.kinds(), ["reset"]);
	fake.relay.take(c, { kind: "join", after: "f-99" }, 0);
	assert.deepEqual(c.kinds(), ["reset"]);
	for (let n = 11; n <= 600; n++) {
		fake.change(n);
	}
	const d = page();
	fake.relay.take(d, { kind: "join", after: "e-50" }, 0);
	assert.deepEqual(d.kinds(), ["reset"]);
	const e = page();
	fake.relay.take(e, { kind: "join", after: "e-598" }, 0);
	assert.deepEqual(e.changes(), ["e-599", "e-600"]);
});

test("a cut is told to all, and who comes back first opens it again without a gap", () => {
	const fake = new Fake();
	const [a, b] = [page(), page()];
	fake.relay.take(a, { kind: "join", after: "e-10" }, 0);
	fake.relay.take(b, { kind: "join", after: "e-10" }, 0);
	fake.change(11);
	fake.change(12);
	fake.events?.lost();
	assert.equal(a.kinds().at(-1), "lost");
	assert.equal(b.kinds().at(-1), "lost");
	fake.relay.take(a, { kind: "join", after: "e-12" }, 0);
	fake.change(13);
	fake.relay.take(b, { kind: "join", after: "e-11" }, 0);
	assert.deepEqual(fake.opened, ["e-10", "e-12"]);
	assert.deepEqual(b.changes().slice(-2), ["e-12", "e-13"]);
	fake.events?.lost();
	fake.relay.take(a, { kind: "join", after: "e-20" }, 0); // its list was read anew: a gap lies between
	fake.relay.take(b, { kind: "join", after: "e-13" }, 0);
	assert.equal(b.kinds().at(-1), "reset");
});

test("pages that left or fell silent close the stream behind them", () => {
	const fake = new Fake();
	const [a, b] = [page(), page()];
	fake.relay.take(a, { kind: "join", after: "e-1" }, 0);
	fake.relay.take(b, { kind: "join", after: "e-1" }, 0);
	fake.relay.take(a, { kind: "leave" }, 1000);
	assert.equal(fake.closed, 0);
	fake.relay.take(b, { kind: "here" }, 60_000);
	assert.equal(fake.relay.pages, 1);
	fake.relay.take(b, { kind: "leave" }, 61_000);
	assert.equal(fake.closed, 1);
});

test("a stream that missed its heartbeat is handed to nobody: who comes begins a new one, and the others come again", () => {
	const fake = new Fake();
	const [a, b] = [page(), page()];
	fake.relay.take(a, { kind: "join", after: "e-10" }, 0);
	fake.events?.open();
	fake.nowMs = 19_000;
	fake.relay.take(b, { kind: "join", after: "e-10" }, 19_000);
	assert.deepEqual(fake.opened, ["e-10"]);
	assert.deepEqual(b.kinds(), ["open"]);
	fake.relay.take(b, { kind: "leave" }, 19_000);
	fake.nowMs = 3_600_000; // the machine slept
	fake.relay.take(a, { kind: "here" }, fake.nowMs);
	fake.relay.take(b, { kind: "join", after: "e-10" }, fake.nowMs);
	assert.deepEqual(fake.opened, ["e-10", "e-10"]);
	assert.equal(fake.closed, 1);
	assert.deepEqual(a.kinds(), ["open", "lost"]);
	assert.deepEqual(b.kinds(), ["open"], "and is not told that it is there before it is");
	fake.events?.open();
	fake.change(11);
	assert.deepEqual(b.kinds(), ["open", "open", "change"]);
});
