/* api_account - accounts, and what everybody may change about their own */
#include <string.h>

#include <qrencode.h>

#include "server/api_body.h"
#include "server/fields.h"
#include "server/office_ask.h"
#include "server/office_view.h"
#include "server/reply.h"

/* ---- GET /v1/accounts */

void
api_accounts_get(struct front *f, const struct call *call)
{
	const struct who *who = call_who(f, call);
	size_t n = office_view_count(f->office);
	Vedetta__V1__AccountList list = VEDETTA__V1__ACCOUNT_LIST__INIT;

	list.accounts = arena_alloc(f->work, (n + 1) * sizeof(list.accounts[0]));
	if (list.accounts == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		Vedetta__V1__Account *a = office_view_account_at(f->office, i)->account;

		if (who_covers(f, who, a)) {
			list.accounts[list.n_accounts++] = a;
		}
	}
	reply_message(f, &call->asker, 200, &list.base, JSON_CANONICAL, NULL);
}

/* ---- POST /v1/accounts, POST /v1/accounts/{id} */

/* An identity is one of the config's provider. false: it was answered. */
static bool
name_issuer(struct front *f, const struct call *call, Vedetta__V1__Identity *identity)
{
	struct trouble trouble;

	if (identity == NULL) {
		return true;
	}
	if (identity->issuer[0] != '\0' &&
		strcmp(identity->issuer, f->config->oidc_issuer) != 0) {
		trouble_init(&trouble);
		trouble_add(&trouble, "identity.issuer", "is not the config's");
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return false;
	}
	identity->issuer = (char *)(uintptr_t)f->config->oidc_issuer;
	return true;
}

static void
change(struct front *f, const struct call *call, uint64_t id)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__AccountInput input = VEDETTA__V1__ACCOUNT_INPUT__INIT;
	const struct office_memo memo = {.after = OFFICE_AFTER_ACCOUNT};
	const char *client_key;
	struct trouble trouble;

	trouble_init(&trouble);
	if (api_body_key(call->request, &trouble, &client_key) != API_FINE) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	input.account = id;
	input.change = (Vedetta__V1__AccountChange *)api_read_message(
		f, call, &vedetta__v1__account_change__descriptor);
	if (input.change == NULL || !name_issuer(f, call, input.change->identity)) {
		return;
	}
	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_ACCOUNT;
	in.account = &input;
	office_ask_once(f, call, &in, client_key, &memo);
}

void
api_accounts_post(struct front *f, const struct call *call)
{
	change(f, call, 0);
}

void
api_account_post(struct front *f, const struct call *call)
{
	uint64_t id;

	if (!fields_uint(call->parameter, INT64_MAX, &id) || id == 0) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	change(f, call, id);
}

void
api_account_answered(struct front *f, const struct asker *asker, uint64_t id)
{
	const Vedetta__V1__OfficeAccount *a = office_view_account(f->office, id);

	if (a == NULL) {
		reply_problem(f, asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	reply_message(f, asker, 200, &a->account->base, JSON_CANONICAL, NULL);
}

/* ---- POST /v1/account */

void
api_own_post(struct front *f, const struct call *call)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	const struct office_memo memo = {.after = OFFICE_AFTER_OWN};

	in.own = (Vedetta__V1__OwnChange *)api_read_message(
		f, call, &vedetta__v1__own_change__descriptor);
	if (in.own == NULL) {
		return;
	}
	in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_OWN;
	office_ask(f, call, &in, &memo);
}

/* The QR code as rows of 0 and 1: the page draws it, no picture is made here. */
static void
draw(struct front *f, Vedetta__V1__OwnResult *result)
{
	QRcode *code =
		QRcode_encodeString(result->totp_uri, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	size_t n = code != NULL ? (size_t)code->width : 0;

	result->totp_code = arena_alloc(f->work, (n + 1) * sizeof(char *));
	for (size_t y = 0; result->totp_code != NULL && y < n; y++) {
		char *row = arena_alloc(f->work, n + 1);

		if (row == NULL) {
			result->n_totp_code = 0; /* the secret can be typed */
			break;
		}
		for (size_t x = 0; x < n; x++) {
			row[x] = (code->data[y * n + x] & 1) != 0 ? '1' : '0';
		}
		result->totp_code[result->n_totp_code++] = row;
	}
	QRcode_free(code);
}

void
api_own_answered(
	struct front *f, const struct asker *asker, const Vedetta__V1__OwnResult *from)
{
	Vedetta__V1__OwnResult result = *from;

	if (result.totp_uri[0] != '\0') {
		draw(f, &result);
	}
	reply_message(f, asker, 200, &result.base, JSON_CANONICAL, NULL);
}
