// Small choices of this operator on this machine, kept until they choose again. No storage: until the page is closed.
export function readKept(name: string): string | null {
	try {
		return localStorage.getItem(`vedetta.${name}`);
	} catch {
		return null;
	}
}

export function keep(name: string, value: string): void {
	try {
		localStorage.setItem(`vedetta.${name}`, value);
	} catch {
		/* until the page is closed, then */
	}
}

/** Of this tab, over a reload; "": nothing. */
export function keepForReload(name: string, value: string): void {
	try {
		sessionStorage.setItem(`vedetta.${name}`, value);
	} catch {
		/* then not */
	}
}

export function readForReload(name: string): string {
	try {
		return sessionStorage.getItem(`vedetta.${name}`) ?? "";
	} catch {
		return "";
	}
}

/** What was kept when it is one of these, else the first. */
export function keptOf<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
	const kept = readKept(name);
	return choices.find((c) => c === kept) ?? choices[0];
}
