// Checks the console's types and runs the tests of its pure parts: node test.mjs
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { check } from "./build.mjs";

const src = join(dirname(fileURLToPath(import.meta.url)), "src");
const out = mkdtempSync(join(tmpdir(), "vedetta-console-"));
let status = 1;
try {
	check(join(out, "types"));
	await build({
		entryPoints: readdirSync(src).filter((f) => f.endsWith(".test.ts")).map((f) => join(src, f)),
		bundle: true, platform: "node", format: "esm", outdir: out, outExtension: { ".js": ".mjs" },
		logLevel: "warning",
	});
	const made = readdirSync(out).filter((f) => f.endsWith(".mjs")).map((f) => join(out, f));
	status = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" }).status ?? 1;
} finally {
	rmSync(out, { recursive: true, force: true });
}
process.exit(status);
