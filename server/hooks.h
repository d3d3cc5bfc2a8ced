/*
 * hooks - where tests make a role fail
 *
 * Only in builds with -Dtest_hooks=true; else nothing of this is compiled.
 *
 *   VEDETTA_TEST_CRASH_AT=POINT[:N]  _exit(70) when POINT is passed the Nth
 *       time in this process. Points, in order: received, stepped, appended,
 *       before_commit, committed, answered;
 *       of an import area_part, area_end.
 *   VEDETTA_TEST_POISON=WORDS  abort() while a report is stepped whose text
 *       contains WORDS; a login by such a name, such preferences, such a team.
 *   VEDETTA_TEST_HANG=WORDS  the same, but it never comes back.
 *   VEDETTA_TEST_CHEAP_PASSWORDS=1  new hashes of passwords cost next to nothing.
 *   VEDETTA_TEST_SLOW_READER=MS  each question takes a reader that much longer.
 *   VEDETTA_TEST_SLOW_LINES=MS  each write to another role takes that much longer.
 */
#ifndef SERVER_HOOKS_H
#define SERVER_HOOKS_H

#include <stdbool.h>

#ifdef VEDETTA_TEST_HOOKS
void hooks_pass(const char *point);
void hooks_taste(const char *text);
void hooks_ask(void);
void hooks_wrote(void);
bool hooks_cheap_passwords(void);
#else
static inline void
hooks_pass(const char *point)
{
	(void)point;
}

static inline void
hooks_taste(const char *text)
{
	(void)text;
}

static inline void
hooks_ask(void)
{
}

static inline void
hooks_wrote(void)
{
}

static inline bool
hooks_cheap_passwords(void)
{
	return false;
}
#endif

#endif
