#include <jansson.h>
#include <string.h>

#include "server/means.h"

#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name

enum {
	WAIT_MS = 30 * 1000, /* who asks us to be slower without saying how much */
};

static void
say(Vedetta__V1__DeliveryOutcome *o, int result, int reason)
{
	o->result = (Vedetta__V1__DeliveryResult)result;
	o->reason = (Vedetta__V1__DeliveryReason)reason;
}

static void
throttle(Vedetta__V1__DeliveryOutcome *o, int64_t wait_ms)
{
	say(o, RESULT(THROTTLED), REASON(THROTTLED));
	o->wait_ms = wait_ms > 0 ? wait_ms : WAIT_MS;
}

/* What HTTP says of any of them; the rest is told before. */
static void
judge_http(const struct transfer_answer *a, Vedetta__V1__DeliveryOutcome *o)
{
	if (a->status == 429 || (a->status == 503 && a->retry_ms > 0)) {
		throttle(o, a->retry_ms);
	} else if (a->status / 100 == 3) {
		say(o, RESULT(FAILED), REASON(REDIRECT));
	} else {
		say(o, RESULT(FAILED), REASON(FAILED));
	}
}

static void
judge_hook(const struct transfer_answer *a, Vedetta__V1__DeliveryOutcome *o)
{
	if (a->status / 100 == 2) {
		say(o, RESULT(DELIVERED), 0);
	} else if (a->status == 410) {
		say(o, RESULT(REFUSED), REASON(GONE));
	} else {
		judge_http(a, o);
	}
}

/* RFC 8030, 5 and 7.3; RFC 8292, 4.2 */
static void
judge_push(const struct transfer_answer *a, Vedetta__V1__DeliveryOutcome *o)
{
	switch (a->status) {
	case 200:
	case 201:
	case 202:
		say(o, RESULT(HANDED_OVER), 0);
		break;
	case 404:
	case 410:
		say(o, RESULT(REFUSED), REASON(GONE));
		break;
	case 400:
	case 413:
		say(o, RESULT(REFUSED), REASON(CONTENT));
		break;
	case 401:
	case 403:
		say(o, RESULT(MISCONFIGURED), REASON(LOGIN));
		break;
	default:
		judge_http(a, o);
	}
}

static void
judge_telegram(const struct transfer_answer *a, Vedetta__V1__DeliveryOutcome *o)
{
	json_t *tree = json_loads(a->body, JSON_REJECT_DUPLICATES, NULL);
	const char *said = json_string_value(json_object_get(tree, "description"));
	json_t *wait =
		json_object_get(json_object_get(tree, "parameters"), "retry_after");

	switch (a->status) {
	case 200:
		if (json_is_true(json_object_get(tree, "ok"))) {
			say(o, RESULT(HANDED_OVER), 0);
		} else {
			say(o, RESULT(FAILED), REASON(BAD_ANSWER));
		}
		break;
	case 403:
		say(o, RESULT(REFUSED), REASON(BLOCKED));
		break;
	case 400:
		say(o, RESULT(REFUSED),
			said != NULL && strstr(said, "chat not found") != NULL
				? REASON(GONE)
				: REASON(CONTENT));
		break;
	case 401:
	case 404: /* the token is part of the path */
		say(o, RESULT(MISCONFIGURED), REASON(LOGIN));
		break;
	case 429:
		throttle(o, json_is_integer(wait) ? json_integer_value(wait) * 1000
						  : a->retry_ms);
		break;
	default:
		judge_http(a, o);
	}
	json_decref(tree);
}

/* RFC 5321, 4.2; RFC 4954, 6 */
static void
judge_mail(const struct transfer_answer *a, Vedetta__V1__DeliveryOutcome *o)
{
	switch (a->status) {
	case 530:
	case 534:
	case 535:
	case 538:
		say(o, RESULT(MISCONFIGURED), REASON(LOGIN));
		break;
	case 501:
	case 510:
	case 511:
	case 513:
	case 550:
	case 551:
	case 553:
		say(o, RESULT(REFUSED), REASON(GONE));
		break;
	default:
		if (a->status / 100 == 2) {
			say(o, RESULT(HANDED_OVER), 0);
		} else if (a->status / 100 == 5) {
			say(o, RESULT(REFUSED), REASON(CONTENT));
		} else {
			say(o, RESULT(FAILED), REASON(FAILED));
		}
	}
}

/* The answer had no end: its first line counts where no more is read. */
static bool
is_enough(Vedetta__V1__DeliveryMeans means)
{
	return means == MEANS(WEBHOOK) || means == MEANS(WEB_PUSH);
}

static void
judge_answer(Vedetta__V1__DeliveryMeans means, const struct transfer_answer *a,
	Vedetta__V1__DeliveryOutcome *o)
{
	switch ((int)means) {
	case MEANS(EMAIL):
		judge_mail(a, o);
		break;
	case MEANS(WEB_PUSH):
		judge_push(a, o);
		break;
	case MEANS(WEBHOOK):
		judge_hook(a, o);
		break;
	case MEANS(TELEGRAM):
		judge_telegram(a, o);
		break;
	default:
		say(o, RESULT(REFUSED), REASON(NOT_SET_UP));
	}
}

void
means_judge(Vedetta__V1__DeliveryMeans means, const struct transfer_answer *a,
	Vedetta__V1__DeliveryOutcome *o)
{
	o->status = a->status;
	switch (a->end) {
	case TRANSFER_ANSWERED:
		judge_answer(means, a, o);
		break;
	case TRANSFER_CUT:
		if (is_enough(means)) {
			judge_answer(means, a, o);
		} else {
			say(o, RESULT(FAILED), REASON(BAD_ANSWER));
		}
		break;
	case TRANSFER_UNREACHABLE:
		say(o, RESULT(FAILED), REASON(UNREACHABLE));
		break;
	case TRANSFER_TIMEOUT:
		say(o, RESULT(FAILED), REASON(TIMEOUT));
		break;
	case TRANSFER_TLS:
		say(o, RESULT(FAILED), REASON(TLS));
		break;
	case TRANSFER_ADDRESS:
		say(o, RESULT(REFUSED), REASON(ADDRESS));
		break;
	case TRANSFER_LOGIN:
		say(o, RESULT(MISCONFIGURED), REASON(LOGIN));
		break;
	case TRANSFER_BAD_ANSWER:
		say(o, RESULT(FAILED), REASON(BAD_ANSWER));
		break;
	case TRANSFER_FAULT:
		say(o, RESULT(FAILED), REASON(FAILED));
		break;
	}
}
