import assert from "node:assert/strict";
import test from "node:test";
import { parse, plain } from "./wire";

test("what turns text round or hides in it is shown as what it is", () => {
	assert.equal(plain("via \u202eamoR"), "via ⟦U+202E⟧amoR");
	assert.equal(plain("a\u200bb\u2066c\u0000d\u001be\u{e0041}"), "a⟦U+200B⟧b⟦U+2066⟧c⟦U+0000⟧d⟦U+001B⟧e⟦U+E0041⟧");
});

test("writing that needs joiners, marks, tabs and lines is left alone", () => {
	for (const text of ["می‌خواهم", "👨‍👩‍👧", "שלום\u200f!", "uno\ndue\ttre\r\n", "perché è così"]) {
		assert.equal(plain(text), text);
	}
});

test("answers are cleaned however the characters were written", () => {
	assert.deepEqual(parse('{"a":["x\\u0007y","\u202e"],"b":1}'), { a: ["x⟦U+0007⟧y", "⟦U+202E⟧"], b: 1 });
	assert.deepEqual(parse('{"a":"x\\by\\fz\\n"}'), { a: "x⟦U+0008⟧y⟦U+000C⟧z\n" });
	assert.deepEqual(parse('{"a":"\\u00e8"}'), { a: "è" });
});
