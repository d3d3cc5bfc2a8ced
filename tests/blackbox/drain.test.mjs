// An administrator's stop under load: who was taken in is answered, and it is kept.

import assert from "node:assert/strict";
import { scenario } from "./harness.mjs";

scenario("a stop under load loses nothing that was acknowledged and answers nothing with an error", {}, async (v) => {
	const stream = v.operator().stream();
	await stream.opened;
	const acknowledged = [];
	const others = [];
	let stopping = false;
	const client = async (n) => {
		for (let i = 0; !stopping || i < 5; i++) {
			let answer;
			try {
				answer = await v.source().postJson({ hazard: "fire", text: `${n}/${i}` }, { key: `${n}/${i}` });
			} catch {
				return; // the door is closed: told by the connection, not by a lie
			}
			if (answer.status === 201) {
				acknowledged.push({ key: `${n}/${i}`, code: answer.json.code });
			} else {
				others.push(answer.status);
			}
		}
	};
	const clients = Array.from({ length: 16 }, (_, n) => client(n));

	while (acknowledged.length < 100) {
		await new Promise((resolve) => setImmediate(resolve));
	}
	const stopped = v.stop();
	stopping = true;
	await Promise.all(clients);
	await stopped;
	assert.deepEqual(others, []);
	await stream.until((s) => s.closed);

	await v.start();
	for (const { key, code } of acknowledged) {
		const again = await v.source().postJson({ hazard: "fire", text: key }, { key });
		assert.equal(again.status, 200, key);
		assert.equal(again.json.code, code);
	}
});
