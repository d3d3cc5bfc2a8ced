// Who may come in, as what, and what they see: for the administrator.
import { useEffect, useState } from "preact/hooks";
import type { Account, AccountChange, AccountList } from "vedetta/api";
import { AccountTabs, type AccountLeaf } from "./AccountTabs";
import { Check } from "./Check";
import { ask } from "./feed";
import { newest } from "./newest";
import { postOnce } from "./once";
import { refusal } from "./refusal";
import { me, wantsStepUp } from "./session";
import { StepUp } from "./StepUp";
import { clock, ms, t, word } from "./text";

const ROLES = ["VIEWER", "OPERATOR", "SHIFT_LEADER", "COMMUNICATOR", "ADMINISTRATOR"] as const;

function areasOf(text: string): string[] {
	return text.split(/[,\s]+/).filter((code) => code !== "");
}

function NewAccount({ onSend }: { onSend: (change: AccountChange) => void }) {
	const [name, setName] = useState("");
	const [fullName, setFullName] = useState("");
	const [role, setRole] = useState<typeof ROLES[number]>("OPERATOR");
	const [areas, setAreas] = useState("");
	const [unassigned, setUnassigned] = useState(false);
	const [password, setPassword] = useState("");
	const [subject, setSubject] = useState("");
	const provider = me.value?.provider ?? "";
	const send = (event: Event) => {
		event.preventDefault();
		onSend({
			name, fullName, role: `ROLE_${role}`, areas: areasOf(areas), unassigned, password,
			...(subject === "" ? {} : { identity: { subject } }),
		});
	};
	return (
		<form class="duty-form" onSubmit={send}>
			<h3>{t("accounts.new")}</h3>
			<label>{t("accounts.name")} <input class="form-control" required maxLength={64} autocomplete="off" autocapitalize="none" value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
			<label>{t("accounts.full_name")} <input class="form-control" maxLength={100} autocomplete="off" value={fullName} onInput={(e) => setFullName(e.currentTarget.value)} /></label>
			<label>{t("accounts.role")}
				<select class="form-select" value={role} onChange={(e) => setRole(e.currentTarget.value as typeof ROLES[number])}>
					{ROLES.map((r) => <option key={r} value={r}>{word("role", r.toLowerCase())}</option>)}
				</select>
			</label>
			<label>{t("duty.areas")} <input class="form-control" maxLength={1000} placeholder="066049, 13, *" value={areas} onInput={(e) => setAreas(e.currentTarget.value)} /></label>
			<Check checked={unassigned} onChange={setUnassigned}>{t("accounts.unassigned")}</Check>
			<label>{t("accounts.password")} <input class="form-control" type="password" required={subject === ""} minLength={12} autocomplete="new-password" value={password} onInput={(e) => setPassword(e.currentTarget.value)} /></label>
			{provider !== "" && <label>{t("accounts.subject", { provider })} <input class="form-control" maxLength={255} autocomplete="off" autocapitalize="none" spellcheck={false} value={subject} onInput={(e) => setSubject(e.currentTarget.value.trim())} /></label>}
			<button type="submit" class="btn btn-primary">{t("duty.add")}</button>
		</form>
	);
}

/** Who this is for the identity provider: the page of login shows it to whom it does not let in. */
function Bound({ account, onBind }: { account: Account; onBind: (subject: string) => void }) {
	const [subject, setSubject] = useState("");
	const provider = me.value?.provider ?? "";
	const bound = account.identity?.subject ?? "";
	if (bound !== "") {
		return <><code class="subject">{bound}</code> <button type="button" class="btn btn-outline-primary" onClick={() => onBind("")}>{t("accounts.unbind")}</button></>;
	}
	return (
		<form class="bind" onSubmit={(e) => { e.preventDefault(); onBind(subject); setSubject(""); }}>
			<input class="form-control" aria-label={`${account.name}: ${t("accounts.subject", { provider })}`} required maxLength={255} autocomplete="off" autocapitalize="none" spellcheck={false} value={subject} onInput={(e) => setSubject(e.currentTarget.value.trim())} />
			<button type="submit" class="btn btn-outline-primary">{t("accounts.bind")}</button>
		</form>
	);
}

/** What is pressed changes that alone: the list may be older than what another has changed. */
function Row({ account, onChange }: { account: Account; onChange: (change: AccountChange) => void }) {
	return (
		<tr>
			<td><b>{account.name}</b> {account.fullName}</td>
			<td>{word("role", (account.role ?? "").replace("ROLE_", "").toLowerCase())}</td>
			<td>{(account.areas ?? []).join(", ") || "–"} {account.unassigned && <b class="badge mark">{t("accounts.unassigned")}</b>}</td>
			<td>{account.totp ? "✓" : "–"}</td>
			{(me.value?.provider ?? "") !== "" && <td><Bound account={account} onBind={(subject) => onChange({ only: ["identity"], identity: { subject } })} /></td>}
			<td>{account.lastLoginAt === undefined ? "–" : clock(ms(account.lastLoginAt))}</td>
			<td>
				<button type="button" class="btn btn-outline-primary" onClick={() => onChange({ only: ["disabled"], disabled: !account.disabled })}>{t(account.disabled ? "accounts.enable" : "accounts.disable")}</button>
				{account.totp && <button type="button" class="btn btn-outline-primary" onClick={() => onChange({ only: ["resetTotp"], resetTotp: true })}>{t("accounts.reset_totp")}</button>}
			</td>
		</tr>
	);
}

export function AccountsPage({ onClose, onTurn }: { onClose: () => void; onTurn: (to: AccountLeaf) => void }) {
	const [list, setList] = useState<readonly Account[]>([]);
	const [said, setSaid] = useState("");
	const [again, setAgain] = useState<(() => void) | null>(null);
	const [learn] = useState(() => newest(() => ask<AccountList>("/v1/accounts"), (all) => setList(all.accounts ?? [])));
	const read = () => void learn().catch((e: unknown) => setSaid(refusal(e)));
	useEffect(read, []);
	const send = (path: string, change: AccountChange) => {
		setSaid("");
		postOnce(path, change).then(read, (error: unknown) => {
			if (wantsStepUp(error)) {
				setAgain(() => () => send(path, change));
			} else {
				setSaid(refusal(error));
			}
		});
	};
	return (
		<main class="handover-page duty-page" aria-label={t("accounts.title")}>
			<AccountTabs at="accounts" onTurn={onTurn} />
			<div class="title">
				<h2>{t("accounts.title")}</h2>
				<button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")} <kbd>Esc</kbd></button>
			</div>
			<p class="wrong" role="alert">{said}</p>
			{again !== null && (
				<StepUp onWrong={setSaid} onCancel={() => { setAgain(null); setSaid(""); }} onShown={() => {
					setAgain(null);
					again();
				}} />
			)}
			<table class="table table-sm table-striped table-hover handover">
				<thead><tr>{(["name", "role", "areas", "totp"] as const).map((c) => <th key={c}>{t(`accounts.${c}`)}</th>)}{(me.value?.provider ?? "") !== "" && <th>{me.value?.provider}</th>}{(["last", "change"] as const).map((c) => <th key={c}>{t(`accounts.${c}`)}</th>)}</tr></thead>
				<tbody>{list.map((a) => <Row key={a.id} account={a} onChange={(change) => send(`/v1/accounts/${a.id}`, change)} />)}</tbody>
			</table>
			<NewAccount onSend={(change) => send("/v1/accounts", change)} />
		</main>
	);
}
