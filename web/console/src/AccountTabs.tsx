// One's own account, everybody's, and who did what: three pages behind one name.
import { may, me } from "./session";
import { t } from "./text";

export type AccountLeaf = "account" | "exercise" | "accounts" | "audit";

interface TabsProps {
	at: AccountLeaf;
	onTurn: (to: AccountLeaf) => void;
}

export function AccountTabs({ at, onTurn }: TabsProps) {
	const tabs: [AccountLeaf, string][] = [
		["account", me.value?.fullName || me.value?.name || t("account.title")],
		["exercise", t("exercise.title")],
		...(may("ACCOUNTS") ? [["accounts", t("accounts.button")] as [AccountLeaf, string]] : []),
		...(may("AUDIT") ? [["audit", t("audit.button")] as [AccountLeaf, string]] : []),
	];
	if (tabs.length === 1) {
		return null;
	}
	return (
		<nav class="nav-tabs" aria-label={t("account.title")}>
			{tabs.map(([to, name]) => (
				<button type="button" key={to} class={`nav-link${to === at ? " active" : ""}`} aria-current={to === at ? "page" : undefined}
					onClick={() => to !== at && onTurn(to)}>
					{name}
				</button>
			))}
		</nav>
	);
}
