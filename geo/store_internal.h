/*
 * store_internal - what the files of the store share; nobody else includes it
 *
 * store_open.c, store_connect.c and store_migrate.c open, set up and make the
 * file, store_tail.c finds and proves its end; store.c is the commit path; store_load.c
 * and store_read.c ask; store_verify.c walks the chain, store_verify_told.c holds what
 * stands beside it against it; store_incident.c turns an incident into columns and
 * back; store_area.c keeps the areas.
 */
#ifndef GEO_STORE_INTERNAL_H
#define GEO_STORE_INTERNAL_H

#include <sqlite3.h>
#include <sys/types.h>

#include "geo/store.h"
#include "geo/store_delivery.h"
#include "geo/store_umbrella.h"

/* Prepared once per connection; the texts are in store_connect.c. */
enum store_statement {
	STORE_SQL_ROWS, /* columns: enum store_column */
	STORE_SQL_INCIDENT,
	STORE_SQL_LAST,
	STORE_SQL_LAST_PERSONAL,
	STORE_SQL_SINCE,
	STORE_SQL_LOAD_INCIDENTS,
	STORE_SQL_OPENS,
	STORE_SQL_INCIDENTS_GONE,
	STORE_SQL_LOAD_ROWS, /* the first ten of enum store_column */
	STORE_SQL_RAW_FIRST,
	STORE_SQL_RAW_DONE,
	STORE_SQL_TOLD,
	STORE_SQL_MOVED,
	STORE_SQL_MOVES,
	STORE_SQL_DECISIONS,
	STORE_SQL_MESSAGES,
	STORE_SQL_AREA_STATE,
	STORE_SQL_AREA_TICKET,
	STORE_SQL_AREA_PARENT,
	STORE_SQL_AREAS,
	STORE_SQL_UMBRELLAS,
	STORE_SQL_UMBRELLA,
	STORE_SQL_UMBRELLA_UNTOLD,
	STORE_SQL_IMPORT,
	STORE_SQL_IMPORTS,
	STORE_SQL_DELIVERIES,
	STORE_SQL_DELIVERY,
	STORE_SQL_DELIVERY_UNTOLD,
	STORE_SQL_DOINGS,
	STORE_SQL_RECORDS,
	STORE_SQL_RECORD_SEQ,
	STORE_SQL_READERS, /* a reader has those above */
	STORE_SQL_BEGIN = STORE_SQL_READERS,
	STORE_SQL_COMMIT,
	STORE_SQL_ROLLBACK,
	STORE_SQL_APPEND,
	STORE_SQL_APPEND_PERSONAL,
	STORE_SQL_PUT_INCIDENT,
	STORE_SQL_PUT_UMBRELLA,
	STORE_SQL_PUT_DELIVERY,
	STORE_SQL_PUT_RECORD,
	STORE_SQL_DROP_RECORD,
	STORE_SQL_AREA_NEXT,
	STORE_SQL_PUT_AREA,
	STORE_SQL_PUT_RESIDENTS,
	STORE_SQL_END_AREAS,
	STORE_SQL_AREAS_LOOKED,
	STORE_SQL_SWEEP_AREAS,
	STORE_SQL_SWEEP_RESIDENTS,
	STORE_SQL_TOUCH,
	STORE_SQLS,
};

enum store_column {
	COLUMN_SEQ,
	COLUMN_AT_MS,
	COLUMN_KIND,
	COLUMN_SUBJECT,
	COLUMN_PREV,
	COLUMN_ABOUT,
	COLUMN_SOURCE,
	COLUMN_FACTS,
	COLUMN_PRINT,
	COLUMN_KEY,
	COLUMN_DIGEST,
	COLUMN_HASH,
	COLUMN_BODY,
	COLUMN_SALT, /* NULL: no personal row */
	COLUMN_PERSONAL,
};

enum {
	STORE_SALTS = 64,
	/* More than this that is damaged is no longer gone on with. */
	STORE_DAMAGE_MOST = 2048,
};

/* Rows that are not what was written, in order. */
struct store_damage {
	uint64_t seqs[STORE_DAMAGE_MOST];
	size_t n;
};

/* The end of the log. */
struct store_head {
	uint64_t seq;
	int64_t at_ms;
	uint8_t hash[CHAIN_HASH_BYTES];
};

struct store {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *statements[STORE_SQLS];
	bool writer;
	int broken; /* 0, or the -errno every later call returns */
	char epoch[STORE_EPOCH_BYTES];

	/* the writer's */
	struct store_options options;
	int lock_fd;
	struct store_head committed;
	struct store_head running; /* ahead of committed inside a batch */
	uint64_t page_bytes;
	int wal_pages;  /* in the WAL, */
	int wal_home;   /* and how many of these are in the file already */
	size_t n_salts; /* drawn ahead: the kernel is asked once for many */
	uint8_t salts[STORE_SALTS][CHAIN_SALT_BYTES];
	struct store_damage lost;     /* nothing of them is proven */
	struct store_damage wordless; /* their personal parts alone are not */

	/* the readers' */
	dev_t device; /* of the file that is open, to notice another */
	ino_t inode;
	bool asking;         /* the deadline holds only while a question runs */
	int64_t deadline_ms; /* monotonic; 0: none */
	uint8_t *held;       /* what the last read row points to */
	size_t held_bytes;
};

/* Where a sentence about a refusal goes. */
struct store_why {
	char *text;
	size_t bytes;
};

void store_say(const struct store_why *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- store.c */

/* -errno for an SQLite result code. */
int store_errno(sqlite3 *db, int code);

/* The same, and the writer is broken from now on. */
int store_fault(struct store *s, int code);

/* A fault for a row that is not as it should be, or that memory was short for. */
int store_bad_row(struct store *s);

/*
 * Steps to a row: 1, or 0 at the end (reset then), or a fault (reset too). A
 * question past its deadline ends in -ETIME.
 */
int store_step(struct store *s, sqlite3_stmt *statement);

/* Moves the whole WAL home and empties it. 0, or -errno. */
int store_empty_wal(struct store *s);

/* ---- store_verify.c */

/* A row as it was found. */
struct store_sight {
	struct store_row row;           /* borrowed from the statement */
	bool is_chained;                /* all of it but the personal part is proven */
	uint8_t hash[CHAIN_HASH_BYTES]; /* zeros: it has none */
	uint8_t made[CHAIN_HASH_BYTES]; /* what it should be */
};

/* As store_take_row(). */
const char *store_look_at_row(sqlite3_stmt *rows, uint64_t seq,
	const uint8_t previous[CHAIN_HASH_BYTES], struct store_sight *sight);

/*
 * What is wrong with the row the ROWS statement stands on, given the hash of
 * the row before: NULL if nothing. *row is filled in either case, borrowed
 * from the statement; its hash is copied out, zeros when it has none.
 */
const char *store_take_row(sqlite3_stmt *rows, uint64_t seq,
	const uint8_t previous[CHAIN_HASH_BYTES], struct store_row *row,
	uint8_t hash[CHAIN_HASH_BYTES]);

/* Looks at a row that is proven; store_walk() ends with what it returns. */
typedef int (*store_look)(
	struct store *s, const struct store_row *row, const struct store_why *why);

/*
 * Walks rows first..last, starting from the hash of first - 1 (zeros for row
 * 1); leaves the hash of the last in `hash`. look may be NULL. 0, STORE_DAMAGED, or
 * -errno.
 */
int store_walk(struct store *s, uint64_t first, uint64_t last,
	uint8_t hash[CHAIN_HASH_BYTES], store_look look, uint64_t *bad_seq,
	const struct store_why *why);

/* ---- store_tail.c */

/*
 * Finds the end of the log and proves the last 1,000 rows before anybody is
 * answered from them. What is damaged is noted, not refused: see store_open().
 * 0, STORE_DAMAGED, or -errno.
 */
int store_find_tail(struct store *s, const struct store_why *why);

/* Notes it; -EUCLEAN when there are too many. */
int store_note_damage(struct store_damage *d, uint64_t seq);
bool store_is_damaged(const struct store_damage *d, uint64_t seq);

/*
 * Rows up to this one are told of elsewhere and are not in the log: their numbers
 * were given away. As store_note_damage().
 */
int store_lose_up_to(struct store *s, uint64_t seq);

/* ---- store_verify_told.c */

/*
 * Is what the row says was written beside the log there, as it says? Incidents,
 * umbrellas, imports. 0, STORE_DAMAGED, or -errno.
 */
int store_verify_told(
	struct store *s, const struct store_row *row, const struct store_why *why);

/*
 * The other way round: umbrellas and imports that no row tells of, and whether
 * the newest import has as many areas as its row says. As above; *bad_seq is the
 * row that should.
 */
int store_verify_untold(
	struct store *s, uint64_t *bad_seq, const struct store_why *why);

/* ---- store_umbrella.c */

/* False: it is not what was written. */
bool store_take_umbrella(sqlite3_stmt *statement, struct store_umbrella *umbrella);

/* ---- store_delivery.c; as above */

bool store_take_delivery(sqlite3_stmt *statement, struct store_delivery *delivery);

/* ---- store_read.c */

/* Fills the nine numbers and the key of a row, not its bytes. */
bool store_numbers(sqlite3_stmt *statement, struct store_row *row);

/* -EUCLEAN, which breaks nothing; or a fault, when memory was short for the row. */
int store_unproven_row(struct store *s);

/* store_read_row() without a look at the deadline or the file's identity. */
int store_find_row(struct store *s, uint64_t seq, struct store_row *row);

/* ---- store_read.c: around the reads of one question */

int store_begin_question(struct store *s);
int store_end_question(struct store *s, int r);

/* ---- store_incident.c */

/* Returns an SQLite result code. */
int store_bind_incident(sqlite3_stmt *statement, const struct store_incident *incident);

/* words is borrowed from the statement. False: its checksum is wrong. */
bool store_take_incident(sqlite3_stmt *statement, struct store_incident *incident);

/* ---- store_connect.c; these return 0, an answer said in why, or -errno */

int store_connect(struct store *s, int flags, int busy_ms);

/* Also when its file changed under it. */
int store_connect_reader(struct store *s, const struct store_why *why);
void store_disconnect(struct store *s);

/* Sets what a writer must have and reads it back. */
int store_set_up_writer(struct store *s, const struct store_why *why);
int store_prepare(struct store *s);

int store_run(struct store *s, const char *sql);

/*
 * The first column of the first row as a number and as up to 31 bytes of text;
 * STORE_NONE when there is no row.
 */
int store_ask(struct store *s, const char *sql, int64_t *number, char text[32]);
int store_ask_number(struct store *s, const char *sql, int64_t *number);

/* ---- store_migrate.c */

int store_schema_size(void);

/* How many migrations the file has; refuses files that are not ours to touch. */
int store_check_schema(struct store *s, int *applied, const struct store_why *why);
int store_migrate(struct store *s, int applied);
int store_read_epoch(struct store *s, const struct store_why *why);

#endif
