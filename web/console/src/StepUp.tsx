// A grave thing asks for a secret again; then it goes on.
import { useState } from "preact/hooks";
import { refusal } from "./feed";
import { stepUp } from "./session";
import { t } from "./text";

export function StepUp({ onDone }: { onDone: (wrong: string) => void }) {
	const [secret, setSecret] = useState("");
	const send = (event: Event) => {
		event.preventDefault();
		stepUp(secret).then(() => onDone(""), (e: unknown) => onDone(refusal(e)));
	};
	return (
		<form class="duty-form" onSubmit={send}>
			<p>{t("account.step_up")}</p>
			<label>{t("account.secret")} <input class="form-control" type="password" required autocomplete="current-password" value={secret} onInput={(e) => setSecret(e.currentTarget.value)} /></label>
			<button type="submit" class="btn btn-primary">{t("account.go_on")}</button>
		</form>
	);
}
