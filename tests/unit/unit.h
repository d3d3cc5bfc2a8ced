/* unit - what every unit test includes; cmocka wants the first four before it */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * From now on the nth allocation of this process (1: the next) fails, and all
 * after it succeed; 0: none fails. alloc_failed() tells whether the nth was
 * reached, which is how a loop over n knows its end:
 *
 *	for (n = 1; ; n++) {
 *		alloc_fail_at(n);
 *		thing = thing_new();
 *		if (!alloc_failed()) { alloc_fail_at(0); assert_non_null(thing); break;
 *} assert_null(thing);
 *	}
 */
void alloc_fail_at(unsigned long n);
int alloc_failed(void);

#endif
