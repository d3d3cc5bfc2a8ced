import assert from "node:assert/strict";
import test from "node:test";
import { GROUPS, KEYS, meaning, setSingleKeys, type Name } from "./keys";

const press = (key: string, more = {}) => meaning({ key, ctrlKey: false, altKey: false, metaKey: false, ...more }, false);

test("each key means one thing", () => {
	const all = Object.values(KEYS).flat() as string[];
	assert.equal(new Set(all).size, all.length);
});

test("the sheet names every key once", () => {
	const told = GROUPS.flatMap(([, names]) => names);
	assert.deepEqual([...told].sort(), (Object.keys(KEYS) as Name[]).sort());
});

test("a key is read in either case, and never with the browser's own", () => {
	assert.equal(press("a"), "acknowledge");
	assert.equal(press("A"), "acknowledge");
	assert.equal(press("a", { ctrlKey: true }), null);
	assert.equal(press("7"), null);
	assert.equal(meaning({ key: "a", ctrlKey: false, altKey: false, metaKey: false }, true), null);
});

test("single keys can be turned off", () => {
	setSingleKeys(false);
	assert.equal(press("a"), null);
	setSingleKeys(true);
	assert.equal(press("a"), "acknowledge");
});
