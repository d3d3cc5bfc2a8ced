// What would keep a message from its reader: told on every page to whoever plans duty, and to that reader.
import { dutyNow } from "./duty";
import { may, me } from "./session";
import { t, word } from "./text";

interface StripProps {
	onDuty: () => void;
	onContacts: () => void;
}

export function DutyStrip({ onDuty, onContacts }: StripProps) {
	const { unreachable = [], stepFaults = [], faults = [] } = dutyNow.value ?? {};
	const planned = may("DUTY") ? unreachable.length + stepFaults.length : 0;
	const own = faults.filter((f) => f.account !== "" && f.account === me.value?.name);
	return (
		<>
			{planned > 0 && <p class="wrong duty-strip" role="status">⚠ {t("duty.strip", { n: planned })} <button type="button" class="btn btn-outline-primary" onClick={onDuty}>{t("duty.button")}</button></p>}
			{own.map((f) => (
				<p class="wrong duty-strip" role="status" key={f.means}>
					⚠ {t("duty.strip.own", { means: word("duty.means", (f.means ?? "").replace("DELIVERY_MEANS_", "").toLowerCase()) })}
					{" "}{word("contacts.reason", (f.reason ?? "").replace("DELIVERY_REASON_", "").toLowerCase())}{" "}
					<button type="button" class="btn btn-outline-primary" onClick={onContacts}>{t("account.title")}</button>
				</p>
			))}
		</>
	);
}
