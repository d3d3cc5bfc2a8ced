// What a push from the desk says, and where it leads. Pure: the worker that shows it gives it the bytes.

interface Notice {
	title: string;
	options: { body: string; tag: string; lang: string; requireInteraction: boolean; data: { incident: string } };
}

/** Said when nobody can read what came: a push that shows nothing is taken away from its site. */
export type Unread = Record<string, { title: string; body: string }>;

const TITLE_MOST = 200;
const BODY_MOST = 2000;

function text(from: unknown, most: number): string {
	return typeof from === "string" ? from.slice(0, most) : "";
}

function fields(said: string): Record<string, unknown> {
	try {
		const read: unknown = JSON.parse(said);
		return typeof read === "object" && read !== null ? { ...read } : {};
	} catch {
		return {};
	}
}

export function readNotice(said: string, unread: Unread, languages: readonly string[]): Notice {
	const push = fields(said);
	const language = languages.map((l) => l.slice(0, 2)).find((l) => l in unread) ?? "en";
	const title = text(push.title, TITLE_MOST);
	const incident = typeof push.incident === "number" && Number.isSafeInteger(push.incident) && push.incident > 0 ? String(push.incident) : "";
	return {
		title: title || (unread[language]?.title ?? "Vedetta"),
		options: {
			body: title === "" ? unread[language]?.body ?? "" : text(push.body, BODY_MOST),
			tag: text(push.tag, 128) || "vedetta",
			lang: text(push.lang, 16),
			requireInteraction: push.urgency === "high",
			data: { incident },
		},
	};
}

/** In our own console, whatever the message links to. */
export function noticeAddress(data: unknown): string {
	const incident = typeof data === "object" && data !== null ? (data as { incident?: unknown }).incident : "";
	return typeof incident === "string" && /^\d{1,20}$/.test(incident) ? `/console#incident/${incident}` : "/console";
}
