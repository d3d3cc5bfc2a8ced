/*
 * wake - the desk's own escalations: from incidents to facts, to rows
 *
 * What escalation.h asks about an incident, answered from memory; and its steps and
 * messages as rows of the log with what is to be written beside them; and what becomes
 * of those messages in the outbox, told to the escalations, and the other way round.
 */
#ifndef DISPATCH_WAKE_H
#define DISPATCH_WAKE_H

#include "dispatch/desk.h"
#include "dispatch/escalation.h"
#include "dispatch/memory.h"

/* A row changed the incident, or it was closed. 0 or -ENOMEM. */
int wake_note(struct memory *m, const struct incident *i, int64_t at_ms);

/* A STORE_ESCALATION row (i: its incident, or NULL). 0 or -ENOMEM. */
int wake_apply(struct memory *m, struct incident *i, const struct store_row *row);

enum wake_answer {
	WAKE_STEP = 1, /* out has its row */
	WAKE_PAGE = 2, /* *page too */
};

/*
 * The next step or message that is due, made and applied. An answer, 0 when
 * nothing is due, or -ENOMEM.
 */
int wake_next(struct memory *m, const struct umbrellas *u, int64_t now_ms,
	struct arena *arena, struct desk_out *out, struct escalation_page *page);

/*
 * A message that its person asked for as a test, made and applied; key may be NULL.
 * 0 or -ENOMEM.
 */
int wake_test(struct memory *m, const struct escalation_page *page, const uint8_t *key,
	uint64_t print, int64_t now_ms, struct arena *arena, struct desk_out *out);

/* The group of a message's deliveries; of its row. */
enum {
	WAKE_GROUP_BYTES = 32,
};

void wake_group(uint64_t page_row, char group[WAKE_GROUP_BYTES]);

/*
 * Looks what became of the messages: one that nobody wants any more is taken
 * back as far as it has not left, one that reached nobody hurries the next step.
 * OUTBOX_ROW: a delivery was changed, call it again; 0, or -ENOMEM.
 */
int wake_settle_next(
	struct memory *m, const struct outbox_turn *turn, struct outbox_row *out);

/* It will not arrive: also when only an administrator could make it go. */
bool wake_is_lost(const struct store_delivery *d);

#endif
