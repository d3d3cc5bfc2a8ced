#include "unit.h"

#include <string.h>

#include "area_kit.h"
#include "dispatch/rank.h"
#include "dispatch/state.h"

static struct incident_rare rare = {.linked = 2, .merged_into = 4, .version = 6};

static struct incident
full(void)
{
	rare.silence = NULL;
	return (struct incident){
		.id = 3,
		.seq = 9,
		.rare = &rare,
		.opened_ms = -1,
		.last_report_ms = 1795000000123,
		.point = {42.5, 13.5},
		.accuracy_cm = 2000,
		.words = (char *)"via Roma",
		.areas = {(char *)"M1 *P2", VEDETTA__V1__AREA_FIT__AREA_FIT_INSIDE},
		.hazard = hazard_by_code("flood"),
		.reason = rank_reason_number(sign_table(&(size_t){0})[2].field),
		.n_sources = 4,
		.trend = {.step = 1},
		.n_reports = 5,
		.signs = 0x7f,
		.people = VEDETTA__V1__PEOPLE__PEOPLE_ONE,
		.class_no = 2,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.place_kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_MAP_PICK,
		.why = PLACE_SWAPPED,
		.n_folded = 1,
		.piled = true,
		.has_point = true,
		.unplaced = true,
		.quarantined = true,
		.exercise = true,
	};
}

/* Fields of Incident from `acknowledged` to `escalation`. */
static bool
is_work(const ProtobufCFieldDescriptor *field)
{
	return field->id >= 33 && field->id <= 46;
}

/* With everything set, no field may be left at what it is when unset. */
static void
expect_all_set(const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	unsigned f;

	for (f = 0; f < type->n_fields; f++) {
		const ProtobufCFieldDescriptor *field = &type->fields[f];
		const char *at = (const char *)message + field->offset;
		bool set;

		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			set = *(const size_t *)((const char *)message +
						field->quantifier_offset) > 0;
		} else if (field->type == PROTOBUF_C_TYPE_STRING) {
			set = (*(char *const *)at)[0] != '\0';
		} else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
			set = *(void *const *)at != NULL;
		} else if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
			set = *(const double *)at < 0 || *(const double *)at > 0;
		} else if (field->type == PROTOBUF_C_TYPE_UINT64 ||
			   field->type == PROTOBUF_C_TYPE_SINT64) {
			set = *(const uint64_t *)at != 0;
		} else {
			set = *(const uint32_t *)at != 0;
		}
		/* What is silent is told below, what operators did by state_work.c, and
		 * its umbrella and escalation apart. */
		if (!set && strcmp(field->name, "age_s") != 0 && !is_work(field) &&
			strcmp(field->name, "silent") != 0 &&
			strncmp(field->name, "umbrella_", 9) != 0) {
			fail_msg("%s of %s is not set", field->name, type->short_name);
		}
	}
}

static void
every_field_that_is_known_is_said(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct area_map *map = area_kit_map(0);
	struct incident i = full();
	Vedetta__V1__Incident *s = state_of(&i, map, arena);

	(void)state;
	assert_non_null(s);
	expect_all_set(&s->base);
	expect_all_set(&s->rank->base);
	expect_all_set(&s->place->base);
	expect_all_set(&s->place->point->base);
	expect_all_set(&s->signs->base);
	assert_true(s->place->accuracy_m == 20);
	assert_int_equal(s->rank->n_terms, 5);
	assert_string_equal(s->rank->terms[4]->name, "trend");
	assert_int_equal(s->rank->terms[4]->value, 1);
	assert_true(s->place->words != i.words);
	area_map_free(map);
	arena_free(arena);
}

static void
one_without_news_has_a_place_but_is_not_looked_for(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	Vedetta__V1__Silence silence = VEDETTA__V1__SILENCE__INIT;
	struct incident i = full();
	const Vedetta__V1__Incident *s;

	(void)state;
	rare.silence = &silence;
	i.unplaced = true;
	s = state_of(&i, NULL, arena);
	assert_non_null(s);
	assert_ptr_equal(s->silent, &silence);
	assert_false(s->unplaced);
	assert_int_equal(s->unplaced_why, 0);
	assert_true(s->radius_m == 0); /* nothing joins it */
	assert_non_null(s->place->point);
	arena_free(arena);
}

static void
times_are_whole_also_before_1970(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct incident i = full();
	Vedetta__V1__Incident *s = state_of(&i, NULL, arena);

	(void)state;
	assert_int_equal(s->opened_at->seconds, -1);
	assert_int_equal(s->opened_at->nanos, 999000000);
	assert_int_equal(s->last_report_at->seconds, 1795000000);
	assert_int_equal(s->last_report_at->nanos, 123000000);
	arena_free(arena);
}

static void
what_is_not_known_is_absent(void **state)
{
	struct arena *arena = arena_new(1 << 16);
	struct incident i = full();
	Vedetta__V1__Incident *s;

	(void)state;
	i.accuracy_cm = UINT32_MAX;
	s = state_of(&i, NULL, arena);
	assert_int_equal(
		s->place->accuracy_case, VEDETTA__V1__PLACE__ACCURACY__NOT_SET);
	i.has_point = false;
	i.accuracy_cm = 2000;
	s = state_of(&i, NULL, arena);
	assert_null(s->place->point);
	assert_int_equal(
		s->place->accuracy_case, VEDETTA__V1__PLACE__ACCURACY__NOT_SET);
	assert_string_equal(s->place->words, "via Roma");
	i.words = NULL;
	assert_null(state_of(&i, NULL, arena)->place);
	arena_free(arena);
}

static void
without_room_there_is_no_state(void **state)
{
	struct incident i = full();
	size_t room;

	(void)state;
	for (room = 1;; room += 16) {
		struct arena *arena = arena_new(room);
		bool fits = state_of(&i, NULL, arena) != NULL;

		arena_free(arena);
		if (fits) {
			break;
		}
	}
	assert_in_range(room, 300, 4096);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_that_is_known_is_said),
		cmocka_unit_test(one_without_news_has_a_place_but_is_not_looked_for),
		cmocka_unit_test(times_are_whole_also_before_1970),
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test(without_room_there_is_no_state),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
