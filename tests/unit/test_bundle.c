#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/bundle.h"

struct folder {
	char path[64];
};

static void
path_of(const struct folder *f, const char *name, char out[128])
{
	(void)snprintf(out, 128, "%s/%s", f->path, name);
}

static void
write_file(const struct folder *f, const char *name, const char *text)
{
	char path[128];
	FILE *out;

	path_of(f, name, path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static int
set_up(void **state)
{
	static struct folder f;

	(void)snprintf(f.path, sizeof(f.path), "/tmp/vedetta-bundle-XXXXXX");
	*state = &f;
	return mkdtemp(f.path) == NULL;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {
		"index.html", "console.js", "notes.txt", "link.js", "folder.css"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(*state, names[i], path);
		(void)remove(path);
	}
	return rmdir(((struct folder *)*state)->path);
}

static void
files_with_a_known_ending_are_held(void **state)
{
	const struct folder *f = *state;
	const struct bundle_file *file;
	struct bundle *b;
	char path[128];

	write_file(f, "index.html", "<p>hello");
	write_file(f, "console.js", "");
	write_file(f, "notes.txt", "not for the net");
	path_of(f, "folder.css", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(bundle_load(f->path, &b), 0);
	file = bundle_find(b, "index.html");
	assert_non_null(file);
	assert_int_equal(file->bytes, 8);
	assert_memory_equal(file->data, "<p>hello", 8);
	assert_string_equal(file->content_type, "text/html; charset=utf-8");
	assert_int_equal(bundle_find(b, "console.js")->bytes, 0);
	assert_null(bundle_find(b, "notes.txt"));
	assert_null(bundle_find(b, "folder.css"));
	assert_null(bundle_find(b, "../index.html"));
	assert_null(bundle_find(b, ""));
	bundle_free(b);
}

static void
a_folder_that_is_not_there_or_has_no_page_is_absent(void **state)
{
	const struct folder *f = *state;
	struct bundle *b;

	assert_int_equal(bundle_load("/nonexistent/console", &b), BUNDLE_ABSENT);
	write_file(f, "console.js", "1");
	assert_int_equal(bundle_load(f->path, &b), BUNDLE_ABSENT);
	assert_null(bundle_find(NULL, "index.html"));
	bundle_free(NULL);
}

static void
a_link_out_of_the_folder_is_refused(void **state)
{
	const struct folder *f = *state;
	struct bundle *b;
	char path[128];

	write_file(f, "index.html", "x");
	path_of(f, "link.js", path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(bundle_load(f->path, &b), -ELOOP);
}

static void
too_large_a_file_is_refused(void **state)
{
	const struct folder *f = *state;
	struct bundle *b;
	char path[128];

	write_file(f, "index.html", "x");
	path_of(f, "index.html", path);
	assert_int_equal(truncate(path, BUNDLE_BYTES + 1), 0);
	assert_int_equal(bundle_load(f->path, &b), BUNDLE_TOO_LARGE);
}

static void
without_memory_there_is_no_bundle(void **state)
{
	const struct folder *f = *state;
	struct bundle *b;

	write_file(f, "index.html", "x");
	for (unsigned long n = 1;; n++) {
		int r;

		alloc_fail_at(n);
		r = bundle_load(f->path, &b);
		if (!alloc_failed()) {
			alloc_fail_at(0);
			assert_int_equal(r, 0);
			bundle_free(b);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(files_with_a_known_ending_are_held),
		T(a_folder_that_is_not_there_or_has_no_page_is_absent),
		T(a_link_out_of_the_folder_is_refused),
		T(too_large_a_file_is_refused),
		T(without_memory_there_is_no_bundle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
