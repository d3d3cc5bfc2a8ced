/*
 * no_news - a municipality that is silent in a large event becomes an incident
 *
 * Each maxi umbrella of a group that is judged (silence.h) is looked at in turn,
 * NO_NEWS_EVERY_MS after the last time at the earliest, one in a call. From
 * `wait_ms` after it became an umbrella on, a municipality that is silent
 * opens an incident: class 2, the event's usual hazard, at the municipality,
 * seen by whoever sees that, with no report and joined by none. At most
 * NO_NEWS_OPEN_MOST of one umbrella are open, those with the least chance; the
 * rest are in the view.
 *
 * It closes when news came (silence_has_news()), when the umbrella is over, and when
 * after a merger another says the same. It opens once for a municipality in an
 * umbrella, whatever merged into that: not again within NO_NEWS_AGAIN_MS, after a
 * restart neither. Each step is a row of its own (STORE_SILENCE) whose body says all
 * that was known, so what is open does not depend on when the desk was restarted; the
 * counts are made again from the reports of the window.
 *
 * The view of an umbrella is all that was looked at, silent or not, as it was
 * last time; views are told with a cursor and not kept.
 */
#ifndef DISPATCH_NO_NEWS_H
#define DISPATCH_NO_NEWS_H

#include "dispatch/desk.h"
#include "dispatch/memory.h"
#include "dispatch/silence.h"
#include "dispatch/umbrella.h"

struct no_news;

enum {
	NO_NEWS_EVERY_MS = 10 * 1000,
	NO_NEWS_AGAIN_MS = 7 * 86400 * 1000,
	NO_NEWS_OPEN_MOST = 24,
};

/* NULL when memory is short. */
struct no_news *no_news_new(void);
/* Accepts NULL. */
void no_news_free(struct no_news *n);

/*
 * A row of the log, and the report it is for the umbrellas; left: where it stood
 * before it was moved (umbrellas_find_moved), or NULL. 0 or -ENOMEM.
 */
int no_news_take(struct no_news *n, const struct memory *m, const struct store_row *row,
	const struct umbrella_report *report, const struct umbrella_spot *left);

/*
 * Looks at the next umbrella that is due. Returns 1 when it did, 0 when there is
 * nothing to do now, -ENOMEM. Then no_news_next() until it says 0.
 */
int no_news_look(struct no_news *n, struct memory *m, const struct umbrellas *u,
	int64_t now_ms, int64_t wait_ms);

/*
 * The next incident to open or to close: made, with its row and record in *out,
 * in the arena. Returns 1, 0 at the end (then the view is there), or -ENOMEM.
 */
int no_news_next(struct no_news *n, struct memory *m, const struct umbrellas *u,
	int64_t now_ms, struct arena *arena, struct desk_out *out);

/*
 * The next view behind the cursor (0: from the first), a packed SilenceView.
 * False at the end.
 */
bool no_news_tell(
	const struct no_news *n, uint64_t *cursor, const uint8_t **view, size_t *bytes);

void no_news_figures(const struct no_news *n, struct silence_figures *out);

#endif
