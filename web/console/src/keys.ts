// Each thing that can be done has a name, a key and a text: buttons, keys and the sheet read this one table.
import { signal } from "@preact/signals";
import { keep, readKept } from "./kept";

/** `key` is KeyboardEvent.key; letters stand for themselves, on any layout. */
export const KEYS = {
	next: ["j"], previous: ["k"], open: ["Enter"], close: ["Escape"],
	settle: ["."], search: ["/"], sheet: ["?"], newReport: ["r"], nextCall: ["i"], toLocate: ["z"],
	acknowledge: ["a"], handOver: ["h"], refuse: ["f"], assign: ["g"], note: ["n"], setClass: ["c"],
	ask: ["q"], place: ["p"], merge: ["m"], split: ["s"], move: ["v"], mark: ["x"], end: ["e"], undo: ["u"],
	mute: ["b"], testSound: ["y"], theme: ["t"], wall: ["w"], handover: ["o"], duty: ["d"], show: ["l"], account: [","],
} as const;

export type Name = keyof typeof KEYS;

/** In the order of the sheet. */
export const GROUPS: readonly (readonly [title: string, names: readonly Name[]])[] = [
	["list", ["next", "previous", "open", "close", "nextCall", "toLocate", "settle", "search", "newReport"]],
	["incident", ["acknowledge", "handOver", "refuse", "assign", "note", "setClass", "ask", "place", "merge", "split", "move", "mark", "end", "undo"]],
	["screen", ["mute", "testSound", "theme", "wall", "show", "handover", "duty", "account", "sheet"]],
];

/** Who dictates to the machine, or leans on the keyboard, turns single keys off (WCAG 2.1.4). */
export const singleKeys = signal(readKept("keys") !== "off");

export function setSingleKeys(on: boolean): void {
	singleKeys.value = on;
	keep("keys", on ? "on" : "off");
}

export function keyText(name: Name): string {
	const key = KEYS[name][0];
	return key === "Escape" ? "Esc" : key === "Enter" ? "↵" : key.toUpperCase();
}

/** For aria-keyshortcuts; undefined when they are off. */
export function shortcut(name: Name): string | undefined {
	return singleKeys.value ? KEYS[name][0] : undefined;
}

interface Pressed {
	key: string;
	ctrlKey: boolean;
	altKey: boolean;
	metaKey: boolean;
}

/** What was pressed means; null: nothing, or it belongs to a field. */
export function meaning(pressed: Pressed, inField: boolean): Name | null {
	if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || inField || !singleKeys.value) {
		return null;
	}
	const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
	return (Object.keys(KEYS) as Name[]).find((name) => (KEYS[name] as readonly string[]).includes(key)) ?? null;
}

export function isField(target: EventTarget | null): boolean {
	return target instanceof HTMLElement
		&& (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}
