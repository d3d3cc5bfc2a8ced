// Reports that say the same: folded under their first, counted, readable, also after a restart.
import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";

const place = (latDeg) => ({ point: { latDeg, lonDeg: 13.3995 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" });

/** Of the one incident there is: rows of the desk's own may stand before it. */
const page = async (v) => {
	const operator = v.operator();
	return operator.incident((await operator.incidents()).incidents[0].id);
};

scenario("what says the same is folded, what is worse never, before and after a crash of the desk", {}, async (v) => {
	const tell = (text, more = {}) => v.source().report({ hazard: "flood", place: place(42.3499), text, ...more });

	const first = await tell("acqua in cantina", { place: place(42.3498) });
	await tell("c'è aqua nella cantinaaa");
	await tell("water in the basement", { signs: { trapped: true } });
	await v.kill("desk");
	await tell("water in the basement");
	await tell("acqua in cantina", { place: place(42.3520) });
	await eventually(async () => (await page(v)).incident.reports === 5);

	const { incident, reports } = await page(v);
	assert.equal(incident.folded, 2);
	assert.equal(incident.rank.class, 1, "the worse one counts as before");
	const under = reports.reverse().map((r) => r.foldedInto);
	assert.deepEqual(under, [undefined, incident.id, undefined, incident.id, undefined]);
	const { fold } = reports[1];
	assert.equal(fold.reason, "FOLD_REASON_WORDS");
	assert.equal(fold.code, first.code);
	assert.ok(fold.likeness > 0.8 && fold.likeness <= 1, fold.likeness);
	assert.ok(fold.distanceM > 11 && fold.distanceM < 11.3, fold.distanceM);
	assert.equal(reports[1].report.text, "c'è aqua nella cantinaaa", "nothing is dropped");
	assert.equal(reports[2].fold, undefined);
});
