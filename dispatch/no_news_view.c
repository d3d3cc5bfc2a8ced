#include "dispatch/no_news_view.h"

#include <errno.h>
#include <stdlib.h>

struct no_news_view {
	TAILQ_ENTRY(no_news_view) link;
	uint64_t umbrella;
	uint64_t version;
	size_t n_bytes;
	uint8_t bytes[];
};

void
no_news_views_init(struct no_news_views *v)
{
	TAILQ_INIT(&v->views);
	v->n = 0;
	v->version = 0;
}

static void
drop(struct no_news_views *v, struct no_news_view *view)
{
	TAILQ_REMOVE(&v->views, view, link);
	v->n--;
	free(view);
}

void
no_news_views_fini(struct no_news_views *v)
{
	while (!TAILQ_EMPTY(&v->views)) {
		drop(v, TAILQ_FIRST(&v->views));
	}
}

int
no_news_views_put(struct no_news_views *v, const Vedetta__V1__SilenceView *message)
{
	size_t n_bytes = vedetta__v1__silence_view__get_packed_size(message);
	struct no_news_view *view = malloc(sizeof(*view) + n_bytes);
	struct no_news_view *old;

	if (view == NULL) {
		return -ENOMEM;
	}
	TAILQ_FOREACH (old, &v->views, link) {
		if (old->umbrella == message->umbrella_id) {
			drop(v, old);
			break;
		}
	}
	if (v->n == NO_NEWS_VIEWS_MOST) {
		drop(v, TAILQ_FIRST(&v->views));
	}
	view->umbrella = message->umbrella_id;
	view->version = ++v->version;
	view->n_bytes = vedetta__v1__silence_view__pack(message, view->bytes);
	TAILQ_INSERT_TAIL(&v->views, view, link);
	v->n++;
	return 0;
}

bool
no_news_views_tell(const struct no_news_views *v, uint64_t *cursor,
	const uint8_t **bytes, size_t *n_bytes)
{
	const struct no_news_view *view;

	TAILQ_FOREACH (view, &v->views, link) {
		if (view->version > *cursor) {
			*cursor = view->version;
			*bytes = view->bytes;
			*n_bytes = view->n_bytes;
			return true;
		}
	}
	return false;
}

bool
no_news_views_find(const struct no_news_views *v, uint64_t umbrella,
	const uint8_t **bytes, size_t *n_bytes)
{
	const struct no_news_view *view;

	TAILQ_FOREACH (view, &v->views, link) {
		if (view->umbrella == umbrella) {
			*bytes = view->bytes;
			*n_bytes = view->n_bytes;
			return true;
		}
	}
	return false;
}
