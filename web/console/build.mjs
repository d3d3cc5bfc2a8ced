// Builds the console: node build.mjs [OUTDIR]. Types from proto/, a strict check,
// one script and one style with their hashes in their names, index.html.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { apiTypes } from "./types.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");

/** Writes the API's types beside the bundle and checks all of src/ against them. */
export function check(folder) {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "api.d.ts"), apiTypes(root));
	writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
		extends: join(here, "tsconfig.json"),
		compilerOptions: {
			noEmit: true,
			typeRoots: [join(root, "node_modules/@types")],
			paths: { "vedetta/api": [join(folder, "api.d.ts")] },
		},
		files: readdirSync(join(here, "src")).filter((f) => /\.tsx?$/.test(f))
			.map((f) => join(here, "src", f)),
	}));
	execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder],
		{ stdio: "inherit" });
}

async function bundle(out) {
	const result = await build({
		absWorkingDir: here,
		entryPoints: [{ in: "src/main.tsx", out: "console" }, { in: "src/style.css", out: "console" }],
		bundle: true,
		minify: true,
		sourcemap: false,
		target: "es2022",
		jsx: "automatic",
		jsxImportSource: "preact",
		outdir: out,
		entryNames: "[name]-[hash]",
		metafile: true,
		logLevel: "warning",
	});
	const made = Object.keys(result.metafile.outputs).map((f) => basename(f));
	return {
		script: made.find((f) => f.endsWith(".js")),
		style: made.find((f) => f.endsWith(".css")),
	};
}

/** The form's pictograms, so that operator and citizen see the same one. */
function icons() {
	return readFileSync(join(root, "web/form/icons.html"), "utf8").replace(/\{\{![^}]*\}\}\s*/, "");
}

export async function buildConsole(out) {
	rmSync(out, { recursive: true, force: true });
	mkdirSync(out, { recursive: true });
	check(`${out}-types`);
	const { script, style } = await bundle(out);
	const page = readFileSync(join(here, "index.html"), "utf8")
		.replace("SCRIPT", script).replace("STYLE", style).replace("<!-- ICONS -->", icons());
	writeFileSync(join(out, "index.html"), page);
	return { script, style };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const out = resolve(process.argv[2] ?? join(root, "build/web/console"));
	const { script, style } = await buildConsole(out);
	console.log(`${relative(process.cwd(), out)}: index.html ${script} ${style}`);
}
