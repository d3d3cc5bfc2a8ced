// Day or night, and the wall: what the page is dressed in. The style sheet does the rest.
import { effect, signal } from "@preact/signals";
import { keep, keptOf } from "./kept";

const THEMES = ["auto", "day", "night"] as const;
type Theme = typeof THEMES[number];

export const theme = signal<Theme>(keptOf("theme", THEMES));
/** For a screen that all look at and nobody touches: the worst, large, and nothing to press. */
export const wall = signal(new URLSearchParams(location.search).has("wall"));
const atNight = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(atNight.matches);

atNight.addEventListener("change", (e) => { systemIsDark.value = e.matches; });

export function isDark(): boolean {
	return theme.value === "night" || (theme.value === "auto" && systemIsDark.value);
}

/** As kept with the account; what is none is left alone. */
export function takeTheme(name: string | undefined): void {
	theme.value = THEMES.find((to) => to === name) ?? theme.value;
}

export function nextTheme(): void {
	theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "auto";
	keep("theme", theme.value);
}

effect(() => {
	document.documentElement.dataset["theme"] = theme.value;
	document.documentElement.classList.toggle("wall", wall.value);
});
