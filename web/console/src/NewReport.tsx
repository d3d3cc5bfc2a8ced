// Somebody is on the phone: a report in under twenty seconds, by keyboard alone.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { canSend, emptyCall, HAZARDS, PEOPLE, SIGNS, type Call, type Sign } from "./call";
import { Check } from "./Check";
import { exercise } from "./exercise";
import { readPoint } from "./locate";
import { pointText, t, word } from "./text";
import { useThere, type IsThere } from "./there";

interface NewReportProps {
	/** What went wrong, or "". */
	onSend: (call: Call, isThere: IsThere) => Promise<string>;
	onClose: () => void;
}

function signKey(sign: Sign): string {
	return sign.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

export function NewReport({ onSend, onClose }: NewReportProps) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [call, setCall] = useState<Call>(emptyCall);
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const isThere = useThere();
	// Before the next key: what is typed at once is about the call.
	useLayoutEffect(() => dialog.current?.showModal(), []);
	const change = (part: Partial<Call>) => setCall({ ...call, ...part });
	const flip = (sign: Sign) => change({
		signs: call.signs.includes(sign) ? call.signs.filter((s) => s !== sign) : [...call.signs, sign],
	});
	const send = async (event: Event) => {
		event.preventDefault();
		if (busy) {
			return;
		}
		if (!canSend(call)) {
			setSaid(t("call.wants"));
			return;
		}
		setBusy(true);
		setSaid("");
		const wrong = await onSend(call, isThere);
		setBusy(false);
		setSaid(wrong);
		if (wrong === "" && isThere()) {
			dialog.current?.close();
		}
	};
	const point = readPoint(call.place);
	return (
		<dialog ref={dialog} class="modal-content sheet call" aria-labelledby="call-title" onClose={onClose}>
			<form noValidate onSubmit={(e) => void send(e)} onKeyDown={(e) => e.key === "Enter" && e.ctrlKey && void send(e)}>
				<div class="modal-header">
					<h2 class="modal-title" id="call-title">{t("call.title")}</h2>
					<button type="button" class="btn btn-outline-primary" onClick={() => dialog.current?.close()}>{t("act.cancel")} <kbd>Esc</kbd></button>
				</div>
				<div class="modal-body">
					{exercise.value?.token && (
						<div class={call.drill ? "exercise-strip" : ""}>
							<Check checked={call.drill} onChange={(drill) => change({ drill })}>{t("call.exercise")}</Check>
						</div>
					)}
					<label>{t("call.hazard")}
						<select class="form-select" autofocus name="hazard" value={call.hazard} onChange={(e) => change({ hazard: e.currentTarget.value })}>
							<option value="">{t("call.unknown")}</option>
							{HAZARDS.map((h) => <option key={h} value={h}>{word("hazard", h)}</option>)}
						</select>
					</label>
					<label>{t("call.place")}
						<input class="form-control" name="place" autocomplete="off" maxLength={300} value={call.place} aria-describedby="call-point"
							onInput={(e) => change({ place: e.currentTarget.value })} />
					</label>
					<p id="call-point" class="soft" role="status">
						{call.place.trim() === "" ? t("call.no_place") : point === null ? t("call.words_only") : `⌖ ${pointText(point)}`}
					</p>
					<fieldset><legend>{t("receipt.signs")}</legend>
						<span class="choices">
							{SIGNS.map((s) => (
								<Check key={s} checked={call.signs.includes(s)} onChange={() => flip(s)}>{word("sign.short", signKey(s))}</Check>
							))}
						</span>
					</fieldset>
					<label>{t("receipt.people")}
						<select class="form-select" name="people" value={call.people} onChange={(e) => change({ people: e.currentTarget.value as Call["people"] })}>
							{PEOPLE.map((p) => <option key={p} value={p}>{word("people", p.toLowerCase())}</option>)}
						</select>
					</label>
					<label>{t("call.text")}
						<textarea class="form-control" name="text" rows={2} maxLength={2000} value={call.text} onInput={(e) => change({ text: e.currentTarget.value })} />
					</label>
					<div class="pair">
						<label>{t("call.name")}
							<input class="form-control" name="name" autocomplete="off" maxLength={200} value={call.name} onInput={(e) => change({ name: e.currentTarget.value })} />
						</label>
						<label>{t("call.phone")}
							<input class="form-control" name="phone" type="tel" autocomplete="off" maxLength={40} value={call.phone} onInput={(e) => change({ phone: e.currentTarget.value })} />
						</label>
					</div>
				</div>
				<div class="modal-footer">
					<button type="submit" class="btn btn-primary" disabled={busy}>{t("call.send")} <kbd>Ctrl ↵</kbd></button>
					<span class="soft" role="status">{busy && t("act.sending")}</span>
					<p class="wrong" role="alert">{said}</p>
				</div>
			</form>
		</dialog>
	);
}
