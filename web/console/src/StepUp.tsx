// A grave thing asks for a secret again; then it goes on.
import { useEffect, useState } from "preact/hooks";
import { refusal } from "./refusal";
import { learnMe, me, stepUp } from "./session";
import { language, t } from "./text";

const LOOK_EVERY_MS = 1000;

export function StepUp({ onDone }: { onDone: (wrong: string) => void }) {
	const [secret, setSecret] = useState("");
	const [away, setAway] = useState(false);
	const mine = me.value;
	const typed = mine?.password || mine?.totp;
	const send = (event: Event) => {
		event.preventDefault();
		stepUp(secret).then(() => onDone(""), (e: unknown) => onDone(refusal(e)));
	};
	// Shown in another tab, at the identity provider: the session here knows it then.
	useEffect(() => {
		if (!away) {
			return undefined;
		}
		const timer = setInterval(() => void learnMe().then(() => {
			if (me.value?.steppedUpUntil !== undefined) {
				onDone("");
			}
		}, () => undefined), LOOK_EVERY_MS);
		return () => clearInterval(timer);
	}, [away]);
	return (
		<form class="duty-form" onSubmit={send}>
			<p>{t(typed ? "account.step_up" : "account.step_up.show")}</p>
			{typed && <>
				<label>{t("account.secret")} <input class="form-control" type="password" required autocomplete="current-password" value={secret} onInput={(e) => setSecret(e.currentTarget.value)} /></label>
				<button type="submit" class="btn btn-primary">{t("account.go_on")}</button>
			</>}
			{mine?.bound && (
				<a class="btn btn-outline-primary" href={`/v1/oidc/start?for=step-up&lang=${language.value}`} target="_blank" rel="noopener" onClick={() => setAway(true)}>
					{t("account.step_up.provider", { provider: mine.provider ?? "" })}
				</a>
			)}
			{away && <p role="status">{t("account.step_up.away")}</p>}
		</form>
	);
}
