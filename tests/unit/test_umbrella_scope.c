#include "unit.h"

#include <stdbool.h>

#include "server/umbrella_scope.h"

static struct board *board;
static struct arena *arena;
static Vedetta__V1__Umbrella umbrella;
static Vedetta__V1__Umbrella *list[2];
static size_t n;
static uint64_t sequence;

/* An incident of umbrella 900 in an area. */
static void
put(uint64_t id, const char *code, unsigned class_no, uint32_t reports, double lat_deg)
{
	Vedetta__V1__Incident i = VEDETTA__V1__INCIDENT__INIT;
	Vedetta__V1__Rank rank = VEDETTA__V1__RANK__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	char *areas[] = {(char *)(uintptr_t)code};

	point.lat_deg = lat_deg;
	point.lon_deg = 13;
	place.point = &point;
	rank.class_ = class_no;
	at.seconds = (int64_t)id;
	i.id = id;
	i.sequence = ++sequence;
	i.hazard = (char *)"flood";
	i.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	i.rank = &rank;
	i.place = &place;
	i.reports = reports;
	i.opened_at = &at;
	i.last_report_at = &at;
	i.areas = areas;
	i.n_areas = 1;
	i.area_fit = VEDETTA__V1__AREA_FIT__AREA_FIT_INSIDE;
	assert_int_equal(board_put(board, &i), 0);
	board_label(board, id, 900, NULL, 0);
}

static int
begin(void **state)
{
	(void)state;
	board = board_new();
	arena = arena_new(1 << 20);
	assert_true(board != NULL && arena != NULL);
	board_reset(board, "0123456789abcdef");
	sequence = 0;
	put(10, "A1", 1, 5, 42.0);
	put(11, "A1", 4, 2, 42.01);
	put(12, "B1", 1, 70, 42.5);
	put(13, "B1", 2, 1, 42.6);
	vedetta__v1__umbrella__init(&umbrella);
	umbrella.id = 900;
	umbrella.incidents = 4;
	umbrella.reports = 78;
	umbrella.maxi = true;
	umbrella.span_m = 66000;
	list[0] = &umbrella;
	n = 1;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	board_free(board);
	arena_free(arena);
	return 0;
}

static void
narrow_to(const char *code)
{
	char *codes[] = {(char *)(uintptr_t)code};
	struct scope scope;

	scope_make(&scope, codes, 1, false, NULL);
	assert_int_equal(umbrella_scope_narrow(board, &scope, arena, list, &n), 0);
}

static void
every_figure_is_of_what_is_seen(void **state)
{
	(void)state;
	narrow_to("A1");
	assert_int_equal(n, 1);
	assert_int_equal(list[0]->id, 900);
	assert_int_equal(list[0]->incidents, 2);
	assert_int_equal(list[0]->reports, 7);
	assert_int_equal(list[0]->n_classes, 2);
	assert_int_equal(list[0]->classes[0]->class_, 1);
	assert_int_equal(list[0]->classes[0]->incidents, 1);
	assert_int_equal(list[0]->classes[1]->class_, 4);
	assert_int_equal(list[0]->last_report_at->seconds, 11);
	assert_true(list[0]->box->north_deg < 42.02);
	assert_in_range((uint64_t)list[0]->span_m, 1100, 1120);
	assert_true(list[0]->maxi);
	assert_int_equal(umbrella.incidents, 4); /* that of the others is as it was */
}

static void
without_an_incident_that_is_seen_it_is_not_there(void **state)
{
	(void)state;
	narrow_to("C1");
	assert_int_equal(n, 0);
}

static void
what_only_tells_of_no_news_shows_no_umbrella(void **state)
{
	char *codes[] = {(char *)"A1"};
	struct filter_facts facts = board_find(board, 10)->facts;
	struct scope scope;

	(void)state;
	scope_make(&scope, codes, 1, false, NULL);
	assert_true(umbrella_scope_shows(&scope, &facts));
	assert_true(umbrella_scope_shows(NULL, &facts));
	assert_false(umbrella_scope_shows(&scope, &board_find(board, 12)->facts));
	facts.silent_of = 900;
	assert_false(umbrella_scope_shows(&scope, &facts));
	assert_false(umbrella_scope_shows(NULL, &facts));
}

static void
who_sees_everything_sees_it_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(umbrella_scope_narrow(board, NULL, arena, list, &n), 0);
	assert_ptr_equal(list[0], &umbrella);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_figure_is_of_what_is_seen, begin, end),
		cmocka_unit_test_setup_teardown(
			without_an_incident_that_is_seen_it_is_not_there, begin, end),
		cmocka_unit_test_setup_teardown(
			what_only_tells_of_no_news_shows_no_umbrella, begin, end),
		cmocka_unit_test_setup_teardown(
			who_sees_everything_sees_it_as_it_is, begin, end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
