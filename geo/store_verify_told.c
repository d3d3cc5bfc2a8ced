/*
 * What stands beside the log against the rows that tell of it. Each carries a sum of
 * itself, but who takes out a whole record, or makes one with its sum, is seen
 * here only.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "geo/store_internal.h"
#include "geo/store_record.h"
#include "vedetta/v1/delivery.pb-c.h"
#include "vedetta/v1/log.pb-c.h"
#include "vedetta/v1/umbrella.pb-c.h"

#define EVENT(name) VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_##name

enum {
	IS_OPEN = VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN,
};

/* ---- by rows */

static int
verify_incident(
	struct store *s, const struct store_row *row, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_INCIDENT];
	int r;

	if (row->subject != row->seq) {
		return 0; /* the row that opened it has been asked */
	}
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)row->subject);
	r = store_step(s, statement);
	if (r == 1) {
		sqlite3_reset(statement);
		return 0;
	}
	if (r == 0) {
		store_say(why, "incident %" PRIu64 ", which it opened, is gone",
			row->seq);
		r = STORE_DAMAGED;
	}
	return r;
}

/* As the newest row about it says. */
static bool
is_as_told(const struct store_umbrella *u, const Vedetta__V1__LogUmbrella *said)
{
	bool is_over = said->event == EVENT(MERGED) || said->event == EVENT(ENDED) ||
		       said->event == EVENT(LOST);

	return u->anchor == said->anchor && u->exercise == said->exercise &&
	       (u->status == IS_OPEN) == !is_over &&
	       u->merged_into == (said->event == EVENT(MERGED) ? said->other : 0);
}

static int
compare_umbrella(const struct store_row *row, const struct store_umbrella *u,
	const struct store_why *why)
{
	Vedetta__V1__LogUmbrella *said;
	bool same;

	if (u->seq > row->seq) {
		return 0; /* a later row says how it is */
	}
	said = vedetta__v1__log_umbrella__unpack(NULL, row->body_bytes, row->body);
	if (said == NULL) {
		return -ENOMEM; /* the row is proven: it is what was packed */
	}
	same = u->seq == row->seq && is_as_told(u, said);
	vedetta__v1__log_umbrella__free_unpacked(said, NULL);
	if (same) {
		return 0;
	}
	store_say(why, "umbrella %" PRIu64 " is not as row %" PRIu64 " left it", u->id,
		row->seq);
	return STORE_DAMAGED;
}

static int
verify_umbrella(
	struct store *s, const struct store_row *row, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_UMBRELLA];
	struct store_umbrella umbrella;
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)row->subject);
	r = store_step(s, statement);
	if (r == 1) {
		/* Its sum is looked at with those of the others. */
		r = store_take_umbrella(statement, &umbrella)
			    ? compare_umbrella(row, &umbrella, why)
			    : 0;
		sqlite3_reset(statement);
	} else if (r == 0) {
		store_say(why, "umbrella %" PRIu64 ", of which it tells, is gone",
			row->subject);
		r = STORE_DAMAGED;
	}
	return r;
}

/* As the newest row about it says. */
static int
compare_delivery(const struct store_row *row, const struct store_delivery *d,
	const struct store_why *why)
{
	Vedetta__V1__LogDelivery *said;
	bool same;

	if (d->seq > row->seq) {
		return 0; /* a later row says how it is */
	}
	said = vedetta__v1__log_delivery__unpack(NULL, row->body_bytes, row->body);
	if (said == NULL) {
		return -ENOMEM;
	}
	same = d->seq == row->seq && d->state == said->state &&
	       d->reason == said->reason && d->attempts == said->attempt;
	vedetta__v1__log_delivery__free_unpacked(said, NULL);
	if (same) {
		return 0;
	}
	store_say(why, "delivery %" PRIu64 " is not as row %" PRIu64 " left it", d->id,
		row->seq);
	return STORE_DAMAGED;
}

static int
verify_delivery(
	struct store *s, const struct store_row *row, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_DELIVERY];
	struct store_delivery delivery;
	int r;

	sqlite3_bind_int64(statement, 1, (sqlite3_int64)row->subject);
	r = store_step(s, statement);
	if (r == 1) {
		r = store_take_delivery(statement, &delivery)
			    ? compare_delivery(row, &delivery, why)
			    : 0;
		sqlite3_reset(statement);
	} else if (r == 0) {
		store_say(why, "delivery %" PRIu64 ", of which it tells, is gone",
			row->subject);
		r = STORE_DAMAGED;
	}
	return r;
}

static int
verify_import(struct store *s, const struct store_row *row, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_IMPORT];
	Vedetta__V1__LogAreas *said =
		vedetta__v1__log_areas__unpack(NULL, row->body_bytes, row->body);
	uint64_t seq = 0;
	int r;

	if (said == NULL) {
		return -ENOMEM;
	}
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)said->import);
	r = store_step(s, statement);
	if (r == 1) {
		seq = (uint64_t)sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
	}
	if (r >= 0 && seq != row->seq) {
		store_say(why, "import %" PRIu64 " of areas, of which it tells, is %s",
			said->import, r == 1 ? "another's" : "gone");
		r = STORE_DAMAGED;
	} else if (r == 1) {
		r = 0;
	}
	vedetta__v1__log_areas__free_unpacked(said, NULL);
	return r;
}

/* An account is never forgotten, and its record is not older than its rows. */
static int
verify_account(
	struct store *s, const struct store_row *row, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_RECORD_SEQ];
	uint64_t seq = 0;
	int r;

	sqlite3_bind_int(statement, 1, STORE_RECORD_ACCOUNT);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)row->subject);
	r = store_step(s, statement);
	if (r == 1) {
		seq = (uint64_t)sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
		r = 0;
	}
	if (r == 0 && seq < row->seq) {
		store_say(why, "account %" PRIu64 ", of which it tells, is %s",
			row->subject, seq == 0 ? "gone" : "an older one");
		return STORE_DAMAGED;
	}
	return r;
}

int
store_verify_told(
	struct store *s, const struct store_row *row, const struct store_why *why)
{
	switch (row->kind) {
	case STORE_UMBRELLA:
		return verify_umbrella(s, row, why);
	case STORE_AREAS:
		return verify_import(s, row, why);
	case STORE_DELIVERY:
		return verify_delivery(s, row, why);
	case STORE_DUTY:
		return 0;
	case STORE_ESCALATION:
		if (row->subject == 0) {
			return 0; /* a message, about many */
		}
		break;
	case STORE_ACCOUNT:
		return verify_account(s, row, why);
	case STORE_SESSION:
	case STORE_AUDIT:
		return 0; /* tell of what is over, or of nothing that is kept */
	case STORE_REPORT:
	case STORE_ADDITION:
	case STORE_QUARANTINED:
	case STORE_RAW:
	case STORE_INTERPRETED:
	case STORE_REAREA:
	case STORE_MOVED_OUT:
	case STORE_MOVED_IN:
	case STORE_SILENCE:
	case STORE_DECISION:
	case STORE_MESSAGE:
		break;
	}
	return verify_incident(s, row, why);
}

/* ---- by records */

/* None stands there that the row it names tells nothing of. */
static int
verify_rows_of(struct store *s, enum store_statement untold, const char *kind,
	uint64_t *bad_seq, const struct store_why *why)
{
	sqlite3_stmt *statement = s->statements[untold];
	int r = store_step(s, statement);

	if (r == 1) {
		*bad_seq = (uint64_t)sqlite3_column_int64(statement, 1);
		store_say(why, "row %" PRIu64 " tells nothing of %s %lld", *bad_seq,
			kind, (long long)sqlite3_column_int64(statement, 0));
		sqlite3_reset(statement);
		r = STORE_DAMAGED;
	}
	return r;
}

enum import_column {
	IMPORT_NUMBER,
	IMPORT_SEQ,
	IMPORT_KIND,
	IMPORT_BODY,
	IMPORT_AREAS,
	IMPORT_RESIDENTS,
};

/* NULL: nothing is wrong so far; *whole: as many areas and figures as told. */
static const char *
take_import(sqlite3_stmt *q, bool *whole)
{
	Vedetta__V1__LogAreas *said;
	const char *wrong = "is told by no row";

	if (sqlite3_column_int(q, IMPORT_KIND) != STORE_AREAS) {
		return wrong;
	}
	said = vedetta__v1__log_areas__unpack(NULL,
		(size_t)sqlite3_column_bytes(q, IMPORT_BODY),
		sqlite3_column_blob(q, IMPORT_BODY));
	if (said != NULL &&
		said->import == (uint64_t)sqlite3_column_int64(q, IMPORT_NUMBER)) {
		wrong = NULL;
		*whole = said->areas ==
				 (uint64_t)sqlite3_column_int64(q, IMPORT_AREAS) &&
			 said->residents ==
				 (uint64_t)sqlite3_column_int64(q, IMPORT_RESIDENTS);
	}
	vedetta__v1__log_areas__free_unpacked(said, NULL);
	return wrong;
}

/* What a later import stands for may be swept out: only the newest is counted. */
static int
verify_imports(struct store *s, uint64_t *bad_seq, const struct store_why *why)
{
	sqlite3_stmt *q = s->statements[STORE_SQL_IMPORTS];
	const char *wrong = NULL;
	uint64_t number = 0, seq = 0;
	bool whole = true;
	int r;

	while (wrong == NULL && (r = store_step(s, q)) == 1) {
		number = (uint64_t)sqlite3_column_int64(q, IMPORT_NUMBER);
		seq = (uint64_t)sqlite3_column_int64(q, IMPORT_SEQ);
		wrong = take_import(q, &whole);
	}
	sqlite3_reset(q);
	if (wrong == NULL && r == 0 && !whole) {
		wrong = "has not all that was imported";
	}
	if (wrong == NULL) {
		return r;
	}
	*bad_seq = seq;
	store_say(why, "import %" PRIu64 " of areas %s", number, wrong);
	return STORE_DAMAGED;
}

int
store_verify_untold(struct store *s, uint64_t *bad_seq, const struct store_why *why)
{
	int r = verify_rows_of(s, STORE_SQL_UMBRELLA_UNTOLD, "umbrella", bad_seq, why);

	if (r == 0) {
		r = verify_rows_of(
			s, STORE_SQL_DELIVERY_UNTOLD, "delivery", bad_seq, why);
	}
	return r == 0 ? verify_imports(s, bad_seq, why) : r;
}
