/* page_login - the door of the console, in a form that works without a script */
#include <errno.h>
#include <stdio.h>

#include "server/page_internal.h"

/* Each is a section of login.html; what has no number in it, one of "plain". */
static const struct {
	const char *flag;
	const char *words;
} states[PAGE_LOGIN_STATES] = {
	[PAGE_LOGIN_WRONG] = {"plain", "login.wrong"},
	[PAGE_LOGIN_CODE] = {"plain", "login.code_wanted"},
	[PAGE_LOGIN_SLOWER] = {"slower", NULL},
	[PAGE_LOGIN_BUSY] = {"plain", "login.busy"},
	[PAGE_LOGIN_AWAY] = {"away", NULL},
	[PAGE_LOGIN_REFUSED] = {"provider_refused", NULL},
	[PAGE_LOGIN_BROKEN] = {"broken", NULL},
	[PAGE_LOGIN_WEAK] = {"weak", NULL},
	[PAGE_LOGIN_UNBOUND] = {"unbound", NULL},
	[PAGE_LOGIN_DISABLED] = {"plain", "login.disabled"},
	[PAGE_LOGIN_OTHER_PERSON] = {"other_person", NULL},
	[PAGE_LOGIN_STALE] = {"stale", NULL},
	[PAGE_LOGIN_ELSEWHERE] = {"plain", "login.elsewhere"},
};

static void
say_state(struct making *m, const struct page_login *view)
{
	for (size_t i = PAGE_LOGIN_FRESH + 1; i < PAGE_LOGIN_STATES; i++) {
		if (states[i].words == NULL) {
			template_flag(m->values, states[i].flag, i == view->state);
		}
	}
	template_flag(m->values, "plain", states[view->state].words != NULL);
	template_set(m->values, "why",
		states[view->state].words != NULL
			? page_text(m, states[view->state].words)
			: "");
}

int
page_login(struct page *page, int language, const struct page_login *view,
	struct evbuffer *out)
{
	struct making m;

	page_begin(&m, page, language, true, "/login");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	template_set(m.values, "title", page_text(&m, "login.title"));
	template_set(
		m.values, "retry_s", arena_printf(page->arena, "%u", view->retry_s));
	template_flag(m.values, "no_accounts", view->no_accounts);
	template_flag(m.values, "has_provider", view->provider != NULL);
	template_set(
		m.values, "provider", view->provider != NULL ? view->provider : "");
	template_flag(m.values, "not_ready",
		view->provider != NULL && !view->provider_ready &&
			view->state != PAGE_LOGIN_AWAY);
	template_set(m.values, "subject", view->subject != NULL ? view->subject : "");
	template_flag(m.values, "left", view->end_url != NULL);
	template_set(m.values, "end_url", view->end_url != NULL ? view->end_url : "");
	say_state(&m, view);
	return page_finish(&m, FILE_LOGIN, out);
}

int
page_entered(struct page *page, int language, const char *next, struct evbuffer *out)
{
	struct making m;

	page_begin(&m, page, language, true, "/login");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	template_set(m.values, "title", page_text(&m, "login.title"));
	template_flag(m.values, "goes_on", next != NULL);
	template_set(m.values, "next", next != NULL ? next : "");
	return page_finish(&m, FILE_ENTERED, out);
}
