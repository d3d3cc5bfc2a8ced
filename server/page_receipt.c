#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "server/page_internal.h"

/* Of the first step; the others differ in the last byte. Returns its bytes. */
static size_t
guidance_key(char key[PAGE_KEY_BYTES], const char *hazard)
{
	_Static_assert(PAGE_GUIDANCE_MAX <= 9, "steps are told by one digit");
	int n = snprintf(key, PAGE_KEY_BYTES, "guidance.%.32s.1", hazard);

	return (size_t)n;
}

size_t
page_guidance(const struct page *page, int language, const char *hazard,
	const char *out[PAGE_GUIDANCE_MAX])
{
	size_t n = 0;
	bool is_known = hazard[0] != '\0';
	char key[PAGE_KEY_BYTES];
	size_t bytes = guidance_key(key, is_known ? hazard : "other");

	while (n < PAGE_GUIDANCE_MAX) {
		const char *step;

		key[bytes - 1] = (char)('1' + n);
		step = locale_own_text(page->locale, language, key);
		if (step != NULL) {
			out[n++] = step;
		} else if (n == 0 && is_known) {
			is_known = false;
			bytes = guidance_key(key, "other");
		} else {
			break;
		}
	}
	return n;
}

static const char *
state_key(Vedetta__V1__ReportState state)
{
	switch (state) {
	case VEDETTA__V1__REPORT_STATE__REPORT_STATE_SEEN:
		return "receipt.state.seen";
	case VEDETTA__V1__REPORT_STATE__REPORT_STATE_IN_PROGRESS:
		return "receipt.state.in_progress";
	case VEDETTA__V1__REPORT_STATE__REPORT_STATE_CLOSED:
		return "receipt.state.closed";
	case VEDETTA__V1__REPORT_STATE__REPORT_STATE_UNSPECIFIED:
	case VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED:
	case _VEDETTA__V1__REPORT_STATE_IS_INT_SIZE:
		break;
	}
	return "receipt.state.received";
}

/* The clock of the machine's own zone, the age in words, and RFC 3339. */
static void
put_times(struct making *m, int64_t received_s, int64_t now_ms)
{
	static const struct {
		int64_t below_min;
		int64_t min;
		const char *flag;
	} units[] = {
		{1, 1, "time_now"},
		{60, 1, "time_minutes"},
		{1440, 60, "time_hours"},
		{INT64_MAX, 1440, "time_days"},
	};
	time_t at = (time_t)received_s;
	int64_t minutes = now_ms / 60000 - received_s / 60;
	struct tm tm;
	char buf[40];
	size_t u = 0;

	gmtime_r(&at, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm);
	template_set(
		m->values, "received_iso", arena_printf(m->page->arena, "%s", buf));
	localtime_r(&at, &tm);
	strftime(buf, sizeof(buf), "%H:%M", &tm);
	template_set(
		m->values, "received_clock", arena_printf(m->page->arena, "%s", buf));
	while (minutes >= units[u].below_min) {
		u++;
	}
	template_flag(m->values, units[u].flag, true);
	template_set(m->values, "n",
		arena_printf(m->page->arena, "%" PRId64, minutes / units[u].min));
}

static void
put_place(struct making *m, const Vedetta__V1__Place *place)
{
	struct arena *a = m->page->arena;
	const Vedetta__V1__Point *point = place == NULL ? NULL : place->point;
	const char *words = place == NULL ? "" : place->words;

	template_set(m->values, "words", words);
	template_set(m->values, "point",
		point == NULL ? ""
			      : arena_printf(a, "%.5f, %.5f", point->lat_deg,
					point->lon_deg));
	template_set(m->values, "accuracy",
		place == NULL || place->accuracy_case !=
					 VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M
			? ""
			: arena_printf(a, "%.0f", place->accuracy_m));
	template_flag(m->values, "no_place", point == NULL && words[0] == '\0');
}

static void
put_signs(struct making *m, const Vedetta__V1__Signs *s)
{
	const bool said[] = {s->trapped, s->unresponsive, s->injured, s->danger_rising,
		s->vulnerable, s->way_out_blocked, s->needs};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (said[i]) {
			template_set(template_item(m->values, "signs"), "label",
				page_text_of(m, "sign",
					page_field_name(
						(enum page_field)(PAGE_TRAPPED + i))));
			template_flag(m->values, "any_sign", true);
		}
	}
	if ((int)s->people > 0 && (int)s->people < PAGE_PEOPLE_VALUES) {
		template_set(m->values, "people",
			page_text_of(m, "people", page_people[s->people]));
	}
}

static void
put_report(struct making *m, const Vedetta__V1__Report *r)
{
	static const Vedetta__V1__Report nothing = VEDETTA__V1__REPORT__INIT;
	const char *steps[PAGE_GUIDANCE_MAX];
	size_t n_steps;

	if (r == NULL) {
		r = &nothing;
	}
	n_steps = page_guidance(m->page, m->language, r->hazard, steps);
	for (size_t i = 0; i < n_steps; i++) {
		template_set(template_item(m->values, "guidance"), "step", steps[i]);
	}
	template_set(m->values, "hazard",
		page_text_of(m, "hazard", r->hazard[0] == '\0' ? "other" : r->hazard));
	template_set(m->values, "about",
		r->about == VEDETTA__V1__ABOUT__ABOUT_SELF ? page_text(m, "about.self")
		: r->about == VEDETTA__V1__ABOUT__ABOUT_OTHER
			? page_text(m, "about.other")
			: "");
	put_place(m, r->place);
	template_set(m->values, "people", "");
	if (r->signs != NULL) {
		put_signs(m, r->signs);
	}
	template_set(m->values, "text", r->text);
	template_flag(m->values, "contact",
		r->contact != NULL &&
			(r->contact->name[0] != '\0' || r->contact->phone[0] != '\0'));
}

/* What the desk asked, what was answered, and where to answer. */
static void
put_talk(struct making *m, const Vedetta__V1__ReceiptView *view)
{
	struct arena *a = m->page->arena;
	const char *handed = "";

	for (size_t i = 0; i < view->n_handed_to && handed != NULL; i++) {
		handed = arena_printf(
			a, "%s%s%s", handed, i > 0 ? ", " : "", view->handed_to[i]);
	}
	template_set(m->values, "handed", handed == NULL ? "" : handed);
	for (size_t i = 0; i < view->n_messages; i++) {
		const Vedetta__V1__ReceiptMessage *said = view->messages[i];
		struct template_scope *item = template_item(m->values, "messages");

		template_flag(m->values, "talks", true);
		template_set(item, "said", said->text);
		template_flag(item, said->from_desk ? "from_desk" : "from_you", true);
	}
	/* Sent twice from the same page it is one answer. */
	template_set(m->values, "reply_key", arena_printf(a, "%zu", view->n_messages));
}

int
page_receipt(struct page *page, int language, enum page_staff staff, int64_t now_ms,
	const Vedetta__V1__ReceiptView *view, struct evbuffer *out)
{
	const Vedetta__V1__Receipt *receipt = view->receipt;
	/* What was added to somebody else's report has no page of its own. */
	bool is_linked = receipt->link[0] != '\0';
	struct making m;

	page_begin(&m, page, language, staff, is_linked ? receipt->link : "/");
	if (m.values == NULL) {
		return -ENOMEM;
	}
	if (receipt->unserved) {
		page_say_staff(&m, "duty_unserved");
	} else if (receipt->unseen) {
		page_say_staff(&m, "duty_unseen");
	}
	if (receipt->exercise) {
		page_exercise(&m);
	}
	/* Nothing of an emergency in the title: somebody may look over a shoulder. */
	template_set(m.values, "title", page_text(&m, "receipt.title"));
	template_flag(m.values, state_key(receipt->state), true);
	template_flag(m.values, "linked", is_linked);
	template_set(m.values, "code", receipt->code);
	template_set(m.values, "copies",
		arena_printf(page->arena, "%" PRIu32, receipt->copies));
	put_times(&m, receipt->received_at == NULL ? 0 : receipt->received_at->seconds,
		now_ms);
	put_report(&m, view->report);
	put_talk(&m, view);
	return page_finish(&m, FILE_RECEIPT, out);
}
