/* api_citizen - the form, the citizen's own report, and the word behind a code */
#include <string.h>

#include <sodium.h>

#include "dispatch/hazard.h"
#include "server/accept.h"
#include "server/clock.h"
#include "server/fields.h"
#include "server/front.h"
#include "server/reply.h"

enum {
	FORM_KEY_BYTES = 16,
	FORM_KEY_TEXT_BYTES = 23, /* base64url of that, and NUL */
	LANG_BYTES = 16,
	COOKIE_BYTES = 160,
	RECEIPT_TEXT_MAX = 64, /* longer cannot be a token or code of ours */
};

/* ?lang=, or NULL. */
static const char *
asked_language(const struct call *call, char out[LANG_BYTES])
{
	bool found;

	return http_parameter(call->request->query, "lang", out, LANG_BYTES, &found)
		       ? out
		       : NULL;
}

/* The browser's token, or a new one with the header that sets it. */
static void
source_of(struct front *f, const struct call *call, char token[SOURCE_TOKEN_BYTES],
	char cookie[COOKIE_BYTES])
{
	uint64_t source;

	cookie[0] = '\0';
	if (source_from_cookie(
		    &f->keys, http_header(call->request, "Cookie"), token, &source)) {
		return;
	}
	source_mint(&f->keys, token);
	(void)snprintf(cookie, COOKIE_BYTES,
		"Set-Cookie: " SOURCE_COOKIE
		"=%s; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax\r\n",
		token);
}

/* ?exercise=TOKEN. 0, or PROBLEM_... when there is one and it does not count. */
static int
read_exercise(const struct front *f, const struct call *call,
	char token[EXERCISE_TOKEN_BYTES], bool *found)
{
	bool fits = http_parameter(
		call->request->query, "exercise", token, EXERCISE_TOKEN_BYTES, found);

	return *found ? front_check_exercise(f, fits ? token : NULL) : 0;
}

void
api_form_get(struct front *f, const struct call *call)
{
	char exercise[EXERCISE_TOKEN_BYTES];
	bool is_exercise;
	char lang[LANG_BYTES], token[SOURCE_TOKEN_BYTES], cookie[COOKIE_BYTES];
	char key[FORM_KEY_TEXT_BYTES];
	uint8_t random[FORM_KEY_BYTES];
	int language = front_language(f, call, asked_language(call, lang));
	struct page_form form = {0};
	int problem = read_exercise(f, call, exercise, &is_exercise);

	if (problem != 0) {
		reply_problem(f, &call->asker, (enum problem_kind)problem, NULL, NULL);
		return;
	}
	if (is_exercise) {
		form.value[PAGE_EXERCISE] = exercise;
	}
	source_of(f, call, token, cookie);
	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(key, sizeof(key), random, sizeof(random),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	form.value[PAGE_KEY] = key;
	form.value[PAGE_SOURCE] = token;
	form.value[PAGE_LANG] = page_language_tag(f->page, language);
	if (page_form(f->page, language, front_staff(f), &form, f->out) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, &call->asker, 200, cookie);
}

void
api_asset_get(struct front *f, const struct call *call)
{
	const struct page_asset *asset = page_asset(f->page, call->request->path);

	if (asset == NULL || evbuffer_add_reference(f->out, asset->data, asset->bytes,
				     NULL, NULL) != 0) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	reply_asset(f, &call->asker, asset->content_type, asset->headers);
}

/* ---- receipts */

/* What a reader's answer is when it is not the thing asked for. */
static enum problem_kind
kind_of(const Vedetta__V1__Answer *answer)
{
	return answer != NULL &&
			       answer->outcome ==
				       VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_NOT_FOUND
		       ? PROBLEM_NOT_FOUND
		       : PROBLEM_READERS_BUSY;
}

static const Vedetta__V1__ReceiptView *
view_of(const Vedetta__V1__Answer *answer)
{
	return answer != NULL &&
			       answer->outcome ==
				       VEDETTA__V1__ANSWER_OUTCOME__ANSWER_OUTCOME_FOUND &&
			       answer->receipt != NULL &&
			       answer->receipt->receipt != NULL
		       ? answer->receipt
		       : NULL;
}

bool
api_is_unseen(
	const struct front *f, const Vedetta__V1__Receipt *receipt, uint32_t class_no)
{
	return class_no == 1 && !receipt->exercise &&
	       receipt->state == VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED &&
	       receipt->received_at != NULL &&
	       clock_wall_ms() / 1000 - receipt->received_at->seconds >=
		       f->config->unseen_min * 60;
}

/* What only a front knows: who is on duty, which number, what to do next. */
static bool
complete(struct front *f, const struct asker *asker,
	const Vedetta__V1__ReceiptView *view, const Vedetta__V1__ReceiptPlace *place)
{
	Vedetta__V1__Receipt *receipt = view->receipt;
	const char *guidance[PAGE_GUIDANCE_MAX];
	size_t n = page_guidance(f->page, asker->language,
		view->report != NULL ? view->report->hazard : "", guidance);

	receipt->guidance = arena_alloc(f->work, n * sizeof(receipt->guidance[0]));
	if (receipt->guidance == NULL) {
		return false;
	}
	memcpy(receipt->guidance, guidance, n * sizeof(receipt->guidance[0]));
	receipt->n_guidance = n;
	receipt->staffed = place != NULL && front_is_staffed_for(f, place->areas,
						    place->n_areas, place->known);
	receipt->unserved = place != NULL && place->known &&
			    !front_is_served(f, place->areas, place->n_areas);
	receipt->unseen = place != NULL && api_is_unseen(f, receipt, place->class_);
	receipt->emergency_number = (char *)f->config->emergency_number;
	return true;
}

static void
on_receipt(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	struct front *f = arg;
	const Vedetta__V1__ReceiptView *view = view_of(answer);

	arena_reset(f->work);
	if (view == NULL) {
		reply_problem(f, &about->asker, kind_of(answer), NULL, NULL);
		return;
	}
	if (!complete(f, &about->asker, view, answer->place)) {
		reply_problem(f, &about->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	if (about->asker.form != ANSWER_HTML) {
		reply_message(
			f, &about->asker, 200, &view->base, JSON_EMIT_IMPLICIT, NULL);
		return;
	}
	if (page_receipt(f->page, about->asker.language,
		    view->receipt->staffed ? PAGE_STAFFED : PAGE_UNSTAFFED,
		    clock_wall_ms(), view, f->out) != 0) {
		reply_problem(f, &about->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_page(f, &about->asker, 200, NULL);
}

void
api_receipt_get(struct front *f, const struct call *call)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	Vedetta__V1__ReceiptQuestion receipt = VEDETTA__V1__RECEIPT_QUESTION__INIT;
	struct call in_language = *call;
	char lang[LANG_BYTES];

	if (strlen(call->parameter) > RECEIPT_TEXT_MAX) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	in_language.asker.language =
		(uint8_t)front_language(f, call, asked_language(call, lang));
	receipt.token = (char *)call->parameter;
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_RECEIPT;
	question.receipt = &receipt;
	front_ask(f, &in_language, ASK_SHORT, &question, 0, on_receipt);
}

static void
on_code(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	struct front *f = arg;
	const Vedetta__V1__ReceiptView *view = view_of(answer);
	Vedetta__V1__Receipt state = VEDETTA__V1__RECEIPT__INIT;

	arena_reset(f->work);
	if (view == NULL) {
		reply_problem(f, &about->asker, kind_of(answer), NULL, NULL);
		return;
	}
	state.state = view->receipt->state; /* and nothing else: see design.md 5 */
	reply_message(f, &about->asker, 200, &state.base, JSON_CANONICAL, NULL);
}

void
api_code_get(struct front *f, const struct call *call)
{
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	Vedetta__V1__ReceiptQuestion receipt = VEDETTA__V1__RECEIPT_QUESTION__INIT;
	struct call plain = *call;

	if (strlen(call->parameter) > RECEIPT_TEXT_MAX) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (plain.asker.form == ANSWER_HTML) {
		plain.asker.form = ANSWER_JSON;
	}
	receipt.code = (char *)call->parameter;
	question.about_case = VEDETTA__V1__QUESTION__ABOUT_RECEIPT;
	question.receipt = &receipt;
	front_ask(f, &plain, ASK_SHORT, &question, 0, on_code);
}
