// What went out, came to nothing as far as anybody knows, and has no form any more that could say so.
import { Decision } from "./Decided";
import type { Loose } from "./deeds";
import { t } from "./text";

interface LooseBarProps {
	loose: readonly Loose[];
	onAgain: (one: Loose) => void;
	onDrop: (one: Loose) => void;
	onOpen: (id: string) => void;
}

export function LooseBar({ loose, onAgain, onDrop, onOpen }: LooseBarProps) {
	return (
		<div role="alert" class="loose-bar screen-only">
			{loose.map((one) => (
				<p key={one.key}>
					⚠ {one.id !== "" && <button type="button" class="btn btn-outline-primary" onClick={() => onOpen(one.id)}>#{one.id}</button>}{" "}
					{one.action === undefined ? <b>{t("call.title")}</b> : <Decision action={one.action} />}{" "}
					<span dir="auto">{one.words}</span> {one.isBusy ? t("act.sending") : one.says}{" "}
					{one.again !== null && <button type="button" class="btn btn-primary" disabled={one.isBusy} onClick={() => onAgain(one)}>{t("loose.again")}</button>}{" "}
					<button type="button" class="btn btn-outline-primary" disabled={one.isBusy} onClick={() => onDrop(one)}>{t("act.cancel")}</button>
				</p>
			))}
		</div>
	);
}
