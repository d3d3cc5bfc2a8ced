// One's own account: password, second factor, where one is logged in.
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { OwnResult, SessionList } from "vedetta/api";
import { AccountTabs, type AccountLeaf } from "./AccountTabs";
import { ContactsForm } from "./ContactsForm";
import { ask, newKey, post } from "./feed";
import { newest } from "./newest";
import { refusal } from "./refusal";
import { changeOwn, learnMe, logOut, me, wantsStepUp, wasBegunAgain } from "./session";
import { StepUp } from "./StepUp";
import { age, clock, ms, t, word } from "./text";

/** A QR code out of rows of 0 and 1, with the quiet zone around it that readers want. */
function QrCode({ rows }: { rows: readonly string[] }) {
	const side = rows.length + 8;
	const path = rows.flatMap((row, y) => [...row].map((c, x) => (c === "1" ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
	return (
		<svg class="qr" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={t("account.qr")} shape-rendering="crispEdges">
			<path d={`M0 0h${side}v${side}H0z`} fill="#fff" /><path d={path} fill="#000" />
		</svg>
	);
}

function Secrets({ result }: { result: OwnResult }) {
	return (
		<>
			{(result.totpCode ?? []).length > 0 && (
				<>
					<p>{t("account.totp.scan")}</p>
					<QrCode rows={result.totpCode ?? []} />
					<p>{t("account.totp.secret")} <code>{result.totpSecret}</code></p>
				</>
			)}
			{(result.recoveryCodes ?? []).length > 0 && (
				<>
					<p><b>{t("account.recovery")}</b></p>
					<pre>{(result.recoveryCodes ?? []).join("\n")}</pre>
				</>
			)}
		</>
	);
}

function Sessions({ onWrong }: { onWrong: (wrong: string) => void }) {
	const [list, setList] = useState<SessionList | null>(null);
	const [learn] = useState(() => newest(() => ask<SessionList>("/v1/sessions"), setList));
	const read = () => void learn().catch((e: unknown) => onWrong(refusal(e)));
	useEffect(read, []);
	const revoke = (id: string) => {
		post(`/v1/sessions/${id}/revoke`, {}, newKey()).then(read, (e: unknown) => onWrong(refusal(e)));
	};
	return (
		<section>
			<h3>{t("account.sessions")}</h3>
			<ul>
				{(list?.sessions ?? []).map((s) => (
					<li key={s.id}>
						<b>{s.name}</b> {s.current && <b class="badge mark">{t("account.this_one")}</b>} {s.address} <span class="soft">{s.agent}</span>
						{" · "}{t("account.since", { at: clock(ms(s.createdAt)) })} · {age(ms(s.lastSeenAt), Date.now())}
						{!s.current && <button type="button" class="btn btn-outline-primary" onClick={() => revoke(s.id ?? "0")}>{t("account.revoke")}</button>}
					</li>
				))}
			</ul>
		</section>
	);
}

export function AccountPage({ onClose, onTurn }: { onClose: () => void; onTurn: (to: AccountLeaf) => void }) {
	const [old, setOld] = useState("");
	const [fresh, setFresh] = useState("");
	const [code, setCode] = useState("");
	const [shown, setShown] = useState<OwnResult>({});
	const [said, setSaid] = useState("");
	const [again, setAgain] = useState<(() => void) | null>(null);
	const busy = useSignal(false);
	const line = useRef<HTMLParagraphElement>(null);
	useEffect(() => {
		if (said !== "") {
			line.current?.scrollIntoView({ block: "nearest" }); // a phone shows one form at a time
		}
	}, [said]);
	const mine = me.value;
	const run = (what: () => Promise<OwnResult>, done: string) => {
		if (busy.peek()) {
			return; // one by one: the last secret that is shown is the last that was made
		}
		busy.value = true;
		setSaid("");
		what().then((result) => {
			setShown(result);
			setSaid(done);
			learnMe().catch(() => {}); // what was done is done, and said
		}, (error: unknown) => {
			if (wantsStepUp(error)) {
				setAgain(() => () => run(what, done));
				return;
			}
			setSaid(refusal(error));
			if (wasBegunAgain(error)) {
				setShown({});
				setCode("");
				learnMe().catch(() => {});
			}
		}).finally(() => { busy.value = false; });
	};
	return (
		<main class="handover-page duty-page" aria-label={t("account.title")}>
			<AccountTabs at="account" onTurn={onTurn} />
			<div class="title">
				<h2>{mine?.fullName || mine?.name}</h2>
				<p class="toggles">
					<button type="button" class="btn btn-primary" onClick={() => void logOut().catch((error: unknown) => setSaid(refusal(error)))}>{t("account.leave")}</button>
					<button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")} <kbd>Esc</kbd></button>
				</p>
			</div>
			<p>
				{word("role", (mine?.role ?? "").replace("ROLE_", "").toLowerCase())} · {t("account.areas", { areas: (mine?.areas ?? []).join(", ") || "–" })}
				{" · "}{t("account.until", { at: clock(ms(mine?.expiresAt)) })}
			</p>
			{mine?.bound && <p>{t("account.bound", { provider: mine.provider ?? "" })}</p>}
			{mine?.nobodyUnassigned && <p class="alert alert-danger call bad">⚠ {t("account.nobody_unassigned")}</p>}
			<p class="wrong" role="alert" ref={line}>{said}</p>
			{again !== null && (
				<StepUp onWrong={setSaid} onCancel={() => { setAgain(null); setSaid(""); }} onShown={() => {
					setAgain(null);
					again();
				}} />
			)}
			<div class="sheet-body">
				{mine?.password && <form class="duty-form" onSubmit={(e) => { e.preventDefault(); run(() => changeOwn({ password: { old, password: fresh } }), t("account.changed")); }}>
					<h3>{t("account.password")}</h3>
					<label>{t("account.old")} <input class="form-control" type="password" required autocomplete="current-password" value={old} onInput={(e) => setOld(e.currentTarget.value)} /></label>
					<label>{t("account.new")} <input class="form-control" type="password" required minLength={12} autocomplete="new-password" value={fresh} onInput={(e) => setFresh(e.currentTarget.value)} /></label>
					<button type="submit" class="btn btn-primary" disabled={busy.value}>{t("account.change")}</button>
				</form>}
				<section class="duty-form">
					<h3>{t("account.totp")}</h3>
					<p>{t(mine?.totp ? "account.totp.on" : "account.totp.off")}</p>
					{!mine?.totp && <button type="button" class="btn btn-outline-primary" disabled={busy.value} onClick={() => run(() => changeOwn({ totpBegin: {} }), "")}>{t("account.totp.begin")}</button>}
					<Secrets result={shown} />
					{((shown.totpCode ?? []).length > 0 || mine?.totp) && (
						<form onSubmit={(e) => { e.preventDefault(); run(() => changeOwn(mine?.totp ? { totpEnd: { code } } : { totpConfirm: { code, begun: shown.begun ?? "0" } }), ""); }}>
							<label>{t("account.code")} <input class="form-control" inputMode="numeric" required maxLength={64} autocomplete="one-time-code" value={code} onInput={(e) => setCode(e.currentTarget.value)} /></label>
							<button type="submit" class="btn btn-primary" disabled={busy.value}>{t(mine?.totp ? "account.totp.end" : "account.totp.confirm")}</button>
						</form>
					)}
					{mine?.totp && <button type="button" class="btn btn-outline-primary" disabled={busy.value} onClick={() => run(() => changeOwn({ recoveryRenew: {} }), "")}>{t("account.recovery.renew")}</button>}
				</section>
				<ContactsForm />
				<Sessions onWrong={setSaid} />
			</div>
		</main>
	);
}
