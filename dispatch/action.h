/*
 * action - what is the same for all that operators do
 *
 * What each kind is called, whether it only adds to what others did (design.md
 * 4.6: then nobody is in anybody's way), whether it can be taken back, and how
 * one is kept: its body for ever with ids, codes, numbers and the names of those
 * that help is given to; the words of persons in the erasable part of its row,
 * as the whole Action.
 */
#ifndef DISPATCH_ACTION_H
#define DISPATCH_ACTION_H

#include <stdbool.h>

#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"
#include "vedetta/v1/log.pb-c.h"

/* The name of its field in JSON, static: "setClass". "" for none. */
const char *action_what(const Vedetta__V1__Action *action);

/* By its kind; an undo is not looked through. */
bool action_only_adds(const Vedetta__V1__Action *action);
bool action_has_undo(const Vedetta__V1__Action *action);

/*
 * Body and personal part of a STORE_DECISION row, into the arena. `decision` has
 * who, and what else goes along; its action is set here. seen is what was seen
 * at most. 0 or -ENOMEM.
 */
int action_write(const Vedetta__V1__Action *action, uint64_t seen,
	Vedetta__V1__LogDecision *decision, struct arena *arena, struct store_row *row);

/*
 * What a STORE_DECISION row says, in memory of its own, with the words that were
 * not erased; a note without its text. NULL when memory is short, or for a row
 * that says nothing.
 */
Vedetta__V1__LogDecision *action_read(const struct store_row *row);

/* The whole of it, with all words, in the arena. NULL as above. */
Vedetta__V1__LogDecision *action_read_all(
	const struct store_row *row, struct arena *arena);

#endif
