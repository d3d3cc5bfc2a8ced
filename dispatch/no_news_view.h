/*
 * no_news_view - what was looked at last, of each umbrella, to tell or to ask
 *
 * One packed SilenceView for an umbrella, in the desk and in console fronts. A
 * cursor is the version told last; who starts at 0 is told all there are. When
 * there are too many the one that was put longest ago goes.
 */
#ifndef DISPATCH_NO_NEWS_VIEW_H
#define DISPATCH_NO_NEWS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "vedetta/v1/silence.pb-c.h"

enum {
	NO_NEWS_VIEWS_MOST = 64,
};

struct no_news_views {
	TAILQ_HEAD(, no_news_view) views; /* in order of version */
	size_t n;
	uint64_t version;
};

void no_news_views_init(struct no_news_views *v);
void no_news_views_fini(struct no_news_views *v);

/* In place of the one its umbrella had. 0 or -ENOMEM. */
int no_news_views_put(struct no_news_views *v, const Vedetta__V1__SilenceView *message);

/* The next behind the cursor, packed, until another is put. False at the end. */
bool no_news_views_tell(const struct no_news_views *v, uint64_t *cursor,
	const uint8_t **bytes, size_t *n_bytes);

/* That of an umbrella, in the same way; false when there is none. */
bool no_news_views_find(const struct no_news_views *v, uint64_t umbrella,
	const uint8_t **bytes, size_t *n_bytes);

#endif
