// A box to tick or one of several to choose, as the design system draws them: the label beside the field.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface CheckProps {
	/** One of several with this name. */
	radio?: { name: string; value: string };
	checked: boolean;
	onChange: (checked: boolean) => void;
	children: ComponentChildren;
}

export function Check({ radio, checked, onChange, children }: CheckProps) {
	const id = useId();
	return (
		<span class="form-check">
			<input type={radio === undefined ? "checkbox" : "radio"} id={id} checked={checked} {...radio}
				onChange={(e) => onChange(e.currentTarget.checked)} />
			<label for={id}>{children}</label>
		</span>
	);
}
