/* search_reply - what questions over all reports have in common at the front */
#ifndef SERVER_SEARCH_REPLY_H
#define SERVER_SEARCH_REPLY_H

#include <stdbool.h>

#include "server/ask.h"
#include "server/front.h"
#include "server/search_query.h"

/* Says no, and false, when the query is not one. */
bool search_reply_read(struct front *f, const struct call *call,
	enum search_about about, struct search_query *out);

/* Replies itself, and true, unless there is something to show. */
bool search_reply_unless_found(struct front *f, const struct ask_about *about,
	const Vedetta__V1__Answer *answer);

#endif
