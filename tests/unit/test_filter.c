#include "unit.h"

#include <string.h>

#include "dispatch/hazard.h"
#include "server/filter.h"
#include "vedetta/v1/incident.pb-c.h"

static struct trouble trouble;

static int
read_filter(struct filter *f, const char *query)
{
	static const char *const others[] = {"cursor", NULL};
	struct arena *arena = arena_new(16 * 1024);
	struct fields fields;
	int r;

	assert_non_null(arena);
	trouble_init(&trouble);
	assert_int_equal(
		fields_from_urlencoded(query, strlen(query), arena, &trouble, &fields),
		0);
	r = filter_read(f, &fields, others, &trouble);
	arena_free(arena);
	return r;
}

static struct filter_facts
flood_at(double lat_deg, double lon_deg)
{
	const struct hazard *flood = hazard_by_code("flood");

	return (struct filter_facts){
		.point = {lat_deg, lon_deg},
		.has_point = true,
		.hazard = flood->number,
		.family = (uint8_t)flood->family,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = 2,
	};
}

static bool
lets_through(const char *query, struct filter_facts facts)
{
	struct filter f;

	assert_int_equal(read_filter(&f, query), 0);
	return filter_matches(&f, &facts);
}

static void
nothing_asked_lets_everything_through(void **state)
{
	struct filter f, none;

	(void)state;
	filter_init(&none);
	assert_int_equal(read_filter(&f, "cursor=whatever"), 0);
	assert_true(filter_equals(&f, &none));
	assert_true(lets_through("", flood_at(0, 0)));
	assert_true(lets_through("", (struct filter_facts){0}));
}

static void
each_parameter_holds_back_what_it_should(void **state)
{
	struct filter_facts facts = flood_at(42, 13);

	(void)state;
	assert_true(lets_through("status=open", facts));
	assert_false(lets_through("status=closed", facts));
	assert_true(lets_through("hazard=fire,flood", facts));
	assert_false(lets_through("hazard=fire", facts));
	assert_true(lets_through("family=water", facts));
	assert_false(lets_through("family=road,health", facts));
	assert_true(lets_through("class=2", facts));
	assert_true(lets_through("class=5", facts));
	assert_false(lets_through("class=1", facts));
	assert_true(lets_through("classes=2", facts));
	assert_true(lets_through("classes=5,2,1", facts));
	assert_false(lets_through("classes=1,3,4,5", facts));
	assert_true(lets_through("unplaced=false", facts));
	assert_false(lets_through("unplaced=true", facts));
	assert_true(lets_through("exercise=false", facts));
	assert_false(lets_through("exercise=true", facts));
	assert_false(lets_through("status=open&class=1", facts));
	facts.has_point = false;
	assert_false(lets_through("bbox=-180,-90,180,90", facts));
}

static void
a_box_holds_its_edges_in_all_hemispheres(void **state)
{
	(void)state;
	assert_true(lets_through("bbox=13,42,14,43", flood_at(42, 13)));
	assert_true(lets_through("bbox=13,42,14,43", flood_at(43, 14)));
	assert_false(lets_through("bbox=13,42,14,43", flood_at(43.001, 14)));
	assert_false(lets_through("bbox=13,42,14,43", flood_at(42.5, 12.999)));
	assert_true(lets_through("bbox=-71,-34,-70,-33", flood_at(-33.5, -70.5)));
	assert_true(lets_through("bbox=0,0,0,0", flood_at(0, 0)));
	assert_true(lets_through("bbox=-180,-90,180,90", flood_at(90, 180)));
}

static void
a_box_may_cross_the_antimeridian(void **state)
{
	(void)state;
	assert_true(lets_through("bbox=170,-20,-170,-10", flood_at(-15, 179)));
	assert_true(lets_through("bbox=170,-20,-170,-10", flood_at(-15, -175)));
	assert_false(lets_through("bbox=170,-20,-170,-10", flood_at(-15, 0)));
}

static void
bad_values_are_refused_by_name(void **state)
{
	static const struct {
		const char *query;
		const char *field;
	} cases[] = {
		{"status=OPEN", "status"},
		{"status=", "status"},
		{"hazard=dragon", "hazard"},
		{"hazard=flood,", "hazard"},
		{"hazard=,flood", "hazard"},
		{"family=flood", "family"},
		{"class=0", "class"},
		{"class=6", "class"},
		{"class=11", "class"},
		{"classes=0", "classes"},
		{"classes=1,6", "classes"},
		{"classes=1,", "classes"},
		{"classes=12", "classes"},
		{"classes=,1", "classes"},
		{"bbox=1,2,3", "bbox"},
		{"bbox=1,2,3,4,5", "bbox"},
		{"bbox=1,2,3,", "bbox"},
		{"bbox=1,4,3,2", "bbox"},
		{"bbox=-181,2,3,4", "bbox"},
		{"bbox=1,2,3,91", "bbox"},
		{"bbox=nan,2,3,4", "bbox"},
		{"bbox=0x1,2,3,4", "bbox"},
		{"bbox=1,+2,3,4", "bbox"},
		{"unplaced=yes", "unplaced"},
		{"exercise=1", "exercise"},
		{"area=one+two", "area"},
		{"colour=red", "colour"},
	};
	struct filter f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_filter(&f, cases[i].query), FILTER_REFUSED);
		assert_string_equal(trouble.at[0].field, cases[i].field);
	}
	assert_int_equal(read_filter(&f, "area="), FILTER_REFUSED);
	assert_string_equal(trouble.at[0].reason, "is not the code of an area");
}

static void
filters_that_say_the_same_are_equal(void **state)
{
	struct filter a, b;

	(void)state;
	assert_int_equal(read_filter(&a, "hazard=fire,flood&bbox=-0,0,1,1"), 0);
	assert_int_equal(read_filter(&b, "bbox=0,-0.0,1e0,1&hazard=flood,fire"), 0);
	assert_true(filter_equals(&a, &b));
	assert_int_equal(read_filter(&b, "hazard=flood,fire"), 0);
	assert_false(filter_equals(&a, &b));
}

static void
what_the_map_counts_beforehand_is_known(void **state)
{
	struct filter f;

	(void)state;
	assert_int_equal(
		read_filter(&f, "bbox=1,2,3,4&classes=1,2&class=3&status=open&exercise="
				"false"),
		0);
	assert_true(filter_is_countable(&f));
	assert_int_equal(read_filter(&f, "bbox=1,2,3,4&hazard=flood"), 0);
	assert_false(filter_is_countable(&f));
	assert_int_equal(read_filter(&f, "family=water"), 0);
	assert_false(filter_is_countable(&f));
	assert_int_equal(read_filter(&f, "unplaced=true"), 0);
	assert_false(filter_is_countable(&f));
}

static void
an_area_sees_its_own_what_is_below_and_what_is_wide_above(void **state)
{
	struct filter_facts facts = flood_at(44, 9);
	struct filter f;

	(void)state;
	facts.areas = " M1 P1 IT ";
	assert_true(lets_through("area=M1", facts));
	assert_true(lets_through("area=P1", facts));
	assert_false(lets_through("area=M", facts));
	assert_false(lets_through("area=M2", facts));
	assert_false(lets_through("area=unassigned", facts));
	facts.wide = " P1 ";
	assert_int_equal(read_filter(&f, "area=M2"), 0);
	memcpy(f.above[0], "P1", 3);
	assert_true(filter_matches(&f, &facts));
	facts = flood_at(44, 9);
	facts.unassigned = true;
	assert_true(lets_through("area=unassigned", facts));
	assert_false(lets_through("area=M1", facts));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_area_sees_its_own_what_is_below_and_what_is_wide_above),
		cmocka_unit_test(nothing_asked_lets_everything_through),
		cmocka_unit_test(each_parameter_holds_back_what_it_should),
		cmocka_unit_test(a_box_holds_its_edges_in_all_hemispheres),
		cmocka_unit_test(a_box_may_cross_the_antimeridian),
		cmocka_unit_test(bad_values_are_refused_by_name),
		cmocka_unit_test(filters_that_say_the_same_are_equal),
		cmocka_unit_test(what_the_map_counts_beforehand_is_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
