/* api_contacts - how the desk reaches whoever asks: what is set up, does it arrive? */
#include <string.h>

#include "server/api_body.h"
#include "server/front.h"
#include "server/metrics.h"
#include "server/reply.h"
#include "server/who.h"

void
api_contacts_get(struct front *f, const struct call *call)
{
	Vedetta__V1__ContactsNow out = VEDETTA__V1__CONTACTS_NOW__INIT;
	const struct who *who = call_who(f, call);
	const Vedetta__V1__DutyNow *now = f->duty_now;

	if (now == NULL || f->desk == NULL) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	out.means = now->means;
	out.n_means = now->n_means;
	for (size_t i = 0; i < now->n_means; i++) {
		if (now->means[i] ==
			VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_WEB_PUSH) {
			out.push_key = now->push_key;
		}
	}
	out.tests = arena_alloc(f->work, (now->n_pages + 1) * sizeof(out.tests[0]));
	for (size_t i = 0; out.tests != NULL && i < now->n_pages; i++) {
		if (now->pages[i]->test &&
			strcmp(now->pages[i]->account, who->name) == 0) {
			out.tests[out.n_tests++] = now->pages[i];
		}
	}
	reply_message(f, &call->asker, 200, &out.base, JSON_EMIT_IMPLICIT, NULL);
}

void
api_contacts_test(struct front *f, const struct call *call)
{
	Vedetta__V1__DutyInput said = VEDETTA__V1__DUTY_INPUT__INIT;
	const struct who *who = call_who(f, call);
	const char *client_key = NULL;
	struct trouble trouble;
	int kind;

	metrics_add(METRIC_INTAKE_IN, 1);
	said.contact_test = (Vedetta__V1__ContactTest *)api_read_message(
		f, call, &vedetta__v1__contact_test__descriptor);
	if (said.contact_test == NULL) {
		return;
	}
	said.what_case = VEDETTA__V1__DUTY_INPUT__WHAT_CONTACT_TEST;
	said.author = (char *)(uintptr_t)who->name;
	said.account = who->account;
	trouble_init(&trouble);
	kind = api_body_key(call->request, &trouble, &client_key);
	if (kind == API_FINE) {
		kind = api_body_keep(f, call, FRAME_INPUT_DUTY, "duty", client_key,
			&said.base, &said.print);
	}
	if (kind != API_FINE) {
		metrics_add(METRIC_INTAKE_REFUSED_INVALID, 1);
		reply_problem(f, &call->asker, (enum problem_kind)kind, &trouble, NULL);
		return;
	}
	front_flush(f);
}

/* Queued; GET /v1/contacts tells what becomes of it. */
void
api_contacts_answered(struct front *f, const struct asker *asker, uint64_t page)
{
	Vedetta__V1__DutyPage out = VEDETTA__V1__DUTY_PAGE__INIT;

	out.id = page;
	out.test = true;
	metrics_add(METRIC_INTAKE_OUT, 1);
	reply_message(f, asker, 202, &out.base, JSON_CANONICAL, NULL);
}
