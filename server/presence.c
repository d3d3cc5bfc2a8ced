#include "server/presence.h"

#include "dispatch/duty.h"
#include "server/clock.h"
#include "server/front.h"
#include "server/office_view.h"
#include "server/who.h"

enum {
	ACCOUNTS_MOST = 512,
	EVERY_MS = 1000,
};

struct gathering {
	struct front *f;
	size_t n;
	uint64_t ids[ACCOUNTS_MOST];
	Vedetta__V1__PresenceOf who[ACCOUNTS_MOST];
	Vedetta__V1__PresenceOf *list[ACCOUNTS_MOST];
};

/* Short of memory it is there for none. */
static void
add_areas(const struct gathering *g, Vedetta__V1__PresenceOf *to,
	const Vedetta__V1__Account *a)
{
	const char *area;

	to->areas = arena_alloc(g->f->work, (a->n_areas + 2) * sizeof(to->areas[0]));
	while (to->areas != NULL && (area = duty_area_of(a, to->n_areas)) != NULL) {
		to->areas[to->n_areas++] = (char *)(uintptr_t)area;
	}
}

static void
add(struct gathering *g, const struct who *who)
{
	const Vedetta__V1__OfficeAccount *a =
		office_view_account(g->f->office, who->account);
	size_t i = 0;

	while (i < g->n && g->ids[i] != who->account) {
		i++;
	}
	if (i == ACCOUNTS_MOST || a == NULL || a->account == NULL) {
		return;
	}
	if (i == g->n) {
		g->ids[i] = who->account;
		g->list[i] = &g->who[i];
		vedetta__v1__presence_of__init(&g->who[i]);
		g->who[i].account = a->account->name;
		add_areas(g, &g->who[i], a->account);
		g->who[i].leads =
			rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_LEAD);
		g->n++;
	}
	g->who[i].streams++;
}

static void
on_session(void *arg, uint64_t session)
{
	struct gathering *g = arg;
	struct who who;

	if (office_view_session(g->f->office, session, clock_wall_ms(), &who) &&
		rights_have(who.rights, VEDETTA__V1__RIGHT__RIGHT_ACT)) {
		add(g, &who);
	}
}

void
presence_tell(struct front *f, int64_t now_ms)
{
	Vedetta__V1__Presence presence = VEDETTA__V1__PRESENCE__INIT;
	struct frame_head head = {.kind = FRAME_PRESENCE};
	struct gathering *g;
	uint32_t streams;
	uint8_t *body;

	if (f->hub == NULL || f->desk == NULL) {
		return;
	}
	streams = (uint32_t)hub_count(f->hub);
	if (streams == f->told_streams &&
		(streams == 0 || now_ms - f->told_presence_ms < EVERY_MS)) {
		return;
	}
	arena_reset(f->work); /* between requests nothing is in it */
	g = arena_alloc(f->work, sizeof(*g));
	if (g == NULL) {
		return;
	}
	g->f = f;
	g->n = 0;
	hub_each_session(f->hub, on_session, g);
	presence.who = g->list;
	presence.n_who = g->n;
	for (size_t i = 0; i < g->n; i++) {
		presence.streams += g->who[i].streams;
	}
	head.body_bytes = (uint32_t)vedetta__v1__presence__get_packed_size(&presence);
	body = arena_alloc(f->work, head.body_bytes + 1);
	if (body == NULL || head.body_bytes > FRAME_BODY_MAX) {
		return;
	}
	(void)vedetta__v1__presence__pack(&presence, body);
	if (line_send(f->desk, &head, body) == 0) {
		f->told_streams = streams;
		f->told_presence_ms = now_ms;
	}
}
