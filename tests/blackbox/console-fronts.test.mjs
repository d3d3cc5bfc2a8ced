// Two console fronts on one listener serve the same board, each by itself.

import assert from "node:assert/strict";
import { eventually, goOn, request, scenario } from "./harness.mjs";

const report = (n) => ({
	hazard: "flood",
	text: `report ${n}`,
	place: { point: { latDeg: 42 + n * 0.05, lonDeg: 13 }, accuracyM: 10, kind: "PLACE_KIND_MAP_PICK" },
});

/** Runs the body while that front stands still, so the other one serves it. */
async function without(vedetta, name, body) {
	const { pid } = vedetta.role(name);
	process.kill(pid, "SIGSTOP");
	try {
		await body();
	} finally {
		goOn(pid);
	}
}

scenario("two console fronts serve the same board, and go on from each other's event ids", {
	config: { "server.console_fronts": 2 },
}, async (vedetta) => {
	const operator = vedetta.operator();
	const source = vedetta.source();
	for (let n = 0; n < 20; n++) {
		await source.report(report(n));
	}
	vedetta.agent.destroy(); // no kept connection: each question may meet either front
	const boards = {};
	let lastId;
	await without(vedetta, "console-2", async () => {
		await eventually(async () => (boards.one = await operator.board()).length === 20);
		const stream = operator.stream({ after: (await operator.incidents()).sequence.replace(/-.*/, "-0") });
		await stream.until(() => stream.board.size === 20);
		lastId = stream.lastId;
		stream.close();
	});
	await source.report(report(20));
	vedetta.agent.destroy();
	await without(vedetta, "console-1", async () => {
		await eventually(async () => (boards.two = await operator.board()).length === 21);
		const resumed = operator.stream({ after: lastId });
		await resumed.until(() => resumed.board.size === 1);
		assert.equal(resumed.resets, 0);
		resumed.close();
	});
	const known = new Map(boards.two.map((incident) => [incident.id, incident]));
	for (const incident of boards.one) {
		assert.deepEqual(known.get(incident.id), incident);
	}
});

scenario("what one front has answered is true at all of them: a login and its end, an exercise and its end", {
	config: { "server.console_fronts": 2 }, env: { VEDETTA_TEST_SLOW_LINES: "30" },
}, async (v) => {
	const ask = (door, path, options) => request(v.addresses[door] + path, { agent: false, ...options });
	/** What all say, each asked over a connection of its own. */
	const all = async (...asked) => [...new Set((await Promise.all(Array.from({ length: 6 }, () => ask(...asked)))).map(({ status }) => status))];
	const json = (method, body, headers) => ({ method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
	for (let i = 0; i < 3; i++) {
		const cookie = await v.login();
		assert.deepEqual(await all("console", "/v1/session", { headers: { cookie } }), [200]);
		assert.equal((await ask("console", "/v1/session", { method: "DELETE", headers: { cookie } })).status, 204);
		assert.deepEqual(await all("console", "/v1/session", { headers: { cookie } }), [401]);

		assert.equal((await ask("console", "/v1/exercise", json("POST", { on: true, name: "Aterno" }))).status, 200);
		const { token } = (await ask("console", "/v1/exercise")).json;
		assert.deepEqual(await all("public", "/v1/reports", json("POST", report(i), { "vedetta-exercise": token })), [201]);
		assert.equal((await ask("console", "/v1/exercise", json("POST", { on: false }))).status, 200);
		assert.deepEqual(await all("public", "/v1/reports", json("POST", report(i), { "vedetta-exercise": token })), [403]);
	}
});

scenario("somebody is on duty while any console front has a stream", {
	config: { "server.console_fronts": 2 },
}, async (vedetta) => {
	const open = () => vedetta.operator().stream({});
	const staffed = async () => (await vedetta.source().report({ hazard: "flood" })).staffed;
	const first = open();
	assert.equal(await first.opened, 200);
	await eventually(async () => (await staffed()) === true); // so its front has said so
	const others = Array.from({ length: 7 }, open);
	for (const stream of others) {
		assert.equal(await stream.opened, 200);
	}
	others.forEach((stream) => stream.close());
	await eventually(async () => (await vedetta.metrics()).vedetta_streams === 1);
	assert.equal(await staffed(), true);
	first.close();
	await eventually(async () => (await staffed()) === false);
});

scenario("whoever follows redirects has an export of several console fronts, whichever he meets", {
	config: { "server.console_fronts": 4 }, timeoutMs: 60000,
}, async (v) => {
	for (let n = 0; n < 4; n++) {
		await v.source().report(report(n));
	}
	for (let i = 0; i < 8; i++) {
		const begun = await eventually(async () => { // the one before may still be on its way out for a moment
			const answer = await fetch(`${v.addresses.console}/v1/export?format=csv`);
			return answer.status !== 503 && answer;
		});
		assert.equal(begun.status, 202, await begun.clone().text());
		const at = v.addresses.console + begun.headers.get("Location");
		const file = await eventually(async () => {
			// A connection of its own each time, as a download's.
			const answer = await fetch(at, { headers: { Connection: "close" } });
			assert.ok([200, 202].includes(answer.status), `${answer.status} ${await answer.clone().text()}`);
			return answer.status === 200 && answer.text();
		}, { withinMs: 10000, what: "the file" });
		assert.ok(file.trim().split("\n").length > 2, file.slice(0, 200));
	}
});
