/*
 * answer_audit - what people did, as a reader tells it
 *
 * A walk over the rows of doings (store_read_doings()), the newest first. An entry
 * says who, what and about which incident; the words, places and contacts that such
 * rows hold are left where they are. Names of accounts are the front's to add, and
 * so is which entries the asker may see.
 */
#ifndef SERVER_ANSWER_AUDIT_H
#define SERVER_ANSWER_AUDIT_H

#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"

/* Into the arena. 0, STORE_TOO_SLOW, or -errno. */
int answer_audit(struct store *store, const Vedetta__V1__AuditQuestion *asked,
	struct arena *arena, Vedetta__V1__AuditPage **out);

#endif
