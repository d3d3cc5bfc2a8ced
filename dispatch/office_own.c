/* office_own - what everybody may change about themselves */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/office_internal.h"
#include "dispatch/totp.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name
#define KIND(name) VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_##name

enum {
	PREFERENCES_MOST = 16 * 1024,
	RECOVERY_BYTES = 10, /* 16 letters of base32 */
	RECOVERY_TEXT = 24,
};

static_assert(TOTP_SECRET_BYTES + OFFICE_RECOVERY_CODES * RECOVERY_BYTES <=
		      OFFICE_RANDOM_BYTES,
	"chance is enough for all that is drawn at once");

static int
keep(struct office_doing *d, Vedetta__V1__AuditKind kind,
	const Vedetta__V1__StoredAccount *to, const char *changed)
{
	const char *const list[] = {changed, NULL};
	uint64_t seq;
	int r = office_log_account(d, kind, to->account->id, to->account, list, &seq);

	d->out->answer.account = to->account->id;
	return r == 0 ? office_keep_account(d, seq, to) : r;
}

/* Who is in elsewhere is out: the old one may be known to somebody. */
static int
change_password(struct office_doing *d, const struct office_visit *visit,
	Vedetta__V1__StoredAccount *to, const Vedetta__V1__PasswordChange *change)
{
	const char *fault = office_password_fault(change->password, to->account->name);
	uint64_t account = to->account->id, session = visit->session->id;
	int r;

	if (fault != NULL) {
		return office_refuse_field(d, "password.password", fault);
	}
	if (!d->help->right || d->help->made == NULL) {
		return office_refuse_field(d, "password.old", "is not the password");
	}
	delay_right(d->o->delay, office_name_hash(to->account->name), d->network);
	to->password_hash = (char *)d->help->made;
	to->account->password = true;
	to->account->password_given = false;
	r = keep(d, KIND(PASSWORD_CHANGED), to, "password");
	if (r == 0) {
		office_drop_sessions(d, account, session);
	}
	return r;
}

static Vedetta__V1__OwnResult *
new_result(struct office_doing *d)
{
	Vedetta__V1__OwnResult *result = arena_alloc(d->arena, sizeof(*result));

	if (result != NULL) {
		vedetta__v1__own_result__init(result);
		d->out->answer.own = result;
	}
	return result;
}

/* What the authenticator reads; the name is of letters that need no escape. */
static int
begin_totp(struct office_doing *d, Vedetta__V1__StoredAccount *to)
{
	static const char *const changed[] = {"begun", NULL};
	Vedetta__V1__OwnResult *result = new_result(d);
	char secret[TOTP_SECRET_CHARS];
	int r;

	if (result == NULL) {
		return -ENOMEM;
	}
	to->totp_begun.data = (uint8_t *)d->help->random;
	to->totp_begun.len = TOTP_SECRET_BYTES;
	(void)totp_base32(d->help->random, TOTP_SECRET_BYTES, secret);
	result->totp_secret = arena_printf(d->arena, "%s", secret);
	result->totp_uri = arena_printf(d->arena,
		"otpauth://totp/Vedetta:%s?secret=%s&issuer=Vedetta", to->account->name,
		secret);
	if (result->totp_secret == NULL || result->totp_uri == NULL) {
		return -ENOMEM;
	}
	d->out->answer.account = to->account->id;
	r = office_log_account(d, KIND(TOTP_CHANGED), to->account->id, to->account,
		changed, &result->begun);
	to->totp_begun_row = result->begun;
	return r == 0 ? office_keep_account(d, result->begun, to) : r;
}

/* Ten of them, 80 bits each; kept are their hashes. */
static int
make_recovery(struct office_doing *d, Vedetta__V1__StoredAccount *to)
{
	const uint8_t *random = d->help->random + TOTP_SECRET_BYTES;
	Vedetta__V1__OwnResult *result = new_result(d);
	size_t n = OFFICE_RECOVERY_CODES;
	uint8_t *hashes = arena_alloc(d->arena, n * OFFICE_TOKEN_HASH_BYTES);

	to->recovery = arena_alloc(d->arena, n * sizeof(to->recovery[0]));
	if (result != NULL) {
		result->recovery_codes = arena_alloc(d->arena, n * sizeof(char *));
	}
	if (result == NULL || hashes == NULL || to->recovery == NULL ||
		result->recovery_codes == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		uint8_t *hash = hashes + i * OFFICE_TOKEN_HASH_BYTES;
		char code[RECOVERY_TEXT];

		(void)totp_base32(random + i * RECOVERY_BYTES, RECOVERY_BYTES, code);
		office_hash_recovery(code, hash);
		to->recovery[i] = (ProtobufCBinaryData){OFFICE_TOKEN_HASH_BYTES, hash};
		result->recovery_codes[i] = arena_printf(d->arena,
			"%.4s-%.4s-%.4s-%.4s", code, code + 4, code + 8, code + 12);
		if (result->recovery_codes[i] == NULL) {
			return -ENOMEM;
		}
	}
	result->n_recovery_codes = to->n_recovery = n;
	to->account->recovery_left = (uint32_t)n;
	return 0;
}

static int
confirm_totp(struct office_doing *d, Vedetta__V1__StoredAccount *to,
	const Vedetta__V1__TotpConfirm *said)
{
	int r;

	/* Begun anew in another window: no code of the secret shown here is right. */
	if (said->begun != 0 && said->begun != to->totp_begun_row) {
		return office_refuse_field(d, "totpConfirm.begun",
			"is not the last one, or was confirmed already");
	}
	if (to->totp_begun.len != TOTP_SECRET_BYTES ||
		!totp_accepts(to->totp_begun.data, to->totp_begun.len, d->now_ms, 0,
			said->code, &to->totp_step)) {
		return office_refuse_field(d, "totpConfirm.code",
			"is not what the authenticator shows now");
	}
	to->totp_secret = to->totp_begun;
	to->totp_begun = (ProtobufCBinaryData){0, NULL};
	to->totp_begun_row = 0;
	to->account->totp = true;
	r = make_recovery(d, to);
	return r == 0 ? keep(d, KIND(TOTP_CHANGED), to, "on") : r;
}

/* Whoever found a screen open could try them all: it counts as a try, and is told. */
static int
end_totp(struct office_doing *d, const Vedetta__V1__OfficeInput *in,
	Vedetta__V1__StoredAccount *to)
{
	uint64_t seq;

	if (!to->account->totp || !office_take_code(d, in->own->totp_end->code, to)) {
		(void)office_refuse_field(d, "totpEnd.code", "is not the code of now");
		return office_log_try(
			d, in, KIND(STEP_UP_FAILED), to->account->id, "code", &seq);
	}
	delay_right(d->o->delay, office_name_hash(to->account->name), d->network);
	to->account->totp = false;
	to->account->recovery_left = 0;
	to->totp_secret = (ProtobufCBinaryData){0, NULL};
	to->n_recovery = 0;
	return keep(d, KIND(TOTP_CHANGED), to, "off");
}

static int
renew_recovery(struct office_doing *d, Vedetta__V1__StoredAccount *to)
{
	int r;

	if (!to->account->totp) {
		return office_refuse_field(
			d, "recoveryRenew", "is of no use without a second factor");
	}
	r = make_recovery(d, to);
	return r == 0 ? keep(d, KIND(TOTP_CHANGED), to, "recovery") : r;
}

/* What only its owner cares for is no row: contacts and language are. */
static int
change_settings(struct office_doing *d, Vedetta__V1__StoredAccount *to,
	const Vedetta__V1__OwnSettings *s)
{
	const char *field = "settings.language";
	const char *why = office_language_fault(s->language);

	if (why == NULL) {
		why = office_contacts_fault(s->contacts, &field);
	}
	if (why == NULL && strlen(s->preferences) > PREFERENCES_MOST) {
		field = "settings.preferences";
		why = "has more than 16 KiB";
	}
	if (why != NULL) {
		return office_refuse_field(d, field, why);
	}
	if (s->preferences[0] != '\0') {
		to->preferences = s->preferences;
	}
	d->out->answer.account = to->account->id;
	if (s->language[0] == '\0' && s->contacts == NULL) {
		return office_keep_account(d, 0, to);
	}
	if (s->language[0] != '\0') {
		to->account->language = s->language;
	}
	if (s->contacts != NULL) {
		to->account->contacts = s->contacts;
	}
	return keep(d, KIND(ACCOUNT_CHANGED), to,
		s->contacts != NULL ? "contacts" : "language");
}

static bool
is_grave(const Vedetta__V1__OwnChange *change)
{
	return change->what_case == VEDETTA__V1__OWN_CHANGE__WHAT_TOTP_BEGIN ||
	       change->what_case == VEDETTA__V1__OWN_CHANGE__WHAT_TOTP_CONFIRM ||
	       change->what_case == VEDETTA__V1__OWN_CHANGE__WHAT_RECOVERY_RENEW;
}

int
office_change_own(struct office_doing *d, const struct office_visit *visit,
	const Vedetta__V1__OfficeInput *in)
{
	const Vedetta__V1__OwnChange *change = in->own;
	const struct office_person *p = office_find(d->o, visit->session->account);
	Vedetta__V1__StoredAccount to = *p->stored;
	Vedetta__V1__Account account = *p->stored->account;

	if (is_grave(change) && d->now_ms >= visit->session->stepped_up_until_ms) {
		return office_refuse(d, OUTCOME(STEP_UP));
	}
	to.account = &account;
	switch (change->what_case) {
	case VEDETTA__V1__OWN_CHANGE__WHAT_PASSWORD:
		return change_password(d, visit, &to, change->password);
	case VEDETTA__V1__OWN_CHANGE__WHAT_TOTP_BEGIN:
		return begin_totp(d, &to);
	case VEDETTA__V1__OWN_CHANGE__WHAT_TOTP_CONFIRM:
		return confirm_totp(d, &to, change->totp_confirm);
	case VEDETTA__V1__OWN_CHANGE__WHAT_TOTP_END:
		return end_totp(d, in, &to);
	case VEDETTA__V1__OWN_CHANGE__WHAT_RECOVERY_RENEW:
		return renew_recovery(d, &to);
	case VEDETTA__V1__OWN_CHANGE__WHAT_SETTINGS:
		return change_settings(d, &to, change->settings);
	case VEDETTA__V1__OWN_CHANGE__WHAT__NOT_SET:
	case _VEDETTA__V1__OWN_CHANGE__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	return office_refuse_field(d, "", "says nothing to change");
}
