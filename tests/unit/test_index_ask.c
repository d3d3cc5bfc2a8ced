/* Every kind of question, against a look at every report. */
#include "index_kit.h"

#include <math.h>

#include "geo/measure.h"

static struct needle_reader *needles;

/* ---- what is right, said in the plainest way */

static bool
text_has(const struct index_entry *e, const char *word)
{
	return strcasestr(e->text, word) != NULL || strcasestr(e->place, word) != NULL;
}

static double
turn(double from_deg, double to_deg)
{
	double d = to_deg - from_deg;

	return d < 0 ? d + 360 : d;
}

static bool
is_right(const struct search *s, const struct index_entry *e, const char *word)
{
	bool in_area = s->unassigned ? e->n_areas == 0
		       : s->assigned ? e->n_areas > 0
				     : s->area[0] == '\0';

	for (size_t i = 0; i < e->n_areas; i++) {
		in_area = in_area || strcmp(e->areas[i], s->area) == 0;
	}
	if (!in_area || (s->hazards != 0 && !(s->hazards & 1u << e->hazard)) ||
		(s->class_max != 0 && e->class_no > s->class_max) ||
		(s->exercise >= 0 && e->exercise != (s->exercise == 1)) ||
		e->at_ms < s->from_ms || e->at_ms >= s->to_ms ||
		(word != NULL && !text_has(e, word))) {
		return false;
	}
	if (s->has_box && (!e->has_point || e->point.lat_deg < s->south_deg ||
				  e->point.lat_deg > s->north_deg ||
				  turn(s->west_deg, e->point.lon_deg) >
					  turn(s->west_deg, s->east_deg))) {
		return false;
	}
	if (s->has_near && (!e->has_point || measure_distance_m(s->near, e->point) >
						     s->radius_m)) {
		return false;
	}
	return s->polygon == NULL ||
	       (e->has_point && polygon_side(s->polygon, e->point) != POLYGON_OUTSIDE);
}

/* ---- asking */

struct found {
	size_t n;
	size_t most;
	uint64_t seqs[KIT_REPORTS];
};

static int
note(void *arg, const struct index_entry *e)
{
	struct found *f = arg;
	struct index_entry want = entry_of(e->seq);

	assert_int_equal(e->incident, want.incident);
	assert_int_equal(e->at_ms, want.at_ms);
	assert_int_equal(e->hazard, want.hazard);
	assert_int_equal(e->has_point, want.has_point);
	assert_true(e->point.lat_deg == want.point.lat_deg);
	assert_true(e->point.lon_deg == want.point.lon_deg);
	f->seqs[f->n++] = e->seq;
	return f->n == f->most ? 77 : 0;
}

static void
assert_listing(struct index_asker *a, const struct search *s, const char *word,
	uint64_t before, size_t most)
{
	static struct found found;
	uint64_t at, reach;
	size_t n = 0;
	int r;

	found = (struct found){.most = most};
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
	assert_int_equal(reach, KIT_REPORTS);
	r = index_ask_reports(a, s, before, note, &found, &at);
	index_ask_end(a);
	assert_int_equal(r, found.n == most ? 77 : 0);
	for (uint64_t seq = before - 1; seq > 0 && n < most; seq--) {
		struct index_entry e = entry_of(seq);

		if (is_right(s, &e, word)) {
			assert_true(n < found.n);
			assert_int_equal(found.seqs[n], seq);
			n++;
		}
	}
	assert_int_equal(n, found.n);
	assert_int_equal(at, found.n == most ? found.seqs[n - 1] : 0);
}

static struct index_asker *
make_asker(struct fixture *f)
{
	struct index_writer *x = open_index(f, NULL);
	struct index_asker *a = index_asker_new(f->path);

	for (uint64_t seq = 1; seq < KIT_REPORTS; seq += 500) {
		put_reports(x, seq, seq + 499);
	}
	index_close(x);
	index_asker_open(a);
	return a;
}

/* Bits of n choose what is asked; the rest comes by chance. */
static void
fill_search(struct search *s, uint64_t n, struct polygon **polygon)
{
	static const double boxes[][4] = {{13.36, 42.31, 13.41, 42.36},
		{179.7, -17, -179.7, -16}, {-180, -90, 180, 90}, {180, -20, -180, 0},
		{-180, -17, -179.9, -16.5}, {13.4, 42.35, 13.4, 42.35},
		{170, -60, 10, 60}};
	uint64_t random = mix(n * 31 + 5);

	search_init(s);
	*polygon = NULL;
	if (n & 1) {
		const double *b = boxes[random % 7];

		s->has_box = true;
		s->west_deg = b[0];
		s->south_deg = b[1];
		s->east_deg = b[2];
		s->north_deg = b[3];
	}
	if (n & 2) {
		const struct geo_point corners[2][4] = {
			{{42.31, 13.36}, {42.36, 13.37}, {42.38, 13.44}, {42.3, 13.41}},
			{{-17, 179.6}, {-17, -179.7}, {-16, -179.8}, {-16.2, 179.9}}};
		uint32_t size = 4;

		assert_int_equal(
			polygon_new(polygon, corners[random >> 8 & 1], &size, 1), 0);
		s->polygon = *polygon;
	}
	if (n & 4) {
		s->unassigned = (random >> 9 & 3) == 0;
		s->assigned = (random >> 9 & 3) == 1;
		snprintf(s->area, sizeof(s->area), "%s",
			s->unassigned || s->assigned ? ""
						     : kit_areas[random >> 11 & 3]);
	}
	if (n & 8) {
		s->hazards = random >> 12 & 1 ? 1u << (1 + (random >> 13 & 7))
					      : (uint32_t)(random >> 13 & 0xfffe) | 2;
	}
	if (n & 16) {
		s->class_max = (uint8_t)(1 + (random >> 30) % 4);
		s->exercise = (int8_t)((random >> 33) % 3) - 1;
	}
	if (n & 32) {
		s->from_ms = kit_noon_ms + (int64_t)(random >> 34 & 0x3fff) * 1000;
		s->to_ms = s->from_ms + (int64_t)(random >> 48) * 500;
	}
	if (n & 64) {
		s->has_near = true;
		s->near = random >> 62 & 1 ? (struct geo_point){42.35, 13.4}
					   : (struct geo_point){-16.5, 180};
		s->radius_m = (double)(random >> 20 & 0xffff);
	}
}

static void
every_listing_is_what_a_look_at_every_report_finds(void **state)
{
	static const char *const words[] = {NULL, "aiuto", "cantina", "roma"};
	struct index_asker *a = make_asker(*state);

	for (uint64_t n = 0; n < 512; n++) {
		const char *word = words[mix(n) >> 9 & (n & 128 ? 3 : 0)];
		struct polygon *polygon;
		struct search s;

		fill_search(&s, n, &polygon);
		if (word != NULL) {
			assert_int_equal(needle_read(needles, word, &s.words), 0);
		}
		assert_listing(a, &s, word, KIT_REPORTS + 1, KIT_REPORTS + 1);
		assert_listing(a, &s, word, 1 + mix(n + 9) % KIT_REPORTS, 7);
		polygon_free(polygon);
	}
	index_asker_free(a);
}

/* All around the earth but for a sliver: the tree's own numbers are wider than it. */
static void
a_box_whose_sides_nearly_meet_gives_each_report_once(void **state)
{
	struct index_asker *a = make_asker(*state);
	size_t n_tried = 0;

	for (uint64_t seq = 1; seq < KIT_REPORTS && n_tried < 20; seq += 7) {
		struct index_entry e = entry_of(seq);
		struct search s;

		if (e.has_point && e.point.lon_deg > 13 && e.point.lon_deg < 14) {
			search_init(&s);
			s.has_box = true;
			s.west_deg = e.point.lon_deg + 1e-8;
			s.south_deg = e.point.lat_deg;
			s.east_deg = e.point.lon_deg;
			s.north_deg = e.point.lat_deg;
			assert_listing(a, &s, NULL, KIT_REPORTS + 1, KIT_REPORTS + 1);
			n_tried++;
		}
	}
	assert_int_equal(n_tried, 20);
	index_asker_free(a);
}

static void
pages_of_the_nearest_follow_each_other_without_gap_or_repeat(void **state)
{
	struct index_asker *a = make_asker(*state);

	for (uint64_t n = 0; n < 32; n++) {
		struct polygon *polygon;
		struct index_nearest page = {.most = 10, .from_m = -1};
		struct search s;
		uint64_t reach;
		size_t got = 0, want = 0;

		fill_search(&s, 64 | n << 3, &polygon);
		page.upto = n & 1 ? KIT_REPORTS : KIT_REPORTS / 2;
		for (uint64_t seq = 1; seq <= page.upto; seq++) {
			struct index_entry e = entry_of(seq);

			want += is_right(&s, &e, NULL);
		}
		do {
			page.n = 0;
			assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
			assert_int_equal(index_ask_nearest(a, &s, &page), 0);
			index_ask_end(a);
			for (size_t i = 0; i < page.n; i++) {
				struct index_entry e = entry_of(page.at[i].seq);

				assert_true(is_right(&s, &e, NULL));
				assert_true(page.at[i].distance_m > page.from_m ||
					    page.at[i].seq > page.from_seq);
				page.from_m = page.at[i].distance_m;
				page.from_seq = page.at[i].seq;
			}
			got += page.n;
		} while (page.n == page.most);
		assert_int_equal(got, want);
		polygon_free(polygon);
	}
	index_asker_free(a);
}

struct counting {
	const struct search *search;
	bool by_area, by_hour;
	uint64_t sum;
};

static int
check_count(void *arg, const struct index_count *c)
{
	struct counting *k = arg;
	uint64_t want = 0;

	for (uint64_t seq = 1; seq <= KIT_REPORTS; seq++) {
		struct index_entry e = entry_of(seq);
		struct search s = *k->search;

		if (k->by_area) {
			snprintf(s.area, sizeof(s.area), "%s", c->area);
			s.assigned = false;
		}
		want += is_right(&s, &e, NULL) &&
			(!k->by_area || c->area[0] != '\0' || e.n_areas == 0) &&
			(!k->by_hour || (e.at_ms >= c->hour_ms &&
						e.at_ms < c->hour_ms + KIT_HOUR_MS));
	}
	assert_int_equal(c->reports, want);
	k->sum += c->reports;
	return 0;
}

static void
counts_are_sums_of_what_a_look_finds(void **state)
{
	struct index_asker *a = make_asker(*state);
	uint64_t reach;

	for (uint64_t n = 0; n < 32; n++) {
		struct polygon *polygon;
		struct search s;
		struct counting k = {&s, n & 1, n >> 1 & 1, 0};

		fill_search(&s, (n >> 2 & 7) << 2, &polygon);
		if (n & 16) {
			s.from_ms = kit_noon_ms / KIT_HOUR_MS * KIT_HOUR_MS +
				    2 * KIT_HOUR_MS;
			s.to_ms = s.from_ms + 3 * KIT_HOUR_MS;
		}
		assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
		assert_int_equal(
			index_ask_counts(a, &s, k.by_area, k.by_hour, check_count, &k),
			0);
		index_ask_end(a);
		assert_true(k.sum > 0 || n & 16);
	}
	index_asker_free(a);
}

static bool
is_late(const void *arg)
{
	(void)arg;
	return true;
}

static void
a_deadline_ends_a_question_where_it_stands(void **state)
{
	struct index_asker *a = make_asker(*state);
	static struct found found;
	struct search s;
	uint64_t at, reach;

	search_init(&s);
	s.has_box = true; /* nothing is there: all rows are looked at */
	s.east_deg = s.north_deg = 0.5;
	s.hazards = 6;
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
	index_asker_set_deadline(a, is_late, NULL);
	found.most = KIT_REPORTS;
	assert_int_equal(needle_read(needles, "acqua*", &s.words), 0);
	assert_int_equal(
		index_ask_reports(a, &s, reach + 1, note, &found, &at), INDEX_ASK_LATE);
	index_ask_end(a);
	index_asker_set_deadline(a, NULL, NULL);
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
	index_ask_end(a);
	index_asker_free(a);
}

static void
no_index_and_another_logs_index_are_answered_without(void **state)
{
	struct fixture *f = *state;
	struct index_asker *a = index_asker_new(f->path);
	struct index_writer *x;
	uint64_t reach = 5;

	index_asker_open(a);
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), INDEX_ASK_NONE);
	assert_int_equal(reach, 0);
	assert_false(index_asker_is_outdated(a));
	x = open_index(f, NULL);
	put_reports(x, 1, 10);
	assert_true(index_asker_is_outdated(a));
	index_asker_open(a);
	assert_false(index_asker_is_outdated(a));
	assert_int_equal(
		index_ask_begin(a, "fedcba9876543210", &reach), INDEX_ASK_NONE);
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
	assert_int_equal(reach, 10);
	index_ask_end(a);
	assert_int_equal(index_delete(f->path), 0);
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), INDEX_ASK_NONE);
	index_asker_free(a);
	index_close(x);
}

static void
a_question_sees_one_moment_while_the_writer_goes_on(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	struct index_asker *a = index_asker_new(f->path);
	static struct found found;
	struct search s;
	uint64_t at, reach;

	search_init(&s);
	put_reports(x, 1, 10);
	index_asker_open(a);
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
	put_reports(x, 11, 40);
	found = (struct found){.most = KIT_REPORTS};
	assert_int_equal(index_ask_reports(a, &s, 1000, note, &found, &at), 0);
	assert_int_equal(found.n, 10);
	index_ask_end(a);
	assert_int_equal(index_ask_begin(a, EPOCH, &reach), 0);
	assert_int_equal(reach, 40);
	index_ask_end(a);
	index_asker_free(a);
	index_close(x);
}

static int
open_needles(void **state)
{
	(void)state;
	return needle_open(&needles);
}

static int
close_needles(void **state)
{
	(void)state;
	needle_close(needles);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_listing_is_what_a_look_at_every_report_finds),
		TEST(a_box_whose_sides_nearly_meet_gives_each_report_once),
		TEST(pages_of_the_nearest_follow_each_other_without_gap_or_repeat),
		TEST(counts_are_sums_of_what_a_look_finds),
		TEST(a_deadline_ends_a_question_where_it_stands),
		TEST(no_index_and_another_logs_index_are_answered_without),
		TEST(a_question_sees_one_moment_while_the_writer_goes_on),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_needles, close_needles);
}
