import assert from "node:assert/strict";
import test from "node:test";
import { newest } from "./newest";

/** Questions that are answered when the test says so. */
function questions() {
	const open: { answer: (text: string) => void; fail: () => void }[] = [];
	const taken: string[] = [];
	const learn = newest(() => new Promise<string>((answer, fail) => open.push({ answer, fail: () => fail(new Error("no answer")) })),
		(text) => { taken.push(text); });
	return { open, taken, learn };
}

test("an answer that was overtaken is dropped, and its asker goes on", async () => {
	const { open, taken, learn } = questions();
	const [first, second, third] = [learn(), learn(), learn()];
	open[1]?.answer("second");
	await second;
	open[0]?.answer("first");
	await first;
	assert.deepEqual(taken, ["second"]);
	open[2]?.answer("third");
	await third;
	assert.deepEqual(taken, ["second", "third"]);
});

test("a question that failed overtakes nobody", async () => {
	const { open, taken, learn } = questions();
	const [first, second] = [learn(), learn()];
	open[1]?.fail();
	await assert.rejects(second, /no answer/);
	open[0]?.answer("first");
	await first;
	assert.deepEqual(taken, ["first"]);
});
