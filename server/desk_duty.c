/* A little over 500 lines: what people say about duty, and whom it wakes. */
#include "server/desk_duty.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/duty_now.h"
#include "dispatch/wake.h"
#include "proto/scan.h"
#include "proto/validate.h"
#include "server/clock.h"
#include "server/delivery_note.h"
#include "server/desk_page.h"
#include "server/hooks.h"
#include "server/log.h"
#include "server/metrics.h"

#define OUTCOME(name) VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_##name
#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)
#define ASKED(name) VEDETTA__V1__DUTY_INPUT__WHAT_##name

enum {
	ARENA_BYTES = 1024 * 1024,
	AT_ONCE = 500,      /* steps and messages of one second */
	CLEAR_AT_ONCE = 32, /* of an exercise that is over, in one commit */
	DAY_MS = 86400 * 1000,
	EXPIRE_EVERY_MS = 3600 * 1000,
};

struct desk_duty {
	struct desk_duty_events events;
	void *arg;
	struct keeper *keeper; /* borrowed */
	struct desk_page_sender sender;
	struct arena *arena; /* of an input and its answer: outlives the batch */
	struct arena *words; /* of a message */
	struct duty_view view;
	uint8_t *packed;    /* owned: the view's */
	size_t unreachable; /* people and steps, as it was said last */
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
desk_duty_use(struct desk_duty *d, struct keeper *keeper, const char *language,
	const char *console)
{
	d->keeper = keeper;
	d->sender = (struct desk_page_sender){d->words, language, console};
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
	case ASKED(EXERCISE):
		return validate_exercise_change(in->exercise, &trouble) == 0;
	case ASKED(CONTACT_TEST):
		return true; /* it says nothing */
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

/* A message to each contact of whoever asks. */
static int
test_contacts(void *arg, const struct keeper_own *own)
{
	struct writing *w = arg;
	struct escalation_page page;
	int r = desk_test_contacts(own->desk, w->input, w->key, own->now_ms,
		w->duty->arena, &w->out, &page);

	if (r != 0 || w->out.n_rows == 0) {
		return r != 0 ? r : KEEPER_NOTHING;
	}
	w->changed = true;
	r = keeper_write(own, &w->out);
	return r == 0 ? desk_page_send(&w->duty->sender, own, w->out.rows[0].seq, &page)
		      : r;
}

static void
answer(struct desk_duty *d, uint64_t line, uint64_t ref,
	Vedetta__V1__InputOutcome outcome)
{
	Vedetta__V1__InputAnswer out = VEDETTA__V1__INPUT_ANSWER__INIT;

	out.outcome = outcome;
	d->events.on_answer(d->arg, line, ref, &out);
}

static void
refuse_poison(struct desk_duty *d, uint64_t line, uint64_t ref)
{
	Vedetta__V1__InputAnswer out = VEDETTA__V1__INPUT_ANSWER__INIT;
	Vedetta__V1__DutyAnswered said = VEDETTA__V1__DUTY_ANSWERED__INIT;

	said.reason = (char *)"crashed the desk twice, and is not looked at again";
	out.outcome = OUTCOME(REFUSED);
	out.duty = &said;
	d->events.on_answer(d->arg, line, ref, &out);
}

/* What tests poison the desk with. */
static void
taste(const Vedetta__V1__DutyInput *in)
{
	if (in->what_case == ASKED(TEAM)) {
		hooks_taste(in->team->name);
	}
}

static void
take(struct desk_duty *d, uint64_t line, const struct frame_head *head,
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
	taste(w.input);
	w.key = memcmp(head->key, no_key, sizeof(no_key)) == 0 ? NULL : head->key;
	r = keeper_do(d->keeper, clock_wall_ms(),
		w.input->what_case == ASKED(CONTACT_TEST) ? test_contacts : step, &w);
	if (r != 0 && r != KEEPER_NOTHING) {
		answer(d, line, head->ref,
			r == STORE_NO_ROOM ? OUTCOME(NO_ROOM) : OUTCOME(STORE_FAULT));
		return;
	}
	if (w.changed) {
		d->events.on_change(d->arg);
	}
	d->events.on_answer(d->arg, line, head->ref, &w.out.answer);
}

void
desk_duty_command(struct desk_duty *d, const Vedetta__V1__ExerciseChange *change,
	Vedetta__V1__CommandAnswer *out)
{
	static char failed[] = "the desk cannot write now", none[] = "none is on";
	Vedetta__V1__DutyInput in = VEDETTA__V1__DUTY_INPUT__INIT;
	struct writing w = {.duty = d, .input = &in};
	const Vedetta__V1__DutyAnswered *said;
	int r;

	arena_reset(d->arena);
	in.what_case = ASKED(EXERCISE);
	in.exercise = (Vedetta__V1__ExerciseChange *)(uintptr_t)change;
	if (!is_valid(&in)) {
		out->refused = failed;
		return;
	}
	r = keeper_do(d->keeper, clock_wall_ms(), step, &w);
	said = w.out.answer.duty;
	if (r != 0 && r != KEEPER_NOTHING) {
		out->refused = failed;
	} else if (w.changed) {
		out->closing = said->record->exercise->to_close;
		d->events.on_change(d->arg);
	} else {
		out->refused = said->not_found ? none
					       : arena_printf(d->arena, "%s %s",
							 said->field, said->reason);
	}
}

void
desk_duty_take(struct desk_duty *d, uint64_t line, const struct frame_head *head,
	const uint8_t *body)
{
	if (keeper_enter(d->keeper, head->key) != 0) {
		refuse_poison(d, line, head->ref);
		return;
	}
	take(d, line, head, body);
	keeper_leave(d->keeper);
}

/* ---- whom the desk wakes */

struct waking {
	struct desk_duty *duty;
	size_t n;
	size_t n_pages;
};

/* Of what nobody wants any more as much as has not left. 0 or -errno. */
static int
take_back(const struct keeper_own *own, size_t *n)
{
	const struct outbox_turn turn =
		desk_outbox_turn(own->desk, own->now_ms, own->arena);
	struct outbox_row row;
	int r;

	while ((r = desk_settle_next(own->desk, &turn, &row)) == OUTBOX_ROW) {
		(*n)++;
		delivery_note(&row.record);
		r = keeper_write_delivery(own, &row);
		if (r != 0) {
			break;
		}
		arena_reset(own->arena);
	}
	return r;
}

static int
settle(void *arg, const struct keeper_own *own)
{
	size_t n = 0;
	int r = take_back(own, &n);

	(void)arg;
	return r == 0 && n == 0 ? KEEPER_NOTHING : r;
}

static int
wake(void *arg, const struct keeper_own *own)
{
	struct waking *w = arg;
	struct escalation_page page;
	struct desk_out out;
	int r = take_back(own, &w->n);

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
			r = desk_page_send(
				&w->duty->sender, own, out.rows[0].seq, &page);
		}
	}
	return r < 0 ? r : w->n > 0 ? 0 : KEEPER_NOTHING;
}

/* ---- who can be reached */

/* What the courier has been set up for; what it said last holds while it is gone. */
static void
use_means(struct desk *desk, const Vedetta__V1__CourierHello *courier)
{
	static const unsigned bits[] = {
		[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_EMAIL] = BIT(EMAIL),
		[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_WEB_PUSH] = BIT(WEB_PUSH),
		[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_WEBHOOK] = BIT(WEBHOOK),
		[VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_TELEGRAM] = BIT(TELEGRAM),
	};
	unsigned set_up = 0;

	for (size_t i = 0; courier != NULL && i < courier->n_means; i++) {
		set_up |= (size_t)courier->means[i] < sizeof(bits) / sizeof(bits[0])
				  ? bits[courier->means[i]]
				  : 0;
	}
	if (courier != NULL) {
		duty_use_means(desk_duty(desk), set_up);
	}
}

static void
look_for_unreachable(struct desk_duty *d, struct desk *desk, int64_t now_ms)
{
	size_t people = duty_unreachable(desk_duty(desk), now_ms);
	size_t steps = duty_steps_lacking(desk_duty(desk));
	size_t n = people + steps;
	bool is_day = now_ms - d->said_ms >= DAY_MS || now_ms < d->said_ms;

	metrics_set(METRIC_DUTY_UNREACHABLE, people);
	metrics_set(METRIC_DUTY_STEPS_LACKING, steps);
	if (n > 0 && (is_day || n > d->unreachable)) {
		log_event(LOG_ERROR, "duty.unreachable", "people=%zu steps=%zu", people,
			steps);
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
	metrics_set(METRIC_EXERCISE_WAITING, f.drills);
}

/* Another version only when it is another. Short of memory the old one stays. */
void
desk_duty_look(struct desk_duty *d, const struct area_map *map,
	const Vedetta__V1__CourierHello *courier, int64_t now_ms)
{
	struct desk *desk = keeper_desk(d->keeper);
	struct escalation_figures f;
	Vedetta__V1__DutyNow now;
	uint8_t *packed;
	size_t bytes;

	arena_reset(d->words);
	if (desk == NULL ||
		duty_now(desk_duty(desk), map, now_ms, d->words, &now) < 0 ||
		desk_tell_pages(desk, d->words, &now) < 0) {
		return;
	}
	desk_escalation_figures(desk, &f);
	now.nobody_answered = (uint32_t)f.unanswered;
	if (courier != NULL) {
		now.push_key = courier->push_key;
		now.means = courier->means;
		now.n_means = courier->n_means;
	}
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
desk_duty_settle(struct desk_duty *d)
{
	if (keeper_desk(d->keeper) != NULL) {
		(void)keeper_do(d->keeper, clock_wall_ms(), settle, NULL);
	}
}

/* ---- what an exercise left open */

struct clearing {
	size_t n;
	bool is_all;
};

static int
clear(void *arg, const struct keeper_own *own)
{
	struct clearing *c = arg;
	struct store_record record;
	struct desk_out out;
	int r;

	do {
		arena_reset(own->arena);
		r = desk_clear_next(own->desk, own->now_ms, own->arena, &out, &record);
		if (r <= 0) {
			break;
		}
		c->is_all = r == DESK_CLEARED_ALL;
		c->n += r == DESK_CLEARED_ONE;
		r = keeper_write(own, &out);
		if (r == 0 && c->is_all) {
			r = store_put_record(own->store, &record);
		}
	} while (r == 0 && !c->is_all && c->n < CLEAR_AT_ONCE);
	return r < 0 ? r : c->n > 0 || c->is_all ? 0 : KEEPER_NOTHING;
}

bool
desk_duty_clear(struct desk_duty *d)
{
	struct clearing c = {.n = 0};
	struct desk *desk = keeper_desk(d->keeper);

	if (desk == NULL || !desk_is_clearing(desk) ||
		keeper_do(d->keeper, clock_wall_ms(), clear, &c) != 0) {
		return false;
	}
	metrics_add(METRIC_EXERCISE_CLOSED, c.n);
	if (c.is_all) {
		desk_duty_settle(d);
	}
	d->events.on_change(d->arg);
	return !c.is_all;
}

void
desk_duty_tick(struct desk_duty *d, const struct area_map *map,
	const Vedetta__V1__CourierHello *courier, int64_t now_ms)
{
	struct waking w = {.duty = d};

	if (keeper_desk(d->keeper) == NULL) {
		return;
	}
	use_means(keeper_desk(d->keeper), courier);
	(void)keeper_do(d->keeper, now_ms, wake, &w);
	metrics_add(METRIC_ESCALATION_PAGES, w.n_pages);
	if (w.n > 0) {
		d->events.on_change(d->arg);
	}
	if (keeper_desk(d->keeper) == NULL) {
		return;
	}
	look_for_unreachable(d, keeper_desk(d->keeper), now_ms);
	desk_duty_look(d, map, courier, now_ms);
	measure(keeper_desk(d->keeper));
	if (now_ms - d->expired_ms >= EXPIRE_EVERY_MS || now_ms < d->expired_ms) {
		duty_expire(desk_duty(keeper_desk(d->keeper)), now_ms);
		d->expired_ms = now_ms;
	}
}
