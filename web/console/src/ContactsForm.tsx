// How the desk reaches this operator when nobody answers: kept, tried, and seen to arrive or not.
import { useEffect, useState } from "preact/hooks";
import type { AccountContacts, ContactsNow, DutyPage } from "vedetta/api";
import { canPush, isUnderWay, keepContacts, learnContacts, subscribe, subscription, testContacts, unsubscribe } from "./contacts";
import { newest } from "./newest";
import { refusal } from "./refusal";
import { learnMe, me } from "./session";
import { clock, ms, t, word } from "./text";

const LOOK_MS = 1000;
const LOOKS_MOST = 60;

const lower = (name: string | undefined, prefix: string) => (name ?? "").replace(prefix, "").toLowerCase();

/** What became of one test, way by way. */
function Outcome({ page }: { page: DutyPage }) {
	return (
		<>
			<p>{t("contacts.tested", { at: clock(ms(page.at)) })}</p>
			<ul>
				{(page.deliveries ?? []).map((d, i) => {
					const state = lower(d.state, "DELIVERY_STATE_");
					const reason = lower(d.reason, "DELIVERY_REASON_");
					const bad = state === "refused" || state === "given_up";
					return (
						<li key={i} class={bad ? "wrong" : ""}>
							{bad && "⚠ "}<b>{word("duty.means", lower(d.means, "DELIVERY_MEANS_"))}</b>: {word("contacts.state", state)}
							{reason !== "unspecified" && reason !== "" && ` (${word("contacts.reason", reason)})`}
						</li>
					);
				})}
			</ul>
		</>
	);
}

function Browsers({ now, run }: { now: ContactsNow | null; run: (what: () => Promise<unknown>) => void }) {
	const [own, setOwn] = useState("");
	const push = me.value?.contacts?.push ?? [];
	useEffect(() => void subscription().then((s) => setOwn(s?.endpoint ?? ""), () => setOwn("")), [push.length]);
	const isHere = push.some((s) => s.endpoint === own);
	return (
		<>
			<h4>{t("contacts.push")}</h4>
			<ul>
				{push.map((s) => (
					<li key={s.endpoint}>
						{s.label} {s.endpoint === own && <b class="mark">{t("account.this_one")}</b>}
						{" "}<button type="button" class="btn btn-outline-primary" onClick={() => run(() => unsubscribe(s.endpoint ?? ""))}>{t("contacts.push.end")}</button>
					</li>
				))}
			</ul>
			{!canPush() && <p class="soft">{t("contacts.push.cannot")}</p>}
			{now !== null && now.pushKey === "" && <p class="soft">{t("contacts.push.off")}</p>}
			{canPush() && !isHere && (now?.pushKey ?? "") !== "" && (
				<button type="button" class="btn btn-outline-primary" onClick={() => run(async () => {
					if (await subscribe(now?.pushKey ?? "") === "denied") {
						throw new Error(t("contacts.push.denied"));
					}
				})}>{t("contacts.push.begin")}</button>
			)}
		</>
	);
}

type Typed = Required<Pick<AccountContacts, "email" | "telegram" | "webhook">>;

export function ContactsForm() {
	/** What was typed; the rest is as the desk has it. */
	const [typed, setTyped] = useState<Partial<Typed>>({});
	const { email = "", telegram = "", webhook = "" } = { ...me.value?.contacts, ...typed };
	const [now, setNow] = useState<ContactsNow | null>(null);
	const [looks, setLooks] = useState(0);
	/** The test that was asked for: an older one that is over says nothing of it. */
	const [test, setTest] = useState("");
	const [learn] = useState(() => newest(learnContacts, setNow));
	const [said, setSaid] = useState("");
	const run = (what: () => Promise<unknown>, done = t("account.changed")) => {
		setSaid("");
		what().then(() => setSaid(done), (e: unknown) => setSaid(refusal(e)));
	};
	const look = () => learn().catch((e: unknown) => setSaid(refusal(e)));
	useEffect(() => {
		void look();
		learnMe().catch(() => {}); // another browser may have changed them
	}, []);
	useEffect(() => {
		const [last] = now?.tests ?? [];
		if (looks === 0 || (last !== undefined && last.id === test && !isUnderWay(last))) {
			return undefined;
		}
		const timer = setTimeout(() => void look().then(() => setLooks(looks - 1)), LOOK_MS);
		return () => clearTimeout(timer);
	}, [looks]);
	const [last] = now?.tests ?? [];
	const isSetUp = (means: string) => (now?.means ?? []).some((m) => m === `DELIVERY_MEANS_${means}`);
	const named = (means: string, value: string) => (
		<>{word("duty.means", means.toLowerCase())} {now !== null && !isSetUp(means) && value !== "" && <b class="wrong">⚠ {t("contacts.not_set_up")}</b>}</>
	);
	return (
		<section class="duty-form contacts">
			<h3>{t("contacts.title")}</h3>
			<p class="soft">{t("contacts.why")}</p>
			<form onSubmit={(e) => { e.preventDefault(); run(() => keepContacts((had) => ({ ...had, ...typed })).then(() => setTyped({}))); }}>
				<label>{named("EMAIL", email)} <input class="form-control" type="email" maxLength={200} value={email} onInput={(e) => setTyped({ ...typed, email: e.currentTarget.value })} /></label>
				<label>{named("TELEGRAM", telegram)} <input class="form-control" inputMode="numeric" maxLength={64} placeholder={t("contacts.telegram.hint")} value={telegram} onInput={(e) => setTyped({ ...typed, telegram: e.currentTarget.value })} /></label>
				<label>{named("WEBHOOK", webhook)} <input class="form-control" type="url" maxLength={200} placeholder="https://" value={webhook} onInput={(e) => setTyped({ ...typed, webhook: e.currentTarget.value })} /></label>
				<button type="submit" class="btn btn-primary">{t("contacts.keep")}</button>
			</form>
			<Browsers now={now} run={run} />
			<h4>{t("contacts.test")}</h4>
			<button type="button" class="btn btn-outline-primary" onClick={() => run(async () => { setTest((await testContacts()).id ?? ""); setLooks(LOOKS_MOST); }, "")}>{t("contacts.test.send")}</button>
			<div aria-live="polite">{last !== undefined && <Outcome page={last} />}</div>
			<p class="wrong" role="alert">{said}</p>
		</section>
	);
}
