#include "server/accept.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum {
	Q_ONE = 1000, /* q=1 */
};

/* clang-format off */
static const struct {
	const char *type;
	enum answer_form form;
} types[] = {
	{"application/json", ANSWER_JSON},
	{"application/problem+json", ANSWER_JSON},
	{"application/x-protobuf", ANSWER_PROTOBUF},
	{"application/protobuf", ANSWER_PROTOBUF},
	{"text/html", ANSWER_HTML},
};
/* clang-format on */

/* ";q=0.8" somewhere in the parameters, in thousandths. */
static int
quality(const char *parameters, size_t bytes)
{
	for (size_t i = 0; i + 2 < bytes; i++) {
		int q, digit = Q_ONE / 10;

		if (parameters[i] != ';') {
			continue;
		}
		i += 1 + strspn(parameters + i + 1, " \t");
		if (i + 2 >= bytes || strncasecmp(parameters + i, "q=", 2) != 0) {
			continue;
		}
		q = parameters[i + 2] == '1' ? Q_ONE : 0;
		for (i += 4; i < bytes && q < Q_ONE && digit > 0 &&
			     parameters[i] >= '0' && parameters[i] <= '9';
			i++) {
			q += (parameters[i] - '0') * digit;
			digit /= 10;
		}
		return q;
	}
	return Q_ONE;
}

/* The form a media range asks for; false when it is none of ours. */
static bool
form_of(const char *range, size_t bytes, unsigned offered, enum answer_form otherwise,
	enum answer_form *form)
{
	if ((bytes == 3 && memcmp(range, "*/*", 3) == 0) ||
		(bytes == 13 && strncasecmp(range, "application/*", 13) == 0)) {
		*form = otherwise;
		return true;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strlen(types[i].type) == bytes &&
			strncasecmp(range, types[i].type, bytes) == 0 &&
			(offered >> types[i].form & 1) != 0) {
			*form = types[i].form;
			return true;
		}
	}
	return false;
}

enum answer_form
accept_form(const char *accept, unsigned offered, enum answer_form otherwise)
{
	enum answer_form best = otherwise;
	int best_q = 0;

	for (const char *at = accept; at != NULL && *at != '\0';) {
		size_t bytes, range;
		enum answer_form form;
		int q;

		at += strspn(at, " \t,");
		bytes = strcspn(at, ",");
		range = strcspn(at, ",; \t");
		q = quality(at + range, bytes - range);
		if (q > best_q && form_of(at, range, offered, otherwise, &form)) {
			best = form;
			best_q = q;
		}
		at += bytes;
	}
	return best;
}
