#include "store_kit.h"

#include <errno.h>

#include "geo/store_area.h"
#include "vedetta/v1/log.pb-c.h"

enum {
	SEEN_MOST = 16,
};

struct seen {
	size_t n;
	struct {
		uint64_t number;
		char code[AREA_CODE_BYTES];
		char name[AREA_NAME_BYTES];
		char parent[AREA_CODE_BYTES];
		enum area_level level;
		int64_t residents;
		bool has_center;
		struct geo_point center;
		char polygon[16];
	} at[SEEN_MOST];
};

static int
on_area(void *arg, const struct store_area *a)
{
	struct seen *seen = arg;

	assert_true(seen->n < SEEN_MOST);
	seen->at[seen->n].number = a->number;
	snprintf(seen->at[seen->n].code, AREA_CODE_BYTES, "%s", a->code);
	snprintf(seen->at[seen->n].name, AREA_NAME_BYTES, "%s", a->name);
	snprintf(seen->at[seen->n].parent, AREA_CODE_BYTES, "%s", a->parent);
	snprintf(seen->at[seen->n].polygon, 16, "%.*s", (int)a->polygon_bytes,
		a->polygon != NULL ? (const char *)a->polygon : "");
	seen->at[seen->n].level = a->level;
	seen->at[seen->n].residents = a->residents;
	seen->at[seen->n].has_center = a->has_center;
	seen->at[seen->n++].center = a->center;
	return 0;
}

/* "code=name ..." in the order of reading. */
static void
assert_areas(struct store *s, uint64_t with, const char *want)
{
	struct seen seen = {0};
	char text[256] = "";
	size_t bytes = 0;
	unsigned n;

	assert_int_equal(
		store_read_areas(s, with, 0, SEEN_MOST, on_area, &seen, &n), 0);
	assert_int_equal(n, seen.n);
	for (size_t i = 0; i < seen.n; i++) {
		bytes += (size_t)snprintf(text + bytes, sizeof(text) - bytes, "%s%s=%s",
			i > 0 ? " " : "", seen.at[i].code, seen.at[i].name);
	}
	assert_string_equal(text, want);
}

static void
put_named(struct store *s, uint64_t import, const char *code, const char *name)
{
	const struct store_area area = {.code = code,
		.name = name,
		.parent = "01",
		.level = AREA_MUNICIPALITY,
		.residents = -1,
		.polygon = (const uint8_t *)"ground",
		.polygon_bytes = 6};

	assert_int_equal(store_put_area(s, import, &area), 0);
}

/* As told of `areas` areas and no figures. */
static uint64_t
end_import_of(
	struct store *s, uint64_t import, uint64_t seq, uint64_t ticket, uint64_t areas)
{
	Vedetta__V1__LogAreas said = VEDETTA__V1__LOG_AREAS__INIT;
	uint8_t body[64];
	struct store_row row = {.seq = seq,
		.at_ms = NOON_MS,
		.kind = STORE_AREAS,
		.subject = 0,
		.body = body};

	said.import = import;
	said.areas = areas;
	row.body_bytes = vedetta__v1__log_areas__pack(&said, body);
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_append(s, &row), 0);
	assert_int_equal(store_end_areas(s, import, seq, ticket), 0);
	assert_int_equal(store_commit(s), 0);
	return import;
}

static uint64_t
end_import(struct store *s, uint64_t import, uint64_t seq, uint64_t ticket)
{
	return end_import_of(s, import, seq, ticket, 0);
}

static uint64_t
begin_import(struct store *s)
{
	uint64_t import;

	assert_int_equal(store_area_next(s, &import), 0);
	assert_int_equal(store_begin(s), 0);
	return import;
}

static void
an_import_counts_when_its_end_is_committed_and_not_before(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct store_area_state at;
	uint64_t import = begin_import(s);

	put_named(s, import, "010025", "Genova");
	put_named(s, import, "065006", "Amalfi");
	assert_int_equal(store_commit(s), 0);
	assert_areas(s, 0, "");
	assert_areas(s, import, "010025=Genova 065006=Amalfi");
	assert_int_equal(store_read_area_state(s, &at), 0);
	assert_int_equal(at.import, 0);
	assert_int_equal(store_read_ticket(s, 77), STORE_NONE);
	store_close(s);

	s = open_store(f); /* as after a crash */
	assert_areas(s, 0, "");
	end_import(s, import, 1, 77);
	store_close(s);
	s = open_reader(f);
	assert_areas(s, 0, "010025=Genova 065006=Amalfi");
	assert_int_equal(store_read_ticket(s, 77), 0);
	assert_int_equal(store_read_area_state(s, &at), 0);
	assert_int_equal(at.import, import);
	assert_false(at.is_looked);
	store_close(s);
}

static void
a_later_row_of_a_code_stands_for_the_earlier_one(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t first = begin_import(s);
	uint64_t second;
	struct store_area_state at;

	put_named(s, first, "010025", "Zena");
	put_named(s, first, "065006", "Amalfi");
	assert_int_equal(store_commit(s), 0);
	end_import(s, first, 1, 1);
	second = begin_import(s);
	assert_int_equal(second, first + 1);
	put_named(s, second, "010025", "Genova");
	assert_int_equal(store_commit(s), 0);
	assert_areas(s, 0, "010025=Zena 065006=Amalfi");
	end_import(s, second, 2, 2);
	assert_areas(s, 0, "065006=Amalfi 010025=Genova");
	assert_int_equal(store_begin(s), 0);
	assert_int_equal(store_areas_looked(s, second), 0);
	assert_int_equal(store_commit(s), 0);
	assert_int_equal(store_read_area_state(s, &at), 0);
	assert_true(at.is_looked);
	store_close(s);
}

static void
residents_and_centres_outlive_the_ground(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	const struct store_residents genova = {
		"010025", 565752, true, {44.4071, 8.9340}};
	uint64_t import = begin_import(s);
	struct seen seen = {0};
	unsigned n;

	put_named(s, import, "010025", "Zena");
	assert_int_equal(store_put_residents(s, import, &genova), 0);
	assert_int_equal(store_commit(s), 0);
	end_import(s, import, 1, 1);
	import = begin_import(s);
	put_named(s, import, "010025", "Genova");
	assert_int_equal(store_commit(s), 0);
	end_import(s, import, 2, 2);
	assert_int_equal(store_read_areas(s, 0, 0, 9, on_area, &seen, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(seen.at[0].name, "Genova");
	assert_string_equal(seen.at[0].parent, "01");
	assert_string_equal(seen.at[0].polygon, "ground");
	assert_int_equal(seen.at[0].level, AREA_MUNICIPALITY);
	assert_int_equal(seen.at[0].residents, 565752);
	assert_true(seen.at[0].has_center);
	assert_true(seen.at[0].center.lat_deg == 44.4071);
	store_close(s);
}

static void
what_cannot_be_is_refused_and_breaks_nothing(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = begin_import(s);
	const struct store_area nameless = {
		.code = "1", .name = "", .parent = "", .level = AREA_REGION};
	const struct store_area odd = {
		.code = "1", .name = "a", .parent = "", .level = AREA_SECTOR + 1};
	const struct store_area good = {
		.code = "1", .name = "a", .parent = "", .level = AREA_NATION};
	const struct store_residents nowhere = {"1", 1, true, {91, 0}};
	const struct store_residents fewer = {"1", -1, false, {0, 0}};

	assert_int_equal(store_put_area(s, import, &nameless), -EINVAL);
	assert_int_equal(store_put_area(s, import, &odd), -EINVAL);
	assert_int_equal(store_put_area(s, import, &good), 0);
	assert_int_equal(store_put_area(s, import, &good), -EINVAL); /* twice */
	assert_int_equal(store_put_residents(s, import, &nowhere), -EINVAL);
	assert_int_equal(store_put_residents(s, import, &fewer), -EINVAL);
	assert_int_equal(store_commit(s), 0);
	end_import(s, import, 1, 1);
	assert_areas(s, 0, "1=a");
	store_close(s);
}

static void
a_sweep_takes_what_does_not_count_a_little_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = begin_import(s);
	unsigned sweeps = 0;
	bool more = true;
	char code[8];

	for (int i = 0; i < 9; i++) {
		snprintf(code, sizeof(code), "%d", i);
		put_named(s, import, code, "old");
	}
	assert_int_equal(store_commit(s), 0);
	end_import(s, import, 1, 1);
	import = begin_import(s); /* never ended */
	put_named(s, import, "8", "abandoned");
	assert_int_equal(store_commit(s), 0);
	import = begin_import(s);
	put_named(s, import, "0", "new");
	put_named(s, import, "1", "new");
	assert_int_equal(store_commit(s), 0);
	end_import(s, import, 2, 2);
	import = begin_import(s); /* being written */
	put_named(s, import, "7", "newer");
	assert_int_equal(store_commit(s), 0);
	for (; more; sweeps++) {
		assert_int_equal(store_sweep_areas(s, import, 1, &more), 0);
	}
	assert_int_equal(sweeps, 4); /* two old, one abandoned, and a look */
	assert_areas(s, 0, "2=old 3=old 4=old 5=old 6=old 7=old 8=old 0=new 1=new");
	assert_areas(
		s, import, "2=old 3=old 4=old 5=old 6=old 8=old 0=new 1=new 7=newer");
	store_close(s);
}

static void
areas_are_read_in_pieces(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = begin_import(s);
	struct seen seen = {0};
	uint64_t after = 0;
	unsigned n = 2;
	char code[8];

	for (int i = 0; i < 5; i++) {
		snprintf(code, sizeof(code), "%d", i);
		put_named(s, import, code, "a");
	}
	assert_int_equal(store_commit(s), 0);
	end_import(s, import, 1, 1);
	while (n == 2) {
		assert_int_equal(
			store_read_areas(s, 0, after, 2, on_area, &seen, &n), 0);
		after = seen.at[seen.n - 1].number;
	}
	assert_int_equal(seen.n, 5);
	store_close(s);
}

static void
a_changed_area_is_not_shown(void **state)
{
	static const char *const changes[] = {"UPDATE area SET level = 3",
		"UPDATE area SET polygon = x'00'", "UPDATE area SET parent = '02'",
		"UPDATE area_residents SET residents = 1",
		"UPDATE area_residents SET lat_deg = 45"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct store *s = open_store(f);
		const struct store_residents genova = {
			"010025", 565752, true, {44.4071, 8.9340}};
		struct seen seen = {0};
		uint64_t import = begin_import(s);
		uint64_t bad;
		unsigned n;

		put_named(s, import, "010025", "Genova");
		assert_int_equal(store_put_residents(s, import, &genova), 0);
		assert_int_equal(store_commit(s), 0);
		end_import(s, import, i + 1, i);
		store_close(s);
		meddle(f, changes[i]);
		s = open_reader(f);
		assert_int_equal(
			store_read_areas(s, 0, 0, 9, on_area, &seen, &n), -EUCLEAN);
		assert_int_equal(seen.n, 0);
		assert_int_equal(store_verify(s, &bad, f->why, WHY_BYTES, NULL, NULL),
			STORE_DAMAGED);
		store_close(s);
	}
}

static uint64_t
first_bad_after(struct fixture *f, const char *sql)
{
	struct store *s;
	uint64_t bad_seq = 0;
	int r;

	meddle(f, sql);
	s = open_reader(f);
	r = store_verify(s, &bad_seq, f->why, WHY_BYTES, NULL, NULL);
	assert_int_equal(r, bad_seq == 0 ? 0 : STORE_DAMAGED);
	store_close(s);
	return bad_seq;
}

static void
imports_are_held_against_the_rows_that_tell_of_them(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	uint64_t import = begin_import(s);
	bool more;

	put_named(s, import, "010025", "Genova");
	assert_int_equal(store_commit(s), 0);
	end_import_of(s, import, 1, 7, 1);
	import = begin_import(s);
	put_named(s, import, "065006", "Amalfi");
	put_named(s, import, "010025", "Genova");
	assert_int_equal(store_commit(s), 0);
	end_import_of(s, import, 2, 8, 2);
	/* What was swept out is not missed. */
	assert_int_equal(store_sweep_areas(s, 0, 10, &more), 0);
	store_close(s);
	assert_int_equal(first_bad_after(f, "UPDATE area_import SET looked = 1"), 0);
	assert_int_equal(
		first_bad_after(f, "DELETE FROM area WHERE code = '065006'"), 2);
	assert_non_null(strstr(f->why, "has not all that was imported"));
	assert_int_equal(first_bad_after(f, "INSERT INTO area_import VALUES "
					    "(9, 2, 3, 0)"),
		2);
	assert_non_null(strstr(f->why, "import 9 of areas is told by no row"));
	assert_int_equal(
		first_bad_after(f, "UPDATE area_import SET seq = 2 WHERE number = 1"),
		1);
	assert_non_null(strstr(f->why, "another's"));
	assert_int_equal(
		first_bad_after(f, "DELETE FROM area_import WHERE number = 1"), 1);
	assert_non_null(strstr(f->why, "is gone"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_import_counts_when_its_end_is_committed_and_not_before),
		TEST(a_later_row_of_a_code_stands_for_the_earlier_one),
		TEST(residents_and_centres_outlive_the_ground),
		TEST(what_cannot_be_is_refused_and_breaks_nothing),
		TEST(a_sweep_takes_what_does_not_count_a_little_at_a_time),
		TEST(areas_are_read_in_pieces),
		TEST(a_changed_area_is_not_shown),
		TEST(imports_are_held_against_the_rows_that_tell_of_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
