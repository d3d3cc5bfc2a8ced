#include "server/answer_audit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "geo/store_record.h"
#include "proto/frame.h"
#include "proto/stamp.h"
#include "server/limits.h"
#include "vedetta/v1/duty.pb-c.h"
#include "vedetta/v1/log.pb-c.h"
#include "vedetta/v1/office.pb-c.h"

#define KIND(name) VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_##name

enum {
	READ_AT_ONCE = 64,
	LOOKED_AT_MOST = 4096,                  /* rows for one page */
	PAGE_BYTES_MAX = FRAME_BODY_MAX - 1024, /* the rest of the answer */
	ENTRY_BYTES_MORE = 8,
};

/* Its role, and the names of what is other now. */
static int
read_account(
	const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__LogAccount *log = vedetta__v1__log_account__unpack(
		arena_allocator(arena), row->body_bytes, row->body);
	char *detail;

	if (log == NULL) {
		return -ENOMEM;
	}
	e->kind = log->kind;
	e->account = row->subject;
	e->by_account = log->by;
	e->name = log->name;
	detail = arena_printf(arena, "%s", log->n_changed > 0 ? log->changed[0] : "");
	for (size_t i = 1; detail != NULL && i < log->n_changed; i++) {
		detail = arena_printf(arena, "%s, %s", detail, log->changed[i]);
	}
	e->detail = detail;
	return detail == NULL ? -ENOMEM : 0;
}

static int
read_session(
	const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	ProtobufCAllocator *allocator = arena_allocator(arena);
	const Vedetta__V1__LogSession *log =
		vedetta__v1__log_session__unpack(allocator, row->body_bytes, row->body);
	const Vedetta__V1__LogFrom *from =
		row->personal == NULL ? NULL
				      : vedetta__v1__log_from__unpack(allocator,
						row->personal_bytes, row->personal);

	if (log == NULL || (from == NULL && row->personal != NULL)) {
		return -ENOMEM;
	}
	e->kind = log->kind;
	e->account = row->subject;
	e->by_account = log->by;
	e->session = log->session;
	e->detail = log->reason;
	if (from != NULL) {
		e->address = from->address;
	}
	return 0;
}

static int
read_seen(const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__LogAudit *log = vedetta__v1__log_audit__unpack(
		arena_allocator(arena), row->body_bytes, row->body);

	if (log == NULL) {
		return -ENOMEM;
	}
	e->kind = log->kind;
	e->account = row->subject;
	e->by_account = row->subject;
	e->session = log->session;
	e->incident = log->incident;
	e->report = log->report;
	e->detail = log->detail;
	return 0;
}

/* What was decided, in the word the API has for it; nothing of what it says. */
static const char *
word_of(const Vedetta__V1__Action *action)
{
	const ProtobufCMessageDescriptor *d = &vedetta__v1__action__descriptor;

	for (unsigned i = 0; action != NULL && i < d->n_fields; i++) {
		if (d->fields[i].id == (uint32_t)action->what_case) {
			return d->fields[i].name;
		}
	}
	return "";
}

static int
read_decision(
	const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__LogDecision *log = vedetta__v1__log_decision__unpack(
		arena_allocator(arena), row->body_bytes, row->body);

	if (log == NULL) {
		return -ENOMEM;
	}
	e->kind = KIND(ACTED);
	e->account = log->account;
	e->by_account = log->account;
	e->name = log->author;
	e->incident = row->subject;
	e->detail = (char *)(uintptr_t)word_of(log->action);
	return 0;
}

static int
read_move(const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__LogMove *log = vedetta__v1__log_move__unpack(
		arena_allocator(arena), row->body_bytes, row->body);

	if (log == NULL) {
		return -ENOMEM;
	}
	e->kind = KIND(ACTED);
	e->account = log->account;
	e->by_account = log->account;
	e->name = log->author;
	e->incident = row->subject;
	e->report = row->about;
	e->detail = (char *)(uintptr_t)(log->decision != 0 ? "move" : "place");
	return 0;
}

static int
read_duty(const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	const Vedetta__V1__LogDuty *log = vedetta__v1__log_duty__unpack(
		arena_allocator(arena), row->body_bytes, row->body);

	if (log == NULL) {
		return -ENOMEM;
	}
	e->kind = KIND(DUTY_CHANGED);
	e->name = log->by;
	e->detail = log->what;
	return 0;
}

/* The row is good until the next read; nothing in the entry points into it. */
static int
read_entry(const struct store_row *row, struct arena *arena, Vedetta__V1__AuditEntry *e)
{
	vedetta__v1__audit_entry__init(e);
	e->sequence = row->seq;
	e->at = stamp_new(arena, row->at_ms);
	if (e->at == NULL) {
		return -ENOMEM;
	}
	switch ((int)row->kind) { /* of the kinds that store_read_doings() knows */
	case STORE_ACCOUNT:
		return read_account(row, arena, e);
	case STORE_SESSION:
		return read_session(row, arena, e);
	case STORE_AUDIT:
		return read_seen(row, arena, e);
	case STORE_DECISION:
		return read_decision(row, arena, e);
	case STORE_MOVED_OUT:
		return read_move(row, arena, e);
	case STORE_DUTY:
		return read_duty(row, arena, e);
	default:
		e->kind = KIND(AREAS_IMPORTED);
		return 0;
	}
}

static bool
is_asked_for(const Vedetta__V1__AuditQuestion *asked, const Vedetta__V1__AuditEntry *e)
{
	if (e->kind == KIND(DAMAGED)) {
		return true; /* it may be about any */
	}
	return (asked->incident == 0 || e->incident == asked->incident) &&
	       (asked->account == 0 || e->account == asked->account ||
		       e->by_account == asked->account ||
		       (e->account == 0 && asked->name[0] != '\0' &&
			       strcmp(e->name, asked->name) == 0));
}

struct walk {
	struct store *store;
	const Vedetta__V1__AuditQuestion *asked;
	struct arena *arena;
	Vedetta__V1__AuditPage *page;
	uint64_t below; /* rows from here on were looked at */
	size_t most, bytes, n_looked_at;
	bool full;
};

/*
 * One that is not what was written says nothing but that it is there: whoever looks
 * for what was done has to know.
 */
static int
find_entry(struct walk *w, uint64_t seq, Vedetta__V1__AuditEntry *e)
{
	struct store_row row;
	int r = store_read_row(w->store, seq, &row);

	if (r != -EUCLEAN) {
		return r == 0 ? read_entry(&row, w->arena, e) : r;
	}
	vedetta__v1__audit_entry__init(e);
	e->sequence = seq;
	e->kind = KIND(DAMAGED);
	return 0;
}

/* Takes the row in when it is asked for and there is room. 0 or a fault. */
static int
take(struct walk *w, uint64_t seq)
{
	Vedetta__V1__AuditEntry *e = arena_alloc(w->arena, sizeof(*e));
	int r = e == NULL ? -ENOMEM : find_entry(w, seq, e);

	if (r == -ENOMEM && w->n_looked_at > 0) {
		w->full = true; /* the rest is another page */
		return 0;
	}
	if (r != 0) {
		return r;
	}
	if (is_asked_for(w->asked, e)) {
		w->bytes +=
			vedetta__v1__audit_entry__get_packed_size(e) + ENTRY_BYTES_MORE;
		if (w->bytes > PAGE_BYTES_MAX && w->page->n_entries > 0) {
			w->full = true;
			return 0;
		}
		w->page->entries[w->page->n_entries++] = e;
	}
	w->below = seq;
	w->n_looked_at++;
	w->full = w->page->n_entries == w->most || w->n_looked_at == LOOKED_AT_MOST;
	return 0;
}

/* 0 or a fault; full: there may be more. */
static int
walk(struct walk *w)
{
	uint64_t seqs[READ_AT_ONCE];
	size_t n = READ_AT_ONCE;

	while (!w->full && n == READ_AT_ONCE) {
		int r = store_read_doings(w->store, w->below, seqs, READ_AT_ONCE, &n);

		for (size_t i = 0; r == 0 && !w->full && i < n; i++) {
			r = take(w, seqs[i]);
		}
		if (r != 0) {
			return r;
		}
	}
	return 0;
}

int
answer_audit(struct store *store, const Vedetta__V1__AuditQuestion *asked,
	struct arena *arena, Vedetta__V1__AuditPage **out)
{
	struct walk w = {.store = store,
		.asked = asked,
		.arena = arena,
		.page = arena_alloc(arena, sizeof(*w.page)),
		.below = asked->before == 0 ? INT64_MAX : asked->before,
		.most = asked->limit < LIMIT_PAGE_AUDIT ? asked->limit
							: LIMIT_PAGE_AUDIT};
	int r;

	if (w.page == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__audit_page__init(w.page);
	w.page->entries = arena_alloc(arena, (w.most + 1) * sizeof(*w.page->entries));
	if (w.page->entries == NULL) {
		return -ENOMEM;
	}
	w.full = w.most == 0;
	r = walk(&w);
	if (r == 0 && w.full) {
		w.page->next = arena_printf(arena, "%" PRIu64, w.below);
		r = w.page->next == NULL ? -ENOMEM : 0;
	}
	*out = w.page;
	return r;
}
