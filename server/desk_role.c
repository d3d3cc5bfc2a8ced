/* Over 500 lines: each part of the desk is wired to the loop here. */
#include "server/desk_role.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "server/batch.h"
#include "server/clock.h"
#include "server/desk_areas.h"
#include "server/desk_courier.h"
#include "server/desk_duty.h"
#include "server/desk_fronts.h"
#include "server/desk_office.h"
#include "server/desk_silence.h"
#include "server/hooks.h"
#include "server/keeper.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/role_loop.h"
#include "server/sandbox.h"

enum {
	BOARD_EVERY_MS = 25,
	IDLE_EVERY_MS = 10,
	SECOND_MS = 1000,
	RAW_MODE_MS = 60 * 1000, /* without a crash, then we step again */
	HEAD_EVERY_MS = 10 * 60 * 1000,
	LOCKED_MS = 5 * 1000, /* a desk that was killed needs a moment to end */
	WHY_BYTES = 512,
	QUOTED_BYTES = 600,
};

struct desk_role {
	struct role *role; /* borrowed: lives as long as the process */
	struct event_base *base;
	struct event *turn_end;
	struct event *board;
	struct event *idle;
	struct event *second;
	struct event *home; /* the WAL may want to be moved */
	struct keeper *keeper;
	struct batch *batch;
	struct desk_fronts *fronts;
	struct desk_areas *areas;
	struct desk_office *office;
	struct desk_duty *duty;
	const struct area_map *map; /* borrowed: the areas there are now */
	struct desk_courier *courier;
	int64_t raw_until_ms;
	int64_t head_due_ms; /* mono; the chain's end is told then */
	uint64_t head_seq;   /* as it was told last */
	bool refusing;       /* as the fronts know it */
	bool over;           /* told to end, perhaps before the loop began */
	char path[CONFIG_TEXT_BYTES + 16];
	struct keeper_answer answers[LIMIT_BATCH_INPUTS];
};

/* ---- boards */

static void
on_board_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	desk_fronts_feed(((struct desk_role *)arg)->fronts);
}

static void
want_board(struct desk_role *d)
{
	const struct timeval wait = {0, BOARD_EVERY_MS * 1000};

	if (!event_pending(d->board, EV_TIMEOUT, NULL)) {
		(void)event_add(d->board, &wait);
	}
}

/* The keeper loads anew. */
static void
on_forget(void *arg)
{
	struct desk_role *d = arg;

	desk_fronts_forget(d->fronts);
	desk_areas_forget(d->areas);
	want_board(d);
}

static void
on_progress(void *arg)
{
	role_say_alive(((struct desk_role *)arg)->role);
}

static void
on_map(void *arg, const struct area_map *map, uint64_t version)
{
	struct desk_role *d = arg;

	d->map = map;
	desk_fronts_use_areas(d->fronts, map, version);
	want_board(d);
}

static void
on_areas_changed(void *arg)
{
	want_board(arg);
}

/* ---- accounts and sessions */

static void
on_office(void *arg, uint64_t line, const struct frame_head *head, const uint8_t *body)
{
	desk_office_take(((struct desk_role *)arg)->office, line, head, body);
}

static void
on_office_answer(
	void *arg, uint64_t line, uint64_t ref, const Vedetta__V1__OfficeAnswer *from)
{
	Vedetta__V1__InputAnswer answer = VEDETTA__V1__INPUT_ANSWER__INIT;

	answer.office = (Vedetta__V1__OfficeAnswer *)from;
	desk_fronts_answer_behind(
		((struct desk_role *)arg)->fronts, line, ref, &answer);
}

static void
on_want_helper(void *arg)
{
	role_say_password(((struct desk_role *)arg)->role);
}

static void
on_duty(void *arg, uint64_t line, const struct frame_head *head, const uint8_t *body)
{
	desk_duty_take(((struct desk_role *)arg)->duty, line, head, body);
}

static void
on_duty_answer(
	void *arg, uint64_t line, uint64_t ref, const Vedetta__V1__InputAnswer *answer)
{
	struct desk_role *d = arg;

	/* Fronts first: what it says is true for whoever asks next. */
	desk_duty_look(
		d->duty, d->map, desk_courier_hello(d->courier), clock_wall_ms());
	desk_fronts_show_duty(d->fronts, desk_duty_view(d->duty));
	desk_fronts_feed(d->fronts);
	desk_fronts_answer_behind(d->fronts, line, ref, answer);
}

static void
on_duty_changed(void *arg)
{
	const struct timeval soon = {0, IDLE_EVERY_MS * 1000};
	struct desk_role *d = arg;

	desk_fronts_tell_duty(d->fronts);
	want_board(d);
	if (keeper_desk(d->keeper) != NULL &&
		desk_is_clearing(keeper_desk(d->keeper)) &&
		!event_pending(d->idle, EV_TIMEOUT, NULL)) {
		(void)event_add(d->idle, &soon);
	}
}

/* Before the answer: who logged in is known to the front that asks next. */
static void
on_office_changed(void *arg)
{
	desk_fronts_feed(((struct desk_role *)arg)->fronts);
}

static void
on_office_command(void *arg, const Vedetta__V1__OfficeCommand *command,
	Vedetta__V1__CommandAnswer *answer)
{
	desk_office_command(((struct desk_role *)arg)->office, command, answer);
}

static void
on_other_command(void *arg, const Vedetta__V1__Command *command,
	Vedetta__V1__CommandAnswer *answer)
{
	struct desk_role *d = arg;

	if (command->what_case == VEDETTA__V1__COMMAND__WHAT_EXERCISE) {
		desk_duty_command(d->duty, command->exercise, answer);
	} else {
		desk_courier_command(d->courier, command, answer);
	}
}

/* ---- the identity provider */

static int
on_login_order(void *arg, const Vedetta__V1__LoginOrder *order, uint64_t ref)
{
	return desk_courier_ask_login(((struct desk_role *)arg)->courier, order, ref);
}

static void
on_login(void *arg, uint64_t ref, const Vedetta__V1__LoginResult *result)
{
	desk_office_take_login(((struct desk_role *)arg)->office, ref, result);
}

static void
on_provider(void *arg, const Vedetta__V1__ProviderState *state)
{
	struct desk_role *d = arg;

	desk_fronts_tell_provider(d->fronts, state);
	if (state == NULL) {
		desk_office_lose_courier(d->office);
	}
}

/* ---- batches */

static void
count_answer(const struct keeper_answer *a)
{
	static const enum metric counters[] = {
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_UNSPECIFIED] =
			METRIC_DESK_REFUSED_FAULT,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED] = METRIC_DESK_STORED,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED] =
			METRIC_DESK_REPEATED,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED] = METRIC_DESK_ADDED,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT] =
			METRIC_DESK_CONFLICTS,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_NO_ROOM] =
			METRIC_DESK_REFUSED_NO_ROOM,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORE_FAULT] =
			METRIC_DESK_REFUSED_FAULT,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED] = METRIC_DESK_ACTED,
		[VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED] =
			METRIC_DESK_ACTIONS_REFUSED,
	};

	assert((size_t)a->outcome < sizeof(counters) / sizeof(counters[0]));
	metrics_add(counters[a->outcome], 1);
	if (a->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED) {
		metrics_add(METRIC_DESK_QUARANTINED, a->kind == DESK_QUARANTINE);
		metrics_add(METRIC_DESK_RAW, a->kind == DESK_RAW);
	}
}

/* Of what somebody decided, or could not. */
static bool
is_of_action(const struct keeper_answer *a)
{
	return a->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED ||
	       a->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED;
}

static void
answer_one(struct desk_role *d, const struct batch_input *input,
	struct keeper_answer *from)
{
	Vedetta__V1__InputAnswer answer = VEDETTA__V1__INPUT_ANSWER__INIT;

	answer.outcome = from->outcome;
	answer.report_id = from->report_id;
	answer.code = from->code;
	answer.token = from->token;
	answer.received_ms = from->received_ms;
	answer.copies = from->copies;
	answer.state = from->state;
	answer.class_ = from->class_no;
	answer.staffed = from->staffed;
	answer.unserved = from->unserved;
	answer.action = from->action;
	answer.incident = from->incident;
	answer.refusal = from->refusal;
	answer.decision = from->decision;
	answer.sequence = from->sequence;
	if (from->what != NULL) {
		answer.what = (char *)from->what;
	}
	if (from->decided_ms != 0) {
		answer.decided_by = from->decided_by;
		answer.decided_what = (char *)from->decided_what;
		answer.decided_ms = from->decided_ms;
	}
	if (is_of_action(from)) {
		desk_fronts_answer_behind(d->fronts, input->line, input->ref, &answer);
	} else {
		desk_fronts_answer(d->fronts, input->line, input->ref, &answer);
	}
}

static void
tell_if_changed(struct desk_role *d)
{
	if (d->refusing != keeper_is_refusing(d->keeper)) {
		d->refusing = !d->refusing;
		desk_fronts_tell_duty(d->fronts);
	}
}

/* Citizens' first. Those of actions are behind the board they speak of. */
static bool
answer_all(struct desk_role *d, const struct batch_input *inputs, size_t n)
{
	bool acted = false;

	for (int behind = 0; behind <= 1; behind++) {
		for (size_t i = 0; i < n; i++) {
			if (is_of_action(&d->answers[i]) != (behind == 1)) {
				continue;
			}
			if (behind == 1 && !acted) {
				acted = true;
				desk_fronts_feed(d->fronts);
			}
			count_answer(&d->answers[i]);
			answer_one(d, &inputs[i], &d->answers[i]);
			hooks_pass("answered");
		}
	}
	return acted;
}

static void
run_batch(struct desk_role *d)
{
	const struct batch_input *inputs = batch_inputs(d->batch);
	size_t n = batch_count(d->batch);
	bool acted;

	if (n == 0) {
		return;
	}
	keeper_run(d->keeper, d->batch, clock_wall_ms(), d->answers);
	tell_if_changed(d);
	desk_areas_look(d->areas);
	acted = answer_all(d, inputs, n);
	batch_clear(d->batch);
	if (acted) {
		desk_duty_settle(d->duty);
	}
	metrics_set(METRIC_DESK_QUEUE, 0);
	event_active(d->home, EV_TIMEOUT, 0);
	want_board(d);
}

/* Behind the answers, which are on their way by now: it may take milliseconds. */
static void
on_home_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	keeper_checkpoint_some(((struct desk_role *)arg)->keeper);
}

static void
on_turn_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run_batch(arg);
}

static void
on_input(void *arg, uint64_t line, const struct frame_head *head, const uint8_t *body)
{
	struct desk_role *d = arg;

	hooks_pass("received");
	batch_add(d->batch, line, head, body, clock_mono_us());
	metrics_set(METRIC_DESK_QUEUE, batch_count(d->batch));
	if (batch_is_full(d->batch)) {
		run_batch(d);
	}
}

/* The other lines of this turn come first: then all commit together. */
static void
on_turn_end(void *arg)
{
	struct desk_role *d = arg;

	if (batch_count(d->batch) > 0) {
		event_active(d->turn_end, EV_TIMEOUT, 0);
	}
}

/* ---- orders */

static void
on_line(void *arg, Vedetta__V1__LineKind kind, uint32_t peer, bool console, int fd)
{
	if (kind == VEDETTA__V1__LINE_KIND__LINE_KIND_PASSWORD) {
		desk_office_take_helper(((struct desk_role *)arg)->office, fd);
		return;
	}
	if (kind == VEDETTA__V1__LINE_KIND__LINE_KIND_COURIER) {
		desk_courier_add(((struct desk_role *)arg)->courier, fd);
		return;
	}
	desk_fronts_add(((struct desk_role *)arg)->fronts, peer, console, fd);
}

static void
on_listener(void *arg, Vedetta__V1__ListenerKind kind, int fd)
{
	(void)kind; /* the desk has no other listeners */
	desk_areas_listen(((struct desk_role *)arg)->areas, fd);
}

static void
on_drain(void *arg, uint32_t within_ms)
{
	struct desk_role *d = arg;

	(void)within_ms; /* the fronts are gone: what is here takes one commit */
	run_batch(d);
	d->over = true;
	(void)event_base_loopbreak(d->base);
}

/* ---- timers */

/* Umbrellas are behind the log or the clock, and move on. */
static bool
follow(struct desk_role *d, int64_t now_ms)
{
	struct desk *desk = keeper_desk(d->keeper);

	return desk != NULL && desk_umbrellas_have_more(desk) &&
	       keeper_follow_some(d->keeper, now_ms);
}

static void
on_idle(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval soon = {0, IDLE_EVERY_MS * 1000};
	struct desk_role *d = arg;

	(void)fd;
	(void)what;
	if (batch_count(d->batch) > 0) {
		(void)event_add(d->idle, &soon);
	} else if (keeper_interpret_some(d->keeper, clock_wall_ms()) ||
		   follow(d, clock_wall_ms()) || desk_duty_clear(d->duty)) {
		want_board(d);
		(void)event_add(d->idle, &soon);
	} else {
		want_board(d);
	}
}

static void
end_raw_mode(struct desk_role *d)
{
	log_event(LOG_INFO, "desk.raw_mode_ended", NULL);
	keeper_set_raw_mode(d->keeper, false);
	desk_fronts_tell_duty(d->fronts);
}

/*
 * Where the chain ends: who keeps the log of this program on another machine can
 * prove with it that no row was cut or written anew (vedetta verify --head).
 */
static void
note_head(struct desk_role *d, int64_t now_ms)
{
	const struct store *store = keeper_store(d->keeper);
	uint8_t hash[CHAIN_HASH_BYTES];
	char hex[2 * CHAIN_HASH_BYTES + 1];

	if (store == NULL || now_ms < d->head_due_ms ||
		store_last_seq(store) == d->head_seq) {
		return;
	}
	d->head_due_ms = now_ms + HEAD_EVERY_MS;
	d->head_seq = store_last_seq(store);
	store_last_hash(store, hash);
	metrics_set_head(d->head_seq, hash);
	log_event(LOG_INFO, "chain.head", "row=%llu hash=%s",
		(unsigned long long)d->head_seq,
		sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval at_once = {0, 0};
	struct desk_role *d = arg;
	int64_t now_ms = clock_mono_ms();
	struct desk_figures figures;

	(void)fd;
	(void)what;
	desk_fronts_cut_stuck(d->fronts, now_ms);
	if (keeper_raw_mode(d->keeper) && now_ms >= d->raw_until_ms) {
		end_raw_mode(d);
	}
	keeper_probe(d->keeper, clock_wall_ms());
	d->refusing = keeper_is_refusing(d->keeper);
	desk_fronts_tell_presence(d->fronts);
	desk_fronts_tell_duty(d->fronts); /* also says that we live */
	keeper_measure(d->keeper);
	keeper_checkpoint_some(d->keeper);
	if (keeper_desk(d->keeper) != NULL) {
		(void)keeper_follow_some(d->keeper, clock_wall_ms());
	}
	if (keeper_desk(d->keeper) != NULL) {
		desk_figures(keeper_desk(d->keeper), &figures);
		umbrellas_tick(desk_umbrellas(keeper_desk(d->keeper)));
		want_board(d);
		if ((figures.raw_waiting > 0 ||
			    desk_umbrellas_have_more(keeper_desk(d->keeper)) ||
			    desk_is_clearing(keeper_desk(d->keeper))) &&
			!event_pending(d->idle, EV_TIMEOUT, NULL)) {
			(void)event_add(d->idle, &at_once);
		}
	}
	note_head(d, now_ms);
	desk_office_tick(d->office, clock_wall_ms(), now_ms);
	desk_duty_tick(
		d->duty, d->map, desk_courier_hello(d->courier), clock_wall_ms());
	desk_fronts_show_duty(d->fronts, desk_duty_view(d->duty));
	(void)desk_silence_look(d->keeper, clock_wall_ms(),
		role_setup(d->role)->config.silence_wait_s * SECOND_MS);
	desk_courier_tick(d->courier);
}

/* ---- the role */

static int
open_keeper(struct desk_role *d)
{
	const struct timespec pause = {0, 50 * 1000000L};
	const struct role_setup *setup = role_setup(d->role);
	const struct keeper_options options = {
		.file = {.path = d->path,
			.reserve_bytes = (uint64_t)setup->config.store_reserve_mib
					 << 20,
			.keys_max = (size_t)setup->config.keys_max,
			.receipt_key = setup->key,
			.on_forget = on_forget,
			.on_progress = on_progress,
			.arg = d},
		.quarantine = setup->quarantine,
		.n_quarantine = setup->n_quarantine,
		.raw_mode = setup->raw_mode,
		.crash_key = setup->crash_key,
	};
	int64_t until_ms = clock_mono_ms() + LOCKED_MS;
	char why[WHY_BYTES] = "";
	char quoted[QUOTED_BYTES];
	int answer;

	do {
		answer = keeper_open(
			&d->keeper, &options, clock_wall_ms(), why, sizeof(why));
		if (answer == STORE_LOCKED) {
			role_say_alive(d->role);
			(void)nanosleep(&pause, NULL);
		}
	} while (answer == STORE_LOCKED && clock_mono_ms() < until_ms);
	if (answer != 0) {
		log_event(LOG_ERROR, "store.refused", "reason=\"%s\"",
			log_quote(why, quoted, sizeof(quoted)));
	}
	return answer;
}

static int
open_role(struct desk_role *d)
{
	static const struct desk_fronts_events events = {
		on_input, on_turn_end, on_office, on_duty};
	static const struct desk_duty_events duty_events = {
		on_duty_answer, on_duty_changed};
	static const struct desk_areas_events area_events = {
		on_map, on_areas_changed, on_office_command, on_other_command};
	static const struct desk_office_events office_events = {
		on_office_answer, on_want_helper, on_office_changed, on_login_order};
	static const struct desk_courier_events courier_events = {
		on_login, on_provider};
	const struct timeval second = {SECOND_MS / 1000, 0};
	const struct role_setup *setup = role_setup(d->role);
	const struct sandbox_folder folder = {setup->config.data_dir, true};
	int fault = sandbox_enter(&folder, 1);

	if (fault != 0) {
		log_event(LOG_ERROR, "sandbox.refused", "reason=\"%s\"",
			strerror(-fault));
		return fault;
	}
	if (setup->raw_mode) {
		log_event(LOG_ERROR, "desk.raw_mode", "reason=unexplained_crashes");
		d->raw_until_ms = clock_mono_ms() + RAW_MODE_MS;
	}
	(void)snprintf(
		d->path, sizeof(d->path), "%s/desk.sqlite", setup->config.data_dir);
	d->base = role_base_new();
	d->batch = batch_new();
	if (d->base == NULL || d->batch == NULL) {
		return -ENOMEM;
	}
	d->turn_end = evtimer_new(d->base, on_turn_over, d);
	d->board = evtimer_new(d->base, on_board_due, d);
	d->idle = evtimer_new(d->base, on_idle, d);
	d->home = evtimer_new(d->base, on_home_due, d);
	d->second = event_new(d->base, -1, EV_PERSIST, on_second, d);
	d->areas = desk_areas_new(d->base, &area_events, d);
	d->courier = desk_courier_new(d->base, &courier_events, d);
	d->fronts = desk_fronts_new(d->role, d->base, &events, d);
	d->office = desk_office_new(d->base, &office_events, d);
	d->duty = desk_duty_new(&duty_events, d);
	if (d->fronts == NULL || d->courier == NULL || d->areas == NULL ||
		d->office == NULL || d->duty == NULL || d->turn_end == NULL ||
		d->board == NULL || d->idle == NULL || d->home == NULL ||
		d->second == NULL || event_add(d->second, &second) != 0) {
		return -ENOMEM;
	}
	return open_keeper(d);
}

static void
close_role(struct desk_role *d)
{
	struct event *events[] = {d->turn_end, d->board, d->idle, d->home, d->second};
	size_t i;

	desk_fronts_free(d->fronts);
	desk_courier_free(d->courier);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		event_free(events[i]);
	}
	keeper_close(d->keeper);
	desk_areas_free(d->areas);
	desk_office_free(d->office);
	desk_duty_free(d->duty);
	batch_free(d->batch);
	event_base_free(d->base);
}

int
desk_role_run(struct role *role)
{
	static const struct role_events orders = {on_line, on_listener, on_drain};
	struct desk_role *d = calloc(1, sizeof(*d));
	int fault = 0;

	if (d == NULL) {
		return 1;
	}
	d->role = role;
	if (open_role(d) != 0) {
		return ROLE_EXIT_REFUSED; /* the process ends: nothing to undo */
	}
	desk_fronts_use(d->fronts, d->keeper);
	desk_areas_use(d->areas, d->keeper);
	desk_duty_use(d->duty, d->keeper, role_setup(role)->config.language,
		role_setup(role)->config.console_address);
	desk_office_use(d->office, d->keeper, role_setup(role)->config_digest,
		ROLE_DIGEST_BYTES);
	desk_courier_use(d->courier, d->keeper);
	keeper_measure(d->keeper);
	(void)role_take_orders(role, &orders, d);
	role_say_ready(role);
	event_active(d->idle, EV_TIMEOUT, 0); /* umbrellas want to be read */
	if (!d->over) {
		fault = role_run(role, d->base, &orders, d);
	}
	close_role(d);
	free(d);
	role_say_drained(role);
	return fault == 0 ? 0 : 1;
}
