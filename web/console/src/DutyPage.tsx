// Who is there, who comes next, who is woken when nobody answers.
import { useEffect, useState } from "preact/hooks";
import type { OnCall, Policy, Shift, Team } from "vedetta/api";
import { Check } from "./Check";
import { change, dutyNow, learnDuty, learnPlans, MEANS, readPeople, readTime, shortMeans, shortTarget, TARGETS, writePeople, writeTime, type Change, type Plans } from "./duty";
import { newest } from "./newest";
import { postOnce } from "./once";
import { refusal } from "./refusal";
import { may, me } from "./session";
import { clock, known, ms, t, word } from "./text";

/** Who is there is counted once a second. */
const COUNTED_MS = 1_500;
const SHIFT_MS = 12 * 3_600_000;

function span(from: string | undefined, to: string | undefined): string {
	return `${clock(ms(from))} – ${clock(ms(to))}`;
}

/** I am on duty, I go: the two presses of a shift. */
function Mine({ onDone }: { onDone: (wrong: string) => void }) {
	const [note, setNote] = useState("");
	const [area, setArea] = useState(me.value?.areas?.[0] ?? "*");
	const mine = (dutyNow.value?.onDuty ?? []).find((d) => d.account === me.value?.name && !d.console);
	const answer = (on: boolean) => {
		postOnce("/v1/duty", { on, ...(on ? { area } : { shift: mine?.shift ?? "0" }), note })
			.then(() => onDone(""), (error: unknown) => onDone(refusal(error)));
	};
	return (
		<section class="duty-mine">
			<h3>{t("duty.mine")}</h3>
			{mine === undefined
				? <label>{t("duty.area")} <input class="form-control" value={area} maxLength={31} onInput={(e) => setArea(e.currentTarget.value.trim())} /></label>
				: <p>✓ {t("duty.you_are", { areas: (mine.areas ?? []).join(", "), to: clock(ms(mine.to)) })}</p>}
			<label>{t("duty.note")} <textarea class="form-control" rows={2} maxLength={2000} value={note} onInput={(e) => setNote(e.currentTarget.value)} /></label>
			<button type="button" class="btn btn-primary" onClick={() => answer(mine === undefined)}>{t(mine === undefined ? "duty.come" : "duty.go")}</button>
		</section>
	);
}

function Now() {
	const now = dutyNow.value;
	if (now === null) {
		return <p class="soft">{t("console.loading")}</p>;
	}
	return (
		<section>
			<h3>{t("duty.now")}</h3>
			{now.staffed !== true && <p class="alert alert-danger call bad"><b>⚠ {t("duty.nobody")}</b></p>}
			{(now.nobodyAnswered ?? 0) > 0 && <p class="alert alert-danger call bad"><b>⚠ {t("duty.nobody_answered", { n: now.nobodyAnswered ?? 0 })}</b></p>}
			<ul>
				{(now.onDuty ?? []).map((d) => (
					<li key={`${d.account}-${d.shift}-${d.console}`}>
						<b dir="auto">{d.name || d.account}</b> {d.leads && <b class="badge mark">{t("duty.leads")}</b>} {(d.areas ?? []).join(", ")}
						{" · "}{t(d.console ? "duty.at_console" : "duty.by_rota")} {d.to !== undefined && t("duty.until", { to: clock(ms(d.to)) })}
					</li>
				))}
			</ul>
			{(now.unstaffed ?? []).length > 0 && <p class="wrong">⚠ {t("duty.areas_unstaffed", { areas: (now.unstaffed ?? []).join(", ") })}</p>}
			{(now.faults ?? []).map((f) => (
				<p class="wrong" key={`${f.account}-${f.name}-${f.means}`}>
					⚠ {t("duty.fault", { name: f.name || f.account || "?", means: word("duty.means", (f.means ?? "").replace("DELIVERY_MEANS_", "").toLowerCase()) })}
					{" "}{word("contacts.reason", (f.reason ?? "").replace("DELIVERY_REASON_", "").toLowerCase())} · {clock(ms(f.at))}
				</p>
			))}
			{(now.unreachable ?? []).map((u) => <p class="wrong" key={`${u.record}-${u.name}`}>⚠ {t("duty.unreachable", { name: u.name || u.account || "?" })} {known(`duty.lack.${u.code ?? ""}`) ?? u.reason}</p>)}
			{(now.stepFaults ?? []).map((f) => (
				<p class="wrong" key={`${f.policy}-${f.step}-${f.means}`}>
					⚠ {t("duty.step_fault", { step: f.step ?? 0, area: f.area ?? "", means: word("duty.means", (f.means ?? "").replace("DUTY_MEANS_", "").toLowerCase()) })}
				</p>
			))}
			{(now.gaps ?? []).map((g) => <p class="wrong" key={`${g.area}-${g.from}`}>⚠ {t("duty.gap", { area: g.area ?? "", span: span(g.from, g.to) })}</p>)}
			{(now.left ?? []).length > 0 && <h3>{t("duty.left")}</h3>}
			{(now.left ?? []).map((s) => <p key={s.id} dir="auto"><b>{s.person?.name || s.person?.account}</b> {clock(ms(s.leftAt))}: {s.note}</p>)}
		</section>
	);
}

interface FormProps {
	onSend: (what: Change) => void;
}

function ShiftForm({ onSend }: FormProps) {
	const [from, setFrom] = useState(writeTime(new Date()));
	const [to, setTo] = useState(writeTime(new Date(Date.now() + SHIFT_MS)));
	const [area, setArea] = useState("");
	const [who, setWho] = useState("");
	const [leads, setLeads] = useState(false);
	const send = (event: Event) => {
		event.preventDefault();
		const [person] = readPeople(who);
		onSend({ shift: { area, leads, ...(person ? { person } : {}), ...times(readTime(from), readTime(to)) } });
	};
	return (
		<form onSubmit={send} class="duty-form">
			<label>{t("duty.area")} <input class="form-control" required maxLength={31} value={area} onInput={(e) => setArea(e.currentTarget.value.trim())} /></label>
			<label>{t("duty.person")} <input class="form-control" required maxLength={300} value={who} placeholder={t("duty.person.hint")} onInput={(e) => setWho(e.currentTarget.value)} /></label>
			<label>{t("duty.from")} <input class="form-control" type="datetime-local" required value={from} onInput={(e) => setFrom(e.currentTarget.value)} /></label>
			<label>{t("duty.to")} <input class="form-control" type="datetime-local" required value={to} onInput={(e) => setTo(e.currentTarget.value)} /></label>
			<Check checked={leads} onChange={setLeads}>{t("duty.leads")}</Check>
			<button type="submit" class="btn btn-primary">{t("duty.add")}</button>
		</form>
	);
}

function times(from: string | undefined, to: string | undefined): Pick<Shift, "from" | "to"> {
	return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

interface PeopleFormProps {
	named: boolean;
	onSend: (name: string, areas: string, people: string) => void;
}

function PeopleForm({ named, onSend }: PeopleFormProps) {
	const [name, setName] = useState("");
	const [areas, setAreas] = useState("");
	const [people, setPeople] = useState("");
	return (
		<form class="duty-form" onSubmit={(e) => { e.preventDefault(); onSend(name, areas, people); }}>
			{named && <label>{t("duty.team.name")} <input class="form-control" required maxLength={100} value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>}
			<label>{t(named ? "duty.areas" : "duty.area")} <input class="form-control" required maxLength={300} value={areas} onInput={(e) => setAreas(e.currentTarget.value)} /></label>
			<label>{t("duty.people")} <textarea class="form-control" required rows={3} value={people} placeholder={t("duty.person.hint")} onInput={(e) => setPeople(e.currentTarget.value)} /></label>
			<button type="submit" class="btn btn-primary">{t("duty.add")}</button>
		</form>
	);
}

function Steps({ policy, teams }: { policy: Policy; teams: readonly Team[] }) {
	return (
		<ol class="steps">
			{(policy.steps ?? []).map((step, i) => (
				<li key={i}>
					<b>{word("duty.target", shortTarget(step))}</b>
					{(step.team ?? "0") !== "0" && ` ${teams.find((team) => team.id === step.team)?.name ?? step.team}`}
					{" · "}{(step.means ?? []).length === 0 ? t("duty.means.all") : (step.means ?? []).map((m) => word("duty.means", shortMeans(m))).join(", ")}
					{" · "}{t("duty.then", { n: Math.round((step.afterS ?? 180) / 6) / 10 })}
				</li>
			))}
		</ol>
	);
}

interface StepDraft {
	to: typeof TARGETS[number];
	team: string;
	means: readonly string[];
	minutes: string;
}

const FIRST_STEP: StepDraft = { to: "ON_DUTY", team: "0", means: [], minutes: "3" };

function StepFields({ step, teams, onChange }: { step: StepDraft; teams: readonly Team[]; onChange: (step: StepDraft) => void }) {
	return (
		<fieldset>
			<label>{t("duty.step.to")}
				<select class="form-select" value={step.to} onChange={(e) => onChange({ ...step, to: e.currentTarget.value as StepDraft["to"] })}>
					{TARGETS.map((to) => <option key={to} value={to}>{word("duty.target", to.toLowerCase())}</option>)}
				</select>
			</label>
			{step.to === "TEAM" && (
				<label>{t("duty.team.name")}
					<select class="form-select" value={step.team} onChange={(e) => onChange({ ...step, team: e.currentTarget.value })}>
						<option value="0">{t("act.choose")}</option>
						{teams.map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}
					</select>
				</label>
			)}
			<span class="choices">
				{MEANS.map((m) => (
					<Check key={m} checked={step.means.includes(m)}
						onChange={(on) => onChange({ ...step, means: on ? [...step.means, m] : step.means.filter((x) => x !== m) })}>
						{word("duty.means", m.toLowerCase())}
					</Check>
				))}
			</span>
			<label>{t("duty.step.minutes")}
				<input class="form-control" type="number" min="0.5" max="120" step="0.5" required value={step.minutes} onInput={(e) => onChange({ ...step, minutes: e.currentTarget.value })} />
			</label>
		</fieldset>
	);
}

function PolicyForm({ teams, onSend }: FormProps & { teams: readonly Team[] }) {
	const [area, setArea] = useState("");
	const [classes, setClasses] = useState<readonly number[]>([1]);
	const [steps, setSteps] = useState<readonly StepDraft[]>([FIRST_STEP]);
	const send = (event: Event) => {
		event.preventDefault();
		onSend({
			policy: {
				area, classes: [...classes].sort(),
				steps: steps.map((s) => ({
					to: `POLICY_TARGET_${s.to}`, team: s.to === "TEAM" ? s.team : "0",
					means: s.means.map((m) => `DUTY_MEANS_${m}`), afterS: Math.round(Number(s.minutes) * 60),
				})) as NonNullable<Policy["steps"]>,
			},
		});
	};
	return (
		<form class="duty-form" onSubmit={send}>
			<label>{t("duty.area")} <input class="form-control" required maxLength={31} value={area} onInput={(e) => setArea(e.currentTarget.value.trim())} /></label>
			<fieldset><legend>{t("console.column.class")}</legend>
				{[1, 2].map((c) => (
					<Check key={c} checked={classes.includes(c)} onChange={(on) => setClasses(on ? [...classes, c] : classes.filter((x) => x !== c))}>
						{c} {word("class", String(c))}
					</Check>
				))}
			</fieldset>
			{steps.map((step, i) => (
				<StepFields key={i} step={step} teams={teams} onChange={(to) => setSteps(steps.map((s, n) => (n === i ? to : s)))} />
			))}
			<p class="toggles">
				<button type="button" class="btn btn-outline-primary" onClick={() => setSteps([...steps, FIRST_STEP])}>{t("duty.step.add")}</button>
				{steps.length > 1 && <button type="button" class="btn btn-outline-primary" onClick={() => setSteps(steps.slice(0, -1))}>{t("duty.step.remove")}</button>}
				<button type="submit" class="btn btn-primary">{t("duty.add")}</button>
			</p>
		</form>
	);
}

interface PlansProps extends FormProps {
	plans: Plans;
	canPlan: boolean;
}

function Removal({ onRemove }: { onRemove: () => void }) {
	return <button type="button" class="btn btn-outline-primary" onClick={onRemove}>{t("duty.remove")}</button>;
}

function RotaPart({ plans, canPlan, onSend }: PlansProps) {
	return (
		<>
			<section>
				<h3>{t("duty.rota")}</h3>
				<ul>
					{(plans.rota.shifts ?? []).map((s) => (
						<li key={s.id}>
							{s.area} · <b dir="auto">{writePeople(s.person ? [s.person] : [])}</b> {s.leads && <b class="badge mark">{t("duty.leads")}</b>} {span(s.from, s.to)}
							{s.answeredAt !== undefined && ` · ✓ ${clock(ms(s.answeredAt))}`}
							{canPlan && <Removal onRemove={() => onSend({ shift: { ...s, removed: true } })} />}
						</li>
					))}
				</ul>
				{canPlan && <ShiftForm onSend={onSend} />}
			</section>
			<section>
				<h3>{t("duty.on_call")}</h3>
				<ul>
					{(plans.rota.onCall ?? []).map((o: OnCall) => (
						<li key={o.id}>
							{o.area} · <span class="lines" dir="auto">{writePeople(o.people)}</span>
							{canPlan && <Removal onRemove={() => onSend({ onCall: { ...o, removed: true } })} />}
						</li>
					))}
				</ul>
				{canPlan && <PeopleForm named={false} onSend={(_, area, people) => onSend({ onCall: { area: area.trim(), people: readPeople(people) } })} />}
			</section>
		</>
	);
}

function PolicyPart({ plans, canPlan, onSend }: PlansProps) {
	const teams = plans.teams.teams ?? [];
	const all = [...plans.policies.policies ?? [], ...(plans.policies.builtIn ?? []).map((p) => ({ ...p, id: "" }))];
	return (
		<>
			<section>
				<h3>{t("duty.teams")}</h3>
				<ul>
					{teams.map((team) => (
						<li key={team.id}>
							<b dir="auto">{team.name}</b> {(team.areas ?? []).join(", ")} <span class="lines" dir="auto">{writePeople(team.people)}</span>
							{canPlan && <Removal onRemove={() => onSend({ team: { ...team, removed: true } })} />}
						</li>
					))}
				</ul>
				{canPlan && <PeopleForm named onSend={(name, areas, people) => onSend({ team: { name, areas: areas.split(/[,\s]+/).filter(Boolean), people: readPeople(people) } })} />}
			</section>
			<section>
				<h3>{t("duty.policies")}</h3>
				<p class="soft">{t("duty.policies.explain")}</p>
				{all.map((p, i) => (
					<div key={i}>
						<p><b>{p.id === "" ? t("duty.built_in") : p.area}</b> · {t("console.column.class")} {(p.classes ?? []).join(", ")}
							{canPlan && p.id !== "" && <Removal onRemove={() => onSend({ policy: { ...p, removed: true } })} />}
						</p>
						<Steps policy={p} teams={teams} />
					</div>
				))}
				{canPlan && <PolicyForm teams={teams} onSend={onSend} />}
			</section>
		</>
	);
}

export function DutyPage({ onClose }: { onClose: () => void }) {
	const [plans, setPlans] = useState<Plans | null>(null);
	const [said, setSaid] = useState("");
	const [learn] = useState(() => newest(learnPlans, setPlans));
	const read = () => {
		learnDuty().then(learn).catch((error: unknown) => setSaid(refusal(error)));
	};
	useEffect(read, []);
	const done = (wrong: string) => {
		setSaid(wrong);
		read();
		setTimeout(read, COUNTED_MS);
	};
	const send = (what: Change) => {
		change(what).then(() => done(""), (error: unknown) => setSaid(refusal(error)));
	};
	return (
		<main class="handover-page duty-page" aria-label={t("duty.title")}>
			<div class="title">
				<h2>{t("duty.title")}</h2>
				<button type="button" class="btn btn-outline-primary" onClick={onClose}>{t("console.close")} <kbd>Esc</kbd></button>
			</div>
			<p class="wrong" role="alert">{said}</p>
			<div class="sheet-body">
				<Now />
				{may("ACT") && <Mine onDone={done} />}
				{plans !== null && <RotaPart plans={plans} canPlan={may("DUTY")} onSend={send} />}
				{plans !== null && <PolicyPart plans={plans} canPlan={may("DUTY")} onSend={send} />}
			</div>
		</main>
	);
}
