/* descriptors - limits and spares of this very process */
#include "unit.h"

#include <sys/resource.h>
#include <unistd.h>

#include "server/descriptors.h"

enum {
	FILES_MAX = 64,
};

static struct rlimit before;

static int
note_limit(void **state)
{
	(void)state;
	return getrlimit(RLIMIT_NOFILE, &before);
}

static int
put_limit_back(void **state)
{
	(void)state;
	return setrlimit(RLIMIT_NOFILE, &before);
}

/* The hard limit stays: not everybody may raise it again. */
static void
limit_to(rlim_t files)
{
	const struct rlimit limit = {files, before.rlim_max};

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void
the_limit_is_raised_to_the_hard_one(void **state)
{
	struct rlimit now;

	(void)state;
	limit_to(FILES_MAX);
	assert_int_equal(descriptors_raise(FILES_MAX), before.rlim_max);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, before.rlim_max);
}

static void
connections_leave_a_front_its_own_descriptors(void **state)
{
	(void)state;
	limit_to(1000);
	assert_int_equal(descriptors_room(500, 1), 500);
	assert_int_equal(descriptors_room(5000, 1), 1000 - DESCRIPTORS_OWN);
	assert_int_equal(descriptors_room(5000, 2), (1000 - DESCRIPTORS_OWN) / 2);
	limit_to(FILES_MAX);
	assert_int_equal(descriptors_room(5000, 1), FILES_MAX / 2);
}

static size_t
fill(int fds[FILES_MAX])
{
	size_t n = 0;

	while (n < FILES_MAX && (fds[n] = dup(STDERR_FILENO)) >= 0) {
		n++;
	}
	return n;
}

static void
a_spare_is_a_free_descriptor_when_there_is_no_other(void **state)
{
	struct spares s;
	int fds[FILES_MAX];
	size_t n, i;
	int fd;

	(void)state;
	limit_to(FILES_MAX);
	spares_init(&s);
	assert_true(spares_keep(&s));
	n = fill(fds);
	assert_true(n < FILES_MAX && dup(STDERR_FILENO) < 0);
	for (i = 0; i < DESCRIPTORS_SPARE; i++) {
		assert_true(spares_keep(&s));
		spares_give(&s);
		fds[n] = dup(STDERR_FILENO);
		assert_true(fds[n] >= 0);
		n++;
	}
	assert_false(spares_keep(&s));
	(void)close(fds[--n]);
	assert_true(spares_keep(&s));
	fd = dup(STDERR_FILENO);
	assert_true(fd < 0); /* what became free is put by */
	while (n > 0) {
		(void)close(fds[--n]);
	}
	for (i = 0; i < DESCRIPTORS_SPARE; i++) {
		spares_give(&s);
	}
}

int
main(void)
{
#define LIMITED(f) cmocka_unit_test_setup_teardown(f, note_limit, put_limit_back)
	const struct CMUnitTest tests[] = {
		LIMITED(the_limit_is_raised_to_the_hard_one),
		LIMITED(connections_leave_a_front_its_own_descriptors),
		LIMITED(a_spare_is_a_free_descriptor_when_there_is_no_other),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
