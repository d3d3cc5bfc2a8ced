/*
 * policy - what is done while nobody acknowledges
 *
 * What a policy does not say, and the two that count where none was set: lives
 * now, and lives soon. Each tells whoever is on duty, then the shift leader, then
 * those above, then the on-call list, one after the other; and begins again.
 */
#ifndef DISPATCH_POLICY_H
#define DISPATCH_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vedetta/v1/duty.pb-c.h"

enum {
	POLICY_BUILT_IN = 2,
};

/* The nth of POLICY_BUILT_IN. */
const Vedetta__V1__Policy *policy_built_in(size_t n);

bool policy_is_for(const Vedetta__V1__Policy *p, unsigned class_no);

/* With what was not said filled in. */
int64_t policy_after_ms(const Vedetta__V1__PolicyStep *step);
int64_t policy_group_wait_ms(const Vedetta__V1__Policy *p);
int64_t policy_group_interval_ms(const Vedetta__V1__Policy *p);
int64_t policy_repeat_ms(const Vedetta__V1__Policy *p);
int64_t policy_hand_over_ms(const Vedetta__V1__Policy *p);

#endif
