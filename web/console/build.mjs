// Builds the console: node build.mjs [OUTDIR]. Types from proto/, a strict check,
// scripts and styles with their hashes in their names, what the map needs, index.html.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { italiaIcons, italiaStyle } from "./italia.mjs";
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

/** Copies a file beside the bundle under a name that holds its hash. */
function place(out, from, name) {
	const bytes = readFileSync(from);
	const made = name.replace(".", `-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.`);
	writeFileSync(join(out, made), bytes);
	return made;
}

/** What only the map needs, loaded with it. */
async function mapFiles(out) {
	const { outputFiles } = await build({
		absWorkingDir: here, entryPoints: ["src/map/map.css"], bundle: true, minify: true, write: false, outdir: out,
		entryNames: "[name]-[hash]", logLevel: "warning",
	});
	writeFileSync(outputFiles[0].path, outputFiles[0].contents);
	const maplibre = join(root, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs");
	return {
		WORKER_URL: place(out, maplibre, "maplibre-worker.js"),
		LAND_URL: place(out, join(root, "web/map/land.json"), "land.json"),
		TOWNS_URL: place(out, join(root, "web/map/towns.json"), "towns.json"),
		MAP_STYLE_URL: basename(outputFiles[0].path),
	};
}

/** The shared worker that holds the stream: a script of its own. */
async function workerFile(out) {
	const { outputFiles } = await build({
		absWorkingDir: here, entryPoints: ["src/stream.worker.ts"], bundle: true, minify: true, write: false, format: "esm",
		target: "es2022", outdir: out, entryNames: "[name]-[hash]", logLevel: "warning", define: { STREAM_WORKER_URL: "\"\"" },
	});
	writeFileSync(outputFiles[0].path, outputFiles[0].contents);
	return { STREAM_WORKER_URL: basename(outputFiles[0].path) };
}

/** `@import "bootstrap-italia"` is what we wear of it; its fonts are files of ours. */
const italia = {
	name: "italia",
	setup(made) {
		made.onResolve({ filter: /^bootstrap-italia$/ }, ({ path }) => ({ path, namespace: "italia" }));
		made.onResolve({ filter: /^bootstrap-italia\/.*\.woff2$/ }, ({ path }) => ({ path: join(root, "node_modules", path) }));
		made.onLoad({ filter: /./, namespace: "italia" }, () => ({ contents: italiaStyle(root), loader: "css", resolveDir: here }));
	},
};

/** The service worker of pushes: its name stays the same, or browsers would keep the old one. */
async function pushWorkerFile(out) {
	const unread = Object.fromEntries(readdirSync(join(root, "web/locales")).filter((f) => f.endsWith(".json")).map((f) => {
		const texts = JSON.parse(readFileSync(join(root, "web/locales", f), "utf8"));
		return [basename(f, ".json"), { title: texts["contacts.unread.title"], body: texts["contacts.unread"] }];
	}));
	await build({
		absWorkingDir: here, entryPoints: ["src/push.worker.ts"], bundle: true, minify: true, format: "iife",
		target: "es2022", outfile: join(out, "push.js"), logLevel: "warning", define: { UNREAD: JSON.stringify(unread) },
	});
}

async function bundle(out) {
	const urls = Object.entries({ ...await mapFiles(out), ...await workerFile(out) })
		.map(([name, file]) => [name, JSON.stringify(`/console/${file}`)]);
	const result = await build({
		absWorkingDir: here,
		entryPoints: [{ in: "src/main.tsx", out: "console" }, { in: "src/style.css", out: "console" }],
		bundle: true,
		minify: true,
		sourcemap: false,
		format: "esm",
		splitting: true, // the map's part is a file of its own, loaded when there is a map
		target: "es2022",
		jsx: "automatic",
		jsxImportSource: "preact",
		define: Object.fromEntries(urls),
		outdir: out,
		entryNames: "[name]-[hash]",
		chunkNames: "[name]-[hash]",
		assetNames: "[name]-[hash]",
		loader: { ".woff2": "file" },
		plugins: [italia],
		metafile: true,
		logLevel: "warning",
	});
	const made = Object.entries(result.metafile.outputs).filter(([, o]) => o.entryPoint !== undefined)
		.map(([f, o]) => [o.entryPoint, basename(f)]);
	return {
		script: made.find(([from]) => from === "src/main.tsx")[1],
		style: made.find(([from]) => from === "src/style.css")[1],
	};
}

/** The form's pictograms, so that operator and citizen see the same one, and the system's that a view names. */
function icons() {
	const views = readdirSync(join(here, "src")).filter((f) => f.endsWith(".tsx")).sort()
		.map((f) => readFileSync(join(here, "src", f), "utf8")).join("\n");
	return readFileSync(join(root, "web/form/icons.html"), "utf8").replace(/\{\{![^}]*\}\}\s*/, "")
		+ `<svg hidden>${italiaIcons(root, views)}</svg>`;
}

export async function buildConsole(out) {
	rmSync(out, { recursive: true, force: true });
	mkdirSync(out, { recursive: true });
	check(`${out}-types`);
	await pushWorkerFile(out);
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
