/*
 * escalation_kit - a night at a desk in one file: incidents, people, a clock
 *
 * Every second the steps and messages that are due are taken as rows, as the desk
 * does. All that happened is kept, and night_restart() makes the escalations anew
 * from it; night_told() says who was told what, and when.
 */
#ifndef TESTS_ESCALATION_KIT_H
#define TESTS_ESCALATION_KIT_H

#include "dispatch/escalation.h"
#include "duty_kit.h"

enum {
	NIGHT_EVENTS = 40000,
	NIGHT_INCIDENTS = 2000,
	NIGHT_PAGES = 4000,
	NIGHT_ARENA_BYTES = 1 << 20,
};

struct night_event {
	bool is_row;
	uint64_t seq;
	int64_t at_ms;
	uint64_t incident;
	struct escalation_facts facts;
	struct store_row row; /* owns its bytes */
};

struct night_page {
	int64_t at_ms;
	char name[32];
	unsigned means;
	size_t n;
	bool exercise;
};

struct night {
	struct duty_kit kit;
	struct escalations *e;
	struct arena *arena;
	int64_t now_ms;
	uint64_t seq;
	size_t n_events;
	size_t n_incidents;
	size_t n_pages;
	size_t n_rows;
	struct night_event events[NIGHT_EVENTS];
	struct {
		uint64_t id;
		const char *leaves;
		struct escalation_facts facts;
	} incidents[NIGHT_INCIDENTS];
	struct night_page pages[NIGHT_PAGES];
};

static inline size_t
night_index(const struct night *t, uint64_t id)
{
	for (size_t i = 0; i < t->n_incidents; i++) {
		if (t->incidents[i].id == id) {
			return i;
		}
	}
	return NIGHT_INCIDENTS;
}

static inline bool
night_look(void *arg, uint64_t id, struct escalation_facts *facts,
	struct duty_place *place)
{
	struct night *t = arg;
	size_t i = night_index(t, id);

	if (i == NIGHT_INCIDENTS) {
		return false;
	}
	*facts = t->incidents[i].facts;
	duty_kit_place(&t->kit, t->incidents[i].leaves, place);
	return true;
}

static inline struct night *
night_new(void)
{
	struct night *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	duty_kit_init(&t->kit);
	t->e = escalations_new();
	t->arena = arena_new(NIGHT_ARENA_BYTES);
	assert_non_null(t->e);
	assert_non_null(t->arena);
	t->now_ms = DUTY_T0_MS;
	return t;
}

static inline void
night_free(struct night *t)
{
	for (size_t i = 0; i < t->n_events; i++) {
		free((void *)(uintptr_t)t->events[i].row.body);
		free((void *)(uintptr_t)t->events[i].row.personal);
	}
	escalations_free(t->e);
	arena_free(t->arena);
	duty_kit_fini(&t->kit);
	free(t);
}

/* ---- the night of the test that runs */

#define PHASE(name) VEDETTA__V1__ESCALATION_PHASE__ESCALATION_PHASE_##name

static struct night *night;

static inline int
night_begin(void **state)
{
	(void)state;
	night = night_new();
	return 0;
}

static inline int
night_end(void **state)
{
	(void)state;
	night_free(night);
	return 0;
}

/* ---- what happens in it */

static inline struct night_event *
night_event(struct night *t)
{
	struct night_event *event = &t->events[t->n_events++];

	assert_in_range(t->n_events, 1, NIGHT_EVENTS);
	event->seq = ++t->seq;
	event->at_ms = t->now_ms;
	return event;
}

/* ---- what happens to incidents */

/* Its facts were changed: a row about it. */
static inline uint64_t
night_note(struct night *t, size_t i)
{
	struct night_event *event = night_event(t);

	event->incident = t->incidents[i].id;
	event->facts = t->incidents[i].facts;
	assert_int_equal(escalations_note(t->e, event->incident, event->seq,
				 event->at_ms, &event->facts),
		0);
	return event->seq;
}

static inline uint64_t
night_open(struct night *t, uint8_t class_no, const char *leaves, bool exercise)
{
	size_t i = t->n_incidents++;

	assert_in_range(t->n_incidents, 1, NIGHT_INCIDENTS);
	t->incidents[i].id = t->seq + 1;
	t->incidents[i].leaves = leaves;
	t->incidents[i].facts = (struct escalation_facts){.class_no = class_no,
		.is_open = true,
		.exercise = exercise,
		.alarming = class_no == 1};
	return night_note(t, i);
}

static inline uint64_t
night_rise(struct night *t, uint64_t id, uint8_t class_no)
{
	size_t i = night_index(t, id);

	t->incidents[i].facts.class_no = class_no;
	t->incidents[i].facts.alarming = class_no == 1;
	return night_note(t, i);
}

/* Whoever acknowledges has seen the rows up to this one. */
static inline void
night_ack(struct night *t, uint64_t id, uint64_t seen)
{
	size_t i = night_index(t, id);

	t->incidents[i].facts.acked_seq = seen;
	t->incidents[i].facts.acked_ms = t->now_ms;
	(void)night_note(t, i);
}

static inline void
night_hand_over(struct night *t, uint64_t id)
{
	size_t i = night_index(t, id);

	t->incidents[i].facts.alarming = false;
	(void)night_note(t, i);
}

static inline void
night_close(struct night *t, uint64_t id)
{
	size_t i = night_index(t, id);

	t->incidents[i].facts.is_open = false;
	t->incidents[i].facts.alarming = false;
	(void)night_note(t, i);
}

/* ---- time */

static inline const uint8_t *
night_copy(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = bytes == NULL ? NULL : malloc(n + 1);

	if (copy != NULL) {
		memcpy(copy, bytes, n);
	}
	return copy;
}

static inline void
night_row(struct night *t, const struct store_row *made)
{
	struct night_event *event = night_event(t);

	event->is_row = true;
	event->row = *made;
	event->row.seq = event->seq;
	event->row.at_ms = event->at_ms;
	event->row.body = night_copy(made->body, made->body_bytes);
	event->row.personal = night_copy(made->personal, made->personal_bytes);
	assert_int_equal(escalations_apply(t->e, &event->row), 0);
	t->n_rows++;
}

/* What is due now. */
static inline void
night_tick(struct night *t)
{
	const struct escalation_ground ground = {t->kit.duty, night_look, t};
	struct escalation_page page;
	struct store_row row;

	arena_reset(t->arena);
	while (escalations_step(t->e, &ground, t->now_ms, t->arena, &row) == 1) {
		night_row(t, &row);
		arena_reset(t->arena);
	}
	while (escalations_page(t->e, &ground, t->now_ms, t->arena, &row, &page) == 1) {
		struct night_page *p = &t->pages[t->n_pages++];

		assert_in_range(t->n_pages, 1, NIGHT_PAGES);
		*p = (struct night_page){.at_ms = t->now_ms,
			.means = page.means,
			.n = page.n,
			.exercise = page.exercise};
		(void)snprintf(p->name, sizeof(p->name), "%s", page.person->name);
		night_row(t, &row);
		arena_reset(t->arena);
	}
}

static inline void
night_run(struct night *t, int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		t->now_ms += 1000;
		night_tick(t);
	}
}

/* The desk goes away, and reads its log again. */
static inline void
night_restart(struct night *t)
{
	escalations_free(t->e);
	t->e = escalations_new();
	assert_non_null(t->e);
	for (size_t i = 0; i < t->n_events; i++) {
		const struct night_event *event = &t->events[i];

		assert_int_equal(event->is_row ? escalations_apply(t->e, &event->row)
					       : escalations_note(t->e, event->incident,
							 event->seq, event->at_ms,
							 &event->facts),
			0);
	}
}

/* "Anna 5 Luca 125": who got a message, at which second since the beginning. */
static inline const char *
night_told(const struct night *t)
{
	static char text[8192];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < t->n_pages && used < sizeof(text); i++) {
		const struct night_page *p = &t->pages[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used,
			p->n == 1 ? "%s%s %d" : "%s%s %d x%zu", i > 0 ? ", " : "",
			p->name, (int)((p->at_ms - DUTY_T0_MS) / 1000), p->n);
	}
	return text;
}

static inline const Vedetta__V1__Escalation *
night_tell(struct night *t, uint64_t id)
{
	bool is_short;
	const Vedetta__V1__Escalation *said;

	arena_reset(t->arena);
	said = escalations_tell(t->e, id, t->arena, &is_short);
	assert_false(is_short);
	return said;
}

#endif
