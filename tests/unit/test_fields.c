#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "server/fields.h"

enum {
	ARENA_BYTES = 64 * 1024,
};

struct reading {
	struct arena *arena;
	struct trouble trouble;
	struct fields fields;
};

static int
set_up(void **state)
{
	static struct reading r;

	r.arena = arena_new(ARENA_BYTES);
	*state = &r;
	return r.arena == NULL;
}

static int
tear_down(void **state)
{
	arena_free(((struct reading *)*state)->arena);
	return 0;
}

static int
urlencoded(struct reading *r, const char *text)
{
	trouble_init(&r->trouble);
	return fields_from_urlencoded(
		text, strlen(text), r->arena, &r->trouble, &r->fields);
}

static int
multipart(struct reading *r, const char *body)
{
	trouble_init(&r->trouble);
	return fields_from_multipart("multipart/form-data; boundary=xx",
		(const uint8_t *)body, strlen(body), r->arena, &r->trouble, &r->fields);
}

static void
a_form_is_read_with_its_escapes(void **state)
{
	struct reading *r = *state;

	assert_int_equal(
		urlencoded(r, "text=acqua+in%20cantina%21&&hazard=flood&x"), 0);
	assert_int_equal(r->fields.n, 3);
	assert_string_equal(fields_get(&r->fields, "text"), "acqua in cantina!");
	assert_string_equal(fields_get(&r->fields, "hazard"), "flood");
	assert_null(fields_get(&r->fields, "x"));
	assert_null(fields_get(&r->fields, "none"));
}

static void
an_empty_form_has_no_fields(void **state)
{
	struct reading *r = *state;

	assert_int_equal(urlencoded(r, ""), 0);
	assert_int_equal(r->fields.n, 0);
}

static void
bad_escapes_are_refused(void **state)
{
	static const char *const bad[] = {"a=%", "a=%4", "a=%zz", "%=1", "a=%4&b=1"};
	struct reading *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(urlencoded(r, bad[i]), FIELDS_REFUSED);
		assert_false(trouble_is_empty(&r->trouble));
	}
}

static void
a_field_that_comes_twice_is_refused_by_name(void **state)
{
	struct reading *r = *state;

	assert_int_equal(urlencoded(r, "hazard=flood&hazard=fire"), FIELDS_REFUSED);
	assert_string_equal(r->trouble.at[0].field, "hazard");
}

static void
what_is_not_text_is_refused_by_name(void **state)
{
	struct reading *r = *state;

	assert_int_equal(urlencoded(r, "text=%ff"), FIELDS_REFUSED);
	assert_string_equal(r->trouble.at[0].field, "text");
	assert_int_equal(urlencoded(r, "text=a%00b"), FIELDS_REFUSED);
	assert_int_equal(urlencoded(r, "text=%1b"), FIELDS_REFUSED);
	assert_int_equal(urlencoded(r, "text=a%0d%0ab%09"), 0);
}

static void
more_fields_than_fit_are_refused(void **state)
{
	struct reading *r = *state;
	char text[FIELDS_MAX * 8 + 16] = "";
	size_t n = 0;

	for (int i = 0; i <= FIELDS_MAX; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "&f%d=1", i);
	}
	assert_int_equal(urlencoded(r, text), FIELDS_REFUSED);
	*strrchr(text, '&') = '\0';
	assert_int_equal(urlencoded(r, text), 0);
	assert_int_equal(r->fields.n, FIELDS_MAX);
}

static void
more_bytes_than_the_arena_holds_are_too_large(void **state)
{
	static char text[2 * ARENA_BYTES];
	struct reading *r = *state;

	memset(text, 'a', sizeof(text) - 1);
	assert_int_equal(urlencoded(r, text), FIELDS_TOO_LARGE);
}

static void
the_parts_of_a_multipart_form_are_fields(void **state)
{
	struct reading *r = *state;

	assert_int_equal(
		multipart(r, "--xx\r\n"
			     "Content-Disposition: form-data; name=\"hazard\"\r\n\r\n"
			     "flood\r\n"
			     "--xx\r\n"
			     "content-disposition: form-data; name=text\r\n"
			     "Content-Type: text/plain\r\n\r\n"
			     "due righe\r\nqui --xx no\r\n"
			     "--xx--\r\n"),
		0);
	assert_int_equal(r->fields.n, 2);
	assert_string_equal(fields_get(&r->fields, "hazard"), "flood");
	assert_string_equal(fields_get(&r->fields, "text"), "due righe\r\nqui --xx no");
}

static void
a_file_is_refused_with_its_reason_unless_it_is_empty(void **state)
{
	struct reading *r = *state;

	assert_int_equal(
		multipart(r, "--xx\r\nContent-Disposition: form-data; name=\"photo\"; "
			     "filename=\"a.jpg\"\r\nContent-Type: "
			     "image/jpeg\r\n\r\nJPEG\r\n--xx--"),
		FIELDS_REFUSED);
	assert_string_equal(r->trouble.at[0].field, "photo");
	assert_non_null(strstr(r->trouble.at[0].reason, "cannot be taken yet"));
	assert_int_equal(
		multipart(r, "--xx\r\nContent-Disposition: form-data; name=\"photo\"; "
			     "filename=\"\"\r\n\r\n\r\n--xx--"),
		0);
	assert_int_equal(r->fields.n, 0);
}

static void
a_multipart_form_cut_anywhere_is_refused(void **state)
{
	static const char whole[] =
		"--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--xx--";
	struct reading *r = *state;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char cut[sizeof(whole)];

		memcpy(cut, whole, n);
		cut[n] = '\0';
		assert_int_equal(multipart(r, cut), FIELDS_REFUSED);
	}
	assert_int_equal(multipart(r, whole), 0);
}

static void
a_part_without_a_name_and_a_form_without_a_boundary_are_refused(void **state)
{
	struct reading *r = *state;

	assert_int_equal(multipart(r, "--xx\r\nContent-Type: a/b\r\n\r\nb\r\n--xx--"),
		FIELDS_REFUSED);
	trouble_init(&r->trouble);
	assert_int_equal(
		fields_from_multipart("multipart/form-data", (const uint8_t *)"--xx--",
			6, r->arena, &r->trouble, &r->fields),
		FIELDS_REFUSED);
}

static void
packed_fields_come_back_as_they_were(void **state)
{
	struct reading *r = *state;
	struct fields back;
	const uint8_t *packed;
	size_t bytes;

	assert_int_equal(urlencoded(r, "hazard=flood&text=&name=A%20B"), 0);
	packed = fields_pack(&r->fields, r->arena, &bytes);
	assert_non_null(packed);
	fields_unpack(packed, bytes, &back);
	assert_int_equal(back.n, 3);
	assert_string_equal(fields_get(&back, "hazard"), "flood");
	assert_null(fields_get(&back, "text"));
	assert_string_equal(fields_get(&back, "name"), "A B");
	fields_unpack(packed, 0, &back);
	assert_int_equal(back.n, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_form_is_read_with_its_escapes),
		T(an_empty_form_has_no_fields),
		T(bad_escapes_are_refused),
		T(a_field_that_comes_twice_is_refused_by_name),
		T(what_is_not_text_is_refused_by_name),
		T(more_fields_than_fit_are_refused),
		T(more_bytes_than_the_arena_holds_are_too_large),
		T(the_parts_of_a_multipart_form_are_fields),
		T(a_file_is_refused_with_its_reason_unless_it_is_empty),
		T(a_multipart_form_cut_anywhere_is_refused),
		T(a_part_without_a_name_and_a_form_without_a_boundary_are_refused),
		T(packed_fields_come_back_as_they_were),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
