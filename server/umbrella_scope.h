/*
 * umbrella_scope - of an umbrella, what who sees some areas only may know
 *
 * Its figures are counted anew over the incidents they see: how many, how bad, how
 * many reports, from when to when, and the ground between their points. So no
 * number tells of what happens elsewhere; that it is a large event is told. One
 * without an incident they see is not there: not on a list, not as a page, not on a
 * map, not in an export.
 */
#ifndef SERVER_UMBRELLA_SCOPE_H
#define SERVER_UMBRELLA_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "dispatch/scope.h"
#include "proto/arena.h"
#include "server/board.h"
#include "vedetta/v1/umbrella.pb-c.h"

/*
 * Does this incident show its umbrella, when everything in that scope is seen? One that
 * tells of no news is none of its incidents. The scope may be NULL.
 */
bool umbrella_scope_shows(const struct scope *scope, const struct filter_facts *facts);

/*
 * Puts copies in place of the umbrellas, in the order they had, fewer of them; in the
 * arena. scope NULL sees them as they are. 0 or -ENOMEM.
 */
int umbrella_scope_narrow(const struct board *board, const struct scope *scope,
	struct arena *arena, Vedetta__V1__Umbrella **umbrellas, size_t *n);

#endif
