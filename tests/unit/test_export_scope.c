#include "store_kit.h"

#include <errno.h>

#include "geo/store_area.h"
#include "server/export_order.h"
#include "server/export_scope.h"

static char line[EXPORT_ORDER_LINE_BYTES];

/* As the front writes it and the helper reads it. */
static struct export_scope *
sent(const struct scope *scope, const uint64_t *umbrellas, size_t n)
{
	struct export_scope *s;

	line[0] = '\0';
	assert_true(export_order_write(scope, umbrellas, n, line, sizeof(line)));
	assert_int_equal(export_scope_read(&s, line), 0);
	return s;
}

static void
limited_to(struct scope *scope, const char *code, bool unassigned)
{
	char *codes[] = {(char *)(uintptr_t)code};

	scope_make(scope, codes, 1, unassigned, NULL);
}

static void
who_sees_everything_sees_all_of_it(void **state)
{
	const struct store_incident i = {.areas = "A1", .area_fit = 1};
	struct export_scope *s = sent(NULL, NULL, 0);
	char text[64];

	(void)state;
	assert_null(s);
	assert_true(export_scope_sees(s, &i));
	assert_true(export_scope_has(s, 77));
	assert_true(export_scope_sees_area(s, "B1"));
	assert_true(export_scope_sees_umbrella(s, 9));
	export_scope_text(s, text, sizeof(text));
	assert_string_equal(text, "*");
}

static void
put_incident(struct store *s, uint64_t id, const char *areas, uint8_t fit)
{
	struct store_row row = row_of(id);
	struct store_incident i = incident_of(id, id);

	row.subject = id;
	row.prev = 0;
	i.linked = 0;
	i.areas = areas;
	i.area_fit = fit;
	assert_int_equal(store_append(s, &row), 0);
	assert_int_equal(store_put_incident(s, &i), 0);
}

static void
put_area(struct store *s, uint64_t import, const char *code, const char *parent,
	enum area_level level)
{
	const struct store_area area = {.code = code,
		.name = code,
		.parent = parent,
		.level = level,
		.residents = -1};

	assert_int_equal(store_put_area(s, import, &area), 0);
}

static void
who_is_limited_sees_what_lies_there(void **state)
{
	static const uint64_t umbrellas[] = {30, 7, 12};
	struct fixture *f = *state;
	struct store *writer = open_store(f), *reader;
	struct export_scope *s;
	struct scope scope;
	uint64_t import;

	assert_int_equal(store_begin(writer), 0);
	assert_int_equal(store_area_next(writer, &import), 0);
	put_area(writer, import, "P1", "", AREA_PROVINCE);
	put_area(writer, import, "M1", "P1", AREA_MUNICIPALITY);
	put_area(writer, import, "M2", "", AREA_MUNICIPALITY);
	put_incident(writer, 1, "M1", 1);
	put_incident(writer, 2, "M2", 1);
	put_incident(writer, 3, "M2 *P1", 1); /* somewhere in the province */
	put_incident(writer, 4, "", 3);       /* outside every area */
	assert_int_equal(store_end_areas(writer, import, 4, 1), 0);
	assert_int_equal(store_commit(writer), 0);
	store_close(writer);
	reader = open_reader(f);
	limited_to(&scope, "P1", false);
	s = sent(&scope, umbrellas, 3);
	store_set_deadline(reader, 1000);
	assert_int_equal(export_scope_look(s, reader), 0);
	assert_true(export_scope_has(s, 1));
	assert_false(export_scope_has(s, 2));
	assert_true(export_scope_has(s, 3));
	assert_false(export_scope_has(s, 4));
	assert_false(export_scope_has(s, 5));
	assert_true(export_scope_sees_area(s, "M1"));
	assert_false(export_scope_sees_area(s, "M2"));
	assert_true(export_scope_sees_umbrella(s, 7));
	assert_false(export_scope_sees_umbrella(s, 8));
	export_scope_free(s);
	limited_to(&scope, "M1", true);
	s = sent(&scope, NULL, 0);
	assert_int_equal(export_scope_look(s, reader), 0);
	assert_true(export_scope_has(s, 1));
	assert_true(export_scope_has(s, 3)); /* it may be in M1 */
	assert_true(export_scope_has(s, 4));
	assert_false(export_scope_sees_area(s, "P1"));
	export_scope_free(s);
	store_close(reader);
}

static void
what_is_no_order_is_refused(void **state)
{
	static const char *const bad[] = {"", " ", "* 1", "2 0 0", "1", "1 1", "1 1 A1",
		"1 1 A1 1", "0 1 A1 0 9", "0 1 A1 x", "0 65 A1 0", "0 -1 0",
		"0 1 a-code-that-is-longer-than-any-code-can-be 0", "0 0 1001"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct export_scope *s;

		(void)snprintf(line, sizeof(line), "%s", bad[i]);
		if (export_scope_read(&s, line) != -EINVAL) {
			fail_msg("taken: \"%s\"", bad[i]);
		}
		assert_null(s);
	}
}

static void
what_does_not_fit_is_not_cut(void **state)
{
	struct scope scope;
	char small[12] = "csv";

	(void)state;
	limited_to(&scope, "a-long-code", false);
	assert_false(export_order_write(&scope, NULL, 0, small, sizeof(small)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_sees_everything_sees_all_of_it),
		cmocka_unit_test_setup_teardown(
			who_is_limited_sees_what_lies_there, make_folder, drop_folder),
		cmocka_unit_test(what_is_no_order_is_refused),
		cmocka_unit_test(what_does_not_fit_is_not_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
