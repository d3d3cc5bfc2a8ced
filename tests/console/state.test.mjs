// The console's types and the tests of its pure parts (web/console/src/*.test.ts).
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { check } from "../../web/console/build.mjs";

const src = fileURLToPath(new URL("../../web/console/src", import.meta.url));
const out = mkdtempSync(join(tmpdir(), "vedetta-console-"));
process.on("exit", () => rmSync(out, { recursive: true, force: true }));

test("the console agrees with the types of proto/, strictly", () => check(join(out, "types")));

await build({
	entryPoints: readdirSync(src).filter((f) => f.endsWith(".test.ts")).map((f) => join(src, f)),
	bundle: true,
	platform: "node",
	format: "esm",
	outdir: out,
	outExtension: { ".js": ".mjs" },
	logLevel: "warning",
});
for (const made of readdirSync(out).filter((f) => f.endsWith(".mjs"))) {
	await import(pathToFileURL(join(out, made)).href); // its tests become ours
}
