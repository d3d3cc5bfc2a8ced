/*
 * office_view - accounts and sessions, as a console front knows them
 *
 * Told by the desk (FRAME_OFFICE): all there are, in pieces, then what changes. Until
 * the last of the first pieces is here nobody is known, and nobody gets in. A desk
 * that begins anew tells all again; what was known before holds until that is
 * whole. Holds no secret: tokens are hashes, passwords are not told at all.
 */
#ifndef SERVER_OFFICE_VIEW_H
#define SERVER_OFFICE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/scope.h"
#include "server/who.h"
#include "vedetta/v1/office.pb-c.h"

struct office_view;

enum {
	OFFICE_VIEW_HASH_BYTES = 32,
};

/* NULL when memory is short. */
struct office_view *office_view_new(void);
/* Accepts NULL. */
void office_view_free(struct office_view *v);

/* 0 or -ENOMEM: then it knows nobody until all is told again. */
int office_view_take(struct office_view *v, const Vedetta__V1__OfficeStates *states);

bool office_view_is_ready(const struct office_view *v);

/* Rises when anything changed. */
uint64_t office_view_version(const struct office_view *v);

/* Does anybody hold the unassigned right? Is there any account at all? */
bool office_view_unassigned_held(const struct office_view *v);
size_t office_view_count(const struct office_view *v);

/*
 * Who has that session, or that token, now? false: nobody any more. The scope in
 * *out lives as long as the view.
 */
bool office_view_session(
	const struct office_view *v, uint64_t session, int64_t now_ms, struct who *out);
bool office_view_token(const struct office_view *v,
	const uint8_t hash[OFFICE_VIEW_HASH_BYTES], int64_t now_ms, struct who *out);

/* By number; good until the next take. */
const Vedetta__V1__OfficeAccount *office_view_account(
	const struct office_view *v, uint64_t id);
const Vedetta__V1__OfficeAccount *office_view_account_at(
	const struct office_view *v, size_t i);
const Vedetta__V1__OfficeSession *office_view_session_of(
	const struct office_view *v, uint64_t id);
size_t office_view_sessions(const struct office_view *v);
const Vedetta__V1__OfficeSession *office_view_session_at(
	const struct office_view *v, size_t i);

/* It was used: at most `most` of these since they were asked for last. */
void office_view_use(struct office_view *v, uint64_t session);
size_t office_view_used(struct office_view *v, uint64_t *out, size_t most);

#endif
