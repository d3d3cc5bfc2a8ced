/*
 * hooks - where tests make the desk fail
 *
 * Only in builds with -Dtest_hooks=true; else nothing of this is compiled.
 *
 *   VEDETTA_TEST_CRASH_AT=POINT[:N]  _exit(70) when POINT is passed the Nth
 *       time in this process. Points, in order: received, stepped, appended,
 *       before_commit, committed, answered.
 *   VEDETTA_TEST_POISON=WORDS  abort() while a report is stepped whose text
 *       contains WORDS.
 */
#ifndef SERVER_HOOKS_H
#define SERVER_HOOKS_H

#ifdef VEDETTA_TEST_HOOKS
void hooks_pass(const char *point);
void hooks_taste(const char *text);
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
#endif

#endif
