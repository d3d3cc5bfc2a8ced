// What to say of anything that went wrong, in words an operator can act on and in their language: by the
// problem's type, and the field's path and code. What is not known here is shown as the server said it.
import type { FieldError, Problem } from "vedetta/api";
import { isUnanswered, Refused } from "./feed";
import { known, t, type Key } from "./text";

const URN = "urn:vedetta:problem:";

/** As the page of login says it. */
const SAID: Readonly<Record<string, Key>> = {
	"wrong-login": "login.wrong", "code-required": "login.code_wanted", "logins-busy": "login.busy",
};

/** Actions whose forms have another name than what they send. */
const FORMS: Readonly<Record<string, string>> = { refuseHandOver: "refuse", close: "end" };

/** Fields whose form says their name under another key. Those of an action's form are act.FORM.FIELD, others field.PATH. */
const FIELDS: Readonly<Record<string, Key>> = {
	"place.point": "locate.point", "place.accuracyM": "locate.accuracy", "place.words": "locate.words", "place.reason": "locate.reason",
	"place.report": "locate.report", "split.report": "act.split.reports", hazard: "call.hazard", text: "call.text", "contact.name": "call.name", "contact.phone": "call.phone",
	area: "duty.area", areas: "duty.areas", people: "duty.people", person: "duty.person", from: "duty.from", to: "duty.to",
	note: "duty.note", "steps.to": "duty.step.to", "steps.minutes": "duty.step.minutes", fullName: "accounts.full_name",
	role: "accounts.role", password: "account.password", "password.password": "account.password", "password.old": "account.old",
	"totpConfirm.begun": "account.totp", "totpConfirm.code": "account.code", "totpEnd.code": "account.code", code: "account.code", contacts: "contacts.title",
	"contacts.email": "duty.means.email", "contacts.telegram": "duty.means.telegram", "contacts.webhook": "duty.means.webhook",
	"settings.contacts": "contacts.title", "settings.contacts.email": "duty.means.email",
	"settings.contacts.telegram": "duty.means.telegram", "settings.contacts.webhook": "duty.means.webhook",
};

/** steps[2].team: the form has one name for all of them, and people count from one. */
function fieldText(field: string): string {
	const path = field.replace(/\[\d+\]/g, "");
	const [form = "", ...rest] = path.split(".");
	const [, index] = /\[(\d+)\]/.exec(field) ?? [];
	const name = known(FIELDS[path] ?? `field.${path}`) ?? known(`act.${FORMS[form] ?? form}.${rest.join(".")}`);

	return name === undefined ? field : index === undefined ? name : `${name} (${Number(index) + 1})`;
}

/** "must have 500 characters at most" is too_long with 500: {a}, and {b} when there are two. */
function wrongText({ field = "", reason = "", code = "", values = [] }: FieldError): string {
	const [a = "", b = ""] = values;
	const said = known(`reason.${code}`, { a, b }) ?? reason;

	return field === "" ? said : `${fieldText(field)}: ${said}`;
}

/** Why the server refused it: every field, or what kind of problem it is. */
function problemText(problem: Problem): string {
	const { type = "", errors = [] } = problem;
	const kind = type.startsWith(URN) ? type.slice(URN.length) : "";

	return errors.length > 0
		? errors.map(wrongText).join(" ")
		: known(SAID[kind] ?? `refused.${kind}`) ?? problem.detail ?? "";
}

export function refusal(error: unknown): string {
	return !(error instanceof Refused) || isUnanswered(error) ? t("console.no_answer") : problemText(error.problem) || String(error.status);
}
