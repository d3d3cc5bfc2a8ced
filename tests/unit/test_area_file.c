#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "area_data.h"
#include "server/area_file.h"

static const struct area_mapping istat;

struct kept {
	size_t n;
	struct area_feature features[8];
	struct geo_point first[8][16];
	int stop_with;
};

static int
keep(void *arg, const struct area_feature *f)
{
	struct kept *k = arg;

	assert_true(k->n < 8);
	k->features[k->n] = *f;
	for (size_t i = 0; i < f->shape.n_points && i < 16; i++) {
		k->first[k->n][i] = f->shape.points[i];
	}
	k->n++;
	return k->stop_with;
}

static int
read_text(const char *text, const struct area_mapping *mapping, struct kept *k,
	char why[AREA_WHY_BYTES])
{
	memset(k, 0, sizeof(*k));
	why[0] = '\0';
	return area_file_read(text, strlen(text), mapping, keep, k, why);
}

static void
read_well(const char *text, const struct area_mapping *mapping, struct kept *k)
{
	char why[AREA_WHY_BYTES];

	assert_int_equal(read_text(text, mapping, k, why), 0);
}

#define FEATURE(PROPERTIES, GEOMETRY)                                                  \
	"{\"type\":\"Feature\",\"properties\":{" PROPERTIES "},\"geometry\":" GEOMETRY \
	"}"
#define FILE_OF(FEATURES) "{\"type\":\"FeatureCollection\",\"features\":[" FEATURES "]}"
#define AQUILA                                                                         \
	"\"com_istat_code\":\"066049\",\"name\":\"L'Aquila\",\"prov_istat_code\":"     \
	"\"066\",\"prov_name\":\"L'Aquila\",\"reg_istat_code\":\"13\","                \
	"\"reg_name\":\"Abruzzo\""
#define SQUARE                                                                         \
	"{\"type\":\"Polygon\",\"coordinates\":[[[13,42],[14,42],[14,43],[13,43],"     \
	"[13,42]]]}"

static void
istat_s_properties_give_code_level_and_all_ancestors(void **state)
{
	struct kept k;
	const struct area_feature *f = &k.features[0];

	(void)state;
	read_well(FILE_OF(FEATURE(AQUILA, SQUARE)), &istat, &k);
	assert_int_equal(k.n, 1);
	assert_string_equal(f->refused, "");
	assert_string_equal(f->area.code, "066049");
	assert_string_equal(f->area.name, "L'Aquila");
	assert_string_equal(f->area.parent_code, "066");
	assert_int_equal(f->area.level, AREA_MUNICIPALITY);
	assert_int_equal(f->n_ancestors, 3);
	assert_string_equal(f->ancestors[0].code, "066");
	assert_string_equal(f->ancestors[1].code, "13");
	assert_string_equal(f->ancestors[1].parent_code, "IT");
	assert_int_equal(f->ancestors[2].level, AREA_NATION);
	assert_int_equal(f->shape.n_points, 4);
	assert_true(k.first[0][0].lat_deg == 42 && k.first[0][0].lon_deg == 13);
	assert_int_equal(f->n_turned + f->n_closed, 0);
}

static void
a_province_is_known_by_having_no_municipality(void **state)
{
	struct kept k;

	(void)state;
	read_well(FILE_OF(FEATURE("\"prov_istat_code\":\"066\",\"prov_name\":\"AQ\","
				  "\"reg_istat_code\":\"13\",\"reg_name\":\"A\"",
			  SQUARE)),
		&istat, &k);
	assert_int_equal(k.features[0].area.level, AREA_PROVINCE);
	assert_string_equal(k.features[0].area.code, "066");
	assert_string_equal(k.features[0].area.parent_code, "13");
}

static void
other_files_are_read_by_a_mapping(void **state)
{
	static const struct area_mapping mapping = {
		"zone", "label", "town", AREA_SECTOR};
	struct kept k;

	(void)state;
	read_well(FILE_OF(FEATURE("\"zone\":7,\"label\":\"Porto\",\"town\":\"010025\"",
			  SQUARE) "," FEATURE("\"label\":\"Porto\"",
			  SQUARE) "," FEATURE("\"zone\":7,\"label\":\"Porto\","
					      "\"town\":null",
			  SQUARE)),
		&mapping, &k);
	assert_int_equal(k.n, 3);
	assert_string_equal(k.features[0].area.code, "7");
	assert_string_equal(k.features[0].area.parent_code, "010025");
	assert_int_equal(k.features[0].area.level, AREA_SECTOR);
	assert_int_equal(k.features[0].n_ancestors, 0);
	assert_non_null(strstr(k.features[1].refused, "no code in property zone"));
	assert_string_equal(k.features[2].area.parent_code, "");
}

static void
what_would_steer_a_terminal_is_no_code_and_no_name(void **state)
{
	static const struct area_mapping mapping = {"zone", "label", NULL, AREA_SECTOR};
	struct kept k;

	(void)state;
	read_well(FILE_OF(FEATURE("\"zone\":\"\\u001b[2J\",\"label\":\"Porto\"",
			  SQUARE) "," FEATURE("\"zone\":7,\"label\":\"a\\u007f\"",
			  SQUARE) "," FEATURE("\"zone\":8,\"label\":\"a\\nb\"",
			  SQUARE) "," FEATURE("\"zone\":9,\"label\":\"Collio-"
					      "\\u008atever\"",
			  SQUARE)),
		&mapping, &k);
	assert_non_null(strstr(k.features[0].refused, "control characters"));
	assert_string_equal(k.features[0].area.code, "");
	assert_non_null(strstr(k.features[1].refused, "property label"));
	assert_non_null(strstr(k.features[2].refused, "property label"));
	assert_string_equal(k.features[3].refused, "");
}

static void
a_code_that_a_list_of_codes_cannot_hold_is_refused(void **state)
{
	static const struct area_mapping mapping = {
		"zone", "label", "town", AREA_SECTOR};
	static const char *const bad[] = {
		"Zona 1", " 7", "*", "*7", "7+", "unassigned"};
	char text[1024];
	struct kept k;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text),
			FILE_OF(FEATURE("\"zone\":\"%s\",\"label\":\"Porto\"",
				SQUARE) "," FEATURE("\"zone\":\"7\",\"label\":\"Porto "
						    "1\",\"town\":\"%s\"",
				SQUARE)),
			bad[i], bad[i]);
		read_well(text, &mapping, &k);
		assert_int_equal(k.n, 2);
		assert_non_null(
			strstr(k.features[0].refused, "no code in property zone"));
		assert_non_null(
			strstr(k.features[1].refused, "no code in property town"));
	}
}

static void
rings_of_the_older_way_are_turned_and_open_ones_closed(void **state)
{
	struct kept k;

	(void)state;
	read_well(FILE_OF(FEATURE(AQUILA, "{\"type\":\"Polygon\",\"coordinates\":["
					  "[[0,0],[0,9],[9,9],[9,0],[0,0]],"
					  "[[1,1],[2,1],[2,2],[1,2]]]}")),
		&istat, &k);
	assert_string_equal(k.features[0].refused, "");
	assert_int_equal(k.features[0].n_turned, 2);
	assert_int_equal(k.features[0].n_closed, 1);
	assert_int_equal(k.features[0].shape.n_rings, 2);
	assert_int_equal(k.features[0].shape.n_points, 8);
	assert_true(k.first[0][0].lon_deg == 9 && k.first[0][0].lat_deg == 0);
}

static void
each_feature_that_cannot_be_used_says_why(void **state)
{
	static const struct {
		const char *geometry;
		const char *reason;
	} cases[] = {
		{"null", "no geometry"},
		{"{\"type\":\"Point\",\"coordinates\":[1,2]}", "it is a Point"},
		{"{\"type\":\"Polygon\",\"coordinates\":[]}", "empty"},
		{"{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[2,3],[1,2]]]}",
			"less than three"},
		{"{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[2],[1,2]]]}",
			"not two numbers"},
		{"{\"type\":\"Polygon\",\"coordinates\":[[[5e5,5e6],[5e5,5e5],[1,2]]]}",
			"projected"},
		{"{\"type\":\"Polygon\",\"coordinates\":[7]}", "not a list"},
		{"{\"type\":\"MultiPolygon\",\"coordinates\":[7]}", "not a list"},
	};
	char text[1024];
	struct kept k;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
			FILE_OF(FEATURE(AQUILA, "%s") "," FEATURE(AQUILA, SQUARE)),
			cases[i].geometry);
		read_well(text, &istat, &k);
		assert_int_equal(k.n, 2);
		assert_non_null(strstr(k.features[0].refused, cases[i].reason));
		assert_string_equal(k.features[1].refused, "");
	}
}

static void
a_topology_s_arcs_are_joined_forwards_and_backwards(void **state)
{
	struct kept k;

	(void)state;
	/* Two squares side by side share the arc in the middle. */
	read_well("{\"type\":\"Topology\",\"transform\":{\"scale\":[0.1,0.1],"
		  "\"translate\":[10,40]},\"arcs\":[[[10,0],[0,10]],"
		  "[[10,10],[-10,0],[0,-10],[10,0]],[[10,10],[10,0],[0,-10],[-10,0]]],"
		  "\"objects\":{\"a\":{\"type\":\"GeometryCollection\",\"geometries\":["
		  "{\"type\":\"Polygon\",\"arcs\":[[0,1]],\"properties\":{" AQUILA
		  "}},{\"type\":\"Polygon\",\"arcs\":[[-1,-3]],\"properties\":{" AQUILA
		  "}},{\"type\":null,\"properties\":{" AQUILA
		  "}},{\"type\":\"Polygon\",\"arcs\":[[9]],\"properties\":{" AQUILA
		  "}}]}}}",
		&istat, &k);
	assert_int_equal(k.n, 4);
	assert_string_equal(k.features[0].refused, "");
	assert_int_equal(k.features[0].shape.n_points, 4);
	assert_true(fabs(k.first[0][0].lon_deg - 11) < 1e-9);
	assert_true(fabs(k.first[0][1].lat_deg - 41) < 1e-9);
	assert_true(fabs(k.first[0][2].lon_deg - 10) < 1e-9);
	assert_string_equal(k.features[1].refused, "");
	assert_int_equal(k.features[1].shape.n_points, 4);
	assert_int_equal(k.features[1].n_closed, 0);
	assert_non_null(strstr(k.features[2].refused, "no geometry"));
	assert_non_null(strstr(k.features[3].refused, "arc"));
}

static void
what_is_no_file_of_areas_is_refused_whole(void **state)
{
	static const char *const texts[] = {"", "[]", "{\"type\":\"Feature\"}",
		"{\"type\":\"Topology\"}",
		"{\"type\":\"Topology\",\"arcs\":[],\"transform\":{}}",
		"{\"type\":\"FeatureCollection\",", "\xff\xfe"};
	char why[AREA_WHY_BYTES];
	struct kept k;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(read_text(texts[i], &istat, &k, why), -EINVAL);
		assert_true(strlen(why) > 10);
		assert_int_equal(k.n, 0);
	}
}

static void
the_visitor_stops_the_reading(void **state)
{
	const char *text = FILE_OF(FEATURE(AQUILA, SQUARE) "," FEATURE(AQUILA, SQUARE));
	struct kept k = {.stop_with = 7};
	char why[AREA_WHY_BYTES];

	(void)state;
	assert_int_equal(area_file_read(text, strlen(text), &istat, keep, &k, why), 7);
	assert_int_equal(k.n, 1);
}

static void
all_files_of_italy_are_read_and_the_one_without_ground_is_named(void **state)
{
	const char *folder = area_data_folder();
	struct area_data data;

	(void)state;
	if (folder == NULL) {
		print_message("# no areas of Italy beside the repository\n");
		skip();
	}
	assert_int_equal(area_data_load(&data, folder), 0);
	assert_int_equal(data.n_refused, 1);
	assert_string_equal(data.refused[0], "096034"); /* Miagliano */
	assert_in_range(area_map_count(data.map), 7898 + 107 + 20 + 1, 8100);
	area_map_free(data.map);
}

static void *
no_memory(size_t bytes)
{
	(void)bytes;
	return NULL;
}

static void
a_tree_that_memory_cannot_hold_is_said_to_be_one(void **state)
{
	char why[AREA_WHY_BYTES];
	struct kept k;
	int r;

	(void)state;
	json_set_alloc_funcs(no_memory, free);
	r = read_text(
		"{\"type\":\"FeatureCollection\",\"features\":[]}", &istat, &k, why);
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(r, -ENOMEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(istat_s_properties_give_code_level_and_all_ancestors),
		cmocka_unit_test(a_province_is_known_by_having_no_municipality),
		cmocka_unit_test(other_files_are_read_by_a_mapping),
		cmocka_unit_test(what_would_steer_a_terminal_is_no_code_and_no_name),
		cmocka_unit_test(a_code_that_a_list_of_codes_cannot_hold_is_refused),
		cmocka_unit_test(
			rings_of_the_older_way_are_turned_and_open_ones_closed),
		cmocka_unit_test(each_feature_that_cannot_be_used_says_why),
		cmocka_unit_test(a_topology_s_arcs_are_joined_forwards_and_backwards),
		cmocka_unit_test(what_is_no_file_of_areas_is_refused_whole),
		cmocka_unit_test(the_visitor_stops_the_reading),
		cmocka_unit_test(a_tree_that_memory_cannot_hold_is_said_to_be_one),
		cmocka_unit_test(
			all_files_of_italy_are_read_and_the_one_without_ground_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
