import assert from "node:assert/strict";
import test from "node:test";
import { filterQuery, readFilter, readRoute, routeHash } from "./route";
import { initial } from "./state";

test("an address says which umbrella and which incident are open, and is read back", () => {
	for (const route of [
		{ umbrella: null, incident: null }, { umbrella: "12", incident: null },
		{ umbrella: null, incident: "34" }, { umbrella: "12", incident: "34" },
	]) {
		assert.deepEqual(readRoute(routeHash(route)), route);
	}
	assert.equal(routeHash({ umbrella: "12", incident: "34" }), "#umbrella/12/incident/34");
});

test("an address that is not ours opens the whole board", () => {
	for (const hash of ["", "#", "#umbrella/", "#umbrella/x", "#umbrella/1e3", "#myumbrella/3", "#incident/-1"]) {
		assert.deepEqual(readRoute(hash), { umbrella: null, incident: null }, hash);
	}
});

test("the filter is kept in the address, and the whole board has a bare one", () => {
	assert.equal(filterQuery(initial.filter), "");
	const filter = { ...initial.filter, classes: [4, 1], status: "locate" as const, exercise: "real" as const };
	assert.equal(filterQuery(filter), "?classes=1,4&status=locate&exercise=real");
	assert.deepEqual(readFilter(filterQuery(filter)), { ...filter, classes: [1, 4] });
	assert.equal(filterQuery(readFilter("?status=all")), "?status=all");
	const area = { code: "066049", name: "L'Aquila", above: ["066", "13", "IT"] };
	assert.equal(filterQuery({ ...filter, area }), "?classes=1,4&status=locate&exercise=real&area=066049");
	assert.deepEqual(readFilter("?area=066049").area, { code: "066049", name: "", above: [] }); // to be asked for
});

test("an address that cannot be read hides nothing", () => {
	for (const query of ["", "?classes=", "?classes=9", "?area=", "?area=a+b", "?classes=x&status=gone&exercise=1"]) {
		assert.deepEqual(readFilter(query), initial.filter, query);
	}
});
