// A report in each of its forms: taken, answered with a receipt, on the board.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check, decode, encode } from "./types.mjs";

const flood = {
	hazard: "flood",
	about: "ABOUT_SELF",
	place: { point: { latDeg: 42.3498, lonDeg: 13.3995 }, accuracyM: 20, kind: "PLACE_KIND_BROWSER_FIX" },
	signs: { trapped: true, dangerRising: true, people: "PEOPLE_TWO_TO_FIVE" },
	text: "acqua in cantina, due anziani al piano terra",
	lang: "it",
};

/** The one incident on the board, once it is there. */
function onlyIncident(operator) {
	return eventually(async () => {
		const list = await operator.incidents();
		return list.incidents.length === 1 ? list.incidents[0] : undefined;
	});
}

function assertSafeHeaders(headers, { page = false } = {}) {
	assert.equal(headers["x-content-type-options"], "nosniff");
	assert.match(headers["content-security-policy"], /default-src 'none'/);
	assert.match(headers["content-security-policy"], /frame-ancestors 'none'/);
	assert.equal(headers["referrer-policy"], page ? "same-origin" : "no-referrer");
	assert.equal(headers["cache-control"], "no-store");
	assert.equal(headers["strict-transport-security"], undefined);
}

scenario("a report by JSON gets a receipt and is on the board with its reports", {}, async (v) => {
	const operator = v.operator();
	const answer = await v.source().postJson(flood);

	assert.equal(answer.status, 201);
	assertSafeHeaders(answer.headers);
	const receipt = answer.json;
	check("Receipt", receipt);
	assert.match(receipt.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
	assert.equal(answer.headers.location, receipt.link);
	assert.equal(receipt.state, "REPORT_STATE_RECEIVED");
	assert.equal(receipt.copies, 1);
	assert.equal(receipt.emergencyNumber, "112");
	assert.equal(receipt.staffed, false);
	assert.equal(receipt.repeated, false);
	assert.ok(receipt.guidance.length > 0);
	assert.match(receipt.guidance.join(" "), /acqua/); // Italian, since the report's lang is

	const incident = await onlyIncident(operator);
	check("Incident", incident);
	assert.equal(incident.hazard, "flood");
	assert.equal(incident.family, "water");
	assert.equal(incident.rank.class, 1);
	assert.equal(incident.reports, 1);
	const page = await operator.incident(incident.id);
	check("IncidentPage", page);
	assert.equal(page.incident.id, incident.id);
	assert.equal(page.reports.length, 1);
	assert.deepEqual(page.reports[0].report, flood);
	assert.equal(page.reports[0].code, receipt.code);
	assert.equal(page.reports[0].channel, "api");
	const stored = await operator.get(`/v1/reports/${page.reports[0].id}`);
	assert.deepEqual(stored.report, flood);
});

scenario("a report by protobuf is the same report", {}, async (v) => {
	const operator = v.operator();
	const answer = await v.source().postProtobuf(encode("Report", flood), {
		headers: { accept: "application/x-protobuf" },
	});

	assert.equal(answer.status, 201);
	assert.equal(answer.headers["content-type"], "application/x-protobuf");
	const receipt = decode("Receipt", answer.body);
	assert.match(receipt.code, /^[0-9A-Z]{4}-/);
	const incident = await onlyIncident(operator);
	const page = await operator.incident(incident.id);
	assert.deepEqual(page.reports[0].report, flood);

	// The operator's side speaks protobuf as well, and says the same.
	const list = await v.request("console", "/v1/incidents", { headers: { accept: "application/x-protobuf" } });
	assert.deepEqual(decode("IncidentList", list.body).incidents, [incident]);
});

scenario("a form from a browser leads to the report's own page", {}, async (v) => {
	const operator = v.operator();
	const form = await v.request("public", "/", { headers: { accept: "text/html" } });

	assert.equal(form.status, 200);
	assertSafeHeaders(form.headers, { page: true });
	const cookie = form.headers["set-cookie"][0];
	assert.match(cookie, /^vedetta_source=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
	const hidden = (name) => new RegExp(`name="${name}"[^>]*value="([^"]+)"`).exec(form.text)[1];

	const fields = {
		hazard: "flood", about: "self", lat: "42.3498", lon: "13.3995", accuracy: "20", kind: "browser_fix",
		trapped: "yes", people: "two_to_five", text: flood.text, name: "", phone: "",
		key: hidden("key"), source: hidden("source"), lang: "it",
	};
	const answer = await v.source().postForm(fields, { headers: { cookie: cookie.split(";")[0] } });
	assert.equal(answer.status, 303);
	assert.match(answer.headers.location, /^\/r\/[\w-]+$/);
	const page = await v.request("public", answer.headers.location, { headers: { accept: "text/html" } });
	assert.equal(page.status, 200);
	assert.match(page.headers["content-type"], /^text\/html/);
	assert.match(page.text, /112/);
	assert.match(page.text, /[0-9A-Z]{4}-[0-9A-Z]{4}/);

	// Sent again (a reload, an impatient thumb): the same report, the same page.
	const again = await v.source().postForm(fields);
	assert.equal(again.status, 303);
	assert.equal(again.headers.location, answer.headers.location);
	const incident = await onlyIncident(operator);
	assert.equal(incident.reports, 1);
	const reports = await operator.reportsOf(incident.id);
	assert.equal(reports.length, 1);
	assert.equal(reports[0].channel, "web");
	assert.equal(reports[0].report.text, flood.text);
	assert.equal(reports[0].report.contact, undefined);
});

scenario("a form as long as the page lets it be is taken, its line ends counted as the page counts them", {}, async (v) => {
	const operator = v.operator();
	const page = await v.request("public", "/", { headers: { accept: "text/html" } });
	const most = (name) => Number(new RegExp(`name="${name}"[^>]*maxlength="(\\d+)"`).exec(page.text)[1]);
	const typed = "\u5b57\n".repeat(most("text") / 2);
	const fields = {
		key: "longest", lang: "it", hazard: "flood", text: typed.replaceAll("\n", "\r\n"),
		words: "\u5b57".repeat(most("words")), name: "\u5b57".repeat(most("name")), phone: "1".repeat(most("phone")),
	};

	const answer = await v.source().postForm(fields);
	assert.equal(answer.status, 303);
	// The page's script sends the same words with bare line feeds: the same report.
	const again = await v.source().postForm({ ...fields, text: typed });
	assert.equal(again.headers.location, answer.headers.location);
	const incident = await onlyIncident(operator);
	const reports = await operator.reportsOf(incident.id);
	assert.equal(reports.length, 1);
	assert.equal(reports[0].report.text, typed);
});

scenario("a multipart form is taken, a picture in it refused with its reason", {}, async (v) => {
	const part = (name, value, file = "") =>
		`--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
	const headers = { "content-type": "multipart/form-data; boundary=b", accept: "application/json" };

	const taken = await v.source().post(`${part("hazard", "fire")}${part("text", "fumo\r\nnero")}--b--\r\n`, headers);
	assert.equal(taken.status, 201);
	const refused = await v.source().post(
		`${part("hazard", "fire")}${part("photo", "JPEG", '; filename="a.jpg"')}--b--\r\n`, headers);
	assert.equal(refused.status, 400);
	assert.equal(refused.json.field, "photo");
	assert.match(refused.json.errors[0].reason, /cannot be taken yet/);
});

scenario("what is wrong with a report is named by field", {}, async (v) => {
	const cases = [
		['{"hazard":"dragon"}', "hazard"],
		['{"hazard":"flood","place":{"point":{"latDeg":91,"lonDeg":0}}}', "place.point.latDeg"],
		['{"hazard":"flood","colour":"red"}', "colour"],
		['{"hazard":"flood","hazard":"fire"}', "hazard"],
		['{"hazard":"flood","signs":{"trapped":"yes"}}', "signs.trapped"],
	];
	for (const [body, field] of cases) {
		const answer = await v.source().postJson(body);
		assert.equal(answer.status, 400, body);
		assert.equal(answer.headers["content-type"], "application/problem+json");
		assertSafeHeaders(answer.headers);
		check("Problem", answer.json);
		assert.equal(answer.json.field, field, body);
		assert.equal(answer.json.emergencyNumber, "112");
	}
	for (const body of ["", "{", "[]", "{}", '{"lang":"it"}', "null"]) {
		const answer = await v.source().postJson(body);
		assert.equal(answer.status, 400, body);
		assert.ok(answer.json.errors.length > 0, body);
	}
	const broken = await v.source().postProtobuf(Buffer.from([0x0a, 0x7f, 0x01]));
	assert.equal(broken.status, 400);
	const unknown = await v.source().post("hazard: flood", { "content-type": "text/yaml" });
	assert.equal(unknown.status, 415);
	const none = await v.source().post("hazard: flood", {});
	assert.equal(none.status, 415);
	const long = await v.source().postJson({ text: "a" }, { key: "k".repeat(256) });
	assert.equal(long.status, 400);
	assert.equal(long.json.field, "Idempotency-Key");
	// Nothing of all this reached the desk.
	assert.deepEqual((await v.operator().incidents()).incidents, []);
});

scenario("a form with an error comes back filled, with the reason and the number to call", {}, async (v) => {
	const answer = await v.source().postForm({
		hazard: "flood", lat: "421", lon: "13", text: "acqua <b>alta</b>", words: "via Roma 1", lang: "it",
	});

	assert.equal(answer.status, 400);
	assert.match(answer.headers["content-type"], /^text\/html/);
	assertSafeHeaders(answer.headers, { page: true });
	assert.match(answer.text, /112/);
	assert.match(answer.text, /via Roma 1/);
	assert.match(answer.text, /acqua &lt;b&gt;alta/);
	assert.doesNotMatch(answer.text, /<b>alta/);
});

scenario("a report from a page of another site is taken and marked", {}, async (v) => {
	const operator = v.operator();
	const post = (headers) => v.source().postJson({ hazard: "fire", text: "x" }, { headers });

	assert.equal((await post({ origin: "https://elsewhere.example" })).status, 201);
	const incident = await onlyIncident(operator);
	assert.equal((await operator.reportsOf(incident.id))[0].crossSite, true);
	const host = new URL(v.addresses.public).host;
	assert.equal((await post({ origin: `http://${host}`, "sec-fetch-site": "same-origin" })).status, 201);
	await eventually(async () => (await operator.board()).reduce((n, i) => n + i.reports, 0) === 2);
	const all = [];
	for (const { id } of await operator.board()) {
		all.push(...await operator.reportsOf(id));
	}
	assert.deepEqual(all.map((report) => report.crossSite ?? false).sort(), [false, true]);
});

scenario("about somebody else, the sender's own position is kept but is not the place", {}, async (v) => {
	const operator = v.operator();
	const answer = await v.source().postJson({ ...flood, about: "ABOUT_OTHER" });

	assert.equal(answer.status, 201);
	const incident = await onlyIncident(operator);
	assert.equal(incident.unplaced, true);
	assert.equal(incident.place?.point, undefined);
	const [stored] = await operator.reportsOf(incident.id);
	assert.deepEqual(stored.report.place, flood.place);
});

scenario("an answer made before there is a request has the same safe headers", {}, async (v) => {
	const long = await v.source().postForm({ hazard: "flood", text: "a".repeat(70000) });
	assert.equal(long.status, 413);
	assertSafeHeaders(long.headers, { page: true });
	assert.match(long.text, /NON è stata ricevuta/);
	for (const door of ["console", "admin"]) {
		const refused = await v.request(door, "/healthz", { method: "PUT" });
		assert.equal(refused.status, 501);
		assertSafeHeaders(refused.headers);
	}
});

scenario("each door has its own paths", {}, async (v) => {
	for (const path of ["/console", "/v1/incidents", "/v1/events", "/v1/incidents/1", "/metrics", "/readyz", "/none"]) {
		const answer = await v.request("public", path);
		assert.equal(answer.status, 404, path);
		check("Problem", answer.json);
	}
	const wrong = await v.request("public", "/v1/reports");
	assert.equal(wrong.status, 405);
	assert.equal(wrong.headers.allow, "POST");
	const browser = await v.request("public", "/v1/reports", { headers: { accept: "text/html" } });
	assert.equal(browser.status, 405);
	assert.equal(browser.headers.allow, "POST");
	const options = await v.request("public", "/v1/reports", { method: "OPTIONS" });
	assert.equal(options.status, 204);
	assert.equal(options.headers.allow, "POST");
	assert.equal((await v.request("console", "/v1/events", { method: "POST" })).status, 405);
	for (const door of ["public", "console"]) {
		const document = await v.request(door, "/openapi.json");
		assert.equal(document.status, 200);
		assert.equal(document.json.openapi, "3.0.3");
	}
	// A site that points its own name at this machine reads nothing here.
	for (const [door, path] of [["console", "/v1/incidents"], ["console", "/v1/events"], ["console", "/console"], ["admin", "/metrics"]]) {
		const rebound = await v.request(door, path, { headers: { host: "elsewhere.example" } });
		assert.equal(rebound.status, 421, path);
		const { port } = new URL(v.addresses[door]);
		const named = await v.request(door, path === "/v1/events" ? "/none" : path, { headers: { host: `localhost:${port}` } });
		assert.notEqual(named.status, 421, path);
	}
	assert.equal((await v.request("public", "/", { headers: { host: "desk.example" } })).status, 200);
	const page = await v.request("public", "/none", { headers: { accept: "text/html" } });
	assert.equal(page.status, 404);
	assert.match(page.headers["content-type"], /^text\/html/);
	const head = await v.request("public", "/", { method: "HEAD" });
	assert.equal(head.status, 200);
	assert.equal(head.body.length, 0);
});
