/*
 * store_record - what is overwritten: the newest state of things that have one
 *
 * Beside the log, which is never changed: accounts, sessions, and whatever else has a
 * life of its own. A record is written with the row that changed it, by kind and id,
 * and carries a sum of itself; what is in it is its owner's to know.
 */
#ifndef GEO_STORE_RECORD_H
#define GEO_STORE_RECORD_H

#include "geo/store.h"

/* Numbers are for ever. */
enum store_record_kind {
	STORE_RECORD_ACCOUNT = 1, /* StoredAccount */
	STORE_RECORD_SESSION = 2, /* StoredSession */
	STORE_RECORD_NOTE = 3,    /* what the desk notes for its next start */
	STORE_RECORD_DUTY = 4,    /* DutyRecord */
};

/* Of STORE_RECORD_NOTE. */
enum {
	STORE_NOTE_CONFIG = 1, /* digest of the config it last ran with */
};

struct store_record {
	enum store_record_kind kind;
	uint64_t id;
	uint64_t seq;          /* row that last changed it; 0: none did */
	const uint8_t *packed; /* NULL: the record goes */
	size_t packed_bytes;
	bool damaged; /* when read: it is not what was written */
};

/* In a batch. 0 or -errno (broken), but -EINVAL for one that cannot be. */
int store_put_record(struct store *s, const struct store_record *record);

/*
 * All of a kind, in order of their ids, damaged ones too; good during the call. Stops
 * with what the visitor returns.
 */
int store_load_records(struct store *s, enum store_record_kind kind,
	int (*visit)(void *arg, const struct store_record *record), void *arg);

/*
 * At most so many sequences below `before` of rows that tell what people did
 * (imports, moves, decisions, accounts, sessions, views, duty), the newest first.
 * Looks at such rows alone. 0, STORE_TOO_SLOW, or -errno.
 */
int store_read_doings(
	struct store *s, uint64_t before, uint64_t *seqs, size_t most, size_t *n);

#endif
