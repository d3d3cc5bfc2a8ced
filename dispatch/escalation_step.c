/* escalation_step - the next step that is due: whom it tells, and when comes the next
 */
#include <errno.h>
#include <string.h>

#include "dispatch/escalation_internal.h"
#include "dispatch/policy.h"
#include "proto/stamp.h"

enum {
	SKIPPED_MOST = 16,
	LOOK_AGAIN_MS = 60 * 1000, /* while there is nobody to tell */
};

/* One step being made. */
struct making {
	const struct escalation_ground *ground;
	const struct escalation *x;
	struct escalation_facts facts;
	struct duty_place place;
	const Vedetta__V1__Policy *policy;
	int64_t now_ms;
	struct arena *arena;
	Vedetta__V1__Escalation state;    /* goes into the body */
	Vedetta__V1__Escalation personal; /* who was told, who was not */
	Vedetta__V1__EscalationTold *told[DUTY_WHO_MOST];
	char *skipped[SKIPPED_MOST];
	char *unreached[ESCALATION_TOLD_MOST];
	uint32_t nth; /* place in the on-call list */
	int64_t next_ms;
	bool is_short; /* of memory */
};

static Google__Protobuf__Timestamp *
stamp(struct making *m, int64_t at_ms)
{
	Google__Protobuf__Timestamp *at = stamp_new(m->arena, at_ms);

	m->is_short = m->is_short || at == NULL;
	return at;
}

/* ---- whom */

static char *
name_of(const Vedetta__V1__DutyPerson *p)
{
	return p->name != NULL && p->name[0] != '\0' ? p->name : p->account;
}

static void
skip(struct making *m, const Vedetta__V1__DutyPerson *p)
{
	for (size_t i = 0; i < m->personal.n_skipped; i++) {
		if (strcmp(m->skipped[i], name_of(p)) == 0) {
			return;
		}
	}
	if (m->personal.n_skipped < SKIPPED_MOST) {
		m->skipped[m->personal.n_skipped++] = name_of(p);
	}
}

static Vedetta__V1__EscalationTold *
find_told(struct making *m, const Vedetta__V1__DutyPerson *p)
{
	for (size_t i = 0; i < m->personal.n_told; i++) {
		if (strcmp(m->told[i]->account, p->account) == 0 &&
			(p->account[0] != '\0' ||
				strcmp(m->told[i]->name, p->name) == 0)) {
			return m->told[i];
		}
	}
	return NULL;
}

/* The means of the step; those it does not name rather than none. */
static unsigned
chosen(const Vedetta__V1__PolicyStep *step, unsigned means)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < step->n_means; i++) {
		wanted |= 1u << step->means[i];
	}
	return (means & wanted) != 0 ? means & (wanted | BIT(CONSOLE)) : means;
}

static bool
write_means(struct making *m, unsigned means, Vedetta__V1__EscalationTold *told)
{
	told->means = arena_alloc(m->arena, 32 * sizeof(told->means[0]));
	if (told->means == NULL) {
		return false;
	}
	told->n_means = 0;
	for (unsigned i = 1; i < 32; i++) {
		if ((means & 1u << i) != 0) {
			told->means[told->n_means++] = (Vedetta__V1__DutyMeans)i;
		}
	}
	return true;
}

static void
tell(struct making *m, const struct duty_who *who, const Vedetta__V1__PolicyStep *step,
	uint32_t step_no)
{
	Vedetta__V1__EscalationTold *told;

	if (who->means == 0) {
		skip(m, who->person);
		return;
	}
	if (find_told(m, who->person) != NULL || m->personal.n_told == DUTY_WHO_MOST) {
		return;
	}
	told = arena_alloc(m->arena, sizeof(*told));
	if (told != NULL) {
		vedetta__v1__escalation_told__init(told);
		told->name = who->person->name;
		told->account = who->person->account;
		told->step = step_no;
		told->at = stamp(m, m->now_ms);
	}
	if (told == NULL || !write_means(m, chosen(step, who->means), told)) {
		m->is_short = true;
		return;
	}
	m->told[m->personal.n_told++] = told;
}

static void
tell_step(struct making *m, size_t step, size_t nth)
{
	const Vedetta__V1__PolicyStep *s = m->policy->steps[step];
	const struct duty_question q = {
		.place = &m->place,
		.to = s->to,
		.team = s->team,
		.nth = nth,
		.exercise = m->facts.exercise,
		.now_ms = m->now_ms,
	};
	struct duty_who who[DUTY_WHO_MOST];
	size_t n = duty_whom(m->ground->duty, &q, who);

	for (size_t i = 0; i < n; i++) {
		tell(m, &who[i], s, (uint32_t)step + 1);
	}
}

/* People one after the other; a step of another kind is one. */
static size_t
width(const struct making *m, size_t step)
{
	return m->policy->steps[step]->to == TO(ON_CALL)
		       ? duty_on_call_length(m->ground->duty, &m->place)
		       : 1;
}

/* ---- which step */

/* Tells the first one from here on that means anybody. False: there is none. */
static bool
walk(struct making *m, size_t step, size_t nth)
{
	for (; step < m->policy->n_steps; step++, nth = 0) {
		for (; nth < width(m, step); nth++) {
			tell_step(m, step, nth);
			if (m->personal.n_told > 0) {
				m->state.step = (uint32_t)step + 1;
				m->nth = (uint32_t)nth;
				return true;
			}
		}
	}
	return false;
}

/* Nobody is there: who should be, and whoever is on call. */
static bool
wake(struct making *m)
{
	size_t on_call = 0;

	while (on_call < m->policy->n_steps &&
		(m->policy->steps[on_call]->to != TO(ON_CALL) ||
			width(m, on_call) == 0)) {
		on_call++;
	}
	if (on_call == m->policy->n_steps || !walk(m, on_call, 0)) {
		return false;
	}
	for (size_t i = 0; i < on_call; i++) {
		if (m->policy->steps[i]->to == TO(ON_DUTY) ||
			m->policy->steps[i]->to == TO(SHIFT_LEADER)) {
			tell_step(m, i, 0);
		}
	}
	return true;
}

/* All who were told so far, or all there are (last: one behind the last step). */
static void
tell_all(struct making *m, size_t last_step, size_t last_nth)
{
	for (size_t step = 0; step < m->policy->n_steps && step <= last_step; step++) {
		size_t n = width(m, step);

		for (size_t nth = 0; nth < n; nth++) {
			if (step < last_step || nth <= last_nth) {
				tell_step(m, step, nth);
			}
		}
	}
}

static void
repeat(struct making *m)
{
	int64_t wait_ms = policy_repeat_ms(m->policy);

	tell_all(m, m->policy->n_steps, 0);
	m->state.phase = PHASE(REPEATING);
	m->state.step = (uint32_t)m->policy->n_steps;
	m->nth = 0;
	m->state.nobody_to_tell = m->personal.n_told == 0;
	m->state.nobody_answered = true;
	m->state.round = m->x->phase == PHASE(REPEATING) ? m->x->round + 1 : 1;
	m->next_ms =
		m->now_ms + (m->facts.is_damped ? ESCALATION_DAMPING : 1) * wait_ms;
}

/* Decides all but words and row. */
static void
decide(struct making *m)
{
	const struct escalation *x = m->x;
	bool found;

	if (x->again && x->step > 0 && x->step <= m->policy->n_steps) {
		tell_all(m, x->step - 1u, x->place);
		m->state.step = x->step;
		m->nth = x->place;
		found = m->personal.n_told > 0;
	} else if (x->phase == PHASE(REPEATING)) {
		found = false;
	} else if (x->step == 0) {
		found = (!duty_is_staffed(m->ground->duty, &m->place, m->now_ms) &&
				wake(m)) ||
			walk(m, 0, 0);
	} else {
		found = walk(m, x->step - 1u, x->place + 1u);
	}
	if (!found) {
		repeat(m);
		return;
	}
	m->state.phase = PHASE(WAITING);
	m->next_ms = m->now_ms + policy_after_ms(m->policy->steps[m->state.step - 1]);
}

/* ---- the row */

/* Whom the step before did not reach, when that is why this one comes now. */
static void
name_unreached(struct making *m)
{
	const Vedetta__V1__Escalation *said;

	if (!m->x->hurried) {
		return;
	}
	said = escalation_said(m->x, arena_allocator(m->arena));
	if (said == NULL) {
		m->is_short = true;
		return;
	}
	for (size_t i = 0; i < m->x->n_last && i < said->n_told; i++) {
		m->unreached[m->personal.n_unreached++] =
			said->told[i]->name[0] != '\0' ? said->told[i]->name
						       : said->told[i]->account;
	}
	m->personal.unreached = m->unreached;
}

static int
write_row(struct making *m, struct store_row *row)
{
	const struct escalation *x = m->x;
	Vedetta__V1__LogEscalation log = VEDETTA__V1__LOG_ESCALATION__INIT;
	uint8_t *body, *personal;

	m->state.cause = (Vedetta__V1__EscalationCause)x->cause;
	m->state.since = stamp(m, x->since_ms);
	m->state.next_at = stamp(m, m->next_ms);
	m->state.steps = (uint32_t)m->policy->n_steps;
	m->state.to = m->policy->steps[m->state.step - 1]->to;
	m->state.policy = m->policy->id;
	log.state = &m->state;
	log.cause_sequence = x->cause_seq;
	log.place = m->nth;
	log.group_wait_s = (uint32_t)(policy_group_wait_ms(m->policy) / 1000);
	log.group_interval_s = (uint32_t)(policy_group_interval_ms(m->policy) / 1000);
	name_unreached(m);
	m->personal.told = m->told;
	m->personal.skipped = m->skipped;
	body = arena_alloc(
		m->arena, vedetta__v1__log_escalation__get_packed_size(&log) + 1);
	personal = arena_alloc(
		m->arena, vedetta__v1__escalation__get_packed_size(&m->personal) + 1);
	if (m->is_short || body == NULL || personal == NULL) {
		return -ENOMEM;
	}
	*row = (struct store_row){
		.kind = STORE_ESCALATION,
		.subject = x->due.id,
		.body = body,
		.body_bytes = vedetta__v1__log_escalation__pack(&log, body),
	};
	if (m->personal.n_told > 0 || m->personal.n_skipped > 0 ||
		m->personal.n_unreached > 0) {
		row->personal = personal;
		row->personal_bytes =
			vedetta__v1__escalation__pack(&m->personal, personal);
	}
	return 1;
}

/* Nothing new is to be said: an exercise nobody joined, or still nobody to tell. */
static bool
is_no_news(const struct making *m)
{
	return m->personal.n_told == 0 &&
	       (m->facts.exercise ||
		       (m->x->phase == PHASE(REPEATING) && m->x->nobody_to_tell));
}

/* 1: a row, 0: it is due later, -ENOMEM. */
static int
step_one(struct escalations *e, struct escalation *x,
	const struct escalation_ground *ground, int64_t now_ms, struct arena *arena,
	struct store_row *row)
{
	struct making *m = arena_alloc(arena, sizeof(*m));
	int64_t due_ms;

	if (m == NULL) {
		return -ENOMEM;
	}
	memset(m, 0, sizeof(*m));
	m->ground = ground;
	m->x = x;
	m->now_ms = now_ms;
	m->arena = arena;
	vedetta__v1__escalation__init(&m->state);
	vedetta__v1__escalation__init(&m->personal);
	if (!ground->look(ground->arg, x->due.id, &m->facts, &m->place)) {
		due_remove(&e->due, &x->due);
		return 0;
	}
	m->policy = duty_policy(ground->duty, &m->place, m->facts.class_no);
	if (m->policy == NULL) {
		due_remove(&e->due, &x->due);
		return 0;
	}
	if (x->phase == PHASE(ANSWERED)) {
		due_ms = x->told_ms + policy_hand_over_ms(m->policy);
		/* In its turn, also when much is due: the order is the same always. */
		if (now_ms < due_ms || x->due.at_ms < due_ms) {
			return due_put(&e->due, &x->due, due_ms);
		}
		x->phase = PHASE(UNSPECIFIED);
		x->cause = CAUSE(NOT_HANDED_OVER);
		x->cause_seq = 0; /* the row that is written now */
		x->since_ms = now_ms;
	}
	decide(m);
	if (is_no_news(m)) {
		return due_put(&e->due, &x->due, now_ms + LOOK_AGAIN_MS);
	}
	return write_row(m, row);
}

/* The clock was set back: each wait begins at the latest now. 0 or -ENOMEM. */
static int
pull_back(struct escalations *e, int64_t now_ms)
{
	struct escalation *x;
	size_t at = 0;
	int r = escalation_fresh_pull_back(e, now_ms);

	escalation_pull_piles_back(e, now_ms);
	while ((x = table_next(&e->by_id, &at)) != NULL) {
		if (r == 0 && x->due.place != 0 && x->told_ms > now_ms) {
			r = due_put(
				&e->due, &x->due, x->due.at_ms - (x->told_ms - now_ms));
			x->told_ms = now_ms;
		}
	}
	return r;
}

/* The next that is due; with NULL for none. 0 or -ENOMEM. */
static int
next_due(struct escalations *e, int64_t now_ms, struct escalation **next)
{
	struct escalation_fresh *f = escalation_fresh_first(e);
	const struct due_at *first = due_first(&e->due);

	*next = NULL;
	if (f != NULL && f->at_ms <= now_ms &&
		(first == NULL || f->at_ms < first->at_ms ||
			(f->at_ms == first->at_ms && f->id < first->id))) {
		return escalation_fresh_end(e, f, next);
	}
	if (first != NULL && first->at_ms <= now_ms) {
		*next = table_find(&e->by_id, first->id);
	}
	return 0;
}

int
escalations_step(struct escalations *e, const struct escalation_ground *ground,
	int64_t now_ms, struct arena *arena, struct store_row *row)
{
	struct escalation *next;
	int r = now_ms < e->now_ms || e->now_ms == INT64_MIN ? pull_back(e, now_ms) : 0;

	e->now_ms = now_ms;
	if (!duty_has_people(ground->duty)) {
		return r;
	}
	while (r == 0 && (r = next_due(e, now_ms, &next)) == 0 && next != NULL) {
		r = step_one(e, next, ground, now_ms, arena, row);
	}
	return r;
}
