// Under a list that is held still: what waits to come into it, and one press to let it.
import { ClassBadge } from "./marks";
import { waitingByClass, type Still } from "./still";
import { keyText } from "./keys";
import { t } from "./text";

export function WaitingBar({ held, onSettle }: { held: Still; onSettle: () => void }) {
	if (!held.moves) {
		return null;
	}
	return (
		<button type="button" class="btn waiting" onClick={onSettle}>
			<span role="status">
				{held.waiting.length > 0 ? t("still.waiting", { n: held.waiting.length }) : t("still.moves")}{" "}
				{waitingByClass(held.waiting).map(([of, n]) => <span key={of}><ClassBadge of={of} /> {n} </span>)}
			</span>
			<kbd>{keyText("settle")}</kbd> {t("still.settle")}
		</button>
	);
}
