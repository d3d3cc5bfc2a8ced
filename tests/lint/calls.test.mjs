// Calls and habits we do not want, each with its reason.
import assert from "node:assert/strict";
import test from "node:test";
import { code, findings, paths, read } from "./sources.mjs";

const ours = () => paths(/^(proto|geo|dispatch|server|tests)\/.*\.[ch]$/);
const product = () => paths(/^(proto|geo|dispatch|server)\/.*\.[ch]$/);

test("no call that cannot be told how much room there is", () => {
	assert.deepEqual(findings(ours(), /\b(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|gets|stpcpy|scanf|alloca|atoi|atol|atoll|atof)\s*\(/), []);
});

test("no call that keeps state behind our back or starts a shell", () => {
	assert.deepEqual(findings(product(), /\b(strtok|strerror_r|asctime|ctime|gmtime|tmpnam|mktemp|system|popen|rand|srand|random|setjmp|longjmp|pthread_create)\s*\(/), []);
});

test("no shared clean-up attribute and no include of a .c file", () => {
	assert.deepEqual(findings(ours(), /__attribute__\s*\(\(\s*cleanup/), []);
	assert.deepEqual(findings(product(), /#\s*include\s+"[^"]+\.c"/, (path) => code(path, { strings: true })), []);
});

test("a note for later names its issue", () => {
	const texts = paths(/\.(c|h|mjs|js|ts|tsx|html|css|proto|py|build|sql)$/).filter((path) => !path.startsWith("tests/lint/"));
	assert.deepEqual(findings(texts, /\b(FIXME|XXX|HACK)\b|\bTODO\b(?!\(#\d+\))/, read), []);
});

test("server text reaches a page as text only", () => {
	assert.deepEqual(
		findings(paths(/^web\/.*\.(ts|tsx|js|mjs|html)$/), /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|eval|new Function)\b/, read), []);
});

test("a page loads nothing from elsewhere", () => {
	assert.deepEqual(
		findings(paths(/^web\/.*\.(html|css)$/), /\b(src|href|action)\s*=\s*["'](https?:)?\/\/|url\(\s*["']?(https?:)?\/\//, read), []);
});

test("no file is longer than 500 lines without saying why in its head", () => {
	const long = paths(/^(proto|geo|dispatch|server|web|tests)\/.*\.(c|h|mjs|js|ts|tsx)$/).filter((path) => {
		const lines = read(path).split("\n");
		return lines.length > 500 && !/\b500 lines\b|\blong\b|\blonger\b/i.test(lines.slice(0, 30).join("\n"));
	});
	assert.deepEqual(long, []);
});
