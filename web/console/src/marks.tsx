// Marks that say the same thing by colour, by shape and by number and word.
import { word } from "./text";

/** One shape for each class, on a square of 24. */
export const SHAPES = [
	"",
	"M8 1h8l7 7v8l-7 7H8l-7-7V8z",
	"M12 1l12 22H0z",
	"M12 0l12 12-12 12L0 12z",
	"M2 2h20v20H2z",
	"M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22z",
];

export function ClassBadge({ of }: { of: number }) {
	return (
		<span class={`level c${of}`}>
			<svg viewBox="0 0 24 24" aria-hidden="true">
				<path d={SHAPES[of] ?? SHAPES[5] ?? ""} />
				<text x="12" y={of === 2 ? 20 : 17} text-anchor="middle">{of}</text>
			</svg>
			<span>{word("class", String(of))}</span>
		</span>
	);
}

/** One of the design system's, beside a word that says the same. */
export function Icon({ name }: { name: `it-${string}` }) {
	return <svg class="icon" aria-hidden="true"><use href={`#${name}`} /></svg>;
}

/** The form's own pictogram; they stand at the top of the page. */
export function Pictogram({ name }: { name: string }) {
	return <svg class="pictogram" aria-hidden="true"><use href={`#i-${name}`} /></svg>;
}
