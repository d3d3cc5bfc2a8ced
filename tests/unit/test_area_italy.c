/* The real areas of Italy, where somebody has them: see area_data.h. */
#include "unit.h"

#include "area_data.h"
#include "geo/area.h"

enum {
	DRAWS = 5000,
};

static uint64_t seed = 20261121;

/* xorshift64*: the same cases on every run */
static double
random_in(double from, double to)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return from +
	       (to - from) * (double)(seed * 2685821657736338717u >> 11) * 0x1p-53;
}

static struct area_chain
find(struct area_map *m, double lat_deg, double lon_deg)
{
	struct area_chain chain;

	area_map_find(m, (struct geo_point){lat_deg, lon_deg}, &chain);
	return chain;
}

static void
assert_chain(const struct area_chain *chain, enum area_fit fit, const char *codes)
{
	char text[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < chain->n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
			i == 0 ? "" : " ", chain->areas[i]->code);
	}
	assert_string_equal(text, codes);
	assert_int_equal(chain->fit, fit);
}

static void
harbours_of_italy_have_their_municipality(void **state)
{
	const char *folder = area_data_folder();
	struct area_data data;
	struct area_chain chain;

	(void)state;
	if (folder == NULL) {
		print_message("# no areas of Italy beside the repository\n");
		skip();
	}
	assert_int_equal(area_data_load(&data, folder), 0);
	chain = find(data.map, 44.4101, 8.9265); /* Genova, Porto Antico */
	assert_string_equal(chain.areas[0]->code, "010025");
	assert_string_equal(chain.areas[chain.n - 1]->code, "IT");
	assert_int_equal(chain.n, 4);
	chain = find(data.map, 40.6325, 14.6030); /* Amalfi, harbour */
	assert_string_equal(chain.areas[0]->code, "065006");
	assert_int_equal(chain.n, 4);
	chain = find(data.map, 42.3498, 13.3995); /* L'Aquila */
	assert_chain(&chain, AREA_INSIDE, "066049 066 13 IT");
	chain = find(data.map, 39.5, 12.5); /* in the Tyrrhenian Sea */
	assert_chain(&chain, AREA_UNASSIGNED, "");
	area_map_free(data.map);
}

static void
all_of_italy_agrees_with_a_look_at_every_area(void **state)
{
	const char *folder = area_data_folder();
	struct area_data data;
	int n_inside = 0;

	(void)state;
	if (folder == NULL) {
		print_message("# no areas of Italy beside the repository\n");
		skip();
	}
	assert_int_equal(area_data_load(&data, folder), 0);
	for (int i = 0; i < DRAWS; i++) {
		struct geo_point at = {random_in(36, 47), random_in(6.6, 18.5)};
		const struct area *holder = NULL;
		struct area_chain chain;

		for (size_t k = area_map_count(data.map); k-- > 0;) {
			const struct area *a = area_map_get(data.map, k);

			if (a->polygon != NULL &&
				polygon_side(a->polygon, at) != POLYGON_OUTSIDE) {
				holder = a;
			}
		}
		area_map_find(data.map, at, &chain);
		if (chain.fit == AREA_INSIDE) {
			assert_ptr_equal(chain.areas[0], holder);
			n_inside++;
		} else {
			assert_true(
				holder == NULL || holder->level < AREA_MUNICIPALITY);
		}
	}
	assert_in_range(n_inside, DRAWS / 5, DRAWS);
	area_map_free(data.map);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harbours_of_italy_have_their_municipality),
		cmocka_unit_test(all_of_italy_agrees_with_a_look_at_every_area),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
