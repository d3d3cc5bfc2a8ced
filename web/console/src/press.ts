// What each key does, and when.
import { ACTS } from "./acts";
import { nextCall } from "./calling";
import { deeds } from "./doing";
import { isField, meaning, type Name } from "./keys";
import { choose, letGo, select, show, showAs } from "./list";
import { filter, opened } from "./live";
import { may } from "./session";
import { nextShow } from "./ShowSwitch";
import { mute, play } from "./sound";
import { nextTheme, wall } from "./theme";
import { close, focusBoard, leaf, over, toBoard, turn } from "./where";

/** On a page of its own nothing is done to an incident that nobody sees. */
const ON_PAGES: ReadonlySet<Name> = new Set<Name>(
	["close", "sheet", "mute", "testSound", "theme", "newReport", "handover", "duty", "account", "nextCall"]);

function move(by: number): void {
	select(by);
	focusBoard();
}

const DOES: Partial<Record<Name, () => void>> = {
	...Object.fromEntries(ACTS.map(({ name }) => [name, () => deeds.begin(opened.peek(), name)])),
	next: () => move(1),
	previous: () => move(-1),
	close: () => {
		if (leaf.peek() !== null) {
			toBoard();
		} else if (opened.peek() !== null) {
			close();
		}
	},
	settle: letGo,
	search: () => document.querySelector<HTMLElement>(".search input")?.focus(),
	sheet: () => { over.value = "sheet"; },
	mute: () => mute(Date.now()),
	testSound: () => play("alarm"),
	theme: nextTheme,
	newReport: () => { if (may("ACT")) { over.value = "call"; } },
	handover: () => turn("handover"),
	duty: () => turn("duty"),
	account: () => turn("account"),
	nextCall,
	toLocate: () => choose({ status: filter.peek().status === "locate" ? "open" : "locate" }),
	undo: () => deeds.undoLast(),
	place: () => {
		document.querySelector<HTMLDetailsElement>("aside details.correction:not([open])")?.setAttribute("open", "");
		setTimeout(() => document.querySelector<HTMLElement>("aside .place-form input")?.focus(), 0);
	},
	wall: () => { wall.value = !wall.peek(); },
	show: () => showAs(nextShow(show.peek())),
};

/** A window over the page has its own keys, and so has a button under the finger. */
export function press(event: KeyboardEvent): void {
	const name = meaning(event, isField(event.target) || over.peek() !== null);
	const does = name === null ? undefined : DOES[name];
	if (does !== undefined && name !== null && !event.defaultPrevented && (leaf.peek() === null || ON_PAGES.has(name))) {
		event.preventDefault();
		does();
	}
}
