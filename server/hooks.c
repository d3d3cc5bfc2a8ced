#include "server/hooks.h"

#ifdef VEDETTA_TEST_HOOKS

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
hooks_pass(const char *point)
{
	static unsigned long passed;
	const char *at = getenv("VEDETTA_TEST_CRASH_AT");
	size_t n = strlen(point);
	unsigned long wanted = 1;

	if (at == NULL || strncmp(at, point, n) != 0 ||
		(at[n] != '\0' && at[n] != ':')) {
		return;
	}
	if (at[n] == ':') {
		wanted = strtoul(at + n + 1, NULL, 10);
	}
	if (++passed == wanted) {
		_exit(70);
	}
}

static int
contains(const char *text, const char *variable)
{
	const char *words = getenv(variable);

	return words != NULL && words[0] != '\0' && text != NULL &&
	       strstr(text, words) != NULL;
}

void
hooks_taste(const char *text)
{
	if (contains(text, "VEDETTA_TEST_POISON")) {
		abort();
	}
	while (contains(text, "VEDETTA_TEST_HANG")) {
		(void)usleep(1000);
	}
}

bool
hooks_cheap_passwords(void)
{
	return getenv("VEDETTA_TEST_CHEAP_PASSWORDS") != NULL;
}

static void
wait_for(const char *variable)
{
	const char *ms = getenv(variable);

	if (ms != NULL) {
		(void)usleep((unsigned)strtoul(ms, NULL, 10) * 1000);
	}
}

void
hooks_ask(void)
{
	wait_for("VEDETTA_TEST_SLOW_READER");
}

void
hooks_wrote(void)
{
	wait_for("VEDETTA_TEST_SLOW_LINES");
}

#endif
