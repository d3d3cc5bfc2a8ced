/* alloc - the linker sends malloc and its kin here, so a test can make them fail */
#include "unit.h"

#include <errno.h>

static unsigned long countdown;
static int failed;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static int
must_fail(void)
{
	if (countdown == 0 || --countdown > 0) {
		return 0;
	}
	failed = 1;
	errno = ENOMEM;
	return 1;
}

void *
__wrap_malloc(size_t bytes)
{
	return must_fail() ? NULL : __real_malloc(bytes);
}

void *
__wrap_calloc(size_t n, size_t bytes)
{
	return must_fail() ? NULL : __real_calloc(n, bytes);
}

void *
__wrap_realloc(void *old, size_t bytes)
{
	return must_fail() ? NULL : __real_realloc(old, bytes);
}

void
alloc_fail_at(unsigned long n)
{
	countdown = n;
	failed = 0;
}

int
alloc_failed(void)
{
	return failed;
}
