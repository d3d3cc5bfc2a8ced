#include "server/office_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

enum {
	ROOM_FIRST = 16,
};

struct person {
	Vedetta__V1__OfficeAccount *told;
	const struct scope *scope; /* interned; NULL: everything */
};

struct visit {
	Vedetta__V1__OfficeSession *told;
	bool used;
};

struct book {
	size_t n_people, room_people;
	struct person *people;
	size_t n_visits, room_visits;
	struct visit *visits;
};

struct office_view {
	struct book now;
	struct book next; /* being told */
	bool ready;
	bool filling;
	bool unassigned_held;
	uint64_t version;
	size_t n_scopes, room_scopes;
	struct scope **scopes; /* each once: filters compare their addresses */
};

struct office_view *
office_view_new(void)
{
	return calloc(1, sizeof(struct office_view));
}

static void
empty_book(struct book *b)
{
	for (size_t i = 0; i < b->n_people; i++) {
		vedetta__v1__office_account__free_unpacked(b->people[i].told, NULL);
	}
	for (size_t i = 0; i < b->n_visits; i++) {
		vedetta__v1__office_session__free_unpacked(b->visits[i].told, NULL);
	}
	free(b->people);
	free(b->visits);
	*b = (struct book){0};
}

void
office_view_free(struct office_view *v)
{
	if (v == NULL) {
		return;
	}
	empty_book(&v->now);
	empty_book(&v->next);
	for (size_t i = 0; i < v->n_scopes; i++) {
		free(v->scopes[i]);
	}
	free(v->scopes);
	free(v);
}

/* Room for one more. 0 or -ENOMEM. */
static int
make_room(void *list, size_t *room, size_t n, size_t each)
{
	size_t wanted = *room == 0 ? ROOM_FIRST : *room * 2;
	void **at = list, *more;

	if (n < *room) {
		return 0;
	}
	more = realloc(*at, wanted * each);
	if (more == NULL) {
		return -ENOMEM;
	}
	*at = more;
	*room = wanted;
	return 0;
}

/* A message of its own with the same fields; NULL when memory is short. */
static ProtobufCMessage *
copy_of(const ProtobufCMessage *from)
{
	size_t bytes = protobuf_c_message_get_packed_size(from);
	uint8_t *packed = malloc(bytes + 1);
	ProtobufCMessage *copy = NULL;

	if (packed != NULL) {
		(void)protobuf_c_message_pack(from, packed);
		copy = protobuf_c_message_unpack(from->descriptor, NULL, bytes, packed);
	}
	free(packed);
	return copy;
}

static int
intern(struct office_view *v, const struct scope *scope, const struct scope **out)
{
	struct scope *own;

	*out = NULL;
	if (scope_is_everything(scope)) {
		return 0;
	}
	for (size_t i = 0; i < v->n_scopes; i++) {
		if (memcmp(v->scopes[i], scope, sizeof(*scope)) == 0) {
			*out = v->scopes[i];
			return 0;
		}
	}
	own = malloc(sizeof(*own));
	if (own == NULL || make_room(&v->scopes, &v->room_scopes, v->n_scopes,
				   sizeof(v->scopes[0])) != 0) {
		free(own);
		return -ENOMEM;
	}
	memcpy(own, scope, sizeof(*own));
	v->scopes[v->n_scopes++] = own;
	*out = own;
	return 0;
}

/* Those above are told, since only the desk has the map. */
static int
scope_of(struct office_view *v, const Vedetta__V1__OfficeAccount *told,
	const struct scope **out)
{
	const Vedetta__V1__Account *a = told->account;
	struct scope scope;

	scope_make(&scope, a->areas, a->n_areas, a->unassigned, NULL);
	for (size_t i = 0; i < told->n_above && scope.n_above < SCOPE_ABOVE_MOST; i++) {
		(void)snprintf(scope.above[scope.n_above++], AREA_CODE_BYTES, "%s",
			told->above[i]);
	}
	return intern(v, &scope, out);
}

static struct person *
find_person(const struct book *b, uint64_t id)
{
	for (size_t i = 0; i < b->n_people; i++) {
		if (b->people[i].told->account->id == id) {
			return &b->people[i];
		}
	}
	return NULL;
}

static struct visit *
find_visit(const struct book *b, uint64_t id)
{
	for (size_t i = 0; i < b->n_visits; i++) {
		if (b->visits[i].told->id == id) {
			return &b->visits[i];
		}
	}
	return NULL;
}

static int
put_person(
	struct office_view *v, struct book *b, const Vedetta__V1__OfficeAccount *from)
{
	struct person *p = find_person(b, from->account->id);
	struct person new = {0};

	if (scope_of(v, from, &new.scope) != 0) {
		return -ENOMEM;
	}
	new.told = (Vedetta__V1__OfficeAccount *)copy_of(&from->base);
	if (new.told == NULL || (p == NULL && make_room(&b->people, &b->room_people,
						      b->n_people, sizeof(*p)) != 0)) {
		if (new.told != NULL) {
			vedetta__v1__office_account__free_unpacked(new.told, NULL);
		}
		return -ENOMEM;
	}
	if (p == NULL) {
		p = &b->people[b->n_people++];
	} else {
		vedetta__v1__office_account__free_unpacked(p->told, NULL);
	}
	*p = new;
	return 0;
}

static int
put_visit(struct book *b, const Vedetta__V1__OfficeSession *from)
{
	struct visit *s = find_visit(b, from->id);
	Vedetta__V1__OfficeSession *told =
		(Vedetta__V1__OfficeSession *)copy_of(&from->base);

	if (told == NULL || (s == NULL && make_room(&b->visits, &b->room_visits,
						  b->n_visits, sizeof(*s)) != 0)) {
		if (told != NULL) {
			vedetta__v1__office_session__free_unpacked(told, NULL);
		}
		return -ENOMEM;
	}
	if (s == NULL) {
		s = &b->visits[b->n_visits++];
		s->used = false;
	} else {
		vedetta__v1__office_session__free_unpacked(s->told, NULL);
	}
	s->told = told;
	return 0;
}

static void
drop_visit(struct book *b, uint64_t id)
{
	struct visit *s = find_visit(b, id);

	if (s != NULL) {
		vedetta__v1__office_session__free_unpacked(s->told, NULL);
		*s = b->visits[--b->n_visits];
	}
}

static int
fill(struct office_view *v, struct book *b, const Vedetta__V1__OfficeStates *states)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < states->n_accounts; i++) {
		r = states->accounts[i]->account == NULL
			    ? 0
			    : put_person(v, b, states->accounts[i]);
	}
	for (size_t i = 0; r == 0 && i < states->n_sessions; i++) {
		r = put_visit(b, states->sessions[i]);
	}
	for (size_t i = 0; i < states->n_ended; i++) {
		drop_visit(b, states->ended[i]);
	}
	return r;
}

int
office_view_take(struct office_view *v, const Vedetta__V1__OfficeStates *states)
{
	int r;

	if (states->first) {
		empty_book(&v->next);
		v->filling = true;
	}
	r = fill(v, v->filling ? &v->next : &v->now, states);
	if (r != 0) {
		v->ready = false;
		v->version++;
		return r;
	}
	v->unassigned_held = states->unassigned_held;
	if (v->filling && states->last) {
		empty_book(&v->now);
		v->now = v->next;
		v->next = (struct book){0};
		v->filling = false;
		v->ready = true;
	}
	v->version++;
	return 0;
}

bool
office_view_is_ready(const struct office_view *v)
{
	return v->ready;
}

uint64_t
office_view_version(const struct office_view *v)
{
	return v->version;
}

bool
office_view_unassigned_held(const struct office_view *v)
{
	return v->unassigned_held;
}

size_t
office_view_count(const struct office_view *v)
{
	return v->now.n_people;
}

/* ---- who */

static bool
tell(const struct office_view *v, const struct visit *s, int64_t now_ms,
	struct who *out)
{
	const struct person *p =
		s != NULL ? find_person(&v->now, s->told->account) : NULL;
	const Vedetta__V1__Account *a = p != NULL ? p->told->account : NULL;

	if (!v->ready || a == NULL || a->disabled || now_ms >= s->told->expires_ms) {
		return false;
	}
	*out = (struct who){
		.account = a->id,
		.session = s->told->id,
		.role = a->role,
		.rights = role_rights(a->role),
		.unassigned = a->unassigned,
		.scope = p->scope,
		.stepped_up = now_ms < s->told->stepped_up_until_ms,
	};
	(void)snprintf(out->name, sizeof(out->name), "%s", a->name);
	return true;
}

bool
office_view_session(
	const struct office_view *v, uint64_t session, int64_t now_ms, struct who *out)
{
	return tell(v, find_visit(&v->now, session), now_ms, out);
}

static bool
is_hash(const ProtobufCBinaryData *told, const uint8_t hash[OFFICE_VIEW_HASH_BYTES])
{
	return told->len == OFFICE_VIEW_HASH_BYTES &&
	       sodium_memcmp(told->data, hash, OFFICE_VIEW_HASH_BYTES) == 0;
}

bool
office_view_token(const struct office_view *v,
	const uint8_t hash[OFFICE_VIEW_HASH_BYTES], int64_t now_ms, struct who *out)
{
	for (size_t i = 0; i < v->now.n_visits; i++) {
		const Vedetta__V1__OfficeSession *s = v->now.visits[i].told;

		if (is_hash(&s->token_hash, hash) ||
			(now_ms < s->old_until_ms && is_hash(&s->old_hash, hash))) {
			return tell(v, &v->now.visits[i], now_ms, out);
		}
	}
	return false;
}

const Vedetta__V1__OfficeAccount *
office_view_account(const struct office_view *v, uint64_t id)
{
	const struct person *p = find_person(&v->now, id);

	return p != NULL ? p->told : NULL;
}

const Vedetta__V1__OfficeAccount *
office_view_account_at(const struct office_view *v, size_t i)
{
	return v->now.people[i].told;
}

const Vedetta__V1__OfficeSession *
office_view_session_of(const struct office_view *v, uint64_t id)
{
	const struct visit *s = find_visit(&v->now, id);

	return s != NULL ? s->told : NULL;
}

size_t
office_view_sessions(const struct office_view *v)
{
	return v->now.n_visits;
}

const Vedetta__V1__OfficeSession *
office_view_session_at(const struct office_view *v, size_t i)
{
	return v->now.visits[i].told;
}

void
office_view_use(struct office_view *v, uint64_t session)
{
	struct visit *s = find_visit(&v->now, session);

	if (s != NULL) {
		s->used = true;
	}
}

size_t
office_view_used(struct office_view *v, uint64_t *out, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < v->now.n_visits && n < most; i++) {
		if (v->now.visits[i].used) {
			v->now.visits[i].used = false;
			out[n++] = v->now.visits[i].told->id;
		}
	}
	return n;
}
