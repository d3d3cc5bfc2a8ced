/* Over 500 lines: the book, its questions and the inputs that need no more. */
#include "dispatch/office.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/office_internal.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name

enum {
	ROOM_FIRST = 16,
	USE_KEPT_AFTER_MS = 60 * 1000,
};

/* ---- the book */

struct office *
office_new(void)
{
	struct office *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		return NULL;
	}
	o->version = 1;
	o->delay = delay_new();
	if (o->delay == NULL) {
		free(o);
		return NULL;
	}
	return o;
}

void
office_free(struct office *o)
{
	if (o == NULL) {
		return;
	}
	for (size_t i = 0; i < o->n_people; i++) {
		vedetta__v1__stored_account__free_unpacked(o->people[i].stored, NULL);
	}
	for (size_t i = 0; i < o->n_visits; i++) {
		vedetta__v1__office_session__free_unpacked(o->visits[i].session, NULL);
	}
	free(o->people);
	free(o->visits);
	delay_free(o->delay);
	free(o);
}

/* Another map, or none: what fronts were told of areas is said again. */
void
office_use_areas(struct office *o, const struct area_map *map)
{
	o->map = map;
	o->version++;
	for (size_t i = 0; i < o->n_people; i++) {
		o->people[i].version = o->version;
	}
}

struct office_person *
office_find(const struct office *o, uint64_t id)
{
	size_t from = 0, to = o->n_people;

	while (from < to) {
		size_t at = from + (to - from) / 2;
		uint64_t here = o->people[at].stored->account->id;

		if (here == id) {
			return &o->people[at];
		}
		if (here < id) {
			from = at + 1;
		} else {
			to = at;
		}
	}
	return NULL;
}

struct office_person *
office_find_name(const struct office *o, const char *name)
{
	for (size_t i = 0; i < o->n_people; i++) {
		if (strcmp(o->people[i].stored->account->name, name) == 0) {
			return &o->people[i];
		}
	}
	return NULL;
}

struct office_visit *
office_find_visit(const struct office *o, uint64_t id)
{
	for (size_t i = 0; i < o->n_visits; i++) {
		if (o->visits[i].session->id == id) {
			return &o->visits[i];
		}
	}
	return NULL;
}

/* Grows a list of things of `each` bytes. 0 or -ENOMEM. */
static int
make_room(void **list, size_t *room, size_t n, size_t each)
{
	size_t wanted = *room == 0 ? ROOM_FIRST : *room * 2;
	void *more;

	if (n < *room) {
		return 0;
	}
	more = realloc(*list, wanted * each);
	if (more == NULL) {
		return -ENOMEM;
	}
	*list = more;
	*room = wanted;
	return 0;
}

/* Takes over `stored` on 0. */
static int
put_person(struct office *o, uint64_t seq, Vedetta__V1__StoredAccount *stored)
{
	struct office_person *p = office_find(o, stored->account->id);
	void *list = o->people;

	if (p == NULL) {
		assert(o->n_people == 0 ||
			o->people[o->n_people - 1].stored->account->id <
				stored->account->id);
		if (make_room(&list, &o->room_people, o->n_people, sizeof(*p)) != 0) {
			return -ENOMEM;
		}
		o->people = list;
		p = &o->people[o->n_people++];
	} else {
		vedetta__v1__stored_account__free_unpacked(p->stored, NULL);
	}
	*p = (struct office_person){
		.stored = stored, .version = ++o->version, .seq = seq};
	return 0;
}

static int
put_visit(struct office *o, Vedetta__V1__OfficeSession *session)
{
	struct office_visit *v = office_find_visit(o, session->id);
	void *list = o->visits;

	if (v == NULL) {
		if (make_room(&list, &o->room_visits, o->n_visits, sizeof(*v)) != 0) {
			return -ENOMEM;
		}
		o->visits = list;
		v = &o->visits[o->n_visits++];
	} else {
		vedetta__v1__office_session__free_unpacked(v->session, NULL);
	}
	*v = (struct office_visit){.session = session, .version = ++o->version};
	return 0;
}

int
office_load_account(struct office *o, const struct store_record *record)
{
	Vedetta__V1__StoredAccount *stored = vedetta__v1__stored_account__unpack(
		NULL, record->packed_bytes, record->packed);
	int r = stored == NULL || stored->account == NULL ||
				stored->account->id != record->id
			? -EUCLEAN
			: put_person(o, record->seq, stored);

	if (r != 0 && stored != NULL) {
		vedetta__v1__stored_account__free_unpacked(stored, NULL);
	}
	return r;
}

int
office_load_session(struct office *o, const struct store_record *record)
{
	Vedetta__V1__OfficeSession *session = vedetta__v1__office_session__unpack(
		NULL, record->packed_bytes, record->packed);
	int r = session == NULL || session->id != record->id ||
				session->token_hash.len != OFFICE_TOKEN_HASH_BYTES
			? -EUCLEAN
			: put_visit(o, session);

	if (r != 0 && session != NULL) {
		vedetta__v1__office_session__free_unpacked(session, NULL);
	}
	return r;
}

/* ---- changes */

static int
pack(struct arena *arena, const ProtobufCMessage *message, uint8_t **out, size_t *bytes)
{
	*bytes = protobuf_c_message_get_packed_size(message);
	*out = arena_alloc(arena, *bytes > 0 ? *bytes : 1);
	if (*out == NULL) {
		return -ENOMEM;
	}
	(void)protobuf_c_message_pack(message, *out);
	return 0;
}

/* The record is told last: a later one of the same thing stands for it. */
static struct store_record *
add_record(struct office_doing *d, enum store_record_kind kind, uint64_t id)
{
	struct office_out *out = d->out;

	for (size_t i = 0; i < out->n_records; i++) {
		if (out->records[i].kind == kind && out->records[i].id == id) {
			return &out->records[i];
		}
	}
	assert(out->n_records < OFFICE_RECORDS_MOST);
	return &out->records[out->n_records++];
}

int
office_keep_account(
	struct office_doing *d, uint64_t seq, const Vedetta__V1__StoredAccount *to)
{
	struct store_record record = {
		.kind = STORE_RECORD_ACCOUNT, .id = to->account->id, .seq = seq};
	const struct office_person *old = office_find(d->o, record.id);
	uint8_t *packed;
	int r = pack(d->arena, &to->base, &packed, &record.packed_bytes);

	if (r != 0) {
		return r;
	}
	record.packed = packed;
	if (seq == 0 && old != NULL) {
		record.seq = old->seq;
	}
	r = office_load_account(d->o, &record);
	if (r == 0) {
		*add_record(d, record.kind, record.id) = record;
	}
	return r == -EUCLEAN ? -ENOMEM : r; /* it was whole: memory was short */
}

int
office_keep_session(
	struct office_doing *d, uint64_t seq, const Vedetta__V1__OfficeSession *to)
{
	struct store_record record = {
		.kind = STORE_RECORD_SESSION, .id = to->id, .seq = seq};
	uint8_t *packed;
	int r = pack(d->arena, &to->base, &packed, &record.packed_bytes);

	if (r != 0) {
		return r;
	}
	record.packed = packed;
	r = office_load_session(d->o, &record);
	if (r == 0) {
		*add_record(d, record.kind, record.id) = record;
	}
	return r == -EUCLEAN ? -ENOMEM : r;
}

void
office_drop_session(struct office_doing *d, uint64_t id)
{
	struct office *o = d->o;
	struct office_visit *v = office_find_visit(o, id);
	struct office_ended *ended = &o->ended[o->n_ended++ % OFFICE_ENDED_KEPT];

	o->forgotten = ended->version; /* the one it pushes out */
	*ended = (struct office_ended){id, ++o->version};
	vedetta__v1__office_session__free_unpacked(v->session, NULL);
	*v = o->visits[--o->n_visits];
	*add_record(d, STORE_RECORD_SESSION, id) =
		(struct store_record){.kind = STORE_RECORD_SESSION, .id = id};
}

void
office_drop_sessions(struct office_doing *d, uint64_t account, uint64_t but)
{
	size_t i = 0;

	while (i < d->o->n_visits) {
		const Vedetta__V1__OfficeSession *s = d->o->visits[i].session;

		if (s->account == account && s->id != but) {
			office_drop_session(d, s->id);
		} else {
			i++;
		}
	}
}

int
office_add_row(struct office_doing *d, enum store_kind kind, uint64_t subject,
	const ProtobufCMessage *body, const ProtobufCMessage *personal, uint64_t *seq)
{
	struct office_row *row;
	int r;

	assert(d->out->n_rows < OFFICE_ROWS_MOST);
	row = &d->out->rows[d->out->n_rows];
	*row = (struct office_row){.kind = kind, .subject = subject};
	r = pack(d->arena, body, &row->body, &row->body_bytes);
	if (r == 0 && personal != NULL) {
		r = pack(d->arena, personal, &row->personal, &row->personal_bytes);
	}
	if (r == 0) {
		d->out->n_rows++;
		*seq = d->seq++;
	}
	return r;
}

uint64_t
office_name_hash(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *name != '\0'; name++) {
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	}
	return hash;
}

void
office_row_to_store(const struct office_row *from, uint64_t seq, int64_t at_ms,
	struct store_row *to)
{
	*to = (struct store_row){
		.seq = seq,
		.at_ms = at_ms,
		.kind = from->kind,
		.subject = from->kind == STORE_ACCOUNT && from->subject == 0
				   ? seq
				   : from->subject,
		.body = from->body,
		.body_bytes = from->body_bytes,
		.personal = from->personal,
		.personal_bytes = from->personal_bytes,
	};
}

/* ---- questions */

static struct scope
scope_of(const struct office *o, const Vedetta__V1__Account *a)
{
	struct scope scope;

	scope_make(&scope, a->areas, a->n_areas, a->unassigned, o->map);
	return scope;
}

bool
office_may(const struct office *o, uint64_t account, Vedetta__V1__Right right,
	const struct areas *areas)
{
	const Vedetta__V1__Account *a = office_account(o, account);
	struct scope scope;

	if (a == NULL || a->disabled || !rights_have(role_rights(a->role), right)) {
		return false;
	}
	if (areas == NULL) {
		return true;
	}
	scope = scope_of(o, a);
	return scope_meets(&scope, areas, o->map);
}

const Vedetta__V1__Account *
office_account(const struct office *o, uint64_t id)
{
	const struct office_person *p = office_find(o, id);

	return p != NULL ? p->stored->account : NULL;
}

const Vedetta__V1__Account *
office_by_name(const struct office *o, const char *name)
{
	const struct office_person *p = office_find_name(o, name);

	return p != NULL ? p->stored->account : NULL;
}

const Vedetta__V1__OfficeSession *
office_session(const struct office *o, uint64_t id)
{
	const struct office_visit *v = office_find_visit(o, id);

	return v != NULL ? v->session : NULL;
}

size_t
office_count(const struct office *o)
{
	return o->n_people;
}

const Vedetta__V1__Account *
office_at(const struct office *o, size_t i)
{
	return o->people[i].stored->account;
}

bool
office_unassigned_is_held(const struct office *o)
{
	for (size_t i = 0; i < o->n_people; i++) {
		const Vedetta__V1__Account *a = o->people[i].stored->account;

		if (!a->disabled && a->unassigned &&
			rights_have(
				role_rights(a->role), VEDETTA__V1__RIGHT__RIGHT_VIEW)) {
			return true;
		}
	}
	return false;
}

/* ---- inputs */

bool
office_input_is_whole(const Vedetta__V1__OfficeInput *in)
{
	switch (in->what_case) {
	case VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN:
		return in->login->login != NULL;
	case VEDETTA__V1__OFFICE_INPUT__WHAT_STEP_UP:
		return in->asker != NULL && in->step_up->step_up != NULL;
	case VEDETTA__V1__OFFICE_INPUT__WHAT_ACCOUNT:
		return in->asker != NULL && in->account->change != NULL;
	case VEDETTA__V1__OFFICE_INPUT__WHAT_USED:
		return true;
	case VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT:
		return in->provider_logout->token[0] != '\0';
	case VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_LOG_OUT:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_REVOKE:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_OWN:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_SEEN:
		return in->asker != NULL;
	case VEDETTA__V1__OFFICE_INPUT__WHAT__NOT_SET:
	case _VEDETTA__V1__OFFICE_INPUT__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

int
office_refuse(struct office_doing *d, Vedetta__V1__OfficeOutcome outcome)
{
	d->out->answer.outcome = outcome;
	return 0;
}

int
office_refuse_field(struct office_doing *d, const char *field, const char *reason)
{
	d->out->answer.outcome = OUTCOME(INVALID);
	d->out->answer.field = (char *)field;
	d->out->answer.reason = (char *)reason;
	return 0;
}

static void
begin(struct office_doing *d, struct office *o, const struct office_help *help,
	int64_t now_ms, uint64_t seq, struct arena *arena, struct office_out *out)
{
	*d = (struct office_doing){o, help, now_ms, seq, arena, out, 0};
	out->n_rows = 0;
	out->n_records = 0;
	out->answer = (Vedetta__V1__OfficeAnswer)VEDETTA__V1__OFFICE_ANSWER__INIT;
	out->answer.outcome = OUTCOME(DONE);
}

/* A row about a session, by its own account or by another. */
static int
log_session(struct office_doing *d, Vedetta__V1__AuditKind kind,
	const Vedetta__V1__OfficeSession *s, uint64_t by, uint64_t *seq)
{
	Vedetta__V1__LogSession log = VEDETTA__V1__LOG_SESSION__INIT;

	log.kind = kind;
	log.session = s->id;
	log.by = by;
	return office_add_row(d, STORE_SESSION, s->account, &log.base, NULL, seq);
}

static int
end_session(struct office_doing *d, struct office_visit *v, Vedetta__V1__AuditKind kind,
	uint64_t by)
{
	uint64_t seq;
	int r = log_session(d, kind, v->session, by, &seq);

	if (r == 0) {
		office_drop_session(d, v->session->id);
	}
	return r;
}

/* Is all of the other's ground the asker's, too? */
static bool
is_above(const struct office *o, const Vedetta__V1__Account *by,
	const Vedetta__V1__Account *other)
{
	struct scope scope = scope_of(o, by);

	for (size_t i = 0; i < other->n_areas; i++) {
		if (!scope_covers(&scope, other->areas[i], o->map)) {
			return false;
		}
	}
	return scope.all || (other->n_areas > 0 && !other->unassigned);
}

static int
revoke(struct office_doing *d, const struct office_visit *own, uint64_t id)
{
	const struct office *o = d->o;
	struct office_visit *v = office_find_visit(o, id);
	const Vedetta__V1__Account *by = office_account(o, own->session->account);
	const Vedetta__V1__Account *other =
		v != NULL ? office_account(o, v->session->account) : NULL;

	if (other == NULL ||
		(other != by &&
			((role_rights(by->role) &
				 (right_bit(VEDETTA__V1__RIGHT__RIGHT_ACCOUNTS) |
					 right_bit(VEDETTA__V1__RIGHT__RIGHT_LEAD))) ==
					0 ||
				!is_above(o, by, other)))) {
		return office_refuse(d, OUTCOME(NOT_FOUND));
	}
	return end_session(
		d, v, VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_SESSION_REVOKED, by->id);
}

/* What was shown, or taken along. */
static int
note_seen(struct office_doing *d, const struct office_visit *v,
	const Vedetta__V1__SeenInput *in)
{
	Vedetta__V1__LogAudit log = VEDETTA__V1__LOG_AUDIT__INIT;
	uint64_t seq;

	log.kind = in->kind;
	log.session = v->session->id;
	log.incident = in->incident;
	log.report = in->report;
	log.detail = in->detail;
	return office_add_row(
		d, STORE_AUDIT, v->session->account, &log.base, NULL, &seq);
}

static void
note_used(struct office_doing *d, const Vedetta__V1__UsedInput *in)
{
	for (size_t i = 0; i < in->n_sessions; i++) {
		struct office_visit *v = office_find_visit(d->o, in->sessions[i]);

		if (v != NULL && v->session->seen_ms < d->now_ms) {
			v->used = v->used ||
				  d->now_ms - v->session->seen_ms >= USE_KEPT_AFTER_MS;
			v->session->seen_ms = d->now_ms;
			v->version = ++d->o->version;
		}
	}
}

/* The session an input comes from, while it is good; else NULL. */
static struct office_visit *
visit_of(const struct office_doing *d, const Vedetta__V1__OfficeInput *in)
{
	struct office_visit *v =
		in->asker != NULL ? office_find_visit(d->o, in->asker->session) : NULL;
	const Vedetta__V1__Account *a =
		v != NULL ? office_account(d->o, v->session->account) : NULL;

	return a != NULL && !a->disabled && d->now_ms < v->session->expires_ms ? v
									       : NULL;
}

static int
take(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	struct office_visit *visit)
{
	switch (in->what_case) {
	case VEDETTA__V1__OFFICE_INPUT__WHAT_LOG_OUT:
		return end_session(d, visit, VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_LOGOUT,
			visit->session->account);
	case VEDETTA__V1__OFFICE_INPUT__WHAT_STEP_UP:
		return office_step_up(d, in);
	case VEDETTA__V1__OFFICE_INPUT__WHAT_REVOKE:
		return revoke(d, visit, in->revoke);
	case VEDETTA__V1__OFFICE_INPUT__WHAT_OWN:
		return office_change_own(d, visit, in);
	case VEDETTA__V1__OFFICE_INPUT__WHAT_ACCOUNT:
		return office_change_account(d,
			office_find(d->o, visit->session->account), visit->session->id,
			in->account);
	case VEDETTA__V1__OFFICE_INPUT__WHAT_SEEN:
		return note_seen(d, visit, in->seen);
	case VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_USED:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY:
	case VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT:
	case VEDETTA__V1__OFFICE_INPUT__WHAT__NOT_SET:
	case _VEDETTA__V1__OFFICE_INPUT__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return office_refuse(d, OUTCOME(NOT_FOUND));
}

int
office_step(struct office *o, const Vedetta__V1__OfficeInput *in,
	const struct office_help *help, int64_t now_ms, uint64_t seq,
	struct arena *arena, struct office_out *out)
{
	struct office_visit *visit;
	struct office_doing d;

	begin(&d, o, help, now_ms, seq, arena, out);
	d.network = in->asker != NULL ? in->asker->network : 0;
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_USED) {
		note_used(&d, in->used);
		return 0;
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN) {
		return office_log_in(&d, in);
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT) {
		return office_take_logout(&d);
	}
	visit = visit_of(&d, in);
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY) {
		return office_take_identity(&d, in, visit);
	}
	return visit == NULL ? office_refuse(&d, OUTCOME(NO_SESSION))
			     : take(&d, in, visit);
}

/* ---- the clock */

int
office_expire(struct office *o, int64_t now_ms, uint64_t seq, struct arena *arena,
	struct office_out *out)
{
	struct office_doing d;

	begin(&d, o, NULL, now_ms, seq, arena, out);
	for (size_t i = 0; i < o->n_visits; i++) {
		const Vedetta__V1__OfficeSession *s = o->visits[i].session;

		if (now_ms >= s->expires_ms || now_ms - s->seen_ms >= OFFICE_IDLE_MS) {
			int r = end_session(&d, &o->visits[i],
				VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_SESSION_EXPIRED, 0);

			return r == 0 ? 1 : r;
		}
	}
	return 0;
}

int
office_keep_use(struct office *o, struct arena *arena, struct office_out *out)
{
	struct office_doing d;

	begin(&d, o, NULL, 0, 0, arena, out);
	for (size_t i = 0; i < o->n_visits; i++) {
		struct office_visit *v = &o->visits[i];
		struct store_record record = {
			.kind = STORE_RECORD_SESSION, .id = v->session->id};
		uint8_t *packed;

		if (!v->used) {
			continue;
		}
		if (pack(arena, &v->session->base, &packed, &record.packed_bytes) !=
			0) {
			return -ENOMEM;
		}
		record.packed = packed;
		*add_record(&d, record.kind, record.id) = record;
		v->used = false;
		return 1;
	}
	return 0;
}
