#include "server/desk_page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/wake.h"
#include "proto/base64.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/wake_text.h"

#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)

enum {
	KEY_BYTES = 64,
	PUSH_KEY_BYTES = 65,
	PUSH_AUTH_BYTES = 16,
	TEST_LIFE_MS = 5 * 60 * 1000,
};

/* One message on its way out. */
struct sending {
	const struct desk_page_sender *from;
	const struct keeper_own *own;
	uint64_t row;
	const struct escalation_page *page;
	const Vedetta__V1__Account *account; /* NULL: none */
	char group[WAKE_GROUP_BYTES];
	unsigned n; /* ways, so far */
	Vedetta__V1__Delivery delivery;
	Vedetta__V1__DeliveryTarget target;
};

/* ---- what is said */

static const char *
language_of(const struct sending *s)
{
	if (s->page->person->language[0] != '\0') {
		return s->page->person->language;
	}
	return s->account != NULL && s->account->language[0] != '\0'
		       ? s->account->language
		       : s->from->language;
}

/* NULL when memory is short. */
static char *
link_of(const struct sending *s)
{
	const char *console = s->from->console;

	if (console[0] == '\0') {
		return arena_copy(s->from->words, "", 0);
	}
	return s->page->n == 1
		       ? arena_printf(s->from->words, "%s/console#incident/%llu",
				 console, (unsigned long long)s->page->incidents[0])
		       : arena_printf(s->from->words, "%s/console", console);
}

/* 0 or -ENOMEM. */
static int
write_words(const struct sending *s, const char *language, struct wake_text *text)
{
	const struct escalation_page *page = s->page;
	struct wake_line lines[WAKE_LINES_MOST];
	struct desk_description what;
	size_t n = 0;

	if (page->test) {
		return wake_text_test(language, s->from->words, text);
	}
	for (size_t i = 0; i < page->n_listed && n < WAKE_LINES_MOST; i++) {
		if (desk_describe(s->own->desk, page->incidents[i], &what)) {
			lines[n++] =
				(struct wake_line){page->incidents[i], page->classes[i],
					what.hazard, what.area, what.opened_ms};
		}
	}
	return n == 0 ? -ENOMEM
		      : wake_text(language, lines, n, page->n, s->own->now_ms,
				s->from->words, text);
}

/* What of the delivery is the same for all ways. 0 or -ENOMEM. */
static int
write_message(struct sending *s)
{
	const struct escalation_page *page = s->page;
	const char *language = language_of(s);
	struct wake_text text;
	int r = write_words(s, language, &text);

	if (r != 0) {
		return r;
	}
	s->delivery.link = link_of(s);
	s->delivery.title = text.title;
	s->delivery.text = text.text;
	s->delivery.lang = (char *)(uintptr_t)language;
	s->delivery.incident = page->n == 1 ? page->incidents[0] : 0;
	s->delivery.exercise = page->exercise;
	s->delivery.account = s->account != NULL ? s->account->id : 0;
	s->delivery.urgency =
		page->classes[0] == 1
			? VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH
			: VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_NORMAL;
	if (page->test) {
		s->delivery.not_after_ms = s->own->now_ms + TEST_LIFE_MS;
	}
	s->delivery.group = s->group;
	s->delivery.target = &s->target;
	s->target.exercises = page->exercise; /* who is told of one has joined it */
	return s->delivery.link == NULL ? -ENOMEM : 0;
}

/* ---- ways */

/* One way to one person. What the outbox refuses is told, and the others go on. */
static int
put_one(struct sending *s)
{
	const struct outbox_turn turn =
		desk_outbox_turn(s->own->desk, s->own->now_ms, s->from->words);
	char key[KEY_BYTES];
	struct trouble trouble;
	struct outbox_row row;
	uint64_t id;
	int r;

	trouble_init(&trouble);
	(void)snprintf(key, sizeof(key), "%s-%u", s->group, s->n++);
	s->delivery.key = key;
	r = outbox_put(
		desk_outbox(s->own->desk), &s->delivery, &turn, &trouble, &row, &id);
	if (r == OUTBOX_ROW) {
		return keeper_write_delivery(s->own, &row);
	}
	if (r > 0 && r != OUTBOX_KNOWN) {
		metrics_add(METRIC_ESCALATION_UNSENT, 1);
		log_event(LOG_ERROR, "escalation.unsent",
			"page=%llu means=%d reason=%d", (unsigned long long)s->row,
			(int)s->delivery.means, r);
	}
	return r < 0 ? r : 0;
}

static int
send_to(struct sending *s, Vedetta__V1__DeliveryMeans means, const char *address)
{
	if (address == NULL || address[0] == '\0') {
		return 0;
	}
	s->target.address = (char *)(uintptr_t)address;
	s->delivery.means = means;
	return put_one(s);
}

/* The contact in the book goes before that of the account. */
static const char *
either(const char *own, const char *of_account)
{
	return own[0] != '\0' ? own : of_account;
}

struct push_keys {
	uint8_t p256dh[PUSH_KEY_BYTES + 2];
	uint8_t auth[PUSH_AUTH_BYTES + 2];
};

/* As the browser gave them. False: they are none. */
static bool
read_key(const char *text, uint8_t *out, size_t wanted)
{
	size_t bytes = strlen(text);

	return bytes / 4 * 3 <= wanted && base64_read(text, bytes, out, &bytes) == 0 &&
	       bytes == wanted;
}

static int
send_pushes(struct sending *s, const Vedetta__V1__AccountContacts *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && c != NULL && i < c->n_push; i++) {
		struct push_keys keys;

		if (!read_key(c->push[i]->p256dh, keys.p256dh, PUSH_KEY_BYTES) ||
			!read_key(c->push[i]->auth, keys.auth, PUSH_AUTH_BYTES)) {
			continue;
		}
		s->target.p256dh = (ProtobufCBinaryData){PUSH_KEY_BYTES, keys.p256dh};
		s->target.auth = (ProtobufCBinaryData){PUSH_AUTH_BYTES, keys.auth};
		r = send_to(s, MEANS(WEB_PUSH), c->push[i]->endpoint);
		s->target.p256dh = (ProtobufCBinaryData){0, NULL};
		s->target.auth = (ProtobufCBinaryData){0, NULL};
	}
	return r;
}

static int
send_all(struct sending *s)
{
	const Vedetta__V1__DutyPerson *p = s->page->person;
	const Vedetta__V1__AccountContacts *c =
		s->account != NULL && !s->account->disabled ? s->account->contacts
							    : NULL;
	unsigned means = s->page->means;
	int r = 0;

	if ((means & BIT(EMAIL)) != 0) {
		r = send_to(
			s, MEANS(EMAIL), either(p->email, c != NULL ? c->email : ""));
	}
	if (r == 0 && (means & BIT(WEB_PUSH)) != 0) {
		r = send_pushes(s, c);
	}
	if (r == 0 && (means & BIT(WEBHOOK)) != 0) {
		r = send_to(s, MEANS(WEBHOOK),
			either(p->webhook, c != NULL ? c->webhook : ""));
	}
	if (r == 0 && (means & BIT(TELEGRAM)) != 0) {
		r = send_to(s, MEANS(TELEGRAM),
			either(p->telegram, c != NULL ? c->telegram : ""));
	}
	return r;
}

int
desk_page_send(const struct desk_page_sender *from, const struct keeper_own *own,
	uint64_t page_row, const struct escalation_page *page)
{
	const char *name = page->person->account;
	struct sending s = {from, own, page_row, page,
		.account = name[0] == '\0'
				   ? NULL
				   : office_by_name(desk_office(own->desk), name),
		.delivery = VEDETTA__V1__DELIVERY__INIT,
		.target = VEDETTA__V1__DELIVERY_TARGET__INIT};
	int r;

	arena_reset(from->words);
	wake_group(page_row, s.group);
	r = write_message(&s);
	if (r == 0) {
		r = send_all(&s);
	}
	if (r == 0 && s.n == 0) {
		metrics_add(METRIC_ESCALATION_UNSENT, 1);
		log_event(LOG_ERROR, "escalation.unsent", "page=%llu reason=no_contact",
			(unsigned long long)page_row);
	}
	return r;
}
