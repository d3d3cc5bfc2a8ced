/* what a damaged file costs: the desk starts, says so, and loses no number */
#include "unit.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "desk_folder.h"

#define STORED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED

enum {
	NOW_MS = 1000000,
	FILE_BYTES_MAX = 4 * 1024 * 1024,
	SPOTS = 400, /* bits turned over, each in a file of its own */
	PAGE_BYTES = 4096,
};

static struct desk_folder desk;
static uint8_t *whole; /* the file before anything happened to it */
static size_t whole_bytes;
static struct desk_figures before;
static uint64_t last;

static const struct desk_words words = {.text = "acqua in cantina"};
static const struct desk_words more = {.text = "acqua anche di sopra"};
static const struct desk_words far = {.text = "frana", .lat_deg = 45};

static struct desk_figures
figures(void)
{
	struct desk_figures f;

	desk_figures(keeper_desk(desk.keeper), &f);
	return f;
}

static void
keep_whole(void)
{
	FILE *file = fopen(desk.path, "rb");

	assert_non_null(file);
	whole = malloc(FILE_BYTES_MAX);
	assert_non_null(whole);
	whole_bytes = fread(whole, 1, FILE_BYTES_MAX, file);
	assert_true(whole_bytes > 0 && whole_bytes < FILE_BYTES_MAX);
	assert_int_equal(fclose(file), 0);
}

static void
put_whole(void)
{
	FILE *file = fopen(desk.path, "wb");
	static const char *const tails[] = {"-wal", "-shm"};
	char path[128];

	assert_non_null(file);
	assert_int_equal(fwrite(whole, 1, whole_bytes, file), whole_bytes);
	assert_int_equal(fclose(file), 0);
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", desk.path, tails[i]);
		(void)unlink(path);
	}
}

/*
 * Rows 1 to 7: one of raw mode, two reports, further words, a move (two rows), and what
 * became of the raw one; then as many reports as fill some pages.
 */
static int
make_file(void **state)
{
	(void)state;
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	keeper_set_raw_mode(desk.keeper, true);
	desk_folder_add(&desk, 1, &far);
	(void)desk_folder_run(&desk, NOW_MS);
	keeper_set_raw_mode(desk.keeper, false);
	desk_folder_add(&desk, 2, &words);
	desk_folder_add(&desk, 3, &words);
	desk_folder_add(&desk, 3, &more);
	(void)desk_folder_run(&desk, NOW_MS);
	desk_folder_place(&desk, 2, 3, 46);
	(void)desk_folder_run(&desk, NOW_MS);
	while (keeper_interpret_some(desk.keeper, NOW_MS + 20)) {
	}
	for (uint8_t n = 10; n < 60; n++) {
		const struct desk_words one = {
			.text = "incendio", .lat_deg = -30.0 - n % 10, .source = n};

		desk_folder_add(&desk, n, &one);
	}
	(void)desk_folder_run(&desk, NOW_MS + 30);
	before = figures();
	last = desk_last_seq(keeper_desk(desk.keeper));
	assert_int_equal(last, 57);
	desk_folder_close(&desk);
	keep_whole();
	return 0;
}

static int
drop_file(void **state)
{
	(void)state;
	desk_folder_remove(&desk);
	free(whole);
	whole = NULL;
	return 0;
}

static void
meddle(const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(desk.path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
		fail_msg("%s: %s", sql, error);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Is it acknowledged? It never has a number that another one had. */
static bool
takes_a_report(const char *what)
{
	static const struct desk_words new = {.text = "incendio", .lat_deg = -60};
	const struct keeper_answer *answer;

	while (keeper_interpret_some(desk.keeper, NOW_MS + 40)) {
	}
	while (keeper_follow_some(desk.keeper, NOW_MS + 45)) {
	}
	desk_folder_add(&desk, 200, &new);
	answer = desk_folder_run(&desk, NOW_MS + 50);
	if (answer->outcome != STORED) {
		return false;
	}
	if (answer->report_id <= last) {
		fail_msg("%s: number %llu is given again", what,
			(unsigned long long)answer->report_id);
	}
	return true;
}

/* What it costs: rows that are set aside, each in an incident for somebody to see. */
static const struct {
	const char *sql;
	uint64_t bad;    /* what verify names; 0: nothing is left to find */
	unsigned looked; /* incidents that say what is lost */
} damages[] = {
	{"UPDATE log SET facts = 0 WHERE seq = 2", 2, 1},
	{"UPDATE log SET subject = 57 WHERE seq = 57", 57, 1},
	{"UPDATE log SET subject = 999 WHERE seq = 57", 57, 1},
	{"UPDATE log SET kind = 99 WHERE seq = 30", 30, 1},
	{"UPDATE log SET kind = 8 WHERE seq = 30", 30, 0},
	{"UPDATE log SET at_ms = 9223372036854775807 WHERE seq = 57", 57, 1},
	{"UPDATE log SET key = x'00' WHERE seq = 30", 30, 1},
	{"UPDATE log SET body = x'' WHERE seq = 4", 4, 1},
	{"UPDATE log SET body = x'78' WHERE seq = 5", 5, 1},
	{"UPDATE log SET body = x'78' WHERE seq = 6", 6, 1},
	{"UPDATE log SET about = 3 WHERE seq = 7", 7, 2}, /* and the raw one again */
	{"UPDATE log SET digest = zeroblob(31) WHERE seq = 30", 30, 1},
	{"DELETE FROM log WHERE seq = 30", 30, 2}, /* 31 cannot be proven */
	{"DELETE FROM log WHERE seq BETWEEN 30 AND 33", 30, 5}, /* nor 34 */
	{"DELETE FROM log WHERE seq > 55", 56, 2},
	{"UPDATE log SET hash = x'00' WHERE seq = 57", 57, 1},
	{"UPDATE log SET hash = zeroblob(32) WHERE seq = 30", 0, 0},
	{"UPDATE log SET hash = x'00' WHERE seq = 31", 0, 0},
	{"UPDATE personal SET personal = x'78' WHERE seq = 30", 30, 0},
	{"UPDATE personal SET salt = x'78' WHERE seq = 57", 57, 0},
	{"UPDATE incident SET lat_deg = 10 WHERE id = 2", 0, 0},
	{"UPDATE incident SET status = 2, hazard = 4 WHERE id = 10", 0, 0},
	{"UPDATE incident SET areas = '010' WHERE id = 10", 0, 0},
	{"UPDATE incident SET id = 5000 WHERE id = 10", 5000, 0},
};

static void
assert_goes_on(size_t n)
{
	const char *sql = damages[n].sql;
	char why[256];
	uint64_t bad = 0;
	uint64_t open;
	int answer;

	put_whole();
	meddle(sql);
	desk_folder_open(&desk);
	if (!takes_a_report(sql) || desk.forgotten != 0) {
		fail_msg("%s: it takes no report, or not at once", sql);
	}
	open = figures().incidents_open;
	if (open != before.incidents_open + 1 + damages[n].looked) {
		fail_msg("%s: %llu incidents open, were %llu", sql,
			(unsigned long long)open,
			(unsigned long long)before.incidents_open);
	}
	answer = store_verify(
		keeper_store(desk.keeper), &bad, why, sizeof(why), NULL, NULL);
	if (answer != (damages[n].bad == 0 ? 0 : STORE_DAMAGED) ||
		bad != damages[n].bad) {
		fail_msg("%s: verify says %d, row %llu: %s", sql, answer,
			(unsigned long long)bad, why);
	}
	/* The next start finds it told, and tells it to nobody again. */
	desk_folder_close(&desk);
	desk_folder_open(&desk);
	if (figures().incidents_open != open || figures().raw_waiting != 0) {
		fail_msg("%s: told again at the next start", sql);
	}
	desk_folder_close(&desk);
}

static void
a_damaged_row_or_record_is_told_and_the_desk_goes_on(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(damages) / sizeof(damages[0]); n++) {
		assert_goes_on(n);
	}
}

/* What became of the desk with a bit turned over. */
struct turned {
	unsigned goes_on;
	unsigned refused; /* at the start, with a sentence */
	unsigned closed;  /* started, and a page that must be written is damaged */
};

static void
turn_over(size_t at, unsigned bit, struct turned *sum)
{
	char why[256] = "";
	char what[64];

	(void)snprintf(what, sizeof(what), "bit %u of byte %zu", bit, at);
	whole[at] ^= (uint8_t)(1u << bit);
	put_whole();
	whole[at] ^= (uint8_t)(1u << bit);
	if (keeper_open(&desk.keeper, &desk.options, NOW_MS, why, sizeof(why)) != 0) {
		desk.keeper = NULL;
		assert_true(why[0] != '\0');
		sum->refused++;
		return;
	}
	if (!takes_a_report(what)) {
		sum->closed++;
		desk_folder_close(&desk);
		return;
	}
	sum->goes_on++;
	desk_folder_close(&desk);
	desk_folder_open(&desk);
	if (desk_last_seq(keeper_desk(desk.keeper)) <= last) {
		fail_msg("%s: what was acknowledged is gone", what);
	}
	desk_folder_close(&desk);
}

/*
 * One bit, anywhere behind the file's first page. In the schema or where it
 * breaks how pages hang together SQLite itself cannot go on; anywhere else we do.
 */
static void
a_bit_turned_over_hardly_ever_keeps_the_desk_from_its_work(void **state)
{
	const uint8_t seed[randombytes_SEEDBYTES] = {7};
	struct turned sum = {0};
	uint32_t spots[SPOTS];

	(void)state;
	randombytes_buf_deterministic(spots, sizeof(spots), seed);
	for (size_t n = 0; n < SPOTS; n++) {
		turn_over(PAGE_BYTES + spots[n] / 8 % (whole_bytes - PAGE_BYTES),
			spots[n] % 8, &sum);
	}
	print_message("# of %d: %u go on, %u refused, %u take nothing\n", SPOTS,
		sum.goes_on, sum.refused, sum.closed);
	assert_true(sum.goes_on >= SPOTS * 95 / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_damaged_row_or_record_is_told_and_the_desk_goes_on, make_file,
			drop_file),
		cmocka_unit_test_setup_teardown(
			a_bit_turned_over_hardly_ever_keeps_the_desk_from_its_work,
			make_file, drop_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
