#include "server/desk_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "geo/store_delivery.h"
#include "proto/arena.h"
#include "server/clock.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"

enum {
	RETRY_MS = 1000,
	WHY_BYTES = 512,
	QUOTED_BYTES = 600,
	FULL = 2, /* PRAGMA synchronous */
	PROGRESS_EVERY = 1024,
};

static void
forget(struct desk_file *f)
{
	if (f->desk != NULL && f->options.on_forget != NULL) {
		f->options.on_forget(f->options.arg);
	}
	desk_file_close(f);
}

static void
note_progress(struct desk_file *f)
{
	f->n_loaded++;
	if (f->n_loaded % PROGRESS_EVERY == 0 && f->options.on_progress != NULL) {
		f->options.on_progress(f->options.arg);
	}
}

/* Everything else is loaded and taken: what it said is what is missing. */
static void
note_damaged(const char *what, uint64_t seq)
{
	metrics_add(METRIC_STORE_DAMAGED_ROWS, 1);
	log_event(LOG_ERROR, "store.damaged_row", "what=%s seq=%llu", what,
		(unsigned long long)seq);
}

static int
visit_incident(void *arg, const struct store_incident *incident)
{
	struct desk_file *f = arg;

	note_progress(f);
	if (incident->damaged && f->n_remade < DESK_FILE_REMADE_MOST) {
		f->remade[f->n_remade++] = incident->id;
	}
	if (incident->damaged) {
		note_damaged("incident", incident->id);
	}
	return desk_load_incident(f->desk, incident);
}

static const char *
name_of(const struct store_row *row)
{
	if (row->lost) {
		return "row";
	}
	switch ((int)row->kind) {
	case STORE_MOVED_OUT:
	case STORE_MOVED_IN:
		return "move";
	case STORE_SILENCE:
		return "silence";
	case STORE_DECISION:
		return "decision";
	case STORE_MESSAGE:
		return "message";
	case STORE_DUTY:
		return "duty";
	case STORE_ESCALATION:
		return "escalation";
	default:
		return "raw";
	}
}

static int
visit_row(void *arg, const struct store_row *row)
{
	struct desk_file *f = arg;

	note_progress(f);
	if (row->damaged) {
		note_damaged(name_of(row), row->seq);
	} else if (row->wordless) {
		note_damaged("words", row->seq);
	}
	return desk_load_row(f->desk, row);
}

/* Those below it find their name again, another one. */
static int
visit_umbrella(void *arg, const struct store_umbrella *umbrella)
{
	if (umbrella->damaged) {
		note_damaged("umbrella", umbrella->id);
		return 0;
	}
	return desk_load_umbrella(((struct desk_file *)arg)->desk, umbrella);
}

static int
visit_delivery(void *arg, const struct store_delivery *delivery)
{
	if (delivery->damaged) {
		note_damaged("delivery", delivery->id);
		return 0;
	}
	return desk_load_delivery(((struct desk_file *)arg)->desk, delivery);
}

/* Whose record is damaged does not get in; reports do. */
static bool
is_whole(const struct store_record *record)
{
	if (record->damaged) {
		log_event(LOG_WARN, "store.damaged_record", "kind=%d id=%llu",
			(int)record->kind, (unsigned long long)record->id);
	}
	return !record->damaged;
}

static int
visit_account(void *arg, const struct store_record *record)
{
	struct desk_file *f = arg;

	return is_whole(record) ? office_load_account(desk_office(f->desk), record) : 0;
}

static int
visit_session(void *arg, const struct store_record *record)
{
	struct desk_file *f = arg;

	return is_whole(record) ? office_load_session(desk_office(f->desk), record) : 0;
}

static int
visit_duty(void *arg, const struct store_record *record)
{
	struct desk_file *f = arg;

	return is_whole(record) ? desk_load_duty(f->desk, record) : 0;
}

static int
load_office(struct desk_file *f)
{
	int answer =
		store_load_records(f->store, STORE_RECORD_ACCOUNT, visit_account, f);

	if (answer == 0) {
		answer = store_load_records(
			f->store, STORE_RECORD_SESSION, visit_session, f);
	}
	return answer != 0
		       ? answer
		       : store_load_records(f->store, STORE_RECORD_DUTY, visit_duty, f);
}

/* What memory asks for beyond the numbers of rows, and how it takes it. */
struct question {
	uint64_t (*next)(const struct desk *d);
	void (*take)(struct desk *d, const struct store_row *row, struct arena *arena);
};

static const struct question questions[] = {
	{desk_next_spot, desk_load_spot},
	{desk_next_first, desk_load_first},
};

/*
 * A row of which only its number is left when it is not what was written: that
 * one report takes part in less. 0 or -errno.
 */
static int
read_row(struct desk_file *f, uint64_t seq, struct store_row *row, bool *is_whole)
{
	int answer = store_read_row(f->store, seq, row);

	*is_whole = answer == 0;
	if (answer == STORE_NONE ||
		(answer == -EUCLEAN && !store_is_broken(f->store))) {
		*row = (struct store_row){.seq = seq};
		note_damaged("report", seq);
		return 0;
	}
	return answer > 0 ? -EUCLEAN : answer;
}

/* Some places and words stand in personal parts only. 0 or -errno. */
static int
load_personal(struct desk_file *f, const struct question *q)
{
	struct arena *arena = arena_new(LIMIT_INPUT_ARENA_BYTES);
	struct store_row row;
	bool is_whole;
	uint64_t seq;
	int answer = arena == NULL ? -ENOMEM : 0;

	while (answer == 0 && (seq = q->next(f->desk)) != 0) {
		note_progress(f);
		arena_reset(arena);
		answer = read_row(f, seq, &row, &is_whole);
		if (answer == 0) {
			q->take(f->desk, &row, arena);
		}
	}
	arena_free(arena);
	return answer;
}

/* What a damaged incident's first row says of it. 0 or -errno. */
static int
remake(struct desk_file *f)
{
	struct arena *arena =
		f->n_remade > 0 ? arena_new(LIMIT_INPUT_ARENA_BYTES) : NULL;
	int answer = f->n_remade > 0 && arena == NULL ? -ENOMEM : 0;
	struct store_row row;
	bool is_whole;

	for (size_t i = 0; answer == 0 && i < f->n_remade; i++) {
		arena_reset(arena);
		answer = read_row(f, f->remade[i], &row, &is_whole);
		if (answer == 0 && is_whole) {
			answer = desk_remake(f->desk, &row, arena);
		}
	}
	arena_free(arena);
	return answer;
}

/* For readers, and the next start. What there is no room for is made again then. */
static int
keep_remade(struct desk_file *f)
{
	struct store_incident record;
	int answer = f->n_remade > 0 ? store_begin(f->store) : STORE_NO_ROOM;

	if (answer != 0) {
		return answer == STORE_NO_ROOM ? 0 : answer;
	}
	for (size_t i = 0; answer == 0 && i < f->n_remade; i++) {
		if (desk_record_of(f->desk, f->remade[i], &record)) {
			answer = store_put_incident(f->store, &record);
		}
	}
	return answer == 0 ? store_commit(f->store) : answer;
}

/* Nothing happened to umbrellas for longer than rows are loaded. 0 or -errno. */
static int
load_mark(struct desk_file *f)
{
	uint64_t seq = desk_next_mark(f->desk);
	struct store_row row;
	bool is_whole = false;
	int answer = seq == 0 ? 0 : read_row(f, seq, &row, &is_whole);

	if (is_whole) {
		desk_load_mark(f->desk, &row);
	}
	return answer;
}

/* All that is open, and what was queued of late. 0 or -errno. */
static int
load_deliveries(struct desk_file *f, int64_t now_ms)
{
	uint64_t since = 0;
	int answer = store_first_since(f->store, now_ms - OUTBOX_KEPT_MS, &since);

	return answer == 0 ? store_load_deliveries(f->store, since, visit_delivery, f)
			   : answer;
}

static int
load(struct desk_file *f, int64_t now_ms, char *why, size_t why_bytes)
{
	static const struct store_visitor visitor = {visit_incident, visit_row};
	struct desk_options options = {.keys_max = f->options.keys_max};
	int answer = -ENOMEM;
	size_t i;

	memcpy(options.receipt_key, f->options.receipt_key, RECEIPT_KEY_BYTES);
	f->n_loaded = 0;
	f->is_following = false;
	f->n_remade = 0;
	f->desk = desk_new(&options);
	explicit_bzero(&options, sizeof(options));
	if (f->desk != NULL) {
		answer = store_load(f->store, now_ms - DESK_KEYS_KEPT_MS, &visitor, f);
	}
	if (answer == 0) {
		answer = store_load_umbrellas(
			f->store, now_ms - DESK_KEYS_KEPT_MS, visit_umbrella, f);
	}
	if (answer == 0) {
		answer = load_deliveries(f, now_ms);
	}
	if (answer == 0) {
		answer = load_office(f);
	}
	if (answer == 0) {
		answer = load_mark(f);
	}
	if (answer == 0) {
		answer = remake(f);
	}
	if (answer == 0) {
		answer = desk_loaded(f->desk, store_last_seq(f->store), now_ms);
	}
	if (answer == 0) {
		answer = keep_remade(f);
	}
	for (i = 0; answer == 0 && i < sizeof(questions) / sizeof(questions[0]); i++) {
		answer = load_personal(f, &questions[i]);
	}
	if (answer != 0) {
		(void)snprintf(why, why_bytes, "cannot load %s: %s", f->options.path,
			answer < 0 ? strerror(-answer) : "not understood");
	}
	return answer;
}

static int
open_and_load(struct desk_file *f, int64_t now_ms, char *why, size_t why_bytes)
{
	const struct store_options options = {
		.reserve_bytes = f->options.reserve_bytes, .synchronous = FULL};
	struct desk_figures figures;
	int64_t since_ms = clock_mono_ms();
	int answer = store_open(&f->store, f->options.path, &options, why, why_bytes);

	if (answer != 0) {
		f->store = NULL;
		return answer;
	}
	answer = load(f, now_ms, why, why_bytes);
	if (answer != 0) {
		desk_file_close(f);
		return answer;
	}
	desk_figures(f->desk, &figures);
	log_event(LOG_INFO, "desk.loaded",
		"reports=%llu incidents=%llu keys=%llu seq=%llu ms=%lld",
		(unsigned long long)figures.reports,
		(unsigned long long)figures.incidents_open,
		(unsigned long long)figures.keys,
		(unsigned long long)store_last_seq(f->store),
		(long long)(clock_mono_ms() - since_ms));
	return 0;
}

int
desk_file_open(struct desk_file *f, const struct desk_file_options *options,
	int64_t now_ms, char *why, size_t why_bytes)
{
	memset(f, 0, sizeof(*f));
	f->options = *options;
	return open_and_load(f, now_ms, why, why_bytes);
}

void
desk_file_close(struct desk_file *f)
{
	desk_free(f->desk);
	f->desk = NULL;
	store_close(f->store);
	f->store = NULL;
}

int
desk_file_reload(struct desk_file *f, int64_t now_ms)
{
	char why[WHY_BYTES] = "";
	char quoted[QUOTED_BYTES];
	int answer;

	if (f->store == NULL && clock_mono_ms() < f->retry_ms) {
		return -EAGAIN;
	}
	forget(f);
	f->retry_ms = clock_mono_ms() + RETRY_MS;
	metrics_add(METRIC_DESK_RELOADS, 1);
	answer = open_and_load(f, now_ms, why, sizeof(why));
	if (answer != 0) {
		log_event(LOG_ERROR, "store.unreadable", "reason=\"%s\"",
			log_quote(why, quoted, sizeof(quoted)));
	}
	return answer;
}
