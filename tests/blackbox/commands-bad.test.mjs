// Each command with what it cannot use: one clear sentence that names the argument and
// says why, the right exit status, and nothing left behind.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { build, makeFolder, run } from "./harness.mjs";

const USAGE = 2;
const FAILED = 1;

const folder = makeFolder();
const at = (name) => join(folder, name);
mkdirSync(at("dir"));
writeFileSync(at("empty"), "");
writeFileSync(at("junk"), Buffer.from(Array.from({ length: 5000 }, (_, i) => i * 7919 % 256)));
writeFileSync(at("cut.json"), '{"type":"FeatureCollection"');
writeFileSync(at("deep.json"), "[".repeat(100000) + "]".repeat(100000));
writeFileSync(at("zip.json"), "PK\x03\x04");
writeFileSync(at("latin1.json"), Buffer.from('{"type":"\xe0"}', "latin1"));
/* More than the disk has, and none of it written. */
writeFileSync(at("huge.json"), "");
truncateSync(at("huge.json"), 10 * 2 ** 30);
/* Nobody will ever write into it. */
execFileSync("mkfifo", [at("fifo")]);
const polygon = (lon) => `{"type":"Polygon","coordinates":[[[${lon},44],[9.1,44],[9.1,44.1],[${lon},44]]]}`;
const feature = (geometry) => `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"A1","name":"x"},"geometry":${geometry}}]}`;
writeFileSync(at("far.json"), feature(polygon("1e308")));
writeFileSync(at("nan.json"), feature(polygon("NaN")));
writeFileSync(at("arcs.json"), JSON.stringify({ type: "Topology", arcs: [], objects: { c: { type: "GeometryCollection", geometries: [{ type: "Polygon", arcs: [[-9]], properties: { code: "A1", name: "x" } }] } } }));
writeFileSync(at("points.csv"), "id,lat,lon\n1,44,9\n2,44,9.001\n");

const nowhere = at("nowhere");
const to = ["--to", "http://127.0.0.1:1"];
const named = ["--code", "code", "--name", "name", "--level", "municipality"];
const clustering = ["--eps", "500", "--min", "3"];

/* command, exit status, what the sentence says */
const cases = [
	[["cluster", nowhere, ...clustering], FAILED, /nowhere: No such file/],
	[["cluster", at("dir"), ...clustering], FAILED, /dir: Is a directory/],
	[["cluster", at("empty"), ...clustering], FAILED, /empty: the first row must name the columns/],
	[["cluster", at("junk"), ...clustering], FAILED, /junk: /],
	[["cluster", at("points.csv"), "--eps", "nan"], USAGE, /--eps must be a number from/],
	[["cluster", at("points.csv"), "--eps", "1e308"], USAGE, /--eps must be/],
	[["cluster", at("points.csv"), "--eps", "500", "--min", "-1"], USAGE, /--min must be/],
	[["cluster", at("points.csv"), "--min", "3"], USAGE, /--eps/],
	[["cluster", at("points.csv"), ...clustering, "more"], USAGE, /one FILE/],
	[["area", "import", nowhere, "--data", at("dir")], FAILED, /cannot read .*nowhere: No such file/],
	[["area", "import", at("dir"), "--data", at("dir")], FAILED, /cannot read .*dir: it is no file/],
	[["area", "import", at("empty"), "--data", at("dir")], FAILED, /empty: line 1/],
	[["area", "import", at("cut.json"), "--data", at("dir")], FAILED, /cut\.json: line 1/],
	[["area", "import", at("junk"), "--data", at("dir")], FAILED, /junk: line 1/],
	[["area", "import", at("fifo"), "--data", at("dir")], FAILED, /cannot read .*fifo: it is no file/],
	[["area", "import", at("huge.json"), "--data", at("dir")], FAILED, /cannot read .*huge\.json: it has more than 256 MiB/],
	[["area", "import", at("deep.json"), "--data", at("dir")], FAILED, /deep\.json: line 1: maximum parsing depth/],
	[["area", "import", at("zip.json"), "--data", at("dir")], FAILED, /zip\.json: line 1/],
	[["area", "import", at("latin1.json"), "--data", at("dir")], FAILED, /latin1\.json: line 1: unable to decode byte 0xe0/],
	[["area", "import", at("nan.json"), "--data", at("dir")], FAILED, /nan\.json: line 1: invalid token/],
	[["area", "import", at("far.json"), ...named, "--data", at("dir")], FAILED, /there is nothing to import/],
	[["area", "import", at("arcs.json"), ...named, "--data", at("dir")], FAILED, /there is nothing to import/],
	[["area", "import", "--residents", at("empty"), "--data", at("dir")], FAILED, /empty: the first row/],
	[["area", "import"], USAGE, /at least one file/],
	[["area", "list", "--data", nowhere], FAILED, /nowhere: No such file/],
	[["export", "gis", at("out"), "--data", nowhere], FAILED, /nowhere\/desk\.sqlite: /],
	[["export", "gis", at("out"), "--data", at("dir")], FAILED, /dir\/desk\.sqlite: /],
	[["export", "gis", at("empty"), "--data", at("dir")], FAILED, /empty: Not a directory/],
	[["export", "gis", at("out"), "--format", "pdf", "--data", at("dir")], USAGE, /no format pdf/],
	[["export", "all", at("out")], USAGE, /`gis`/],
	[["drill", "laquila", ...to, "--token-file", nowhere], USAGE, /nowhere \(No such file/],
	[["drill", "dance", ...to], USAGE, /no exercise dance/],
	[["drill", "laquila", "--to", "ftp://x"], USAGE, /--to must begin with http/],
	[["drill", "laquila", ...to, "--speed", "0"], USAGE, /--speed must be/],
	[["replay", nowhere, ...to], USAGE, /nowhere: cannot be read: No such file/],
	[["replay", at("dir"), ...to], USAGE, /dir: cannot be read: Is a directory/],
	[["replay", at("fifo"), ...to], USAGE, /fifo: cannot be read: it is no file/],
	[["replay", at("huge.json"), ...to], USAGE, /huge\.json: cannot be read: File too large/],
	[["replay", at("deep.json"), ...to], USAGE, /none of the columns/],
	[["replay", at("empty"), ...to], USAGE, /empty: the first row/],
	[["replay", at("points.csv"), ...to, "--speed", "-1"], USAGE, /--speed must be/],
	[["verify", "--data", nowhere], FAILED, /nowhere\/desk\.sqlite: .*No such file/],
	[["verify", "--data", at("dir")], FAILED, /dir\/desk\.sqlite: .*No such file/],
	[["verify", "more"], USAGE, /more/],
	[["user", "list", "--data", nowhere], FAILED, /nowhere: there is no desk's file/],
	[["user", "list", "--data", at("dir")], FAILED, /dir: there is no desk's file/],
	[["user", "disable", "bruna", "--data", at("dir")], FAILED, /dir: there is no desk's file/],
	[["user", "add", "bruna", "--role", "king", "--data", at("dir")], USAGE, /king is not a role/],
	[["user", "add", "bruna", "--role", "operator", "--password-file", nowhere, "--data", at("dir")], FAILED, /nowhere/],
	[["user", "add", "bruna"], USAGE, /--role/],
	[["courier", "status", "--data", at("dir")], FAILED, /dir: nobody serves this folder/],
	[["courier", "test", "email", "a@example.org", "--data", nowhere], FAILED, /nowhere: /],
	[["courier", "dance"], USAGE, /usage: vedetta courier/],
	[["check", "--config", nowhere], FAILED, /nowhere: cannot be opened/],
	[["check", "--config", at("dir")], FAILED, /dir: cannot be read: Is a directory/],
	[["check", "--config", at("junk")], FAILED, /junk:1: /],
];

test("a command that cannot do it says what and why, and leaves nothing", { timeout: 120000 }, async () => {
	const before = readdirSync(folder).sort();
	for (const [args, status, sentence] of cases) {
		const { code, stdout, stderr } = await run(args);
		const what = `vedetta ${args.join(" ")}: ${code} ${stderr}`;
		assert.equal(code, status, what);
		assert.equal(stdout, args[0] === "area" && args[1] === "import" ? stdout : "", what); // what became of each file
		assert.match(stderr, sentence, what);
		assert.deepEqual(readdirSync(folder).sort(), before, what);
		assert.deepEqual(readdirSync(at("dir")), [], what);
	}
	assert.ok(!existsSync(nowhere));
});

/* What a shell does with > on a disk that is full. */
const into = (file, args) => new Promise((resolve) => {
	execFile("sh", ["-c", `exec "$0" "$@" > ${file}`, join(build, "server/vedetta"), ...args], (error, stdout, stderr) =>
		resolve({ code: error?.code ?? 0, stderr }));
});

test("output that nobody takes is a fault, not a success", async () => {
	for (const args of [["cluster", at("points.csv"), ...clustering], ["drill", "laquila", "--dry-run"]]) {
		const { code, stderr } = await into("/dev/full", args);
		assert.equal(code, FAILED, `${args[0]}: ${code} ${stderr}`);
		assert.match(stderr, /No space left on device/, args[0]);
	}
});
