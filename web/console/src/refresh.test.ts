import assert from "node:assert/strict";
import test from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { languages: ["it"] }, configurable: true }); // the texts ask a browser for its language
const { Refresh } = await import("./map/refresh");

interface Asked {
	path: string;
	answer: (body: unknown) => void;
}

const filter = { classes: [1, 2, 3, 4, 5], status: "all", exercise: "all", area: null } as const;
const outlines = (id: string) => ({ type: "FeatureCollection", features: [{ type: "Feature", geometry: { type: "Point", coordinates: [0, 0] }, properties: { kind: "area", id } }] });

test("who looks elsewhere while outlines are on their way has those of there, without waiting for a change", async () => {
	const asked: Asked[] = [];
	globalThis.fetch = ((path: string) => new Promise((resolve) => {
		asked.push({ path, answer: (body) => resolve(new Response(JSON.stringify(body))) });
	})) as typeof fetch;
	const next = async (path: RegExp): Promise<Asked> => {
		for (let n = 0; n < 400 && !asked.some((one) => path.test(one.path)); n++) {
			await new Promise<void>((resolve) => setTimeout(resolve, 50));
		}
		assert.ok(asked.some((one) => path.test(one.path)), `nobody asked for ${String(path)}`);
		return asked.splice(asked.findIndex((one) => path.test(one.path)), 1)[0] as Asked;
	};
	const refresh = new Refresh({ onView: () => undefined, onOutlines: () => undefined, onFailed: () => assert.fail("nothing failed"), pictureMs: () => 0 });
	refresh.look({ box: { west: 1, south: 1, east: 2, north: 2 }, zoom: 10, filter });
	(await next(/^\/v1\/map\?.*bbox=1/)).answer({});
	(await next(/outlines\?kind=area&bbox=1/)).answer(outlines("1"));
	const slow = await next(/outlines\?bbox=1/);
	refresh.look({ box: { west: 3, south: 3, east: 4, north: 4 }, zoom: 10, filter });
	slow.answer(outlines("2"));
	(await next(/^\/v1\/map\?.*bbox=3/)).answer({});
	(await next(/outlines\?kind=area&bbox=3/)).answer(outlines("3"));
	(await next(/outlines\?bbox=3/)).answer(outlines("4"));
	refresh.stop();
});
