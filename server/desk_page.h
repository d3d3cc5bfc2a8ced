/*
 * desk_page - one message about waiting incidents, as deliveries
 *
 * One for each way that its person has and the step names: the contact in the
 * book goes before that of the account, each browser is a way of its own. All have
 * the group of the message (dispatch/wake.h), by which they are taken back. What the
 * outbox does not take is an error in the log, and the others go on. It links to
 * the incident's page, or to the board when it is about several.
 */
#ifndef SERVER_DESK_PAGE_H
#define SERVER_DESK_PAGE_H

#include <stdint.h>

#include "server/keeper.h"

struct desk_page_sender {
	struct arena *words;  /* borrowed, as all of these; emptied by each message */
	const char *language; /* of those who have none */
	const char *console;  /* address of the operators' console; "": no link */
};

/* In a batch, right behind the message's row. 0 or -errno. */
int desk_page_send(const struct desk_page_sender *from, const struct keeper_own *own,
	uint64_t page_row, const struct escalation_page *page);

#endif
