#include "unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"
#include "server/delivery_text.h"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(8 << 20);
	return arena == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
delivery_init(Vedetta__V1__Delivery *d, Vedetta__V1__DeliveryTarget *t)
{
	vedetta__v1__delivery__init(d);
	vedetta__v1__delivery_target__init(t);
	t->address = (char *)"4711";
	d->target = t;
	d->title = (char *)"Title";
	d->text = (char *)"Text";
	d->link = (char *)"https://desk.example/console#7";
}

static void
an_exercise_says_so_by_every_means(void **state)
{
	Vedetta__V1__DeliveryTarget t;
	Vedetta__V1__Delivery d;
	const char *texts[5];

	(void)state;
	delivery_init(&d, &t);
	for (int i = 0; i < 2; i++) {
		d.exercise = i == 1;
		texts[0] = delivery_title(&d, arena);
		texts[1] = delivery_body(&d, 0, 0, arena);
		texts[2] = delivery_hook_json(&d, "e-1", 0, arena);
		texts[3] = delivery_push_json(&d, "e-1", 3993, arena);
		texts[4] = delivery_telegram_json(&d, arena);
		for (int n = 0; n < 5; n++) {
			assert_non_null(texts[n]);
			assert_int_equal(strstr(texts[n], "EXERCISE") != NULL, i);
			assert_int_equal(strstr(texts[n], "ESERCITAZIONE") != NULL, i);
		}
	}
	assert_non_null(strstr(texts[2], "\"exercise.notice\""));
	assert_non_null(strstr(texts[2], "\"exercise\":true"));
}

static void
a_webhook_gets_all_there_is(void **state)
{
	Vedetta__V1__DeliveryTarget t;
	Vedetta__V1__Delivery d;
	json_t *tree, *data;

	(void)state;
	delivery_init(&d, &t);
	d.incident = 9007199254740993;
	d.group = (char *)"g";
	d.text = (char *)"Città \"\\ 😀";
	tree = json_loads(delivery_hook_json(&d, "e-1", 1795291200, arena), 0, NULL);
	assert_non_null(tree);
	assert_string_equal(json_string_value(json_object_get(tree, "timestamp")),
		"2026-11-21T20:00:00Z");
	data = json_object_get(tree, "data");
	assert_string_equal(json_string_value(json_object_get(data, "id")), "e-1");
	assert_true(json_integer_value(json_object_get(data, "incident")) ==
		    9007199254740993);
	assert_string_equal(json_string_value(json_object_get(data, "text")),
		"Città \"\\ 😀\n\nhttps://desk.example/console#7");
	assert_string_equal(
		json_string_value(json_object_get(data, "urgency")), "normal");
	json_decref(tree);
}

static void
what_is_too_long_is_cut_between_characters_and_keeps_its_link(void **state)
{
	Vedetta__V1__DeliveryTarget t;
	Vedetta__V1__Delivery d;
	static char text[12001];
	const char *said;
	json_t *tree;

	(void)state;
	delivery_init(&d, &t);
	for (size_t i = 0; i + 4 < sizeof(text); i += 4) {
		memcpy(text + i, "😀", 4); /* two UTF-16 units each */
	}
	d.text = text;
	d.exercise = true;
	tree = json_loads(delivery_telegram_json(&d, arena), 0, NULL);
	said = json_string_value(json_object_get(tree, "text"));
	assert_true(utf8_is_valid(said, strlen(said), NULL));
	assert_non_null(strstr(said, "…\n\nhttps://desk.example/console#7"));
	assert_string_equal(
		json_string_value(json_object_get(tree, "chat_id")), "4711");
	assert_in_range(strlen(said), 7800, 8300); /* 4,096 units */
	json_decref(tree);
	said = delivery_push_json(&d, "e-1", 3993, arena);
	assert_in_range(strlen(said), 2000, 3993);
	assert_true(utf8_is_valid(said, strlen(said), NULL));
	memset(text, '\n', sizeof(text) - 1); /* two bytes each in JSON */
	said = delivery_push_json(&d, "e-1", 3993, arena);
	assert_in_range(strlen(said), 1000, 3993);
	d.text = (char *)"abcdef";
	d.exercise = false;
	d.link = (char *)"";
	assert_string_equal(delivery_body(&d, 6, 0, arena), "abcdef");
	assert_string_equal(delivery_body(&d, 5, 0, arena), "abcd…");
	assert_string_equal(delivery_body(&d, 0, 5, arena), "ab…");
	d.text = (char *)"";
	d.link = (char *)"https://a.b/";
	assert_string_equal(delivery_body(&d, 0, 0, arena), "https://a.b/");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exercise_says_so_by_every_means),
		cmocka_unit_test(a_webhook_gets_all_there_is),
		cmocka_unit_test(
			what_is_too_long_is_cut_between_characters_and_keeps_its_link),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
