#include "server/delivery_name.h"

#include <stddef.h>

#define NAME(names, value)                                                             \
	((size_t)(value) < sizeof(names) / sizeof((names)[0]) ? (names)[value]         \
							      : "another")

/* In the order of the numbers; a unit test compares them with the descriptors. */

const char *
delivery_means_name(Vedetta__V1__DeliveryMeans means)
{
	static const char *const names[] = {
		"unspecified", "email", "web_push", "webhook", "telegram"};

	return NAME(names, means);
}

const char *
delivery_state_name(Vedetta__V1__DeliveryState state)
{
	static const char *const names[] = {"unspecified", "queued", "trying",
		"handed_over", "delivered", "read", "refused", "given_up", "unknown",
		"cancelled"};

	return NAME(names, state);
}

const char *
delivery_reason_name(Vedetta__V1__DeliveryReason reason)
{
	static const char *const names[] = {"unspecified", "unreachable", "timeout",
		"tls", "failed", "throttled", "gone", "blocked", "content", "address",
		"redirect", "login", "not_set_up", "too_late", "unwanted", "not_joined",
		"erased", "courier_lost", "bad_answer"};

	return NAME(names, reason);
}

const char *
delivery_result_name(Vedetta__V1__DeliveryResult result)
{
	static const char *const names[] = {"unspecified", "handed_over", "delivered",
		"refused", "failed", "throttled", "misconfigured"};

	return NAME(names, result);
}
