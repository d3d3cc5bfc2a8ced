// Counts what tests said, for ./test: TAP of cmocka by way of meson's log, and
// TAP of node:test.
//
//   node tests/tally.mjs meson build/test/meson-logs/testlog.json
//   node tests/tally.mjs node build/test/logs/wire.tap
//
// Prints "PASSED FAILED SKIPPED" and then a line for each skip: "name: reason".
// A program that speaks no TAP is one case. One that failed without naming a
// failed case counts as one failure, and so does one that ran no case at all.
import { readFileSync } from "node:fs";

/** Cases of one TAP stream of cmocka. */
export function countCases(text) {
	const counts = { passed: 0, failed: 0, skips: [] };
	for (const line of text.split("\n")) {
		const found = /^(ok|not ok) \d+ - ([^#]*)(?:# *SKIP *(.*))?$/i.exec(line);
		if (found === null) {
			continue;
		}
		if (found[3] !== undefined) {
			counts.skips.push(`${found[2].trim()}: ${found[3].trim() || "no reason given"}`);
		} else if (found[1] === "ok") {
			counts.passed++;
		} else {
			counts.failed++;
		}
	}
	return counts;
}

/** What one program of meson's log said. */
function countProgram({ name, result, stdout = "" }) {
	if (/^(#|ℹ) pass \d+$/m.test(stdout)) {
		return countNode(stdout);
	}
	if (/^1\.\.\d+/m.test(stdout)) {
		return countCases(stdout);
	}
	return {
		passed: result === "OK" ? 1 : 0,
		failed: result === "OK" || result === "SKIP" ? 0 : 1,
		skips: result === "SKIP" ? [`${name}: says so itself`] : [],
	};
}

/** meson's testlog.json: one JSON object a line, one line a program. */
export function countMeson(text) {
	const total = { passed: 0, failed: 0, skips: [] };
	for (const line of text.split("\n")) {
		if (line === "") {
			continue;
		}
		const program = JSON.parse(line);
		const counts = countProgram(program);
		total.passed += counts.passed;
		total.failed += counts.failed;
		total.skips.push(...counts.skips);
		const ran = counts.passed + counts.failed + counts.skips.length;
		if ((program.result !== "OK" && program.result !== "SKIP" && counts.failed === 0) || ran === 0) {
			total.failed++;
		}
	}
	return total;
}

/** node:test's TAP: its closing lines count tests, cases inside tests among them. */
export function countNode(text) {
	const closing = (name) => Number(new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, "m").exec(text)?.[1] ?? NaN);
	const total = { passed: closing("pass"), failed: closing("fail") + closing("cancelled"), skips: [] };
	if (Number.isNaN(total.passed + total.failed)) {
		return { passed: 0, failed: 1, skips: [] };
	}
	for (const line of text.split("\n")) {
		const found = /^\s*ok \d+ - (.*?) # SKIP *(.*)$/.exec(line);
		if (found !== null) {
			total.skips.push(`${found[1]}: ${found[2] || "no reason given"}`);
		}
	}
	const ran = total.passed + total.failed + total.skips.length;
	return ran === 0 ? { passed: 0, failed: 1, skips: [] } : total;
}

if (import.meta.url === `file://${process.argv[1]}`) {
	const [, , kind, path] = process.argv;
	let text = "";
	try {
		text = readFileSync(path, "utf8");
	} catch {
		// No log: nothing ran, which counts as a failure below.
	}
	const total = kind === "meson" && text !== "" ? countMeson(text) : countNode(text);
	console.log(total.passed, total.failed, total.skips.length);
	for (const skip of total.skips) {
		console.log(skip);
	}
}
