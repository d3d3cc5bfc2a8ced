#include "server/desk_fronts.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "proto/pack.h"
#include "server/area_feed.h"
#include "server/feed.h"
#include "server/limits.h"
#include "server/line.h"
#include "server/log.h"
#include "server/metrics.h"

enum {
	ARENA_BYTES = 4 * 1024 * 1024,
};

struct entry {
	TAILQ_ENTRY(entry) link;
	struct desk_fronts *fronts; /* borrowed: owns us */
	uint64_t number;            /* of the line, never used again */
	uint32_t index;
	struct line *line;
	struct feed *feed; /* of a console front, else NULL */
	struct area_feed area_feed;
	uint32_t streams;
	int64_t stuck_since_ms; /* as seen at the last look */
	bool doomed;            /* freed at the next sweep */
};

TAILQ_HEAD(entries, entry);

struct desk_fronts {
	struct role *role;       /* borrowed */
	struct event_base *base; /* borrowed */
	struct keeper *keeper;   /* borrowed */
	struct desk_fronts_events events;
	void *arg;
	struct event *sweep;
	struct arena *arena;          /* of one frame */
	const struct area_map *areas; /* borrowed */
	uint64_t areas_version;
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
	free(e);
}

static void count_presence(struct desk_fronts *f);

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
	f->arena = arena_new(ARENA_BYTES);
	if (f->sweep == NULL || f->arena == NULL) {
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
	arena_free(f->arena);
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

static void
tell_duty(struct entry *e)
{
	Vedetta__V1__Duty duty = VEDETTA__V1__DUTY__INIT;

	duty.staffed = e->fronts->staffed;
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

/* Somebody looks at a board now, or nobody does any more. */
static void
count_presence(struct desk_fronts *f)
{
	uint64_t streams = 0;
	struct entry *e;

	TAILQ_FOREACH (e, &f->entries, link) {
		streams += e->doomed ? 0 : e->streams;
	}
	if ((streams > 0) != f->staffed) {
		f->staffed = streams > 0;
		log_event(LOG_INFO, "desk.duty", "staffed=%d", f->staffed);
		desk_fronts_tell_duty(f);
	}
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
		}
	}
}

/* ---- hearing */

static void
take_presence(struct entry *e, const struct frame_head *head, const uint8_t *body)
{
	struct arena *arena = e->fronts->arena;
	const Vedetta__V1__Presence *presence;

	arena_reset(arena);
	presence = vedetta__v1__presence__unpack(
		arena_allocator(arena), head->body_bytes, body);
	if (presence != NULL && e->feed != NULL) {
		e->streams = presence->streams;
		count_presence(e->fronts);
	}
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
	feed_entry(e);
}
