// Is anybody there but me? The page of duty behind it.
import { dutyNow } from "./duty";
import { keyText } from "./keys";
import { t } from "./text";

export function DutyButton({ onClick }: { onClick: () => void }) {
	const now = dutyNow.value;
	const wrong = now !== null && (now.staffed !== true || (now.unstaffed ?? []).length > 0 || (now.unreachable ?? []).length > 0
		|| (now.stepFaults ?? []).length > 0 || (now.nobodyAnswered ?? 0) > 0);
	return (
		<button type="button" class={`btn btn-outline-primary${wrong ? " duty-wrong" : ""}`} onClick={onClick}>
			{wrong ? "⚠ " : ""}{now === null ? t("duty.button") : t("duty.button_n", { n: new Set((now.onDuty ?? []).map((d) => d.account || d.name)).size })} <kbd>{keyText("duty")}</kbd>
		</button>
	);
}
