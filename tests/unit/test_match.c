#include "unit.h"

#include <errno.h>

#include "dispatch/match.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	HOUR_MS = 3600000,
};

static const struct geo_point here = {42.35, 13.4};

static struct incident *
incident_at(uint64_t id, const char *hazard, struct geo_point at)
{
	struct store_incident record = {
		.id = id,
		.hazard = hazard_by_code(hazard)->number,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.has_point = true,
		.point = at,
	};
	struct incident *i = incident_new(&record);

	assert_non_null(i);
	return i;
}

static struct match_found
near(const struct match *m, const char *hazard, bool exercise, int64_t now_ms)
{
	return match_near(m, hazard_by_code(hazard), exercise, here, now_ms);
}

static void
what_is_added_is_found_until_it_is_removed(void **state)
{
	struct match m = {.by_source = {.n = 0}};
	struct incident *i = incident_at(1, "fire", here);

	(void)state;
	assert_null(near(&m, "fire", false, 0).joins);
	assert_int_equal(match_add(&m, i), 0);
	assert_ptr_equal(near(&m, "fire", false, 0).joins, i);
	assert_ptr_equal(near(&m, "gas_leak", false, 0).joins, i);
	assert_null(near(&m, "flood", false, 0).joins);
	assert_null(near(&m, "fire", true, 0).joins);
	match_remove(&m, i);
	match_remove(&m, i);
	assert_null(near(&m, "fire", false, 0).joins);
	match_fini(&m);
	incident_free(i);
}

static void
a_joinable_one_goes_before_a_nearer_that_is_not(void **state)
{
	struct match m = {.by_source = {.n = 0}};
	struct incident *old = incident_at(1, "fire", here);
	struct incident *far = incident_at(
		2, "fire", (struct geo_point){here.lat_deg + 0.001, here.lon_deg});
	struct match_found found;

	(void)state;
	far->last_report_ms = 12 * HOUR_MS;
	match_add(&m, old);
	match_add(&m, far);
	found = near(&m, "fire", false, 13 * HOUR_MS);
	assert_ptr_equal(found.joins, far);
	found = near(&m, "fire", false, 25 * HOUR_MS);
	assert_null(found.joins);
	assert_ptr_equal(found.linked, old);
	match_fini(&m);
	incident_free(old);
	incident_free(far);
}

static void
without_a_trusted_place_it_is_not_found_by_place(void **state)
{
	struct match m = {.by_source = {.n = 0}};
	struct incident *i = incident_at(1, "fire", here);

	(void)state;
	i->unplaced = true;
	assert_int_equal(match_add(&m, i), 0);
	assert_null(near(&m, "fire", false, 0).joins);
	i->unplaced = false;
	i->superseded = true;
	assert_int_equal(match_add(&m, i), 0);
	assert_null(near(&m, "fire", false, 0).joins);
	match_fini(&m);
	incident_free(i);
}

static void
an_owner_finds_its_own_while_it_is_unplaced(void **state)
{
	struct match m = {.by_source = {.n = 0}};
	struct incident *i = incident_at(1, "fire", here);
	const struct hazard *gas = hazard_by_code("gas_leak");
	const struct hazard *flood = hazard_by_code("flood");

	(void)state;
	i->unplaced = true;
	assert_int_equal(match_add_owner(&m, i, 99), 0);
	assert_ptr_equal(match_of_owner(&m, gas, false, 99, 0).joins, i);
	assert_null(match_of_owner(&m, gas, false, 98, 0).joins);
	assert_null(match_of_owner(&m, gas, true, 99, 0).joins);
	assert_null(match_of_owner(&m, flood, false, 99, 0).joins);
	assert_ptr_equal(match_of_owner(&m, gas, false, 99, 13 * HOUR_MS).linked, i);
	i->unplaced = false;
	assert_null(match_of_owner(&m, gas, false, 99, 0).joins);
	match_fini(&m);
	incident_free(i);
}

static void
memory_that_is_short_is_said(void **state)
{
	struct match m = {.by_source = {.n = 0}};
	struct incident *i = incident_at(1, "fire", here);
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = match_add(&m, i);
		if (!alloc_failed()) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_false(i->in_grid);
	}
	alloc_fail_at(1);
	assert_int_equal(match_add_owner(&m, i, 1), -ENOMEM);
	alloc_fail_at(0);
	match_fini(&m);
	incident_free(i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_found_until_it_is_removed),
		cmocka_unit_test(a_joinable_one_goes_before_a_nearer_that_is_not),
		cmocka_unit_test(without_a_trusted_place_it_is_not_found_by_place),
		cmocka_unit_test(an_owner_finds_its_own_while_it_is_unplaced),
		cmocka_unit_test(memory_that_is_short_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
