/*
 * target - where a delivery goes: is it one, and what is it paced with?
 *
 * Form only: whether a name leads anywhere, and whether we talk to that address,
 * is seen by the courier. URLs are http or https, without a user's name, of a host
 * in ASCII; http is for gateways of one's own, which the courier must be allowed.
 * E-mail addresses are ASCII, name@domain, as a mail server takes them unquoted.
 */
#ifndef DISPATCH_TARGET_H
#define DISPATCH_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "proto/trouble.h"
#include "vedetta/v1/delivery.pb-c.h"

enum target_answer {
	TARGET_BAD = 1,
};

enum {
	TARGET_URL_MAX = 2000,
	TARGET_EMAIL_MAX = 254,
	TARGET_POINT_BYTES = 65, /* of the P-256 key of a subscription */
	TARGET_AUTH_BYTES = 16,
	TARGET_HOST_BYTES = 272, /* host:port and NUL */
};

/* Returns 0, or TARGET_BAD with the field (target.address) and reason. */
int target_check(Vedetta__V1__DeliveryMeans means,
	const Vedetta__V1__DeliveryTarget *target, struct trouble *trouble);

/*
 * host:port of a URL, in lower case, the scheme's port if it names none; an IPv6
 * address in brackets. Returns its length, or 0 when it is no URL we take.
 */
size_t target_host(const char *url, char out[TARGET_HOST_BYTES]);

/* What is paced together: a host, or all that goes through one gateway. */
uint64_t target_bucket(Vedetta__V1__DeliveryMeans means, const char *address);

#endif
