/* Longer than our files should be: each kind of batch ends in the same faults. */
#include "server/keeper.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "geo/store_delivery.h"
#include "proto/arena.h"
#include "server/admit.h"
#include "server/clock.h"
#include "server/follow.h"
#include "server/hooks.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/report_place.h"

enum {
	INTERPRET_AT_ONCE = 8,
	CLOCK_HELD_MS = 10 * 60 * 1000, /* a step back up to this is held */
	RUNS = 2,                       /* of one batch: again once after a fault */
	PAUSE_MS = 1000,                /* after a second one, and at least */
	PAUSE_LOADS = 3,                /* as long as so many loads take */
};

struct keeper {
	struct keeper_options options;
	struct admit_rules rules;
	struct desk_file file;
	struct arena *arena; /* of one input */
	int64_t last_at_ms;
	int refused;       /* why the last batch was: STORE_NO_ROOM or -errno */
	bool failed;       /* nothing was written since the last fault */
	int64_t failed_ms; /* wall, not held; of that */
	int64_t pause_ms;  /* nothing is tried for so long after it */
	bool clock_told;
};

/* ---- opening */

int
keeper_open(struct keeper **out, const struct keeper_options *options, int64_t now_ms,
	char *why, size_t why_bytes)
{
	struct keeper *k = calloc(1, sizeof(*k));
	int answer;

	if (k != NULL) {
		k->options = *options;
		k->rules.quarantine = options->quarantine;
		k->rules.n_quarantine = options->n_quarantine;
		k->rules.raw_mode = options->raw_mode;
		k->arena = arena_new(LIMIT_INPUT_ARENA_BYTES);
	}
	if (k == NULL || k->arena == NULL) {
		free(k);
		(void)snprintf(why, why_bytes, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	answer = desk_file_open(&k->file, &options->file, now_ms, why, why_bytes);
	if (answer != 0) {
		keeper_close(k);
		return answer;
	}
	k->last_at_ms = store_last_at_ms(k->file.store);
	*out = k;
	return 0;
}

void
keeper_close(struct keeper *k)
{
	if (k == NULL) {
		return;
	}
	desk_file_close(&k->file);
	arena_free(k->arena);
	free(k);
}

/* ---- one input */

/* Not inlined away: whoever reads it after our crash sees it. */
static void
note_key(const struct keeper *k, const uint8_t *key)
{
	if (k->options.crash_key == NULL) {
		return;
	}
	if (key != NULL) {
		memcpy(k->options.crash_key, key, STORE_KEY_BYTES);
	} else {
		memset(k->options.crash_key, 0, STORE_KEY_BYTES);
	}
	atomic_signal_fence(memory_order_seq_cst);
}

static void
keep_answer(const Vedetta__V1__InputAnswer *from, struct keeper_answer *to)
{
	memset(to, 0, sizeof(*to));
	to->outcome = from->outcome;
	to->report_id = from->report_id;
	(void)snprintf(to->code, sizeof(to->code), "%s", from->code);
	(void)snprintf(to->token, sizeof(to->token), "%s", from->token);
	to->received_ms = from->received_ms;
	to->copies = from->copies;
	to->state = from->state;
	to->class_no = from->class_;
	to->staffed = from->staffed;
	to->unserved = from->unserved;
	to->action = from->action;
	to->incident = from->incident;
	to->refusal = from->refusal;
	to->decision = from->decision;
	to->sequence = from->sequence;
	to->what = from->what;
	to->decided_what = from->decided_what;
	to->decided_ms = from->decided_ms;
	if (from->decided_ms != 0) {
		(void)snprintf(
			to->decided_by, sizeof(to->decided_by), "%s", from->decided_by);
	}
}

static int
write_out(struct keeper *k, const struct desk_out *out)
{
	int fault = 0;
	size_t i;

	for (i = 0; fault == 0 && i < out->n_rows; i++) {
		fault = store_append(k->file.store, &out->rows[i]);
	}
	for (i = 0; fault == 0 && i < out->n_incidents; i++) {
		fault = store_put_incident(k->file.store, &out->incidents[i]);
	}
	hooks_pass("appended");
	return fault;
}

/* The key noted before is what a crash up to here is blamed on. */
static int
step(struct keeper *k, const struct desk_input *input, int64_t now_ms,
	struct desk_out *out)
{
	int fault;

	memset(out, 0, sizeof(*out));
	fault = desk_step(k->file.desk, input, now_ms, k->arena, out);
	note_key(k, NULL);
	hooks_pass("stepped");
	return fault == 0 ? write_out(k, out) : fault;
}

/* ---- one batch */

static void
refuse_all(size_t n, int fault, struct keeper_answer *answers)
{
	size_t i;

	for (i = 0; i < n; i++) {
		memset(&answers[i], 0, sizeof(answers[i]));
		answers[i].outcome =
			fault == STORE_NO_ROOM || fault == -ENOSPC
				? VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_NO_ROOM
				: VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORE_FAULT;
	}
}

/* Rows' times do not go back for a small correction of the clock. */
static int64_t
held(struct keeper *k, int64_t now_ms)
{
	if (now_ms >= k->last_at_ms) {
		k->last_at_ms = now_ms;
		k->clock_told = false;
		return now_ms;
	}
	if (k->last_at_ms - now_ms <= CLOCK_HELD_MS) {
		return k->last_at_ms;
	}
	if (!k->clock_told) {
		log_event(LOG_WARN, "clock.stepped_back", "by_ms=%lld",
			(long long)(k->last_at_ms - now_ms));
		k->clock_told = true;
	}
	k->last_at_ms = now_ms;
	return now_ms;
}

static int
commit(struct keeper *k, bool changed)
{
	int64_t since_us = clock_mono_us();
	int fault;

	if (!changed) {
		store_rollback(k->file.store);
		return 0;
	}
	hooks_pass("before_commit");
	fault = store_commit(k->file.store);
	hooks_pass("committed");
	if (fault == 0) {
		k->failed = false;
		metrics_add(METRIC_DESK_BATCHES, 1);
		metrics_observe_us(
			LATENCY_COMMIT, (uint64_t)(clock_mono_us() - since_us));
	}
	return fault;
}

/* What an operator does is not kept to be read later: it is done or refused. */
static void
refuse_action(struct keeper_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->kind = DESK_ACT;
	answer->outcome = VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REFUSED;
	answer->refusal = VEDETTA__V1__ACTION_REFUSAL__ACTION_REFUSAL_NOT_NOW;
}

/* What a step cannot know: places are in the log alone. 0 or a fault. */
static int
read_places(struct keeper *k, struct desk_input *input,
	struct desk_place places[DESK_PLACES_MAX])
{
	uint64_t reports[DESK_PLACES_MAX];
	size_t n = desk_places_wanted(k->file.desk, input, reports);
	int fault = 0;

	for (size_t i = 0; fault == 0 && i < n; i++) {
		fault = report_place_read(
			k->file.store, reports[i], k->arena, &places[i]);
	}
	input->places = places;
	input->n_places = n;
	return fault;
}

static int
run_one(struct keeper *k, const struct batch_input *from, int64_t now_ms, bool *changed,
	struct keeper_answer *answer)
{
	struct desk_place places[DESK_PLACES_MAX];
	struct desk_input input;
	struct desk_out out;
	int fault;

	arena_reset(k->arena);
	note_key(k, from->key);
	if (!admit_input(&k->rules, from, k->arena, &input)) {
		note_key(k, NULL);
		refuse_action(answer);
		return 0;
	}
	fault = read_places(k, &input, places);
	if (fault == 0) {
		fault = step(k, &input, now_ms, &out);
	}
	if (fault != 0) {
		return fault;
	}
	*changed = *changed || out.n_rows > 0;
	keep_answer(&out.answer, answer);
	answer->kind = input.kind;
	return follow_write_own(&k->file, k->arena, changed);
}

/* Returns 0, STORE_NO_ROOM, or -errno: then memory is not to be trusted. */
static int
run_once(struct keeper *k, const struct batch *batch, int64_t now_ms,
	struct keeper_answer *answers)
{
	const struct batch_input *inputs = batch_inputs(batch);
	size_t n = batch_count(batch);
	bool changed = false;
	int fault = store_begin(k->file.store);
	size_t i;

	if (fault != 0) {
		return fault;
	}
	for (i = 0; fault == 0 && i < n; i++) {
		fault = run_one(k, &inputs[i], now_ms, &changed, &answers[i]);
	}
	note_key(k, NULL);
	return fault == 0 ? commit(k, changed) : fault;
}

/* A fault has been told already. */
static void
refused_why(int fault)
{
	if (fault == STORE_NO_ROOM || fault == -ENOSPC) {
		log_event(LOG_ERROR, "store.no_room", NULL);
	}
}

static void
note_refused(struct keeper *k, int fault)
{
	if (fault == 0 && k->refused != 0) {
		log_event(LOG_INFO, "store.takes_again", NULL);
	} else if (fault != 0 && k->refused == 0) {
		refused_why(fault);
	}
	k->refused = fault;
}

/*
 * What memory believed is void: loads it anew, and leaves the disk alone for a
 * while. It may fail each commit and read well, and a load may take seconds.
 */
static void
recover(struct keeper *k, int fault, int64_t now_ms)
{
	int64_t since_ms = clock_mono_ms();

	metrics_add(METRIC_STORE_FAULTS, 1);
	log_event(LOG_ERROR, "store.fault", "reason=\"%s\"", strerror(-fault));
	store_rollback(k->file.store);
	(void)desk_file_reload(&k->file, now_ms);
	k->failed = true;
	k->failed_ms = now_ms;
	k->pause_ms = PAUSE_LOADS * (clock_mono_ms() - since_ms);
	if (k->pause_ms < PAUSE_MS) {
		k->pause_ms = PAUSE_MS;
	}
}

/* A clock that was set back does not make it longer. */
static bool
is_within_pause(const struct keeper *k, int64_t now_ms)
{
	return now_ms >= k->failed_ms && now_ms - k->failed_ms < k->pause_ms;
}

static bool
is_pausing(const struct keeper *k, int64_t now_ms)
{
	return k->refused < 0 && is_within_pause(k, now_ms);
}

/* What the desk writes by itself can wait, also when no report was refused. */
static bool
own_is_pausing(const struct keeper *k, int64_t now_ms)
{
	return k->failed && is_within_pause(k, now_ms);
}

void
keeper_run(struct keeper *k, const struct batch *batch, int64_t now_ms,
	struct keeper_answer *answers)
{
	size_t n = batch_count(batch);
	int runs = is_pausing(k, now_ms) ? 0 : k->refused < 0 ? 1 : RUNS;
	int fault = k->refused < 0 ? k->refused : -EIO;
	int run;

	metrics_add(METRIC_DESK_IN, n);
	for (run = 0; run < runs && fault < 0; run++) {
		if (k->file.store == NULL && desk_file_reload(&k->file, now_ms) != 0) {
			break;
		}
		fault = run_once(k, batch, held(k, now_ms), answers);
		if (fault < 0) {
			recover(k, fault, now_ms);
		}
	}
	if (fault != 0) {
		refuse_all(n, fault, answers);
	}
	note_refused(k, fault);
	metrics_observe_us(LATENCY_BATCH_WAIT,
		(uint64_t)(clock_mono_us() - batch_since_us(batch)));
}

bool
keeper_is_refusing(const struct keeper *k)
{
	return k->refused != 0;
}

void
keeper_probe(struct keeper *k, int64_t now_ms)
{
	int fault;

	if (is_pausing(k, now_ms) ||
		(k->file.store == NULL && desk_file_reload(&k->file, now_ms) != 0)) {
		return;
	}
	if (k->refused < 0) {
		fault = store_touch(k->file.store);
	} else {
		fault = store_begin(k->file.store);
		if (fault == 0) {
			store_rollback(k->file.store);
		}
	}
	if (fault < 0) {
		recover(k, fault, now_ms);
	}
	note_refused(k, fault);
}

/* ---- inputs that others look at */

int
keeper_enter(struct keeper *k, const uint8_t key[STORE_KEY_BYTES])
{
	if (admit_is_quarantined(&k->rules, key)) {
		return KEEPER_QUARANTINED;
	}
	note_key(k, key);
	return 0;
}

void
keeper_leave(struct keeper *k)
{
	note_key(k, NULL);
}

/* ---- raw rows */

/* In an open batch. Returns 0 or -errno. */
static int
interpret(struct keeper *k, uint64_t seq, int64_t now_ms)
{
	struct desk_input input = {.kind = DESK_INTERPRET_FAILED, .about = seq};
	struct store_row row;
	struct desk_out out;
	bool written;
	int answer = store_read_row(k->file.store, seq, &row);

	if (answer == STORE_NONE ||
		(answer == -EUCLEAN && !store_is_broken(k->file.store))) {
		/* An incident says that there was one; its bytes are nobody's. */
		log_event(LOG_ERROR, "desk.quarantined", "reason=damaged_row");
		row = (struct store_row){.seq = seq};
	} else if (answer != 0) {
		return answer < 0 ? answer : -EIO;
	}
	arena_reset(k->arena);
	note_key(k, row.key);
	admit_raw_row(&k->rules, &row, k->arena, &input);
	answer = step(k, &input, now_ms, &out);
	return answer < 0 ? answer : follow_write_own(&k->file, k->arena, &written);
}

bool
keeper_interpret_some(struct keeper *k, int64_t now_ms)
{
	uint64_t seq;
	int fault, i;

	if (k->file.desk == NULL || desk_next_raw(k->file.desk) == 0 ||
		own_is_pausing(k, now_ms)) {
		return false;
	}
	now_ms = held(k, now_ms);
	fault = store_begin(k->file.store);
	if (fault == STORE_NO_ROOM) {
		return false;
	}
	for (i = 0; fault == 0 && i < INTERPRET_AT_ONCE; i++) {
		seq = desk_next_raw(k->file.desk);
		if (seq == 0) {
			break;
		}
		fault = interpret(k, seq, now_ms);
	}
	note_key(k, NULL);
	if (fault == 0) {
		fault = commit(k, true);
	}
	if (fault != 0) {
		recover(k, fault, now_ms);
		return false; /* not at once: what failed may fail for long */
	}
	return desk_next_raw(k->file.desk) != 0;
}

/* ---- the desk's own */

int
keeper_write(const struct keeper_own *own, const struct desk_out *out)
{
	return write_out(own->keeper, out);
}

int
keeper_write_delivery(const struct keeper_own *own, const struct outbox_row *delivery)
{
	int fault = store_append(own->store, &delivery->row);

	return fault == 0 ? store_put_delivery(own->store, &delivery->record) : fault;
}

int
keeper_do(struct keeper *k, int64_t now_ms,
	int (*work)(void *arg, const struct keeper_own *own), void *arg)
{
	struct keeper_own own = {.keeper = k,
		.store = k->file.store,
		.desk = k->file.desk,
		.arena = k->arena};
	int answer;

	if (own.desk == NULL || own_is_pausing(k, now_ms)) {
		return KEEPER_LATER;
	}
	own.now_ms = held(k, now_ms);
	arena_reset(k->arena);
	answer = store_begin(own.store);
	if (answer == STORE_NO_ROOM) {
		return answer;
	}
	if (answer == 0) {
		answer = work(arg, &own);
	}
	note_key(k, NULL);
	if (answer == 0) {
		answer = commit(k, true);
	} else if (answer == KEEPER_NOTHING) {
		store_rollback(own.store);
	}
	if (answer < 0) {
		recover(k, answer, now_ms);
	}
	return answer;
}

/* ---- umbrellas */

bool
keeper_follow_some(struct keeper *k, int64_t now_ms)
{
	bool changed = false;
	int fault;

	if (k->file.desk == NULL || own_is_pausing(k, now_ms)) {
		return false;
	}
	now_ms = held(k, now_ms);
	fault = store_begin(k->file.store);
	if (fault == STORE_NO_ROOM) {
		return false;
	}
	if (fault == 0) {
		fault = follow_some(&k->file, k->arena, now_ms, &changed);
	}
	if (fault == 0) {
		fault = commit(k, changed);
	}
	if (fault != 0) {
		recover(k, fault, now_ms);
		return false;
	}
	return desk_umbrellas_have_more(k->file.desk);
}

/* ---- the rest */

struct store *
keeper_store(const struct keeper *k)
{
	return k->file.store;
}

void
keeper_set_raw_mode(struct keeper *k, bool on)
{
	k->rules.raw_mode = on;
}

bool
keeper_raw_mode(const struct keeper *k)
{
	return k->rules.raw_mode;
}

void
keeper_checkpoint_some(struct keeper *k)
{
	int fault = k->file.store != NULL ? store_checkpoint_some(k->file.store) : 0;

	if (fault < 0) {
		log_event(LOG_WARN, "store.checkpoint", "reason=\"%s\"",
			strerror(-fault));
	}
}

struct desk *
keeper_desk(const struct keeper *k)
{
	return k->file.desk;
}

const char *
keeper_epoch(const struct keeper *k)
{
	return k->file.store != NULL ? store_epoch(k->file.store) : "";
}

void
keeper_measure(const struct keeper *k)
{
	struct umbrella_figures u;
	struct desk_figures f;
	struct statvfs fs;

	metrics_set(METRIC_DESK_RAW_MODE, k->rules.raw_mode);
	if (statvfs(k->options.file.path, &fs) == 0) {
		metrics_set(
			METRIC_STORE_FREE_BYTES, (uint64_t)fs.f_bavail * fs.f_frsize);
	}
	if (k->file.desk == NULL) {
		return;
	}
	desk_figures(k->file.desk, &f);
	metrics_set(METRIC_DESK_LAST_SEQ, desk_last_seq(k->file.desk));
	metrics_set(METRIC_DESK_INCIDENTS_OPEN, f.incidents_open);
	metrics_set(METRIC_DESK_INCIDENTS_UNPLACED, f.incidents_unplaced);
	metrics_set(METRIC_DESK_REPORTS_LIVE, f.reports);
	metrics_set(METRIC_EXERCISE_INCIDENTS_OPEN, f.drills_open);
	metrics_set(METRIC_EXERCISE_REPORTS_LIVE, f.drill_reports);
	metrics_set(METRIC_DESK_KEYS, f.keys);
	metrics_set(METRIC_DESK_KEYS_PUSHED_OUT, f.keys_pushed_out);
	metrics_set(METRIC_DESK_RAW_WAITING, f.raw_waiting);
	metrics_set(METRIC_STORE_WAL_BYTES, store_wal_bytes(k->file.store));
	umbrellas_figures(desk_umbrellas(k->file.desk), &u);
	metrics_set(METRIC_DESK_UMBRELLAS_OPEN, u.open);
	metrics_set(METRIC_DESK_UMBRELLAS_MAXI, u.maxi);
	metrics_set(METRIC_EXERCISE_UMBRELLAS_OPEN, u.drills);
	metrics_set(METRIC_DESK_UMBRELLA_POINTS, u.points);
	metrics_set(METRIC_DESK_UMBRELLAS_BEHIND, follow_behind(&k->file));
}
