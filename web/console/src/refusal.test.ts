import assert from "node:assert/strict";
import test from "node:test";
import en from "../../locales/en.json";
import it from "../../locales/it.json";
import type { Refused as AnyRefused } from "./feed";

Object.defineProperty(globalThis, "navigator", { value: { languages: ["it"] }, configurable: true }); // the texts ask a browser for its language
const { isUnanswered, Refused } = await import("./feed");
const { refusal } = await import("./refusal");
const { language } = await import("./text");

const refused = (type: string, errors: NonNullable<AnyRefused["problem"]["errors"]> = []) =>
	new Refused(400, { type: `urn:vedetta:problem:${type}`, detail: "Something in it cannot be right: see errors.", errors });

test("a field's name and what is wrong with it are said in the operator's language", () => {
	const long = refused("invalid", [{ field: "refuseHandOver.reason", reason: "must have 500 characters at most", code: "too_long", values: ["500"] }]);
	language.value = "it";
	assert.equal(refusal(long), `${it["act.refuse.reason"]}: troppo lungo, al massimo 500 caratteri.`);
	language.value = "en";
	assert.equal(refusal(long), `${en["act.refuse.reason"]}: too long, 500 characters at most.`);
	assert.equal(refusal(refused("invalid", [{ field: "steps[2].team", reason: "is no team", code: "no_team" }])), "Team (3): this team is no longer there.");
	assert.equal(refusal(refused("invalid", [{ field: "split.reports", code: "all_reports" }])), `${en["act.split.reports"]}: ${en["reason.all_reports"]}`);
});

test("every field that is wrong is named", () => {
	language.value = "en";
	assert.equal(refusal(refused("invalid", [{ field: "name", code: "required" }, { field: "fullName", code: "not_a_line" }])),
		"Name: it is missing. Full name: it must be one line of text.");
});

test("what the console does not know is shown as the server said it", () => {
	language.value = "it";
	assert.equal(refusal(refused("invalid", [{ field: "sequence", reason: "must be the incident's sequence as you saw it" }])),
		"sequence: must be the incident's sequence as you saw it");
	assert.equal(refusal(refused("invalid", [{ field: "odd.one", reason: "is required", code: "required" }])), "odd.one: manca.");
	assert.equal(refusal(refused("brand-new")), "Something in it cannot be right: see errors.");
	assert.equal(refusal(new Refused(418, {})), "418");
	assert.equal(refusal(refused("invalid", [{ field: "", reason: "the JSON ends too early, at byte 3" }])), "the JSON ends too early, at byte 3");
});

test("a kind of problem has its words", () => {
	language.value = "it";
	assert.equal(refusal(refused("no-lead")), it["refused.no-lead"]);
	assert.equal(refusal(refused("wrong-login")), it["login.wrong"]);
});

test("a gateway that failed does not know what became of it; one that refused does", () => {
	language.value = "en";
	assert.ok(isUnanswered(new Refused(502, { detail: "/v1/session: 502" })));
	assert.equal(refusal(new Refused(504, {})), en["console.no_answer"]);
	assert.ok(isUnanswered(refused("desk-away")));
	assert.ok(isUnanswered(new TypeError("fetch failed")));
	assert.ok(!isUnanswered(new Refused(413, { detail: "/v1/reports: 413" })));
	assert.ok(!isUnanswered(refused("full")));
});
