// What each executable can call at all: a front no database, the desk no network library.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "node:test";
import { root } from "./sources.mjs";

const build = resolve(process.env.VEDETTA_BUILD ?? join(root, "build/test"));

const forbidden = {
	area: ["curl", "event"],
	vedetta: ["spatialite", "curl", "jansson", "nettle", "event_extra", "event-2"],
	export: ["spatialite", "curl", "jansson", "event"],
	courier: ["spatialite", "sqlite3", "event_extra", "event-2"],
	front: ["spatialite", "sqlite3", "curl", "event_extra", "event-2"],
	desk: ["spatialite", "curl", "jansson", "nettle", "event_extra", "event-2"],
	index: ["curl", "jansson", "event"],
	reader: ["spatialite", "curl", "jansson", "event"],
	user: ["spatialite", "curl", "jansson", "event"],
	password: ["spatialite", "sqlite3", "curl", "jansson", "event"],
	drill: ["spatialite", "sqlite3", "event"],
	replay: ["spatialite", "sqlite3", "event"],
};

for (const [name, libraries] of Object.entries(forbidden)) {
	test(`${name} is not linked to ${libraries.join(", ")}`, () => {
		const path = join(build, "server", name);
		assert.ok(existsSync(path), `${path} is not there`);
		const needed = [...execFileSync("readelf", ["-d", path], { encoding: "utf8" })
			.matchAll(/\(NEEDED\).*\[lib(.*)\.so/g)].map(([, library]) => library);
		assert.ok(needed.length > 0);
		assert.deepEqual(needed.filter((library) => libraries.some((one) => library.startsWith(one))), []);
	});
}

test("every executable has full RELRO, no executable stack, and a place of its own", () => {
	for (const name of Object.keys(forbidden)) {
		const path = join(build, "server", name);
		const head = execFileSync("readelf", ["-hlWd", path], { encoding: "utf8" });
		assert.match(head, /GNU_RELRO/, name);
		assert.match(head, /BIND_NOW|FLAGS.*NOW/, name);
		assert.match(head, /Type:\s+DYN/, name);
		assert.match(head, /GNU_STACK\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+RW\s/, name);
	}
});
