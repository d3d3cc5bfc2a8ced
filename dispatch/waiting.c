#include "dispatch/waiting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
waiting_init(struct waiting *w)
{
	TAILQ_INIT(&w->rows);
	w->n = 0;
}

void
waiting_fini(struct waiting *w)
{
	while (w->n > 0) {
		waiting_remove(w, waiting_first(w)->seq);
	}
}

int
waiting_add(struct waiting *w, const struct store_row *row)
{
	struct waiting_row *one = calloc(1, sizeof(*one));

	if (one == NULL) {
		return -ENOMEM;
	}
	one->seq = row->seq;
	one->at_ms = row->at_ms;
	one->has_key = row->has_key;
	memcpy(one->key, row->key, STORE_KEY_BYTES);
	TAILQ_INSERT_TAIL(&w->rows, one, link);
	w->n++;
	return 0;
}

const struct waiting_row *
waiting_first(const struct waiting *w)
{
	return TAILQ_FIRST(&w->rows);
}

static struct waiting_row *
find(const struct waiting *w, uint64_t seq)
{
	struct waiting_row *row;

	TAILQ_FOREACH (row, &w->rows, link) {
		if (row->seq == seq) {
			return row;
		}
	}
	return NULL;
}

const struct waiting_row *
waiting_find(const struct waiting *w, uint64_t seq)
{
	return find(w, seq);
}

void
waiting_remove(struct waiting *w, uint64_t seq)
{
	struct waiting_row *row = find(w, seq);

	if (row != NULL) {
		TAILQ_REMOVE(&w->rows, row, link);
		free(row);
		w->n--;
	}
}
