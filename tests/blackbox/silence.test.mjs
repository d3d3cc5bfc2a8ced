// No news: a municipality that is silent in a large event, among others that are not.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, run, scenario } from "./harness.mjs";

const WITHIN_MS = 25000; // each event is looked at every ten seconds
const config = { "umbrella.silence_wait_s": "0" };
const silentOne = "990022";

/** Nine square municipalities, some 4 km across, with 1,000 residents each. */
function writeCountry(v) {
	const features = [];
	let residents = "istat,comune,residenti,lat,lon\n";
	for (let row = 1; row <= 3; row++) {
		for (let column = 1; column <= 3; column++) {
			const code = `9900${row}${column}`;
			const [lat, lon] = [44 + 0.04 * row, 9 + 0.05 * column];
			const [s, n, w, e] = [lat - 0.02, lat + 0.02, lon - 0.025, lon + 0.025];
			features.push({
				type: "Feature",
				properties: { name: `Borgo ${row}${column}`, com_istat_code: code, prov_name: "Prova", prov_istat_code: "990", reg_name: "Regione", reg_istat_code: "99" },
				geometry: { type: "Polygon", coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] },
			});
			residents += `${code},Borgo ${row}${column},1000,${lat},${lon}\n`;
		}
	}
	writeFileSync(join(v.folder, "country.geojson"), JSON.stringify({ type: "FeatureCollection", features }));
	writeFileSync(join(v.folder, "residents.csv"), residents);
}

async function importing(v, ...args) {
	const { code, stderr } = await run(["area", "import", ...args, "--data", v.data]);
	assert.equal(code, 0, stderr);
}

const importCountry = (v) => importing(v, join(v.folder, "country.geojson"));
const importResidents = (v) => importing(v, "--residents", join(v.folder, "residents.csv"));

/** A sender: what tells one browser from the next. */
const newSender = async (v) => ({ cookie: (await v.request("public", "/")).headers["set-cookie"][0].split(";")[0] });

/** Each from a sender of its own, or all from this one. */
async function send(v, points, sender) {
	const source = v.source();
	for (let i = 0; i < points.length; i += 50) {
		await Promise.all(points.slice(i, i + 50).map(async ([latDeg, lonDeg]) => source.report({
			hazard: "quake_damage",
			place: { point: { latDeg, lonDeg }, accuracyM: 10, kind: "PLACE_KIND_BROWSER_FIX" },
		}, { headers: sender ?? await newSender(v) })));
	}
}

/** 400 m apart everywhere but in the middle one. */
function shaken() {
	const points = [];
	for (let lat = 44.0225; lat < 44.14; lat += 0.0035) {
		for (let lon = 9.0275; lon < 9.175; lon += 0.0049) {
			if (lat < 44.06 || lat > 44.1 || lon < 9.075 || lon > 9.125) {
				points.push([Number(lat.toFixed(5)), Number(lon.toFixed(5))]);
			}
		}
	}
	return points;
}

async function viewWhen(v, ready) {
	return eventually(async () => {
		const list = await v.operator().get("/v1/umbrellas");
		const maxi = (list.umbrellas ?? []).find((u) => u.maxi);
		const view = maxi && await v.operator().get(`/v1/umbrellas/${maxi.id}/silence`);
		return view && ready(view) && view;
	}, { withinMs: WITHIN_MS, what: "the view of the large event" });
}

const silentOnes = async (v) => (await v.operator().board()).filter((i) => i.silent !== undefined);
const silentWhen = (v, ready) => eventually(async () => {
	const some = await silentOnes(v);
	return ready(some) && some;
}, { withinMs: WITHIN_MS, what: "what is silent" });

scenario("a silent municipality is listed with the reasoning, outlives kill -9, and ends with news",
	{ config, timeoutMs: 180000 }, async (v) => {
		writeCountry(v);
		await importCountry(v);
		await send(v, shaken());

		let view = await viewWhen(v, (one) => (one.places ?? []).length === 9);
		assert.equal(view.residentsKnown, undefined);
		assert.equal(view.obstacle, "SILENCE_OBSTACLE_NO_RESIDENTS");
		assert.match(view.note, /residents are not known: import them with vedetta area import --residents/);
		assert.deepEqual(await silentOnes(v), []);

		const stream = v.operator().stream({ after: "" });
		assert.equal(await stream.opened, 200);
		await importResidents(v);
		const [incident, ...others] = await silentWhen(v, (some) => some.length > 0);
		assert.deepEqual(others, []);
		assert.equal(incident.silent.area, silentOne);
		assert.equal(incident.silent.name, "Borgo 22");
		assert.equal(incident.silent.residents, "1000");
		assert.equal(incident.silent.peers, 8);
		assert.ok(incident.silent.expected > 20 && incident.silent.chance < 1e-6, JSON.stringify(incident.silent));
		assert.equal(incident.rank.class, 2);
		assert.equal(incident.rank.reason, "silence");
		assert.deepEqual(incident.areas, [silentOne, "990", "99", "IT"]);
		assert.equal(incident.reports, undefined);
		assert.deepEqual(await v.operator().reportsOf(incident.id), []);
		await eventually(() => stream.board.get(incident.id)?.silent?.area === silentOne, { what: "the stream" });
		assert.ok((await v.operator().board({ area: silentOne })).some((i) => i.id === incident.id));
		const unplaced = await v.operator().get("/v1/locate");
		assert.ok(!(unplaced.incidents ?? []).some((i) => i.id === incident.id));
		const map = await v.operator().get("/v1/map?bbox=9.09,44.07,9.11,44.09&zoom=16");
		assert.equal(map.marks?.find((mark) => mark.id === incident.id)?.silent, true, JSON.stringify(map));
		const labelled = await eventually(async () => {
			const one = (await v.operator().board({ umbrella: view.umbrellaId })).find((i) => i.id === incident.id);
			return one?.umbrellaId === view.umbrellaId && one;
		}, { what: "it listed under its event" });

		// Who sees nothing of it but this is told of no umbrella: not on a list, as a page, on a map, nor in a file.
		await v.addAccount("borgo", { role: "shift_leader", areas: [silentOne] });
		const borgo = { headers: { cookie: await v.login("borgo") } };
		const asked = (path) => v.request("console", path, borgo);
		await eventually(async () => ((await asked("/v1/incidents")).json.incidents ?? []).some((i) => i.id === incident.id));
		await eventually(async () => (await v.operator().get("/v1/outlines?kind=umbrella")).features.some((f) => f.id === view.umbrellaId),
			{ withinMs: WITHIN_MS, what: "its outline" });
		assert.deepEqual((await asked("/v1/umbrellas")).json.umbrellas ?? [], []);
		assert.equal((await asked(`/v1/umbrellas/${view.umbrellaId}`)).status, 404);
		assert.equal((await asked(`/v1/umbrellas/${view.umbrellaId}/silence`)).status, 404);
		assert.deepEqual((await asked("/v1/outlines?kind=umbrella")).json.features, []);
		const begun = await asked("/v1/export?format=geojson&layer=umbrellas");
		const file = await eventually(async () => {
			const answer = await asked(begun.headers.location);
			return answer.status === 202 ? undefined : answer;
		}, { withinMs: WITHIN_MS, what: "the file" });
		assert.deepEqual(file.json.features, []);

		view = await viewWhen(v, (one) => one.residentsKnown && one.places?.[0].incidentId === incident.id);
		assert.equal(view.note, undefined);
		assert.equal(view.places[0].area, silentOne);
		assert.ok(view.places[0].silent);
		assert.ok(view.places.slice(1).every((p) => !p.silent && p.senders > 50 && p.expected > 20));

		await v.kill("desk");
		await eventually(async () => (await v.request("admin", "/readyz")).status === 200, { withinMs: WITHIN_MS, what: "another desk" });
		await eventually(async () => { // its label comes back behind it
			assert.deepEqual(await silentOnes(v), [labelled]);
			return true;
		}, { withinMs: WITHIN_MS, what: "the same as before" });
		await viewWhen(v, (one) => one.places?.[0].incidentId === incident.id
			&& one.places[0].expected === view.places[0].expected);
		assert.equal((await silentOnes(v)).length, 1);

		// From the same phone over and over: nobody else has been heard of.
		await send(v, Array.from({ length: 120 }, () => [44.08, 9.1]), await newSender(v));
		await viewWhen(v, (one) => one.places?.find((p) => p.area === silentOne)?.senders === 1);
		assert.equal((await silentOnes(v))[0].status, "INCIDENT_STATUS_OPEN");
		await send(v, Array.from({ length: 120 }, () => [44.08, 9.1]));
		const [closed] = await silentWhen(v, (some) => some.length === 0 || some[0].status === "INCIDENT_STATUS_CLOSED");
		const state = closed ?? (await v.operator().incident(incident.id)).incident;
		assert.equal(state.status, "INCIDENT_STATUS_CLOSED");
		assert.equal(state.silent.outcome, "SILENCE_OUTCOME_NEWS");
		// It may be looked at while they still come: more than half of what is expected is enough.
		assert.ok(state.silent.senders > 50 && state.silent.senders <= 121, JSON.stringify(state.silent));
		await viewWhen(v, (one) => one.places?.find((p) => p.area === silentOne)?.senders === 121);
		await v.stop();
		assert.equal((await run(["verify", "--data", v.data])).code, 0);
	});

scenario("what is asked wrongly is named, and small events say that they are", {}, async (v) => {
	await eventually(async () => (await v.request("console", "/v1/umbrellas/1/silence")).status === 404);
	assert.equal((await v.request("console", "/v1/umbrellas/none/silence")).status, 404);
	await send(v, [[44.05, 9.05], [44.05, 9.05], [44.05, 9.05]]);
	const [one] = await eventually(async () => {
		const { umbrellas = [] } = await v.operator().get("/v1/umbrellas");
		return umbrellas.length === 1 && umbrellas;
	});
	const view = await v.operator().get(`/v1/umbrellas/${one.id}/silence`);
	assert.match(view.note, /only large events are looked at/);
	assert.equal(view.obstacle, "SILENCE_OBSTACLE_SMALL");
	assert.equal(view.places, undefined);
});
