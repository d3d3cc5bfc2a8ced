/*
 * failing_memory - the nth allocation of SQLite fails
 *
 * alloc.c reaches only what is linked into the program, not a shared library.
 */
#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include "unit.h"

#include <sqlite3.h>
#include <stdbool.h>

static sqlite3_mem_methods real_memory;
static long memory_countdown;
static bool memory_failed;

static bool
memory_must_fail(void)
{
	if (memory_countdown == 0 || --memory_countdown > 0) {
		return false;
	}
	memory_failed = true;
	return true;
}

static void *
shim_malloc(int bytes)
{
	return memory_must_fail() ? NULL : real_memory.xMalloc(bytes);
}

static void *
shim_realloc(void *old, int bytes)
{
	return memory_must_fail() ? NULL : real_memory.xRealloc(old, bytes);
}

static void
put_memory_in_place(void)
{
	sqlite3_mem_methods memory;

	assert_int_equal(
		sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
	memory = real_memory;
	memory.xMalloc = shim_malloc;
	memory.xRealloc = shim_realloc;
	assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), SQLITE_OK);
}

#endif
