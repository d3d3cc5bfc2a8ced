#include "dispatch/target.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dispatch/derive.h"

#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name
#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

enum {
	LOCAL_MAX = 64,
	LABEL_MAX = 63,
	HOST_MAX = 253,
	CHAT_DIGITS_MAX = 19,
	PORT_MAX = 65535,
};

/* ---- names */

/* Labels of letters, digits and inner hyphens, dots between them. */
static bool
is_domain(const char *text, size_t bytes)
{
	size_t label = 0;

	if (bytes == 0 || bytes > HOST_MAX) {
		return false;
	}
	for (size_t i = 0; i < bytes; i++) {
		bool is_dot = text[i] == '.';
		bool is_edge = label == 0 || i + 1 == bytes || text[i + 1] == '.';

		if (is_dot ? label == 0
			   : strchr(ALPHANUMERIC, text[i]) == NULL &&
					(text[i] != '-' || is_edge)) {
			return false;
		}
		label = is_dot ? 0 : label + 1;
		if (label > LABEL_MAX) {
			return false;
		}
	}
	return label > 0;
}

/* RFC 5322, 3.2.3: a dot-atom, in ASCII. */
static bool
is_local(const char *text, size_t bytes)
{
	bool was_dot = true;

	for (size_t i = 0; i < bytes; i++) {
		bool is_dot = text[i] == '.';

		if (is_dot ? was_dot
			   : strchr(ALPHANUMERIC "!#$%&'*+-/=?^_`{|}~", text[i]) ==
					NULL) {
			return false;
		}
		was_dot = is_dot;
	}
	return bytes > 0 && bytes <= LOCAL_MAX && !was_dot;
}

static bool
is_email(const char *text)
{
	const char *at = strrchr(text, '@');

	return at != NULL && strlen(text) <= TARGET_EMAIL_MAX &&
	       is_local(text, (size_t)(at - text)) &&
	       is_domain(at + 1, strlen(at + 1)) && strchr(at + 1, '.') != NULL;
}

static bool
is_chat(const char *text)
{
	size_t digits;

	text += text[0] == '-';
	digits = strspn(text, "0123456789");
	return text[0] != '0' && digits > 0 && digits <= CHAT_DIGITS_MAX &&
	       text[digits] == '\0';
}

/* ---- URLs */

/* "" or ":1" to ":65535", up to the end of the authority. */
static bool
is_port(const char *text, size_t bytes, unsigned *port)
{
	unsigned value = 0;

	if (bytes == 0) {
		return true;
	}
	if (text[0] != ':' || bytes < 2 || bytes > 6) {
		return false;
	}
	for (size_t i = 1; i < bytes; i++) {
		if (text[i] < '0' || text[i] > '9') {
			return false;
		}
		value = 10 * value + (unsigned)(text[i] - '0');
	}
	*port = value;
	return value > 0 && value <= PORT_MAX;
}

static bool
is_visible(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] <= ' ' || text[i] > '~' ||
			strchr("\"<>\\^`{|}", text[i]) != NULL) {
			return false;
		}
	}
	return true;
}

/* [v6], or a name or v4 address: how many bytes of the authority; 0: none. */
static size_t
host_bytes(const char *authority, size_t bytes)
{
	const char *end = memchr(authority, authority[0] == '[' ? ']' : ':', bytes);
	size_t n = end == NULL ? bytes : (size_t)(end - authority);

	if (authority[0] != '[') {
		return is_domain(authority, n) ? n : 0;
	}
	return end != NULL && n > 2 &&
			       strspn(authority + 1, "0123456789abcdefABCDEF:.") ==
				       n - 1
		       ? n + 1
		       : 0;
}

size_t
target_host(const char *url, char out[TARGET_HOST_BYTES])
{
	bool is_safe = strncmp(url, "https://", 8) == 0;
	const char *authority = url + (is_safe ? 8 : 7);
	unsigned port = is_safe ? 443 : 80;
	size_t bytes, host;
	int n;

	if ((!is_safe && strncmp(url, "http://", 7) != 0) ||
		strlen(url) > TARGET_URL_MAX || !is_visible(url, strlen(url))) {
		return 0;
	}
	bytes = strcspn(authority, "/?#");
	host = bytes == 0 ? 0 : host_bytes(authority, bytes);
	if (host == 0 || !is_port(authority + host, bytes - host, &port)) {
		return 0;
	}
	n = snprintf(out, TARGET_HOST_BYTES, "%.*s:%u", (int)host, authority, port);
	if (n <= 0 || n >= TARGET_HOST_BYTES) {
		return 0;
	}
	for (int i = 0; i < n; i++) {
		out[i] |= out[i] >= 'A' && out[i] <= 'Z' ? 0x20 : 0;
	}
	return (size_t)n;
}

/* ---- all of it */

static int
check_push(const Vedetta__V1__DeliveryTarget *t, struct trouble *trouble)
{
	int r = 0;

	if (t->p256dh.len != TARGET_POINT_BYTES || t->p256dh.data[0] != 4) {
		trouble_add(trouble, "target.p256dh",
			"must be a point of P-256, %d bytes, not compressed",
			TARGET_POINT_BYTES);
		r = TARGET_BAD;
	}
	if (t->auth.len != TARGET_AUTH_BYTES) {
		trouble_add(
			trouble, "target.auth", "must be %d bytes", TARGET_AUTH_BYTES);
		r = TARGET_BAD;
	}
	return r;
}

int
target_check(Vedetta__V1__DeliveryMeans means, const Vedetta__V1__DeliveryTarget *t,
	struct trouble *trouble)
{
	char host[TARGET_HOST_BYTES];
	const char *wanted = NULL;
	int r = 0;

	switch ((int)means) {
	case MEANS(EMAIL):
		wanted = is_email(t->address) ? NULL : "an e-mail address in ASCII";
		break;
	case MEANS(WEB_PUSH):
		r = check_push(t, trouble);
		__attribute__((fallthrough));
	case MEANS(WEBHOOK):
		wanted = target_host(t->address, host) > 0
				 ? NULL
				 : "a URL of https or http, without a user's name";
		break;
	case MEANS(TELEGRAM):
		wanted = is_chat(t->address) ? NULL : "the number of a Telegram chat";
		break;
	default:
		trouble_add(trouble, "means", "is not one we have");
		return TARGET_BAD;
	}
	if (wanted != NULL) {
		trouble_add(trouble, "target.address", "must be %s", wanted);
		r = TARGET_BAD;
	}
	return r;
}

uint64_t
target_bucket(Vedetta__V1__DeliveryMeans means, const char *address)
{
	char host[TARGET_HOST_BYTES];

	if (means == MEANS(EMAIL)) {
		return derive_hash("bucket", "email");
	}
	if (means == MEANS(TELEGRAM)) {
		return derive_hash("bucket", "telegram");
	}
	return derive_hash("bucket", target_host(address, host) > 0 ? host : "");
}
