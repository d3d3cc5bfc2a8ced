#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "geo/store_internal.h"

int
store_check_head(struct store *s, const struct store_head_note *note, uint64_t *bad_seq,
	char *why, size_t why_bytes)
{
	sqlite3_stmt *rows = s->statements[STORE_SQL_ROWS];
	const struct store_why sentence = {why, why_bytes};
	const uint8_t *hash;
	int r;

	*bad_seq = note->seq;
	if (s->broken != 0) {
		return s->broken;
	}
	sqlite3_bind_int64(rows, 1, (sqlite3_int64)note->seq);
	sqlite3_bind_int64(rows, 2, (sqlite3_int64)note->seq);
	r = store_step(s, rows);
	if (r == 0) {
		store_say(&sentence,
			"the log was noted up to row %" PRIu64 ", which is gone",
			note->seq);
		return STORE_DAMAGED;
	}
	if (r < 0) {
		return r;
	}
	hash = sqlite3_column_blob(rows, COLUMN_HASH);
	if (hash == NULL ||
		sqlite3_column_bytes(rows, COLUMN_HASH) != CHAIN_HASH_BYTES ||
		memcmp(hash, note->hash, CHAIN_HASH_BYTES) != 0) {
		store_say(&sentence,
			"row %" PRIu64
			" is not the one that was noted: it, or one before "
			"it, was written anew",
			note->seq);
		r = STORE_DAMAGED;
	} else {
		r = 0;
	}
	sqlite3_reset(rows);
	return r;
}
