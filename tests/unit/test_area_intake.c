#include "store_kit.h"

#include <errno.h>

#include "proto/arena.h"
#include "server/area_intake.h"
#include "vedetta/v1/log.pb-c.h"

static char reason[AREA_INTAKE_WHY_BYTES];

struct part {
	Vedetta__V1__AreaItem item[3];
	Vedetta__V1__AreaItem *list[3];
	Vedetta__V1__AreasPart part;
};

static void
part_init(struct part *p, size_t n)
{
	vedetta__v1__areas_part__init(&p->part);
	for (size_t i = 0; i < n; i++) {
		vedetta__v1__area_item__init(&p->item[i]);
		p->item[i].code = (char *)"010025";
		p->item[i].name = (char *)"Genova";
		p->item[i].level = VEDETTA__V1__AREA_LEVEL__AREA_LEVEL_MUNICIPALITY;
		p->list[i] = &p->item[i];
	}
	p->part.n_areas = n;
	p->part.areas = p->list;
}

static void
pack_square(uint8_t **bytes, size_t *n)
{
	const struct geo_point corners[] = {{44, 8}, {44, 9}, {45, 9}, {45, 8}};
	const uint32_t sizes[] = {4};
	struct polygon *p;

	assert_int_equal(polygon_new(&p, corners, sizes, 1), 0);
	assert_int_equal(polygon_pack(p, bytes, n), 0);
	polygon_free(p);
}

static int
count(void *arg, const struct store_area *area)
{
	*(size_t *)arg += area->polygon_bytes;
	return 0;
}

static void
a_polygon_in_pieces_is_put_together(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct area_intake in = {0};
	struct part p;
	uint8_t *bytes;
	size_t n, kept = 0;
	unsigned areas;
	Vedetta__V1__AreasEnd end = VEDETTA__V1__AREAS_END__INIT;

	pack_square(&bytes, &n);
	part_init(&p, 2);
	p.item[0].goes_on = true;
	p.item[0].polygon.data = bytes;
	p.item[0].polygon.len = 5;
	p.item[1].polygon.data = bytes + 5;
	p.item[1].polygon.len = n - 5;
	assert_int_equal(area_intake_begin(&in, s, 7), 0);
	assert_int_equal(area_intake_take(&in, s, &p.part, reason), 0);
	end.areas = 1;
	assert_int_equal(area_intake_check(&in, &end, reason), 0);
	end.residents = 1;
	assert_int_equal(area_intake_check(&in, &end, reason), AREA_INTAKE_REFUSED);
	assert_int_equal(store_read_areas(s, in.import, 0, 9, count, &kept, &areas), 0);
	assert_int_equal(areas, 1);
	assert_int_equal(kept, n);
	area_intake_end(&in);
	free(bytes);
	store_close(s);
}

static void
what_is_no_area_ends_the_import_with_its_reason(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct area_intake in = {0};
	struct part p;
	uint8_t junk[] = {9, 9, 9};

	part_init(&p, 1);
	p.item[0].polygon.data = junk;
	p.item[0].polygon.len = sizeof(junk);
	assert_int_equal(area_intake_begin(&in, s, 7), 0);
	assert_int_equal(
		area_intake_take(&in, s, &p.part, reason), AREA_INTAKE_REFUSED);
	assert_non_null(strstr(reason, "area 010025 "));
	assert_false(in.is_open);

	part_init(&p, 2); /* the same code twice */
	assert_int_equal(area_intake_begin(&in, s, 7), 0);
	assert_int_equal(
		area_intake_take(&in, s, &p.part, reason), AREA_INTAKE_REFUSED);
	assert_non_null(strstr(reason, "came twice"));

	part_init(&p, 1);
	p.item[0].level = 9;
	assert_int_equal(area_intake_begin(&in, s, 7), 0);
	assert_int_equal(
		area_intake_take(&in, s, &p.part, reason), AREA_INTAKE_REFUSED);

	part_init(&p, 1);
	p.item[0].code = (char *)"Zona 1"; /* no list of codes can hold it */
	assert_int_equal(area_intake_begin(&in, s, 7), 0);
	assert_int_equal(
		area_intake_take(&in, s, &p.part, reason), AREA_INTAKE_REFUSED);
	assert_non_null(strstr(reason, "area Zona 1 has a code"));
	area_intake_end(&in);
	append(s, 1, 3); /* the store is fine */
	store_close(s);
}

static void
the_logs_body_tells_what_and_how_much(void **state)
{
	struct fixture *f = *state;
	struct store *s = open_store(f);
	struct arena *arena = arena_new(1 << 16);
	struct area_intake in = {0};
	struct part p;
	Vedetta__V1__LogAreas *log;
	const uint8_t *body;
	size_t bytes;

	part_init(&p, 1);
	assert_int_equal(area_intake_begin(&in, s, 7), 0);
	assert_int_equal(area_intake_take(&in, s, &p.part, reason), 0);
	assert_int_equal(area_intake_body(&in, arena, &body, &bytes), 0);
	log = vedetta__v1__log_areas__unpack(arena_allocator(arena), bytes, body);
	assert_non_null(log);
	assert_int_equal(log->areas, 1);
	assert_int_equal(log->import, in.import);
	assert_int_equal(log->digest.len, 32);
	area_intake_end(&in);
	arena_free(arena);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_polygon_in_pieces_is_put_together),
		TEST(what_is_no_area_ends_the_import_with_its_reason),
		TEST(the_logs_body_tells_what_and_how_much),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
