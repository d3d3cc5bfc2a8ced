/* index_ask_internal - what the files that ask the index share; nobody else includes it
 */
#ifndef GEO_INDEX_ASK_INTERNAL_H
#define GEO_INDEX_ASK_INTERNAL_H

#include "geo/index_ask.h"
#include "geo/index_internal.h"

enum {
	SQL_BYTES = 2048,
};

struct index_asker {
	char path[INDEX_PATH_BYTES];
	sqlite3 *db;
	dev_t device;
	ino_t inode;
	bool asking;
	int tell_fd; /* -1: it does not tell */
	uint64_t areas;
	bool (*late)(const void *arg);
	const void *late_arg;
};

/* An answer for an SQLite result code. */
int index_asked(int code);

#endif
