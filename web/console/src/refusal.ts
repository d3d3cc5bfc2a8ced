// What to say of anything that went wrong, in words an operator can act on.
import { Refused } from "./feed";
import { t } from "./text";

/** What a server says that does not know itself. */
const UNCERTAIN = ["urn:vedetta:problem:desk-away", "urn:vedetta:problem:fault"];

/** Cut off before an answer that says what became of it: it may have been done. */
export function isUnanswered(error: unknown): boolean {
	return !(error instanceof Refused) || UNCERTAIN.includes(error.problem.type ?? "");
}

/** The field first, when there is one. */
export function refusal(error: unknown): string {
	if (!(error instanceof Refused) || isUnanswered(error)) {
		return t("console.no_answer");
	}
	const [wrong] = error.problem.errors ?? [];
	return wrong === undefined ? error.message : `${wrong.field ?? ""} ${wrong.reason ?? ""}`;
}
