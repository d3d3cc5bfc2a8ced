#include "unit.h"

#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "area_kit.h"
#include "server/area_feed.h"

static void
ignore(void *arg)
{
	(void)arg;
}

static void
ignore_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	(void)arg;
	(void)head;
	(void)body;
}

static void
areas_are_told_once_and_again_when_the_map_is_another(void **state)
{
	static const struct line_events events = {ignore_frame, NULL, NULL, ignore};
	struct area_map *map = area_kit_map(0);
	struct arena *arena = arena_new(1 << 20);
	struct event_base *base = event_base_new();
	struct area_feed feed = {0};
	struct line *line;
	size_t queued;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	line = line_new(base, fds[0], &events, NULL);
	assert_int_equal(area_feed_go_on(&feed, line, NULL, 0, arena), 0);
	assert_int_equal(line_queued_bytes(line), 0); /* nobody knows yet */
	assert_int_equal(area_feed_go_on(&feed, line, map, 1, arena), 0);
	queued = line_queued_bytes(line);
	assert_true(queued > 0);
	assert_int_equal(area_feed_go_on(&feed, line, map, 1, arena), 0);
	assert_int_equal(line_queued_bytes(line), queued);
	assert_int_equal(area_feed_go_on(&feed, line, NULL, 2, arena), 0);
	assert_true(line_queued_bytes(line) > queued); /* there are none: told too */
	line_free(line);
	(void)close(fds[1]);
	event_base_free(base);
	arena_free(arena);
	area_map_free(map);
}

static void
an_area_is_told_with_its_box_and_figures(void **state)
{
	struct area_map *map = area_kit_map(0);
	struct arena *arena = arena_new(1 << 16);
	struct area area = *area_map_by_code(map, "M1");
	Vedetta__V1__Area *told;

	(void)state;
	area.residents = 0;
	area.has_center = true;
	area.center = (struct geo_point){44.05, 9.05};
	told = area_feed_area(&area, arena);
	assert_non_null(told);
	assert_string_equal(told->code, "M1");
	assert_string_equal(told->parent, "P1");
	assert_int_equal(told->known_case, VEDETTA__V1__AREA__KNOWN_RESIDENTS);
	assert_int_equal(told->residents, 0);
	assert_true(told->box->west_deg == 9.0 && told->box->north_deg == 44.1);
	assert_true(told->center->lat_deg == 44.05);
	told = area_feed_area(area_map_by_code(map, "P1"), arena);
	assert_null(told->box); /* known by its parts only */
	assert_int_equal(told->known_case, VEDETTA__V1__AREA__KNOWN__NOT_SET);
	arena_free(arena);
	area_map_free(map);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_are_told_once_and_again_when_the_map_is_another),
		cmocka_unit_test(an_area_is_told_with_its_box_and_figures),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
