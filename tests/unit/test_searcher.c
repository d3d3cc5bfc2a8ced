/* The same question at every state of the index: the answers must be the same. */
#include "unit.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk_folder.h"
#include "dispatch/entry.h"
#include "geo/index.h"
#include "server/searcher.h"

enum {
	REPORTS = 60,
	MOVES = 16,
	ARENA_BYTES = 2 * 1024 * 1024,
};

struct bench {
	struct desk_folder desk;
	struct store *store;
	struct searcher *searcher;
	struct arena *arena;
	struct arena *rows;
	char path[96];
};

static int
make_bench(void **state)
{
	static struct bench b;
	char why[256], text[64];

	memset(&b, 0, sizeof(b));
	desk_folder_make(&b.desk);
	desk_folder_open(&b.desk);
	for (int i = 0; i < REPORTS; i++) {
		const struct desk_words words = {.text = text,
			.lat_deg = 42.3 + (i * 37 % REPORTS) * 0.001,
			.source = (uint64_t)i + 1};

		snprintf(text, sizeof(text), "%s %d",
			i % 3 == 0 ? "Fum\xc3\xb2" : "acqua", i);
		desk_folder_add(&b.desk, 0, &words);
		(void)desk_folder_run(&b.desk, 1795000000000 + i * 600000);
	}
	snprintf(b.path, sizeof(b.path), "%s/index.sqlite", b.desk.folder);
	assert_int_equal(store_open_reader(&b.store, b.desk.path, why, sizeof(why)), 0);
	b.arena = arena_new(ARENA_BYTES);
	b.rows = arena_new(ARENA_BYTES);
	b.searcher = searcher_new(b.store, b.path);
	assert_non_null(b.searcher);
	*state = &b;
	return 0;
}

static int
drop_bench(void **state)
{
	struct bench *b = *state;

	searcher_free(b->searcher);
	store_close(b->store);
	arena_free(b->arena);
	arena_free(b->rows);
	assert_int_equal(index_delete(b->path), 0);
	desk_folder_remove(&b->desk);
	return 0;
}

struct filling {
	struct bench *bench;
	struct index_writer *index;
};

static int
put_move(struct filling *f, const struct store_row *row)
{
	struct index_entry was, now;
	struct entry_move move;
	bool found;

	assert_int_equal(index_read_report(f->index, row->about, &was, &found), 0);
	assert_true(found);
	assert_int_equal(entry_move_of_row(row, f->bench->rows, &move), 0);
	now = was;
	entry_put_elsewhere(&move, &now);
	assert_int_equal(index_move(f->index, row->about, row->subject), 0);
	return index_place(f->index, &was, &now);
}

static int
put(void *arg, const struct store_row *row)
{
	struct filling *f = arg;
	struct index_entry e;

	arena_reset(f->bench->rows);
	if (row->kind == STORE_MOVED_IN) {
		return put_move(f, row);
	}
	return entry_of_row(row, f->bench->rows, &e) == 0 ? index_put(f->index, &e) : 0;
}

/* An index that holds the log up to there; 0: none. */
static void
index_up_to(struct bench *b, uint64_t seq)
{
	struct filling f = {b, NULL};
	const char *why;

	assert_int_equal(index_delete(b->path), 0);
	if (seq > 0) {
		assert_int_equal(
			index_open(&f.index, b->path, store_epoch(b->store), &why), 0);
		store_set_deadline(b->store, 60000);
		assert_int_equal(index_begin(f.index), 0);
		assert_int_equal(store_read_rows(b->store, 1, seq, put, &f), 0);
		assert_int_equal(
			index_commit(f.index, (struct index_state){seq, 0}), 0);
		index_close(f.index);
	}
	assert_int_equal(searcher_open_index(b->searcher), seq > 0);
}

/* Reads on page by page, as a client does. */
static size_t
find_all(struct bench *b, Vedetta__V1__SearchQuestion q, uint64_t *seqs)
{
	struct searcher_refusal refusal;
	struct searcher_page page;
	size_t n = 0;

	q.limit = 7;
	do {
		arena_reset(b->arena);
		assert_int_equal(
			searcher_find(b->searcher, &q, b->arena, &page, &refusal), 0);
		assert_false(page.partial);
		for (size_t i = 0; i < page.n; i++) {
			assert_true(n < REPORTS);
			seqs[n++] = page.hits[i].seq;
		}
		if (q.n_near > 0 && page.n > 0) {
			q.upto = page.upto;
			q.from_m = page.hits[page.n - 1].distance_m;
			q.from_row = page.hits[page.n - 1].seq;
		}
		q.before = page.before;
	} while (q.n_near > 0 ? page.n == q.limit : page.before > 0);
	return n;
}

static void
assert_same_everywhere(
	struct bench *b, const Vedetta__V1__SearchQuestion *q, size_t want)
{
	uint64_t first[REPORTS], seqs[REPORTS];
	size_t n;

	index_up_to(b, 0);
	n = find_all(b, *q, first);
	assert_int_equal(n, want);
	for (uint64_t seq = 1; seq <= REPORTS; seq += seq % 3 + 1) {
		index_up_to(b, seq);
		assert_int_equal(find_all(b, *q, seqs), n);
		assert_memory_equal(seqs, first, n * sizeof(seqs[0]));
	}
}

static Vedetta__V1__SearchQuestion
question(void)
{
	Vedetta__V1__SearchQuestion q = VEDETTA__V1__SEARCH_QUESTION__INIT;

	return q;
}

static void
pages_are_the_same_at_every_state_of_the_index(void **state)
{
	static double box[] = {13.3, 42.31, 13.5, 42.33};
	static char words[] = "fumo";
	struct bench *b = *state;
	Vedetta__V1__SearchQuestion q = question();

	assert_same_everywhere(b, &q, REPORTS);
	q.words = words;
	assert_same_everywhere(b, &q, REPORTS / 3);
	q.words = question().words;
	q.box = box;
	q.n_box = 4;
	assert_same_everywhere(b, &q, 20);
	q.n_box = 0;
	q.from_ms = 1795000000000 + 10 * 600000;
	q.to_ms = q.from_ms + 20 * 600000;
	assert_same_everywhere(b, &q, 20);
}

static void
the_nearest_are_the_same_at_every_state_of_the_index(void **state)
{
	static double near[] = {13.4, 42.32, 2000};
	struct bench *b = *state;
	Vedetta__V1__SearchQuestion q = question();

	q.near = near;
	q.n_near = 3;
	assert_same_everywhere(b, &q, 35);
}

static void
counts_are_the_same_at_every_state_of_the_index(void **state)
{
	struct bench *b = *state;
	Vedetta__V1__SearchQuestion of = question();
	Vedetta__V1__CountQuestion q = VEDETTA__V1__COUNT_QUESTION__INIT;

	q.of = &of;
	q.by_hour = true;
	for (uint64_t seq = 0; seq <= REPORTS; seq += 5) {
		struct searcher_refusal refusal;
		Vedetta__V1__CountList *list;
		uint64_t sum = 0;

		index_up_to(b, seq);
		arena_reset(b->arena);
		assert_int_equal(
			searcher_count(b->searcher, &q, b->arena, &list, &refusal), 0);
		assert_false(list->partial);
		assert_int_equal(list->lag_rows, REPORTS - seq);
		for (size_t i = 0; i < list->n_counts; i++) {
			assert_int_equal(list->counts[i]->hour->seconds % 3600, 0);
			assert_true(
				i == 0 || list->counts[i]->hour->seconds >
						  list->counts[i - 1]->hour->seconds);
			assert_true(list->counts[i]->reports <= 6);
			sum += list->counts[i]->reports;
		}
		assert_int_equal(sum, REPORTS);
	}
}

struct truth {
	double lat_deg[REPORTS + 1];
	uint64_t last;
};

/* Some to another latitude, four of them twice, over themselves and others. */
static void
move_some(struct bench *b, struct truth *t)
{
	for (int i = 0; i < REPORTS; i++) {
		t->lat_deg[i + 1] = 42.3 + (i * 37 % REPORTS) * 0.001;
	}
	for (int k = 0; k < MOVES; k++) {
		uint64_t report = (uint64_t)(k % 12) * 5 + 3, incident;
		const struct keeper_answer *answer;
		struct store_row row;
		int64_t at_ms;

		store_set_deadline(b->store, 60000);
		assert_int_equal(store_read_row(b->store, report, &row), 0);
		incident = row.subject;
		assert_int_equal(searcher_where(b->searcher, report, &incident), 0);
		t->lat_deg[report] = 42.3005 + (k * 29 % REPORTS) * 0.001;
		desk_folder_place(&b->desk, incident, report, t->lat_deg[report]);
		answer = desk_folder_run(&b->desk, 1795000000000 + REPORTS * 600000);
		assert_int_equal(answer->outcome,
			VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED);
		assert_int_equal(store_read_last(b->store, &t->last, &at_ms), 0);
	}
}

static const struct truth *sorting_by;

static int
by_distance(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	double dx = fabs(sorting_by->lat_deg[x] - 42.32013);
	double dy = fabs(sorting_by->lat_deg[y] - 42.32013);

	return fabs(dx - dy) > 1e-9 ? (dx > dy) - (dx < dy) : (x > y) - (x < y);
}

static void
what_operators_placed_is_found_there_at_every_state_of_the_index(void **state)
{
	static double box[] = {13.3, 42.31, 13.5, 42.33};
	static double near[] = {13.4, 42.32013, 1500};
	struct bench *b = *state;
	struct truth t;
	uint64_t inside[REPORTS], nearby[REPORTS], seqs[REPORTS];
	size_t n_inside = 0, n_nearby = 0;
	Vedetta__V1__SearchQuestion q = question();

	move_some(b, &t);
	for (uint64_t seq = REPORTS; seq >= 1; seq--) {
		if (t.lat_deg[seq] >= 42.31 && t.lat_deg[seq] <= 42.33) {
			inside[n_inside++] = seq;
		}
		if (fabs(t.lat_deg[seq] - 42.32013) * 111195.08 <= 1500) {
			nearby[n_nearby++] = seq;
		}
	}
	sorting_by = &t;
	qsort(nearby, n_nearby, sizeof(nearby[0]), by_distance);
	for (uint64_t upto = 0; upto <= t.last; upto++) {
		index_up_to(b, upto);
		q = question();
		q.box = box;
		q.n_box = 4;
		assert_int_equal(find_all(b, q, seqs), n_inside);
		assert_memory_equal(seqs, inside, n_inside * sizeof(seqs[0]));
		q = question();
		q.near = near;
		q.n_near = 3;
		assert_int_equal(find_all(b, q, seqs), n_nearby);
		assert_memory_equal(seqs, nearby, n_nearby * sizeof(seqs[0]));
		assert_int_equal(find_all(b, question(), seqs), REPORTS);
	}
}

/* Row 1 too: whatever reads from the first row on must not stop there. */
static void
damage_some(struct bench *b)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(b->desk.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "UPDATE personal SET personal = x'78'"
				 " WHERE seq IN (1, 20, 21, 22, 60)",
				 NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
rows_above_the_index_that_are_damaged_hide_no_others(void **state)
{
	static double near[] = {13.4, 42.32, 20000};
	struct bench *b = *state;
	uint64_t seqs[REPORTS];
	Vedetta__V1__SearchQuestion q = question();

	damage_some(b);
	index_up_to(b, 0);
	assert_int_equal(find_all(b, q, seqs), REPORTS - 5);
	for (size_t i = 0; i < REPORTS - 5; i++) {
		assert_true(seqs[i] != 1 && seqs[i] != 21 && seqs[i] != 60);
	}
	q.near = near;
	q.n_near = 3;
	assert_int_equal(find_all(b, q, seqs), REPORTS - 5);
}

static void
what_cannot_be_asked_is_refused_by_name(void **state)
{
	static double flat[] = {13, 42, 13, 42, 13, 42};
	static char nothing[] = "* -";
	struct bench *b = *state;
	Vedetta__V1__SearchQuestion q = question();
	struct searcher_refusal refusal;
	struct searcher_page page;

	q.polygon = flat;
	q.n_polygon = 6;
	assert_int_equal(searcher_find(b->searcher, &q, b->arena, &page, &refusal),
		SEARCHER_REFUSED);
	assert_string_equal(refusal.parameter, "polygon");
	q.n_polygon = 0;
	q.words = nothing;
	assert_int_equal(searcher_find(b->searcher, &q, b->arena, &page, &refusal),
		SEARCHER_REFUSED);
	assert_string_equal(refusal.parameter, "words");
}

static void
short_memory_makes_none(void **state)
{
	struct bench *b = *state;

	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		struct searcher *s = searcher_new(b->store, b->path);
		int failed = alloc_failed();
		alloc_fail_at(0);
		assert_int_equal(s == NULL, failed);
		searcher_free(s);
		if (!failed) {
			break;
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, drop_bench)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_are_the_same_at_every_state_of_the_index),
		TEST(the_nearest_are_the_same_at_every_state_of_the_index),
		TEST(counts_are_the_same_at_every_state_of_the_index),
		TEST(what_operators_placed_is_found_there_at_every_state_of_the_index),
		TEST(rows_above_the_index_that_are_damaged_hide_no_others),
		TEST(what_cannot_be_asked_is_refused_by_name),
		TEST(short_memory_makes_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
