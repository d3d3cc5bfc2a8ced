/*
 * incident_internal - what the files of incident.h share
 *
 *	incident.c       what its rows say, and where it is
 *	incident_rare.c  what few have: links, work, a set of many senders
 */
#ifndef DISPATCH_INCIDENT_INTERNAL_H
#define DISPATCH_INCIDENT_INTERNAL_H

#include "dispatch/incident.h"

/* What all have who have nothing of their own. */
extern const struct incident_rare incident_nothing;

/* What of these the record has. 0 or -ENOMEM. */
int incident_take_rare(struct incident *i, const struct store_incident *record);
void incident_free_rare(struct incident *i);

/* Counts the member's sender if none before it had it. 0 or -ENOMEM. */
int incident_take_sender(struct incident *i, uint32_t index, bool *is_new);

/* Before all members are counted anew. */
void incident_forget_senders(struct incident *i);

#endif
