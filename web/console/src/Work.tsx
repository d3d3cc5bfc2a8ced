// The board with what is around it: large events above, the map beside it, the incident that is open.
import { Board } from "./Board";
import { DetailPanel } from "./DetailPanel";
import { deeds, givePlace } from "./doing";
import { all, box, focus, held, hold, large, letGo, onlyInView, pointed, rows, select, show, shown, showOnlyInView, toggle, told, under } from "./list";
import { feed, nowMs, opened, state } from "./live";
import { others } from "./looking";
import { MapPane } from "./MapPane";
import { aim, aiming, hasMap, locating, pick, setForm, setMap, shownSpot, spot, suggest, unpick, write } from "./placing";
import { may, ownName } from "./session";
import { t } from "./text";
import { UmbrellaBanners } from "./UmbrellaBanners";
import { UmbrellaPage } from "./UmbrellaPage";
import { WaitingBar } from "./WaitingBar";
import { close, follow, moved, open, openUmbrella, page } from "./where";

function Shelters() {
	const s = state.value;
	const id = page.value;
	if (id === null) {
		return <UmbrellaBanners umbrellas={large.value} about={told.value} nowMs={nowMs.value} onOpen={openUmbrella} />;
	}
	return (
		<UmbrellaPage key={id} id={id} from={moved.value?.to === id ? moved.value.from : null} umbrella={s.umbrellas.get(id)}
			about={told.value.get(id)} rows={rows.value} total={under.value} rebuilding={s.rebuilding} nowMs={nowMs.value}
			onMoved={follow} onOpen={open} onClose={() => openUmbrella(null)} />
	);
}

function Detail() {
	const { detail, incidents, lookers, sequence, umbrellas } = state.value;
	if (detail === null || sequence === "") {
		return null;
	}
	const { id } = detail;
	const incident = incidents.get(id);
	if (incident === undefined) {
		return (
			<aside aria-label={t("console.detail")} onKeyDown={(e) => e.key === "Escape" && close()}>
				<p role="status">{t("console.not_there", { id })}</p>
				<button type="button" class="btn btn-outline-primary" onClick={close}>{t("console.close")}</button>
			</aside>
		);
	}
	return (
		<DetailPanel key={id} incident={incident} detail={detail}
			placing={{
				incidents, spot: spot.value, aiming: aiming.value, hasMap: hasMap.value, onAim: aim, onLocating: setForm,
				onSpot: (to) => write({ ...to, incident: id }),
				onPlace: (place, isThere) => givePlace(id, place, isThere),
			}}
			work={{
				incidents, actor: { name: ownName(), leads: may("LEAD") }, acting: deeds.acting.value, readOnly: !may("ACT"), said: deeds.said.value,
				onAct: (name) => deeds.begin(opened.peek(), name),
				onSend: (name, values, isThere) => deeds.send(id, name, values, isThere),
			}}
			onUndo={may("ACT") ? (decision) => void deeds.undo(id, decision) : undefined}
			lookers={others(lookers, id, ownName())} umbrella={umbrellas.get(incident.umbrellaId ?? "0")}
			around={(incident.umbrellaTags ?? []).flatMap((tag) => umbrellas.get(tag) ?? [])} nowMs={nowMs.value}
			onOpen={open} onUmbrella={openUmbrella} onMore={() => void feed.reports(id, detail.next)}
			onRetry={() => void feed.reports(id)} onClose={close} />
	);
}

export function Work() {
	const s = state.value;
	const isSplit = s.detail !== null && s.sequence !== "";
	return (
		<>
			<Shelters />
			<main class={`show-${show.value}${isSplit ? " split" : ""}${aiming.value ? " aiming" : ""}`}>
				<Board rows={shown.value.lines} umbrellas={s.umbrellas} lookers={s.lookers} own={ownName()} selected={s.selected}
					nowMs={nowMs.value} onOpen={open} held={held.value !== null} onHold={hold} onLetGo={letGo} pointed={pointed.value} onPoint={point} onToggle={toggle}
					locating={s.filter.status === "locate"} onSuggest={suggest} onSelect={select} onClose={close} />
				<WaitingBar held={shown.value} onSettle={letGo} />
				{show.value !== "list" && s.sequence !== "" && (
					<MapPane rows={all.value} incidents={s.incidents} filter={s.filter} selected={s.selected}
						pointed={pointed.value} onlyInView={onlyInView.value} focus={focus.value} onOpen={open}
						onPoint={point} onMoved={(to) => { box.value = to; }} onOnlyInView={showOnlyInView}
						locating={locating.value} spot={shownSpot.value} aiming={aiming.value} onUnpick={unpick} onDrawing={setMap} onPick={pick} />
				)}
				<Detail />
			</main>
		</>
	);
}

function point(id: string | null): void {
	pointed.value = id;
}
