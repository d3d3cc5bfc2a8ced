// The session ended while something was typed: whoever typed it comes back over the page, and what waits is sent.
import { useEffect, useRef, useState } from "preact/hooks";
import { refusal } from "./refusal";
import { logInAgain, lookForLogin, me } from "./session";
import { language, t } from "./text";

const LOOK_EVERY_MS = 1000;

export function LogInAgain() {
	const dialog = useRef<HTMLDialogElement>(null);
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [said, setSaid] = useState("");
	const [away, setAway] = useState(false);
	const mine = me.value;
	const open = () => dialog.current?.showModal();
	useEffect(open, []);
	useEffect(() => {
		const timer = away ? setInterval(() => void lookForLogin().catch(() => {}), LOOK_EVERY_MS) : undefined;
		return () => clearInterval(timer);
	}, [away]);
	const send = (event: Event) => {
		event.preventDefault();
		setSaid("");
		logInAgain(password, code).catch((error: unknown) => setSaid(refusal(error)));
	};
	return (
		<dialog ref={dialog} class="modal-content sheet again" aria-labelledby="again-title" onCancel={(e) => e.preventDefault()} onClose={open}>
			<form onSubmit={send}>
				<div class="modal-header"><h2 class="modal-title" id="again-title">{t("again.title")}</h2></div>
				<div class="modal-body">
					<p>{t("again.why", { name: mine?.fullName || mine?.name || "" })}</p>
					<label>{t("login.password")}
						<input class="form-control" type="password" autofocus required autocomplete="current-password" maxLength={256} value={password}
							onInput={(e) => setPassword(e.currentTarget.value)} />
					</label>
					<label>{t("login.code")}
						<input class="form-control" autocomplete="one-time-code" maxLength={64} value={code} onInput={(e) => setCode(e.currentTarget.value)} />
					</label>
					<p class="wrong" role="alert">{said}</p>
					{away && <p role="status">{t("account.step_up.away")}</p>}
				</div>
				<div class="modal-footer">
					<button type="submit" class="btn btn-primary">{t("login.go")}</button>
					{mine?.bound && (
						<a class="btn btn-outline-primary" href={`/v1/oidc/start?lang=${language.value}`} target="_blank" rel="noopener" onClick={() => setAway(true)}>
							{t("login.by_provider", { provider: mine.provider ?? "" })}
						</a>
					)}
					<button type="button" class="btn btn-outline-primary" onClick={() => location.assign("/login")}>{t("again.leave")}</button>
				</div>
			</form>
		</dialog>
	);
}
