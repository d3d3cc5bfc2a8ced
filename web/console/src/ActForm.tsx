// One action being prepared: its fields from the table, the first one ready to type into.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Incident, IncidentReport, Team } from "vedetta/api";
import { actOf, choicesFor, choosable, missing, nearby, shownFields, type ActName, type Actor, type Field, type Values } from "./acts";
import { Check } from "./Check";
import { learnTeams } from "./duty";
import { refusal } from "./refusal";
import { incidentName, lengthText, placeText, t, word } from "./text";
import { useThere, type IsThere } from "./there";

interface FieldProps {
	act: ActName;
	field: Field;
	values: Values;
	incident: Incident;
	incidents: ReadonlyMap<string, Incident>;
	reports: readonly IncidentReport[];
	actor: Actor;
	onValue: (name: string, value: string) => void;
}

function NearChoice({ field, values, incident, incidents, onValue }: FieldProps) {
	const near = nearby(incidents.values(), incident);
	return (
		<select class="form-select" name={field.name} required={field.required} value={values[field.name] ?? ""}
			onChange={(e) => onValue(field.name, e.currentTarget.value)}>
			<option value="">{t("act.choose")}</option>
			{near.map(({ incident: i, distanceM }) => (
				<option key={i.id} value={i.id}>
					{`#${i.id} · ${i.rank?.class ?? 5} · ${incidentName(i)}${distanceM === null ? "" : ` · ${lengthText(distanceM)}`} · ${placeText(i.place)}`}
				</option>
			))}
		</select>
	);
}

function ReportChoice({ field, values, reports, onValue }: FieldProps) {
	return (
		<select class="form-select" name={field.name} required={field.required} value={values[field.name] ?? ""}
			onChange={(e) => onValue(field.name, e.currentTarget.value)}>
			<option value="">{t(field.required ? "act.choose" : "act.all_reports")}</option>
			{choosable(reports).map((r) => <option key={r.id} value={r.id}>{`${r.code} ${r.text.slice(0, 60)}`}</option>)}
		</select>
	);
}

function ReportChoices({ field, values, reports, onValue }: FieldProps) {
	const chosen = (values[field.name] ?? "").split(",").filter((id) => id !== "");
	const flip = (id: string) => onValue(field.name, (chosen.includes(id) ? chosen.filter((c) => c !== id) : [...chosen, id]).join(","));
	return (
		<span class="choices">
			{choosable(reports).map((r) => (
				<Check key={r.id} checked={chosen.includes(r.id)} onChange={() => flip(r.id)}>
					<b>{r.code}</b> <span dir="auto">{r.text.slice(0, 80)}</span>
				</Check>
			))}
		</span>
	);
}

/** Teams of the duty book, as they are now. */
function TeamChoice({ field, values, onValue }: FieldProps) {
	const [teams, setTeams] = useState<readonly Team[] | null>(null);
	const [said, setSaid] = useState("");
	useEffect(() => {
		learnTeams().then(setTeams, (error: unknown) => setSaid(refusal(error)));
	}, []);
	return (
		<>
			<select class="form-select" name={field.name} required={field.required} value={values[field.name] ?? ""}
				onChange={(e) => onValue(field.name, e.currentTarget.value)}>
				<option value="">{t(teams === null ? "console.loading" : "act.choose")}</option>
				{(teams ?? []).map((team) => <option key={team.id} value={team.id}>{`${team.name} · ${(team.areas ?? []).join(", ")}`}</option>)}
			</select>
			{teams?.length === 0 && <span class="soft" role="status">{t("act.assign.no_teams")}</span>}
			{said !== "" && <span class="wrong" role="alert">{said}</span>}
		</>
	);
}

function Choice({ act, field, values, incident, actor, onValue }: FieldProps) {
	return (
		<span class="choices toggles" role="radiogroup" aria-label={word(`act.${act}`, field.name)}>
			{choicesFor(act, field, incident, actor).map((choice) => (
				<Check key={choice} radio={{ name: `${act}-${field.name}`, value: choice }} checked={values[field.name] === choice}
					onChange={() => onValue(field.name, choice)}>
					{word(`act.${act}.${field.name}`, choice)}
				</Check>
			))}
		</span>
	);
}

function Input(props: FieldProps) {
	const { act, field, values, onValue } = props;
	const shared = { name: field.name, value: values[field.name] ?? "", maxLength: field.most ?? 500, required: field.required ?? false };
	switch (field.kind) {
		case "choice":
			return <Choice {...props} />;
		case "incident":
			return <NearChoice {...props} />;
		case "report":
			return <ReportChoice {...props} />;
		case "reports":
			return <ReportChoices {...props} />;
		case "team":
			return <TeamChoice {...props} />;
		case "words":
			return <textarea class="form-control" {...shared} rows={3} onInput={(e) => onValue(field.name, e.currentTarget.value)} />;
		case "text":
			return <input class="form-control" {...shared} autocomplete="off" id={`act-${act}-${field.name}`} onInput={(e) => onValue(field.name, e.currentTarget.value)} />;
	}
}

interface ActFormProps {
	act: ActName;
	incident: Incident;
	incidents: ReadonlyMap<string, Incident>;
	reports: readonly IncidentReport[];
	actor: Actor;
	/** What went wrong, or "". */
	onSend: (values: Values, isThere: IsThere) => Promise<string>;
	onCancel: () => void;
}

export function ActForm({ act, incident, incidents, reports, actor, onSend, onCancel }: ActFormProps) {
	const form = useRef<HTMLFormElement>(null);
	const [values, setValues] = useState<Values>({});
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const isThere = useThere();
	const fields = actOf(act)?.fields ?? [];
	const wants = missing(fields, values);
	// Before the next key: what is typed at once must not reach the shortcuts.
	useLayoutEffect(() => form.current?.querySelector<HTMLElement>("input, select, textarea, button")?.focus(), [act]);
	// Below a long form nobody sees what went wrong.
	const wrong = useRef<HTMLParagraphElement>(null);
	useEffect(() => {
		if (said !== "") {
			wrong.current?.scrollIntoView({ block: "nearest" });
		}
	}, [said]);
	const send = async (event: Event) => {
		event.preventDefault();
		if (busy) {
			return;
		}
		if (wants.length > 0) {
			setSaid(t("act.wants", { fields: wants.map((name) => word(`act.${act}`, name)).join(", ") }));
			return;
		}
		setBusy(true);
		setSaid("");
		setSaid(await onSend(values, isThere));
		setBusy(false);
	};
	return (
		<form class="act-form" ref={form} noValidate onSubmit={(e) => void send(e)} aria-label={word("key", act)}
			onKeyDown={(e) => {
				if (e.key === "Escape") {
					e.stopPropagation();
					onCancel();
				} else if (e.key === "Enter" && e.ctrlKey) {
					void send(e);
				}
			}}>
			<h3>{word("key", act)}</h3>
			{shownFields(fields, values).map((field) => {
				const label = `${word(`act.${act}`, field.name)}${field.required ? " *" : ""}`;
				const input = (
					<Input act={act} field={field} values={values} incident={incident} incidents={incidents} reports={reports} actor={actor}
						onValue={(name, value) => setValues({ ...values, [name]: value })} />
				);
				return field.kind === "choice" || field.kind === "reports"
					? <fieldset key={field.name}><legend>{label}</legend>{input}</fieldset>
					: <label key={field.name}>{label}{input}</label>;
			})}
			<p class="toggles">
				<button type="submit" class="btn btn-primary" disabled={busy}>{word("act.do", act)}</button>
				<button type="button" class="btn btn-outline-primary" onClick={onCancel}>{t("act.cancel")} <kbd>Esc</kbd></button>
				<span class="soft" role="status">{busy && t("act.sending")}</span>
			</p>
			<p class="wrong" role="alert" ref={wrong}>{said}</p>
		</form>
	);
}
