// A grave thing asks for a secret again; then it goes on.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { refusal } from "./refusal";
import { learnMe, me, stepUp } from "./session";
import { language, t } from "./text";

const LOOK_EVERY_MS = 1000;

interface StepUpProps {
	/** It is shown: once, however often it was pressed. */
	onShown: () => void;
	onWrong: (wrong: string) => void;
	/** The grave thing is not to be done after all. */
	onCancel: () => void;
}

export function StepUp({ onShown, onWrong, onCancel }: StepUpProps) {
	const [secret, setSecret] = useState("");
	const [away, setAway] = useState(false);
	const [busy, setBusy] = useState(false);
	const isOver = useRef(false);
	const mine = me.value;
	const typed = mine?.password || mine?.totp;
	const form = useRef<HTMLFormElement>(null);
	useLayoutEffect(() => { // before the next key, and wherever on the page it was asked for
		form.current?.querySelector<HTMLElement>("input, a")?.focus();
		return () => { isOver.current = true; };
	}, []);
	const shown = () => {
		if (!isOver.current) {
			isOver.current = true;
			onShown();
		}
	};
	const send = (event: Event) => {
		event.preventDefault();
		if (busy) {
			return;
		}
		setBusy(true);
		onWrong("");
		stepUp(secret).then(shown, (e: unknown) => {
			setBusy(false);
			if (!isOver.current) {
				onWrong(refusal(e));
			}
		});
	};
	// Shown in another tab, at the identity provider: the session here knows it then.
	useEffect(() => {
		if (!away) {
			return undefined;
		}
		const timer = setInterval(() => void learnMe().then(() => {
			if (me.value?.steppedUpUntil !== undefined) {
				shown();
			}
		}, () => undefined), LOOK_EVERY_MS);
		return () => clearInterval(timer);
	}, [away]);
	return (
		<form class="duty-form step-up" ref={form} onSubmit={send} onKeyDown={(e) => {
			if (e.key === "Escape") {
				e.stopPropagation();
				onCancel();
			}
		}}>
			<p>{t(typed ? "account.step_up" : "account.step_up.show")}</p>
			{typed && <>
				<label>{t("account.secret")} <input class="form-control" type="password" required autocomplete="current-password" value={secret} onInput={(e) => setSecret(e.currentTarget.value)} /></label>
				<button type="submit" class="btn btn-primary" disabled={busy}>{t("account.go_on")}</button>
			</>}
			{mine?.bound && (
				<a class="btn btn-outline-primary" href={`/v1/oidc/start?for=step-up&lang=${language.value}`} target="_blank" rel="noopener" onClick={() => setAway(true)}>
					{t("account.step_up.provider", { provider: mine.provider ?? "" })}
				</a>
			)}
			<button type="button" class="btn btn-outline-primary" onClick={onCancel}>{t("act.cancel")} <kbd>Esc</kbd></button>
			{away && <p role="status">{t("account.step_up.away")}</p>}
		</form>
	);
}
