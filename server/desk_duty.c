#include "server/desk_duty.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/duty_now.h"
#include "dispatch/wake.h"
#include "proto/base64.h"
#include "proto/scan.h"
#include "proto/validate.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/wake_text.h"

#define OUTCOME(name) VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_##name
#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)
#define ASKED(name) VEDETTA__V1__DUTY_INPUT__WHAT_##name

enum {
	ARENA_BYTES = 1024 * 1024,
	AT_ONCE = 500, /* steps and messages of one second */
	DAY_MS = 86400 * 1000,
	KEY_BYTES = 64,
	EXPIRE_EVERY_MS = 3600 * 1000,
	PUSH_KEY_BYTES = 65,
	PUSH_AUTH_BYTES = 16,
};

struct desk_duty {
	struct desk_duty_events events;
	void *arg;
	struct keeper *keeper; /* borrowed */
	const char *language;  /* borrowed */
	struct arena *arena;   /* of an input and its answer: outlives the batch */
	struct arena *words;   /* of a message */
	struct duty_view view;
	uint8_t *packed;    /* owned: the view's */
	size_t unreachable; /* as it was said last */
	int64_t said_ms;    /* when */
	int64_t expired_ms;
};

struct desk_duty *
desk_duty_new(const struct desk_duty_events *events, void *arg)
{
	struct desk_duty *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		return NULL;
	}
	d->events = *events;
	d->arg = arg;
	d->arena = arena_new(ARENA_BYTES);
	d->words = arena_new(ARENA_BYTES);
	if (d->arena == NULL || d->words == NULL) {
		desk_duty_free(d);
		return NULL;
	}
	return d;
}

void
desk_duty_free(struct desk_duty *d)
{
	if (d == NULL) {
		return;
	}
	arena_free(d->arena);
	arena_free(d->words);
	free(d->packed);
	free(d);
}

void
desk_duty_use(struct desk_duty *d, struct keeper *keeper, const char *language)
{
	d->keeper = keeper;
	d->language = language;
}

/* ---- what people say */

/* Has it all that is looked into? */
static bool
is_valid(const Vedetta__V1__DutyInput *in)
{
	struct trouble trouble;

	trouble_init(&trouble);
	switch (in->what_case) {
	case ASKED(TEAM):
		return validate_team(in->team, &trouble) == 0;
	case ASKED(SHIFT):
		return validate_shift(in->shift, &trouble) == 0;
	case ASKED(ON_CALL):
		return validate_on_call(in->on_call, &trouble) == 0;
	case ASKED(POLICY):
		return validate_policy(in->policy, &trouble) == 0;
	case ASKED(ANSWER):
		return validate_duty_answer(in->answer, &trouble) == 0;
	case ASKED(_NOT_SET):
	case _VEDETTA__V1__DUTY_INPUT__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

/* NULL when it is not what a console front may send. */
static const Vedetta__V1__DutyInput *
read_input(struct desk_duty *d, const uint8_t *body, size_t bytes)
{
	ProtobufCMessage *message;
	struct trouble trouble;

	trouble_init(&trouble);
	if (scan_unpack(&vedetta__v1__duty_input__descriptor, body, bytes,
		    &scan_default_limits, d->arena, &trouble, &message) != 0) {
		return NULL;
	}
	return is_valid((const Vedetta__V1__DutyInput *)message)
		       ? (const Vedetta__V1__DutyInput *)message
		       : NULL;
}

struct writing {
	struct desk_duty *duty;
	const Vedetta__V1__DutyInput *input;
	const uint8_t *key;
	struct desk_out out;
	bool changed;
};

static int
step(void *arg, const struct keeper_own *own)
{
	struct writing *w = arg;
	struct store_record record;
	int r = desk_take_duty(own->desk, w->input, w->key, own->now_ms, w->duty->arena,
		&w->out, &record);

	if (r != 0 || w->out.n_rows == 0) {
		return r != 0 ? r : KEEPER_NOTHING;
	}
	w->changed = true;
	r = keeper_write(own, &w->out);
	return r == 0 ? store_put_record(own->store, &record) : r;
}

static void
answer(struct desk_duty *d, uint64_t line, uint64_t ref,
	Vedetta__V1__InputOutcome outcome)
{
	Vedetta__V1__InputAnswer out = VEDETTA__V1__INPUT_ANSWER__INIT;

	out.outcome = outcome;
	d->events.on_answer(d->arg, line, ref, &out);
}

void
desk_duty_take(struct desk_duty *d, uint64_t line, const struct frame_head *head,
	const uint8_t *body)
{
	static const uint8_t no_key[STORE_KEY_BYTES];
	struct writing w = {.duty = d};
	int r;

	arena_reset(d->arena);
	w.input = read_input(d, body, head->body_bytes);
	if (w.input == NULL) {
		log_event(LOG_WARN, "desk.odd_frame", "kind=%u", head->kind);
		answer(d, line, head->ref, OUTCOME(STORE_FAULT));
		return;
	}
	w.key = memcmp(head->key, no_key, sizeof(no_key)) == 0 ? NULL : head->key;
	r = keeper_do(d->keeper, clock_wall_ms(), step, &w);
	if (r != 0 && r != KEEPER_NOTHING) {
		answer(d, line, head->ref,
			r == STORE_NO_ROOM ? OUTCOME(NO_ROOM) : OUTCOME(STORE_FAULT));
		return;
	}
	d->events.on_answer(d->arg, line, head->ref, &w.out.answer);
	if (w.changed) {
		d->events.on_change(d->arg);
	}
}

/* ---- whom the desk wakes */

struct waking {
	struct desk_duty *duty;
	size_t n;
	size_t n_pages;
};

/* What of the delivery is the same for all ways. 0 or -ENOMEM. */
static int
write_message(struct desk_duty *d, const struct keeper_own *own,
	const struct escalation_page *page, Vedetta__V1__Delivery *out)
{
	struct wake_line lines[WAKE_LINES_MOST];
	struct desk_description what;
	struct wake_text text;
	size_t n = 0;
	const Vedetta__V1__Account *account =
		page->person->account[0] == '\0'
			? NULL
			: office_by_name(desk_office(own->desk), page->person->account);
	const char *language =
		page->person->language[0] != '\0' ? page->person->language
		: account != NULL && account->language[0] != '\0' ? account->language
								  : d->language;

	for (size_t i = 0; i < page->n_listed && n < WAKE_LINES_MOST; i++) {
		if (desk_describe(own->desk, page->incidents[i], &what)) {
			lines[n++] =
				(struct wake_line){page->incidents[i], page->classes[i],
					what.hazard, what.area, what.opened_ms};
		}
	}
	if (n == 0 || wake_text(language, lines, n, page->n, own->now_ms, d->words,
			      &text) != 0) {
		return -ENOMEM;
	}
	vedetta__v1__delivery__init(out);
	out->title = text.title;
	out->text = text.text;
	out->lang = (char *)(uintptr_t)language;
	out->incident = page->n == 1 ? page->incidents[0] : 0;
	out->exercise = page->exercise;
	out->account = account != NULL ? account->id : 0;
	out->urgency = page->classes[0] == 1
			       ? VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH
			       : VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_NORMAL;
	return 0;
}

/* One way to one person. What the outbox refuses is told, and the others go on. */
static int
put_one(struct desk_duty *d, const struct keeper_own *own, uint64_t page_row,
	unsigned nth, Vedetta__V1__Delivery *delivery)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, d->words);
	char key[KEY_BYTES];
	struct trouble trouble;
	struct outbox_row row;
	uint64_t id;
	int r;

	trouble_init(&trouble);
	(void)snprintf(
		key, sizeof(key), "page-%llu-%u", (unsigned long long)page_row, nth);
	delivery->key = key;
	r = outbox_put(desk_outbox(own->desk), delivery, &turn, &trouble, &row, &id);
	if (r == OUTBOX_ROW) {
		r = store_append(own->store, &row.row);
		return r == 0 ? store_put_delivery(own->store, &row.record) : r;
	}
	if (r > 0 && r != OUTBOX_KNOWN) {
		metrics_add(METRIC_ESCALATION_UNSENT, 1);
		log_event(LOG_ERROR, "escalation.unsent",
			"page=%llu means=%d reason=%d", (unsigned long long)page_row,
			(int)delivery->means, r);
	}
	return r < 0 ? r : 0;
}

struct sending {
	struct desk_duty *duty;
	const struct keeper_own *own;
	uint64_t page_row;
	unsigned n;
	Vedetta__V1__Delivery *delivery;
	Vedetta__V1__DeliveryTarget target;
};

static int
send_to(struct sending *s, Vedetta__V1__DeliveryMeans means, const char *address)
{
	if (address == NULL || address[0] == '\0') {
		return 0;
	}
	s->target.address = (char *)(uintptr_t)address;
	s->delivery->means = means;
	s->delivery->target = &s->target;
	return put_one(s->duty, s->own, s->page_row, s->n++, s->delivery);
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
send_page(struct desk_duty *d, const struct keeper_own *own, uint64_t page_row,
	const struct escalation_page *page)
{
	const Vedetta__V1__DutyPerson *p = page->person;
	const Vedetta__V1__Account *account =
		p->account[0] == '\0'
			? NULL
			: office_by_name(desk_office(own->desk), p->account);
	const Vedetta__V1__AccountContacts *c =
		account != NULL && !account->disabled ? account->contacts : NULL;
	Vedetta__V1__Delivery delivery;
	struct sending s = {
		d, own, page_row, 0, &delivery, VEDETTA__V1__DELIVERY_TARGET__INIT};
	int r;

	arena_reset(d->words);
	r = write_message(d, own, page, &delivery);
	s.target.exercises = page->exercise; /* who is told of one has joined it */
	if (r == 0 && (page->means & BIT(EMAIL)) != 0) {
		r = send_to(
			&s, MEANS(EMAIL), either(p->email, c != NULL ? c->email : ""));
	}
	if (r == 0 && (page->means & BIT(WEB_PUSH)) != 0) {
		r = send_pushes(&s, c);
	}
	if (r == 0 && (page->means & BIT(WEBHOOK)) != 0) {
		r = send_to(&s, MEANS(WEBHOOK),
			either(p->webhook, c != NULL ? c->webhook : ""));
	}
	if (r == 0 && (page->means & BIT(TELEGRAM)) != 0) {
		r = send_to(&s, MEANS(TELEGRAM),
			either(p->telegram, c != NULL ? c->telegram : ""));
	}
	if (r == 0 && s.n == 0) {
		metrics_add(METRIC_ESCALATION_UNSENT, 1);
		log_event(LOG_ERROR, "escalation.unsent", "page=%llu reason=no_contact",
			(unsigned long long)page_row);
	}
	return r;
}

static int
wake(void *arg, const struct keeper_own *own)
{
	struct waking *w = arg;
	struct escalation_page page;
	struct desk_out out;
	int r = 0;

	while (r == 0 && w->n < AT_ONCE) {
		int kind;

		arena_reset(own->arena);
		kind = desk_wake_next(own->desk, own->now_ms, own->arena, &out, &page);
		if (kind <= 0) {
			r = kind;
			break;
		}
		w->n++;
		r = keeper_write(own, &out);
		if (r == 0 && kind == WAKE_PAGE) {
			w->n_pages++;
			r = send_page(w->duty, own, out.rows[0].seq, &page);
		}
	}
	return r < 0 ? r : w->n > 0 ? 0 : KEEPER_NOTHING;
}

/* ---- who can be reached */

static void
look_for_unreachable(struct desk_duty *d, struct desk *desk, int64_t now_ms)
{
	size_t n = duty_unreachable(desk_duty(desk), now_ms);
	bool is_day = now_ms - d->said_ms >= DAY_MS || now_ms < d->said_ms;

	metrics_set(METRIC_DUTY_UNREACHABLE, n);
	if (n > 0 && (is_day || n > d->unreachable)) {
		log_event(LOG_ERROR, "duty.unreachable", "people=%zu", n);
		d->said_ms = now_ms;
	}
	d->unreachable = n;
}

static void
measure(struct desk *desk)
{
	struct escalation_figures f;

	desk_escalation_figures(desk, &f);
	metrics_set(METRIC_ESCALATION_WAITING, f.waiting);
	metrics_set(METRIC_ESCALATION_UNANSWERED, f.unanswered);
	metrics_set(METRIC_ESCALATION_NOBODY, f.nobody);
}

/* Another version only when it is another. Short of memory the old one stays. */
static void
look_at_duty(struct desk_duty *d, struct desk *desk, const struct area_map *map,
	int64_t now_ms)
{
	struct escalation_figures f;
	Vedetta__V1__DutyNow now;
	uint8_t *packed;
	size_t bytes;

	arena_reset(d->words);
	if (duty_now(desk_duty(desk), map, now_ms, d->words, &now) < 0 ||
		desk_tell_pages(desk, d->words, &now) < 0) {
		return;
	}
	desk_escalation_figures(desk, &f);
	now.nobody_answered = (uint32_t)f.unanswered;
	bytes = vedetta__v1__duty_now__get_packed_size(&now);
	packed = malloc(bytes + 1);
	if (packed == NULL) {
		return;
	}
	(void)vedetta__v1__duty_now__pack(&now, packed);
	if (d->packed != NULL && bytes == d->view.bytes &&
		memcmp(packed, d->packed, bytes) == 0) {
		free(packed);
		return;
	}
	free(d->packed);
	d->packed = packed;
	d->view = (struct duty_view){d->view.version + 1, packed, bytes};
}

const struct duty_view *
desk_duty_view(const struct desk_duty *d)
{
	return &d->view;
}

void
desk_duty_tick(struct desk_duty *d, const struct area_map *map, int64_t now_ms)
{
	struct waking w = {.duty = d};

	if (keeper_desk(d->keeper) == NULL) {
		return;
	}
	(void)keeper_do(d->keeper, now_ms, wake, &w);
	metrics_add(METRIC_ESCALATION_PAGES, w.n_pages);
	if (w.n > 0) {
		d->events.on_change(d->arg);
	}
	if (keeper_desk(d->keeper) == NULL) {
		return;
	}
	look_for_unreachable(d, keeper_desk(d->keeper), now_ms);
	look_at_duty(d, keeper_desk(d->keeper), map, now_ms);
	measure(keeper_desk(d->keeper));
	if (now_ms - d->expired_ms >= EXPIRE_EVERY_MS || now_ms < d->expired_ms) {
		duty_expire(desk_duty(keeper_desk(d->keeper)), now_ms);
		d->expired_ms = now_ms;
	}
}
