/*
 * office_account - accounts are opened and changed, by others and by commands
 *
 * Over 500 lines: what makes sense in each field stands beside what sets it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/office_internal.h"
#include "proto/utf8.h"

#define OUTCOME(name) VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_##name
#define KIND(name) VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_##name

enum {
	NAME_MOST = 64,
	FULL_NAME_MOST = 100,
	LANGUAGE_MOST = 8,
	PASSWORD_LEAST = 10,
	PASSWORD_MOST_BYTES = 256,
	ADDRESS_MOST = 254,
	URL_MOST = 1000,
	PUSH_MOST = 8,
	CHANGES_MOST = 12,
	WHY_BYTES = 160,
};

/* ---- what makes sense */

/* NULL: it does; else why not, as the end of a sentence. */
const char *
office_password_fault(const char *password, const char *name)
{
	if (!utf8_is_valid(password, strlen(password), NULL)) {
		return "is not UTF-8";
	}
	if (utf8_length(password, strlen(password)) < PASSWORD_LEAST) {
		return "has less than 10 characters";
	}
	if (strlen(password) > PASSWORD_MOST_BYTES) {
		return "has more than 256 bytes";
	}
	return strcmp(password, name) == 0 ? "is the account's name" : NULL;
}

static const char *
name_fault(const char *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

	if (strlen(name) < 2 || strlen(name) > NAME_MOST) {
		return "is not 2 to 64 characters long";
	}
	if (strspn(name, chars) != strlen(name) || strchr("._-", name[0]) != NULL) {
		return "is not made of a-z, 0-9, . _ and - after a letter or digit";
	}
	return NULL;
}

static const char *
text_fault(const char *text, size_t most)
{
	if (!utf8_is_text(text, strlen(text), NULL) || strchr(text, '\n') != NULL) {
		return "is not a line of text";
	}
	return utf8_length(text, strlen(text)) > most ? "is too long" : NULL;
}

static const char *
area_fault(const struct office *o, const char *code)
{
	static const char chars[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._:-";

	if (strcmp(code, SCOPE_ALL) == 0) {
		return NULL;
	}
	if (code[0] == '\0' || strlen(code) >= AREA_CODE_BYTES ||
		strspn(code, chars) != strlen(code)) {
		return "has what is not the code of an area, nor *";
	}
	return o->map != NULL && area_map_by_code(o->map, code) == NULL
		       ? "has a code of no area that was imported"
		       : NULL;
}

static const char *
url_fault(const char *url)
{
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) {
		return "is not an address that begins with https://";
	}
	return strlen(url) > URL_MOST || strpbrk(url, " \t\r\n\"<>\\") != NULL
		       ? "is not a web address"
		       : NULL;
}

static const char *
email_fault(const char *address)
{
	const char *at = strchr(address, '@');

	return at == NULL || at == address || at[1] == '\0' ||
			       strchr(at + 1, '@') != NULL ||
			       strlen(address) > ADDRESS_MOST ||
			       strpbrk(address, " \t\r\n,;<>\"\\()") != NULL
		       ? "is not an e-mail address"
		       : NULL;
}

const char *
office_contacts_fault(const Vedetta__V1__AccountContacts *c, const char **field)
{
	const char *why = NULL;

	if (c == NULL) {
		return NULL;
	}
	*field = "contacts.email";
	why = c->email[0] != '\0' ? email_fault(c->email) : NULL;
	if (why == NULL && c->telegram[0] != '\0' &&
		strspn(c->telegram + (c->telegram[0] == '-'), "0123456789") !=
			strlen(c->telegram + (c->telegram[0] == '-'))) {
		*field = "contacts.telegram";
		why = "is not the number of a chat";
	}
	if (why == NULL && c->webhook[0] != '\0') {
		*field = "contacts.webhook";
		why = url_fault(c->webhook);
	}
	for (size_t i = 0; why == NULL && i < c->n_push; i++) {
		*field = "contacts.push";
		why = i >= PUSH_MOST ? "has more than 8 browsers"
				     : url_fault(c->push[i]->endpoint);
		if (why == NULL && (strlen(c->push[i]->p256dh) > 128 ||
					   strlen(c->push[i]->auth) > 64)) {
			why = "is not a subscription";
		}
		why = why != NULL ? why : text_fault(c->push[i]->label, FULL_NAME_MOST);
	}
	return why;
}

const char *
office_language_fault(const char *language)
{
	return strlen(language) > LANGUAGE_MOST ||
			       strspn(language, "abcdefghijklmnopqrstuvwxyz-") !=
				       strlen(language)
		       ? "is not a language"
		       : NULL;
}

static const char *
only_fault(const Vedetta__V1__AccountChange *c)
{
	static const char *const names[] = {"fullName", "role", "areas", "unassigned",
		"disabled", "language", "password", "resetTotp", "contacts",
		"identity"};
	bool known = true;

	for (size_t i = 0; known && i < c->n_only; i++) {
		known = false;
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			known = known || strcmp(c->only[i], names[k]) == 0;
		}
	}
	return known ? NULL : "has what is no field that can be changed";
}

/* true: something is wrong, and the answer says what. account 0: a new one. */
static bool
refuse_nonsense(
	struct office_doing *d, uint64_t account, const Vedetta__V1__AccountChange *c)
{
	const char *field = "name";
	const char *why = name_fault(c->name);

	if (why == NULL) {
		field = "fullName";
		why = text_fault(c->full_name, FULL_NAME_MOST);
	}
	if (why == NULL && role_name(c->role)[0] == '\0') {
		field = "role";
		why = "is not a role";
	}
	for (size_t i = 0; why == NULL && i < c->n_areas; i++) {
		field = "areas";
		why = i >= SCOPE_CODES_MOST ? "has more than 64 codes"
					    : area_fault(d->o, c->areas[i]);
	}
	if (why == NULL) {
		field = "language";
		why = office_language_fault(c->language);
	}
	if (why == NULL) {
		why = office_contacts_fault(c->contacts, &field);
	}
	if (why == NULL) {
		field = "only";
		why = only_fault(c);
	}
	if (why == NULL && c->identity != NULL) {
		field = "identity.subject";
		why = office_identity_fault(d->o, account, c->identity);
	}
	if (why != NULL) {
		(void)office_refuse_field(d, field, why);
	}
	return why != NULL;
}

/* ---- rows */

int
office_log_account(struct office_doing *d, Vedetta__V1__AuditKind kind, uint64_t by,
	const Vedetta__V1__Account *account, const char *const *changed, uint64_t *seq)
{
	Vedetta__V1__LogAccount log = VEDETTA__V1__LOG_ACCOUNT__INIT;

	log.kind = kind;
	log.by = by;
	log.name = account->name;
	log.role = account->role;
	log.areas = account->areas;
	log.n_areas = account->n_areas;
	log.unassigned = account->unassigned;
	log.disabled = account->disabled;
	log.totp = account->totp;
	log.changed = (char **)changed;
	while (changed != NULL && changed[log.n_changed] != NULL) {
		log.n_changed++;
	}
	return office_add_row(d, STORE_ACCOUNT,
		kind == KIND(ACCOUNT_OPENED) ? 0 : account->id, &log.base, NULL, seq);
}

static bool
same_areas(const Vedetta__V1__Account *a, const Vedetta__V1__AccountChange *c)
{
	if (a->n_areas != c->n_areas) {
		return false;
	}
	for (size_t i = 0; i < a->n_areas; i++) {
		if (strcmp(a->areas[i], c->areas[i]) != 0) {
			return false;
		}
	}
	return true;
}

static bool
changes_identity(const Vedetta__V1__Account *a, const Vedetta__V1__AccountChange *c)
{
	const Vedetta__V1__Identity *to = c->identity, *is = a->identity;

	if (to == NULL || is == NULL) {
		return to != NULL && to->subject[0] != '\0';
	}
	return strcmp(to->subject, is->subject) != 0 ||
	       strcmp(to->issuer, is->issuer) != 0;
}

/* Names of what is others now; ends in NULL. */
static void
list_changes(const Vedetta__V1__StoredAccount *s, const Vedetta__V1__AccountChange *c,
	const char *out[CHANGES_MOST])
{
	const Vedetta__V1__Account *a = s->account;
	size_t n = 0;

	if (strcmp(a->full_name, c->full_name) != 0) {
		out[n++] = "fullName";
	}
	if (a->role != c->role) {
		out[n++] = "role";
	}
	if (!same_areas(a, c)) {
		out[n++] = "areas";
	}
	if (a->unassigned != c->unassigned) {
		out[n++] = "unassigned";
	}
	if (a->disabled != c->disabled) {
		out[n++] = "disabled";
	}
	if (c->language[0] != '\0' && strcmp(a->language, c->language) != 0) {
		out[n++] = "language";
	}
	if (c->contacts != NULL) {
		out[n++] = "contacts";
	}
	if (c->password[0] != '\0') {
		out[n++] = "password";
	}
	if (c->reset_totp && a->totp) {
		out[n++] = "totp";
	}
	if (changes_identity(a, c)) {
		out[n++] = "identity";
	}
	out[n] = NULL;
}

/* ---- changes */

static void
set_fields(const Vedetta__V1__AccountChange *c, const char *password_hash,
	Vedetta__V1__StoredAccount *to)
{
	Vedetta__V1__Account *a = to->account;

	a->full_name = c->full_name;
	a->role = c->role;
	a->areas = c->areas;
	a->n_areas = c->n_areas;
	a->unassigned = c->unassigned;
	a->disabled = c->disabled;
	if (c->language[0] != '\0') {
		a->language = c->language;
	}
	if (c->contacts != NULL) {
		a->contacts = c->contacts;
	}
	if (password_hash != NULL) {
		to->password_hash = (char *)password_hash;
		a->password = true;
		a->password_given = true;
	}
	if (c->identity != NULL) {
		a->identity = c->identity->subject[0] != '\0' ? c->identity : NULL;
	}
	if (c->reset_totp) {
		a->totp = false;
		to->totp_secret = (ProtobufCBinaryData){0, NULL};
		to->n_recovery = 0;
	}
}

static int
open_account(struct office_doing *d, uint64_t by, const Vedetta__V1__AccountChange *c,
	const char *password_hash)
{
	Vedetta__V1__StoredAccount to = VEDETTA__V1__STORED_ACCOUNT__INIT;
	Vedetta__V1__Account account = VEDETTA__V1__ACCOUNT__INIT;
	uint64_t seq;
	int r;

	if (refuse_nonsense(d, 0, c)) {
		return 0;
	}
	if (office_find_name(d->o, c->name) != NULL) {
		return office_refuse_field(d, "name", "is another account's already");
	}
	if (d->o->n_people >= OFFICE_ACCOUNTS_MOST) {
		return office_refuse_field(d, "name", "is one too many: 5,000 at most");
	}
	account.name = c->name;
	to.account = &account;
	to.created_ms = d->now_ms;
	set_fields(c, password_hash, &to);
	r = office_log_account(d, KIND(ACCOUNT_OPENED), by, &account, NULL, &seq);
	account.id = seq;
	d->out->answer.account = seq;
	return r == 0 ? office_keep_account(d, seq, &to) : r;
}

static int
alter_account(struct office_doing *d, uint64_t by, struct office_person *p,
	const Vedetta__V1__AccountChange *c, const char *password_hash)
{
	Vedetta__V1__StoredAccount to = *p->stored;
	Vedetta__V1__Account account = *p->stored->account;
	bool rebound = changes_identity(&account, c);
	const char *changed[CHANGES_MOST];
	uint64_t seq;
	int r;

	if (refuse_nonsense(d, account.id, c)) {
		return 0;
	}
	list_changes(p->stored, c, changed);
	d->out->answer.account = account.id;
	if (changed[0] == NULL) {
		return 0;
	}
	to.account = &account;
	set_fields(c, password_hash, &to);
	r = office_log_account(d, KIND(ACCOUNT_CHANGED), by, &account, changed, &seq);
	if (r == 0) {
		r = office_keep_account(d, seq, &to);
	}
	if (r == 0 && (account.disabled || password_hash != NULL || c->reset_totp ||
			      rebound)) {
		office_drop_sessions(d, account.id, 0);
	}
	return r;
}

/* ---- by another, at a console */

/* Is all that `areas` name the asker's to give? */
static bool
covers(const struct office *o, const Vedetta__V1__Account *by, char *const *areas,
	size_t n, bool unassigned)
{
	struct scope scope;

	scope_make(&scope, by->areas, by->n_areas, by->unassigned, o->map);
	for (size_t i = 0; i < n; i++) {
		if (!scope.all && (strcmp(areas[i], SCOPE_ALL) == 0 ||
					  !scope_covers(&scope, areas[i], o->map))) {
			return false;
		}
	}
	return scope.all || (n > 0 && !unassigned);
}

/* Can they get in at all, by a password or through the provider? */
static bool
has_a_way_in(const struct office_person *p)
{
	return p->stored->password_hash[0] != '\0' ||
	       p->stored->account->identity != NULL;
}

/* Would nobody be left who may open accounts? */
static bool
is_last(const struct office *o, const struct office_person *p)
{
	for (size_t i = 0; i < o->n_people; i++) {
		const Vedetta__V1__Account *a = o->people[i].stored->account;

		if (&o->people[i] != p && !a->disabled && has_a_way_in(&o->people[i]) &&
			rights_have(role_rights(a->role),
				VEDETTA__V1__RIGHT__RIGHT_ACCOUNTS)) {
			return false;
		}
	}
	return true;
}

static bool
is_meant(const Vedetta__V1__AccountChange *c, const char *name)
{
	bool found = c->n_only == 0;

	for (size_t i = 0; !found && i < c->n_only; i++) {
		found = strcmp(c->only[i], name) == 0;
	}
	return found;
}

/* What is set as a whole; the rest is set only when it is said. */
static void
keep_what_is_not_meant(const Vedetta__V1__Account *a, Vedetta__V1__AccountChange *c)
{
	if (!is_meant(c, "fullName")) {
		c->full_name = a->full_name;
	}
	if (!is_meant(c, "role")) {
		c->role = a->role;
	}
	if (!is_meant(c, "areas")) {
		c->areas = a->areas;
		c->n_areas = a->n_areas;
	}
	if (!is_meant(c, "unassigned")) {
		c->unassigned = a->unassigned;
	}
	if (!is_meant(c, "disabled")) {
		c->disabled = a->disabled;
	}
}

int
office_change_account(struct office_doing *d, const struct office_person *by,
	uint64_t session, const Vedetta__V1__AccountInput *in)
{
	const Vedetta__V1__Account *own = by->stored->account;
	const Vedetta__V1__OfficeSession *s = office_session(d->o, session);
	Vedetta__V1__AccountChange to = *in->change;
	const Vedetta__V1__AccountChange *c = &to;
	struct office_person *p =
		in->account != 0 ? office_find(d->o, in->account) : NULL;
	const char *fault;

	if (!office_may(d->o, own->id, VEDETTA__V1__RIGHT__RIGHT_ACCOUNTS, NULL)) {
		return office_refuse(d, OUTCOME(NO_RIGHT));
	}
	if (d->now_ms >= s->stepped_up_until_ms) {
		return office_refuse(d, OUTCOME(STEP_UP));
	}
	if (in->account != 0 &&
		(p == NULL || !covers(d->o, own, p->stored->account->areas,
				      p->stored->account->n_areas,
				      p->stored->account->unassigned))) {
		return office_refuse(d, OUTCOME(NOT_FOUND));
	}
	if (p != NULL) {
		to.name = p->stored->account->name;
		keep_what_is_not_meant(p->stored->account, &to);
	}
	if (!covers(d->o, own, c->areas, c->n_areas, c->unassigned)) {
		return office_refuse_field(
			d, "areas", "has what lies outside your own areas");
	}
	fault = c->password[0] != '\0' ? office_password_fault(c->password, c->name)
				       : NULL;
	if (fault != NULL) {
		return office_refuse_field(d, "password", fault);
	}
	if (p == NULL) {
		return open_account(d, own->id, c, d->help->made);
	}
	if (is_last(d->o, p) && !p->stored->account->disabled &&
		(c->disabled || c->role != VEDETTA__V1__ROLE__ROLE_ADMINISTRATOR)) {
		return office_refuse_field(
			d, "role", "would leave nobody who may change accounts");
	}
	return alter_account(d, own->id, p, c, d->help->made);
}

/* ---- by a command of this machine */

/* What it is now, to be sent back with a difference. */
static void
as_it_is(const struct office_person *p, Vedetta__V1__AccountChange *out)
{
	const Vedetta__V1__Account *a = p->stored->account;

	vedetta__v1__account_change__init(out);
	out->name = a->name;
	out->full_name = a->full_name;
	out->role = a->role;
	out->areas = a->areas;
	out->n_areas = a->n_areas;
	out->unassigned = a->unassigned;
	out->disabled = a->disabled;
}

static int
command(struct office_doing *d, const Vedetta__V1__OfficeCommand *c)
{
	const char *name =
		c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_DISABLE  ? c->disable
		: c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_ENABLE ? c->enable
		: c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_RESET_TOTP
			? c->reset_totp
		: c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_PASSWORD
			? c->password->name
		: c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_CHANGE
			? c->change->name
		: c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_BIND ? c->bind->name
									 : "";
	struct office_person *p = office_find_name(d->o, name);
	Vedetta__V1__AccountChange change;
	const char *made = NULL;

	if (c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_ADD) {
		return open_account(d, 0, c->add,
			c->add->password[0] != '\0' ? c->add->password : NULL);
	}
	if (p == NULL) {
		return office_refuse_field(d, "name", "is nobody's");
	}
	as_it_is(p, &change);
	if (c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_CHANGE) {
		change.role = c->change->role;
		change.areas = c->change->areas;
		change.n_areas = c->change->n_areas;
		change.unassigned = c->change->unassigned;
	} else if (c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_BIND) {
		change.identity = c->bind->identity;
	} else if (c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_PASSWORD) {
		change.password = c->password->password;
		made = c->password->password;
	} else if (c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_RESET_TOTP) {
		change.reset_totp = true;
	} else {
		change.disabled =
			c->what_case == VEDETTA__V1__OFFICE_COMMAND__WHAT_DISABLE;
	}
	return alter_account(d, 0, p, &change, made);
}

int
office_command(struct office *o, const Vedetta__V1__OfficeCommand *c, int64_t now_ms,
	uint64_t seq, struct arena *arena, struct office_out *out)
{
	struct office_doing d = {o, NULL, now_ms, seq, arena, out, 0};

	out->n_rows = 0;
	out->n_records = 0;
	out->answer = (Vedetta__V1__OfficeAnswer)VEDETTA__V1__OFFICE_ANSWER__INIT;
	out->answer.outcome = OUTCOME(DONE);
	return command(&d, c);
}
