/*
 * duty_scope - who is limited to areas plans for these
 *
 * What comes, and what was there under its number, must lie in them: nobody takes
 * another's entry for their own, and "*" is for who sees everything.
 */
#ifndef SERVER_DUTY_SCOPE_H
#define SERVER_DUTY_SCOPE_H

#include <stdbool.h>

#include "server/front.h"
#include "server/who.h"

/* The book of duty is there. A number that is not in it yet is nobody's. */
bool duty_scope_allows(const struct front *f, const struct who *who,
	const Vedetta__V1__DutyInput *said);

#endif
