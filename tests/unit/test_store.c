#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "geo/store.h"

enum {
	ROWS_MAX = 4000,
	WHY_BYTES = 256,
	NOON_MS = 1795000000, /* any time; whole rows are a second apart */
	OPEN = 1,
	CLOSED = 2,
};

static const struct store_options full = {.reserve_bytes = 0, .synchronous = 2};

/* A folder of its own for each test; every open store is closed by its test. */
struct fixture {
	char folder[64];
	char path[96];
	char why[WHY_BYTES];
};

static int
make_folder(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/vedetta-store-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/desk.sqlite", f->folder);
	*state = f;
	return 0;
}

static int
drop_folder(void **state)
{
	struct fixture *f = *state;
	const char *const ends[] = {"", "-wal", "-shm", "-lock", "-other", "-other-wal",
		"-other-shm", "-other-lock"};
	char path[128];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static struct store *
open_at(struct fixture *f, const char *path)
{
	struct store *s = NULL;
	int r = store_open(&s, path, &full, f->why, sizeof(f->why));

	if (r != 0) {
		fail_msg("store_open: %d %s", r, f->why);
	}
	return s;
}

static struct store *
open_store(struct fixture *f)
{
	return open_at(f, f->path);
}

static struct store *
open_reader(struct fixture *f)
{
	struct store *s = NULL;
	int r = store_open_reader(&s, f->path, f->why, sizeof(f->why));

	if (r != 0) {
		fail_msg("store_open_reader: %d %s", r, f->why);
	}
	return s;
}

static char body_text[32];
static char personal_text[32];

/* Row n is always the same; two of three have a personal part, half a key. */
static struct store_row
row_of(uint64_t seq)
{
	struct store_row row = {.seq = seq,
		.at_ms = NOON_MS + (int64_t)seq * 1000,
		.kind = seq % 5 == 0 ? STORE_ADDITION : STORE_REPORT,
		.subject = seq > 7 ? seq - 7 : 1,
		.prev = seq > 8 ? seq - 8 : 0,
		.about = seq % 5 == 0 ? seq - 1 : 0,
		.source = UINT64_MAX - seq,
		.facts = seq << 40,
		.print = seq * 0x9E3779B97F4A7C15u,
		.has_key = seq % 2 == 0};

	snprintf(body_text, sizeof(body_text), "body %" PRIu64, seq);
	snprintf(personal_text, sizeof(personal_text), "words of %" PRIu64, seq);
	memset(row.key, row.has_key ? (int)(seq & 0xff) : 0, sizeof(row.key));
	row.body = (const uint8_t *)body_text;
	row.body_bytes = strlen(body_text);
	if (seq % 3 != 0) {
		row.personal = (const uint8_t *)personal_text;
		row.personal_bytes = strlen(personal_text);
	}
	return row;
}

static void
assert_rows_equal(const struct store_row *got, const struct store_row *want, bool bytes)
{
	assert_int_equal(got->seq, want->seq);
	assert_int_equal(got->at_ms, want->at_ms);
	assert_int_equal(got->kind, want->kind);
	assert_int_equal(got->subject, want->subject);
	assert_int_equal(got->prev, want->prev);
	assert_int_equal(got->about, want->about);
	assert_int_equal(got->source, want->source);
	assert_int_equal(got->facts, want->facts);
	assert_int_equal(got->print, want->print);
	assert_int_equal(got->has_key, want->has_key);
	assert_memory_equal(got->key, want->key, STORE_KEY_BYTES);
	if (!bytes) {
		assert_null(got->body);
		assert_null(got->personal);
		return;
	}
	assert_int_equal(got->body_bytes, want->body_bytes);
	assert_memory_equal(got->body, want->body, want->body_bytes);
	assert_int_equal(got->personal_bytes, want->personal_bytes);
	assert_int_equal(got->personal == NULL, want->personal == NULL);
	if (want->personal != NULL) {
		assert_memory_equal(
			got->personal, want->personal, want->personal_bytes);
	}
}

static void
append(struct store *s, uint64_t first, uint64_t last)
{
	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = first; seq <= last; seq++) {
		struct store_row row = row_of(seq);
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
}

static void
assert_holds(struct store *s, uint64_t last)
{
	struct store_row row;

	for (uint64_t seq = 1; seq <= last; seq++) {
		struct store_row want = row_of(seq);
		assert_int_equal(store_read_row(s, seq, &row), 0);
		want = row_of(seq);
		assert_rows_equal(&row, &want, true);
		assert_false(row.erased);
	}
	assert_int_equal(store_read_row(s, last + 1, &row), STORE_NONE);
}

/* What another program could do to the file. */
static void
meddle(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
		fail_msg("%s: %s", sql, error);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int
try_open(struct fixture *f)
{
	struct store *s = NULL;
	int r = store_open(&s, f->path, &full, f->why, sizeof(f->why));

	store_close(s);
	return r;
}

static void
a_new_file_is_empty_private_and_has_an_epoch(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct stat file;
	char epoch[STORE_EPOCH_BYTES];

	assert_int_equal(store_last_seq(s), 0);
	assert_int_equal(store_last_at_ms(s), 0);
	snprintf(epoch, sizeof(epoch), "%s", store_epoch(s));
	assert_int_equal(strspn(epoch, "0123456789abcdef"), 16);
	store_close(s);
	assert_int_equal(stat(f->path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	s = open_store(f);
	assert_string_equal(store_epoch(s), epoch);
	store_close(s);
	store_close(NULL);
}

static void
rows_come_back_as_they_went_in(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);

	append(s, 1, 1);
	append(s, 2, 65);
	assert_int_equal(store_last_seq(s), 65);
	assert_int_equal(store_last_at_ms(s), NOON_MS + 65000);
	assert_holds(s, 65);
	store_close(s);
	s = open_store(f);
	assert_int_equal(store_last_seq(s), 65);
	assert_int_equal(store_last_at_ms(s), NOON_MS + 65000);
	append(s, 66, 70);
	assert_holds(s, 70);
	store_close(s);
}

static void
empty_parts_are_not_missing_parts(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row = {.seq = 1, .kind = STORE_RAW, .personal = (uint8_t *)""};

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_append(s, &row), 0);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_read_row(s, 1, &row), 0);
	assert_int_equal(row.body_bytes, 0);
	assert_non_null(row.personal);
	assert_int_equal(row.personal_bytes, 0);
	assert_int_equal(store_read_row(s, 0, &row), STORE_NONE);
	assert_int_equal(store_read_row(s, UINT64_MAX, &row), STORE_NONE);
	store_close(s);
	assert_int_equal(try_open(f), 0);
}

static void
a_rollback_leaves_no_trace_in_file_or_chain(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;
	uint64_t bad;

	append(s, 1, 3);
	assert_int_equal(store_begin(s), 0);
	row = row_of(4);
	row.facts++;
	assert_int_equal(store_append(s, &row), 0);
	store_rollback(s);
	assert_int_equal(store_last_seq(s), 3);
	append(s, 4, 10);
	assert_holds(s, 10);
	assert_int_equal(store_verify(s, &bad, f->why, WHY_BYTES, NULL, NULL), 0);
	store_rollback(s); /* outside a batch: nothing happens */
	store_close(s);
}

static void
a_wrong_sequence_is_refused_and_nothing_breaks(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row = row_of(2);

	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_append(s, &row), -EINVAL);
	row = row_of(0);
	assert_int_equal(store_append(s, &row), -EINVAL);
	row = row_of(1);
	assert_int_equal(store_append(s, &row), 0);
	row = row_of(1);
	assert_int_equal(store_append(s, &row), -EINVAL);
	assert_int_equal(store_commit(s), 0);
	assert_holds(s, 1);
	store_close(s);
}

static struct store_incident
incident_of(uint64_t id, uint64_t seq)
{
	return (struct store_incident){.id = id,
		.seq = seq,
		.hazard = 3,
		.status = OPEN,
		.class_no = 2,
		.exercise = id % 2 == 0,
		.has_point = id % 3 != 0,
		.unplaced = id % 3 == 0,
		.point = id % 3 != 0 ? (struct geo_point){42.3498, -0.0}
				     : (struct geo_point){0, 0},
		.accuracy_m = id % 3 != 0 ? 20.5 : -1,
		.place_kind = 2,
		.words = id % 3 == 0 ? "piazza d'Armi, L\xc3\xa0quila" : NULL,
		.opened_ms = NOON_MS + (int64_t)id * 1000,
		.linked = id > 1 ? id - 1 : 0,
		.version = UINT32_MAX};
}

static void
assert_incidents_equal(
	const struct store_incident *got, const struct store_incident *want)
{
	assert_int_equal(got->id, want->id);
	assert_int_equal(got->seq, want->seq);
	assert_int_equal(got->hazard, want->hazard);
	assert_int_equal(got->status, want->status);
	assert_int_equal(got->class_no, want->class_no);
	assert_int_equal(got->unplaced, want->unplaced);
	assert_int_equal(got->quarantined, want->quarantined);
	assert_int_equal(got->exercise, want->exercise);
	assert_int_equal(got->has_point, want->has_point);
	assert_true(got->point.lat_deg == want->point.lat_deg);
	assert_true(got->point.lon_deg == want->point.lon_deg);
	assert_true(got->accuracy_m == want->accuracy_m);
	assert_int_equal(got->place_kind, want->place_kind);
	assert_int_equal(got->words == NULL, want->words == NULL);
	if (want->words != NULL) {
		assert_string_equal(got->words, want->words);
	}
	assert_int_equal(got->opened_ms, want->opened_ms);
	assert_int_equal(got->linked, want->linked);
	assert_int_equal(got->version, want->version);
}

static void
put(struct store *s, const struct store_incident *incident)
{
	assert_int_equal(store_put_incident(s, incident), 0);
}

static void
an_incident_is_written_over_and_read_back(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident got;

	append(s, 1, 9);
	assert_int_equal(store_begin(s), 0);
	for (uint64_t id = 1; id <= 6; id++) {
		struct store_incident incident = incident_of(id, id);
		put(s, &incident);
	}
	struct store_incident newer = incident_of(3, 9);
	newer.class_no = 1;
	newer.quarantined = true;
	put(s, &newer);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_read_incident(s, 3, &got), 0);
	assert_incidents_equal(&got, &newer);
	struct store_incident second = incident_of(2, 2);
	assert_int_equal(store_read_incident(s, 2, &got), 0);
	assert_incidents_equal(&got, &second);
	assert_int_equal(store_read_incident(s, 7, &got), STORE_NONE);
	store_close(s);
}

static void
an_incident_that_cannot_be_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident good = incident_of(1, 1);
	struct store_incident bad;
	char long_words[STORE_WORDS_BYTES + 1];

	append(s, 1, 2);
	assert_int_equal(store_begin(s), 0);
	bad = good;
	bad.id = 0;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.seq = 3; /* a row that is not there */
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.id = 2; /* changed before it was opened */
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.accuracy_m = NAN;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	bad = good;
	bad.point.lon_deg = 181;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	memset(long_words, 'a', STORE_WORDS_BYTES);
	long_words[STORE_WORDS_BYTES] = '\0';
	bad = good;
	bad.words = long_words;
	assert_int_equal(store_put_incident(s, &bad), -EINVAL);
	long_words[STORE_WORDS_BYTES - 1] = '\0';
	put(s, &bad);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
}

/* ---- loading */

struct loaded {
	uint64_t incidents[64];
	size_t n_incidents;
	uint64_t first;
	uint64_t last;
	uint64_t bodies[64];
	size_t n_bodies;
	uint64_t stop_at;
};

static int
on_incident(void *arg, const struct store_incident *incident)
{
	struct loaded *l = arg;

	assert_int_equal(l->first, 0); /* all before the rows */
	l->incidents[l->n_incidents++] = incident->id;
	return 0;
}

static int
on_row(void *arg, const struct store_row *row)
{
	struct loaded *l = arg;
	struct store_row want = row_of(row->seq);

	assert_true(l->first == 0 || row->seq == l->last + 1);
	l->first = l->first == 0 ? row->seq : l->first;
	l->last = row->seq;
	if (row->body != NULL) {
		l->bodies[l->n_bodies++] = row->seq;
		assert_memory_equal(row->body, want.body, want.body_bytes);
	} else if (row->kind < STORE_RAW) {
		want.at_ms = row->at_ms; /* some tests choose their own */
		assert_rows_equal(row, &want, false);
	}
	return row->seq == l->stop_at ? -ECANCELED : 0;
}

static const struct store_visitor visitor = {on_incident, on_row};

static struct loaded
load(struct store *s, int64_t since_ms)
{
	struct loaded l = {0};

	assert_int_equal(store_load(s, since_ms, &visitor, &l), 0);
	return l;
}

static void
append_at(struct store *s, uint64_t seq, int64_t at_ms)
{
	struct store_row row = row_of(seq);

	row.at_ms = at_ms;
	assert_int_equal(store_append(s, &row), 0);
}

static void
a_load_begins_with_what_the_window_or_an_incident_needs(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident incident;
	struct loaded l = load(s, 0);

	assert_int_equal(l.first, 0);
	append(s, 1, 100);
	l = load(s, 0);
	assert_int_equal(l.first, 1);
	assert_int_equal(l.last, 100);
	l = load(s, NOON_MS + 60000);
	assert_int_equal(l.first, 60);
	l = load(s, NOON_MS + 200000);
	assert_int_equal(l.first, 0);
	/* An open one is always needed, a closed one while it is young or new. */
	assert_int_equal(store_begin(s), 0);
	incident = incident_of(30, 30);
	put(s, &incident);
	incident = incident_of(20, 25);
	incident.status = CLOSED;
	put(s, &incident);
	incident = incident_of(40, 70);
	incident.status = CLOSED;
	put(s, &incident);
	assert_int_equal(store_commit(s), 0);
	l = load(s, NOON_MS + 60000);
	assert_int_equal(l.n_incidents, 2);
	assert_int_equal(l.incidents[0], 30);
	assert_int_equal(l.incidents[1], 40);
	assert_int_equal(l.first, 30);
	assert_int_equal(l.last, 100);
	l = load(s, NOON_MS + 25000);
	assert_int_equal(l.n_incidents, 3);
	assert_int_equal(l.first, 20);
	l = load(s, NOON_MS + 71000);
	assert_int_equal(l.n_incidents, 1);
	assert_int_equal(l.first, 30);
	store_close(s);
}

static void
a_clock_that_jumped_hides_no_row_of_the_window(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct loaded l;

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 20; seq++) {
		append_at(s, seq, NOON_MS);
	}
	append_at(s, 21, NOON_MS + 1000000); /* too far ahead for one row */
	for (uint64_t seq = 22; seq <= 3000; seq++) {
		append_at(s, seq, 0); /* no clock yet */
	}
	append_at(s, 3001, NOON_MS + 500);
	assert_int_equal(store_commit(s), 0);
	l = load(s, NOON_MS + 1);
	assert_int_equal(l.first, 21);
	assert_int_equal(l.last, 3001);
	store_close(s);
}

static void
a_visitor_stops_a_load_with_its_own_word(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct loaded l = {.stop_at = 5};

	append(s, 1, 10);
	assert_int_equal(store_load(s, 0, &visitor, &l), -ECANCELED);
	assert_int_equal(l.last, 5);
	append(s, 11, 11); /* no statement was left open */
	store_close(s);
}

static void
raw_rows_wait_with_their_bytes_until_one_interprets_them(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;
	struct loaded l;

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 10; seq++) {
		row = row_of(seq);
		row.kind = seq == 3 || seq == 4 || seq == 8 ? STORE_RAW : row.kind;
		if (seq == 9) {
			row.kind = STORE_INTERPRETED;
			row.about = 3;
		}
		assert_int_equal(store_append(s, &row), 0);
	}
	assert_int_equal(store_commit(s), 0);
	/* Older than the window, and still the first that is needed. */
	l = load(s, NOON_MS + 10000);
	assert_int_equal(l.first, 4);
	assert_int_equal(l.n_bodies, 2);
	assert_int_equal(l.bodies[0], 4);
	assert_int_equal(l.bodies[1], 8);
	l = load(s, 0);
	assert_int_equal(l.first, 1);
	assert_int_equal(l.n_bodies, 2);
	store_close(s);
}

/* ---- who may open */

static void
a_second_writer_is_refused_also_by_another_process(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	int status;

	append(s, 1, 1);
	assert_int_equal(try_open(f), STORE_LOCKED);
	assert_non_null(strstr(f->why, "another process"));
	pid_t child = fork();
	if (child == 0) {
		struct store *other = NULL;
		char why[WHY_BYTES];
		_exit(store_open(&other, f->path, &full, why, sizeof(why)));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), STORE_LOCKED);
	append(s, 2, 2);
	store_close(s);
	assert_int_equal(try_open(f), 0);
}

static void
a_file_of_a_later_program_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;

	store_close(open_store(f));
	meddle(f, "INSERT INTO migration VALUES (2, zeroblob(32))");
	assert_int_equal(try_open(f), STORE_TOO_NEW);
	assert_non_null(strstr(f->why, "migration 2"));
	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), STORE_TOO_NEW);
}

static void
a_migration_that_was_changed_is_refused(void **state)
{
	struct fixture *f = *state;

	store_close(open_store(f));
	meddle(f, "UPDATE migration SET sha256 = zeroblob(32)");
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "0001_first.sql"));
}

static void
a_file_that_is_not_ours_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;
	FILE *file;

	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), -ENOENT);
	meddle(f, "CREATE TABLE log (x)");
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_non_null(strstr(f->why, "not made by this program"));
	unlink(f->path);
	file = fopen(f->path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++) {
		fputs("this is no database ", file);
	}
	fclose(file);
	assert_int_equal(try_open(f), STORE_DAMAGED);
	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), STORE_DAMAGED);
}

static void
a_reader_waits_for_the_desk_to_make_the_file(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;

	meddle(f, "PRAGMA journal_mode = WAL");
	assert_int_equal(
		store_open_reader(&reader, f->path, f->why, WHY_BYTES), -EAGAIN);
}

/* ---- readers */

static void
a_reader_sees_each_commit_and_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store *reader = open_reader(f);
	struct store_incident incident = incident_of(3, 3);
	struct store_incident got;
	struct store_row row;

	assert_string_equal(store_epoch(reader), store_epoch(s));
	store_set_deadline(reader, 10000);
	assert_int_equal(store_read_row(reader, 1, &row), STORE_NONE);
	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 5; seq++) {
		row = row_of(seq);
		assert_int_equal(store_append(s, &row), 0);
	}
	put(s, &incident);
	assert_int_equal(store_read_row(reader, 1, &row), STORE_NONE);
	assert_int_equal(store_commit(s), 0);
	assert_holds(reader, 5);
	assert_int_equal(store_read_incident(reader, 3, &got), 0);
	assert_incidents_equal(&got, &incident);
	append(s, 6, 6);
	assert_holds(reader, 6);
	store_close(reader);
	store_close(s);
}

static void
a_question_past_its_deadline_is_too_slow(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store *reader = open_reader(f);
	struct store_incident incident;
	struct store_row row;

	append(s, 1, 3);
	store_set_deadline(reader, 0);
	assert_int_equal(store_read_row(reader, 1, &row), STORE_TOO_SLOW);
	assert_int_equal(store_read_incident(reader, 1, &incident), STORE_TOO_SLOW);
	store_set_deadline(reader, 10000);
	assert_int_equal(store_read_row(reader, 1, &row), 0);
	/* The writer's own questions have one too; its batches have none. */
	store_set_deadline(s, 0);
	assert_int_equal(store_read_row(s, 1, &row), STORE_TOO_SLOW);
	append(s, 4, 400);
	store_close(reader);
	store_close(s);
}

static void
a_reader_follows_a_file_that_was_put_in_its_place(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store *reader = open_reader(f);
	struct store_row row;
	char other[128];
	char epoch[STORE_EPOCH_BYTES];

	append(s, 1, 3);
	store_set_deadline(reader, 10000);
	assert_holds(reader, 3);
	store_close(s);
	/* What a restore does: a whole file, renamed into place. */
	snprintf(other, sizeof(other), "%s-other", f->path);
	s = open_at(f, other);
	append(s, 1, 9);
	snprintf(epoch, sizeof(epoch), "%s", store_epoch(s));
	store_close(s);
	assert_string_not_equal(store_epoch(reader), epoch);
	assert_int_equal(rename(other, f->path), 0);
	store_set_deadline(reader, 10000);
	assert_string_equal(store_epoch(reader), epoch);
	assert_holds(reader, 9);
	/* And it says so while there is none, then finds it again. */
	assert_int_equal(rename(f->path, other), 0);
	store_set_deadline(reader, 10000);
	assert_int_equal(store_read_row(reader, 1, &row), -ENOENT);
	assert_int_equal(rename(other, f->path), 0);
	store_set_deadline(reader, 10000);
	assert_holds(reader, 9);
	store_close(reader);
}

/* ---- damage */

static int
verify(struct fixture *f, uint64_t *bad)
{
	struct store *reader = open_reader(f);
	int r = store_verify(reader, bad, f->why, WHY_BYTES, NULL, NULL);

	store_close(reader);
	return r;
}

static void
each_kind_of_tampering_is_found_with_its_first_row(void **state)
{
	struct fixture *f = *state;
	const struct {
		const char *sql;
		uint64_t bad;
	} cases[] = {
		{"UPDATE log SET facts = facts + 1 WHERE seq = 500", 500},
		{"UPDATE log SET at_ms = at_ms + 1 WHERE seq = 1", 1},
		{"UPDATE log SET key = zeroblob(16) WHERE seq = 501", 501},
		{"UPDATE log SET key = zeroblob(15) WHERE seq = 502", 502},
		{"UPDATE log SET body = x'78' WHERE seq = 3", 3},
		{"UPDATE log SET hash = zeroblob(32) WHERE seq = 700", 700},
		{"UPDATE log SET hash = x'00' WHERE seq = 701", 701},
		{"UPDATE log SET digest = NULL WHERE seq = 400", 400},
		{"UPDATE log SET digest = zeroblob(32) WHERE seq = 402", 402},
		/* 600 and 601 change places */
		{"UPDATE log SET seq = -600 WHERE seq = 600;"
		 "UPDATE log SET seq = 600 WHERE seq = 601;"
		 "UPDATE log SET seq = 601 WHERE seq = -600",
			600},
		{"DELETE FROM log WHERE seq = 800", 800},
		{"DELETE FROM log WHERE seq <= 10", 1},
		{"UPDATE personal SET personal = x'78' WHERE seq = 301", 301},
		{"UPDATE personal SET salt = zeroblob(16) WHERE seq = 301", 301},
		{"UPDATE personal SET seq = 303 WHERE seq = 302", 303},
		{"INSERT INTO personal VALUES (300, zeroblob(16), x'78')", 300},
		/* a tail that was cut off the log alone */
		{"DELETE FROM log WHERE seq > 1990", 1991},
		{"DELETE FROM log WHERE seq > 1990;DELETE FROM personal WHERE seq > "
		 "1990",
			1991},
		{"UPDATE incident SET lat_deg = 43 WHERE id = 5", 5},
		{"UPDATE incident SET class_no = 5 WHERE id = 5", 5},
	};
	struct store *s = open_store(f);
	struct store_incident incident = incident_of(5, 2000);
	char sql[512];
	uint64_t bad = 99;

	incident.has_point = true;
	append(s, 1, 2000);
	assert_int_equal(store_begin(s), 0);
	put(s, &incident);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_int_equal(verify(f, &bad), 0);
	assert_int_equal(bad, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(sql, sizeof(sql), "VACUUM INTO '%s-other'", f->path);
		meddle(f, sql);
		meddle(f, cases[i].sql);
		int r = verify(f, &bad);
		if (r != STORE_DAMAGED || bad != cases[i].bad) {
			fail_msg("%s: answer %d, row %" PRIu64 " (%s)", cases[i].sql, r,
				bad, f->why);
		}
		snprintf(sql, sizeof(sql), "%s-other", f->path);
		assert_int_equal(rename(sql, f->path), 0);
	}
	assert_int_equal(verify(f, &bad), 0);
}

static void
what_a_reader_reads_is_proven_by_the_chain(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident incident = incident_of(1, 1);
	struct store_row row;

	append(s, 1, 1500);
	assert_int_equal(store_begin(s), 0);
	put(s, &incident);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	meddle(f, "UPDATE personal SET personal = x'78' WHERE seq = 10;"
		  "UPDATE log SET subject = 1 WHERE seq = 20;"
		  "UPDATE incident SET lon_deg = 12");
	struct store *reader = open_reader(f);
	assert_int_equal(store_read_row(reader, 10, &row), -EUCLEAN);
	assert_int_equal(store_read_row(reader, 20, &row), -EUCLEAN);
	assert_int_equal(store_read_incident(reader, 1, &incident), -EUCLEAN);
	assert_int_equal(store_read_row(reader, 11, &row), 0);
	assert_int_equal(store_read_row(reader, 21, &row), 0);
	store_close(reader);
}

static void
a_damaged_tail_is_found_before_anything_is_served(void **state)
{
	struct fixture *f = *state;
	const char *const cases[] = {
		"UPDATE log SET facts = 0 WHERE seq = 1999",
		"UPDATE log SET facts = 0 WHERE seq = 1001",
		"DELETE FROM log WHERE seq = 1500",
		"DELETE FROM log WHERE seq >= 1999",
		"UPDATE personal SET personal = x'78' WHERE seq = 2000",
		"UPDATE log SET hash = x'00' WHERE seq = 2000",
	};
	char sql[256];

	struct store *s = open_store(f);
	append(s, 1, 2000);
	store_close(s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(sql, sizeof(sql), "VACUUM INTO '%s-other'", f->path);
		meddle(f, sql);
		meddle(f, cases[i]);
		if (try_open(f) != STORE_DAMAGED) {
			fail_msg("%s was not found", cases[i]);
		}
		assert_non_null(strstr(f->why, "row "));
		snprintf(sql, sizeof(sql), "%s-other", f->path);
		assert_int_equal(rename(sql, f->path), 0);
	}
	assert_int_equal(try_open(f), 0);
}

static void
an_erased_personal_part_still_verifies_and_says_so(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_row row;
	uint64_t bad;

	append(s, 1, 20);
	store_close(s);
	meddle(f, "DELETE FROM personal WHERE seq IN (10, 20)");
	assert_int_equal(verify(f, &bad), 0);
	s = open_store(f);
	assert_int_equal(store_read_row(s, 10, &row), 0);
	assert_true(row.erased);
	assert_null(row.personal);
	assert_int_equal(row.body_bytes, 7);
	assert_int_equal(store_read_row(s, 9, &row), 0); /* it never had one */
	assert_false(row.erased);
	assert_null(row.personal);
	append(s, 21, 21);
	assert_int_equal(store_verify(s, &bad, f->why, WHY_BYTES, NULL, NULL), 0);
	store_close(s);
}

static void
on_progress(void *arg, uint64_t seq, uint64_t of)
{
	uint64_t *at = arg;

	assert_true(seq > *at && seq <= of);
	*at = seq;
}

static void
a_flipped_bit_anywhere_is_found_or_harmless(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct stat file;
	unsigned found = 0;
	uint64_t bad;

	append(s, 1, 300);
	store_close(s);
	assert_int_equal(stat(f->path, &file), 0);
	int fd = open(f->path, O_RDWR);
	assert_true(fd >= 0);
	/* Every 97th byte: another place on each page, all pages. */
	for (off_t at = 0; at < file.st_size; at += 97) {
		uint8_t byte;
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= (uint8_t)(1 << (at % 8));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		struct store *reader = NULL;
		int r = store_open_reader(&reader, f->path, f->why, WHY_BYTES);
		if (r == 0) {
			r = store_verify(reader, &bad, f->why, WHY_BYTES, NULL, NULL);
		}
		if (r == 0) {
			assert_holds(reader, 300); /* unused space on a page */
		} else {
			found++;
		}
		store_close(reader);
		byte ^= (uint8_t)(1 << (at % 8));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
	assert_true(found > 100);
	assert_int_equal(verify(f, &bad), 0);
}

static void
a_long_walk_tells_how_far_it_is(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t at = 0;
	uint64_t bad;

	for (uint64_t seq = 1; seq <= 10000; seq += 1000) {
		append(s, seq, seq + 999);
	}
	assert_int_equal(store_verify(s, &bad, f->why, WHY_BYTES, on_progress, &at), 0);
	assert_int_equal(at, 10000);
	store_close(s);
}

/* ---- room */

static void
a_touched_reserve_refuses_batches_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	const struct store_options huge = {
		.reserve_bytes = INT64_MAX, .synchronous = 2};
	struct store *s = open_store(f);

	append(s, 1, 3);
	store_close(s);
	assert_int_equal(store_open(&s, f->path, &huge, f->why, WHY_BYTES), 0);
	assert_int_equal(store_begin(s), STORE_NO_ROOM);
	assert_int_equal(store_begin(s), STORE_NO_ROOM);
	assert_holds(s, 3);
	store_close(s);
	s = open_store(f);
	append(s, 4, 4);
	store_close(s);
}

static void
the_wal_goes_home_in_slices_and_starts_again(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t most = 0;
	uint64_t seq = 1;

	assert_int_equal(store_wal_bytes(s), 0);
	for (int batch = 0; batch < 3000; batch++, seq++) {
		append(s, seq, seq);
		assert_int_equal(store_checkpoint_some(s), 0);
		most = store_wal_bytes(s) > most ? store_wal_bytes(s) : most;
	}
	/* It grew to a slice, and never to two. */
	assert_true(most >= 1000 * 4096);
	assert_true(most < 1100 * (4096 + 24));
	assert_holds(s, 3000);
	store_close(s);
	s = open_store(f);
	assert_holds(s, 3000);
	store_close(s);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_empty_private_and_has_an_epoch),
		TEST(rows_come_back_as_they_went_in),
		TEST(empty_parts_are_not_missing_parts),
		TEST(a_rollback_leaves_no_trace_in_file_or_chain),
		TEST(a_wrong_sequence_is_refused_and_nothing_breaks),
		TEST(an_incident_is_written_over_and_read_back),
		TEST(an_incident_that_cannot_be_is_refused),
		TEST(a_load_begins_with_what_the_window_or_an_incident_needs),
		TEST(a_clock_that_jumped_hides_no_row_of_the_window),
		TEST(a_visitor_stops_a_load_with_its_own_word),
		TEST(raw_rows_wait_with_their_bytes_until_one_interprets_them),
		TEST(a_second_writer_is_refused_also_by_another_process),
		TEST(a_file_of_a_later_program_is_left_alone),
		TEST(a_migration_that_was_changed_is_refused),
		TEST(a_file_that_is_not_ours_is_refused),
		TEST(a_reader_waits_for_the_desk_to_make_the_file),
		TEST(a_reader_sees_each_commit_and_cannot_write),
		TEST(a_question_past_its_deadline_is_too_slow),
		TEST(a_reader_follows_a_file_that_was_put_in_its_place),
		TEST(each_kind_of_tampering_is_found_with_its_first_row),
		TEST(what_a_reader_reads_is_proven_by_the_chain),
		TEST(a_damaged_tail_is_found_before_anything_is_served),
		TEST(an_erased_personal_part_still_verifies_and_says_so),
		TEST(a_flipped_bit_anywhere_is_found_or_harmless),
		TEST(a_long_walk_tells_how_far_it_is),
		TEST(a_touched_reserve_refuses_batches_and_nothing_else),
		TEST(the_wal_goes_home_in_slices_and_starts_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
