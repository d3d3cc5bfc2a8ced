/* store_record - records that prove themselves, and what people did */
#include "store_kit.h"

#include <errno.h>

#include "geo/store_record.h"

struct seen {
	size_t n, n_damaged;
	uint64_t ids[8];
	char texts[8][16];
};

static int
see(void *arg, const struct store_record *r)
{
	struct seen *s = arg;

	s->ids[s->n] = r->id;
	s->n_damaged += r->damaged;
	memcpy(s->texts[s->n], r->packed, r->packed_bytes);
	s->texts[s->n++][r->packed_bytes] = '\0';
	return 0;
}

static struct store_record
record_of(uint64_t id, uint64_t seq, const char *text)
{
	return (struct store_record){.kind = STORE_RECORD_ACCOUNT,
		.id = id,
		.seq = seq,
		.packed = (const uint8_t *)text,
		.packed_bytes = text != NULL ? strlen(text) : 0};
}

static void
keep(struct store *s, uint64_t id, uint64_t seq, const char *text)
{
	const struct store_record r = record_of(id, seq, text);

	assert_int_equal(store_put_record(s, &r), 0);
}

static void
log_row(struct store *s, uint64_t seq, enum store_kind kind)
{
	const struct store_row row = {.seq = seq,
		.at_ms = (int64_t)seq * 1000,
		.kind = kind,
		.subject = kind == STORE_REPORT ? seq : 0};

	assert_int_equal(store_append(s, &row), 0);
}

static void
the_newest_of_each_is_kept_and_may_go(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct seen seen = {0};

	assert_int_equal(store_begin(s), 0);
	log_row(s, 1, STORE_AUDIT);
	keep(s, 7, 1, "seven");
	keep(s, 3, 1, "three");
	keep(s, 7, 1, "seven again");
	keep(s, 5, 1, "");
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_begin(s), 0);
	keep(s, 3, 0, NULL);
	keep(s, 99, 0, NULL);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	s = open_store(f);
	assert_int_equal(store_load_records(s, STORE_RECORD_ACCOUNT, see, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.ids[0], 5);
	assert_string_equal(seen.texts[0], "");
	assert_int_equal(seen.ids[1], 7);
	assert_string_equal(seen.texts[1], "seven again");
	seen.n = 0;
	assert_int_equal(store_load_records(s, STORE_RECORD_SESSION, see, &seen), 0);
	assert_int_equal(seen.n, 0);
	store_close(s);
}

static void
one_that_cannot_be_is_refused_and_breaks_nothing(void **state)
{
	struct store *s = open_store(*state);
	const struct store_record none = record_of(0, 0, "x"),
				  ahead = record_of(1, 5, "x");

	assert_int_equal(store_begin(s), 0);
	log_row(s, 1, STORE_AUDIT);
	assert_int_equal(store_put_record(s, &none), -EINVAL);
	assert_int_equal(store_put_record(s, &ahead), -EINVAL);
	keep(s, 1, 1, "x");
	assert_int_equal(store_commit(s), 0);
	store_close(s);
}

static void
one_that_was_changed_is_told_to_be_damaged(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct seen seen = {0};
	sqlite3 *db;

	assert_int_equal(store_begin(s), 0);
	log_row(s, 1, STORE_AUDIT);
	keep(s, 7, 1, "operator");
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE record SET packed = x'41'", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	s = open_store(f);
	assert_int_equal(store_load_records(s, STORE_RECORD_ACCOUNT, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.n_damaged, 1);
	store_close(s);
}

static void
doings_are_found_among_reports_newest_first(void **state)
{
	struct store *s = open_store(*state);
	uint64_t seqs[4];
	size_t n;

	assert_int_equal(store_begin(s), 0);
	for (uint64_t seq = 1; seq <= 300; seq++) {
		log_row(s, seq, seq % 50 == 0 ? STORE_AUDIT : STORE_REPORT);
	}
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_read_doings(s, UINT64_MAX, seqs, 4, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(seqs[0], 300);
	assert_int_equal(seqs[3], 150);
	assert_int_equal(store_read_doings(s, 150, seqs, 4, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(seqs[0], 100);
	assert_int_equal(seqs[1], 50);
	assert_int_equal(store_read_doings(s, 50, seqs, 4, &n), 0);
	assert_int_equal(n, 0);
	store_close(s);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
	const struct CMUnitTest tests[] = {
		T(the_newest_of_each_is_kept_and_may_go),
		T(one_that_cannot_be_is_refused_and_breaks_nothing),
		T(one_that_was_changed_is_told_to_be_damaged),
		T(doings_are_found_among_reports_newest_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
