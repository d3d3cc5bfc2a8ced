// Who is at this screen, and what they may do. Until that is known, nothing.
import { signal } from "@preact/signals";
import type { Me } from "vedetta/api";
import { parse } from "./wire";

export const me = signal<Me | null>(null);

export function may(right: string): boolean {
	return (me.value?.rights ?? []).some((has) => has === `RIGHT_${right}`);
}

/** Before there were accounts whoever reached the console could act. */
const ANYBODY: Me = { name: "console", rights: ["RIGHT_VIEW", "RIGHT_ACT"] };

/** Asks who this is. Throws when it cannot be known now. */
export async function learnMe(): Promise<void> {
	const answer = await fetch("/v1/session", { headers: { Accept: "application/json" }, cache: "no-store" });
	if (answer.status === 404) {
		me.value = ANYBODY;
		return;
	}
	if (!answer.ok) {
		throw new Error(`/v1/session: ${answer.status}`);
	}
	me.value = parse<Me>(await answer.text());
}
