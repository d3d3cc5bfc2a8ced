// Duty, rota and escalation as the desk tells them, and what is sent to change them.
import { signal } from "@preact/signals";
import type { DutyNow, OnCall, Policy, PolicyList, PolicyStep, Rota, Shift, Team, TeamList } from "vedetta/api";
import { ask } from "./feed";
import { newest } from "./newest";
import { postOnce } from "./once";

/** Who is there now; null: not known yet, or not to this operator. */
export const dutyNow = signal<DutyNow | null>(null);

export const learnDuty = newest(() => ask<DutyNow>("/v1/duty"), (now) => { dutyNow.value = now; });

export interface Plans {
	rota: Rota;
	teams: TeamList;
	policies: PolicyList;
}

/** By name. */
export async function learnTeams(): Promise<readonly Team[]> {
	const { teams = [] } = await ask<TeamList>("/v1/teams");
	return [...teams].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
}

export async function learnPlans(): Promise<Plans> {
	const [rota, teams, policies] = await Promise.all([
		ask<Rota>("/v1/rota"), ask<TeamList>("/v1/teams"), ask<PolicyList>("/v1/policies"),
	]);
	return { rota, teams, policies };
}

/** What can be put down in the plans, and under which path. */
export interface Change {
	team?: Team;
	shift?: Shift;
	onCall?: OnCall;
	policy?: Policy;
}

const PATHS: Record<keyof Change, string> = { team: "/v1/teams", shift: "/v1/rota", onCall: "/v1/on-call", policy: "/v1/policies" };

export async function change(what: Change): Promise<void> {
	const [name] = Object.keys(what) as (keyof Change)[];
	if (name !== undefined) {
		await postOnce(PATHS[name], what[name]);
	}
}

/** People as they are typed, one to a line: "name, account, e-mail, telegram:123". What each part is shows in it. */
export function readPeople(text: string): NonNullable<Team["people"]> {
	return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => {
		const [name = "", ...parts] = line.split(",").map((part) => part.trim());
		const is = (test: (part: string) => boolean) => parts.find(test) ?? "";
		const email = is((p) => p.includes("@"));
		const telegram = is((p) => /^telegram:/i.test(p));
		const webhook = is((p) => /^https?:/i.test(p));
		const account = is((p) => p !== "" && p !== email && p !== telegram && p !== webhook);
		return {
			name, ...(account === "" ? {} : { account }), ...(email === "" ? {} : { email }),
			...(telegram === "" ? {} : { telegram: telegram.slice("telegram:".length).trim() }), ...(webhook === "" ? {} : { webhook }),
		};
	});
}

export function writePeople(people: Team["people"]): string {
	return (people ?? []).map((p) => [p.name || p.account, p.name ? p.account : "", p.email, p.telegram ? `telegram:${p.telegram}` : "", p.webhook]
		.filter(Boolean).join(", ")).join("\n");
}

/** What a field of date and time gives, as the API writes it; undefined when it is empty. */
export function readTime(text: string): string | undefined {
	const at = new Date(text);
	return text === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** What a field of date and time takes, in the zone of this screen. */
export function writeTime(at: Date): string {
	const two = (n: number) => String(n).padStart(2, "0");
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const TARGETS = ["ON_DUTY", "SHIFT_LEADER", "AREA_ABOVE", "ON_CALL", "TEAM"] as const;
export const MEANS = ["CONSOLE", "EMAIL", "WEB_PUSH", "WEBHOOK", "TELEGRAM"] as const;

export function shortTarget(step: PolicyStep): string {
	return (step.to ?? "").replace("POLICY_TARGET_", "").toLowerCase();
}

export function shortMeans(means: string): string {
	return means.replace("DUTY_MEANS_", "").toLowerCase();
}
