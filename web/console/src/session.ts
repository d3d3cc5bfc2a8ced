// Who is at this screen, and what they may do. Until that is known, nothing.
import { signal } from "@preact/signals";
import type { Me, OwnChange, OwnResult, OwnSettings } from "vedetta/api";
import { ask, newKey, nobody, post, Refused, refused, SESSION, STEP_UP } from "./feed";
import { newest } from "./newest";

export const me = signal<Me | null>(null);

export function may(right: string): boolean {
	return (me.value?.rights ?? []).some((has) => has === `RIGHT_${right}`);
}

/** An administrator need not see where people are: theirs are the accounts. */
export function isBlind(): boolean {
	return me.value !== null && !may("VIEW");
}

/** As the login is called; "" until it is known. */
export function ownName(): string {
	return me.value?.name ?? "";
}

/** The tabs of a browser have one login: what becomes of it in one is known in all. */
let tabs: BroadcastChannel | null = null;
const NOBODY = "";

export const learnMe = newest(() => ask<Me>(SESSION), (mine) => {
	me.value = mine;
	tabs?.postMessage(mine.name ?? NOBODY);
});

/** Whose login this browser has now: another's page must not stand there under the old name. */
export function meet(mine: Me): void {
	const before = me.peek();

	if (before !== null && before.name !== mine.name) {
		location.reload();
	}
}

/** Hears of the other tabs for as long as the page is there. */
export function hearTabs(): void {
	tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("vedetta.login");
	tabs?.addEventListener("message", ({ data: name }: MessageEvent<string>) => {
		if (name === NOBODY) {
			void ask(SESSION).catch(() => {}); // leaves by itself, or keeps what is typed
		} else if (me.peek() !== null && (nobody.peek() || name !== me.peek()?.name)) {
			void lookForLogin().catch(() => {});
		}
	});
}

/** Says so when it did not work: whoever goes away believes that they are out. */
export async function logOut(): Promise<void> {
	const answer = await fetch(SESSION, { method: "DELETE" });
	if (!answer.ok && answer.status !== 401) {
		throw await refused(answer);
	}
	tabs?.postMessage(NOBODY);
	location.assign(me.value?.byProvider === true ? "/login?out=provider" : "/login");
}

/** Somebody came in again over what was typed: another than before begins with a page of their own. */
async function enter(): Promise<void> {
	const before = me.peek()?.name;

	await learnMe();
	if (me.peek()?.name === before) {
		nobody.value = false;
	} else {
		location.reload();
	}
}

export async function logInAgain(password: string, code: string): Promise<void> {
	await post(SESSION, { name: me.peek()?.name ?? "", password, ...(code === "" ? {} : { code }) }, newKey());
	await enter();
}

/** In another tab, at the identity provider. */
export async function lookForLogin(): Promise<void> {
	if ((await fetch(SESSION, { cache: "no-store" })).ok) {
		await enter();
	}
}

/** Does a grave thing want a secret again? */
export function wantsStepUp(error: unknown): boolean {
	return error instanceof Refused && error.problem.type === "urn:vedetta:problem:step-up";
}

/** Is the secret that a second factor was to be confirmed with another by now? */
export function wasBegunAgain(error: unknown): boolean {
	return error instanceof Refused && (error.problem.errors ?? []).some(({ code }) => code === "begun_again");
}

export async function stepUp(secret: string): Promise<void> {
	await post(STEP_UP, /^\d{6}$/.test(secret) ? { code: secret } : { password: secret }, newKey());
}

export function changeOwn(change: OwnChange): Promise<OwnResult> {
	return post<OwnResult>("/v1/account", change, newKey());
}

/** What the console keeps for its user, wherever they log in next. */
interface Preferences {
	/** The filter, as in the address. */
	query?: string;
	theme?: string;
	damp?: string;
}

export function readPreferences(text: string | undefined): Preferences {
	try {
		const said: unknown = JSON.parse(text || "{}");
		return typeof said === "object" && said !== null ? said as Preferences : {};
	} catch {
		return {};
	}
}

export function keepSettings(settings: OwnSettings): Promise<OwnResult> {
	return changeOwn({ settings });
}
