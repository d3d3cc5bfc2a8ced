#include "unit.h"

#include <errno.h>
#include <string.h>

#include "dispatch/incident.h"
#include "dispatch/rank.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	HOUR_MS = 3600000,
	FIRE = 8,
	GAS_LEAK = 10,
};

static const struct store_incident record = {
	.id = 3,
	.seq = 9,
	.hazard = FIRE,
	.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
	.class_no = CLASS_NONE,
	.has_point = true,
	.point = {42.5, 13.5},
	.accuracy_m = 20,
	.place_kind = 3,
	.words = "via Roma",
	.opened_ms = 1000,
	.linked = 2,
	.version = 4,
};

static int
set_up(void **state)
{
	*state = incident_new(&record);
	return *state == NULL;
}

static int
tear_down(void **state)
{
	incident_free(*state);
	return 0;
}

/* What one row gave; its number does not matter here. */
static int
take(struct incident *i, const struct facts *f, uint64_t source, int64_t arrival_ms)
{
	const struct member member = member_pack(1, source, facts_pack(f), arrival_ms);

	return incident_take(i, &member, i->members.n + 1);
}

static void
a_record_goes_in_and_comes_out_whole(void **state)
{
	struct store_incident out;

	incident_to_store(*state, &out);
	assert_int_equal(out.id, 3);
	assert_int_equal(out.seq, 9);
	assert_int_equal(out.hazard, FIRE);
	assert_int_equal(out.status, record.status);
	assert_true(
		out.has_point && !out.unplaced && !out.exercise && !out.quarantined);
	assert_true(out.point.lat_deg == 42.5 && out.point.lon_deg == 13.5);
	assert_true(out.accuracy_m == 20);
	assert_int_equal(out.place_kind, 3);
	assert_string_equal(out.words, "via Roma");
	assert_int_equal(out.opened_ms, 1000);
	assert_int_equal(out.linked, 2);
	assert_int_equal(out.version, 4);
}

static void
the_first_to_give_the_best_class_names_the_reason(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = FIRE};

	take(i, &f, 1, 1000);
	assert_int_equal(i->class_no, 3);
	assert_string_equal(rank_reason(i->reason), "hazard");
	f.signs = SIGN_DANGER_RISING;
	take(i, &f, 1, 1000);
	f.signs = SIGN_INJURED;
	take(i, &f, 1, 1000);
	assert_int_equal(i->class_no, 2);
	assert_string_equal(rank_reason(i->reason), "danger_rising");
	assert_int_equal(i->signs, SIGN_DANGER_RISING | SIGN_INJURED);
}

static void
read_back_the_class_is_its_rows_or_at_least_its_records(void **state)
{
	struct store_incident loaded = record;
	struct facts f = {.hazard = FIRE};
	struct incident *i;

	(void)state;
	loaded.class_no = 2;
	i = incident_new(&loaded);
	assert_non_null(i);
	take(i, &f, 1, 1000);
	assert_int_equal(i->class_no, 3);
	f.signs = SIGN_DANGER_RISING;
	take(i, &f, 1, 1000);
	f.signs = SIGN_INJURED;
	take(i, &f, 1, 1000);
	assert_string_equal(rank_reason(i->reason), "danger_rising");
	incident_loaded(i);
	assert_int_equal(i->class_no, 2);
	incident_free(i);
	/* The row that said so cannot be read any more. */
	loaded.class_no = 1;
	i = incident_new(&loaded);
	assert_non_null(i);
	assert_int_equal(i->class_no, 1);
	take(i, &f, 1, 1000);
	incident_loaded(i);
	assert_int_equal(i->class_no, 1);
	incident_free(i);
}

static const struct worsened *
worsened(const struct incident *i)
{
	static const struct worsened never;

	return i->rare->work == NULL ? &never : &i->rare->work->worsened;
}

static void
a_worse_report_is_noted_and_the_first_is_none(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = FIRE, .signs = SIGN_NEEDS};

	take(i, &f, 1, 1000);
	take(i, &f, 2, 2000);
	assert_int_equal(worsened(i)->seq, 0);
	f.signs = SIGN_INJURED;
	take(i, &f, 3, 3000);
	assert_int_equal(worsened(i)->seq, 3);
	assert_int_equal(worsened(i)->class_before, 3);
	assert_int_equal(worsened(i)->class_now, 2);
	assert_string_equal(worsened(i)->reason, "injured");
	take(i, &f, 4, 4000);
	assert_int_equal(worsened(i)->seq, 3);
	/* Of the same class, and new: it is about lives. */
	f.signs = SIGN_INJURED | SIGN_DANGER_RISING;
	take(i, &f, 5, 5000);
	assert_int_equal(worsened(i)->seq, 5);
	assert_string_equal(worsened(i)->reason, "danger_rising");
	/* A sign that its class stands above is nothing to wake somebody for. */
	f.signs = SIGN_TRAPPED;
	take(i, &f, 6, 6000);
	f.signs = SIGN_VULNERABLE;
	take(i, &f, 7, 7000);
	assert_int_equal(worsened(i)->seq, 6);
	/* It leaves, and with it what it said. */
	assert_int_equal(incident_give_up(i, &(uint64_t){1}, 1), 0);
	assert_int_equal(worsened(i)->seq, 0);
}

static void
an_addition_raises_and_is_not_counted(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = FIRE};

	take(i, &f, 1, 1000);
	f = (struct facts){.hazard = HAZARD_OTHER,
		.adds = true,
		.signs = SIGN_VULNERABLE,
		.people = 3};
	take(i, &f, 2, 9000);
	/* Vulnerable people raise with a danger: the incident's, not "other". */
	assert_int_equal(i->class_no, 2);
	assert_int_equal(i->people, 3);
	assert_int_equal(i->n_reports, 1);
	assert_int_equal(i->n_sources, 1);
	assert_int_equal(i->last_report_ms, 1000);
}

static void
a_repeat_changes_nothing(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = FIRE, .repeat = true, .signs = SIGN_TRAPPED};

	take(i, &f, 1, 9000);
	assert_int_equal(i->n_reports, 0);
	assert_int_equal(i->signs, 0);
	assert_int_equal(i->last_report_ms, 1000);
}

static void
what_nobody_could_read_is_class_two(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = HAZARD_OTHER, .unreadable = true};

	take(i, &f, 0, 1000);
	assert_int_equal(i->class_no, 2);
	assert_string_equal(rank_reason(i->reason), "quarantined");
	assert_int_equal(i->n_sources, 0);
}

static void
growing_reports_show_in_the_trend(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = GAS_LEAK};
	uint64_t s;

	for (s = 1; s <= 16; s++) {
		take(i, &f, s, 1000);
	}
	assert_int_equal(i->trend.step, 2);
	assert_int_equal(i->n_sources, 16);
}

static void
each_sender_counts_once_however_many_there_are(void **state)
{
	struct incident *i = *state;
	struct facts f = {.hazard = GAS_LEAK};
	uint64_t leaving[20];
	uint64_t n;

	/* Of every four reports two are of one sender, and one is of another site. */
	for (n = 0; n < 400; n++) {
		const struct facts said = {
			.hazard = GAS_LEAK, .cross_site = n % 4 == 3};
		const struct member member = member_pack(
			n + 1, n % 4 == 1 ? n : n + 1, facts_pack(&said), 1000);

		assert_int_equal(incident_take(i, &member, n + 1), 0);
	}
	assert_int_equal(i->n_sources, 200);
	for (n = 0; n < 20; n++) {
		leaving[n] = 381 + n;
	}
	assert_int_equal(incident_give_up(i, leaving, 20), 0);
	assert_int_equal(i->n_sources, 190);
	/* One who is there, and one who left. */
	take(i, &f, 380 - 1, 1000);
	assert_int_equal(i->n_sources, 190);
	take(i, &f, 399, 1000);
	assert_int_equal(i->n_sources, 191);
}

static void
what_few_have_needs_memory_of_its_own(void **state)
{
	const struct store_incident plain = {.id = 3, .hazard = FIRE};
	struct incident *i = incident_new(&plain);

	(void)state;
	assert_non_null(i);
	assert_int_equal(i->rare->version, 0);
	alloc_fail_at(1);
	assert_int_equal(incident_count_decision(i), -ENOMEM);
	alloc_fail_at(1);
	assert_null(incident_work(i));
	alloc_fail_at(0);
	assert_int_equal(incident_count_decision(i), 0);
	assert_int_equal(incident_count_decision(i), 0);
	assert_int_equal(i->rare->version, 2);
	incident_free(i);
}

static void
it_can_be_joined_within_its_window_while_it_is_open(void **state)
{
	struct incident *i = *state;

	assert_true(incident_is_joinable(i, 1000 + 12 * HOUR_MS));
	assert_false(incident_is_joinable(i, 1001 + 12 * HOUR_MS));
	assert_true(incident_is_joinable(i, -1000));
	i->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	assert_false(incident_is_joinable(i, 1000));
}

static void
long_words_are_cut_between_characters(void **state)
{
	struct store_incident loaded = record;
	char words[STORE_WORDS_BYTES + 10];
	struct incident *i;
	size_t n;

	(void)state;
	memset(words, 'a', sizeof(words));
	for (n = 1; n + 2 < sizeof(words); n += 2) {
		memcpy(words + n, "\xc3\xa8", 2);
	}
	words[sizeof(words) - 1] = '\0';
	loaded.words = words;
	i = incident_new(&loaded);
	assert_non_null(i);
	assert_int_equal(strlen(i->words), STORE_WORDS_BYTES - 1);
	incident_free(i);
	loaded.words = words + 1;
	i = incident_new(&loaded);
	assert_non_null(i);
	assert_int_equal(strlen(i->words), STORE_WORDS_BYTES - 2);
	incident_free(i);
}

static void
an_unknown_hazard_from_a_later_program_is_other(void **state)
{
	struct store_incident loaded = record;
	struct incident *i;

	(void)state;
	loaded.hazard = 200;
	i = incident_new(&loaded);
	assert_non_null(i);
	assert_string_equal(i->hazard->code, "other");
	incident_free(i);
}

static void
without_memory_there_is_none(void **state)
{
	struct incident *i;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		i = incident_new(&record);
		if (!alloc_failed()) {
			break;
		}
		assert_null(i);
	}
	alloc_fail_at(0);
	assert_non_null(i);
	incident_free(i);
	incident_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_record_goes_in_and_comes_out_whole),
		TEST(the_first_to_give_the_best_class_names_the_reason),
		TEST(read_back_the_class_is_its_rows_or_at_least_its_records),
		TEST(a_worse_report_is_noted_and_the_first_is_none),
		TEST(an_addition_raises_and_is_not_counted),
		TEST(a_repeat_changes_nothing),
		TEST(what_nobody_could_read_is_class_two),
		TEST(growing_reports_show_in_the_trend),
		TEST(each_sender_counts_once_however_many_there_are),
		TEST(what_few_have_needs_memory_of_its_own),
		TEST(it_can_be_joined_within_its_window_while_it_is_open),
		TEST(long_words_are_cut_between_characters),
		TEST(an_unknown_hazard_from_a_later_program_is_other),
		TEST(without_memory_there_is_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
