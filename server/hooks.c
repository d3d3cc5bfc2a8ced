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

void
hooks_taste(const char *text)
{
	const char *poison = getenv("VEDETTA_TEST_POISON");

	if (poison != NULL && poison[0] != '\0' && text != NULL &&
		strstr(text, poison) != NULL) {
		abort();
	}
}

#endif
