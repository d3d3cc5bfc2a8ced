/* escalation_page - one message to one person about all that waited for it */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/escalation_internal.h"

enum {
	SECOND_MS = 1000,
	FIRST_ROOM = 16,
};

static void
free_pile(struct escalation_pile *p)
{
	free(p->incidents);
	free(p);
}

void
escalation_free_piles(struct escalations *e)
{
	struct escalation_pile *p;

	while ((p = TAILQ_FIRST(&e->piles)) != NULL) {
		TAILQ_REMOVE(&e->piles, p, link);
		free_pile(p);
	}
}

/* Makes it when there is none. NULL when memory is short. */
static struct escalation_pile *
pile_of(struct escalations *e, const char *key, bool exercise)
{
	struct escalation_pile *p;

	TAILQ_FOREACH (p, &e->piles, link) {
		if (p->exercise == exercise && strcmp(p->key, key) == 0) {
			return p;
		}
	}
	p = calloc(1, sizeof(*p));
	if (p != NULL) {
		(void)memccpy(p->key, key, '\0', sizeof(p->key) - 1);
		p->exercise = exercise;
		p->last_ms = INT64_MIN;
		TAILQ_INSERT_TAIL(&e->piles, p, link);
	}
	return p;
}

/*
 * May it be on the pile? Not when nobody was told of it yet, or nobody since the first
 * of the pile came: of a thousand a second that open, none is searched for.
 */
static bool
may_hold(const struct escalation_pile *p, const struct escalation *x)
{
	return p->n > 0 && x->phase != PHASE(UNSPECIFIED) && x->told_ms >= p->first_ms;
}

static bool
holds(const struct escalation_pile *p, const struct escalation *x)
{
	for (size_t i = may_hold(p, x) ? p->n : 0; i > 0; i--) {
		if (p->incidents[i - 1] == x->due.id) {
			return true;
		}
	}
	return false;
}

static int
put(struct escalation_pile *p, const struct escalation *x, int64_t at_ms,
	const Vedetta__V1__LogEscalation *body)
{
	int64_t wait_ms = (int64_t)body->group_wait_s * SECOND_MS;
	int64_t interval_ms = (int64_t)body->group_interval_s * SECOND_MS;

	if (holds(p, x)) {
		return 0;
	}
	if (p->n == p->room) {
		size_t room = p->room == 0 ? FIRST_ROOM : 2 * p->room;
		void *grown = realloc(p->incidents, room * sizeof(p->incidents[0]));

		if (grown == NULL) {
			return -ENOMEM;
		}
		p->incidents = grown;
		p->room = room;
	}
	/* The most urgent of them says how long all of them wait. */
	if (p->n == 0 || at_ms < p->first_ms) {
		p->first_ms = at_ms;
	}
	if (p->n == 0 || wait_ms < p->wait_ms) {
		p->wait_ms = wait_ms;
	}
	if (p->n == 0 || interval_ms < p->interval_ms) {
		p->interval_ms = interval_ms;
	}
	p->incidents[p->n++] = x->due.id;
	return 0;
}

int
escalation_pile_up(struct escalations *e, const struct escalation *x, int64_t at_ms,
	const Vedetta__V1__LogEscalation *body, const Vedetta__V1__Escalation *told)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < told->n_told; i++) {
		const Vedetta__V1__EscalationTold *t = told->told[i];
		Vedetta__V1__DutyPerson person = VEDETTA__V1__DUTY_PERSON__INIT;
		char key[DUTY_KEY_BYTES];
		struct escalation_pile *p;
		unsigned means = 0;

		for (size_t k = 0; k < t->n_means; k++) {
			means |= 1u << t->means[k];
		}
		means &= ~BIT(CONSOLE); /* that one sees it */
		if (means == 0) {
			continue;
		}
		person.account = t->account;
		person.name = t->name;
		duty_key(&person, key);
		p = pile_of(e, key, x->exercise);
		if (p == NULL) {
			return -ENOMEM;
		}
		r = put(p, x, at_ms, body);
		p->means |= means;
	}
	return r;
}

void
escalation_take_off(struct escalations *e, const struct escalation *x)
{
	struct escalation_pile *p;

	TAILQ_FOREACH (p, &e->piles, link) {
		size_t kept = 0;

		if (!may_hold(p, x)) {
			continue;
		}
		for (size_t i = 0; i < p->n; i++) {
			if (p->incidents[i] != x->due.id) {
				p->incidents[kept++] = p->incidents[i];
			}
		}
		p->n = kept;
		p->means = kept == 0 ? 0 : p->means;
	}
}

static void
empty(struct escalation_pile *p)
{
	p->n = 0;
	p->means = 0;
}

static void
remember(struct escalations *e, const struct store_row *row,
	const Vedetta__V1__LogPage *body, const Vedetta__V1__DutyPerson *person)
{
	struct escalation_sent *s = &e->sent[e->n_sent++ % ESCALATION_SENT_MOST];

	*s = (struct escalation_sent){.row = row->seq,
		.at_ms = row->at_ms,
		.exercise = body->exercise,
		.test = body->test,
		.n = body->incidents};
	while (s->n_listed < body->n_incident_ids &&
		s->n_listed < ESCALATION_LISTED_MOST) {
		s->incidents[s->n_listed] = body->incident_ids[s->n_listed];
		s->n_listed++;
	}
	(void)snprintf(s->account, sizeof(s->account), "%s", person->account);
	(void)snprintf(s->name, sizeof(s->name), "%s", person->name);
}

int
escalation_take_page(struct escalations *e, const struct store_row *row)
{
	Vedetta__V1__LogPage *body =
		vedetta__v1__log_page__unpack(NULL, row->body_bytes, row->body);
	Vedetta__V1__DutyPerson *person =
		row->personal == NULL ? NULL
				      : vedetta__v1__duty_person__unpack(NULL,
						row->personal_bytes, row->personal);
	char key[DUTY_KEY_BYTES];
	struct escalation_pile *p;
	int r = body == NULL || (person == NULL && row->personal != NULL) ? -ENOMEM : 0;

	if (r == 0 && person != NULL && body->test) {
		remember(e, row, body, person);
	} else if (r == 0 && person != NULL) {
		duty_key(person, key);
		p = pile_of(e, key, body->exercise);
		if (p == NULL) {
			r = -ENOMEM;
		} else {
			empty(p);
			p->last_ms = row->at_ms;
			remember(e, row, body, person);
		}
	}
	vedetta__v1__log_page__free_unpacked(body, NULL);
	vedetta__v1__duty_person__free_unpacked(person, NULL);
	return r;
}

/* ---- a message that is due */

void
escalation_pull_piles_back(struct escalations *e, int64_t now_ms)
{
	struct escalation_pile *p;

	TAILQ_FOREACH (p, &e->piles, link) {
		if (p->first_ms > now_ms) {
			p->first_ms = now_ms;
		}
		if (p->last_ms > now_ms) {
			p->last_ms = now_ms;
		}
	}
}

static bool
is_due(const struct escalation_pile *p, int64_t now_ms)
{
	return p->n > 0 && now_ms - p->first_ms >= p->wait_ms &&
	       (p->last_ms == INT64_MIN || now_ms - p->last_ms >= p->interval_ms);
}

/* What still goes on, the worst first, in the order it came. */
static void
list(const struct escalations *e, const struct escalation_ground *ground,
	const struct escalation_pile *p, struct duty_place *place,
	struct escalation_page *page)
{
	for (uint8_t class_no = 1; class_no <= ESCALATION_CLASS_MOST; class_no++) {
		for (size_t i = 0; i < p->n; i++) {
			const struct escalation *x =
				table_find(&e->by_id, p->incidents[i]);
			struct escalation_facts facts;

			if (x == NULL || !escalation_goes_on(x) ||
				x->class_no != class_no ||
				!ground->look(ground->arg, x->due.id, &facts, place)) {
				continue;
			}
			if (page->n_listed < ESCALATION_LISTED_MOST) {
				page->incidents[page->n_listed] = x->due.id;
				page->classes[page->n_listed++] = class_no;
			}
			page->n++;
		}
	}
}

static int
write_row(
	const struct escalation_page *page, struct arena *arena, struct store_row *row)
{
	Vedetta__V1__LogPage log = VEDETTA__V1__LOG_PAGE__INIT;
	Vedetta__V1__DutyPerson person = VEDETTA__V1__DUTY_PERSON__INIT;
	uint8_t *body, *personal;

	log.exercise = page->exercise;
	log.test = page->test;
	log.incidents = (uint32_t)page->n;
	log.n_incident_ids = page->n_listed;
	log.incident_ids = (uint64_t *)(uintptr_t)page->incidents;
	person.account = page->person->account;
	person.name = page->person->name;
	body = arena_alloc(arena, vedetta__v1__log_page__get_packed_size(&log) + 1);
	personal = arena_alloc(
		arena, vedetta__v1__duty_person__get_packed_size(&person) + 1);
	if (body == NULL || personal == NULL) {
		return -ENOMEM;
	}
	*row = (struct store_row){
		.kind = STORE_ESCALATION,
		.body = body,
		.body_bytes = vedetta__v1__log_page__pack(&log, body),
		.personal = personal,
		.personal_bytes = vedetta__v1__duty_person__pack(&person, personal),
	};
	return 1;
}

int
escalations_test(
	const struct escalation_page *page, struct arena *arena, struct store_row *row)
{
	int r = write_row(page, arena, row);

	return r < 0 ? r : 0;
}

int
escalations_page(struct escalations *e, const struct escalation_ground *ground,
	int64_t now_ms, struct arena *arena, struct store_row *row,
	struct escalation_page *page)
{
	struct duty_place *place = arena_alloc(arena, sizeof(*place));
	struct escalation_pile *p;

	if (place == NULL) {
		return -ENOMEM;
	}
	TAILQ_FOREACH (p, &e->piles, link) {
		if (!is_due(p, now_ms)) {
			continue;
		}
		*page = (struct escalation_page){
			.person = duty_person(ground->duty, p->key),
			.means = p->means,
			.exercise = p->exercise,
		};
		list(e, ground, p, place, page);
		/* Somebody who went from the book may come back to it. */
		if (page->n > 0 && page->person != NULL) {
			return write_row(page, arena, row);
		}
	}
	return 0;
}
