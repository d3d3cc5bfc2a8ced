#include "store_kit.h"

#include <fcntl.h>
#include <sys/stat.h>

static int
verify(struct fixture *f, uint64_t *bad)
{
	struct store *reader = open_reader(f);
	int r = store_verify(reader, bad, f->why, WHY_BYTES, NULL, NULL);

	store_close(reader);
	return r;
}

static const struct {
	const char *sql;
	uint64_t bad;
} tamperings[] = {
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
	/* taken out whole, not even its sum is there to be wrong */
	{"DELETE FROM incident WHERE id = 5", 5},
	{"UPDATE incident SET lat_deg = 43 WHERE id = 5", 5},
	{"UPDATE incident SET class_no = 5 WHERE id = 5", 5},
	{"UPDATE incident SET areas = '010025' WHERE id = 5", 5},
	{"UPDATE incident SET area_fit = 3 WHERE id = 5", 5},
};

static void
each_kind_of_tampering_is_found_with_its_first_row(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_incident incident = incident_of(5, 2000);
	struct store_row opens = row_of(5);
	char sql[512];
	uint64_t bad = 99;

	incident.has_point = true;
	opens.subject = 5;
	append(s, 1, 4);
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_append(s, &opens), 0);
	assert_int_equal(store_commit(s), 0);
	append(s, 6, 2000);
	assert_int_equal(store_begin(s), 0);
	put(s, &incident);
	assert_int_equal(store_commit(s), 0);
	store_close(s);
	assert_int_equal(verify(f, &bad), 0);
	assert_int_equal(bad, 0);
	for (size_t i = 0; i < sizeof(tamperings) / sizeof(tamperings[0]); i++) {
		snprintf(sql, sizeof(sql), "VACUUM INTO '%s-other'", f->path);
		meddle(f, sql);
		meddle(f, tamperings[i].sql);
		int r = verify(f, &bad);
		if (r != STORE_DAMAGED || bad != tamperings[i].bad) {
			fail_msg("%s: answer %d, row %" PRIu64 " (%s)",
				tamperings[i].sql, r, bad, f->why);
		}
		snprintf(sql, sizeof(sql), "%s-other", f->path);
		assert_int_equal(rename(sql, f->path), 0);
	}
	assert_int_equal(verify(f, &bad), 0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_of_tampering_is_found_with_its_first_row),
		TEST(an_erased_personal_part_still_verifies_and_says_so),
		TEST(a_flipped_bit_anywhere_is_found_or_harmless),
		TEST(a_long_walk_tells_how_far_it_is),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
