import assert from "node:assert/strict";
import test from "node:test";
import { Glance, others, rowText, takeLooking, type Lookers } from "./looking";

const anna = { name: "anna", fullName: "Anna Bianchi" };
const bruno = { name: "bruno", writing: true };

test("a full word forgets what was there, another one changes what it names", () => {
	let lookers: Lookers = takeLooking(new Map(), { full: true, incidents: [{ incidentId: "1", lookers: [anna] }, { incidentId: "2", lookers: [bruno] }] });
	lookers = takeLooking(lookers, { incidents: [{ incidentId: "2" }, { incidentId: "3", lookers: [anna, bruno] }] });
	assert.deepEqual([...lookers.keys()], ["1", "3"]);
	assert.deepEqual([...takeLooking(lookers, { full: true }).keys()], []);
});

test("oneself is nobody else, who writes comes first, and many are counted", () => {
	const lookers = takeLooking(new Map(), { incidents: [{ incidentId: "3", lookers: [anna, bruno, { name: "carla" }] }] });
	assert.deepEqual(others(lookers, "3", "carla"), [bruno, anna]);
	assert.equal(rowText(others(lookers, "3", "carla")), "✎ bruno +1");
	assert.equal(rowText(others(lookers, "3", "bruno")), "◉ Anna Bianchi +1");
	assert.equal(rowText(others(lookers, "9", "bruno")), "");
});

test("what is shown is said once it holds, again and again, and not any more at the end", (context) => {
	context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
	const said: string[] = [];
	const counts: number[] = [];
	const glance = new Glance((incident, writing, count) => {
		said.push(`${incident}${writing ? "w" : ""}`);
		counts.push(count);
	});
	glance.show(null, false);
	context.mock.timers.tick(10_000);
	assert.deepEqual(said, [], "nothing to say");
	glance.show("1", false);
	glance.show("2", false);
	glance.show("3", false);
	context.mock.timers.tick(250);
	assert.deepEqual(said, ["3"]);
	context.mock.timers.tick(8_000);
	assert.deepEqual(said, ["3", "3", "3"]);
	glance.show("3", true);
	context.mock.timers.tick(250);
	glance.leave();
	context.mock.timers.tick(20_000);
	assert.deepEqual(said, ["3", "3", "3", "3w", "0w"]);
	glance.leave();
	assert.equal(said.length, 5);
	assert.deepEqual(counts, [1, 2, 3, 4, 5], "which of them is the later one");
});
