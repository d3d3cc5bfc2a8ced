#include "unit.h"

#include "dispatch/no_news_view.h"

static int
put(struct no_news_views *v, uint64_t umbrella, const char *note)
{
	Vedetta__V1__SilenceView view = VEDETTA__V1__SILENCE_VIEW__INIT;

	view.umbrella_id = umbrella;
	view.note = (char *)note;
	return no_news_views_put(v, &view);
}

static void
assert_note(const uint8_t *bytes, size_t n_bytes, const char *note)
{
	Vedetta__V1__SilenceView *view =
		vedetta__v1__silence_view__unpack(NULL, n_bytes, bytes);

	assert_non_null(view);
	assert_string_equal(view->note, note);
	vedetta__v1__silence_view__free_unpacked(view, NULL);
}

static void
each_view_is_told_once_as_it_is_now(void **state)
{
	struct no_news_views v;
	const uint8_t *bytes;
	size_t n_bytes;
	uint64_t cursor = 0;

	(void)state;
	no_news_views_init(&v);
	assert_false(no_news_views_tell(&v, &cursor, &bytes, &n_bytes));
	assert_int_equal(put(&v, 7, "old"), 0);
	assert_int_equal(put(&v, 9, "other"), 0);
	assert_int_equal(put(&v, 7, "new"), 0);
	assert_true(no_news_views_tell(&v, &cursor, &bytes, &n_bytes));
	assert_note(bytes, n_bytes, "other");
	assert_true(no_news_views_tell(&v, &cursor, &bytes, &n_bytes));
	assert_note(bytes, n_bytes, "new");
	assert_false(no_news_views_tell(&v, &cursor, &bytes, &n_bytes));
	assert_true(no_news_views_find(&v, 9, &bytes, &n_bytes));
	assert_note(bytes, n_bytes, "other");
	assert_false(no_news_views_find(&v, 8, &bytes, &n_bytes));
	no_news_views_fini(&v);
	assert_false(no_news_views_find(&v, 9, &bytes, &n_bytes));
}

static void
the_one_put_longest_ago_goes_when_there_are_too_many(void **state)
{
	struct no_news_views v;
	const uint8_t *bytes;
	size_t n_bytes;

	(void)state;
	no_news_views_init(&v);
	for (uint64_t id = 1; id <= NO_NEWS_VIEWS_MOST; id++) {
		assert_int_equal(put(&v, id, ""), 0);
	}
	assert_int_equal(put(&v, 1, ""), 0);
	assert_int_equal(put(&v, 1000, ""), 0);
	assert_int_equal(v.n, NO_NEWS_VIEWS_MOST);
	assert_true(no_news_views_find(&v, 1, &bytes, &n_bytes));
	assert_false(no_news_views_find(&v, 2, &bytes, &n_bytes));
	no_news_views_fini(&v);
}

static void
want_of_memory_leaves_what_was_there(void **state)
{
	struct no_news_views v;
	const uint8_t *bytes;
	size_t n_bytes;

	(void)state;
	no_news_views_init(&v);
	assert_int_equal(put(&v, 7, "old"), 0);
	alloc_fail_at(1);
	assert_true(put(&v, 7, "new") < 0);
	alloc_fail_at(0);
	assert_true(no_news_views_find(&v, 7, &bytes, &n_bytes));
	assert_note(bytes, n_bytes, "old");
	no_news_views_fini(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_view_is_told_once_as_it_is_now),
		cmocka_unit_test(the_one_put_longest_ago_goes_when_there_are_too_many),
		cmocka_unit_test(want_of_memory_leaves_what_was_there),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
