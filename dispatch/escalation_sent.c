/* escalation_sent - messages that were made: are they wanted still, did they fail? */
#include <errno.h>
#include <string.h>

#include "dispatch/escalation_internal.h"
#include "proto/stamp.h"

static struct escalation_sent *
nth_of(struct escalations *e, size_t nth)
{
	return &e->sent[(e->n_sent - 1 - nth) % ESCALATION_SENT_MOST];
}

const struct escalation_sent *
escalations_sent(const struct escalations *e, size_t nth)
{
	return nth >= e->n_sent || nth >= ESCALATION_SENT_MOST
		       ? NULL
		       : &e->sent[(e->n_sent - 1 - nth) % ESCALATION_SENT_MOST];
}

bool
escalations_want(const struct escalations *e, const struct escalation_sent *sent)
{
	bool wanted = sent->test || sent->n > sent->n_listed;

	for (size_t i = 0; !wanted && i < sent->n_listed; i++) {
		const struct escalation *x = table_find(&e->by_id, sent->incidents[i]);

		wanted = x != NULL && escalation_goes_on(x);
	}
	return wanted;
}

void
escalations_settle(struct escalations *e, size_t nth)
{
	nth_of(e, nth)->over = true;
}

/* It was about what its person was told last before it. */
static void
mark(Vedetta__V1__Escalation *said, const struct escalation_sent *sent)
{
	for (size_t i = 0; i < said->n_told; i++) {
		Vedetta__V1__EscalationTold *t = said->told[i];

		if (strcmp(t->account, sent->account) == 0 &&
			(t->account[0] != '\0' || strcmp(t->name, sent->name) == 0) &&
			stamp_ms(t->at) <= sent->at_ms) {
			t->failed = true;
			return;
		}
	}
}

static bool
has_console(const Vedetta__V1__EscalationTold *told)
{
	for (size_t i = 0; i < told->n_means; i++) {
		if (told->means[i] == VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_CONSOLE) {
			return true;
		}
	}
	return false;
}

/* Each of those whom its last row told, and all of them are known. */
static bool
reached_nobody(const struct escalation *x, const Vedetta__V1__Escalation *said)
{
	if (x->n_last == 0 || x->n_last > said->n_told) {
		return false;
	}
	for (size_t i = 0; i < x->n_last; i++) {
		if (!said->told[i]->failed || has_console(said->told[i])) {
			return false;
		}
	}
	return true;
}

/* The message failed. *nobody: so did all of its last row. 0 or -ENOMEM. */
static int
note_failed(struct escalation *x, const struct escalation_sent *sent, bool *nobody)
{
	Vedetta__V1__Escalation *said;
	int r;

	*nobody = false;
	if (x->said == NULL) {
		return 0;
	}
	said = escalation_said(x, NULL);
	if (said == NULL) {
		return -ENOMEM;
	}
	mark(said, sent);
	*nobody = reached_nobody(x, said);
	r = escalation_say(x, said);
	vedetta__v1__escalation__free_unpacked(said, NULL);
	return r;
}

int
escalations_fail(struct escalations *e, size_t nth, int64_t now_ms)
{
	struct escalation_sent *sent = nth_of(e, nth);
	int r = 0;

	sent->failed = true;
	for (size_t i = 0; r == 0 && i < sent->n_listed; i++) {
		struct escalation *x = table_find(&e->by_id, sent->incidents[i]);
		bool nobody;

		if (x == NULL || !escalation_goes_on(x)) {
			continue;
		}
		r = note_failed(x, sent, &nobody);
		/* Repeats come when they come: they would never end else. */
		if (r == 0 && x->phase == PHASE(WAITING) && nobody &&
			x->due.at_ms > now_ms) {
			x->hurried = true;
			r = due_put(&e->due, &x->due, now_ms);
		}
	}
	return r;
}
