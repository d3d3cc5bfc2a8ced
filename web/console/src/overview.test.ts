import assert from "node:assert/strict";
import test from "node:test";
import type { Incident } from "vedetta/api";
import { changes, Overviews } from "./overview";
import { counts, drills, initial, leftOut, ranked, type Filter } from "./state";

/** The same numbers each time. */
function dice(seed: number): (sides: number) => number {
	let at = seed;
	return (sides) => {
		at = (at * 1_103_515_245 + 12_345) % 2 ** 31;
		return Math.floor(at / 2 ** 31 * sides);
	};
}

function thrown(id: number, roll: (sides: number) => number): Incident {
	return {
		id: String(id), sequence: String(roll(1e6)), status: roll(4) === 0 ? "INCIDENT_STATUS_CLOSED" : "INCIDENT_STATUS_OPEN",
		rank: { class: 1 + roll(5), key: String(roll(7) - 3) }, exercise: roll(3) === 0, unplaced: roll(4) === 0,
		areas: [`a${roll(3)}`],
	};
}

const FILTERS: Partial<Filter>[] = [
	{}, { status: "locate" }, { status: "all" }, { status: "closed", exercise: "real" }, { classes: [1, 3], exercise: "exercise" },
	{ area: { code: "a1", name: "", above: [] } },
];

test("whatever changes, the list and its figures are those made anew from all", () => {
	const roll = dice(7);
	for (const part of FILTERS) {
		const filter = { ...initial.filter, ...part };
		const kept = new Overviews();
		let incidents = new Map(Array.from({ length: 200 }, (_, i) => [String(i), thrown(i, roll)]));
		for (let turn = 0; turn < 300; turn++) {
			const seen = kept.of(incidents, filter);
			assert.deepEqual(seen.rows.map((i) => i.id), ranked({ incidents, filter }).map((i) => i.id));
			assert.ok(seen.rows.every((i) => incidents.get(i.id ?? "") === i), "as it is now");
			for (const of of ["all", "real", "exercise"] as const) {
				assert.deepEqual(seen.counts[of], counts(incidents, of));
			}
			assert.equal(seen.drills, drills(incidents));
			assert.equal(seen.leftOut, leftOut({ incidents, filter }));
			incidents = new Map(incidents);
			for (let i = roll(turn % 50 === 0 ? 120 : 4); i > 0; i--) {
				const id = roll(240);
				if (roll(3) === 0) {
					incidents.delete(String(id));
				} else {
					incidents.set(String(id), thrown(id, roll));
				}
			}
		}
	}
});

test("another filter is another list; nothing new is the same list", () => {
	const kept = new Overviews();
	const incidents = new Map([1, 2, 3].map((id) => [String(id), { id: String(id), rank: { class: id } }]));
	const all = kept.of(incidents, initial.filter);
	assert.equal(kept.of(new Map(incidents), initial.filter).rows, all.rows);
	const filter = { ...initial.filter, classes: [2] };
	assert.deepEqual(kept.of(incidents, filter).rows.map((i) => i.id), ["2"]);
	assert.equal(kept.of(incidents, filter).leftOut, 2);
});

test("a change is what is another one, new or gone", () => {
	const [a, b, c, d] = [{ id: "1" }, { id: "2" }, { id: "3" }, { id: "1", reports: 2 }];
	assert.deepEqual(changes(new Map([["1", a], ["2", b]]), new Map<string, Incident>([["1", d], ["3", c]])), [
		{ before: a, after: d }, { before: undefined, after: c }, { before: b, after: undefined },
	]);
	assert.deepEqual(changes(new Map([["1", a]]), new Map([["1", a]])), []);
});
