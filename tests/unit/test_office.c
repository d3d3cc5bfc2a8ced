/*
 * office - accounts, logins, second factors, sessions and who may what
 *
 * Over 500 lines: one office, asked everything.
 */
#include "unit.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/delay.h"
#include "dispatch/office.h"
#include "dispatch/totp.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name
#define RIGHT(name) VEDETTA__V1__RIGHT__RIGHT_##name
#define ROLE(name) VEDETTA__V1__ROLE__ROLE_##name
#define WHAT(name) VEDETTA__V1__OFFICE_INPUT__WHAT_##name
#define OWN(name) VEDETTA__V1__OWN_CHANGE__WHAT_##name
#define COMMAND(name) VEDETTA__V1__OFFICE_COMMAND__WHAT_##name
#define NOW INT64_C(1795000000000)

enum {
	ARENA_BYTES = 4 * 1024 * 1024,
	MINUTE_MS = 60 * 1000,
};

/* A desk as far as the office needs one: rows are counted, records are kept. */
struct desk_of {
	struct office *o;
	struct arena *arena;
	uint64_t seq; /* of the last row */
	int64_t now_ms;
	bool right; /* what the helper will say */
	struct office_out out;
};

static int
make(void **state)
{
	struct desk_of *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->o = office_new();
	d->arena = arena_new(ARENA_BYTES);
	d->now_ms = NOW;
	d->right = true;
	*state = d;
	return d->o == NULL || d->arena == NULL ? -1 : 0;
}

static int
drop(void **state)
{
	struct desk_of *d = *state;

	office_free(d->o);
	arena_free(d->arena);
	free(d);
	return 0;
}

static char *
lent(const char *text)
{
	return (char *)(uintptr_t)text;
}

static Vedetta__V1__OfficeOutcome
count_rows(struct desk_of *d)
{
	d->seq += d->out.n_rows;
	return d->out.answer.outcome;
}

static uint64_t
add_with(struct desk_of *d, const char *name, Vedetta__V1__Role role, const char *area,
	bool unassigned, const char *hash)
{
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;
	Vedetta__V1__AccountChange add = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	char *areas[] = {lent(area)};

	add.name = lent(name);
	add.role = role;
	add.areas = areas;
	add.n_areas = area[0] != '\0';
	add.unassigned = unassigned;
	add.password = lent(hash);
	command.what_case = COMMAND(ADD);
	command.add = &add;
	arena_reset(d->arena);
	assert_int_equal(office_command(d->o, &command, d->now_ms, d->seq + 1, d->arena,
				 &d->out),
		0);
	return count_rows(d) == OUTCOME(DONE) ? d->out.answer.account : 0;
}

static uint64_t
add(struct desk_of *d, const char *name, Vedetta__V1__Role role)
{
	return add_with(d, name, role, "*", true, "$argon2id$of-someone");
}

static Vedetta__V1__OfficeOutcome
step(struct desk_of *d, Vedetta__V1__OfficeInput *in, uint64_t session,
	uint64_t network)
{
	Vedetta__V1__OfficeAsker asker = VEDETTA__V1__OFFICE_ASKER__INIT;
	struct office_help help = {.right = d->right, .made = "$argon2id$new"};
	int64_t wait_ms;

	asker.session = session;
	asker.network = network;
	asker.agent = lent("Firefox");
	asker.address = lent("127.0.0.1");
	in->asker = &asker;
	for (size_t i = 0; i < sizeof(help.random); i++) {
		help.random[i] = (uint8_t)(i * 7 + d->seq);
	}
	assert_true(office_input_is_whole(in));
	if (office_plan(d->o, in, d->now_ms, &wait_ms) == OFFICE_SLOWER) {
		assert_true(wait_ms > 0);
		return OUTCOME(SLOWER);
	}
	arena_reset(d->arena);
	assert_int_equal(
		office_step(d->o, in, &help, d->now_ms, d->seq + 1, d->arena, &d->out),
		0);
	return count_rows(d);
}

/* The session, or 0. The token's hash is its letter 32 times. */
static uint64_t
log_in_from(struct desk_of *d, const char *name, const char *code, char token,
	uint64_t network)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__LoginInput login = VEDETTA__V1__LOGIN_INPUT__INIT;
	Vedetta__V1__Login said = VEDETTA__V1__LOGIN__INIT;
	uint8_t hash[OFFICE_TOKEN_HASH_BYTES];

	memset(hash, token, sizeof(hash));
	said.name = lent(name);
	said.password = lent("whatever the helper says");
	said.code = lent(code);
	login.login = &said;
	login.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	in.what_case = WHAT(LOGIN);
	in.login = &login;
	return step(d, &in, 0, network) == OUTCOME(DONE) ? d->out.answer.session : 0;
}

static uint64_t
log_in(struct desk_of *d, const char *name, char token)
{
	return log_in_from(d, name, "", token, 1);
}

static Vedetta__V1__OfficeOutcome
own(struct desk_of *d, uint64_t session, Vedetta__V1__OwnChange *change)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;

	in.what_case = WHAT(OWN);
	in.own = change;
	return step(d, &in, session, 1);
}

static Vedetta__V1__OfficeOutcome
simple(struct desk_of *d, int what, uint64_t session, uint64_t about)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;

	in.what_case = (Vedetta__V1__OfficeInput__WhatCase)what;
	if (what == WHAT(REVOKE)) {
		in.revoke = about;
	} else {
		in.log_out = true;
	}
	return step(d, &in, session, 1);
}

static Vedetta__V1__OfficeOutcome
change(struct desk_of *d, uint64_t session, uint64_t account,
	const Vedetta__V1__AccountChange *to)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__AccountInput input = VEDETTA__V1__ACCOUNT_INPUT__INIT;

	input.account = account;
	input.change = (Vedetta__V1__AccountChange *)to;
	in.what_case = WHAT(ACCOUNT);
	in.account = &input;
	return step(d, &in, session, 1);
}

static Vedetta__V1__OfficeOutcome
bind(struct desk_of *d, const char *name, const char *issuer, const char *subject)
{
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;
	Vedetta__V1__AccountChange to = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	Vedetta__V1__Identity identity = VEDETTA__V1__IDENTITY__INIT;

	identity.issuer = lent(issuer);
	identity.subject = lent(subject);
	to.name = lent(name);
	to.identity = &identity;
	command.what_case = COMMAND(BIND);
	command.bind = &to;
	arena_reset(d->arena);
	assert_int_equal(office_command(d->o, &command, d->now_ms, d->seq + 1, d->arena,
				 &d->out),
		0);
	return count_rows(d);
}

/* ---- accounts */

static void
an_account_is_a_row_and_a_record(void **state)
{
	struct desk_of *d = *state;
	uint64_t id = add(d, "anna", ROLE(OPERATOR));
	struct store_row row;

	assert_int_equal(id, 1);
	assert_int_equal(d->out.n_rows, 1);
	assert_int_equal(d->out.n_records, 1);
	assert_int_equal(d->out.records[0].kind, STORE_RECORD_ACCOUNT);
	assert_int_equal(d->out.records[0].id, id);
	assert_int_equal(d->out.records[0].seq, id);
	office_row_to_store(&d->out.rows[0], id, NOW, &row);
	assert_int_equal(row.kind, STORE_ACCOUNT);
	assert_int_equal(row.subject, id);
	assert_null(row.personal);
	assert_string_equal(office_account(d->o, id)->name, "anna");
	assert_null(office_account(d->o, 2));
}

static bool
has_bytes(const uint8_t *in, size_t n, const char *what)
{
	return n > 0 && memmem(in, n, what, strlen(what)) != NULL;
}

static void
no_secret_and_no_contact_is_in_the_chain(void **state)
{
	Vedetta__V1__OwnChange change_ = VEDETTA__V1__OWN_CHANGE__INIT;
	Vedetta__V1__OwnSettings settings = VEDETTA__V1__OWN_SETTINGS__INIT;
	Vedetta__V1__AccountContacts contacts = VEDETTA__V1__ACCOUNT_CONTACTS__INIT;
	struct desk_of *d = *state;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	assert_false(
		has_bytes(d->out.rows[0].body, d->out.rows[0].body_bytes, "argon2"));
	assert_true(has_bytes(
		d->out.records[0].packed, d->out.records[0].packed_bytes, "argon2"));
	session = log_in(d, "anna", 'a');
	assert_false(
		has_bytes(d->out.rows[0].body, d->out.rows[0].body_bytes, "127.0.0.1"));
	assert_true(has_bytes(
		d->out.rows[0].personal, d->out.rows[0].personal_bytes, "127.0.0.1"));
	contacts.email = lent("anna@example.org");
	settings.contacts = &contacts;
	change_.what_case = OWN(SETTINGS);
	change_.settings = &settings;
	assert_int_equal(own(d, session, &change_), OUTCOME(DONE));
	assert_false(
		has_bytes(d->out.rows[0].body, d->out.rows[0].body_bytes, "example"));
	assert_string_equal(
		office_by_name(d->o, "anna")->contacts->email, "anna@example.org");
}

static void
names_roles_and_areas_that_make_no_sense_are_refused_by_field(void **state)
{
	static const struct {
		const char *name;
		int role;
		const char *area;
		const char *field;
	} wrong[] = {{"a", ROLE(VIEWER), "*", "name"},
		{"Anna", ROLE(VIEWER), "*", "name"},
		{".anna", ROLE(VIEWER), "*", "name"},
		{"anna rossi", ROLE(VIEWER), "*", "name"},
		{"anna", ROLE(UNSPECIFIED), "*", "role"}, {"anna", 77, "*", "role"},
		{"anna", ROLE(VIEWER), "not a code", "areas"}};
	struct desk_of *d = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
			add_with(d, wrong[i].name, (Vedetta__V1__Role)wrong[i].role,
				wrong[i].area, false, ""),
			0);
		assert_string_equal(d->out.answer.field, wrong[i].field);
		assert_int_equal(d->out.n_rows + d->out.n_records, 0);
	}
	assert_int_not_equal(add(d, "anna", ROLE(VIEWER)), 0);
	assert_int_equal(add(d, "anna", ROLE(VIEWER)), 0);
	assert_string_equal(d->out.answer.field, "name");
}

static void
who_may_what_is_role_area_and_being_enabled(void **state)
{
	struct areas inside = {lent("066049"), 1}, elsewhere = {lent("058091"), 1};
	struct desk_of *d = *state;
	uint64_t anna = add_with(d, "anna", ROLE(OPERATOR), "066049", false, "x");
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;

	assert_true(office_may(d->o, anna, RIGHT(ACT), NULL));
	assert_true(office_may(d->o, anna, RIGHT(ACT), &inside));
	assert_false(office_may(d->o, anna, RIGHT(ACT), &elsewhere));
	assert_false(office_may(d->o, anna, RIGHT(LEAD), &inside));
	assert_false(office_may(d->o, 0, RIGHT(VIEW), NULL));
	assert_false(office_may(d->o, anna + 1, RIGHT(VIEW), NULL));
	command.what_case = COMMAND(DISABLE);
	command.disable = lent("anna");
	arena_reset(d->arena);
	assert_int_equal(
		office_command(d->o, &command, NOW, d->seq + 1, d->arena, &d->out), 0);
	assert_false(office_may(d->o, anna, RIGHT(ACT), &inside));
}

static void
somebody_must_hold_the_unassigned_right(void **state)
{
	struct desk_of *d = *state;

	assert_false(office_unassigned_is_held(d->o));
	(void)add_with(d, "admin", ROLE(ADMINISTRATOR), "*", true, "x");
	assert_false(office_unassigned_is_held(d->o)); /* sees no incidents */
	(void)add_with(d, "anna", ROLE(OPERATOR), "*", false, "x");
	assert_false(office_unassigned_is_held(d->o));
	(void)add_with(d, "bruno", ROLE(VIEWER), "", true, "x");
	assert_true(office_unassigned_is_held(d->o));
}

/* ---- login */

static void
right_opens_a_session_wrong_does_not_and_both_are_rows(void **state)
{
	struct desk_of *d = *state;
	uint64_t anna = add(d, "anna", ROLE(OPERATOR)),
		 session = log_in(d, "anna", 'a');
	const Vedetta__V1__OfficeSession *s = office_session(d->o, session);

	assert_int_equal(session, 2);
	assert_int_equal(s->account, anna);
	assert_int_equal(s->expires_ms, NOW + OFFICE_SESSION_MS);
	assert_int_equal(d->out.rows[0].kind, STORE_SESSION);
	assert_int_equal(d->out.rows[0].subject, anna);
	d->right = false;
	assert_int_equal(log_in(d, "anna", 'b'), 0);
	assert_int_equal(d->out.answer.outcome, OUTCOME(WRONG));
	assert_int_equal(d->out.n_rows, 1);
	assert_int_equal(d->out.n_records, 0);
}

static void
unknown_disabled_and_without_password_are_all_wrong(void **state)
{
	struct desk_of *d = *state;

	(void)add_with(d, "silent", ROLE(OPERATOR), "*", false, "");
	assert_int_equal(log_in(d, "silent", 'a'), 0);
	assert_int_equal(d->out.answer.outcome, OUTCOME(WRONG));
	assert_int_equal(log_in(d, "nobody", 'a'), 0);
	assert_int_equal(d->out.answer.outcome, OUTCOME(WRONG));
	assert_int_equal(d->out.rows[0].subject, 0);
	assert_false(
		has_bytes(d->out.rows[0].body, d->out.rows[0].body_bytes, "nobody"));
}

/* A helper works as hard for one that is nobody's. */
static void
every_try_is_a_job_with_a_hash_of_the_same_cost(void **state)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__LoginInput login = VEDETTA__V1__LOGIN_INPUT__INIT;
	Vedetta__V1__Login said = VEDETTA__V1__LOGIN__INIT;
	struct desk_of *d = *state;
	Vedetta__V1__PasswordJob job;
	int64_t wait_ms;

	said.name = lent("nobody");
	said.password = lent("secret");
	login.login = &said;
	in.what_case = WHAT(LOGIN);
	in.login = &login;
	assert_int_equal(office_plan(d->o, &in, NOW, &wait_ms), OFFICE_HELPER);
	office_job(d->o, &in, &job);
	assert_int_equal(crypto_pwhash_str_needs_rehash(job.hash,
				 crypto_pwhash_OPSLIMIT_MODERATE,
				 crypto_pwhash_MEMLIMIT_MODERATE),
		0);
	assert_int_not_equal(
		crypto_pwhash_str_verify(job.hash, "secret", strlen("secret")), 0);
}

static void
the_same_input_again_is_the_same_session(void **state)
{
	struct desk_of *d = *state;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	assert_int_equal(log_in(d, "anna", 'a'), session);
	assert_int_equal(d->out.n_rows + d->out.n_records, 0);
}

static void
one_account_has_a_bounded_number_of_sessions(void **state)
{
	struct desk_of *d = *state;
	uint64_t first;

	(void)add(d, "anna", ROLE(OPERATOR));
	first = log_in(d, "anna", '0');
	for (int i = 1; i < OFFICE_SESSIONS_EACH; i++) {
		assert_int_not_equal(log_in(d, "anna", (char)('0' + i)), 0);
	}
	assert_non_null(office_session(d->o, first));
	assert_int_not_equal(log_in(d, "anna", 'z'), 0);
	assert_null(office_session(d->o, first));
}

/* ---- second factors */

static uint32_t
code_of(const struct office_out *out, int64_t now_ms)
{
	/* From the secret as it was shown. */
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const char *shown = out->answer.own->totp_secret;
	uint8_t secret[TOTP_SECRET_BYTES] = {0};

	for (size_t i = 0; shown[i] != '\0'; i++) {
		unsigned five = (unsigned)(strchr(letters, shown[i]) - letters);

		for (unsigned b = 0; b < 5; b++) {
			size_t bit = i * 5 + b;

			secret[bit / 8] |=
				(uint8_t)((five >> (4 - b) & 1) << (7 - bit % 8));
		}
	}
	return totp_code(secret, sizeof(secret), (uint64_t)(now_ms / 30000));
}

static void
a_second_factor_is_asked_for_once_it_was_confirmed(void **state)
{
	Vedetta__V1__OwnChange begin = VEDETTA__V1__OWN_CHANGE__INIT, confirm = begin;
	Vedetta__V1__TotpBegin nothing = VEDETTA__V1__TOTP_BEGIN__INIT;
	Vedetta__V1__TotpConfirm said = VEDETTA__V1__TOTP_CONFIRM__INIT;
	struct desk_of *d = *state;
	char code[16], recovery[64];
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	begin.what_case = OWN(TOTP_BEGIN);
	begin.totp_begin = &nothing;
	assert_int_equal(own(d, session, &begin), OUTCOME(DONE));
	snprintf(code, sizeof(code), "%06u", code_of(&d->out, d->now_ms));
	assert_int_not_equal(log_in(d, "anna", 'b'), 0); /* not yet */
	confirm.what_case = OWN(TOTP_CONFIRM);
	confirm.totp_confirm = &said;
	said.code = lent("000000");
	assert_int_equal(own(d, session, &confirm), OUTCOME(INVALID));
	said.code = code;
	assert_int_equal(own(d, session, &confirm), OUTCOME(DONE));
	assert_int_equal(d->out.answer.own->n_recovery_codes, OFFICE_RECOVERY_CODES);
	snprintf(
		recovery, sizeof(recovery), "%s", d->out.answer.own->recovery_codes[3]);
	assert_int_equal(log_in(d, "anna", 'c'), 0);
	assert_int_equal(d->out.answer.outcome, OUTCOME(CODE_REQUIRED));
	/* The code that confirmed it is used up. */
	assert_int_equal(log_in_from(d, "anna", code, 'c', 1), 0);
	assert_int_equal(d->out.answer.outcome, OUTCOME(WRONG));
	/* A recovery code opens once, however it is typed. */
	recovery[0] = (char)(recovery[0] >= 'A' && recovery[0] <= 'Z'
				     ? recovery[0] - 'A' + 'a'
				     : recovery[0]);
	assert_int_not_equal(log_in_from(d, "anna", recovery, 'd', 1), 0);
	assert_int_equal(
		office_by_name(d->o, "anna")->recovery_left, OFFICE_RECOVERY_CODES - 1);
	assert_int_equal(log_in_from(d, "anna", recovery, 'e', 1), 0);
}

/* Two windows: what one of them shows counts no more, and no code of it is "wrong". */
static void
a_secret_that_was_begun_anew_is_told_from_a_wrong_code(void **state)
{
	Vedetta__V1__OwnChange begin = VEDETTA__V1__OWN_CHANGE__INIT, confirm = begin;
	Vedetta__V1__TotpBegin nothing = VEDETTA__V1__TOTP_BEGIN__INIT;
	Vedetta__V1__TotpConfirm said = VEDETTA__V1__TOTP_CONFIRM__INIT;
	struct desk_of *d = *state;
	char code[16];
	uint64_t session, first, last;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	begin.what_case = OWN(TOTP_BEGIN);
	begin.totp_begin = &nothing;
	assert_int_equal(own(d, session, &begin), OUTCOME(DONE));
	first = d->out.answer.own->begun;
	assert_int_not_equal(first, 0);
	assert_int_equal(own(d, session, &begin), OUTCOME(DONE));
	last = d->out.answer.own->begun;
	assert_true(last > first);
	snprintf(code, sizeof(code), "%06u", code_of(&d->out, d->now_ms));
	said.code = code;
	confirm.what_case = OWN(TOTP_CONFIRM);
	confirm.totp_confirm = &said;
	said.begun = first;
	assert_int_equal(own(d, session, &confirm), OUTCOME(INVALID));
	assert_string_equal(d->out.answer.field, "totpConfirm.begun");
	said.begun = last;
	assert_int_equal(own(d, session, &confirm), OUTCOME(DONE));
	/* Nor does it when it was confirmed in the meantime. */
	assert_int_equal(own(d, session, &confirm), OUTCOME(INVALID));
	assert_string_equal(d->out.answer.field, "totpConfirm.begun");
}

/* A screen that was left open is no way to try all codes there are. */
static void
a_code_that_ends_the_factor_is_not_guessed(void **state)
{
	Vedetta__V1__OwnChange change = VEDETTA__V1__OWN_CHANGE__INIT;
	Vedetta__V1__TotpEnd said = VEDETTA__V1__TOTP_END__INIT;
	struct desk_of *d = *state;
	uint64_t session, anna = add(d, "anna", ROLE(OPERATOR));
	int tries = 0;

	session = log_in(d, "anna", 'a');
	change.what_case = OWN(TOTP_END);
	change.totp_end = &said;
	said.code = lent("123456");
	while (own(d, session, &change) == OUTCOME(INVALID)) {
		assert_int_equal(d->out.n_rows, 1);
		assert_int_equal(d->out.rows[0].kind, STORE_SESSION);
		assert_int_equal(d->out.rows[0].subject, anna);
		assert_true(++tries < 10);
	}
	assert_int_equal(tries, DELAY_FREE + 1);
	assert_non_null(office_session(d->o, session));
}

static void
somebody_is_left_who_can_open_accounts(void **state)
{
	Vedetta__V1__AccountChange to = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	char *all[] = {lent("*")};
	struct desk_of *d = *state;
	uint64_t first = add(d, "first", ROLE(ADMINISTRATOR)), session;

	/* One without a password or an identity cannot come in to do it. */
	(void)add_with(d, "second", ROLE(ADMINISTRATOR), "*", true, "");
	session = log_in(d, "first", 'a');
	to.name = lent("first");
	to.role = ROLE(ADMINISTRATOR);
	to.areas = all;
	to.n_areas = 1;
	to.unassigned = true;
	to.disabled = true;
	assert_int_equal(change(d, session, first, &to), OUTCOME(INVALID));
	assert_string_equal(d->out.answer.field, "role");
	to.disabled = false;
	to.role = ROLE(VIEWER);
	assert_int_equal(change(d, session, first, &to), OUTCOME(INVALID));
	assert_int_equal(
		bind(d, "second", "https://id.example.it", "s2"), OUTCOME(DONE));
	assert_int_equal(change(d, session, first, &to), OUTCOME(DONE));
}

static void
grave_changes_want_a_secret_shown_a_moment_ago(void **state)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__StepUpInput input = VEDETTA__V1__STEP_UP_INPUT__INIT;
	Vedetta__V1__StepUp said = VEDETTA__V1__STEP_UP__INIT;
	Vedetta__V1__OwnChange begin = VEDETTA__V1__OWN_CHANGE__INIT;
	Vedetta__V1__TotpBegin nothing = VEDETTA__V1__TOTP_BEGIN__INIT;
	struct desk_of *d = *state;
	uint8_t hash[OFFICE_TOKEN_HASH_BYTES];
	const Vedetta__V1__OfficeSession *s;
	uint64_t session;

	memset(hash, 'n', sizeof(hash));
	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	d->now_ms += OFFICE_STEP_UP_MS;
	begin.what_case = OWN(TOTP_BEGIN);
	begin.totp_begin = &nothing;
	assert_int_equal(own(d, session, &begin), OUTCOME(STEP_UP));
	said.password = lent("secret");
	input.step_up = &said;
	input.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	in.what_case = WHAT(STEP_UP);
	in.step_up = &input;
	d->right = false;
	assert_int_equal(step(d, &in, session, 1), OUTCOME(WRONG));
	assert_int_equal(own(d, session, &begin), OUTCOME(STEP_UP));
	d->right = true;
	assert_int_equal(step(d, &in, session, 1), OUTCOME(DONE));
	s = office_session(d->o, session);
	assert_memory_equal(s->token_hash.data, hash, sizeof(hash));
	assert_int_equal(s->old_hash.data[0], 'a');
	assert_int_equal(s->old_until_ms, d->now_ms + OFFICE_OLD_TOKEN_MS);
	assert_int_equal(own(d, session, &begin), OUTCOME(DONE));
}

/* ---- the life of a session */

static bool
expire(struct desk_of *d)
{
	int r;

	arena_reset(d->arena);
	r = office_expire(d->o, d->now_ms, d->seq + 1, d->arena, &d->out);
	assert_true(r >= 0);
	(void)count_rows(d);
	return r == 1;
}

static void
use(struct desk_of *d, uint64_t session)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__UsedInput used = VEDETTA__V1__USED_INPUT__INIT;

	used.sessions = &session;
	used.n_sessions = 1;
	in.what_case = WHAT(USED);
	in.used = &used;
	(void)step(d, &in, 0, 0);
}

static void
a_session_in_use_lasts_a_shift_and_its_handover(void **state)
{
	struct desk_of *d = *state;
	uint64_t session;
	int minutes = 0;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	while (!expire(d)) {
		d->now_ms += 30 * MINUTE_MS;
		minutes += 30;
		use(d, session);
		assert_in_range(minutes, 0, 24 * 60);
	}
	assert_int_equal(minutes, 13 * 60);
	assert_null(office_session(d->o, session));
	assert_int_equal(d->out.rows[0].kind, STORE_SESSION);
	assert_null(d->out.records[0].packed);
}

static void
a_session_nobody_uses_ends_after_an_hour(void **state)
{
	struct desk_of *d = *state;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	d->now_ms += OFFICE_IDLE_MS - 1;
	assert_false(expire(d));
	d->now_ms += 1;
	assert_true(expire(d));
	assert_null(office_session(d->o, session));
	assert_int_equal(simple(d, WHAT(LOG_OUT), session, 0), OUTCOME(NO_SESSION));
}

static void
use_is_written_now_and_then_without_a_row(void **state)
{
	struct desk_of *d = *state;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	assert_int_equal(office_keep_use(d->o, d->arena, &d->out), 0);
	d->now_ms += 5 * MINUTE_MS;
	use(d, session);
	assert_int_equal(office_keep_use(d->o, d->arena, &d->out), 1);
	assert_int_equal(d->out.n_rows, 0);
	assert_int_equal(d->out.records[0].id, session);
	assert_int_equal(office_keep_use(d->o, d->arena, &d->out), 0);
}

static void
ones_own_and_ones_areas_sessions_can_be_ended(void **state)
{
	struct desk_of *d = *state;
	uint64_t anna, bruno, lead, far;

	(void)add_with(d, "anna", ROLE(OPERATOR), "066049", false, "x");
	(void)add_with(d, "bruno", ROLE(OPERATOR), "066049", false, "x");
	(void)add_with(d, "lea", ROLE(SHIFT_LEADER), "066049", false, "x");
	(void)add_with(d, "far", ROLE(SHIFT_LEADER), "058091", false, "x");
	anna = log_in(d, "anna", 'a');
	bruno = log_in(d, "bruno", 'b');
	lead = log_in(d, "lea", 'l');
	far = log_in(d, "far", 'f');
	assert_int_equal(simple(d, WHAT(REVOKE), anna, bruno), OUTCOME(NOT_FOUND));
	assert_int_equal(simple(d, WHAT(REVOKE), far, bruno), OUTCOME(NOT_FOUND));
	assert_non_null(office_session(d->o, bruno));
	assert_int_equal(simple(d, WHAT(REVOKE), lead, bruno), OUTCOME(DONE));
	assert_null(office_session(d->o, bruno));
	assert_int_equal(simple(d, WHAT(REVOKE), anna, anna), OUTCOME(DONE));
	assert_null(office_session(d->o, anna));
	assert_int_equal(simple(d, WHAT(LOG_OUT), lead, 0), OUTCOME(DONE));
	assert_null(office_session(d->o, lead));
}

static void
a_new_password_ends_all_other_sessions(void **state)
{
	Vedetta__V1__OwnChange c = VEDETTA__V1__OWN_CHANGE__INIT;
	Vedetta__V1__PasswordChange said = VEDETTA__V1__PASSWORD_CHANGE__INIT;
	struct desk_of *d = *state;
	uint64_t first, second;

	(void)add(d, "anna", ROLE(OPERATOR));
	first = log_in(d, "anna", 'a');
	second = log_in(d, "anna", 'b');
	c.what_case = OWN(PASSWORD);
	c.password = &said;
	said.old = lent("old one");
	said.password = lent("short");
	assert_int_equal(own(d, second, &c), OUTCOME(INVALID));
	said.password = lent("long enough to be one");
	d->right = false;
	assert_int_equal(own(d, second, &c), OUTCOME(INVALID));
	assert_string_equal(d->out.answer.field, "password.old");
	d->right = true;
	assert_int_equal(own(d, second, &c), OUTCOME(DONE));
	assert_null(office_session(d->o, first));
	assert_non_null(office_session(d->o, second));
}

/* ---- by others */

static void
accounts_are_changed_with_the_right_in_ones_own_areas_only(void **state)
{
	Vedetta__V1__AccountChange c = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	struct desk_of *d = *state;
	char *near[] = {lent("066049")}, *far[] = {lent("058091")},
	     *all[] = {lent("*")};
	uint64_t anna = add_with(d, "anna", ROLE(OPERATOR), "066049", false, "x");
	uint64_t other = add_with(d, "other", ROLE(OPERATOR), "058091", false, "x");
	uint64_t by_anna, admin;

	(void)add_with(d, "admin", ROLE(ADMINISTRATOR), "066049", false, "x");
	by_anna = log_in(d, "anna", 'a');
	admin = log_in(d, "admin", 'b');
	c.name = lent("carla");
	c.role = ROLE(VIEWER);
	c.areas = near;
	c.n_areas = 1;
	assert_int_equal(change(d, by_anna, 0, &c), OUTCOME(NO_RIGHT));
	assert_int_equal(change(d, admin, 0, &c), OUTCOME(DONE));
	assert_int_equal(change(d, admin, anna, &c), OUTCOME(DONE));
	assert_int_equal(office_account(d->o, anna)->role, ROLE(VIEWER));
	assert_string_equal(office_account(d->o, anna)->name, "anna");
	assert_int_equal(change(d, admin, other, &c), OUTCOME(NOT_FOUND));
	c.name = lent("dora");
	c.areas = far;
	assert_int_equal(change(d, admin, 0, &c), OUTCOME(INVALID));
	c.areas = all;
	assert_int_equal(change(d, admin, 0, &c), OUTCOME(INVALID));
	c.areas = near;
	c.unassigned = true;
	assert_int_equal(change(d, admin, 0, &c), OUTCOME(INVALID));
	d->now_ms += OFFICE_STEP_UP_MS;
	c.unassigned = false;
	assert_int_equal(change(d, admin, 0, &c), OUTCOME(STEP_UP));
}

/* Whose list is old takes back nothing that others did since. */
static void
what_is_not_meant_stays_as_it_is(void **state)
{
	Vedetta__V1__AccountChange c = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	struct desk_of *d = *state;
	char *only[1], *none[] = {lent("066049")};
	uint64_t anna = add_with(d, "anna", ROLE(OPERATOR), "066049", false, "x");
	uint64_t admin;

	(void)add_with(d, "admin", ROLE(ADMINISTRATOR), "066049", false, "x");
	admin = log_in(d, "admin", 'a');
	c.only = only;
	c.n_only = 1;
	only[0] = lent("disabled");
	c.disabled = true;
	assert_int_equal(change(d, admin, anna, &c), OUTCOME(DONE));
	assert_true(office_account(d->o, anna)->disabled);
	assert_int_equal(office_account(d->o, anna)->role, ROLE(OPERATOR));
	assert_string_equal(office_account(d->o, anna)->areas[0], "066049");
	/* He who had not seen that sets the factor back. */
	only[0] = lent("resetTotp");
	c.disabled = false;
	c.reset_totp = true;
	assert_int_equal(change(d, admin, anna, &c), OUTCOME(DONE));
	assert_true(office_account(d->o, anna)->disabled);
	only[0] = lent("role");
	c.role = ROLE(VIEWER);
	assert_int_equal(change(d, admin, anna, &c), OUTCOME(DONE));
	assert_int_equal(office_account(d->o, anna)->role, ROLE(VIEWER));
	assert_true(office_account(d->o, anna)->disabled);
	only[0] = lent("roles");
	assert_int_equal(change(d, admin, anna, &c), OUTCOME(INVALID));
	assert_string_equal(d->out.answer.field, "only");
	/* Of a new one nothing is there to stay. */
	c.name = lent("carla");
	c.areas = none;
	c.n_areas = 1;
	only[0] = lent("role");
	assert_int_equal(change(d, admin, 0, &c), OUTCOME(DONE));
}

static void
the_last_who_may_change_accounts_stays(void **state)
{
	Vedetta__V1__AccountChange c = VEDETTA__V1__ACCOUNT_CHANGE__INIT;
	struct desk_of *d = *state;
	char *all[] = {lent("*")};
	uint64_t id = add(d, "admin", ROLE(ADMINISTRATOR)), session;

	session = log_in(d, "admin", 'a');
	c.role = ROLE(VIEWER);
	c.areas = all;
	c.n_areas = 1;
	assert_int_equal(change(d, session, id, &c), OUTCOME(INVALID));
	(void)add(d, "second", ROLE(ADMINISTRATOR));
	assert_int_equal(change(d, session, id, &c), OUTCOME(DONE));
}

static void
who_is_disabled_is_out_at_once(void **state)
{
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;
	struct desk_of *d = *state;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	command.what_case = COMMAND(DISABLE);
	command.disable = lent("anna");
	arena_reset(d->arena);
	assert_int_equal(
		office_command(d->o, &command, NOW, d->seq + 1, d->arena, &d->out), 0);
	assert_null(office_session(d->o, session));
	assert_int_equal(log_in(d, "anna", 'b'), 0);
}

/* ---- tries, and what fronts hear */

static void
who_guesses_is_slowed_where_he_is(void **state)
{
	struct desk_of *d = *state;

	(void)add(d, "anna", ROLE(OPERATOR));
	assert_int_not_equal(log_in(d, "anna", 'a'), 0); /* from network 1 */
	d->right = false;
	for (int i = 0; i < 20; i++) {
		(void)log_in_from(d, "anna", "", 'x', 99);
	}
	d->right = true;
	assert_int_equal(log_in_from(d, "anna", "", 'x', 99), 0);
	assert_int_not_equal(log_in_from(d, "anna", "", 'b', 1), 0);
}

static void
fronts_hear_all_and_then_what_changes(void **state)
{
	Vedetta__V1__OfficeStates said;
	struct office_cursor c = {0};
	struct desk_of *d = *state;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	session = log_in(d, "anna", 'a');
	assert_int_equal(office_tell(d->o, &c, d->arena, &said), 1);
	assert_true(said.first && said.last);
	assert_int_equal(said.n_accounts, 1);
	assert_int_equal(said.n_sessions, 1);
	assert_int_equal(office_tell(d->o, &c, d->arena, &said), 0);
	assert_int_equal(simple(d, WHAT(LOG_OUT), session, 0), OUTCOME(DONE));
	assert_int_equal(office_tell(d->o, &c, d->arena, &said), 1);
	assert_false(said.first);
	assert_int_equal(said.n_accounts + said.n_sessions, 0);
	assert_int_equal(said.n_ended, 1);
	assert_int_equal(said.ended[0], session);
}

static void
many_accounts_are_told_in_pieces(void **state)
{
	Vedetta__V1__OfficeStates said;
	struct office_cursor c = {0};
	struct desk_of *d = *state;
	size_t n = 0, pieces = 0;
	char name[16];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "op%d", i);
		assert_int_not_equal(add(d, name, ROLE(OPERATOR)), 0);
	}
	for (;;) {
		arena_reset(d->arena);
		if (office_tell(d->o, &c, d->arena, &said) == 0) {
			break;
		}
		assert_int_equal(said.first, pieces == 0);
		n += said.n_accounts;
		pieces++;
	}
	assert_int_equal(n, 300);
	assert_in_range(pieces, 2, 20);
}

/* ---- from the file again */

static void
what_was_written_makes_the_same_office(void **state)
{
	struct desk_of *d = *state;
	struct office *again = office_new();
	struct store_record account, session;

	(void)add(d, "anna", ROLE(OPERATOR));
	(void)log_in(d, "anna", 'a');
	assert_int_equal(d->out.n_records, 2);
	session = d->out.records[0];
	account = d->out.records[1];
	assert_int_equal(office_load_account(again, &account), 0);
	assert_int_equal(office_load_session(again, &session), 0);
	assert_string_equal(office_by_name(again, "anna")->name, "anna");
	assert_int_equal(office_session(again, session.id)->account, account.id);
	session.packed_bytes--;
	assert_int_equal(office_load_session(again, &session), -EUCLEAN);
	office_free(again);
}

/* ---- the identity provider */

#define ISSUER "https://id.example.it"
#define FAULT(name) VEDETTA__V1__LOGIN_FAULT__LOGIN_FAULT_##name

struct coming {
	Vedetta__V1__LoginFault fault;
	const char *subject;
	int64_t auth_time_s;
	bool step_up;
	uint64_t session;
	char token;
	const char *sid;
	int64_t session_s;
};

static Vedetta__V1__OfficeOutcome
come(struct desk_of *d, const struct coming *c)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__IdentityInput input = VEDETTA__V1__IDENTITY_INPUT__INIT;
	Vedetta__V1__OfficeAsker asker = VEDETTA__V1__OFFICE_ASKER__INIT;
	Vedetta__V1__LoginResult said = VEDETTA__V1__LOGIN_RESULT__INIT;
	Vedetta__V1__Identity identity = VEDETTA__V1__IDENTITY__INIT;
	struct office_help help = {.right = false};
	uint8_t hash[OFFICE_TOKEN_HASH_BYTES];
	int64_t wait_ms;

	memset(hash, c->token, sizeof(hash));
	input.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	input.step_up = c->step_up;
	in.what_case = WHAT(IDENTITY);
	in.identity = &input;
	asker.session = c->session;
	in.asker = &asker;
	identity.issuer = lent(ISSUER);
	identity.subject = lent(c->subject != NULL ? c->subject : "");
	said.fault = c->fault;
	said.auth_time_s = c->auth_time_s;
	said.session_s = c->session_s;
	said.session = lent(c->sid != NULL ? c->sid : "");
	said.identity = c->subject != NULL ? &identity : NULL;
	if (office_plan(d->o, &in, d->now_ms, &wait_ms) == OFFICE_PROVIDER) {
		help.login = &said;
	}
	arena_reset(d->arena);
	assert_int_equal(
		office_step(d->o, &in, &help, d->now_ms, d->seq + 1, d->arena, &d->out),
		0);
	return count_rows(d);
}

static void
who_is_bound_comes_in_and_nobody_else(void **state)
{
	struct desk_of *d = *state;
	struct coming c = {.subject = "f3a1", .token = 'a'};
	uint64_t anna = add(d, "anna", ROLE(OPERATOR));
	uint64_t before;

	assert_int_equal(come(d, &c), OUTCOME(UNBOUND));
	assert_string_equal(d->out.answer.reason, "f3a1");
	assert_int_equal(d->out.n_rows, 1);
	assert_int_equal(d->out.rows[0].subject, 0);
	assert_null(memmem(d->out.rows[0].body, d->out.rows[0].body_bytes, "f3a1", 4));
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	assert_null(memmem(d->out.rows[0].body, d->out.rows[0].body_bytes, "f3a1", 4));
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	assert_int_equal(d->out.answer.account, anna);
	/* The same input again, from before a crash: no second session, no question. */
	before = d->out.answer.session;
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	assert_int_equal(d->out.answer.session, before);
	assert_int_equal(d->out.n_rows, 0);
	/* Of another issuer the same subject is another person. */
	assert_int_equal(bind(d, "anna", "https://other", "f3a1"), OUTCOME(DONE));
	assert_null(office_session(d->o, before));
	c.token = 'b';
	assert_int_equal(come(d, &c), OUTCOME(UNBOUND));
	c.subject = "F3A1";
	assert_int_equal(come(d, &c), OUTCOME(UNBOUND));
}

static void
what_the_provider_cannot_say_lets_nobody_in(void **state)
{
	static const struct {
		Vedetta__V1__LoginFault fault;
		Vedetta__V1__OfficeOutcome outcome;
	} rows[] = {
		{FAULT(AWAY), OUTCOME(PROVIDER_AWAY)},
		{FAULT(REFUSED), OUTCOME(PROVIDER_REFUSED)},
		{FAULT(BROKEN), OUTCOME(PROVIDER_BROKEN)},
		{FAULT(WEAK), OUTCOME(PROVIDER_WEAK)},
	};
	struct desk_of *d = *state;
	struct coming c = {.subject = "f3a1", .token = 'a'};

	(void)add(d, "anna", ROLE(OPERATOR));
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c.fault = rows[i].fault;
		assert_int_equal(come(d, &c), rows[i].outcome);
		assert_int_equal(d->out.n_rows + d->out.n_records, 0);
	}
	c.fault = FAULT(UNSPECIFIED);
	c.subject = NULL;
	assert_int_equal(come(d, &c), OUTCOME(PROVIDER_BROKEN));
	c.subject = "";
	assert_int_equal(come(d, &c), OUTCOME(PROVIDER_BROKEN));
}

static void
who_is_disabled_does_not_come_in_by_a_provider(void **state)
{
	struct desk_of *d = *state;
	const struct coming c = {.subject = "f3a1", .token = 'a'};
	Vedetta__V1__OfficeCommand command = VEDETTA__V1__OFFICE_COMMAND__INIT;

	(void)add(d, "anna", ROLE(OPERATOR));
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	command.what_case = COMMAND(DISABLE);
	command.disable = lent("anna");
	arena_reset(d->arena);
	assert_int_equal(office_command(d->o, &command, d->now_ms, d->seq + 1, d->arena,
				 &d->out),
		0);
	(void)count_rows(d);
	assert_int_equal(come(d, &c), OUTCOME(DISABLED));
}

static void
one_identity_has_one_account_and_makes_sense(void **state)
{
	struct desk_of *d = *state;
	char longer[258];

	(void)add(d, "anna", ROLE(OPERATOR));
	(void)add(d, "berta", ROLE(OPERATOR));
	memset(longer, 's', sizeof(longer) - 1);
	longer[257] = '\0';
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	assert_int_equal(d->out.n_rows, 1);
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	assert_int_equal(d->out.n_rows, 0);
	assert_int_equal(bind(d, "berta", ISSUER, "f3a1"), OUTCOME(INVALID));
	assert_string_equal(d->out.answer.field, "identity.subject");
	assert_int_equal(bind(d, "berta", "", "x"), OUTCOME(INVALID));
	assert_int_equal(bind(d, "berta", ISSUER, longer), OUTCOME(INVALID));
	assert_int_equal(bind(d, "berta", ISSUER, "a b"), OUTCOME(INVALID));
	assert_int_equal(bind(d, "berta", ISSUER, "\xc3\xa8"), OUTCOME(INVALID));
	assert_int_equal(bind(d, "nobody", ISSUER, "x"), OUTCOME(INVALID));
	assert_int_equal(bind(d, "anna", "", ""), OUTCOME(DONE));
	assert_null(office_by_name(d->o, "anna")->identity);
	assert_int_equal(bind(d, "berta", ISSUER, "f3a1"), OUTCOME(DONE));
}

static Vedetta__V1__OfficeOutcome
go(struct desk_of *d, Vedetta__V1__LoginFault fault, const char *subject,
	const char *sid, const char *token_id)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__LogoutInput input = VEDETTA__V1__LOGOUT_INPUT__INIT;
	Vedetta__V1__LoginResult said = VEDETTA__V1__LOGIN_RESULT__INIT;
	Vedetta__V1__Identity identity = VEDETTA__V1__IDENTITY__INIT;
	const struct office_help help = {.login = &said};
	int64_t wait_ms;

	in.what_case = WHAT(PROVIDER_LOGOUT);
	in.provider_logout = &input;
	assert_false(office_input_is_whole(&in));
	input.token = lent("a.b.c");
	assert_true(office_input_is_whole(&in));
	assert_int_equal(office_plan(d->o, &in, d->now_ms, &wait_ms), OFFICE_PROVIDER);
	identity.issuer = lent(ISSUER);
	identity.subject = lent(subject);
	said.fault = fault;
	said.identity = &identity;
	said.session = lent(sid);
	said.token_id = lent(token_id);
	arena_reset(d->arena);
	assert_int_equal(
		office_step(d->o, &in, &help, d->now_ms, d->seq + 1, d->arena, &d->out),
		0);
	return count_rows(d);
}

static void
who_is_out_at_the_provider_is_out_here(void **state)
{
	struct desk_of *d = *state;
	struct coming c = {.subject = "f3a1", .token = 'a', .sid = "s1"};
	uint64_t anna = add(d, "anna", ROLE(OPERATOR)), by_password, first, second;

	(void)add(d, "berta", ROLE(OPERATOR));
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	assert_int_equal(bind(d, "berta", ISSUER, "b2"), OUTCOME(DONE));
	by_password = log_in(d, "anna", 'p');
	assert_int_not_equal(by_password, 0);
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	first = d->out.answer.session;
	assert_true(office_session(d->o, first)->by_provider);
	c.token = 'b';
	c.sid = "s2";
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	second = d->out.answer.session;
	/* Nothing that cannot be trusted ends anything, nor what is of nobody here. */
	assert_int_equal(
		go(d, FAULT(BROKEN), "f3a1", "", "n"), OUTCOME(PROVIDER_BROKEN));
	assert_int_equal(go(d, FAULT(AWAY), "f3a1", "", "n"), OUTCOME(PROVIDER_AWAY));
	assert_int_equal(
		go(d, FAULT(UNSPECIFIED), "", "", "n"), OUTCOME(PROVIDER_BROKEN));
	assert_int_equal(
		go(d, FAULT(UNSPECIFIED), "f3a1", "", ""), OUTCOME(PROVIDER_BROKEN));
	assert_int_equal(go(d, FAULT(UNSPECIFIED), "b2", "s1", "n1"), OUTCOME(DONE));
	assert_int_equal(go(d, FAULT(UNSPECIFIED), "b2", "", "n2"), OUTCOME(DONE));
	assert_int_equal(d->out.n_rows + d->out.n_records, 0);
	/* Of one session there: that one alone. */
	assert_int_equal(go(d, FAULT(UNSPECIFIED), "", "s1", "n3"), OUTCOME(DONE));
	assert_int_equal(d->out.n_rows, 1);
	assert_int_equal(d->out.rows[0].subject, anna);
	assert_null(office_session(d->o, first));
	assert_non_null(office_session(d->o, second));
	/* Of the person: all that came in that way, and by a password none. */
	assert_int_equal(go(d, FAULT(UNSPECIFIED), "f3a1", "", "n4"), OUTCOME(DONE));
	assert_null(office_session(d->o, second));
	assert_non_null(office_session(d->o, by_password));
	/* Sent again by whoever saw it, it ends nobody's next session. */
	c.token = 'c';
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	first = d->out.answer.session;
	assert_int_equal(go(d, FAULT(UNSPECIFIED), "f3a1", "", "n4"), OUTCOME(DONE));
	assert_non_null(office_session(d->o, first));
}

static void
a_session_of_the_provider_lasts_as_the_config_says(void **state)
{
	struct desk_of *d = *state;
	struct coming c = {.subject = "f3a1", .token = 'a', .session_s = 3600};

	(void)add(d, "anna", ROLE(OPERATOR));
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	assert_int_equal(office_session(d->o, d->out.answer.session)->expires_ms,
		d->now_ms + 3600 * 1000);
	c.token = 'b';
	c.session_s = INT64_MAX;
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	assert_int_equal(office_session(d->o, d->out.answer.session)->expires_ms,
		d->now_ms + OFFICE_SESSION_MS);
}

static void
a_secret_shown_there_counts_from_when_it_was(void **state)
{
	struct desk_of *d = *state;
	struct coming c = {.subject = "f3a1", .token = 'a'};
	const int64_t now_s = NOW / 1000;
	uint64_t session;

	(void)add(d, "anna", ROLE(OPERATOR));
	(void)add(d, "berta", ROLE(OPERATOR));
	assert_int_equal(bind(d, "anna", ISSUER, "f3a1"), OUTCOME(DONE));
	assert_int_equal(bind(d, "berta", ISSUER, "b2"), OUTCOME(DONE));
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	session = d->out.answer.session;
	assert_int_equal(office_session(d->o, session)->stepped_up_until_ms, 0);
	c = (struct coming){
		.subject = "f3a1", .token = 'b', .step_up = true, .session = session};
	assert_int_equal(come(d, &c), OUTCOME(STALE));
	c.auth_time_s = now_s - 600;
	assert_int_equal(come(d, &c), OUTCOME(STALE));
	c.auth_time_s = now_s - 599;
	c.subject = "b2";
	assert_int_equal(come(d, &c), OUTCOME(OTHER_PERSON));
	c.subject = "f3a1";
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	assert_int_equal(d->out.answer.session, session);
	assert_int_equal(
		office_session(d->o, session)->stepped_up_until_ms, NOW + 1000);
	assert_int_equal(office_session(d->o, session)->token_hash.data[0], 'b');
	c.token = 'c';
	c.auth_time_s = now_s + 3600; /* its clock is ahead: not beyond ours */
	assert_int_equal(come(d, &c), OUTCOME(DONE));
	assert_int_equal(office_session(d->o, session)->stepped_up_until_ms,
		NOW + OFFICE_STEP_UP_MS);
	c.token = 'd';
	c.session = 0;
	assert_int_equal(come(d, &c), OUTCOME(NO_SESSION));
}

static void
want_of_memory_is_told(void **state)
{
	struct office *o = NULL;
	unsigned long n;

	(void)state;
	for (n = 1; o == NULL; n++) {
		alloc_fail_at(n);
		o = office_new();
	}
	alloc_fail_at(0);
	assert_in_range(n, 3, 100);
	office_free(o);
}

static void
a_login_without_memory_is_no_login(void **state)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__LoginInput login = VEDETTA__V1__LOGIN_INPUT__INIT;
	Vedetta__V1__Login said = VEDETTA__V1__LOGIN__INIT;
	struct office_help help = {.right = true};
	struct desk_of *d = *state;
	uint8_t hash[OFFICE_TOKEN_HASH_BYTES] = {1};
	int r = -ENOMEM;

	said.name = lent("anna");
	login.login = &said;
	login.token_hash = (ProtobufCBinaryData){sizeof(hash), hash};
	in.what_case = WHAT(LOGIN);
	in.login = &login;
	for (unsigned long n = 1; r == -ENOMEM; n++) {
		struct desk_of fresh = {
			.o = office_new(), .arena = d->arena, .now_ms = NOW};

		(void)add(&fresh, "anna", ROLE(OPERATOR));
		arena_reset(d->arena);
		alloc_fail_at(n);
		r = office_step(fresh.o, &in, &help, NOW, 2, d->arena, &fresh.out);
		alloc_fail_at(0);
		assert_true(r == 0 || r == -ENOMEM);
		office_free(fresh.o);
		assert_in_range(n, 1, 500);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, drop)
	const struct CMUnitTest tests[] = {
		T(an_account_is_a_row_and_a_record),
		T(no_secret_and_no_contact_is_in_the_chain),
		T(names_roles_and_areas_that_make_no_sense_are_refused_by_field),
		T(who_may_what_is_role_area_and_being_enabled),
		T(somebody_must_hold_the_unassigned_right),
		T(right_opens_a_session_wrong_does_not_and_both_are_rows),
		T(unknown_disabled_and_without_password_are_all_wrong),
		T(every_try_is_a_job_with_a_hash_of_the_same_cost),
		T(the_same_input_again_is_the_same_session),
		T(one_account_has_a_bounded_number_of_sessions),
		T(a_second_factor_is_asked_for_once_it_was_confirmed),
		T(a_secret_that_was_begun_anew_is_told_from_a_wrong_code),
		T(a_code_that_ends_the_factor_is_not_guessed),
		T(somebody_is_left_who_can_open_accounts),
		T(grave_changes_want_a_secret_shown_a_moment_ago),
		T(a_session_in_use_lasts_a_shift_and_its_handover),
		T(a_session_nobody_uses_ends_after_an_hour),
		T(use_is_written_now_and_then_without_a_row),
		T(ones_own_and_ones_areas_sessions_can_be_ended),
		T(a_new_password_ends_all_other_sessions),
		T(accounts_are_changed_with_the_right_in_ones_own_areas_only),
		T(what_is_not_meant_stays_as_it_is),
		T(the_last_who_may_change_accounts_stays),
		T(who_is_disabled_is_out_at_once),
		T(who_guesses_is_slowed_where_he_is),
		T(who_is_bound_comes_in_and_nobody_else),
		T(what_the_provider_cannot_say_lets_nobody_in),
		T(who_is_disabled_does_not_come_in_by_a_provider),
		T(one_identity_has_one_account_and_makes_sense),
		T(who_is_out_at_the_provider_is_out_here),
		T(a_session_of_the_provider_lasts_as_the_config_says),
		T(a_secret_shown_there_counts_from_when_it_was),
		T(fronts_hear_all_and_then_what_changes),
		T(many_accounts_are_told_in_pieces),
		T(what_was_written_makes_the_same_office),
		T(want_of_memory_is_told),
		T(a_login_without_memory_is_no_login),
	};

	if (sodium_init() < 0) {
		return 1;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
