// The files lint looks at: what git tracks or would track.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

const files = [...new Set(execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
	cwd: root, encoding: "utf8", maxBuffer: 1 << 26,
}).split("\0"))].filter((path) => path !== "").sort();

/** Paths that match, such as /^server\/.*\.c$/. A pattern that finds nothing is a mistake of the test. */
export function paths(pattern) {
	const found = files.filter((path) => pattern.test(path) && exists(path));
	if (found.length === 0) {
		throw new Error(`no file matches ${pattern}`);
	}
	return found;
}

export function exists(path) {
	try {
		readFileSync(join(root, path));
		return true;
	} catch (error) {
		if (error.code === "ENOENT") {
			return false;
		}
		throw error;
	}
}

export function read(path) {
	return readFileSync(join(root, path), "utf8");
}

/** C without comments; with blank strings too unless they are to stay. Lines keep their numbers. */
export function code(path, { strings = false } = {}) {
	return read(path).replace(
		/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'/g,
		(part) => {
			if (part[0] === "/") {
				return part.replace(/[^\n]/g, " ");
			}
			return strings ? part : part[0] + part[0];
		});
}

/** "path:line: text" of each line of these files that matches; transform gives the text to search. */
export function findings(filesToSearch, pattern, transform = code) {
	const found = [];
	for (const path of filesToSearch) {
		transform(path).split("\n").forEach((line, i) => {
			const match = pattern.exec(line);
			if (match !== null) {
				found.push(`${path}:${i + 1}: ${match[0].trim()}`);
			}
		});
	}
	return found;
}
