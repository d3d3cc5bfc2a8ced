// What calls for somebody now, whatever the list shows: one press opens the worst.
import type { Incident } from "vedetta/api";
import { crying, inOrder, type Calls } from "./alarm";
import { keyText } from "./keys";
import { areaText, incidentName, t, word } from "./text";

const NAMED_MOST = 3;

function Call({ incident, onOpen }: { incident: Incident; onOpen: (id: string) => void }) {
	return (
		<button type="button" class="btn btn-outline-primary" onClick={() => onOpen(incident.id ?? "0")}>
			{incident.exercise && <b class="badge mark exercise">{t("console.exercise")}</b>}#{incident.id} {incidentName(incident)} <span dir="auto">{areaText(incident)}</span>
		</button>
	);
}

export function AlarmBar({ calls, onOpen }: { calls: Calls; onOpen: (id: string) => void }) {
	const { real, drills } = crying(calls);
	const loud = [...real, ...drills];
	if (loud.length + calls.waiting.length === 0) {
		return null;
	}
	const worse = real.filter((i) => i.worse !== undefined).length;
	return (
		<div class={`alarm-bar${loud.length > 0 ? " loud" : ""}${loud.length > 0 && real.length === 0 ? " drill" : ""}`}>
			<span role={loud.length > 0 ? "alert" : "status"}>
				{[
					worse > 0 ? t("alarm.worse", { n: worse }) : "",
					real.length > worse ? t("alarm.unanswered", { n: real.length - worse }) : "",
					drills.length > 0 ? t("alarm.drills", { n: drills.length }) : "",
					calls.waiting.length > 0 ? t("alarm.waiting", { n: calls.waiting.length }) : "",
				].filter((part) => part !== "").join(" · ")}
			</span>
			{inOrder(calls).slice(0, NAMED_MOST).map((i) => <Call key={i.id} incident={i} onOpen={onOpen} />)}
			<kbd aria-hidden="true" title={word("key", "nextCall")}>{keyText("nextCall")}</kbd>
		</div>
	);
}
