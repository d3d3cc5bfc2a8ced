#include "dispatch/action.h"

#include <stddef.h>

/* By the numbers of its fields. */
/* clang-format off */
static const char *const names[] = {
	[VEDETTA__V1__ACTION__WHAT_PLACE] = "place",
	[VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE] = "acknowledge",
	[VEDETTA__V1__ACTION__WHAT_ASSIGN] = "assign",
	[VEDETTA__V1__ACTION__WHAT_HAND_OVER] = "handOver",
	[VEDETTA__V1__ACTION__WHAT_REFUSE_HAND_OVER] = "refuseHandOver",
	[VEDETTA__V1__ACTION__WHAT_NOTE] = "note",
	[VEDETTA__V1__ACTION__WHAT_SET_CLASS] = "setClass",
	[VEDETTA__V1__ACTION__WHAT_ASK] = "ask",
	[VEDETTA__V1__ACTION__WHAT_MERGE] = "merge",
	[VEDETTA__V1__ACTION__WHAT_SPLIT] = "split",
	[VEDETTA__V1__ACTION__WHAT_MOVE] = "move",
	[VEDETTA__V1__ACTION__WHAT_MARK] = "mark",
	[VEDETTA__V1__ACTION__WHAT_CLOSE] = "close",
	[VEDETTA__V1__ACTION__WHAT_REOPEN] = "reopen",
	[VEDETTA__V1__ACTION__WHAT_UNDO] = "undo",
};
/* clang-format on */

const char *
action_what(const Vedetta__V1__Action *action)
{
	size_t what = (size_t)action->what_case;

	return what < sizeof(names) / sizeof(names[0]) && names[what] != NULL
		       ? names[what]
		       : "";
}
