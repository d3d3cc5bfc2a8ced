/* Longer than 500 lines: what each front is told and says is one life cycle. */
#include "server/desk_fronts.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "dispatch/duty_now.h"
#include "proto/pack.h"
#include "server/area_feed.h"
#include "server/clock.h"
#include "server/feed.h"
#include "server/limits.h"
#include "server/line.h"
#include "server/log.h"
#include "server/looking_feed.h"
#include "server/metrics.h"

enum {
	ARENA_BYTES = 4 * 1024 * 1024,
	WORDS_BYTES = 256 * 1024,
	PRESENT_MOST = 4096,
	GLANCE_MS = 150,
};

struct entry {
	TAILQ_ENTRY(entry) link;
	struct desk_fronts *fronts; /* borrowed: owns us */
	uint64_t number;            /* of the line, never used again */
	uint32_t index;
	struct line *line;
	struct feed *feed; /* of a console front, else NULL */
	struct area_feed area_feed;
	struct duty_feed duty_feed;
	struct looking_feed looking_feed;
	Vedetta__V1__Presence *presence; /* owned; NULL: nothing was said */
	int64_t stuck_since_ms;          /* as seen at the last look */
	bool doomed;                     /* freed at the next sweep */
};

TAILQ_HEAD(entries, entry);

struct desk_fronts {
	struct role *role;       /* borrowed */
	struct event_base *base; /* borrowed */
	struct keeper *keeper;   /* borrowed */
	struct desk_fronts_events events;
	void *arg;
	struct event *sweep;
	struct event *glance;         /* somebody looks elsewhere: told in a moment */
	struct looking *looking;      /* goes with this process */
	struct arena *arena;          /* of one frame */
	struct arena *words;          /* of what a frame tells */
	struct duty_view duty_view;   /* borrowed */
	const struct area_map *areas; /* borrowed */
	uint64_t areas_version;
	uint8_t *provider; /* packed ProviderState; NULL: nobody has said anything */
	size_t provider_bytes;
	struct entries entries;
	uint64_t last_number;
	bool staffed;
};

/* ---- coming and going */

static void
free_entry(struct entry *e)
{
	TAILQ_REMOVE(&e->fronts->entries, e, link);
	feed_free(e->feed);
	line_free(e->line);
	vedetta__v1__presence__free_unpacked(e->presence, NULL);
	free(e);
}

static void count_presence(struct desk_fronts *f);
static void on_glance(evutil_socket_t fd, short what, void *arg);

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct desk_fronts *f = arg;
	struct entry *e = TAILQ_FIRST(&f->entries);
	struct entry *next;

	(void)fd;
	(void)what;
	for (; e != NULL; e = next) {
		next = TAILQ_NEXT(e, link);
		if (e->doomed) {
			free_entry(e);
		}
	}
	count_presence(f);
	desk_fronts_tell_duty(f);
}

struct desk_fronts *
desk_fronts_new(struct role *role, struct event_base *base,
	const struct desk_fronts_events *events, void *arg)
{
	struct desk_fronts *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		return NULL;
	}
	TAILQ_INIT(&f->entries);
	f->role = role;
	f->base = base;
	f->events = *events;
	f->arg = arg;
	f->sweep = evtimer_new(base, on_sweep, f);
	f->glance = evtimer_new(base, on_glance, f);
	f->looking = looking_new();
	f->arena = arena_new(ARENA_BYTES);
	f->words = arena_new(WORDS_BYTES);
	if (f->sweep == NULL || f->glance == NULL || f->looking == NULL ||
		f->arena == NULL || f->words == NULL) {
		desk_fronts_free(f);
		return NULL;
	}
	return f;
}

void
desk_fronts_free(struct desk_fronts *f)
{
	if (f == NULL) {
		return;
	}
	while (!TAILQ_EMPTY(&f->entries)) {
		free_entry(TAILQ_FIRST(&f->entries));
	}
	if (f->sweep != NULL) {
		event_free(f->sweep);
	}
	if (f->glance != NULL) {
		event_free(f->glance);
	}
	looking_free(f->looking);
	arena_free(f->arena);
	arena_free(f->words);
	free(f->provider);
	free(f);
}

void
desk_fronts_use(struct desk_fronts *f, struct keeper *keeper)
{
	f->keeper = keeper;
}

/*
 * Freed from the loop, since we may be inside a callback of its line. One that is
 * dead already blames nobody: its successor may have its index by now.
 */
static void
cut_off(struct entry *e)
{
	if (e->doomed || line_is_gone(e->line)) {
		return;
	}
	e->doomed = true;
	metrics_add(METRIC_LINES_CUT_STUCK, 1);
	log_event(LOG_WARN, "desk.front_stuck", "front=%u queued=%zu", e->index,
		line_queued_bytes(e->line));
	role_say_stuck_front(e->fronts->role, e->index);
	event_active(e->fronts->sweep, EV_TIMEOUT, 0);
}

void
desk_fronts_cut_stuck(struct desk_fronts *f, int64_t now_ms)
{
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		int64_t since_ms = line_stuck_since_ms(e->line);

		/* The first look may follow a slow commit: then we were stuck. */
		if (since_ms != 0 && since_ms == e->stuck_since_ms &&
			now_ms - since_ms > LIMIT_LINE_STUCK_MS) {
			cut_off(e);
		}
		e->stuck_since_ms = since_ms;
	}
}

/* ---- saying */

static void
send_to(struct entry *e, enum frame_kind kind, uint64_t ref,
	const ProtobufCMessage *message)
{
	struct arena *arena = e->fronts->arena;
	struct frame_head head = {.kind = (uint16_t)kind, .ref = ref};
	uint8_t *body;
	size_t bytes;

	arena_reset(arena);
	body = pack_message(message, arena, &bytes);
	if (body == NULL) {
		cut_off(e);
		return;
	}
	head.body_bytes = (uint32_t)bytes;
	if (line_send(e->line, &head, body) != 0) {
		cut_off(e);
	}
}

void
desk_fronts_answer(struct desk_fronts *f, uint64_t line, uint64_t ref,
	const Vedetta__V1__InputAnswer *answer)
{
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		if (e->number == line && !e->doomed) {
			send_to(e, FRAME_INPUT_ANSWER, ref, &answer->base);
			return;
		}
	}
}

void
desk_fronts_answer_behind(struct desk_fronts *f, uint64_t line, uint64_t ref,
	const Vedetta__V1__InputAnswer *answer)
{
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		if (e->number != line && !e->doomed) {
			line_flush(e->line);
		}
	}
	desk_fronts_answer(f, line, ref, answer);
}

static void
tell_duty(struct entry *e)
{
	Vedetta__V1__Duty duty = VEDETTA__V1__DUTY__INIT;
	struct desk *desk = keeper_desk(e->fronts->keeper);

	arena_reset(e->fronts->words);
	/* Nobody is said to be there when it cannot be said where. */
	if (desk == NULL || duty_tell(desk_duty(desk), e->fronts->areas,
				    clock_wall_ms(), e->fronts->words, &duty) < 0) {
		duty = (Vedetta__V1__Duty)VEDETTA__V1__DUTY__INIT;
	}
	duty.raw_mode = keeper_raw_mode(e->fronts->keeper);
	duty.refusing = keeper_is_refusing(e->fronts->keeper);
	send_to(e, FRAME_DUTY, 0, &duty.base);
}

void
desk_fronts_tell_duty(struct desk_fronts *f)
{
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		if (!e->doomed) {
			tell_duty(e);
		}
	}
}

static void
tell_provider(struct entry *e)
{
	const struct desk_fronts *f = e->fronts;
	const struct frame_head head = {
		.kind = FRAME_PROVIDER, .body_bytes = (uint32_t)f->provider_bytes};

	if (e->feed != NULL && !e->doomed && f->provider != NULL &&
		line_send(e->line, &head, f->provider) != 0) {
		cut_off(e);
	}
}

void
desk_fronts_tell_provider(
	struct desk_fronts *f, const Vedetta__V1__ProviderState *state)
{
	static const Vedetta__V1__ProviderState nobody =
		VEDETTA__V1__PROVIDER_STATE__INIT;
	const Vedetta__V1__ProviderState *said = state != NULL ? state : &nobody;
	size_t bytes = vedetta__v1__provider_state__get_packed_size(said);
	uint8_t *packed = malloc(bytes + 1);
	struct entry *e;

	if (packed == NULL) {
		return; /* the courier tells it again when it changes */
	}
	(void)vedetta__v1__provider_state__pack(said, packed);
	free(f->provider);
	f->provider = packed;
	f->provider_bytes = bytes;
	TAILQ_FOREACH (e, &f->entries, link) {
		tell_provider(e);
	}
}

/* Streams of one front that belong to nobody in particular: they see everything. */
static Vedetta__V1__PresenceOf *
anybody(struct entry *e, struct arena *arena)
{
	static char everywhere[] = "*";
	static char *areas[] = {everywhere};
	Vedetta__V1__PresenceOf *who = arena_alloc(arena, sizeof(*who));

	if (who != NULL) {
		vedetta__v1__presence_of__init(who);
		who->areas = areas;
		who->n_areas = 1;
		who->streams = e->presence->streams;
	}
	return who;
}

/* Whose consoles are open, of all fronts. Returns how many. */
static size_t
gather_presence(struct desk_fronts *f, Vedetta__V1__PresenceOf **all)
{
	size_t n = 0;
	struct entry *e;

	arena_reset(f->words);
	TAILQ_FOREACH (e, &f->entries, link) {
		if (e->doomed || e->presence == NULL) {
			continue;
		}
		for (size_t i = 0; i < e->presence->n_who && n < PRESENT_MOST; i++) {
			all[n++] = e->presence->who[i];
		}
		if (e->presence->n_who == 0 && e->presence->streams > 0 &&
			n < PRESENT_MOST) {
			all[n] = anybody(e, f->words);
			n += all[n] != NULL;
		}
	}
	return n;
}

/* Somebody looks at a board now, or nobody does any more. */
static void
count_presence(struct desk_fronts *f)
{
	Vedetta__V1__PresenceOf *all[PRESENT_MOST];
	struct desk *desk = keeper_desk(f->keeper);
	size_t n = gather_presence(f, all);
	bool staffed;

	if (desk == NULL || duty_be_present(desk_duty(desk), all, n) < 0) {
		return;
	}
	staffed = duty_is_anybody_there(desk_duty(desk), clock_wall_ms());
	if (staffed != f->staffed) {
		f->staffed = staffed;
		log_event(LOG_INFO, "desk.duty", "staffed=%d", staffed);
	}
}

void
desk_fronts_tell_presence(struct desk_fronts *f)
{
	count_presence(f);
	looking_expire(f->looking, clock_mono_ms());
	on_glance(-1, EV_TIMEOUT, f);
}

void
desk_fronts_show_duty(struct desk_fronts *f, const struct duty_view *view)
{
	f->duty_view = *view;
}

static void
feed_entry(struct entry *e)
{
	struct keeper *keeper = e->fronts->keeper;
	struct desk *desk = keeper_desk(keeper);

	if (e->feed != NULL && !e->doomed &&
		area_feed_go_on(&e->area_feed, e->line, e->fronts->areas,
			e->fronts->areas_version, e->fronts->arena) != 0) {
		cut_off(e);
	}
	if (e->feed != NULL && desk != NULL && !e->doomed &&
		duty_feed_go_on(&e->duty_feed, e->line, desk_duty(desk),
			&e->fronts->duty_view, e->fronts->arena) != 0) {
		cut_off(e);
	}
	/* States name their areas: so boards begin when these are known. */
	if (e->feed != NULL && desk != NULL && !e->doomed && e->area_feed.is_told &&
		feed_go_on(e->feed, desk, keeper_epoch(keeper), e->fronts->arena) !=
			0) {
		cut_off(e);
	}
}

void
desk_fronts_use_areas(
	struct desk_fronts *f, const struct area_map *map, uint64_t version)
{
	f->areas = map;
	f->areas_version = version;
}

void
desk_fronts_feed(struct desk_fronts *f)
{
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		feed_entry(e);
	}
}

void
desk_fronts_forget(struct desk_fronts *f)
{
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		if (e->feed != NULL) {
			feed_forget(e->feed);
			e->duty_feed = (struct duty_feed){.has_begun = false};
		}
	}
}

/* ---- who looks at what */

static void
on_glance(evutil_socket_t fd, short what, void *arg)
{
	struct desk_fronts *f = arg;
	struct entry *e;

	(void)fd;
	(void)what;
	TAILQ_FOREACH (e, &f->entries, link) {
		if (e->feed != NULL && !e->doomed &&
			looking_feed_go_on(
				&e->looking_feed, e->line, f->looking, f->arena) != 0) {
			cut_off(e);
		}
	}
}

/* Changes of one moment are told together. */
static void
want_glance(struct desk_fronts *f)
{
	const struct timeval wait = {0, GLANCE_MS * 1000};

	if (!event_pending(f->glance, EV_TIMEOUT, NULL)) {
		(void)event_add(f->glance, &wait);
	}
}

static void
take_look(struct desk_fronts *f, const struct frame_head *head, const uint8_t *body)
{
	const Vedetta__V1__LookInput *said;

	arena_reset(f->words);
	said = vedetta__v1__look_input__unpack(
		arena_allocator(f->words), head->body_bytes, body);
	if (said != NULL) {
		looking_take(f->looking, said, clock_mono_ms());
		want_glance(f);
	}
}

/* ---- hearing */

static void
take_presence(struct entry *e, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__Presence *presence =
		vedetta__v1__presence__unpack(NULL, head->body_bytes, body);

	if (presence == NULL || e->feed == NULL) {
		vedetta__v1__presence__free_unpacked(presence, NULL);
		return;
	}
	vedetta__v1__presence__free_unpacked(e->presence, NULL);
	e->presence = presence;
	count_presence(e->fronts);
	desk_fronts_tell_duty(e->fronts);
}

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	struct entry *e = arg;

	if (head->kind == FRAME_INPUT_REPORT ||
		(head->kind == FRAME_INPUT_ACTION && e->feed != NULL)) {
		e->fronts->events.on_input(e->fronts->arg, e->number, head, body);
	} else if (head->kind == FRAME_INPUT_OFFICE && e->feed != NULL &&
		   e->fronts->events.on_office != NULL) {
		e->fronts->events.on_office(e->fronts->arg, e->number, head, body);
	} else if (head->kind == FRAME_INPUT_DUTY && e->feed != NULL &&
		   e->fronts->events.on_duty != NULL) {
		e->fronts->events.on_duty(e->fronts->arg, e->number, head, body);
	} else if (head->kind == FRAME_LOOK && e->feed != NULL) {
		take_look(e->fronts, head, body);
	} else if (head->kind == FRAME_PRESENCE) {
		take_presence(e, head, body);
	} else {
		log_event(LOG_WARN, "desk.odd_frame", "front=%u kind=%u", e->index,
			head->kind);
	}
}

static void
on_turn_end(void *arg)
{
	struct entry *e = arg;

	e->fronts->events.on_turn_end(e->fronts->arg);
}

static void
on_drained(void *arg)
{
	feed_entry(arg);
}

static void
on_closed(void *arg)
{
	struct entry *e = arg;
	struct desk_fronts *f = e->fronts;

	log_event(LOG_INFO, "desk.front_gone", "front=%u", e->index);
	free_entry(e);
	count_presence(f);
	desk_fronts_tell_duty(f);
}

static struct entry *
make_entry(struct desk_fronts *f, bool console, int fd)
{
	static const struct line_events events = {
		on_frame, on_turn_end, on_drained, on_closed};
	struct entry *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		(void)close(fd);
		return NULL;
	}
	e->fronts = f;
	e->line = line_new(f->base, fd, &events, e);
	if (e->line == NULL) {
		(void)close(fd);
	} else if (console) {
		e->feed = feed_new(e->line);
	}
	if (e->line == NULL || (console && e->feed == NULL)) {
		line_free(e->line);
		free(e);
		return NULL;
	}
	return e;
}

void
desk_fronts_add(struct desk_fronts *f, uint32_t index, bool console, int fd)
{
	struct entry *e = make_entry(f, console, fd);

	if (e == NULL) {
		log_event(LOG_WARN, "desk.no_line", "front=%u", index);
		role_say_stuck_front(f->role, index);
		return;
	}
	e->number = ++f->last_number;
	e->index = index;
	TAILQ_INSERT_TAIL(&f->entries, e, link);
	tell_duty(e);
	tell_provider(e);
	feed_entry(e);
}
