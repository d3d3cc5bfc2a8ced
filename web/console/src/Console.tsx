// The whole page: how things stand and what can be done anywhere, above the board or a page instead of it.
import { AccountPage } from "./AccountPage";
import { AccountsPage } from "./AccountsPage";
import { AlarmBar } from "./AlarmBar";
import { AreaFilter } from "./AreaFilter";
import { AuditPage } from "./AuditPage";
import { calling } from "./calling";
import { deeds } from "./doing";
import { dutyNow } from "./duty";
import { DutyButton } from "./DutyButton";
import { DutyPage } from "./DutyPage";
import { DutyStrip } from "./DutyStrip";
import { exercise, unseenDrills } from "./exercise";
import { ExercisePage } from "./ExercisePage";
import { nobody } from "./feed";
import { HandoverPage } from "./HandoverPage";
import { Banner, ExerciseStrip, Header } from "./Header";
import { keyText } from "./keys";
import { all, choose, damp, keepDamp, onlyInView, overview, reset, rows, show, showAs } from "./list";
import { feed, incidents, lately, nowMs, state } from "./live";
import { LogInAgain } from "./LogInAgain";
import { LooseBar } from "./LooseBar";
import { Icon } from "./marks";
import { NewReport } from "./NewReport";
import { SearchBox } from "./SearchBox";
import { isBlind, may, me } from "./session";
import { Sheet } from "./Sheet";
import { ShowSwitch } from "./ShowSwitch";
import { SoundButton } from "./SoundButton";
import { t } from "./text";
import { leaf, open, openOnBoard, over, toBoard, turn, type Leaf } from "./where";
import { Work } from "./Work";

const BUTTON = "btn btn-outline-primary";

function Tools() {
	return (
		<>
			{!isBlind() && <SoundButton nowMs={nowMs.value} />}
			{may("ACT") && <button type="button" class={BUTTON} onClick={() => { over.value = "call"; }}><Icon name="it-telephone" />{t("call.button")} <kbd>{keyText("newReport")}</kbd></button>}
			{!isBlind() && <button type="button" class={BUTTON} onClick={() => turn("handover")}>{t("handover.button")} <kbd>{keyText("handover")}</kbd></button>}
			<DutyButton onClick={() => turn("duty")} />
			{me.value !== null && <button type="button" class={BUTTON} onClick={() => turn("account")}><Icon name="it-user" />{me.value.fullName || me.value.name} <kbd aria-hidden="true">{keyText("account")}</kbd></button>}
			<button type="button" class={`${BUTTON} keys`} aria-keyshortcuts="?" onClick={() => { over.value = "sheet"; }}>{t("keys.title")} <kbd>{keyText("sheet")}</kbd></button>
		</>
	);
}

function Page({ of }: { of: Leaf }) {
	switch (of) {
	case "handover":
		return <HandoverPage incidents={lately.value} nowMs={nowMs.value} who={me.value?.fullName || me.value?.name || ""} onClose={toBoard} />;
	case "account":
		return <AccountPage onClose={toBoard} onTurn={turn} />;
	case "accounts":
		return <AccountsPage onClose={toBoard} onTurn={turn} />;
	case "exercise":
		return <ExercisePage drills={overview.value.drills} unseen={unseenDrills(incidents.value.values())} onClose={toBoard} onTurn={turn} />;
	case "audit":
		return <AuditPage onClose={toBoard} onTurn={turn} />;
	case "duty":
		return <DutyPage onClose={toBoard} />;
	}
}

export function Console() {
	const s = state.value;
	const at = leaf.value ?? (isBlind() ? "account" : null);
	const unread = dutyNow.value?.damaged ?? 0;
	return (
		<>
			<Banner state={s} nowMs={nowMs.value} blind={isBlind()} onRetry={() => feed.retryNow()}><Tools /></Banner>
			{unread > 0 && <p class="left-out" role="status">{t("console.unread_rows", { n: unread })}</p>}
			<AlarmBar calls={calling.value} onOpen={open} />
			<ExerciseStrip drills={overview.value.drills} real={overview.value.counts.real.reduce((sum, n) => sum + n)}
				exercise={s.filter.exercise} on={exercise.value} onFilter={choose} onManage={() => turn("exercise")} />
			{!isBlind() && <Header state={s} overview={overview.value} nowMs={nowMs.value} shown={rows.value.length} damp={damp.value} onDamp={keepDamp}
				outOfView={onlyInView.value ? all.value.length - rows.value.length : null} onReset={reset} onFilter={choose}
				search={<SearchBox incidents={lately.value} nowMs={nowMs.value} onOpen={open} />}
				areas={<AreaFilter area={s.filter.area} onArea={(area) => choose({ area })} />}>
				<ShowSwitch show={show.value} onShow={showAs} />
			</Header>}
			<DutyStrip onDuty={() => turn("duty")} onContacts={() => turn("account")} />
			<LooseBar loose={deeds.loose.value} onAgain={(one) => void deeds.again(one)} onDrop={(one) => deeds.drop(one)} onOpen={openOnBoard} />
			{deeds.note.value !== "" && <p class="note" role="status">{deeds.note.value}</p>}
			{at !== null && <Page of={at} />}
			{!isBlind() && <div class="board-area" hidden={leaf.value !== null}><Work /></div>}
			{over.value === "call" && <NewReport onSend={(call, isThere) => deeds.takeCall(call, isThere)} onClose={() => { over.value = null; }} />}
			{nobody.value && <LogInAgain />}
			{over.value === "sheet" && <Sheet onClose={() => { over.value = null; }} />}
		</>
	);
}
