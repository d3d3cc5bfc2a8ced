/* api_audit - what people did, for those with the right to look */
#include <string.h>

#include <sodium.h>

#include "server/fields.h"
#include "server/front.h"
#include "server/limits.h"
#include "server/metrics.h"
#include "server/office_view.h"
#include "server/reply.h"
#include "server/search_reply.h"

enum {
	PAGE_AUDIT = 50, /* without limit= */
};

static const Vedetta__V1__Account *
account_named(const struct front *f, const char *name)
{
	for (size_t i = 0; i < office_view_count(f->office); i++) {
		const Vedetta__V1__Account *a =
			office_view_account_at(f->office, i)->account;

		if (strcmp(a->name, name) == 0) {
			return a;
		}
	}
	return NULL;
}

static const Vedetta__V1__Account *
account_of(const struct front *f, uint64_t id)
{
	const Vedetta__V1__OfficeAccount *a =
		id != 0 ? office_view_account(f->office, id) : NULL;

	return a != NULL ? a->account : NULL;
}

/* What the reader does not know: whose name is whose. */
static void
add_names(const struct front *f, Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__Account *by = account_of(f, e->by_account);
	const Vedetta__V1__Account *a =
		e->account != 0 ? account_of(f, e->account) : account_named(f, e->name);

	if (a != NULL) {
		e->account = a->id;
		e->name = a->name;
	}
	if (by != NULL && by->id != e->account) {
		e->by = by->name;
	}
}

/*
 * Of an incident that the asker sees, by an account that is all within the asker's
 * ground: else it is not told. What is nobody's is for those who see everything.
 */
static bool
is_seen(const struct front *f, const struct who *who, const Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__Account *a = account_of(f, e->account);

	if (who->scope == NULL) {
		return true;
	}
	if (e->incident != 0 && !who_sees_incident(f, who, e->incident)) {
		return false;
	}
	return e->account == who->account || (a != NULL && who_covers(f, who, a));
}

/* Keep it elsewhere: what is cut off or written anew up to there is found. */
static void
add_head(struct front *f, Vedetta__V1__AuditPage *page)
{
	Vedetta__V1__ChainHead *head = arena_alloc(f->work, sizeof(*head));
	char *hex = arena_alloc(f->work, 2 * METRICS_HASH_BYTES + 1);
	uint8_t hash[METRICS_HASH_BYTES];

	if (head == NULL || hex == NULL) {
		return;
	}
	vedetta__v1__chain_head__init(head);
	if (metrics_head(f->setup->pages, f->setup->n_pages, &head->row, hash)) {
		head->hash = sodium_bin2hex(
			hex, 2 * METRICS_HASH_BYTES + 1, hash, sizeof(hash));
		page->head = head;
	}
}

static void
on_page(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	Vedetta__V1__AuditPage empty = VEDETTA__V1__AUDIT_PAGE__INIT, *page = &empty;
	struct front *f = arg;
	struct who who;
	size_t n = 0;

	arena_reset(f->work);
	if (search_reply_unless_found(f, about, answer)) {
		return;
	}
	if (!who_asked(f, &about->asker, &who)) {
		reply_problem(f, &about->asker, PROBLEM_NO_SESSION, NULL, NULL);
		return;
	}
	if (answer->audit != NULL) {
		page = answer->audit;
	}
	for (size_t i = 0; i < page->n_entries; i++) {
		add_names(f, page->entries[i]);
		if (is_seen(f, &who, page->entries[i])) {
			page->entries[n++] = page->entries[i];
		}
	}
	page->n_entries = n;
	add_head(f, page);
	reply_message(f, &about->asker, 200, &page->base, JSON_CANONICAL, NULL);
}

/* 0 when it is not there. */
static void
read_number(const struct fields *query, const char *name, uint64_t max,
	const char *reason, struct trouble *trouble, uint64_t *out)
{
	const char *text = fields_get(query, name);

	if (text != NULL && (!fields_uint(text, max, out) || *out == 0)) {
		trouble_add(trouble, name, "%s", reason);
	}
}

static bool
read_query(struct front *f, const struct call *call, Vedetta__V1__AuditQuestion *out)
{
	const char *text = call->request->query;
	uint64_t limit = PAGE_AUDIT;
	const Vedetta__V1__Account *a;
	struct trouble trouble;
	struct fields query;

	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
		0) {
		for (size_t i = 0; i < query.n; i++) {
			const char *name = query.at[i].name;

			if (strcmp(name, "before") != 0 && strcmp(name, "limit") != 0 &&
				strcmp(name, "account") != 0 &&
				strcmp(name, "incident") != 0) {
				trouble_add(&trouble, name,
					"is not a parameter of this path");
			}
		}
		read_number(&query, "before", INT64_MAX, "is not what next said",
			&trouble, &out->before);
		read_number(&query, "account", INT64_MAX, "is not the id of an account",
			&trouble, &out->account);
		read_number(&query, "incident", INT64_MAX,
			"is not the id of an incident", &trouble, &out->incident);
		read_number(&query, "limit", LIMIT_PAGE_AUDIT,
			"is not a number from 1 to 200", &trouble, &limit);
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return false;
	}
	out->limit = (uint32_t)limit;
	a = account_of(f, out->account);
	if (a != NULL) {
		out->name = a->name;
	}
	return true;
}

void
api_audit_get(struct front *f, const struct call *call)
{
	Vedetta__V1__AuditQuestion audit = VEDETTA__V1__AUDIT_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;

	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	if (read_query(f, call, &audit)) {
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_AUDIT;
		question.audit = &audit;
		front_ask(f, call, ASK_LONG, &question, 0, on_page);
	}
}
