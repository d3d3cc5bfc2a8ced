/*
 * The index as its writer keeps it: made, gone on with, made anew. Longer than 500
 * lines: whatever may have become of one file.
 */
#include "index_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "geo/measure.h"

static void
a_new_index_holds_what_was_put(void **state)
{
	struct fixture *f = *state;
	const char *why = "";
	struct index_writer *x = open_index(f, &why);

	assert_null(why);
	assert_int_equal(index_state(x).seq, 0);
	put_reports(x, 1, 300);
	assert_int_equal(ask_file(f, "SELECT count(*) FROM report"), 300);
	assert_int_equal(
		ask_file(f, "SELECT count(*) FROM report WHERE lat_deg IS NOT NULL"),
		ask_file(f, "SELECT count(*) FROM report_place"));
	assert_int_equal(
		ask_file(f, "SELECT count(*) FROM report WHERE geometry IS NULL"),
		ask_file(f, "SELECT count(*) FROM report WHERE lat_deg IS NULL"));
	assert_int_equal(
		ask_file(f, "SELECT sum(reports) FROM tally WHERE area = '*'"), 300);
	index_close(x);
	x = open_index(f, &why);
	assert_null(why);
	assert_int_equal(index_state(x).seq, 300);
	index_close(x);
}

static void
a_slice_that_is_rolled_back_was_never_there(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	struct index_entry e = entry_of(11);

	put_reports(x, 1, 10);
	assert_int_equal(index_begin(x), 0);
	assert_int_equal(index_put(x, &e), 0);
	index_rollback(x);
	assert_int_equal(index_state(x).seq, 10);
	assert_int_equal(ask_file(f, "SELECT max(seq) FROM report"), 10);
	put_reports(x, 11, 12);
	index_close(x);
}

static void
a_row_that_comes_twice_makes_the_index_damaged(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	struct index_entry e = entry_of(3);

	put_reports(x, 1, 5);
	assert_int_equal(index_begin(x), 0);
	assert_int_equal(index_put(x, &e), INDEX_DAMAGED);
	index_rollback(x);
	index_close(x);
}

/* What makes it begin anew, and what it says then. */
static void
assert_anew(struct fixture *f, const char *epoch, const char *reason)
{
	struct index_writer *x = NULL;
	const char *why = NULL;

	assert_int_equal(index_open(&x, f->path, epoch, &why), 0);
	assert_non_null(why);
	assert_non_null(strstr(why, reason));
	assert_int_equal(index_state(x).seq, 0);
	put_reports(x, 1, 3);
	index_close(x);
}

static void
another_logs_index_is_made_anew(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);

	put_reports(x, 1, 5);
	index_close(x);
	assert_anew(f, "fedcba9876543210", "another log");
}

static void
another_versions_index_is_made_anew(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);

	put_reports(x, 1, 5);
	index_close(x);
	(void)ask_file(f, "PRAGMA user_version = 99");
	assert_anew(f, EPOCH, "another version");
}

static void
overwrite(struct fixture *f, off_t from, size_t bytes)
{
	uint8_t noise[4096];
	int fd = open(f->path, O_WRONLY | O_CLOEXEC);

	memset(noise, 0xA5, sizeof(noise));
	assert_true(fd >= 0 && bytes <= sizeof(noise));
	assert_int_equal(pwrite(fd, noise, bytes, from), (ssize_t)bytes);
	close(fd);
}

static void
a_file_that_is_no_database_is_made_anew(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);

	put_reports(x, 1, 5);
	index_close(x);
	overwrite(f, 0, 4096);
	assert_anew(f, EPOCH, "damaged");
}

/* Its rows were in a WAL that is gone, or it was cut to nothing. */
static void
a_file_that_holds_nothing_says_that_it_begins_anew(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);

	put_reports(x, 1, 5);
	index_close(x);
	assert_int_equal(truncate(f->path, 0), 0);
	assert_anew(f, EPOCH, "empty");
}

static off_t
size_of(const char *path, const char *end)
{
	char each[160];
	struct stat file;

	snprintf(each, sizeof(each), "%s%s", path, end);
	assert_int_equal(stat(each, &file), 0);
	return file.st_size;
}

static void
what_is_written_goes_home_and_the_wal_stays_small(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	off_t largest = 0;
	int moved = 0;

	for (uint64_t n = 0; n < 100; n++) {
		off_t now;
		bool left;

		put_reports(x, n * 100 + 1, n * 100 + 100);
		do {
			assert_int_equal(index_draw_some(x, 1, &left), 0);
		} while (left);
		if (index_wants_home(x)) {
			assert_int_equal(index_move_home(x), 0);
			assert_false(index_wants_home(x));
			moved++;
		}
		now = size_of(f->path, "-wal");
		largest = now > largest ? now : largest;
	}
	assert_true(moved > 2);
	assert_true(largest < 16 << 20);
	assert_true(size_of(f->path, "") > 1 << 20);
	index_close(x);
}

static void
damage_is_noticed_where_it_is_met(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	int64_t page;
	int r = 0;

	put_reports(x, 1, 500);
	index_close(x);
	page = ask_file(f, "SELECT rootpage FROM sqlite_master WHERE name = 'tally'");
	overwrite(f, (page - 1) * 4096, 4096);
	x = open_index(f, NULL);
	assert_int_equal(index_begin(x), 0);
	for (uint64_t seq = 501; r == 0 && seq < 600; seq++) {
		struct index_entry e = entry_of(seq);

		r = index_put(x, &e);
	}
	assert_int_equal(r, INDEX_DAMAGED);
	index_rollback(x);
	index_close(x);
}

static void
a_deleted_file_is_missed(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL), *y;

	assert_true(index_is_there(x));
	assert_int_equal(index_delete(f->path), 0);
	assert_false(index_is_there(x));
	y = open_index(f, NULL);
	assert_false(index_is_there(x));
	assert_true(index_is_there(y));
	index_close(x);
	index_close(y);
}

static void
a_killed_writer_leaves_whole_slices(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			const char *why;
			struct index_writer *x = NULL;

			(void)index_open(&x, f->path, EPOCH, &why);
			for (uint64_t seq = index_state(x).seq;; seq += 50) {
				(void)index_begin(x);
				for (uint64_t n = seq + 1; n <= seq + 50; n++) {
					struct index_entry e = entry_of(n);

					(void)index_put(x, &e);
				}
				(void)index_commit(
					x, (struct index_state){seq + 50, 0});
			}
		}
		usleep(150000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		struct index_writer *x = open_index(f, NULL);
		int64_t seq = (int64_t)index_state(x).seq;
		assert_int_equal(seq % 50, 0);
		index_close(x);
		assert_int_equal(ask_file(f, "SELECT count(*) FROM report"), seq);
		assert_int_equal(
			ask_file(f, "SELECT sum(reports) FROM tally WHERE area = '*'"),
			seq == 0 ? 0 : seq);
		assert_int_equal(ask_file(f, "SELECT count(*) FROM pragma_quick_check "
					     "WHERE quick_check <> 'ok'"),
			0);
	}
	assert_true(ask_file(f, "SELECT seq FROM state") > 0);
}

static struct store_incident
incident_of(uint64_t id)
{
	return (struct store_incident){.id = id,
		.seq = id,
		.hazard = 3,
		.status = 1,
		.class_no = 2,
		.has_point = true,
		.point = {42.35, 13.4},
		.accuracy_m = 20,
		.opened_ms = kit_noon_ms};
}

static void
put_incident(struct index_writer *x, uint64_t id)
{
	struct store_incident incident = incident_of(id);

	assert_int_equal(index_begin(x), 0);
	assert_int_equal(index_put_incident(x, &incident), 0);
	assert_int_equal(index_commit(x, index_state(x)), 0);
}

static void
an_incident_counts_its_reports_also_when_they_move(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);

	put_reports(x, 1, 20);
	put_incident(x, 1);
	put_incident(x, 21);
	assert_int_equal(ask_file(f, "SELECT reports FROM incident WHERE id = 1"), 20);
	put_reports(x, 21, 23);
	assert_int_equal(ask_file(f, "SELECT reports FROM incident WHERE id = 21"), 3);
	assert_int_equal(index_begin(x), 0);
	assert_int_equal(index_move(x, 4, 21), 0);
	assert_int_equal(index_move(x, 4, 21), 0);
	assert_int_equal(index_move(x, 999, 21), 0);
	assert_int_equal(index_commit(x, index_state(x)), 0);
	assert_int_equal(ask_file(f, "SELECT reports FROM incident WHERE id = 1"), 19);
	assert_int_equal(ask_file(f, "SELECT reports FROM incident WHERE id = 21"), 4);
	index_close(x);
}

/* Ray casting, in degrees: outlines here are small and far from 180. */
static bool
ring_holds(const double *ring, size_t n, struct geo_point p)
{
	bool inside = false;

	for (size_t i = 0, j = n - 1; i < n; j = i++) {
		double xi = ring[2 * i], yi = ring[2 * i + 1];
		double xj = ring[2 * j], yj = ring[2 * j + 1];

		if ((yi > p.lat_deg) != (yj > p.lat_deg) &&
			p.lon_deg < (xj - xi) * (p.lat_deg - yi) / (yj - yi) + xi) {
			inside = !inside;
		}
	}
	return inside;
}

struct drawn {
	size_t n;
	size_t n_points;
	const struct geo_point *points;
};

static int
check_outline(void *arg, const struct index_outline *o)
{
	struct drawn *d = arg;

	d->n++;
	assert_int_equal(o->reports, d->n_points);
	for (size_t i = 0; i < d->n_points; i++) {
		assert_true(ring_holds(o->ring, o->n_ring, d->points[i]));
	}
	for (size_t i = 0; i < o->n_ring; i++) {
		struct geo_point corner = {o->ring[2 * i + 1], o->ring[2 * i]};
		double nearest = 1e9;

		for (size_t j = 0; j < d->n_points; j++) {
			double m = measure_distance_m(corner, d->points[j]);

			nearest = m < nearest ? m : nearest;
		}
		assert_true(nearest > 30 && nearest < 400);
	}
	assert_true(o->ring[0] == o->ring[2 * o->n_ring - 2]);
	return 0;
}

static void
assert_outline(struct fixture *f, const struct geo_point *points, size_t n)
{
	struct index_writer *x = open_index(f, NULL);
	struct index_asker *a = index_asker_new(f->path);
	struct search s;
	struct drawn drawn = {0, n, points};
	uint64_t seq;
	bool left = true;

	assert_int_equal(index_begin(x), 0);
	for (size_t i = 0; i < n; i++) {
		struct index_entry e = entry_of(i + 1);

		e.incident = 1;
		e.has_point = true;
		e.point = points[i];
		assert_int_equal(index_put(x, &e), 0);
	}
	assert_int_equal(index_commit(x, (struct index_state){n, 0}), 0);
	put_incident(x, 1);
	while (left) {
		assert_int_equal(index_draw_some(x, 1, &left), 0);
	}
	search_init(&s);
	s.has_box = true;
	s.west_deg = points[0].lon_deg - 0.00001;
	s.east_deg = points[0].lon_deg + 0.00001;
	s.south_deg = points[0].lat_deg - 0.00001;
	s.north_deg = points[0].lat_deg + 0.00001;
	index_asker_open(a);
	assert_int_equal(index_ask_begin(a, EPOCH, &seq), 0);
	assert_int_equal(
		index_ask_outlines(a, &s, INDEX_OF_INCIDENTS, 0, check_outline, &drawn),
		0);
	assert_int_equal(drawn.n, 1);
	s.south_deg = points[0].lat_deg + 1;
	s.north_deg = points[0].lat_deg + 2;
	assert_int_equal(
		index_ask_outlines(a, &s, INDEX_OF_INCIDENTS, 0, check_outline, &drawn),
		0);
	assert_int_equal(drawn.n, 1);
	index_ask_end(a);
	index_asker_free(a);
	index_close(x);
	assert_int_equal(index_delete(f->path), 0);
}

static void
an_outline_holds_its_places_be_they_one_two_or_many(void **state)
{
	struct fixture *f = *state;
	struct geo_point points[60];

	for (size_t i = 0; i < 60; i++) {
		uint64_t random = mix(i + 77);

		points[i].lat_deg = -42.35 + (double)(random & 0xff) * 1e-5;
		points[i].lon_deg = 13.4 + (double)(random >> 8 & 0xff) * 1e-5;
	}
	for (size_t n = 1; n <= 60; n += n < 6 ? 1 : 27) {
		assert_outline(f, points, n);
	}
	for (size_t i = 0; i < 10; i++) { /* all in a row */
		points[i] = (struct geo_point){42.35 + (double)i * 1e-4, 13.4};
	}
	assert_outline(f, points, 10);
}

static bool
file_holds(const char *path, const char *what)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(64 << 20);
	size_t n;
	bool found;

	if (file == NULL) {
		free(bytes);
		return false;
	}
	n = fread(bytes, 1, 64 << 20, file);
	found = memmem(bytes, n, what, strlen(what)) != NULL;
	fclose(file);
	free(bytes);
	return found;
}

static void
what_is_forgotten_is_in_no_byte_of_the_file(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = open_index(f, NULL);
	struct index_entry e = entry_of(101);
	char wal[128];

	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	put_reports(x, 1, 100);
	e.text = "zanzibar zanzibar";
	e.place = "quadrifoglio";
	e.has_point = true;
	e.point = (struct geo_point){12.3456789, 98.7654321};
	assert_int_equal(index_begin(x), 0);
	assert_int_equal(index_put(x, &e), 0);
	assert_int_equal(index_commit(x, (struct index_state){101, 0}), 0);
	put_reports(x, 102, 200);
	assert_true(file_holds(wal, "zanzibar") || file_holds(f->path, "zanzibar"));
	assert_int_equal(index_forget(x, 101), 0);
	assert_int_equal(ask_file(f, "SELECT count(*) FROM report_words WHERE "
				     "report_words MATCH 'zanzibar'"),
		0);
	assert_int_equal(ask_file(f, "SELECT count(*) FROM report"), 200);
	index_close(x);
	assert_false(file_holds(f->path, "zanzibar"));
	assert_false(file_holds(wal, "zanzibar"));
	assert_false(file_holds(f->path, "quadrifoglio"));
	assert_false(file_holds(f->path, (const char[]){'\x40', '\x58', '\xb0', '\xfc',
						 '\xd6', '\xe9', '\x8e', 0}));
}

static void
short_memory_opens_nothing_and_leaks_nothing(void **state)
{
	struct fixture *f = *state;
	struct index_writer *x = NULL;
	const char *why;

	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		int r = index_open(&x, f->path, EPOCH, &why);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	index_close(x);
	for (unsigned long n = 1;; n++) {
		alloc_fail_at(n);
		struct index_asker *a = index_asker_new(f->path);
		bool failed = alloc_failed() != 0;
		alloc_fail_at(0);
		assert_int_equal(a == NULL, failed);
		index_asker_free(a);
		if (!failed) {
			break;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_index_holds_what_was_put),
		TEST(a_slice_that_is_rolled_back_was_never_there),
		TEST(a_row_that_comes_twice_makes_the_index_damaged),
		TEST(another_logs_index_is_made_anew),
		TEST(another_versions_index_is_made_anew),
		TEST(a_file_that_is_no_database_is_made_anew),
		TEST(a_file_that_holds_nothing_says_that_it_begins_anew),
		TEST(what_is_written_goes_home_and_the_wal_stays_small),
		TEST(damage_is_noticed_where_it_is_met),
		TEST(a_deleted_file_is_missed),
		TEST(a_killed_writer_leaves_whole_slices),
		TEST(an_incident_counts_its_reports_also_when_they_move),
		TEST(an_outline_holds_its_places_be_they_one_two_or_many),
		TEST(what_is_forgotten_is_in_no_byte_of_the_file),
		TEST(short_memory_opens_nothing_and_leaks_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
