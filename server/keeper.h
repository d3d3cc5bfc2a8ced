/*
 * keeper - the desk and its file, kept in step
 *
 * Runs batches: everything that can refuse is settled first, then each input is
 * stepped and its rows appended, then all of it is committed, and only then are
 * there answers. After a fault of any kind memory is thrown away and loaded
 * from the file again, and the batch is run once more; a second fault answers
 * each input with NO_ROOM or STORE_FAULT, and nothing of it is stored. Then a
 * second passes, or longer when loading takes long, in which inputs are answered
 * so at once: a disk that fails each commit would be read over and over. After it
 * one try is made, with the next batch or, when none comes, with a commit of
 * nothing.
 *
 * While an input is looked at its key stands in the crash page. An input that
 * is in quarantine, or that a front should not have let through, is stored as
 * raw bytes in an incident of its own. In raw mode all are stored raw, and
 * interpreted later, a few at a time. Other inputs (office, duty) are looked at by
 * who takes them, between keeper_enter() and keeper_leave(): the same page, the same
 * quarantine.
 */
#ifndef SERVER_KEEPER_H
#define SERVER_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/desk.h"
#include "server/batch.h"
#include "server/desk_file.h"

struct keeper;

struct keeper_options {
	struct desk_file_options file;
	const uint8_t (*quarantine)[STORE_KEY_BYTES]; /* borrowed */
	size_t n_quarantine;
	bool raw_mode;
	uint8_t *crash_key; /* STORE_KEY_BYTES; NULL: nobody watches */
};

enum {
	KEEPER_NAME_BYTES = 256, /* of who decided; longer ones are cut */
};

/* What is said after the commit. */
struct keeper_answer {
	enum desk_input_kind kind; /* how it was stepped */
	Vedetta__V1__InputOutcome outcome;
	uint64_t report_id;
	char code[RECEIPT_CODE_BYTES];
	char token[RECEIPT_TOKEN_BYTES];
	int64_t received_ms;
	uint32_t copies;
	Vedetta__V1__ReportState state;
	uint32_t class_no;
	bool staffed; /* of a report: for its place */
	bool unserved;
	/* of an action */
	Vedetta__V1__ActionOutcome action;
	uint64_t incident;
	Vedetta__V1__ActionRefusal refusal;
	uint64_t decision;
	uint64_t sequence;
	const char *what; /* static, as the next; NULL: not told */
	const char *decided_what;
	char decided_by[KEEPER_NAME_BYTES];
	int64_t decided_ms;
};

/*
 * Opens and loads. *out is set only on 0; else a store answer or -errno with
 * a sentence in why.
 */
int keeper_open(struct keeper **out, const struct keeper_options *options,
	int64_t now_ms, char *why, size_t why_bytes);

/* Accepts NULL. on_forget is not called. */
void keeper_close(struct keeper *k);

/*
 * Runs one batch; answers holds one for each input, in order. now_ms is the
 * wall clock; small steps back are held at the last row's time.
 */
void keeper_run(struct keeper *k, const struct batch *batch, int64_t now_ms,
	struct keeper_answer *answers);

enum {
	KEEPER_QUARANTINED = 1,
};

/*
 * An input of this key is looked at from here on. KEEPER_QUARANTINED: it crashed
 * the desk twice, leave it alone. keeper_do() takes the key off before it commits,
 * as keeper_run() does: a slow disk is nobody's fault.
 */
int keeper_enter(struct keeper *k, const uint8_t key[STORE_KEY_BYTES]);
void keeper_leave(struct keeper *k);

/* Interprets a few raw rows. Returns whether there are more. */
bool keeper_interpret_some(struct keeper *k, int64_t now_ms);

/*
 * Umbrellas: reads on in the log while they are behind it, then lets time pass.
 * Call it when idle until it says false, and once a second.
 */
bool keeper_follow_some(struct keeper *k, int64_t now_ms);

void keeper_set_raw_mode(struct keeper *k, bool on);
bool keeper_raw_mode(const struct keeper *k);

/* Was the last batch refused, for want of room or by a fault? */
bool keeper_is_refusing(const struct keeper *k);

/* Looks whether a batch could begin now; call it once a second. */
void keeper_probe(struct keeper *k, int64_t now_ms);

/* What the desk does on its own account, in a batch of its own. */
struct keeper_own {
	struct keeper *keeper; /* borrowed, as all of these */
	struct store *store;
	struct desk *desk;
	struct arena *arena; /* empty */
	int64_t now_ms;
};

enum keeper_answer_code {
	KEEPER_NOTHING = 100, /* there is nothing to commit */
	KEEPER_LATER = 101,   /* no file now, or the disk fails */
};

/*
 * Runs work in a batch. It returns 0 (commit), KEEPER_NOTHING or -errno: then,
 * and when the commit fails, memory is loaded anew. Returns what work did,
 * STORE_NO_ROOM, KEEPER_LATER, or -errno.
 */
int keeper_do(struct keeper *k, int64_t now_ms,
	int (*work)(void *arg, const struct keeper_own *own), void *arg);

/* In work: writes what a step returned. 0 or -errno. */
int keeper_write(const struct keeper_own *own, const struct desk_out *out);

/* In work: writes what the outbox (dispatch/outbox.h) returned. 0 or -errno. */
int keeper_write_delivery(
	const struct keeper_own *own, const struct outbox_row *delivery);

/* NULL while the file cannot be opened. */
struct store *keeper_store(const struct keeper *k);

/* Between batches. */
void keeper_checkpoint_some(struct keeper *k);

/* The desk as committed, or NULL while the file cannot be opened. */
struct desk *keeper_desk(const struct keeper *k);
const char *keeper_epoch(const struct keeper *k);

/* Sets the gauges of desk and store. */
void keeper_measure(const struct keeper *k);

#endif
