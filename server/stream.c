/*
 * Longer than 500 lines: streams, rooms and what is sent to them are one life cycle.
 */
#include "server/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "proto/arena.h"
#include "proto/json.h"
#include "server/group.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/umbrella_scope.h"

enum {
	EVENTS_A_TICK = 4,
	/* A follower is given more when less than this waits to be sent. */
	FOLLOW_BELOW_BYTES = 64 * 1024,
	STATE_ARENA_BYTES = 4 * 1024 * 1024,
};

enum stream_stage {
	STREAM_JOINING,   /* its `after` is not looked at yet */
	STREAM_FOLLOWING, /* on the way to where its group stands */
	STREAM_LIVE,      /* told what the group is told */
};

TAILQ_HEAD(stream_list, stream);
TAILQ_HEAD(room_list, room);

struct stream {
	TAILQ_ENTRY(stream) link;
	struct room *room;
	struct http_stream *http;
	uint64_t session;
	enum stream_stage stage;
	struct follower follower;
	int64_t last_sent_ms;
	int64_t ahead_ms; /* since when it waits for what it has seen elsewhere */
	bool greeted;     /* has had its first heartbeat */
	bool sheltered;   /* has had all umbrellas */
	bool glanced;     /* knows who looks at what */
	bool was_glanced; /* and what it knew may be old */
	char after[GROUP_ID_BYTES];
};

/* A filter and those who want it. */
struct room {
	TAILQ_ENTRY(room) link;
	struct hub *hub;
	struct filter filter;
	struct group *group; /* NULL until the board is ready */
	uint32_t generation; /* of the board the group was made for */
	struct stream_list streams;
};

struct hub {
	struct board *board;              /* borrowed */
	struct umbrella_board *umbrellas; /* borrowed */
	struct looking_view *looking;     /* borrowed; NULL: none */
	const struct office_view *office; /* borrowed, with looking */
	struct event_text *full;          /* of umbrellas; NULL: not made yet */
	uint64_t full_version;
	struct arena *arena;
	struct room_list rooms;
	size_t n_streams;
	bool desk_connected;
	int64_t now_ms;
};

struct hub *
hub_new(struct board *board, struct umbrella_board *umbrellas)
{
	struct hub *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		return NULL;
	}
	h->board = board;
	h->umbrellas = umbrellas;
	TAILQ_INIT(&h->rooms);
	h->arena = arena_new(STATE_ARENA_BYTES);
	if (h->arena == NULL) {
		hub_free(h);
		return NULL;
	}
	return h;
}

void
hub_use_looking(
	struct hub *h, struct looking_view *looking, const struct office_view *office)
{
	h->looking = looking;
	h->office = office;
}

static void
room_free(struct room *r)
{
	TAILQ_REMOVE(&r->hub->rooms, r, link);
	group_free(r->group);
	free(r);
}

/* Forgets a stream whose connection is closed or about to be. */
static void
drop(struct stream *s)
{
	struct hub *h = s->room->hub;

	TAILQ_REMOVE(&s->room->streams, s, link);
	h->n_streams--;
	metrics_set(METRIC_STREAMS, h->n_streams);
	free(s);
}

void
hub_free(struct hub *h)
{
	struct room *r;
	struct stream *s;

	if (h == NULL) {
		return;
	}
	while ((r = TAILQ_FIRST(&h->rooms)) != NULL) {
		while ((s = TAILQ_FIRST(&r->streams)) != NULL) {
			http_stream_close(s->http);
			drop(s);
		}
		room_free(r);
	}
	event_text_drop(h->full);
	arena_free(h->arena);
	free(h);
}

static void
on_closed(void *arg, struct http_stream *http)
{
	(void)http;
	drop(arg);
}

static void
cut(struct stream *s)
{
	metrics_add(METRIC_STREAM_CUT_SLOW, 1);
	http_stream_close(s->http);
	drop(s);
}

static void
on_sent(const void *data, size_t bytes, void *arg)
{
	(void)data;
	(void)bytes;
	event_text_drop(arg);
}

/* false: the stream was cut and is gone. */
static bool
send_text(struct stream *s, struct event_text *text)
{
	if (http_stream_queued_bytes(s->http) + text->bytes >
		LIMIT_STREAM_QUEUE_BYTES) {
		cut(s);
		return false;
	}
	if (http_stream_send_shared(s->http, text->data, text->bytes, on_sent,
		    event_text_keep(text)) != 0) {
		event_text_drop(text);
		cut(s);
		return false;
	}
	s->last_sent_ms = s->room->hub->now_ms;
	return true;
}

static struct room *
room_for(struct hub *h, const struct filter *filter)
{
	struct room *r;

	TAILQ_FOREACH (r, &h->rooms, link) {
		if (filter_equals(&r->filter, filter)) {
			return r;
		}
	}
	r = calloc(1, sizeof(*r));
	if (r != NULL) {
		r->hub = h;
		r->filter = *filter;
		TAILQ_INIT(&r->streams);
		TAILQ_INSERT_TAIL(&h->rooms, r, link);
	}
	return r;
}

int
hub_open(struct hub *h, const struct asker *asker, const struct filter *filter,
	const char *after, const char *headers, int64_t now_ms)
{
	static const struct http_stream_events events = {.on_closed = on_closed};
	static const char hello[] = "retry: 1000\n\n";
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		return -ENOMEM;
	}
	s->room = room_for(h, filter);
	s->http = s->room != NULL ? http_stream_begin(asker->server, asker->handle,
					    "text/event-stream", headers, &events, s)
				  : NULL;
	if (s->http == NULL) {
		free(s); /* an empty room goes with the next tick */
		return -ENOMEM;
	}
	if (after[0] != '\0') {
		memcpy(s->after, after, strnlen(after, sizeof(s->after) - 1));
	} else if (board_is_ready(h->board)) {
		/* Now is now, not the next tick. */
		group_event_id(h->board, board_sequence(h->board), s->after);
	}
	s->session = asker->session;
	s->stage = STREAM_JOINING;
	s->last_sent_ms = now_ms;
	TAILQ_INSERT_TAIL(&s->room->streams, s, link);
	h->n_streams++;
	metrics_set(METRIC_STREAMS, h->n_streams);
	if (http_stream_send(s->http, hello, sizeof(hello) - 1) != 0) {
		cut(s);
	}
	return 0;
}

/* Tells a stream to load the list again; it goes on where its group stands. */
static void
reset(struct stream *s)
{
	struct hub *h = s->room->hub;
	char id[GROUP_ID_BYTES];
	char data[GROUP_ID_BYTES + 16] = "{\"sequence\":\"";
	struct event_text *text;

	group_event_id(h->board, group_position(s->room->group), id);
	memcpy(data + strlen(data), id, strlen(id) + 1);
	memcpy(data + strlen(data), "\"}", 3);
	text = event_text_new("reset", id, data);
	s->stage = STREAM_LIVE;
	metrics_add(METRIC_STREAM_RESETS, 1);
	if (text == NULL) {
		cut(s);
		return;
	}
	(void)send_text(s, text);
	event_text_drop(text);
}

/* The board is there: where does this one begin? */
static void
join(struct stream *s)
{
	struct hub *h = s->room->hub;
	bool same_epoch;

	if (s->after[0] == '\0') {
		s->stage = STREAM_LIVE;
		return;
	}
	if (!group_read_id(h->board, s->after, &s->follower.position, &same_epoch) ||
		!same_epoch) {
		reset(s);
		return;
	}
	s->ahead_ms = h->now_ms;
	s->stage = STREAM_FOLLOWING;
}

/*
 * It saw more than this front knows yet. Another front was ahead for a moment,
 * or an older copy of the folder was put back, and what it saw never comes.
 */
static void
wait_ahead(struct stream *s)
{
	struct hub *h = s->room->hub;

	if (!h->desk_connected) {
		s->ahead_ms = h->now_ms;
	} else if (h->now_ms - s->ahead_ms >= LIMIT_STREAM_AHEAD_MS) {
		reset(s);
	}
}

/* Pieces for one that comes from behind. */
static void
follow(struct stream *s)
{
	struct hub *h = s->room->hub;
	int r = GROUP_MORE;

	if (s->follower.position > group_position(s->room->group)) {
		wait_ahead(s);
		return;
	}
	for (int i = 0; i < EVENTS_A_TICK && r == GROUP_MORE &&
			http_stream_queued_bytes(s->http) < FOLLOW_BELOW_BYTES;
		i++) {
		struct event_text *text = NULL;

		r = group_follow(
			s->room->group, h->board, &s->follower, h->arena, &text);
		if (text != NULL) {
			bool there = send_text(s, text);

			event_text_drop(text);
			if (!there) {
				return;
			}
		}
	}
	/* A group behind the board would not tell it of what it alone has shown. */
	if (r == 0 && group_position(s->room->group) == board_sequence(h->board)) {
		s->stage = STREAM_LIVE;
	}
}

/* The group's next event, to all that stand where it does. */
static int
step(struct room *r)
{
	struct event_text *text = NULL;
	struct stream *s, *next;
	int more = group_step(r->group, r->hub->board, r->hub->arena, &text);

	if (text == NULL) {
		return more;
	}
	metrics_add(METRIC_STREAM_EVENTS, 1);
	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->stage == STREAM_LIVE) {
			(void)send_text(s, text);
		}
	}
	event_text_drop(text);
	return more;
}

/* The group stands in the board there is now. Returns 0 or -ENOMEM. */
static int
prepare(struct room *r)
{
	struct hub *h = r->hub;
	struct stream *s, *next;

	if (r->group != NULL && r->generation == board_generation(h->board)) {
		return 0;
	}
	if (r->group == NULL) {
		r->group = group_new(h->board, &r->filter);
		if (r->group == NULL) {
			return -ENOMEM;
		}
	} else if (group_restart(r->group, h->board) != 0) {
		return -ENOMEM;
	}
	r->generation = board_generation(h->board);
	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->stage != STREAM_JOINING) {
			reset(s);
		}
	}
	return 0;
}

static void
serve(struct room *r)
{
	struct stream *s, *next;
	int more = GROUP_MORE;

	if (prepare(r) != 0) {
		log_event(LOG_WARN, "stream.no_memory", NULL);
		return;
	}
	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->stage == STREAM_JOINING) {
			join(s);
		}
	}
	for (int i = 0; i < EVENTS_A_TICK && more == GROUP_MORE; i++) {
		more = step(r);
	}
	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->stage == STREAM_FOLLOWING) {
			follow(s);
		}
	}
}

/* ---- umbrellas */

static struct event_text *
make_umbrellas(const Vedetta__V1__UmbrellaStates *states, struct arena *arena)
{
	size_t bytes;
	char *text;

	return json_write(&states->base, JSON_CANONICAL, arena, &text, &bytes) == 0
		       ? event_text_new("umbrellas", NULL, text)
		       : NULL;
}

static bool
room_sees_incident(const struct room *r, uint64_t id)
{
	const struct board_entry *e = board_find(r->hub->board, id);

	return e != NULL && scope_sees(r->filter.scope, e->facts.areas, e->facts.wide,
				    e->facts.unassigned);
}

/* What people who do not see everything hear of the same. NULL without memory. */
static struct event_text *
narrowed_umbrellas(struct room *r, const Vedetta__V1__UmbrellaStates *states)
{
	Vedetta__V1__UmbrellaStates out = *states;
	struct arena *arena = r->hub->arena;

	out.umbrellas = arena_alloc(
		arena, (states->n_umbrellas + 1) * sizeof(out.umbrellas[0]));
	out.labels = arena_alloc(arena, (states->n_labels + 1) * sizeof(out.labels[0]));
	if (out.umbrellas == NULL || out.labels == NULL) {
		return NULL;
	}
	out.n_labels = 0;
	for (size_t i = 0; i < states->n_umbrellas; i++) {
		out.umbrellas[i] = states->umbrellas[i];
	}
	if (umbrella_scope_narrow(r->hub->board, r->filter.scope, arena, out.umbrellas,
		    &out.n_umbrellas) != 0) {
		return NULL;
	}
	for (size_t i = 0; i < states->n_labels; i++) {
		if (room_sees_incident(r, states->labels[i]->incident_id)) {
			out.labels[out.n_labels++] = states->labels[i];
		}
	}
	return make_umbrellas(&out, arena);
}

void
hub_tell_umbrellas(struct hub *h, const Vedetta__V1__UmbrellaStates *states)
{
	struct event_text *all, *text;
	struct room *r;
	struct stream *s, *next;

	arena_reset(h->arena);
	all = h->n_streams > 0 ? make_umbrellas(states, h->arena) : NULL;
	TAILQ_FOREACH (r, &h->rooms, link) {
		text = r->filter.scope != NULL ? narrowed_umbrellas(r, states) : all;
		for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
			next = TAILQ_NEXT(s, link);
			if (text == NULL || states->full ||
				http_stream_queued_bytes(s->http) >
					FOLLOW_BELOW_BYTES) {
				s->sheltered =
					false; /* all of it, with the next tick */
			} else if (s->sheltered) {
				(void)send_text(s, text);
			}
		}
		if (text != all) {
			event_text_drop(text);
		}
	}
	event_text_drop(all);
}

/* Made once for all that come between two changes. */
static struct event_text *
full_umbrellas(struct hub *h)
{
	uint64_t version = umbrella_board_version(h->umbrellas);
	Vedetta__V1__UmbrellaStates states;

	if (h->full == NULL || h->full_version != version) {
		event_text_drop(h->full);
		arena_reset(h->arena);
		h->full = umbrella_board_full(h->umbrellas, h->arena, &states) == 0
				  ? make_umbrellas(&states, h->arena)
				  : NULL;
		h->full_version = version;
	}
	return h->full;
}

/* The same for people who do not see everything: made for their room alone. */
static struct event_text *
full_narrowed(struct room *r)
{
	struct hub *h = r->hub;
	Vedetta__V1__UmbrellaStates states;

	arena_reset(h->arena);
	return umbrella_board_full(h->umbrellas, h->arena, &states) == 0
		       ? narrowed_umbrellas(r, &states)
		       : NULL;
}

static struct event_text *
full_for(struct room *r)
{
	struct event_text *text;

	if (r->filter.scope != NULL) {
		return full_narrowed(r);
	}
	text = full_umbrellas(r->hub);
	return text != NULL ? event_text_keep(text) : NULL;
}

static void
shelter(struct room *r)
{
	struct stream *s, *next;
	struct event_text *text = NULL;

	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (!s->sheltered &&
			http_stream_queued_bytes(s->http) < FOLLOW_BELOW_BYTES &&
			(text != NULL || (text = full_for(r)) != NULL)) {
			s->sheltered = true;
			(void)send_text(s, text);
		}
	}
	event_text_drop(text);
}

/* ---- who looks at what */

static bool
room_shows(const void *arg, uint64_t incident)
{
	const struct room *r = arg;

	return r->filter.scope == NULL || room_sees_incident(r, incident);
}

/* NULL: nothing that concerns the room, or no memory. */
static struct event_text *
make_looking(struct room *r, bool full)
{
	struct hub *h = r->hub;
	Vedetta__V1__LookingStates states;
	char *text;
	size_t bytes;

	arena_reset(h->arena);
	return looking_view_tell(h->looking, full, room_shows, r, h->office, h->arena,
		       &states) == 0 &&
			       (full || states.n_incidents > 0) &&
			       json_write(&states.base, JSON_CANONICAL, h->arena, &text,
				       &bytes) == 0
		       ? event_text_new("looking", NULL, text)
		       : NULL;
}

/* All of it to those who came, what is new to the others. */
static void
tell_looking(struct room *r)
{
	struct event_text *texts[2] = {NULL, NULL}; /* news, all */
	bool made[2] = {false, false};
	struct stream *s, *next;

	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		bool full = !s->glanced;

		next = TAILQ_NEXT(s, link);
		if (!full && !looking_view_has_news(r->hub->looking)) {
			continue;
		}
		if (http_stream_queued_bytes(s->http) >= FOLLOW_BELOW_BYTES) {
			s->was_glanced = s->was_glanced || s->glanced;
			s->glanced = false; /* all of it, when it reads again */
			continue;
		}
		s->glanced = true;
		if (full && !s->was_glanced && looking_view_is_empty(r->hub->looking)) {
			continue;
		}
		if (!made[full]) {
			made[full] = true;
			texts[full] = make_looking(r, full);
		}
		if (texts[full] != NULL) {
			(void)send_text(s, texts[full]);
		}
	}
	event_text_drop(texts[0]);
	event_text_drop(texts[1]);
}

/* A heartbeat with an id only where nothing before the id is still to come. */
static void
beat(struct room *r, bool everybody)
{
	struct hub *h = r->hub;
	bool ready = board_is_ready(h->board);
	const char *data = h->desk_connected ? "{\"deskConnected\":true}"
					     : "{\"deskConnected\":false}";
	struct event_text *live = NULL, *other = NULL;
	struct stream *s, *next;
	char id[GROUP_ID_BYTES];

	for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
		struct event_text **text =
			ready && s->stage == STREAM_LIVE ? &live : &other;

		next = TAILQ_NEXT(s, link);
		if (!everybody && s->greeted &&
			h->now_ms - s->last_sent_ms < LIMIT_STREAM_HEARTBEAT_MS) {
			continue;
		}
		if (*text == NULL) {
			if (text == &live) {
				group_event_id(h->board, group_position(r->group), id);
			}
			*text = event_text_new(
				"heartbeat", text == &live ? id : NULL, data);
		}
		if (*text != NULL) {
			s->greeted = true;
			(void)send_text(s, *text);
		}
	}
	event_text_drop(live);
	event_text_drop(other);
}

void
hub_tick(struct hub *h, bool desk_connected, int64_t now_ms)
{
	bool ready = board_is_ready(h->board);
	bool changed = h->desk_connected != desk_connected;
	struct room *r, *next;

	h->now_ms = now_ms;
	h->desk_connected = desk_connected;
	for (r = TAILQ_FIRST(&h->rooms); r != NULL; r = next) {
		next = TAILQ_NEXT(r, link);
		if (TAILQ_EMPTY(&r->streams)) {
			room_free(r);
			continue;
		}
		if (ready) {
			serve(r);
			if (h->umbrellas != NULL) {
				shelter(r);
			}
			if (h->looking != NULL) {
				tell_looking(r);
			}
		}
		beat(r, changed);
	}
	if (ready && h->looking != NULL) {
		looking_view_settled(h->looking);
	}
}

void
hub_each_session(struct hub *h, void (*each)(void *arg, uint64_t session), void *arg)
{
	struct stream *s;
	struct room *r;

	TAILQ_FOREACH (r, &h->rooms, link) {
		TAILQ_FOREACH (s, &r->streams, link) {
			each(arg, s->session);
		}
	}
}

void
hub_end_unless(struct hub *h,
	bool (*allowed)(void *arg, uint64_t session, const struct scope *scope),
	void *arg)
{
	struct stream *s, *next;
	struct room *r;

	TAILQ_FOREACH (r, &h->rooms, link) {
		for (s = TAILQ_FIRST(&r->streams); s != NULL; s = next) {
			next = TAILQ_NEXT(s, link);
			if (!allowed(arg, s->session, r->filter.scope)) {
				http_stream_close(s->http);
				drop(s);
			}
		}
	}
}

size_t
hub_count(const struct hub *h)
{
	return h->n_streams;
}
