/* searcher_internal - what the files of the searcher share; nobody else includes it */
#ifndef SERVER_SEARCHER_INTERNAL_H
#define SERVER_SEARCHER_INTERNAL_H

#include "server/area_view.h"
#include "server/move_view.h"
#include "server/searcher.h"

enum {
	CHUNK_ROWS = 256, /* of the log, read at once */
};

struct searcher {
	struct store *store;
	struct index_asker *index;
	struct needle_reader *needles;
	struct area_view areas;
	struct move_view moves;
	struct arena *rows; /* what one chunk of the log needs */
};

/* One question: what is asked, and how far the index goes. */
struct asking {
	struct search search;
	struct search below; /* what the index is asked: without `moved` */
	uint64_t upto;       /* moves up to this row hold */
	uint64_t *moved;     /* rows of the index that were moved above it, in order */
	size_t n_moved;
	struct polygon *polygon;
	bool by_area;     /* areas of a report matter */
	uint64_t indexed; /* 0: there is no index to ask */
	uint64_t last;    /* of the log */
};

/* It was found damaged: says so. The log answers instead. */
void searcher_index_is_bad(struct searcher *s);

/* Begins: reads what is asked, looks how far everything is. 0 or an answer. */
int searcher_begin(struct searcher *s, const Vedetta__V1__SearchQuestion *asked,
	bool by_area, int64_t within_ms, struct asking *a,
	struct searcher_refusal *refusal);
void searcher_end(struct searcher *s, struct asking *a);

/*
 * Those of rows first to last of the log that fit, in order, each shown once,
 * where an operator put it by the rows up to `upto`. A row that is not what was
 * written is left out, as the index leaves it out.
 * 0, SEARCHER_LATE, or -errno.
 */
typedef int (*searcher_shown)(void *arg, const struct index_entry *e);
int searcher_scan(struct searcher *s, const struct asking *a, uint64_t first,
	uint64_t last, searcher_shown shown, void *arg);

#endif
