#include "dispatch/roster.h"

#include <assert.h>

void
roster_init(struct roster *r)
{
	*r = (struct roster){.by_id = {.n = 0}};
	TAILQ_INIT(&r->incidents);
	TAILQ_INIT(&r->cursors);
}

void
roster_fini(struct roster *r)
{
	struct incident *i;

	assert(TAILQ_EMPTY(&r->cursors));
	while ((i = TAILQ_FIRST(&r->incidents)) != NULL) {
		TAILQ_REMOVE(&r->incidents, i, link);
		incident_free(i);
	}
	table_fini(&r->by_id);
}

/* The incident is now the last: who had told all has it to tell. */
static void
show_last(struct roster *r, struct incident *i)
{
	struct roster_cursor *c;

	TAILQ_FOREACH (c, &r->cursors, link) {
		if (c->next == NULL) {
			c->next = i;
		}
	}
}

int
roster_take(struct roster *r, struct incident *i)
{
	int result = table_put(&r->by_id, i->id, i);

	if (result < 0) {
		return result;
	}
	TAILQ_INSERT_TAIL(&r->incidents, i, link);
	show_last(r, i);
	return 0;
}

struct incident *
roster_find(const struct roster *r, uint64_t id)
{
	return id == 0 ? NULL : table_find(&r->by_id, id);
}

void
roster_touch(struct roster *r, struct incident *i)
{
	struct roster_cursor *c;

	TAILQ_FOREACH (c, &r->cursors, link) {
		if (c->next == i) {
			c->next = TAILQ_NEXT(i, link);
		}
	}
	TAILQ_REMOVE(&r->incidents, i, link);
	TAILQ_INSERT_TAIL(&r->incidents, i, link);
	show_last(r, i);
}

void
roster_attach(struct roster *r, struct roster_cursor *c)
{
	c->next = TAILQ_FIRST(&r->incidents);
	TAILQ_INSERT_TAIL(&r->cursors, c, link);
}

void
roster_detach(struct roster *r, struct roster_cursor *c)
{
	TAILQ_REMOVE(&r->cursors, c, link);
}

void
roster_advance(struct roster_cursor *c)
{
	assert(c->next != NULL);
	c->next = TAILQ_NEXT(c->next, link);
}
