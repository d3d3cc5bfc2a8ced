/* office_login - who gets in, and who shows a secret again */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "dispatch/office_internal.h"
#include "dispatch/totp.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name
#define KIND(name) VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_##name

enum {
	NETWORKS_KEPT = 8,
	AGENT_BYTES = 200,
	RECOVERY_CHARS = 16,
};

/*
 * The hash of a password nobody knows, as costly as all others: looking for somebody
 * who is not there takes as long as a wrong password.
 */
static const char nobodys[] = "$argon2id$v=19$m=262144,t=3,p=1$Tnb6uNTJ4YS4MGUWcTZDHQ$"
			      "VbMWvL3YvGZbYaH/Ma8jfdLIxS2LyBHGuTWgsQhpXcE";

static bool
may_log_in(const struct office_person *p)
{
	return p != NULL && !p->stored->account->disabled &&
	       p->stored->password_hash[0] != '\0';
}

static bool
knows(const struct office_person *p, uint64_t network)
{
	for (size_t i = 0; p != NULL && i < p->stored->n_networks; i++) {
		if (p->stored->networks[i] == network) {
			return true;
		}
	}
	return false;
}

static uint64_t
network_of(const Vedetta__V1__OfficeInput *in)
{
	return in->asker != NULL ? in->asker->network : 0;
}

/* May this name be tried from there now? Counts it as wrong until it was right. */
static enum office_plan
ask_delay(struct office *o, const char *name, bool known, uint64_t network,
	int64_t now_ms, int64_t *wait_ms)
{
	uint64_t hash = office_name_hash(name);

	*wait_ms = delay_try(o->delay, hash, network, known, now_ms);
	if (*wait_ms > 0) {
		return OFFICE_SLOWER;
	}
	delay_wrong(o->delay, hash, network, now_ms);
	return OFFICE_HELPER;
}

/* Of the one who asks; NULL: nobody. */
static struct office_person *
asker_of(const struct office *o, const Vedetta__V1__OfficeInput *in)
{
	const struct office_visit *v =
		in->asker != NULL ? office_find_visit(o, in->asker->session) : NULL;

	return v != NULL ? office_find(o, v->session->account) : NULL;
}

static enum office_plan
plan_step_up(struct office *o, const Vedetta__V1__OfficeInput *in, int64_t now_ms,
	int64_t *wait_ms)
{
	const struct office_person *p = asker_of(o, in);
	enum office_plan plan = OFFICE_STEP;

	if (p != NULL) {
		plan = ask_delay(o, p->stored->account->name, true, network_of(in),
			now_ms, wait_ms);
	}
	return plan == OFFICE_HELPER && in->step_up->step_up->code[0] != '\0'
		       ? OFFICE_STEP
		       : plan;
}

static enum office_plan
plan_own(struct office *o, const Vedetta__V1__OfficeInput *in, int64_t now_ms,
	int64_t *wait_ms)
{
	const struct office_person *p = asker_of(o, in);
	bool by_code = in->own->what_case == VEDETTA__V1__OWN_CHANGE__WHAT_TOTP_END;
	enum office_plan plan;

	if (p == NULL ||
		(!by_code &&
			(in->own->what_case != VEDETTA__V1__OWN_CHANGE__WHAT_PASSWORD ||
				office_password_fault(in->own->password->password,
					p->stored->account->name) != NULL))) {
		return OFFICE_STEP;
	}
	plan = ask_delay(
		o, p->stored->account->name, true, network_of(in), now_ms, wait_ms);
	return plan == OFFICE_HELPER && by_code ? OFFICE_STEP : plan;
}

static enum office_plan
plan_account(const struct office *o, const Vedetta__V1__OfficeInput *in)
{
	const struct office_person *p = asker_of(o, in);
	const Vedetta__V1__AccountChange *change = in->account->change;

	return p == NULL || change->password[0] == '\0' ||
			       !office_may(o, p->stored->account->id,
				       VEDETTA__V1__RIGHT__RIGHT_ACCOUNTS, NULL) ||
			       office_password_fault(change->password, change->name) !=
				       NULL
		       ? OFFICE_STEP
		       : OFFICE_HELPER;
}

enum office_plan
office_plan(struct office *o, const Vedetta__V1__OfficeInput *in, int64_t now_ms,
	int64_t *wait_ms)
{
	const char *name;

	*wait_ms = 0;
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN) {
		name = in->login->login->name;
		return ask_delay(o, name,
			knows(office_find_name(o, name), network_of(in)),
			network_of(in), now_ms, wait_ms);
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_STEP_UP) {
		return plan_step_up(o, in, now_ms, wait_ms);
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_OWN) {
		return plan_own(o, in, now_ms, wait_ms);
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_ACCOUNT) {
		return plan_account(o, in);
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_PROVIDER_LOGOUT ||
		(in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_IDENTITY &&
			office_by_token(o, &in->identity->token_hash) == NULL)) {
		return OFFICE_PROVIDER;
	}
	return OFFICE_STEP;
}

void
office_job(const struct office *o, const Vedetta__V1__OfficeInput *in,
	Vedetta__V1__PasswordJob *job)
{
	const struct office_person *p = asker_of(o, in);

	vedetta__v1__password_job__init(job);
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_ACCOUNT) {
		job->make = in->account->change->password;
		return;
	}
	if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_LOGIN) {
		p = office_find_name(o, in->login->login->name);
		job->password = in->login->login->password;
	} else if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_STEP_UP) {
		job->password = in->step_up->step_up->password;
	} else if (in->what_case == VEDETTA__V1__OFFICE_INPUT__WHAT_OWN &&
		   in->own->what_case == VEDETTA__V1__OWN_CHANGE__WHAT_PASSWORD) {
		job->password = in->own->password->old;
		job->make = in->own->password->password;
	}
	job->hash = may_log_in(p) ? p->stored->password_hash : (char *)nobodys;
}

/* ---- codes */

/* Letters and digits alone, in upper case; false: it is no recovery code. */
static bool
read_recovery(const char *text, char out[RECOVERY_CHARS])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A')
						      : *text;

		if (c == ' ' || c == '-') {
			continue;
		}
		if (!((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7')) ||
			n == RECOVERY_CHARS) {
			return false;
		}
		out[n++] = c;
	}
	return n == RECOVERY_CHARS;
}

void
office_hash_recovery(const char *text, uint8_t out[OFFICE_TOKEN_HASH_BYTES])
{
	char code[RECOVERY_CHARS] = "";

	(void)read_recovery(text, code);
	crypto_generichash(out, OFFICE_TOKEN_HASH_BYTES, (const uint8_t *)code,
		sizeof(code), NULL, 0);
}

static bool
take_recovery(struct office_doing *d, const char *text, Vedetta__V1__StoredAccount *to)
{
	uint8_t hash[OFFICE_TOKEN_HASH_BYTES];
	char code[RECOVERY_CHARS];
	ProtobufCBinaryData *left;
	size_t n = 0;
	bool found = false;

	if (!read_recovery(text, code) || to->n_recovery == 0) {
		return false;
	}
	office_hash_recovery(text, hash);
	left = arena_alloc(d->arena, to->n_recovery * sizeof(left[0]));
	for (size_t i = 0; left != NULL && i < to->n_recovery; i++) {
		if (!found && to->recovery[i].len == sizeof(hash) &&
			sodium_memcmp(to->recovery[i].data, hash, sizeof(hash)) == 0) {
			found = true;
		} else {
			left[n++] = to->recovery[i];
		}
	}
	if (found) {
		to->recovery = left;
		to->n_recovery = n;
		to->account->recovery_left = (uint32_t)n;
	}
	return found;
}

bool
office_take_code(
	struct office_doing *d, const char *code, Vedetta__V1__StoredAccount *to)
{
	return totp_accepts(to->totp_secret.data, to->totp_secret.len, d->now_ms,
		       to->totp_step, code, &to->totp_step) ||
	       take_recovery(d, code, to);
}

/* ---- rows */

static char *
cut(struct arena *arena, const char *text)
{
	size_t bytes = strlen(text);

	while (bytes > AGENT_BYTES || (bytes > 0 && bytes < strlen(text) &&
					      ((uint8_t)text[bytes] & 0xC0) == 0x80)) {
		bytes--;
	}
	return arena_copy(arena, text, bytes);
}

int
office_log_try(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	Vedetta__V1__AuditKind kind, uint64_t account, const char *reason,
	uint64_t *session)
{
	Vedetta__V1__LogSession log = VEDETTA__V1__LOG_SESSION__INIT;
	Vedetta__V1__LogFrom from = VEDETTA__V1__LOG_FROM__INIT;

	log.kind = kind;
	log.by = account;
	log.reason = (char *)reason;
	log.session = kind == KIND(STEP_UP) || kind == KIND(STEP_UP_FAILED)
			      ? in->asker->session
		      : kind == KIND(LOGIN) ? d->seq
					    : 0;
	if (in->asker != NULL) {
		from.agent = cut(d->arena, in->asker->agent);
		from.address = in->asker->address;
	}
	return office_add_row(
		d, STORE_SESSION, account, &log.base, &from.base, session);
}

static int
refuse_login(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	const struct office_person *p, const char *reason)
{
	uint64_t seq;

	(void)office_refuse(d, OUTCOME(WRONG));
	return office_log_try(d, in, KIND(LOGIN_FAILED),
		p != NULL ? p->stored->account->id : 0, reason, &seq);
}

/* ---- login */

/* The newest network first; the oldest goes. */
static int
note_network(struct arena *arena, Vedetta__V1__StoredAccount *to, uint64_t network)
{
	uint64_t *list = arena_alloc(arena, NETWORKS_KEPT * sizeof(list[0]));
	size_t n = 0;

	if (list == NULL) {
		return -ENOMEM;
	}
	list[n++] = network;
	for (size_t i = 0; i < to->n_networks && n < NETWORKS_KEPT; i++) {
		if (to->networks[i] != network) {
			list[n++] = to->networks[i];
		}
	}
	to->networks = list;
	to->n_networks = n;
	return 0;
}

/* Room for one more: the account's oldest sessions go. */
static void
drop_oldest(struct office_doing *d, uint64_t account)
{
	for (;;) {
		const Vedetta__V1__OfficeSession *oldest = NULL;
		size_t n = 0;

		for (size_t i = 0; i < d->o->n_visits; i++) {
			const Vedetta__V1__OfficeSession *s = d->o->visits[i].session;

			if (s->account == account) {
				n++;
				if (oldest == NULL || s->id < oldest->id) {
					oldest = s;
				}
			}
		}
		if (n < OFFICE_SESSIONS_EACH) {
			return;
		}
		office_drop_session(d, oldest->id);
	}
}

int
office_open_session(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	const struct office_opening *how, Vedetta__V1__StoredAccount *to)
{
	Vedetta__V1__OfficeSession s = VEDETTA__V1__OFFICE_SESSION__INIT;
	int r;

	to->last_login_ms = d->now_ms;
	drop_oldest(d, to->account->id);
	r = note_network(d->arena, to, network_of(in));
	if (r == 0) {
		r = office_log_try(
			d, in, KIND(LOGIN), to->account->id, how->way, &s.id);
	}
	if (r != 0) {
		return r;
	}
	s.account = to->account->id;
	s.token_hash = how->token_hash;
	s.created_ms = s.seen_ms = d->now_ms;
	s.expires_ms =
		d->now_ms + (how->within_ms > 0 ? how->within_ms : OFFICE_SESSION_MS);
	s.by_provider = how->provider_session != NULL;
	if (s.by_provider) {
		s.provider_session = (char *)how->provider_session;
	}
	s.stepped_up_until_ms = how->stepped_up_until_ms;
	if (in->asker != NULL) {
		s.agent = cut(d->arena, in->asker->agent);
		s.address = in->asker->address;
	}
	r = office_keep_session(d, s.id, &s);
	if (r == 0) {
		r = office_keep_account(d, s.id, to);
	}
	d->out->answer.session = s.id;
	d->out->answer.account = s.account;
	return r;
}

const Vedetta__V1__OfficeSession *
office_by_token(const struct office *o, const ProtobufCBinaryData *hash)
{
	for (size_t i = 0; i < o->n_visits; i++) {
		const Vedetta__V1__OfficeSession *s = o->visits[i].session;

		if (hash->len == OFFICE_TOKEN_HASH_BYTES &&
			sodium_memcmp(s->token_hash.data, hash->data,
				OFFICE_TOKEN_HASH_BYTES) == 0) {
			return s;
		}
	}
	return NULL;
}

bool
office_is_in(struct office_doing *d, const ProtobufCBinaryData *hash)
{
	const Vedetta__V1__OfficeSession *s = office_by_token(d->o, hash);

	if (s != NULL) {
		d->out->answer.session = s->id;
		d->out->answer.account = s->account;
	}
	return s != NULL;
}

int
office_log_in(struct office_doing *d, const Vedetta__V1__OfficeInput *in)
{
	const Vedetta__V1__Login *login = in->login->login;
	const struct office_person *p = office_find_name(d->o, login->name);
	const struct office_opening how = {.token_hash = in->login->token_hash,
		.stepped_up_until_ms = d->now_ms + OFFICE_STEP_UP_MS,
		.way = ""};
	uint64_t name = office_name_hash(login->name);
	Vedetta__V1__StoredAccount to;

	if (in->login->token_hash.len != OFFICE_TOKEN_HASH_BYTES) {
		return office_refuse(d, OUTCOME(WRONG));
	}
	if (office_is_in(d, &in->login->token_hash)) {
		return 0;
	}
	if (!may_log_in(p) || !d->help->right) {
		return refuse_login(d, in, p,
			p == NULL                             ? "unknown"
			: p->stored->account->disabled        ? "disabled"
			: p->stored->password_hash[0] == '\0' ? "no_password"
							      : "password");
	}
	to = *p->stored;
	if (to.account->totp) {
		if (login->code[0] == '\0') {
			delay_half_right(d->o->delay, name, network_of(in));
			return office_refuse(d, OUTCOME(CODE_REQUIRED));
		}
		if (!office_take_code(d, login->code, &to)) {
			return refuse_login(d, in, p, "code");
		}
	}
	delay_right(d->o->delay, name, network_of(in));
	return office_open_session(d, in, &how, &to);
}

int
office_raise(struct office_doing *d, uint64_t seq, Vedetta__V1__OfficeSession *s,
	const ProtobufCBinaryData *token_hash, int64_t until_ms)
{
	s->old_hash = s->token_hash;
	s->old_until_ms = d->now_ms + OFFICE_OLD_TOKEN_MS;
	s->token_hash = *token_hash;
	s->seen_ms = d->now_ms;
	s->stepped_up_until_ms = until_ms;
	d->out->answer.session = s->id;
	d->out->answer.account = s->account;
	return office_keep_session(d, seq, s);
}

int
office_step_up(struct office_doing *d, const Vedetta__V1__OfficeInput *in)
{
	const struct office_visit *v = office_find_visit(d->o, in->asker->session);
	const struct office_person *p = office_find(d->o, v->session->account);
	const Vedetta__V1__StepUp *step_up = in->step_up->step_up;
	Vedetta__V1__OfficeSession s = *v->session;
	Vedetta__V1__StoredAccount to = *p->stored;
	bool by_code = step_up->code[0] != '\0';
	bool right =
		by_code ? to.account->totp && office_take_code(d, step_up->code, &to)
			: may_log_in(p) && d->help->right;
	uint64_t seq;
	int r;

	if (!right || in->step_up->token_hash.len != OFFICE_TOKEN_HASH_BYTES) {
		(void)office_refuse(d, OUTCOME(WRONG));
		return office_log_try(d, in, KIND(STEP_UP_FAILED), s.account,
			by_code ? "code" : "password", &seq);
	}
	delay_right(d->o->delay, office_name_hash(to.account->name), network_of(in));
	r = office_log_try(d, in, KIND(STEP_UP), s.account, "", &seq);
	if (r == 0 && by_code) {
		r = office_keep_account(d, seq, &to);
	}
	if (r != 0) {
		return r;
	}
	return office_raise(
		d, seq, &s, &in->step_up->token_hash, d->now_ms + OFFICE_STEP_UP_MS);
}
