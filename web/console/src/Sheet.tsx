// The sheet of keys, and the settings of this screen: sound that can be tried, day and night, single keys.
import { useLayoutEffect, useRef } from "preact/hooks";
import { Check } from "./Check";
import { GROUPS, keyText, setSingleKeys, singleKeys } from "./keys";
import { play, setVolume, unlock, volume } from "./sound";
import { t, word } from "./text";
import { nextTheme, theme } from "./theme";

function Sound() {
	return (
		<section>
			<h3>{t("sound.title")}</h3>
			<p>{t("sound.explain")}</p>
			<label>
				{t("sound.volume")}{" "}
				<input type="range" min="0.2" max="1" step="0.1" value={volume.value}
					onInput={(e) => setVolume(Number(e.currentTarget.value))} />
			</label>
			<p class="toggles">
				{(["alarm", "worse", "drill", "remind", "news"] as const).map((what) => (
					<button type="button" class="btn btn-outline-primary" key={what} onClick={() => { unlock(); setTimeout(() => play(what), 100); }}>
						▶ {t(`sound.${what}`)}
					</button>
				))}
			</p>
		</section>
	);
}

export function Sheet({ onClose }: { onClose: () => void }) {
	const dialog = useRef<HTMLDialogElement>(null);
	useLayoutEffect(() => dialog.current?.showModal(), []); // before the next key
	return (
		<dialog ref={dialog} class="modal-content sheet" aria-labelledby="sheet-title" onClose={onClose}>
			<div class="modal-header">
				<h2 class="modal-title" id="sheet-title">{t("keys.title")}</h2>
				<button type="button" class="btn btn-outline-primary" onClick={() => dialog.current?.close()}>{t("console.close")}</button>
			</div>
			<div class="modal-body sheet-body">
				{GROUPS.map(([title, names]) => (
					<section key={title}>
						<h3>{word("keys", title)}</h3>
						<dl>
							{names.map((name) => <div key={name}><dt><kbd>{keyText(name)}</kbd></dt><dd>{word("key", name)}</dd></div>)}
						</dl>
					</section>
				))}
				<Sound />
				<section>
					<h3>{t("keys.settings")}</h3>
					<Check checked={singleKeys.value} onChange={setSingleKeys}>{t("keys.single")}</Check>
					<p><button type="button" class="btn btn-outline-primary" onClick={nextTheme}>{t("theme.now", { theme: t(`theme.${theme.value}`) })}</button></p>
				</section>
			</div>
		</dialog>
	);
}
