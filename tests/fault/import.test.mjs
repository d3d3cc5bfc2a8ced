// kill -9 of the desk at any moment of an import: the old map or the new one, and the importer says which.
//
// VEDETTA_SEED to play one again.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { eventually, root, run, scenario } from "../blackbox/harness.mjs";
import { generator } from "./kills.mjs";

const KILLS = 20;
const SEED = Number(process.env.VEDETTA_SEED ?? Date.now() % 1000000);
const coasts = readFileSync(join(root, "tests/data/areas/coasts.geojson"), "utf8");

/** Another desk than the one that was killed. */
const ready = (v, killed) => eventually(async () => {
	const desk = v.roles().find((role) => role.name === "desk");
	return desk !== undefined && desk.pid !== killed && (await v.request("admin", "/readyz")).status === 200;
}, { withinMs: 20000, what: "the desk again" });

scenario(`${KILLS} kills of the desk in imports leave one whole map each`, { timeoutMs: 180000 }, async (v, t) => {
	t.diagnostic(`seed ${SEED}`);
	const random = generator(SEED);
	const path = join(v.folder, "areas.geojson");
	const name = async () => {
		const { stdout } = await run(["area", "list", "--data", v.data]);
		assert.equal(stdout.trimEnd().split("\n").length, 11, stdout);
		return /^065006\tmunicipality\t([^\t]*)\t/m.exec(stdout)[1];
	};
	const importing = (called) => {
		writeFileSync(path, coasts.replace('"Amalfi"', `"${called}"`));
		return run(["area", "import", path, "--data", v.data]);
	};
	await importing("Amalfi");
	const begunMs = performance.now();
	await importing("Amalfi");
	const withinMs = performance.now() - begunMs; // all of it
	let had = await name();
	assert.equal(had, "Amalfi");
	const said = { old: 0, new: 0 };
	for (let i = 0; i < KILLS; i++) {
		const called = `Amalfi ${i}`;
		const { pid } = v.role("desk");
		const end = importing(called);
		await delay(random() * withinMs);
		process.kill(pid, "SIGKILL");
		const { stdout, stderr } = await end;
		await ready(v, pid);
		const now = await name();
		const isNew = /The desk went away, but had taken everything|the desk uses them now/.test(stdout);
		const isOld = /nothing was imported/.test(stderr);
		assert.ok(isNew !== isOld, `kill ${i}: ${stdout}${stderr}`);
		assert.equal(now, isNew ? called : had, `kill ${i}: ${stdout}${stderr}`);
		said[isNew ? "new" : "old"]++;
		had = now;
	}
	t.diagnostic(`${JSON.stringify(said)} within ${Math.round(withinMs)} ms`);
	const report = await v.source().report({ hazard: "flood", place: { point: { latDeg: 40.633, lonDeg: 14.6028 }, accuracyM: 15, kind: "PLACE_KIND_BROWSER_FIX" } });
	assert.ok(report);
	await eventually(async () => (await v.operator().board())[0]?.areaNames?.[0] === had, { what: "the map in use" });
});
