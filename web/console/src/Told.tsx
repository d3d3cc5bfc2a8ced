// Whom the desk told about an incident, by what, and what comes next when nobody answers.
import type { Escalation } from "vedetta/api";
import { shortMeans } from "./duty";
import { age, clock, ms, t, word } from "./text";

export function Told({ escalation, nowMs }: { escalation: Escalation; nowMs: number }) {
	const phase = (escalation.phase ?? "").replace("ESCALATION_PHASE_", "").toLowerCase();
	const nextMs = ms(escalation.nextAt);
	return (
		<section>
			<h3>{t("told.title")}</h3>
			{escalation.nobodyToTell && <p class="alert alert-danger call bad"><b>⚠ {t("told.nobody_to_tell")}</b></p>}
			{escalation.nobodyAnswered && <p class="alert alert-danger call bad"><b>⚠ {t("told.nobody_answered")}</b></p>}
			<p>
				{word("told.phase", phase)} {phase === "waiting" && t("told.step", { step: escalation.step ?? 1, steps: escalation.steps ?? 1, to: word("duty.target", (escalation.to ?? "").replace("POLICY_TARGET_", "").toLowerCase()) })}
				{(phase === "waiting" || phase === "repeating") && nextMs > 0 && ` ${t("told.next", { n: Math.max(0, Math.round((nextMs - nowMs) / 1000)) })}`}
			</p>
			<ul class="done">
				{(escalation.told ?? []).map((told) => (
					<li key={`${told.account}-${told.name}-${told.at}`}>
						<b dir="auto">{told.name || told.account}</b> {(told.means ?? []).map((m) => word("duty.means", shortMeans(m))).join(", ")}
						{" "}<time dateTime={told.at} title={clock(ms(told.at))}>{age(ms(told.at), nowMs)}</time>
						{told.failed && <b class="wrong"> ⚠ {t("told.failed")}</b>}
					</li>
				))}
			</ul>
			{(escalation.unreached ?? []).length > 0 && <p class="wrong">⚠ {t("told.unreached", { names: (escalation.unreached ?? []).join(", ") })}</p>}
			{(escalation.skipped ?? []).length > 0 && <p class="wrong">⚠ {t("told.skipped", { names: (escalation.skipped ?? []).join(", ") })}</p>}
		</section>
	);
}
