/*
 * right - what each role may do
 *
 * One table of allow-lists: what is not in a role's row, its people may not do.
 * Where they may do it is another question (scope.h). A set of rights is a bit
 * for each.
 */
#ifndef DISPATCH_RIGHT_H
#define DISPATCH_RIGHT_H

#include <stdbool.h>

#include "vedetta/v1/account.pb-c.h"

enum {
	RIGHTS_END = 12, /* one behind the last Right */
	ROLES_END = 6,
};

/* 0 for what is none. */
unsigned right_bit(Vedetta__V1__Right right);

/* None for a role that is none. */
unsigned role_rights(Vedetta__V1__Role role);

bool rights_have(unsigned rights, Vedetta__V1__Right right);

/* "shift_leader" and back; ROLE_UNSPECIFIED for another word. */
const char *role_name(Vedetta__V1__Role role);
Vedetta__V1__Role role_by_name(const char *name);

#endif
