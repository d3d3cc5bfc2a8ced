#include "server/desk_provider.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <sodium.h>

struct waiting {
	TAILQ_ENTRY(waiting) link;
	uint64_t number; /* what the courier knows it by */
	int64_t until_ms;
	struct desk_provider_login login;
	uint8_t body[];
};

TAILQ_HEAD(waiting_list, waiting);

struct desk_provider {
	struct desk_provider_events events;
	void *arg;
	struct waiting_list list; /* in order of arrival */
	size_t n;
	uint64_t last_number;
};

struct desk_provider *
desk_provider_new(const struct desk_provider_events *events, void *arg)
{
	struct desk_provider *p = calloc(1, sizeof(*p));

	if (p != NULL) {
		p->events = *events;
		p->arg = arg;
		TAILQ_INIT(&p->list);
	}
	return p;
}

static void
drop(struct desk_provider *p, struct waiting *w)
{
	TAILQ_REMOVE(&p->list, w, link);
	p->n--;
	sodium_memzero(w->body, w->login.body_bytes);
	free(w);
}

void
desk_provider_free(struct desk_provider *p)
{
	if (p == NULL) {
		return;
	}
	while (!TAILQ_EMPTY(&p->list)) {
		drop(p, TAILQ_FIRST(&p->list));
	}
	free(p);
}

static void
end(struct desk_provider *p, struct waiting *w, const Vedetta__V1__LoginResult *said)
{
	p->events.on_done(p->arg, &w->login, said);
	drop(p, w);
}

int
desk_provider_ask(struct desk_provider *p, const struct desk_provider_login *login,
	const Vedetta__V1__LoginOrder *order, int64_t mono_ms)
{
	struct waiting *w = p->n < DESK_PROVIDER_LOGINS
				    ? calloc(1, sizeof(*w) + login->body_bytes)
				    : NULL;

	if (w == NULL) {
		return DESK_PROVIDER_FULL;
	}
	w->number = ++p->last_number;
	w->until_ms = mono_ms + DESK_PROVIDER_WITHIN_MS;
	w->login = *login;
	memcpy(w->body, login->body, login->body_bytes);
	w->login.body = w->body;
	TAILQ_INSERT_TAIL(&p->list, w, link);
	p->n++;
	if (p->events.on_order(p->arg, order, w->number) != 0) {
		end(p, w, NULL);
	}
	return 0;
}

void
desk_provider_take(
	struct desk_provider *p, uint64_t ref, const Vedetta__V1__LoginResult *said)
{
	struct waiting *w;

	TAILQ_FOREACH (w, &p->list, link) {
		if (w->number == ref) {
			end(p, w, said);
			return;
		}
	}
}

void
desk_provider_lose(struct desk_provider *p)
{
	while (!TAILQ_EMPTY(&p->list)) {
		end(p, TAILQ_FIRST(&p->list), NULL);
	}
}

void
desk_provider_tick(struct desk_provider *p, int64_t mono_ms)
{
	while (!TAILQ_EMPTY(&p->list) && mono_ms >= TAILQ_FIRST(&p->list)->until_ms) {
		end(p, TAILQ_FIRST(&p->list), NULL);
	}
}
