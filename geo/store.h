/*
 * store - the desk's file: everything that was acknowledged
 *
 * Plain SQLite, WAL, synchronous=FULL (read back, or we refuse to run). The
 * only SQL on the commit path appends to two tables in key order: the log, and
 * one erasable personal row for each log row that has one. An incident's row is
 * written only when its class, state or place changes. Receipts and
 * idempotency need no index: a token holds the number of its row, keys are
 * kept in memory and read back at start.
 *
 * Exactly one process opens a file with store_open(): it alone commits and
 * checkpoints (SQLite 3.40.1 has the WAL-reset race). All others open
 * read-only with store_open_reader().
 *
 * After any fault of append or commit the store is broken: roll back, discard
 * what memory believed, close, open again (a failed fsync proves nothing by a
 * retry that succeeds). Until then every call gives the same fault. Opening
 * writes whatever the WAL holds home once more and empties it, because frames
 * of a failed sync may be in the page cache only.
 *
 * What is damaged is not served: opening proves the last 1,000 rows, reading a
 * row proves it against the hash of the row before, an incident carries a
 * checksum. Older rows are proven by store_verify(), which somebody must run. A
 * tail that was cut off every table alike cannot be seen from inside.
 *
 * Nor is it a reason to serve nothing: the writer goes on behind it. Its number is
 * not given again, the load says which rows are lost, and one whose hash alone was
 * damaged, as the row behind it proves, gets its hash again. Refused is a file
 * whose pages hang together no more, or that lost more than 2,048 rows.
 */
#ifndef GEO_STORE_H
#define GEO_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/chain.h"
#include "geo/point.h"

struct store;

enum {
	STORE_KEY_BYTES = 16,
	STORE_EPOCH_BYTES = 17, /* 16 hex digits and NUL */
	STORE_WORDS_BYTES = 1280,
	STORE_AREAS_BYTES = 4096,
};

enum store_answer {
	STORE_NONE = 1,     /* no such row */
	STORE_NO_ROOM = 2,  /* the reserve of space is touched: nothing was done */
	STORE_DAMAGED = 3,  /* the file is not what it should be; see the reason */
	STORE_TOO_NEW = 4,  /* written by a later program */
	STORE_TOO_SLOW = 5, /* a reader's deadline passed */
	STORE_LOCKED = 6,   /* another process writes this file */
};

/* Kinds of log rows; numbers are for ever. */
enum store_kind {
	STORE_REPORT = 1,      /* a report, in its incident */
	STORE_ADDITION = 2,    /* further words to the report in `about` */
	STORE_QUARANTINED = 3, /* an input that crashed the desk: raw, in an incident */
	STORE_RAW = 4,         /* taken in raw mode: acknowledged, to be interpreted */
	STORE_INTERPRETED =
		5,          /* says in which incident the RAW row in `about` is now */
	STORE_AREAS = 6,    /* areas were imported; subject 0 */
	STORE_REAREA = 7,   /* the incident was looked up in new areas */
	STORE_UMBRELLA = 8, /* the life of an umbrella (subject); changes no incident */
	/*
	 * An operator moved the report in `about` out of the incident, into it. Out
	 * of it with `about` 0: those that the body names.
	 */
	STORE_MOVED_OUT = 9,
	STORE_MOVED_IN = 10,
	STORE_SILENCE = 11,  /* no news from a municipality: opens or closes it */
	STORE_DECISION = 12, /* an operator's; `about` is the one it takes back */
	STORE_MESSAGE = 13,  /* desk and citizen; `about` is the report, 0: all */
	/* The life of a delivery (subject); changes no incident. */
	STORE_DELIVERY = 18,
	STORE_DUTY = 17, /* teams, rota, policies (subject); changes no incident */
	/* Somebody was told of the incident; subject 0: a message to one person. */
	STORE_ESCALATION = 19,
	/* Of no incident; without a prev, since nobody walks them by subject. */
	STORE_ACCOUNT = 14, /* an account (subject) was opened or changed */
	STORE_SESSION = 15, /* somebody logged in, tried to, or out; subject: account */
	STORE_AUDIT = 16,   /* an account saw or took something; 0: the machine's */
};

/*
 * One row of the log. facts, source and print are the desk's own words,
 * opaque here. prev is the newest earlier row of the same subject (0: none),
 * so an incident's history is a walk by primary key.
 */
struct store_row {
	uint64_t seq; /* dense, from 1; given by the caller, checked here */
	int64_t at_ms;
	enum store_kind kind;
	uint64_t subject; /* incident id; 0 for STORE_RAW */
	uint64_t prev;
	uint64_t about; /* row this one adds to or interprets; 0: none */
	uint64_t source;
	uint64_t facts;
	uint64_t print;
	bool has_key;
	uint8_t key[STORE_KEY_BYTES];
	const uint8_t *body; /* may be NULL with 0 bytes */
	size_t body_bytes;
	const uint8_t *personal; /* NULL: none, or (when read) erased */
	size_t personal_bytes;
	bool erased;  /* when read: there was one, it is gone */
	bool damaged; /* when loaded: it is not what was written */
	bool lost; /* and nothing of it but its number is known, its kind is a guess */
	bool wordless; /* when loaded: its personal part alone is not what was written
			*/
};

struct store_incident {
	uint64_t id;    /* seq of the row that opened it */
	uint64_t seq;   /* row that last changed this record */
	uint8_t hazard; /* permanent number of the hazard table */
	uint8_t status; /* enum IncidentStatus */
	uint8_t class_no;
	bool unplaced;
	bool quarantined;
	bool exercise;
	bool has_point;
	struct geo_point point;
	double accuracy_m; /* < 0: not known */
	uint8_t place_kind;
	const char *words; /* place in words; NULL: none; UTF-8 */
	int64_t opened_ms;
	uint64_t linked;      /* 0: none */
	uint64_t merged_into; /* 0: none */
	uint32_t version;
	const char *areas; /* dispatch/areas.h; NULL is written as "" */
	uint8_t area_fit;  /* enum AreaFit */
	bool damaged;      /* when loaded: nothing of it but its id is known */
};

struct store_options {
	/*
	 * Refuse batches when the disk has less left. At least 16 MiB: moving the
	 * WAL home needs as much again as it holds.
	 */
	uint64_t reserve_bytes;
	int synchronous; /* 2 = FULL; 1 only for the control build of tests */
};

/* ---- the one writer */

/*
 * Opens or makes the file, runs missing migrations, reads the pragmas back,
 * takes the write lock. Returns 0, an answer, or -errno; on an answer or a
 * fault *reason (static or in `why`) says what in one sentence.
 */
int store_open(struct store **out, const char *path,
	const struct store_options *options, char *why, size_t why_bytes);

/* Accepts NULL. Checkpoints when it can. */
void store_close(struct store *s);

/* Random, made with the file; a restored backup gets a new one. */
const char *store_epoch(const struct store *s);

/* Last committed row; 0 in an empty file. */
uint64_t store_last_seq(const struct store *s);

/* Its hash; zeros in an empty file. */
void store_last_hash(const struct store *s, uint8_t hash[CHAIN_HASH_BYTES]);

/* Wall time of that row; 0 in an empty file. */
int64_t store_last_at_ms(const struct store *s);

/* Begins a batch. Returns 0, STORE_NO_ROOM, or -errno (broken). */
int store_begin(struct store *s);

/*
 * In a batch. Salt and hashes are made here. Returns 0 or -errno (broken), but
 * -EINVAL for a sequence or a record that cannot be: nothing was done then.
 */
int store_append(struct store *s, const struct store_row *row);
int store_put_incident(struct store *s, const struct store_incident *incident);

/* On disk when it returns 0. -ENOSPC, -EIO, ... (broken). */
int store_commit(struct store *s);
void store_rollback(struct store *s);

/*
 * Between batches: one commit that changes nothing and yet writes and syncs.
 * Returns as store_begin() and store_commit() do.
 */
int store_touch(struct store *s);

/*
 * Between batches: moves the WAL home when 1,000 pages have gathered. Returns 0
 * or -errno (broken); of all faults only -ENOSPC breaks nothing here, the WAL
 * keeps what did not fit.
 */
int store_checkpoint_some(struct store *s);

/* Bytes of the WAL now; for the alarm. */
uint64_t store_wal_bytes(const struct store *s);

struct store_visitor {
	int (*incident)(void *arg, const struct store_incident *incident);
	int (*row)(void *arg, const struct store_row *row);
};

/*
 * What memory is rebuilt from: every incident that is open or was opened or
 * changed since since_ms, then in order every log row from the first that such
 * an incident or since_ms needs, without bodies and personal parts except
 * those of STORE_MOVED_OUT, STORE_MOVED_IN, STORE_SILENCE, STORE_DECISION,
 * STORE_MESSAGE, STORE_DUTY and STORE_ESCALATION, and of STORE_RAW rows that no
 * STORE_INTERPRETED row names (these count as needed, however old). One
 * of these that is not what was written is `damaged`, without bytes. Of an incident
 * that is, the id alone is good. A row that is `lost` (opening found that, or it is not
 * there, or an INTERPRETED row says so of one that is not RAW) comes at its place. A
 * clock that was behind for more than 131,072 rows on end hides the rows before them.
 * The visitor must not call the store; what it is shown is valid during the call. Stops
 * with what a visitor returns; 0 at the end, -errno on a fault.
 */
int store_load(struct store *s, int64_t since_ms, const struct store_visitor *visitor,
	void *arg);

/* ---- readers (also the writer's process may ask) */

/*
 * -ENOENT while there is no file, -EAGAIN while the desk has not brought it up
 * to date. Each read is a transaction of its own, so no reader pins the WAL.
 */
int store_open_reader(
	struct store **out, const char *path, char *why, size_t why_bytes);

/*
 * Begins a question: it takes at most this long from now; then STORE_TOO_SLOW.
 * A reader also looks here whether another file was renamed to its path (a
 * restore) and opens that one; store_epoch() is the new one's then. If it
 * cannot, the reads of this question give the fault, and the next tries again.
 */
void store_set_deadline(struct store *s, int64_t within_ms);

/*
 * Rows read are valid until the next read or close. Returns 0, STORE_NONE,
 * STORE_TOO_SLOW, or -errno: -EUCLEAN when the row is not what was written; that
 * alone does not break the store for its writer.
 */
int store_read_row(struct store *s, uint64_t seq, struct store_row *row);

/*
 * Of a row that store_read_row() cannot prove: its prev, which may be anything. Who
 * follows it to a row that is proven, and of the same subject, is right. As above.
 */
int store_read_unproven_prev(struct store *s, uint64_t seq, uint64_t *prev);

/* Every later call gives a fault, until it is opened anew. */
bool store_is_broken(const struct store *s);
/* The newest STORE_MOVED_IN row about a report; the newest below a row. */
int store_read_move(struct store *s, uint64_t report, struct store_row *row);
int store_read_move_before(
	struct store *s, uint64_t report, uint64_t before, struct store_row *row);

/*
 * At most so many sequences of STORE_MOVED_IN rows above `after`, the oldest
 * first. Looks at the rows of moves alone. 0, STORE_TOO_SLOW, or -errno.
 */
int store_read_moves(
	struct store *s, uint64_t after, uint64_t *seqs, size_t most, size_t *n);

/* The same of an incident's STORE_DECISION rows. */
int store_read_decisions(struct store *s, uint64_t incident, uint64_t after,
	uint64_t *seqs, size_t most, size_t *n);

/* Of STORE_MESSAGE rows about a report in any incident (0), or about none in one. */
int store_read_messages(struct store *s, uint64_t report, uint64_t incident,
	uint64_t after, uint64_t *seqs, size_t most, size_t *n);

int store_read_incident(struct store *s, uint64_t id, struct store_incident *incident);

/* The end of the log; both 0 in an empty one. 0, STORE_TOO_SLOW or -errno. */
int store_read_last(struct store *s, uint64_t *seq, int64_t *at_ms);

/*
 * Shows rows first to last in order, as far as there are any, each proven. A
 * row is good during the call; the visitor must not call the store. Stops with
 * what it returns. 0, STORE_TOO_SLOW, or -errno.
 */
int store_read_rows(struct store *s, uint64_t first, uint64_t last,
	int (*visit)(void *arg, const struct store_row *row), void *arg);

/* Has the deadline of this question passed? */
bool store_is_late(const struct store *s);

/*
 * Walks the whole chain in slices, and with it whether the incidents, umbrellas and
 * imports that its rows tell of are there; then the checksums of these and SQLite's
 * own trees (in one read transaction). No deadline holds; 3 s for 10^6 rows.
 * Returns 0, STORE_DAMAGED with the first bad row (0: the file itself) and the
 * reason, or -errno. progress may be NULL.
 */
int store_verify(struct store *s, uint64_t *bad_seq, char *why, size_t why_bytes,
	void (*progress)(void *arg, uint64_t seq, uint64_t of), void *arg);

/* An end of the log, as it was noted elsewhere. */
struct store_head_note {
	uint64_t seq;
	uint8_t hash[CHAIN_HASH_BYTES];
};

/*
 * Is that row still in the log, with that hash? With store_verify() this proves all
 * rows up to it: also that no tail was cut and that nobody wrote the log anew. 0,
 * STORE_DAMAGED with the reason, or -errno.
 */
int store_check_head(struct store *s, const struct store_head_note *note,
	uint64_t *bad_seq, char *why, size_t why_bytes);

#endif
