/*
 * board - the incidents as consoles see them, in memory
 *
 * What the desk told a console front, kept by id and in order of last change.
 * The order is a list of (sequence, incident) that only grows at its end; what
 * an incident leaves behind when it changes is skipped and, now and then,
 * swept out. So "what changed since S" is a binary search and a walk, any
 * number of readers can be anywhere in it, and a place in it is a number that
 * outlives us.
 *
 * Those with a place are counted on the map too (geo/pyramid.h), by class,
 * state and exercise.
 *
 * Holds each state packed; its JSON is made when first asked for and kept until
 * the next change, or until others that were asked for later fill BOARD_JSON_BYTES:
 * it is some ten times as large, and who loads a whole board asks for all of them.
 * Forgets all when the epoch changes, and only then: a restarted desk tells the same
 * states again, which change nothing.
 */
#ifndef SERVER_BOARD_H
#define SERVER_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/pyramid.h"
#include "proto/arena.h"
#include "server/filter.h"
#include "vedetta/v1/incident.pb-c.h"

enum board_answer {
	BOARD_UNCHANGED = 1,    /* this very state, or a newer one, is here */
	BOARD_OUT_OF_ORDER = 2, /* older than the last change told: a bug of the desk */
	BOARD_UNKNOWN_HAZARD = 3,
};

enum {
	BOARD_EPOCH_BYTES = 17, /* 16 hex digits and NUL */
	BOARD_TAGS_MOST = 4,
	/* Of JSON, far more than one answer or event takes. */
	BOARD_JSON_BYTES = 16 << 20,
};

struct board_entry {
	uint64_t id;
	uint64_t sequence;
	int64_t key; /* of the rank: larger first */
	struct filter_facts facts;
	uint64_t umbrella; /* 0: none */
	uint8_t n_tags;    /* of other groups' umbrellas */
	uint64_t tags[BOARD_TAGS_MOST];
	uint32_t slot; /* 0, 1, 2 ...: stays while the epoch does */
	uint32_t packed_bytes;
	uint8_t *packed;
	char *areas; /* what the facts' codes live in; NULL: none */
	char *json;  /* NULL: nobody asked of late */
	size_t json_bytes;
	uint32_t asked_before; /* slot plus one, of those that have JSON; 0: none */
	uint32_t asked_after;
};

struct board;

struct board *board_new(void);
void board_free(struct board *b);

/* The desk starts to tell from the beginning. Another epoch empties the board. */
void board_reset(struct board *b, const char *epoch);

/* One state, in order of sequence. Returns 0, an answer, or -ENOMEM. */
int board_put(struct board *b, const Vedetta__V1__Incident *state);

/* The desk says how far the states it sent go. */
void board_told(struct board *b, uint64_t sequence, bool caught_up);

/* Was everything told once, in this epoch? */
bool board_is_ready(const struct board *b);

/* Rises whenever the board forgot what it had. */
uint32_t board_generation(const struct board *b);

const char *board_epoch(const struct board *b);

/* Complete up to here. */
uint64_t board_sequence(const struct board *b);

size_t board_count(const struct board *b);

/* Pointers to entries are good until the next board_put() or board_reset(). */
const struct board_entry *board_find(const struct board *b, uint64_t id);
const struct board_entry *board_at(const struct board *b, size_t slot);

/* What is on the map; its slots are the entries', its kinds those of board_map.h. */
const struct pyramid *board_pyramid(const struct board *b);

/*
 * The umbrella of an incident (umbrella_board.h), which is no change of it: no
 * sequence, no event. An unknown incident is passed over.
 */
void board_label(struct board *b, uint64_t id, uint64_t umbrella, const uint64_t *tags,
	size_t n_tags);

/* None of them has one. */
void board_unlabel(struct board *b);

/* The state with its umbrella, in the arena. NULL when memory is short. */
Vedetta__V1__Incident *board_state(
	const struct board_entry *entry, struct arena *arena);

/*
 * Makes the JSON if need be. It is good as an entry is, and while no more than
 * BOARD_JSON_BYTES were asked for since. NULL when memory is short.
 */
const char *board_json(
	struct board *b, const struct board_entry *entry, struct arena *arena);

/*
 * Where a walk over what changed after a sequence starts; then the next such
 * incident in order of change, or NULL.
 */
size_t board_walk(const struct board *b, uint64_t after);
const struct board_entry *board_walk_next(const struct board *b, size_t *at);

/* ---- listings, in order of rank: class, then key (larger first), then id */

struct board_mark {
	uint8_t class_no;
	int64_t key;
	uint64_t id;
};

struct board_selection {
	size_t n;          /* entries in out */
	size_t n_matching; /* of the filter, in all */
	bool more;         /* behind the last of out */
};

/*
 * The first `limit` that match behind a mark (NULL: from the top), in one pass
 * over the board with a heap of `limit`.
 */
void board_select(const struct board *b, const struct filter *filter,
	const struct board_mark *behind, size_t limit, const struct board_entry **out,
	struct board_selection *selection);

#endif
