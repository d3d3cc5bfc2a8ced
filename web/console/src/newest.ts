// The same question asked again and again: an answer that was overtaken says less than what is known. Pure.

/** Asks, and hands on what is answered unless a later question was answered before. Throws as `ask` does. */
export function newest<T>(ask: () => Promise<T>, take: (answer: T) => void): () => Promise<void> {
	let asked = 0;
	let taken = 0;

	return async () => {
		const mine = ++asked;
		const answer = await ask();
		if (mine > taken) {
			taken = mine;
			take(answer);
		}
	};
}
