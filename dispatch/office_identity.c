/* office_identity - who comes in on the word of the identity provider */
#include <string.h>

#include "dispatch/office_internal.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name
#define KIND(name) VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_##name
#define FAULT(name) VEDETTA__V1__LOGIN_FAULT__LOGIN_FAULT_##name

enum {
	ISSUER_MOST = 255,
	SUBJECT_MOST = 255, /* OpenID Connect Core, 2 */
};

static bool
is_same(const Vedetta__V1__Identity *a, const Vedetta__V1__Identity *b)
{
	return strcmp(a->subject, b->subject) == 0 && strcmp(a->issuer, b->issuer) == 0;
}

struct office_person *
office_find_identity(const struct office *o, const Vedetta__V1__Identity *identity)
{
	for (size_t i = 0; i < o->n_people; i++) {
		const Vedetta__V1__Account *a = o->people[i].stored->account;

		if (a->identity != NULL && is_same(a->identity, identity)) {
			return &o->people[i];
		}
	}
	return NULL;
}

const char *
office_identity_fault(
	const struct office *o, uint64_t account, const Vedetta__V1__Identity *identity)
{
	const struct office_person *other = office_find_identity(o, identity);

	if (identity->subject[0] == '\0') {
		return NULL; /* nobody any more */
	}
	if (identity->issuer[0] == '\0' || strlen(identity->issuer) > ISSUER_MOST) {
		return "is of no identity provider: the config names none "
		       "(oidc.issuer)";
	}
	if (strlen(identity->subject) > SUBJECT_MOST) {
		return "has more than 255 characters";
	}
	for (const char *c = identity->subject; *c != '\0'; c++) {
		if (*c < '!' || *c > '~') {
			return "has what is neither a letter nor a figure nor a sign "
			       "of "
			       "ASCII";
		}
	}
	return other != NULL && other->stored->account->id != account
		       ? "is bound to another account already"
		       : NULL;
}

static Vedetta__V1__OfficeOutcome
outcome_of(const Vedetta__V1__LoginResult *said)
{
	switch (said->fault) {
	case FAULT(REFUSED):
		return OUTCOME(PROVIDER_REFUSED);
	case FAULT(BROKEN):
		return OUTCOME(PROVIDER_BROKEN);
	case FAULT(WEAK):
		return OUTCOME(PROVIDER_WEAK);
	case FAULT(AWAY):
	case FAULT(UNSPECIFIED):
	case _VEDETTA__V1__LOGIN_FAULT_IS_INT_SIZE:
		break;
	}
	return OUTCOME(PROVIDER_AWAY);
}

/*
 * Until when a secret counts as shown: ten minutes from when it was, by the
 * provider's word. One that says nothing of it, or says that it was long ago, has
 * let in on a login of before.
 */
static int64_t
stepped_up_until(const struct office_doing *d, const Vedetta__V1__LoginResult *said)
{
	int64_t most = d->now_ms + OFFICE_STEP_UP_MS;
	int64_t until;

	if (said->auth_time_s <= 0 || said->auth_time_s > d->now_ms / 1000) {
		return said->auth_time_s <= 0 ? 0 : most; /* its clock is ahead */
	}
	until = said->auth_time_s * 1000 + OFFICE_STEP_UP_MS;
	return until > d->now_ms ? until : 0;
}

static int
refuse(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	Vedetta__V1__OfficeOutcome outcome, uint64_t account, const char *reason)
{
	uint64_t seq;

	(void)office_refuse(d, outcome);
	return office_log_try(d, in,
		in->identity->step_up ? KIND(STEP_UP_FAILED) : KIND(LOGIN_FAILED),
		account, reason, &seq);
}

/* As long as the config lets it, and no longer than others. */
static int64_t
session_within(const Vedetta__V1__LoginResult *said)
{
	return said->session_s > 0 && said->session_s < OFFICE_SESSION_MS / 1000
		       ? said->session_s * 1000
		       : OFFICE_SESSION_MS;
}

static int
let_in(struct office_doing *d, const Vedetta__V1__OfficeInput *in)
{
	const Vedetta__V1__LoginResult *said = d->help->login;
	const struct office_person *p = office_find_identity(d->o, said->identity);
	const struct office_opening how = {.token_hash = in->identity->token_hash,
		.stepped_up_until_ms = stepped_up_until(d, said),
		.way = "oidc",
		.within_ms = session_within(said),
		.provider_session = said->session};
	Vedetta__V1__StoredAccount to;

	if (p == NULL) {
		d->out->answer.reason = said->identity->subject;
		return refuse(d, in, OUTCOME(UNBOUND), 0, "unbound");
	}
	if (p->stored->account->disabled) {
		return refuse(
			d, in, OUTCOME(DISABLED), p->stored->account->id, "disabled");
	}
	to = *p->stored;
	return office_open_session(d, in, &how, &to);
}

static int
raise(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	const struct office_visit *visit)
{
	const Vedetta__V1__LoginResult *said = d->help->login;
	const struct office_person *p = office_find_identity(d->o, said->identity);
	Vedetta__V1__OfficeSession s = *visit->session;
	int64_t until_ms = stepped_up_until(d, said);
	uint64_t seq;
	int r;

	if (p == NULL || p->stored->account->id != s.account) {
		return refuse(d, in, OUTCOME(OTHER_PERSON), s.account, "unbound");
	}
	if (until_ms == 0) {
		return refuse(d, in, OUTCOME(STALE), s.account, "oidc");
	}
	r = office_log_try(d, in, KIND(STEP_UP), s.account, "oidc", &seq);
	return r == 0 ? office_raise(d, seq, &s, &in->identity->token_hash, until_ms)
		      : r;
}

int
office_take_identity(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	const struct office_visit *visit)
{
	const Vedetta__V1__LoginResult *said = d->help->login;

	if (in->identity->token_hash.len != OFFICE_TOKEN_HASH_BYTES) {
		return office_refuse(d, OUTCOME(PROVIDER_BROKEN));
	}
	if (office_is_in(d, &in->identity->token_hash)) {
		return 0;
	}
	if (said == NULL) {
		return office_refuse(d, OUTCOME(PROVIDER_AWAY));
	}
	if (said->fault != FAULT(UNSPECIFIED)) {
		return office_refuse(d, outcome_of(said));
	}
	if (said->identity == NULL || said->identity->subject[0] == '\0') {
		return office_refuse(d, OUTCOME(PROVIDER_BROKEN));
	}
	if (!in->identity->step_up) {
		return let_in(d, in);
	}
	return visit == NULL ? office_refuse(d, OUTCOME(NO_SESSION))
			     : raise(d, in, visit);
}

/* ---- and who goes on it */

/* Was this very token taken before? Whoever saw it could send it again. */
static bool
is_told_again(struct office *o, const char *token_id)
{
	uint64_t hash = office_name_hash(token_id);

	for (size_t i = 0; i < o->n_logouts && i < OFFICE_LOGOUTS_KEPT; i++) {
		if (o->logouts[i] == hash) {
			return true;
		}
	}
	o->logouts[o->n_logouts++ % OFFICE_LOGOUTS_KEPT] = hash;
	return false;
}

/* Is that session the provider's, and what it means? */
static bool
is_meant(const struct office *o, const Vedetta__V1__OfficeSession *s,
	const Vedetta__V1__LoginResult *said)
{
	const Vedetta__V1__Account *a = office_account(o, s->account);
	const Vedetta__V1__Identity *of = a != NULL ? a->identity : NULL;

	return s->by_provider && of != NULL &&
	       strcmp(of->issuer, said->identity->issuer) == 0 &&
	       (said->identity->subject[0] == '\0' ||
		       strcmp(of->subject, said->identity->subject) == 0) &&
	       (said->session[0] == '\0' ||
		       strcmp(s->provider_session, said->session) == 0);
}

static int
log_logout(struct office_doing *d, const Vedetta__V1__OfficeSession *s)
{
	Vedetta__V1__LogSession log = VEDETTA__V1__LOG_SESSION__INIT;
	uint64_t seq;

	log.kind = KIND(SESSION_REVOKED);
	log.session = s->id;
	log.reason = (char *)"oidc";
	return office_add_row(d, STORE_SESSION, s->account, &log.base, NULL, &seq);
}

/* One row for all of them: an identity is of one account, a sid of one identity. */
static int
end_all(struct office_doing *d, const Vedetta__V1__LoginResult *said)
{
	size_t i = 0;
	int r = 0;

	while (r == 0 && i < d->o->n_visits) {
		const Vedetta__V1__OfficeSession *s = d->o->visits[i].session;
		uint64_t *account = &d->out->answer.account;

		if ((*account != 0 && s->account != *account) ||
			!is_meant(d->o, s, said)) {
			i++;
			continue;
		}
		if (*account == 0) {
			*account = s->account;
			r = log_logout(d, s);
		}
		if (r == 0) {
			office_drop_session(d, s->id);
		}
	}
	return r;
}

int
office_take_logout(struct office_doing *d)
{
	const Vedetta__V1__LoginResult *said = d->help->login;

	if (said == NULL) {
		return office_refuse(d, OUTCOME(PROVIDER_AWAY));
	}
	if (said->fault != FAULT(UNSPECIFIED)) {
		return office_refuse(d, outcome_of(said));
	}
	if (said->identity == NULL || said->token_id[0] == '\0' ||
		(said->identity->subject[0] == '\0' && said->session[0] == '\0')) {
		return office_refuse(d, OUTCOME(PROVIDER_BROKEN));
	}
	return is_told_again(d->o, said->token_id) ? 0 : end_all(d, said);
}
