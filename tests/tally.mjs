// Counts what tests said, for ./test: TAP of cmocka by way of meson's log, and
// TAP of node:test.
//
//   node tests/tally.mjs meson build/test/meson-logs/testlog.json
//   node tests/tally.mjs node build/test/logs/wire.tap
//
// Prints "PASSED FAILED SKIPPED", then a line "skipped: NAME: REASON" for each skip
// and for each failure "failed: NAME" with its reason behind it, indented: who keeps
// only the end of a log still learns why.
// A program that speaks no TAP is one case. One that failed without naming a
// failed case counts as one failure, and so does one that ran no case at all.
import { readFileSync } from "node:fs";

const LINES_MOST = 14; // of one reason
const REASONS_MOST = 20;

/** At most so many lines, the empty ones left out; the end of the middle is dropped, not the ends. */
function shorten(lines) {
	const told = lines.map((line) => line.trimEnd()).filter((line) => line !== "");
	return told.length <= LINES_MOST ? told
		: [...told.slice(0, LINES_MOST / 2), "...", ...told.slice(-LINES_MOST / 2)];
}

/** What cmocka remarks behind a case that failed: [{ name, why: [line] }]. */
function reasonsOfCases(text) {
	const reasons = [];
	let open;
	for (const line of text.split("\n")) {
		const found = /^not ok \d+ - ([^#]*)$/.exec(line);
		if (found !== null) {
			reasons.push(open = { name: found[1].trim(), why: [] });
		} else if (line.startsWith("# ") && open !== undefined) {
			open.why.push(line.slice(2));
		} else {
			open = undefined;
		}
	}
	return reasons;
}

/** Reasons of one program of meson's log; without a failed case, how it ended. */
function reasonsOfProgram({ name, result, stdout = "", stderr = "" }) {
	const cases = /^# tests \d+$/m.test(stdout) ? reasonsOfNode(stdout) : reasonsOfCases(stdout);
	if (cases.length > 0) {
		return cases.map((one) => ({ name: `${name}: ${one.name}`, why: one.why }));
	}
	const said = `${stdout}\n${stderr}`.trim().split("\n");
	const from = said.findIndex((line) => /runtime error:|ERROR: \w+Sanitizer/.test(line));
	return [{ name: `${name}: ${result}`, why: from < 0 ? said.slice(-LINES_MOST) : said.slice(from, from + LINES_MOST) }];
}

/** A value of node's YAML: quoted on its line, or a block on the lines behind it. */
function valueAt(lines, at) {
	const [, indent, text] = /^(\s*)\w+: ?(.*)$/.exec(lines[at]);
	if (!text.startsWith("|")) {
		return [text.replace(/^(['"])(.*)\1$/, "$2")];
	}
	const end = lines.findIndex((line, n) => n > at && line.trim() !== "" && !line.startsWith(`${indent} `));
	return lines.slice(at + 1, end < 0 ? lines.length : end).map((line) => line.slice(indent.length + 2));
}

/** Reasons in node:test's TAP, those of cases inside cases once. */
function reasonsOfNode(text) {
	const lines = text.split("\n");
	const reasons = [];
	let remarks = [];
	for (const [n, line] of lines.entries()) {
		const found = /^\s*not ok \d+ - (.*?)(?: # .*)?$/.exec(line);
		const remark = /^# (?!Subtest: )(.*)$/.exec(line);
		if (remark !== null) {
			remarks.push(remark[1]);
		}
		if (found === null) {
			remarks = /^\s*ok \d+ - /.test(line) ? [] : remarks;
			continue;
		}
		const end = lines.findIndex((one, at) => at > n && one.trim() === "...");
		const block = lines.slice(n + 1, end < 0 ? n + 1 : end);
		const value = (key) => {
			const at = block.findIndex((one) => one.trim().startsWith(`${key}: `));
			return at < 0 ? [] : valueAt(block, at);
		};
		if (value("failureType")[0] !== "subtestsFailed") {
			const why = value("error");
			const where = value("stack").map((one) => /(tests\/[\w/.-]+(?<!harness)\.mjs:\d+)/.exec(one)?.[1]).find((one) => one !== undefined);
			reasons.push({
				name: found[1].replaceAll("\\#", "#"),
				// Of a file that did not even run, its remarks are all there is.
				why: [...(where === undefined ? [] : [`at ${where}`]), ...why, ...(why[0] === "test failed" ? remarks.slice(-LINES_MOST) : [])],
			});
		}
		remarks = [];
	}
	return reasons;
}

/** Why tests failed: [{ name, why: [line] }]. */
export function reasons(kind, text) {
	if (kind !== "meson") {
		return reasonsOfNode(text);
	}
	return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))
		.filter(({ result, stdout = "" }) => (result !== "OK" && result !== "SKIP") || /^not ok /m.test(stdout))
		.flatMap(reasonsOfProgram);
}

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
		console.log(`skipped: ${skip}`);
	}
	const all = reasons(kind === "meson" && text !== "" ? kind : "node", text);
	for (const { name, why } of all.slice(0, REASONS_MOST)) {
		console.log([`failed: ${name}`, ...shorten(why)].join("\n    "));
	}
	if (all.length > REASONS_MOST) {
		console.log(`failed: and ${all.length - REASONS_MOST} more`);
	}
}
