/* page_login - the door of the console, in a form that works without a script */
#include <errno.h>
#include <stdio.h>

#include "server/page_internal.h"

int
page_login(struct page *page, int language, enum page_login_state state,
	uint32_t retry_s, bool no_accounts, struct evbuffer *out)
{
	static const char *const words[] = {
		[PAGE_LOGIN_WRONG] = "login.wrong",
		[PAGE_LOGIN_CODE] = "login.code_wanted",
		[PAGE_LOGIN_SLOWER] = "login.slower",
		[PAGE_LOGIN_BUSY] = "login.busy",
	};
	struct making m;

	page_begin(&m, page, language, true, "/login");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	template_set(m.values, "title", page_text(&m, "login.title"));
	template_set(m.values, "retry_s", arena_printf(page->arena, "%u", retry_s));
	template_flag(m.values, "refused", state != PAGE_LOGIN_FRESH);
	template_flag(m.values, "slower", state == PAGE_LOGIN_SLOWER);
	template_flag(m.values, "plain",
		state != PAGE_LOGIN_FRESH && state != PAGE_LOGIN_SLOWER);
	template_set(m.values, "why",
		state == PAGE_LOGIN_FRESH ? "" : page_text(&m, words[state]));
	template_flag(m.values, "no_accounts", no_accounts);
	return page_finish(&m, FILE_LOGIN, out);
}
