/*
 * searcher - which reports fit, in the index and above it
 *
 * The index holds the log up to some row; what is above is read from the log
 * and judged by the same function (geo/search.h), so an answer does not depend
 * on how far the index is. Without an index the whole log is above.
 *
 * Newest first a page is exact however long that takes: it ends early at the
 * deadline and says where to go on. Nearest first, and counts, need everything
 * above the index: when the deadline comes first they say `partial`.
 */
#ifndef SERVER_SEARCHER_H
#define SERVER_SEARCHER_H

#include "geo/index_ask.h"
#include "geo/store.h"
#include "proto/arena.h"
#include "vedetta/v1/search.pb-c.h"

enum {
	SEARCHER_WITHIN_MS = 500,
	SEARCHER_LONG_MS = 1400, /* counts and outlines: an answer must be in time */
	SEARCHER_FINISH_MS = 100,
};

enum searcher_answer {
	SEARCHER_REFUSED = 21, /* see refusal */
	SEARCHER_LATE = 22,
	SEARCHER_NONE = 23,
};

struct searcher;

struct searcher_hit {
	uint64_t seq;
	uint64_t incident;
	double distance_m; /* < 0: not asked */
	uint8_t class_no;
	bool exercise;
};

struct searcher_page {
	size_t n;
	struct searcher_hit hits[INDEX_NEAR_MOST];
	uint64_t upto;   /* nearest first: the newest row that counts */
	uint64_t before; /* newest first: go on below this row; 0: there is no more */
	bool partial;
	uint64_t lag_rows;
};

struct searcher_refusal {
	const char *parameter;
	const char *reason;
};

/* store is borrowed. NULL when memory is short. */
struct searcher *searcher_new(struct store *store, const char *index_path);
void searcher_free(struct searcher *s);

/* Damage of the index is told to who writes it; before it is opened. */
void searcher_tell_damage(struct searcher *s);

/* The index that stands at the path now is opened. Is it one of this log? */
bool searcher_open_index(struct searcher *s);

/* Another index stands there: whoever may not open files must begin anew. */
bool searcher_is_outdated(const struct searcher *s);

/*
 * Each sets the store's deadline. 0, an answer above, or -errno (the store's
 * fault). Messages are made in the arena.
 */
int searcher_find(struct searcher *s, const Vedetta__V1__SearchQuestion *asked,
	struct arena *arena, struct searcher_page *page,
	struct searcher_refusal *refusal);
/*
 * The report of this number: what is known of it beside its row, which may be
 * one that waits to be interpreted. SEARCHER_NONE: there is no such report.
 */
int searcher_read(struct searcher *s, uint64_t number, struct searcher_hit *hit);
int searcher_count(struct searcher *s, const Vedetta__V1__CountQuestion *asked,
	struct arena *arena, Vedetta__V1__CountList **out,
	struct searcher_refusal *refusal);
/*
 * Where an operator moved the report of this number, which may be above all that
 * a hit knows; left as it is when nobody did. 0, STORE_TOO_SLOW, or -errno.
 */
int searcher_where(struct searcher *s, uint64_t number, uint64_t *incident);
int searcher_outlines(struct searcher *s, const Vedetta__V1__OutlineQuestion *asked,
	struct arena *arena, Vedetta__V1__OutlineList **out,
	struct searcher_refusal *refusal);

#endif
