// The desk asks, the sender answers on the report's own page; and reports that operators take by phone.

import assert from "node:assert/strict";
import { eventually, scenario } from "./harness.mjs";
import { check } from "./types.mjs";

const flood = { hazard: "flood", place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 20 } };

async function page(v, id) {
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${id}`);
	return answer.status === 200 ? await answer.json() : {};
}

/** The one incident there is. */
async function only(v) {
	let list;
	await eventually(async () => {
		list = await (await fetch(`${v.addresses.console}/v1/incidents`)).json();
		return list.total === 1;
	}, { what: "one incident" });
	return list.incidents[0].id;
}

async function until(v, id, wanted) {
	await eventually(async () => {
		const { incident } = await page(v, id);
		return incident !== undefined && wanted(incident);
	}, { what: `incident ${id} as it should be` });
	const found = await page(v, id);
	check("IncidentPage", found);
	return found;
}

async function ask(v, id, what) {
	const { incident } = await page(v, id);
	const answer = await fetch(`${v.addresses.console}/v1/incidents/${id}/actions`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ sequence: incident.sequence, ask: what }),
	});
	assert.equal(answer.status, 200, await answer.text());
}

const view = async (v, link) => (await fetch(`${v.addresses.public}${link}`, { headers: { Accept: "application/json" } })).json();
const html = async (v, link) => (await fetch(`${v.addresses.public}${link}?lang=it`, { headers: { Accept: "text/html" } })).text();

/** Sends the form of the page, as a browser without JavaScript. */
function answer(v, link, text, key) {
	return fetch(`${v.addresses.public}${link}?lang=it`, {
		method: "POST", redirect: "manual",
		headers: { Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({ text, ...key === undefined ? {} : { key } }).toString(),
	});
}

scenario("a question and its answer", {}, async (v) => {
	const receipt = await v.source().report(flood);
	const id = await only(v);

	assert.doesNotMatch(await html(v, receipt.link), /id="talk"/);
	await ask(v, id, { text: "Quanti siete? <b>" });
	await eventually(async () => (await view(v, receipt.link)).messages.length === 1, { what: "the question on the page" });
	assert.equal((await view(v, receipt.link)).receipt.state, "REPORT_STATE_SEEN");
	const asked = await html(v, receipt.link);
	assert.match(asked, /Quanti siete\? &lt;b&gt;/);
	assert.doesNotMatch(asked, /ancora presa in carico/);
	const [, key] = asked.match(/name="key" value="([^"]*)"/);

	for (let twice = 0; twice < 2; twice++) { // sent again by an impatient finger
		const sent = await answer(v, receipt.link, "Siamo in due", key);
		assert.equal(sent.status, 303, await sent.text());
		assert.equal(sent.headers.get("location"), receipt.link);
	}
	const { incident, reports } = await until(v, id, (i) => i.answers === 1);
	assert.deepEqual([incident.asked, incident.reports, incident.rank.class], [1, 1, 4]);
	assert.equal(reports[0].message.fromCitizen, true);
	assert.equal(reports[0].message.text, "Siamo in due");
	assert.equal(reports[0].message.report, reports.at(-1).id);
	assert.equal(reports[0].code, undefined);
	assert.deepEqual((await view(v, receipt.link)).messages.map((m) => [m.fromDesk, m.text]),
		[[true, "Quanti siete? <b>"], [false, "Siamo in due"]]);

	// Words of worse make the incident worse, as any words do; JSON answers too.
	const worse = await fetch(`${v.addresses.public}${receipt.link}`, {
		method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" },
		body: JSON.stringify({ text: "ora siamo intrappolati" }),
	});
	assert.ok(worse.status === 200 || worse.status === 201, `${worse.status}`);
	assert.equal((await worse.json()).added, true);
	await until(v, id, (i) => i.rank.class === 1 && i.rank.reason === "words" && i.answers === 2);
	await v.kill("desk");
	await until(v, id, (i) => i.rank.class === 1 && i.answers === 2 && i.asked === 1);
});

scenario("one is asked and the other not; what is wrong is said", {}, async (v) => {
	const a = await v.source().report({ ...flood, text: "uno" });
	const b = await v.source().report({ ...flood, text: "due, il ponte" });
	const id = await only(v);
	const { reports } = await until(v, id, (i) => i.reports === 2);
	const first = reports.find((row) => row.code === a.code).id;

	await ask(v, id, { report: first, text: "Dove?" });
	await eventually(async () => (await view(v, a.link)).messages.length === 1, { what: "asked" });
	assert.deepEqual((await view(v, b.link)).messages, []);
	assert.equal((await view(v, b.link)).receipt.state, "REPORT_STATE_RECEIVED");
	await ask(v, id, { text: "Chi vede il ponte?" });
	await eventually(async () => (await view(v, b.link)).receipt.state === "REPORT_STATE_SEEN", { what: "all were asked" });
	const later = await v.source().report({ ...flood, text: "tre, più tardi" });
	await until(v, id, (i) => i.reports === 3);
	assert.equal((await view(v, later.link)).receipt.state, "REPORT_STATE_RECEIVED");
	assert.equal((await answer(v, a.link, "  ")).status, 400);
	assert.equal((await answer(v, a.link, "x".repeat(2001))).status, 400);
	assert.equal((await answer(v, "/r/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ciao")).status, 404);
	assert.equal((await fetch(`${v.addresses.public}${a.link}`, { method: "POST", body: "ciao" })).status, 415);
	assert.equal((await until(v, id, () => true)).incident.answers, undefined);
});

scenario("a report taken by phone", {}, async (v) => {
	const take = (report, headers = {}) => fetch(`${v.addresses.console}/v1/reports`, {
		method: "POST",
		headers: { "Content-Type": "application/json", ...headers },
		body: JSON.stringify(report),
	});
	const taken = await take({ hazard: "flood", text: "chiama la signora del terzo piano",
		place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 30 } }, { "Idempotency-Key": "call-1" });
	const receipt = await taken.json();

	assert.equal(taken.status, 201, JSON.stringify(receipt));
	assert.match(receipt.code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
	const { reports } = await until(v, await only(v), () => true);
	assert.equal(reports[0].channel, "operator");
	assert.equal(reports[0].takenBy, "tester");
	assert.equal(reports[0].report.about, "ABOUT_OTHER");
	assert.equal(reports[0].report.place.kind, "PLACE_KIND_THIRD_PARTY");
	const again = await take({ hazard: "flood", text: "chiama la signora del terzo piano",
		place: { point: { latDeg: 42.35, lonDeg: 13.4 }, accuracyM: 30 } }, { "Idempotency-Key": "call-1" });
	assert.deepEqual([again.status, (await again.json()).code], [200, receipt.code]);
	// Two callers are two, also when one operator writes both down without a place.
	await take({ hazard: "medical", text: "uomo a terra" });
	await take({ hazard: "medical", text: "donna che non respira" });
	await eventually(async () => {
		const list = await (await fetch(`${v.addresses.console}/v1/incidents`)).json();
		return list.total === 3;
	}, { what: "an incident for each caller" });
	assert.equal((await take({ place: {} })).status, 400);
	assert.equal((await take(flood, { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" })).status, 403);
});
