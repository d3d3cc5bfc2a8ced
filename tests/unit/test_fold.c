/* One test for each clause of fold.h, so longer than 500 lines. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "dispatch/fold.h"
#include "dispatch/hazard.h"
#include "dispatch/rank.h"

enum {
	MINUTE_MS = 60000,
};

static const int64_t now_ms = 1795000000000;
static const double lat = 42.35;
static const double lon = 13.40;

/* A report so many metres north of the middle. */
static struct fold_report
report_at(double north_m, const char *hazard, const char *text)
{
	Vedetta__V1__Report said = VEDETTA__V1__REPORT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	struct fold_report r = {
		.seq = 7,
		.source = 1,
		.arrival_ms = now_ms,
		.facts = {.hazard = hazard_by_code(hazard)->number,
			.tokened = true,
			.about = VEDETTA__V1__ABOUT__ABOUT_SELF},
	};

	point.lat_deg = lat + north_m / 111195.0;
	point.lon_deg = lon;
	place.point = &point;
	place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	place.accuracy_m = 10;
	said.place = &place;
	said.text = (char *)text;
	fold_read(&r, &said);
	return r;
}

static struct fold_report
first_report(void)
{
	return report_at(0, "flood", "acqua in cantina");
}

/* The same by somebody else, ten metres away, a minute later. */
static struct fold_report
second_report(void)
{
	struct fold_report r = report_at(10, "flood", "c'è acqua nella cantina");

	r.seq = 8;
	r.source = 2;
	r.arrival_ms += MINUTE_MS;
	return r;
}

static void
a_report_that_says_the_same_folds(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();
	struct fold_reason why;

	(void)state;
	assert_true(fold_fits(&first, &second));
	fold_compare(&first, &second, &why);
	assert_true(why.likeness.value > 0.99);
	assert_true(why.distance_m > 9.9 && why.distance_m < 10.1);
	assert_int_equal(why.after_ms, MINUTE_MS);
	assert_false(why.same_source);
}

static void
the_same_text_at_another_place_does_not(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	second.point.lat_deg = lat + 24.9 / 111195.0;
	assert_true(fold_fits(&first, &second));
	second.point.lat_deg = lat + 25.2 / 111195.0;
	assert_false(fold_fits(&first, &second));
	/* Whichever of the two is the vaguer says how far is near, */
	second.accuracy_m = 30;
	assert_true(fold_fits(&first, &second));
	second.accuracy_m = 10;
	first.accuracy_m = 30;
	assert_true(fold_fits(&first, &second));
	/* and what nobody said widens nothing. */
	first.accuracy_m = second.accuracy_m = -1;
	assert_false(fold_fits(&first, &second));
}

static void
half_the_smaller_radius_is_the_limit(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	first.accuracy_m = second.accuracy_m = 400; /* R of a flood: 500 m */
	second.point.lat_deg = lat + 249 / 111195.0;
	assert_true(fold_fits(&first, &second));
	second.point.lat_deg = lat + 251 / 111195.0;
	assert_false(fold_fits(&first, &second));
	/* wildfire 500 m, hazmat 150 m, of one family and class */
	first.facts.hazard = hazard_by_code("wildfire")->number;
	second.facts.hazard = hazard_by_code("hazmat")->number;
	second.point.lat_deg = lat + 76 / 111195.0;
	assert_false(fold_fits(&first, &second));
	second.point.lat_deg = lat + 74 / 111195.0;
	assert_true(fold_fits(&first, &second));
}

static void
after_half_an_hour_it_is_news(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	second.arrival_ms = first.arrival_ms + FOLD_WITHIN_MS;
	assert_true(fold_fits(&first, &second));
	second.arrival_ms++;
	assert_false(fold_fits(&first, &second));
	second.arrival_ms = first.arrival_ms - 1;
	assert_false(fold_fits(&first, &second));
}

static void
another_family_does_not_fold(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	first.facts.hazard = hazard_by_code("landslide")->number;
	assert_false(fold_fits(&first, &second));
}

static void
an_exercise_and_the_real_thing_never_meet(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	second.facts.exercise = true;
	assert_false(fold_fits(&first, &second));
	first.facts.exercise = true;
	assert_true(fold_fits(&first, &second));
}

static void
other_words_of_another_source_do_not_fold(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = report_at(10, "flood", "foglie e sabbia ovunque");

	(void)state;
	second.source = 2;
	assert_false(fold_fits(&first, &second));
	/* of the same source they do, */
	second.source = 1;
	assert_true(fold_fits(&first, &second));
	/* but a network is many people, */
	second.facts.tokened = false;
	assert_false(fold_fits(&first, &second));
	first.facts.tokened = false;
	assert_false(fold_fits(&first, &second));
}

static void
without_words_only_the_same_source_folds(void **state)
{
	struct fold_report first = report_at(0, "flood", "");
	struct fold_report second = report_at(10, "flood", "");

	(void)state;
	assert_true(fold_fits(&first, &second));
	second.source = 2;
	assert_false(fold_fits(&first, &second));
}

static void
a_source_that_contradicts_itself_is_not_folded(void **state)
{
	struct fold_report first = report_at(0, "flood", "via Roma 12 allagata");
	struct fold_report second = report_at(10, "flood", "via Roma 21 allagata");

	(void)state;
	assert_false(fold_fits(&first, &second));
}

static void
a_worse_sign_never_folds(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();
	const struct sign_row *signs;
	size_t n;
	size_t i;

	(void)state;
	signs = sign_table(&n);
	for (i = 0; i < n; i++) {
		first.facts.signs = 0;
		second.facts.signs = (uint8_t)signs[i].bit;
		assert_false(fold_fits(&first, &second));
		/* Not even beside a sign that is worse, */
		first.facts.signs = 0x7f & (uint8_t)~signs[i].bit;
		assert_false(fold_fits(&first, &second));
		/* but what the first has, or has beyond it, is no news. */
		first.facts.signs = 0x7f;
		assert_true(fold_fits(&first, &second));
	}
}

static void
more_people_never_fold(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	first.facts.people = VEDETTA__V1__PEOPLE__PEOPLE_ONE;
	second.facts.people = VEDETTA__V1__PEOPLE__PEOPLE_TWO_TO_FIVE;
	assert_false(fold_fits(&first, &second));
	first.facts.people = VEDETTA__V1__PEOPLE__PEOPLE_MORE;
	assert_true(fold_fits(&first, &second));
	first.facts.people = VEDETTA__V1__PEOPLE__PEOPLE_UNKNOWN;
	assert_false(fold_fits(&first, &second));
	second.facts.people = VEDETTA__V1__PEOPLE__PEOPLE_NONE;
	assert_true(fold_fits(&first, &second));
}

static void
words_that_speak_of_lives_never_fold(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	second.facts.word_class = 2;
	assert_false(fold_fits(&first, &second));
	first.facts.word_class = 2;
	assert_true(fold_fits(&first, &second));
	second.facts.word_class = 1;
	assert_false(fold_fits(&first, &second));
	/* Not even where a sign has given the class already. */
	first.facts.signs = SIGN_TRAPPED;
	assert_false(fold_fits(&first, &second));
}

static void
a_worse_hazard_never_folds(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();
	size_t n;
	const struct hazard *table = hazard_table(&n);
	size_t i;
	size_t j;
	size_t n_worse = 0;

	(void)state;
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			first.facts.hazard = table[i].number;
			second.facts.hazard = table[j].number;
			if (table[i].family == table[j].family &&
				table[j].base_class < table[i].base_class) {
				assert_false(fold_fits(&first, &second));
				n_worse++;
			}
		}
	}
	assert_true(n_worse > 0);
}

static void
a_danger_to_people_in_the_words_never_folds(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	second.text = "acqua in cantina, anziana";
	second.source = first.source;
	assert_false(fold_fits(&first, &second));
	first.text = "acqua in cantina, due anziani";
	assert_true(fold_fits(&first, &second));
}

static void
who_is_there_does_not_fold_into_hearsay(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	first.facts.about = VEDETTA__V1__ABOUT__ABOUT_OTHER;
	assert_false(fold_fits(&first, &second));
	first.facts.about = VEDETTA__V1__ABOUT__ABOUT_UNSPECIFIED;
	assert_false(fold_fits(&first, &second));
	second.facts.about = VEDETTA__V1__ABOUT__ABOUT_OTHER;
	assert_true(fold_fits(&first, &second));
}

static void
a_page_of_another_site_hides_nobody(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();

	(void)state;
	first.facts.cross_site = true;
	assert_false(fold_fits(&first, &second));
	second.facts.cross_site = true;
	assert_true(fold_fits(&first, &second));
	first.facts.cross_site = false;
	assert_true(fold_fits(&first, &second));
	/* and its thousand visitors are no source */
	second.text = "foglie e sabbia ovunque";
	second.source = first.source;
	assert_false(fold_fits(&first, &second));
}

static void
what_has_no_place_or_was_erased_takes_no_part(void **state)
{
	struct fold_report first = first_report();
	struct fold_report second = second_report();
	struct fold_reason why;

	(void)state;
	fold_read(&first, NULL);
	second.source = first.source;
	assert_false(fold_fits(&first, &second));
	fold_compare(&first, &second, &why);
	assert_true(why.distance_m < 0 && !why.likeness.defined);
	assert_int_equal(why.after_ms, MINUTE_MS);
	first = first_report();
	fold_read(&second, NULL);
	assert_false(fold_fits(&first, &second));
	second = second_report();
	second.facts.unplaced = true;
	{
		Vedetta__V1__Report said = VEDETTA__V1__REPORT__INIT;
		Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
		Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;

		place.point = &point;
		said.place = &place;
		fold_read(&second, &said);
		assert_false(second.is_filled);
		second.facts.unplaced = false;
		fold_read(&second, &said);
		assert_true(second.is_filled);
	}
}

/* ---- the firsts that are held */

/* Words are boiled down anew: the test may have changed them. */
static uint64_t
find(struct fold_firsts *of, struct fold_report *r)
{
	struct sketch room;
	uint64_t found;

	r->words = NULL;
	found = fold_find(of, r, &room);
	r->words = NULL;
	return found;
}

static int
add(struct fold *f, struct fold_firsts *of, struct fold_report *r)
{
	int answer = fold_add(f, of, r, r->arrival_ms);

	return answer < 0 ? answer : fold_fill(f, r);
}

static void
of_several_the_oldest_takes_it(void **state)
{
	struct fold f;
	struct fold_firsts of = {NULL};
	struct fold_report r = first_report();
	struct fold_report second = second_report();

	(void)state;
	fold_init(&f);
	assert_int_equal(find(&of, &second), 0);
	r.seq = 3;
	assert_int_equal(add(&f, &of, &r), 0);
	r.seq = 5;
	assert_int_equal(add(&f, &of, &r), 0);
	assert_int_equal(find(&of, &second), 3);
	fold_forget(&f, &of);
	assert_int_equal(find(&of, &second), 0);
	assert_int_equal(f.worlds[0].n, 0);
	fold_fini(&f);
}

/* A backlog of an hour is read within a minute: its firsts are not too old yet. */
static void
what_is_read_late_folds_by_when_it_came(void **state)
{
	struct fold f;
	struct fold_firsts of = {NULL};
	struct fold_report first = first_report();
	struct fold_report live = first_report();
	struct fold_report second = second_report();
	int64_t read_ms = first.arrival_ms + 2 * FOLD_WITHIN_MS;

	(void)state;
	fold_init(&f);
	assert_int_equal(fold_add(&f, &of, &first, read_ms), 0);
	assert_int_equal(fold_fill(&f, &first), 0);
	live.seq = 5;
	live.arrival_ms = read_ms;
	live.source = 9;
	live.text = "tetto caduto";
	assert_int_equal(add(&f, &of, &live), 0);
	assert_int_equal(find(&of, &second), first.seq);

	/* And under one that came later, if it was read later. */
	second.arrival_ms = first.arrival_ms - FOLD_WITHIN_MS;
	assert_int_equal(find(&of, &second), 0);
	second.facts.late_s = 3600;
	assert_int_equal(find(&of, &second), first.seq);
	second.arrival_ms--;
	assert_int_equal(find(&of, &second), 0);
	fold_fini(&f);
}

static void
firsts_are_bounded_and_the_oldest_go(void **state)
{
	struct fold f;
	struct fold_firsts of[2] = {{NULL}};
	struct fold_report r = first_report();
	uint64_t seq;

	(void)state;
	fold_init(&f);
	for (seq = 1; seq <= 2 * FOLD_PER_INCIDENT; seq++) {
		r.seq = seq;
		assert_int_equal(add(&f, &of[0], &r), 0);
	}
	assert_int_equal(f.worlds[0].n, FOLD_PER_INCIDENT);
	assert_int_equal(find(&of[0], &r), FOLD_PER_INCIDENT + 1);
	/* Time takes them away too, of whatever incident. */
	r.arrival_ms += FOLD_WITHIN_MS + 1;
	for (seq = 101; seq < 121; seq++) {
		r.seq = seq;
		assert_int_equal(add(&f, &of[1], &r), 0);
	}
	assert_null(of[0].row);
	assert_int_equal(f.worlds[0].n, 20);
	fold_fini(&f);
}

/* Nor does a row that cannot be read, of which only its number is left. */
static void
exercises_push_no_real_first_out(void **state)
{
	static struct fold_firsts of[FOLD_FIRSTS_MAX + 1];
	struct fold_report real = first_report();
	struct fold_report drill = first_report();
	struct fold_report second = second_report();
	struct fold_report lost = {.facts = {.exercise = false}};
	struct fold f;
	size_t i;

	(void)state;
	fold_init(&f);
	real.seq = 1;
	assert_int_equal(add(&f, &of[0], &real), 0);
	drill.facts.exercise = true;
	for (i = 1; i <= FOLD_FIRSTS_MAX; i++) {
		drill.seq = i + 1;
		assert_int_equal(fold_add(&f, &of[i], &drill, drill.arrival_ms), 0);
	}
	assert_int_equal(f.worlds[0].n, 1);
	assert_int_equal(f.worlds[1].n, FOLD_DRILL_FIRSTS_MAX);
	assert_int_equal(find(&of[0], &second), 1);
	while ((lost.seq = fold_next_unfilled(&f)) != 0) {
		assert_int_equal(fold_fill(&f, &lost), 0);
	}
	fold_forget(&f, &of[FOLD_FIRSTS_MAX - FOLD_DRILL_FIRSTS_MAX + 1]);
	assert_int_equal(f.worlds[1].n, FOLD_DRILL_FIRSTS_MAX - 1);
	fold_fini(&f);
}

static void
all_firsts_together_are_bounded(void **state)
{
	static struct fold_firsts of[FOLD_FIRSTS_MAX + 10];
	struct fold_report r = first_report();
	struct fold f;
	size_t i;

	(void)state;
	fold_init(&f);
	for (i = 0; i < FOLD_FIRSTS_MAX + 10; i++) {
		r.seq = i + 1;
		assert_int_equal(add(&f, &of[i], &r), 0);
	}
	assert_int_equal(f.worlds[0].n, FOLD_FIRSTS_MAX);
	assert_null(of[9].row);
	assert_non_null(of[10].row);
	fold_fini(&f);
}

static void
what_was_read_back_is_filled_in_order(void **state)
{
	struct fold f;
	struct fold_firsts of = {NULL};
	struct fold_report r = first_report();
	struct fold_report second = second_report();

	(void)state;
	fold_init(&f);
	for (r.seq = 1; r.seq <= 3; r.seq++) {
		assert_int_equal(fold_add(&f, &of, &r, r.arrival_ms), 0);
	}
	assert_int_equal(fold_next_unfilled(&f), 1);
	assert_int_equal(find(&of, &second), 0);
	/* One comes while the others still want their words. */
	r.seq = 4;
	assert_int_equal(add(&f, &of, &r), 0);
	assert_int_equal(find(&of, &second), 4);
	r.seq = 1;
	fold_read(&r, NULL); /* erased */
	fold_fill(&f, &r);
	assert_int_equal(fold_next_unfilled(&f), 2);
	r = first_report();
	for (r.seq = 2; r.seq <= 3; r.seq++) {
		fold_fill(&f, &r);
	}
	assert_int_equal(fold_next_unfilled(&f), 0);
	assert_int_equal(find(&of, &second), 2);
	r.seq = 99; /* nobody asked */
	fold_fill(&f, &r);
	fold_fini(&f);
}

/* Kept as it was said up to a length, as what it says beyond, or said not at all. */
static void
a_text_of_any_length_folds_each_time(void **state)
{
	struct fold f;
	struct fold_firsts of = {NULL};
	struct fold_report r = first_report();
	struct fold_report second = second_report();
	char text[2000];
	size_t bytes;

	(void)state;
	for (bytes = 0; bytes < sizeof(text); bytes += 111) {
		memset(text, ' ', sizeof(text));
		text[bytes] = '\0';
		memcpy(text, "acqua in cantina", bytes < 16 ? bytes : 16);
		r.text = second.text = text;
		second.source = bytes == 0 ? r.source : 2;
		fold_init(&f);
		assert_int_equal(add(&f, &of, &r), 0);
		memset(text, 'x', 16); /* it was copied */
		second.text = bytes == 0 ? NULL : "acqua in cantina";
		assert_int_equal(find(&of, &second), r.seq);
		assert_int_equal(find(&of, &second), r.seq);
		fold_fini(&f);
		assert_null(of.row);
	}
}

static void
without_memory_for_its_words_nothing_folds_into_it(void **state)
{
	struct fold f;
	struct fold_firsts of = {NULL};
	struct fold_report r = first_report();
	struct fold_report second = second_report();

	(void)state;
	fold_init(&f);
	assert_int_equal(fold_add(&f, &of, &r, r.arrival_ms), 0);
	alloc_fail_at(1);
	assert_int_equal(fold_fill(&f, &r), -12);
	alloc_fail_at(0);
	assert_int_equal(fold_next_unfilled(&f), 0);
	assert_int_equal(find(&of, &second), 0);
	/* Without memory for what they say they are read each time. */
	r.seq = 9;
	assert_int_equal(add(&f, &of, &r), 0);
	alloc_fail_at(1);
	assert_int_equal(find(&of, &second), 9);
	alloc_fail_at(0);
	assert_int_equal(find(&of, &second), 9);
	fold_fini(&f);
}

static void
a_first_without_memory_is_a_fault(void **state)
{
	struct fold f;
	struct fold_firsts of = {NULL};
	struct fold_report r = first_report();

	(void)state;
	fold_init(&f);
	alloc_fail_at(1);
	assert_int_equal(fold_add(&f, &of, &r, r.arrival_ms), -12);
	alloc_fail_at(0);
	assert_int_equal(f.worlds[0].n, 0);
	assert_int_equal(fold_add(&f, &of, &r, r.arrival_ms), 0);
	fold_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_that_says_the_same_folds),
		cmocka_unit_test(the_same_text_at_another_place_does_not),
		cmocka_unit_test(half_the_smaller_radius_is_the_limit),
		cmocka_unit_test(after_half_an_hour_it_is_news),
		cmocka_unit_test(another_family_does_not_fold),
		cmocka_unit_test(an_exercise_and_the_real_thing_never_meet),
		cmocka_unit_test(other_words_of_another_source_do_not_fold),
		cmocka_unit_test(without_words_only_the_same_source_folds),
		cmocka_unit_test(a_source_that_contradicts_itself_is_not_folded),
		cmocka_unit_test(a_worse_sign_never_folds),
		cmocka_unit_test(more_people_never_fold),
		cmocka_unit_test(words_that_speak_of_lives_never_fold),
		cmocka_unit_test(a_worse_hazard_never_folds),
		cmocka_unit_test(a_danger_to_people_in_the_words_never_folds),
		cmocka_unit_test(who_is_there_does_not_fold_into_hearsay),
		cmocka_unit_test(a_page_of_another_site_hides_nobody),
		cmocka_unit_test(what_has_no_place_or_was_erased_takes_no_part),
		cmocka_unit_test(of_several_the_oldest_takes_it),
		cmocka_unit_test(what_is_read_late_folds_by_when_it_came),
		cmocka_unit_test(firsts_are_bounded_and_the_oldest_go),
		cmocka_unit_test(exercises_push_no_real_first_out),
		cmocka_unit_test(all_firsts_together_are_bounded),
		cmocka_unit_test(what_was_read_back_is_filled_in_order),
		cmocka_unit_test(a_text_of_any_length_folds_each_time),
		cmocka_unit_test(without_memory_for_its_words_nothing_folds_into_it),
		cmocka_unit_test(a_first_without_memory_is_a_fault),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
