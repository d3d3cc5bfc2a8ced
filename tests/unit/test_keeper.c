/* keeper - batches on a real file: stored, refused, failed, raw */
#include "unit.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "desk_folder.h"
#include "failing_disk.h"

#define STORED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED
#define REPEATED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED
#define NO_ROOM VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_NO_ROOM
#define STORE_FAULT VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORE_FAULT

enum {
	NOW_MS = 1000000,
};

static struct desk_folder desk;
static const struct desk_words plain = {.text = "acqua"};
static const struct desk_words other = {.text = "altra acqua", .lat_deg = 44};

static int
open_desk(void **state)
{
	(void)state;
	desk_folder_make(&desk);
	desk_folder_open(&desk);
	return 0;
}

static int
drop_desk(void **state)
{
	(void)state;
	desk_folder_remove(&desk);
	return 0;
}

static void
reopen(void)
{
	desk_folder_close(&desk);
	desk_folder_open(&desk);
}

static struct desk_figures
figures(void)
{
	struct desk_figures f;

	desk_figures(keeper_desk(desk.keeper), &f);
	return f;
}

static void
a_stored_report_is_there_after_a_restart_with_its_receipt(void **state)
{
	struct keeper_answer first;

	(void)state;
	desk_folder_add(&desk, 1, &plain);
	first = desk_folder_run(&desk, NOW_MS)[0];
	assert_int_equal(first.outcome, STORED);
	assert_int_equal(first.report_id, 1);
	assert_int_equal(first.copies, 1);
	assert_int_equal(strlen(first.code), RECEIPT_CODE_BYTES - 1);
	assert_int_equal(strlen(first.token), RECEIPT_TOKEN_BYTES - 1);
	reopen();
	assert_int_equal(figures().reports, 1);
	desk_folder_add(&desk, 1, &plain);
	const struct keeper_answer *again = desk_folder_run(&desk, NOW_MS + 5);
	assert_int_equal(again->outcome, REPEATED);
	assert_string_equal(again->code, first.code);
	assert_string_equal(again->token, first.token);
	assert_int_equal(figures().reports, 1);
}

static void
a_repeat_within_one_batch_is_stored_once(void **state)
{
	const struct keeper_answer *answers;

	(void)state;
	desk_folder_add(&desk, 1, &plain);
	desk_folder_add(&desk, 2, &other);
	desk_folder_add(&desk, 1, &plain);
	answers = desk_folder_run(&desk, NOW_MS);
	assert_int_equal(answers[0].outcome, STORED);
	assert_int_equal(answers[1].outcome, STORED);
	assert_int_equal(answers[2].outcome, REPEATED);
	assert_int_equal(answers[2].report_id, answers[0].report_id);
	reopen();
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 2);
}

static void
the_crash_page_is_clean_after_a_batch(void **state)
{
	const uint8_t zero[STORE_KEY_BYTES] = {0};

	(void)state;
	memset(desk.crash_key, 9, sizeof(desk.crash_key));
	desk_folder_add(&desk, 1, &plain);
	(void)desk_folder_run(&desk, NOW_MS);
	assert_memory_equal(desk.crash_key, zero, sizeof(zero));
}

static void
nonsense_of_a_front_is_kept_in_an_incident_of_its_own(void **state)
{
	static const uint8_t nonsense[] = {0xFF, 0xFF, 0xFF};
	const struct keeper_answer *answers;

	(void)state;
	desk_folder_add_bytes(&desk, 1, nonsense, sizeof(nonsense));
	desk_folder_add(&desk, 2, &plain);
	answers = desk_folder_run(&desk, NOW_MS);
	assert_int_equal(answers[0].outcome, STORED);
	assert_int_equal(answers[0].kind, DESK_QUARANTINE);
	assert_int_equal(answers[1].kind, DESK_REPORT);
	assert_int_equal(figures().incidents_open, 2);
}

static void
a_quarantined_key_is_kept_without_being_read(void **state)
{
	static const uint8_t quarantine[1][STORE_KEY_BYTES] = {
		{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}};
	const struct keeper_answer *answers;

	(void)state;
	desk.options.quarantine = quarantine;
	desk.options.n_quarantine = 1;
	reopen();
	desk_folder_add(&desk, 5, &plain);
	desk_folder_add(&desk, 6, &plain);
	answers = desk_folder_run(&desk, NOW_MS);
	assert_int_equal(answers[0].kind, DESK_QUARANTINE);
	assert_int_equal(answers[0].outcome, STORED);
	assert_int_equal(answers[1].kind, DESK_REPORT);
	desk_folder_close(&desk);
	desk.options.n_quarantine = 0;
}

static void
raw_rows_are_interpreted_later_even_after_a_restart(void **state)
{
	unsigned i;

	(void)state;
	keeper_set_raw_mode(desk.keeper, true);
	for (i = 1; i <= 20; i++) {
		desk_folder_add(&desk, (uint8_t)i, i % 2 ? &plain : &other);
	}
	assert_int_equal(desk_folder_run(&desk, NOW_MS)[0].kind, DESK_RAW);
	assert_int_equal(figures().raw_waiting, 20);
	assert_int_equal(figures().incidents_open, 0);
	assert_true(keeper_interpret_some(desk.keeper, NOW_MS + 1));
	reopen();
	assert_true(figures().raw_waiting > 0 && figures().raw_waiting < 20);
	while (keeper_interpret_some(desk.keeper, NOW_MS + 2)) {
	}
	assert_int_equal(figures().raw_waiting, 0);
	assert_int_equal(figures().reports, 20);
	assert_int_equal(figures().incidents_open, 2);
	assert_false(keeper_interpret_some(desk.keeper, NOW_MS + 3));
}

static void
without_room_nothing_is_stored_and_it_says_so(void **state)
{
	(void)state;
	desk.options.file.reserve_bytes = UINT64_MAX;
	reopen();
	assert_false(keeper_is_refusing(desk.keeper));
	desk_folder_add(&desk, 1, &plain);
	assert_int_equal(desk_folder_run(&desk, NOW_MS)->outcome, NO_ROOM);
	assert_true(keeper_is_refusing(desk.keeper));
	keeper_probe(desk.keeper, NOW_MS);
	assert_true(keeper_is_refusing(desk.keeper));
	desk.options.file.reserve_bytes = 0;
	reopen();
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 0);
}

/* The file can grow no further, as on a disk that fails. */
static void
a_failing_disk_refuses_the_batch_and_forgets_what_never_happened(void **state)
{
	struct rlimit old, tight;

	(void)state;
	desk_folder_add(&desk, 1, &plain);
	(void)desk_folder_run(&desk, NOW_MS);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	desk_folder_add(&desk, 2, &other);
	int outcome = (int)desk_folder_run(&desk, NOW_MS)->outcome;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(outcome == (int)STORE_FAULT || outcome == (int)NO_ROOM);
	assert_true(desk.forgotten > 0);
	assert_true(keeper_is_refusing(desk.keeper));
	desk_folder_close(&desk);
	desk_folder_open(&desk);
	assert_int_equal(desk_last_seq(keeper_desk(desk.keeper)), 1);
	desk_folder_add(&desk, 2, &other);
	assert_int_equal(desk_folder_run(&desk, NOW_MS)->outcome, STORED);
	assert_int_equal(figures().reports, 2);
}

static int
run_one_input(uint8_t key, int64_t now_ms)
{
	desk_folder_add(&desk, key, &plain);
	return (int)desk_folder_run(&desk, now_ms)->outcome;
}

static void
a_disk_that_fails_each_commit_is_not_read_again_for_each_batch(void **state)
{
	unsigned loads;
	uint8_t i;
	bool stored = false;

	(void)state;
	assert_int_equal(run_one_input(1, NOW_MS), STORED);
	reopen();
	disk.no_wal = true;
	for (i = 2; i < 50; i++) {
		stored = stored || run_one_input(i, NOW_MS + i) == (int)STORED;
	}
	loads = desk.forgotten;
	keeper_probe(desk.keeper, NOW_MS + 900);
	bool paused = desk.forgotten == loads;
	keeper_probe(desk.keeper, NOW_MS + 900000);
	bool tried = desk.forgotten == loads + 1;
	disk.no_wal = false;
	assert_false(stored);
	assert_true(loads <= 2);
	assert_true(paused);
	assert_true(tried);
	assert_true(keeper_is_refusing(desk.keeper));
	assert_int_equal(figures().reports, 1); /* reading goes on */
	/* One more within the pause: refused though the disk is well again. */
	assert_int_not_equal(run_one_input(60, NOW_MS + 900001), STORED);
	keeper_probe(desk.keeper, NOW_MS + 1800000);
	assert_false(keeper_is_refusing(desk.keeper));
	assert_int_equal(run_one_input(61, NOW_MS + 1800001), STORED);
}

/* What the desk writes by itself does not make it load without end either. */
static void
a_disk_that_fails_the_desks_own_rows_is_left_alone_too(void **state)
{
	const int64_t later_ms = NOW_MS + 10 * 86400000LL;
	struct umbrella_figures u;
	uint8_t i;

	(void)state;
	while (keeper_follow_some(desk.keeper, NOW_MS)) {
	}
	for (i = 1; i <= 3; i++) {
		assert_int_equal(run_one_input(i, NOW_MS), STORED);
	}
	disk.no_wal = true;
	for (i = 0; i < 50; i++) {
		(void)keeper_follow_some(desk.keeper, later_ms + i);
	}
	unsigned loads = desk.forgotten;
	disk.no_wal = false;
	assert_int_equal(loads, 1);
	/* Reports do not wait for that. */
	assert_int_equal(run_one_input(9, later_ms + 60), STORED);
	while (keeper_follow_some(desk.keeper, later_ms + 70)) {
	}
	umbrellas_figures(desk_umbrellas(keeper_desk(desk.keeper)), &u);
	assert_int_equal(u.open, 0);
	assert_true(desk_umbrellas_are_current(keeper_desk(desk.keeper)));
}

/* Without a probe between them the first batch after the pause is one. */
static void
a_batch_after_the_pause_is_a_try_of_its_own(void **state)
{
	(void)state;
	disk.no_wal = true;
	int refused = run_one_input(1, NOW_MS);
	unsigned loads = desk.forgotten;
	int again = run_one_input(2, NOW_MS + 900000);
	unsigned more = desk.forgotten;
	disk.no_wal = false;
	assert_int_not_equal(refused, STORED);
	assert_int_not_equal(again, STORED);
	assert_int_equal(more, loads + 1);
	/* A clock that was set back does not make the pause longer. */
	assert_int_equal(run_one_input(3, NOW_MS + 500), STORED);
	assert_false(keeper_is_refusing(desk.keeper));
}

/* The file opens and loads, but takes no batch of this size. */
static void
a_failing_disk_stops_the_reading_of_raw_rows_for_now(void **state)
{
	static char text[3001];
	const struct desk_words long_words = {.text = text};
	struct rlimit old, tight;
	bool goes_on;
	uint8_t i;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	keeper_set_raw_mode(desk.keeper, true);
	for (i = 1; i <= 8; i++) {
		desk_folder_add(&desk, i, &long_words);
	}
	(void)desk_folder_run(&desk, NOW_MS);
	reopen();
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = old;
	tight.rlim_cur = 32 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	goes_on = keeper_interpret_some(desk.keeper, NOW_MS + 1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(figures().raw_waiting, 8);
	assert_false(goes_on);
}

static void
a_small_step_back_of_the_clock_is_held_a_large_one_is_taken(void **state)
{
	(void)state;
	desk_folder_add(&desk, 1, &plain);
	(void)desk_folder_run(&desk, 100000000);
	desk_folder_add(&desk, 2, &plain);
	assert_int_equal(desk_folder_run(&desk, 99999000)->received_ms, 100000000);
	desk_folder_add(&desk, 3, &plain);
	assert_int_equal(desk_folder_run(&desk, 50000000)->received_ms, 50000000);
}

static unsigned n_progress;

static void
note_progress(void *arg)
{
	(void)arg;
	n_progress++;
}

/* Else a desk that loads for long would be taken for one that hangs. */
static void
loading_says_in_between_that_it_gets_on(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = 0; i < 12; i++) {
		for (j = 0; j < 255; j++) {
			desk_folder_add(&desk, 0, &plain);
		}
		(void)desk_folder_run(&desk, NOW_MS + i);
	}
	desk.options.file.on_progress = note_progress;
	n_progress = 0;
	reopen();
	assert_in_range(n_progress, 2, 1000);
}

/* A bit has turned over on the disk. */
static void
damage(const char *sql)
{
	sqlite3 *db;

	desk_folder_close(&desk);
	assert_int_equal(sqlite3_open(desk.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	desk_folder_open(&desk);
}

/* Beyond the end of the log that is proven before anybody is answered. */
static void
what_cannot_be_proven_of_one_report_does_not_stop_the_desk(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(run_one_input(1, NOW_MS), STORED);
	for (i = 0; i < 1200; i++) {
		desk_folder_add(&desk, 0, &other);
		if (i % 200 == 199) {
			(void)desk_folder_run(&desk, NOW_MS);
		}
	}
	damage("UPDATE personal SET personal = zeroblob(9) WHERE seq = 1");
	assert_int_equal(figures().reports, 1201);
	assert_int_equal(run_one_input(3, NOW_MS + 1), STORED);
	damage("UPDATE log SET body = zeroblob(9) WHERE seq = 1");
	assert_int_equal(figures().reports, 1202);
	assert_int_equal(run_one_input(4, NOW_MS + 2), STORED);
	assert_int_equal(desk.forgotten, 0);
}

static void
a_second_keeper_on_the_same_file_is_refused(void **state)
{
	struct keeper *second = NULL;
	char why[200] = "";

	(void)state;
	assert_int_equal(keeper_open(&second, &desk.options, NOW_MS, why, sizeof(why)),
		STORE_LOCKED);
	assert_null(second);
	assert_true(why[0] != '\0');
}

static void
without_memory_it_does_not_open_and_says_why(void **state)
{
	struct keeper *keeper = NULL;
	char why[200];
	unsigned long n;
	int answer;

	(void)state;
	desk_folder_close(&desk);
	for (n = 1;; n++) {
		alloc_fail_at(n);
		answer = keeper_open(&keeper, &desk.options, NOW_MS, why, sizeof(why));
		if (!alloc_failed()) {
			break;
		}
		alloc_fail_at(0);
		assert_int_equal(answer, -12);
		assert_null(keeper);
	}
	alloc_fail_at(0);
	assert_int_equal(answer, 0);
	assert_true(n > 3);
	keeper_close(keeper);
}

int
main(void)
{
#define ON_A_DESK(f) cmocka_unit_test_setup_teardown(f, open_desk, drop_desk)
	const struct CMUnitTest tests[] = {
		ON_A_DESK(a_stored_report_is_there_after_a_restart_with_its_receipt),
		ON_A_DESK(a_repeat_within_one_batch_is_stored_once),
		ON_A_DESK(the_crash_page_is_clean_after_a_batch),
		ON_A_DESK(nonsense_of_a_front_is_kept_in_an_incident_of_its_own),
		ON_A_DESK(a_quarantined_key_is_kept_without_being_read),
		ON_A_DESK(raw_rows_are_interpreted_later_even_after_a_restart),
		ON_A_DESK(without_room_nothing_is_stored_and_it_says_so),
		ON_A_DESK(
			a_failing_disk_refuses_the_batch_and_forgets_what_never_happened),
		ON_A_DESK(
			a_disk_that_fails_each_commit_is_not_read_again_for_each_batch),
		ON_A_DESK(a_disk_that_fails_the_desks_own_rows_is_left_alone_too),
		ON_A_DESK(a_batch_after_the_pause_is_a_try_of_its_own),
		ON_A_DESK(a_failing_disk_stops_the_reading_of_raw_rows_for_now),
		ON_A_DESK(a_small_step_back_of_the_clock_is_held_a_large_one_is_taken),
		ON_A_DESK(loading_says_in_between_that_it_gets_on),
		ON_A_DESK(what_cannot_be_proven_of_one_report_does_not_stop_the_desk),
		ON_A_DESK(a_second_keeper_on_the_same_file_is_refused),
		ON_A_DESK(without_memory_it_does_not_open_and_says_why),
	};

	disk.real = true;
	put_shim_in_place();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
