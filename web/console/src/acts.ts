// What an operator can do to an incident, as a table: which fields each wants, and what is sent. Pure.
import type { Action, Incident, IncidentReport } from "vedetta/api";
import { distanceM } from "./locate";
import { isOpen } from "./state";

/** Names of actions, as keys.ts has them. */
export type ActName = "acknowledge" | "handOver" | "refuse" | "assign" | "note" | "setClass" | "ask"
	| "merge" | "split" | "move" | "mark" | "end" | "reopen";

export interface Field {
	name: string;
	kind: "text" | "words" | "choice" | "incident" | "reports" | "report" | "team";
	required?: boolean;
	/** Of a choice: its values; the texts are act.<act>.<field>.<value>. */
	choices?: readonly string[];
	/** With this choice only. */
	when?: readonly [field: string, value: string];
	most?: number;
}

export type Values = Readonly<Record<string, string>>;

interface Act {
	name: ActName;
	fields: readonly Field[];
	/** Is it of use now? */
	fits: (incident: Incident) => boolean;
	/** What is sent beside the sequence. */
	action: (values: Values) => Omit<Action, "sequence">;
	/** Somebody's decision stays unless it is undone: asked twice. */
	grave?: boolean;
}

const REASON: Field = { name: "reason", kind: "text", required: true, most: 500 };

function isSevere(incident: Incident): boolean {
	return (incident.rank?.class ?? 5) === 1;
}

/** "1,5" to what is sent. */
function idList(text: string): string[] {
	return text.split(",").filter((id) => id !== "");
}

export const ACTS: readonly Act[] = [
	{
		name: "acknowledge", fields: [],
		fits: (i) => isOpen(i) && (i.acknowledged === undefined || i.worse !== undefined),
		action: () => ({ acknowledge: {} }),
	},
	{
		name: "handOver",
		fields: [
			{ name: "to", kind: "choice", required: true, choices: ["112", "115", "118", "other"] },
			{ name: "group", kind: "text", required: true, when: ["to", "other"], most: 200 },
			{ name: "reference", kind: "text", most: 200 },
			{ name: "takenBy", kind: "text", most: 200 },
			{ name: "note", kind: "words", most: 2000 },
		],
		fits: isOpen,
		action: ({ to = "", group = "", reference = "", takenBy = "", note = "" }) =>
			({ handOver: { to: to === "other" ? group : to, reference, takenBy, note } }),
	},
	{
		name: "refuse", fields: [REASON], grave: true,
		fits: (i) => isOpen(i) && isSevere(i),
		action: ({ reason = "" }) => ({ refuseHandOver: { reason } }),
	},
	{
		name: "assign",
		fields: [
			{ name: "to", kind: "choice", required: true, choices: ["me", "team", "person", "nobody"] },
			{ name: "team", kind: "team", required: true, when: ["to", "team"] },
			{ name: "person", kind: "text", required: true, when: ["to", "person"], most: 64 },
			{ name: "note", kind: "text", most: 500 },
		],
		fits: isOpen,
		action: ({ to = "", team = "", person = "", note = "" }) =>
			({ assign: to === "nobody" ? { nobody: true, note } : to === "team" ? { team, note } : { person, note } }),
	},
	{
		name: "note", fields: [{ name: "text", kind: "words", required: true, most: 2000 }],
		fits: () => true,
		action: ({ text = "" }) => ({ note: { text } }),
	},
	{
		name: "setClass",
		fields: [
			{ name: "class", kind: "choice", required: true, choices: ["1", "2", "3", "4", "5", "0"] },
			{ ...REASON, required: false },
		],
		fits: isOpen,
		action: (v) => ({ setClass: { class: Number(v["class"]), reason: v["reason"] ?? "" } }),
	},
	{
		name: "ask",
		fields: [{ name: "report", kind: "report" }, { name: "text", kind: "words", required: true, most: 1000 }],
		fits: (i) => isOpen(i) && (i.reports ?? 0) > 0,
		action: ({ report = "0", text = "" }) => ({ ask: { report, text } }),
	},
	{
		name: "merge", fields: [{ name: "into", kind: "incident", required: true }, REASON], grave: true,
		fits: isOpen,
		action: ({ into = "", intoSequence = "0", reason = "" }) => ({ merge: { into, intoSequence, reason } }),
	},
	{
		name: "split", fields: [REASON, { name: "reports", kind: "reports", required: true }], // behind a hundred boxes nobody finds the reason
		fits: (i) => isOpen(i) && (i.reports ?? 0) > 1,
		action: ({ reports = "", reason = "" }) => ({ split: { reports: idList(reports), reason } }),
	},
	{
		name: "move",
		fields: [{ name: "report", kind: "report", required: true }, { name: "into", kind: "incident", required: true }, REASON],
		fits: (i) => isOpen(i) && (i.reports ?? 0) > 0,
		action: ({ report = "", into = "", intoSequence = "0", reason = "" }) => ({ move: { report, into, intoSequence, reason } }),
	},
	{
		name: "mark",
		fields: [
			{ name: "kind", kind: "choice", required: true, choices: ["HOAX", "DUPLICATE", "NONE"] },
			{ name: "of", kind: "incident", required: true, when: ["kind", "DUPLICATE"] },
			{ name: "report", kind: "report" },
			REASON,
		],
		fits: isOpen, grave: true,
		action: (v) => ({
			mark: {
				kind: `MARK_KIND_${v["kind"] ?? "NONE"}` as NonNullable<Action["mark"]>["kind"] & string,
				of: v["kind"] === "DUPLICATE" ? v["of"] ?? "0" : "0", report: v["report"] ?? "0", reason: v["reason"] ?? "",
			},
		}),
	},
	{
		name: "end",
		fields: [
			{ name: "outcome", kind: "choice", required: true, choices: ["RESOLVED", "HANDED_OVER", "NOTHING_FOUND", "HOAX", "DUPLICATE", "OTHER"] },
			{ name: "text", kind: "words", most: 2000 },
		],
		fits: isOpen, grave: true,
		action: (v) => ({
			close: { outcome: `CLOSE_OUTCOME_${v["outcome"] ?? "OTHER"}` as NonNullable<Action["close"]>["outcome"] & string, text: v["text"] ?? "" },
		}),
	},
	{
		name: "reopen", fields: [REASON],
		fits: (i) => !isOpen(i) && (i.mergedInto ?? "0") === "0",
		action: ({ reason = "" }) => ({ reopen: { reason } }),
	},
];

/** Who acts here. */
export interface Actor {
	/** As decisions are signed. */
	name: string;
	/** Holds the right to lead. */
	leads: boolean;
}

/** Another's decision is taken back by who leads. */
export function mayUndo(by: string | undefined, actor: Actor): boolean {
	return actor.leads || by === actor.name;
}

/** Choices of a field that this one can take now: a class that another set is given back, and a class 1 lowered, by who leads. */
export function choicesFor(act: ActName, field: Field, incident: Incident, actor: Actor): readonly string[] {
	const choices = field.choices ?? [];
	const { classSet } = incident;

	if (act !== "setClass" || field.name !== "class") {
		return choices;
	}
	if (classSet === undefined) {
		return choices.filter((choice) => choice !== "0");
	}
	if (mayUndo(classSet.by, actor)) {
		return choices;
	}
	return choices.filter((choice) => choice !== "0" && (classSet.class !== 1 || choice === "1"));
}

export function actOf(name: ActName): Act | undefined {
	return ACTS.find((act) => act.name === name);
}

/** Fields that count with what is chosen so far. */
export function shownFields(fields: readonly Field[], values: Values): Field[] {
	return fields.filter((f) => f.when === undefined || values[f.when[0]] === f.when[1]);
}

/** Names of fields that still want something. */
export function missing(fields: readonly Field[], values: Values): string[] {
	return shownFields(fields, values).filter((f) => f.required && (values[f.name] ?? "").trim() === "").map((f) => f.name);
}

/** Reports that can be chosen: each once, by the code the citizen was given. */
export function choosable(reports: readonly IncidentReport[]): { id: string; code: string; text: string }[] {
	const found = new Map<string, { id: string; code: string; text: string }>();
	/** The newest row of a report says whether it is still here. */
	const gone = new Set<string>();

	for (const r of reports) {
		const id = r.move?.report ?? r.id ?? "0";
		if (r.move !== undefined && (r.move.report ?? "0") === "0") {
			(r.move.reports ?? []).filter((left) => !found.has(left)).forEach((left) => gone.add(left));
		} else if (r.decision === undefined && r.message === undefined && (r.nowIn ?? "0") === "0" && (r.addsTo ?? "0") === "0"
			&& r.code !== undefined && r.code !== "" && !found.has(id) && !gone.has(id)) {
			found.set(id, { id, code: r.code, text: r.report?.text ?? "" });
		}
	}
	return [...found.values()];
}

interface Near {
	incident: Incident;
	/** null: one of the two has no place. */
	distanceM: number | null;
}

const NEAR_MOST = 30;

/** Open incidents it could go into: nearest first, those without a place last; drills apart from real ones. */
export function nearby(all: Iterable<Incident>, from: Incident): Near[] {
	const here = from.place?.point;
	const found: Near[] = [];

	for (const incident of all) {
		if (incident.id === from.id || !isOpen(incident) || incident.silent !== undefined
			|| (incident.exercise ?? false) !== (from.exercise ?? false)) {
			continue;
		}
		const there = incident.place?.point;
		found.push({ incident, distanceM: here === undefined || there === undefined ? null : distanceM(here, there) });
	}
	return found.sort((a, b) => (a.distanceM ?? Infinity) - (b.distanceM ?? Infinity)
		|| Number(b.incident.id) - Number(a.incident.id)).slice(0, NEAR_MOST);
}
