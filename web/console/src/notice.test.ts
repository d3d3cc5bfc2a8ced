import assert from "node:assert/strict";
import test from "node:test";
import { browserName, isUnderWay, withBrowser, withoutBrowser } from "./contacts";
import { noticeAddress, readNotice } from "./notice";

const UNREAD = { en: { title: "A message", body: "Open the console." }, it: { title: "Un messaggio", body: "Apri la console." } };

test("a push is shown as the desk wrote it, and its click leads to the incident", () => {
	const { title, options } = readNotice(JSON.stringify({
		title: "Class 1: Fire, Genova", body: "Class 1: Fire", tag: "page-9", incident: 7, urgency: "high", lang: "en", url: "https://evil.example",
	}), UNREAD, ["it-IT"]);
	assert.equal(title, "Class 1: Fire, Genova");
	assert.deepEqual(options, { body: "Class 1: Fire", tag: "page-9", lang: "en", requireInteraction: true, data: { incident: "7" } });
	assert.equal(noticeAddress(options.data), "/console#incident/7");
});

test("what cannot be read is said to be there, in a language of the browser's", () => {
	for (const said of ["", "{", "7", "null", "[]", "{\"title\":7,\"body\":[]}"]) {
		assert.equal(readNotice(said, UNREAD, ["de", "it-IT"]).title, "Un messaggio");
		assert.equal(readNotice(said, UNREAD, ["de"]).options.body, "Open the console.");
	}
});

test("an odd number or address leads to the board, never elsewhere", () => {
	for (const incident of [-1, 1.5, 1e30, "7", "//evil.example", {}]) {
		const { data } = readNotice(JSON.stringify({ title: "x", incident }), UNREAD, []).options;
		assert.equal(noticeAddress(data), "/console");
	}
	for (const data of [null, undefined, 7, {}, { incident: "//evil.example" }, { incident: 7 }]) {
		assert.equal(noticeAddress(data), "/console");
	}
});

test("words without end are cut", () => {
	const { title, options } = readNotice(JSON.stringify({ title: "x".repeat(5000), body: "y".repeat(50000) }), UNREAD, []);
	assert.equal(title.length, 200);
	assert.equal(options.body.length, 2000);
});

test("each browser is there once, and goes alone", () => {
	const one = { endpoint: "https://push.example/1", p256dh: "a", auth: "b" };
	const other = { endpoint: "https://push.example/2", p256dh: "c", auth: "d" };
	assert.deepEqual(withBrowser([one, other], { ...one, auth: "e" }), [other, { ...one, auth: "e" }]);
	assert.deepEqual(withoutBrowser([one, other], other.endpoint), [one]);
	assert.equal(browserName("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"), "Chrome, Linux");
	assert.equal(browserName("Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0"), "Firefox, Android");
	assert.equal(browserName("curl"), "Browser");
});

test("a test is under way until each way has come to an end", () => {
	const way = (state: string) => ({ deliveries: [{ state: "DELIVERY_STATE_DELIVERED" as const }, { state: `DELIVERY_STATE_${state}` as "DELIVERY_STATE_QUEUED" }] });
	assert.ok(isUnderWay({}));
	for (const state of ["QUEUED", "TRYING", "UNKNOWN"]) {
		assert.ok(isUnderWay(way(state)), state);
	}
	for (const state of ["HANDED_OVER", "REFUSED", "GIVEN_UP", "CANCELLED"]) {
		assert.ok(!isUnderWay(way(state)), state);
	}
});
