// Pressed again because no answer came, it is the same as before, and done once. Deeds keeps its own, with the sequence.
import { isUnanswered, newKey, post } from "./feed";

const NOTHING = { what: "", key: "" };
let unanswered = NOTHING;

export async function postOnce<T>(path: string, body: unknown): Promise<T> {
	const what = JSON.stringify([path, body]);
	const sent = unanswered.what === what ? unanswered : { what, key: newKey() };
	const settle = () => {
		if (unanswered === sent) {
			unanswered = NOTHING;
		}
	};

	unanswered = sent;
	try {
		const answer = await post<T>(path, body, sent.key);
		settle();
		return answer;
	} catch (error) {
		if (!isUnanswered(error)) {
			settle();
		}
		throw error;
	}
}
