/* Where an operator put a report is where the index has it, in every table. */
#include "index_kit.h"

/* Every table of an index, but for the order in which trees grew. */
static uint64_t
sum_of(struct fixture *f)
{
	static const char *const sums[] = {
		"SELECT total(seq * (lat_deg * 7 + lon_deg) + hangs * seq * 3) "
		"+ total(accuracy_m * seq) FROM report",
		"SELECT total(length(geometry)) FROM report",
		"SELECT total(seq * (west * 3 + south * 5)) FROM report_place",
		"SELECT total(seq * length(area) + area) FROM report_area",
		"SELECT total(reports * (length(area) * 31 + area + hour % 97 + "
		"hazard * 11 + class_no * 13 + exercise * 17)) FROM tally",
		"SELECT count(*) FROM tally WHERE reports < 0",
	};
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		sum = sum * 1000003 + (uint64_t)ask_file(f, sums[i]);
	}
	return sum;
}

static struct index_entry
elsewhere(const struct index_entry *was)
{
	struct index_entry now = *was;

	now.has_point = true;
	now.point = (struct geo_point){
		42.4 + (double)was->seq * 0.0001, 13.5 - (double)was->seq * 0.0001};
	now.accuracy_m = 50;
	now.hangs = was->own;
	now.n_areas = was->seq % 3;
	now.areas[0] = kit_areas[was->seq % 4];
	now.areas[1] = kit_areas[(was->seq + 1) % 4];
	return now;
}

static void
a_report_put_elsewhere_is_as_if_it_had_come_there(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	struct index_entry read;
	uint64_t moved, fresh;
	bool found;

	put_reports(x, 1, 300);
	assert_int_equal(index_begin(x), 0);
	for (uint64_t seq = 1; seq <= 300; seq += 2) {
		struct index_entry was = entry_of(seq), now = elsewhere(&was);

		assert_int_equal(index_read_report(x, seq, &read, &found), 0);
		assert_true(found);
		assert_int_equal(read.has_point, was.has_point);
		assert_int_equal(read.incident, was.incident);
		assert_true(read.at_ms == was.at_ms);
		assert_int_equal(index_place(x, &was, &now), 0);
	}
	assert_int_equal(index_read_report(x, 301, &read, &found), 0);
	assert_false(found);
	assert_int_equal(index_commit(x, index_state(x)), 0);
	moved = sum_of(f);
	index_close(x);
	assert_int_equal(index_delete(f->path), 0);
	x = open_index(f, NULL);
	assert_int_equal(index_begin(x), 0);
	for (uint64_t seq = 1; seq <= 300; seq++) {
		struct index_entry e = entry_of(seq);

		if (seq % 2 == 1) {
			e = elsewhere(&e);
		}
		assert_int_equal(index_put(x, &e), 0);
	}
	assert_int_equal(index_commit(x, (struct index_state){300, 0}), 0);
	fresh = sum_of(f);
	index_close(x);
	assert_true(moved == fresh);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_put_elsewhere_is_as_if_it_had_come_there),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
