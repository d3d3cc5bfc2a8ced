/*
 * looking_view - who looks at which incident, as a console front knows it
 *
 * Told by the desk as one list; what is other than in the list before is kept
 * until it was told to the streams. Names are those the accounts have then; one
 * that is not known any more is left out. Counts, too, what each account says
 * within a second: a page that runs wild costs nobody else.
 */
#ifndef SERVER_LOOKING_VIEW_H
#define SERVER_LOOKING_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "server/office_view.h"
#include "vedetta/v1/looking.pb-c.h"

struct looking_view;

enum {
	LOOKING_SAID_MOST = 20, /* of one account in a second */
};

/* NULL when memory is short. */
struct looking_view *looking_view_new(void);
void looking_view_free(struct looking_view *v);

/* All there are; NULL: the desk is gone, nobody is known. 0 or -ENOMEM. */
int looking_view_take(struct looking_view *v, const Vedetta__V1__LookingList *list);

bool looking_view_is_empty(const struct looking_view *v);

/* Is there anything that looking_view_settled() was not called for? */
bool looking_view_has_news(const struct looking_view *v);

/* Those of one incident, into the arena. 0 or -ENOMEM. */
int looking_view_of(const struct looking_view *v, uint64_t incident,
	const struct office_view *office, struct arena *arena,
	Vedetta__V1__IncidentLookers *out);

/*
 * What is new, or (full) all there is, of the incidents that `sees` is true for.
 * 0 or -ENOMEM.
 */
int looking_view_tell(const struct looking_view *v, bool full,
	bool (*sees)(const void *arg, uint64_t incident), const void *arg,
	const struct office_view *office, struct arena *arena,
	Vedetta__V1__LookingStates *out);

void looking_view_settled(struct looking_view *v);

/* May the account say one more at this time? */
bool looking_view_may_say(struct looking_view *v, uint64_t account, int64_t now_ms);

#endif
