// Folders form a chain: a file includes its own folder and those to its left.
import assert from "node:assert/strict";
import test from "node:test";
import { code, findings, paths } from "./sources.mjs";

const chain = ["proto", "geo", "dispatch", "server"];
const generated = /^(vedetta\/v1|google\/protobuf)\//;

test("a file includes only its own folder and those to its left", () => {
	const wrong = [];
	for (const path of paths(/^(proto|geo|dispatch|server)\/.*\.[ch]$/)) {
		const own = chain.indexOf(path.split("/")[0]);
		for (const [, included] of code(path, { strings: true }).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
			if (generated.test(included) || included === "embed.h") {
				continue;
			}
			const at = chain.indexOf(included.split("/")[0]);
			if (at < 0 || at > own) {
				wrong.push(`${path} includes "${included}"`);
			}
		}
	}
	assert.deepEqual(wrong, []);
});

test("a source file includes its own header first", () => {
	const wrong = [];
	for (const path of paths(/^(proto|geo|dispatch|server)\/.*\.c$/)) {
		const header = path.replace(/\.c$/, ".h");
		const text = code(path, { strings: true });
		if (!text.includes(`"${header}"`)) {
			continue;
		}
		const first = /^\s*#\s*include\s+["<]([^">]+)[">]/m.exec(text)[1];
		if (first !== header) {
			wrong.push(`${path} includes ${first} before ${header}`);
		}
	}
	assert.deepEqual(wrong, []);
});

test("SQL stays in geo/", () => {
	const outside = paths(/^(proto|dispatch|server)\/.*\.[ch]$/);
	const withStrings = (path) => code(path, { strings: true });
	assert.deepEqual(findings(outside, /\bsqlite3?_\w+|<sqlite3\.h>/, withStrings), []);
	assert.deepEqual(findings(outside, /"[^"]*\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA)\b/, withStrings), []);
});

test("only server/clock.c reads a clock", () => {
	// The store's is the deadline of a query, asked from inside SQLite.
	const allowed = ["server/clock.c", "geo/store_read.c"];
	const others = paths(/^(proto|geo|dispatch|server)\/.*\.c$/).filter((path) => !allowed.includes(path));
	assert.deepEqual(findings(others, /\b(clock_gettime|gettimeofday|clock|time|localtime)\s*\(/), []);
});

test("only server/ logs and reads its surroundings", () => {
	const pure = paths(/^(proto|geo|dispatch)\/.*\.[ch]$/);
	assert.deepEqual(findings(pure, /\b(log_event|fprintf|printf|puts|fputs|perror|syslog|getenv)\s*\(/), []);
});

test("proto/ and dispatch/ do no input or output", () => {
	const pure = paths(/^(proto|dispatch)\/.*\.[ch]$/);
	assert.deepEqual(findings(pure, /\b(fopen|fread|fwrite|open|openat|socket|connect|sendmsg|recvmsg|poll|mmap|usleep|sleep|nanosleep)\s*\(/), []);
});
