// What comes over the wire, made safe to look at: characters that hide, turn round or end a
// line of text are shown as what they are. Citizens' words are only ever text; this keeps them
// from being text that lies. Pure.

/** Escaped control characters but tab and line ends, DEL and C1, and what is invisible or turns text round. Joiners that writing needs (U+200C, U+200D) and marks (U+200E, U+200F) stay. */
const SUSPECT = /\\u00(?:[01][0-9a-fA-F]|7[fF])|\\[bf]|[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u2028\u2029\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const SHOWN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u2028\u2029\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** "\u202e" as ⟦U+202E⟧. */
export function plain(text: string): string {
	return text.replace(SHOWN, (c) => `⟦U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟧`);
}

function plainValue(_: string, value: unknown): unknown {
	return typeof value === "string" ? plain(value) : value;
}

/** JSON as it came; strings are walked only when there is something to be found in them. */
export function parse<T>(text: string): T {
	return (SUSPECT.test(text) ? JSON.parse(text, plainValue) : JSON.parse(text)) as T;
}
