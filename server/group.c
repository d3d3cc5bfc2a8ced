#include "server/group.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WORD_BITS = 64,
	REMOVED_BYTES = 24, /* "18446744073709551615", with its comma */
};

struct group {
	struct filter filter;
	uint64_t position;
	uint64_t *shown; /* a bit for each slot of the board */
	size_t shown_words;
};

/* What one event will hold, before its text is made. */
struct draft {
	size_t n_states;
	size_t n_removed;
	size_t states_bytes;
	uint64_t upto;
	bool full;
	const struct board_entry *states[GROUP_EVENT_STATES];
	uint64_t removed[GROUP_EVENT_REMOVED];
};

/* ---- texts */

struct event_text *
event_text_keep(struct event_text *t)
{
	t->refs++;
	return t;
}

void
event_text_drop(struct event_text *t)
{
	if (t != NULL && --t->refs == 0) {
		free(t);
	}
}

static struct event_text *
text_of_size(size_t bytes)
{
	struct event_text *t = malloc(sizeof(*t) + bytes + 1);

	if (t != NULL) {
		t->refs = 1;
		t->bytes = 0;
	}
	return t;
}

static void
append(struct event_text *t, const char *data, size_t bytes)
{
	memcpy(t->data + t->bytes, data, bytes);
	t->bytes += bytes;
}

static void
append_text(struct event_text *t, const char *text)
{
	append(t, text, strlen(text));
}

struct event_text *
event_text_new(const char *name, const char *id, const char *data)
{
	struct event_text *t = text_of_size(
		strlen(name) + (id != NULL ? strlen(id) : 0) + strlen(data) + 32);

	if (t == NULL) {
		return NULL;
	}
	append_text(t, "event: ");
	append_text(t, name);
	if (id != NULL) {
		append_text(t, "\nid: ");
		append_text(t, id);
	}
	append_text(t, "\ndata: ");
	append_text(t, data);
	append_text(t, "\n\n");
	return t;
}

void
group_event_id(const struct board *b, uint64_t sequence, char out[GROUP_ID_BYTES])
{
	(void)snprintf(out, GROUP_ID_BYTES, "%s-%" PRIu64, board_epoch(b), sequence);
}

bool
group_read_id(
	const struct board *b, const char *text, uint64_t *sequence, bool *same_epoch)
{
	const char *dash = strchr(text, '-');
	size_t epoch_bytes = dash != NULL ? (size_t)(dash - text) : 0;
	uint64_t value = 0;

	if (epoch_bytes != BOARD_EPOCH_BYTES - 1 ||
		strspn(text, "0123456789abcdef") != epoch_bytes || dash[1] == '\0') {
		return false;
	}
	for (const char *at = dash + 1; *at != '\0'; at++) {
		if (*at < '0' || *at > '9' || value > UINT64_MAX / 10 - 1) {
			return false;
		}
		value = value * 10 + (uint64_t)(*at - '0');
	}
	*sequence = value;
	*same_epoch = memcmp(text, board_epoch(b), epoch_bytes) == 0 &&
		      board_epoch(b)[epoch_bytes] == '\0';
	return true;
}

/* {"sequence":"...","incidents":[...],"removed":["..."]}, as Event's JSON is. */
static struct event_text *
text_of(const struct board *b, const struct draft *d)
{
	struct event_text *t = text_of_size(d->states_bytes + d->n_states +
					    d->n_removed * REMOVED_BYTES +
					    2 * (size_t)GROUP_ID_BYTES + 128);
	char id[GROUP_ID_BYTES];

	if (t == NULL) {
		return NULL;
	}
	group_event_id(b, d->upto, id);
	append_text(t, "event: change\nid: ");
	append_text(t, id);
	append_text(t, "\ndata: {\"sequence\":\"");
	append_text(t, id);
	append_text(t, "\"");
	for (size_t i = 0; i < d->n_states; i++) {
		append_text(t, i == 0 ? ",\"incidents\":[" : ",");
		append(t, d->states[i]->json, d->states[i]->json_bytes);
	}
	append_text(t, d->n_states > 0 ? "]" : "");
	for (size_t i = 0; i < d->n_removed; i++) {
		int n = snprintf(t->data + t->bytes, REMOVED_BYTES + 16,
			"%s\"%" PRIu64 "\"", i == 0 ? ",\"removed\":[" : ",",
			d->removed[i]);

		t->bytes += (size_t)n;
	}
	append_text(t, d->n_removed > 0 ? "]" : "");
	append_text(t, "}\n\n");
	return t;
}

/* ---- which incidents the filter shows */

static bool
is_shown(const struct group *g, uint32_t slot)
{
	size_t word = slot / WORD_BITS;

	return word < g->shown_words && (g->shown[word] >> slot % WORD_BITS & 1) != 0;
}

static void
set_shown(struct group *g, uint32_t slot, bool shown)
{
	uint64_t bit = UINT64_C(1) << slot % WORD_BITS;

	if (shown) {
		g->shown[slot / WORD_BITS] |= bit;
	} else {
		g->shown[slot / WORD_BITS] &= ~bit;
	}
}

static int
make_room(struct group *g, const struct board *b)
{
	size_t words = board_count(b) / WORD_BITS + 1;
	uint64_t *more;

	if (words <= g->shown_words) {
		return 0;
	}
	words += words / 2;
	more = realloc(g->shown, words * sizeof(more[0]));
	if (more == NULL) {
		return -ENOMEM;
	}
	memset(more + g->shown_words, 0, (words - g->shown_words) * sizeof(more[0]));
	g->shown = more;
	g->shown_words = words;
	return 0;
}

int
group_restart(struct group *g, const struct board *b)
{
	if (make_room(g, b) != 0) {
		return -ENOMEM;
	}
	memset(g->shown, 0, g->shown_words * sizeof(g->shown[0]));
	for (size_t i = 0; i < board_count(b); i++) {
		if (filter_matches(&g->filter, &board_at(b, i)->facts)) {
			set_shown(g, (uint32_t)i, true);
		}
	}
	g->position = board_sequence(b);
	return 0;
}

struct group *
group_new(const struct board *b, const struct filter *filter)
{
	struct group *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		return NULL;
	}
	g->filter = *filter;
	if (group_restart(g, b) != 0) {
		group_free(g);
		return NULL;
	}
	return g;
}

void
group_free(struct group *g)
{
	if (g == NULL) {
		return;
	}
	free(g->shown);
	free(g);
}

const struct filter *
group_filter(const struct group *g)
{
	return &g->filter;
}

uint64_t
group_position(const struct group *g)
{
	return g->position;
}

/* ---- steps */

/*
 * Takes changes behind `from` and up to `upto` until the draft is full.
 * concerns() says whether a state that does not match is a removal.
 */
static int
fill(struct draft *d, const struct filter *filter, struct board *b, uint64_t from,
	uint64_t upto, bool (*concerns)(const void *arg, const struct board_entry *e),
	const void *arg, struct arena *arena)
{
	size_t at = board_walk(b, from);
	const struct board_entry *e;

	d->n_states = d->n_removed = d->states_bytes = 0;
	d->full = false;
	d->upto = from;
	while ((e = board_walk_next(b, &at)) != NULL && e->sequence <= upto) {
		if (d->n_states == GROUP_EVENT_STATES ||
			d->n_removed == GROUP_EVENT_REMOVED ||
			d->states_bytes >= GROUP_EVENT_BYTES) {
			d->full = true;
			return 0;
		}
		if (filter_matches(filter, &e->facts)) {
			if (board_json(b, e, arena) == NULL) {
				return -ENOMEM;
			}
			d->states[d->n_states++] = e;
			d->states_bytes += e->json_bytes;
		} else if (concerns(arg, e)) {
			d->removed[d->n_removed++] = e->id;
		}
		d->upto = e->sequence;
	}
	d->upto = upto;
	return 0;
}

static int
write_out(const struct board *b, const struct draft *d, struct event_text **out)
{
	*out = NULL;
	if (d->n_states + d->n_removed > 0) {
		*out = text_of(b, d);
		if (*out == NULL) {
			return -ENOMEM;
		}
	}
	return d->full ? GROUP_MORE : 0;
}

static bool
was_shown(const void *arg, const struct board_entry *e)
{
	return is_shown(arg, e->slot);
}

/* Brings the bits up to date with what the draft says; after it is written. */
static void
note_shown(struct group *g, const struct board *b, const struct draft *d)
{
	for (size_t i = 0; i < d->n_states; i++) {
		set_shown(g, d->states[i]->slot, true);
	}
	for (size_t i = 0; i < d->n_removed; i++) {
		set_shown(g, board_find(b, d->removed[i])->slot, false);
	}
	g->position = d->upto;
}

int
group_step(
	struct group *g, struct board *b, struct arena *arena, struct event_text **out)
{
	struct draft d;
	int r;

	if (make_room(g, b) != 0 ||
		fill(&d, &g->filter, b, g->position, board_sequence(b), was_shown, g,
			arena) != 0) {
		return -ENOMEM;
	}
	r = write_out(b, &d, out);
	if (r >= 0) {
		note_shown(g, b, &d);
	}
	return r;
}

static bool
may_be_shown(const void *arg, const struct board_entry *e)
{
	(void)arg;
	(void)e;
	return true;
}

int
group_follow(const struct group *g, struct board *b, struct follower *f,
	struct arena *arena, struct event_text **out)
{
	struct draft d;
	int r;

	assert(f->position <= g->position);
	if (fill(&d, &g->filter, b, f->position, g->position, may_be_shown, NULL,
		    arena) != 0) {
		return -ENOMEM;
	}
	r = write_out(b, &d, out);
	if (r >= 0) {
		f->position = d.upto;
	}
	return r;
}
