/*
 * action - what is the same for all that operators do
 *
 * What each kind is called, whether it only adds to what others did (design.md
 * 4.6: then nobody is in anybody's way), and which of its words are a person's,
 * to be kept in the erasable part of its row.
 */
#ifndef DISPATCH_ACTION_H
#define DISPATCH_ACTION_H

#include <stdbool.h>

#include "vedetta/v1/action.pb-c.h"

/* The name of its field in JSON, static: "setClass". "" for none. */
const char *action_what(const Vedetta__V1__Action *action);

#endif
