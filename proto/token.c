#include "proto/token.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/decimal.h"
#include "proto/utf8.h"

int
token_refuse(struct token_reader *r, const struct path *where, const char *format, ...)
{
	char field[TROUBLE_FIELD_BYTES];
	char reason[TROUBLE_REASON_BYTES];
	va_list args;

	path_write(where, field);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	trouble_add(r->trouble, field, "%s", reason);
	return JSON_REFUSED;
}

int
token_refuse_syntax(
	struct token_reader *r, const struct path *where, const char *reason)
{
	if (r->at >= r->end) {
		return token_refuse(r, where, "the JSON ends too early, at byte %td",
			r->end - r->text);
	}
	return token_refuse(
		r, where, "not JSON at byte %td: %s", r->at - r->text, reason);
}

void
token_skip_space(struct token_reader *r)
{
	while (r->at < r->end &&
		(*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) {
		r->at++;
	}
}

bool
token_next_is(const struct token_reader *r, char c)
{
	return r->at < r->end && *r->at == c;
}

bool
token_take_char(struct token_reader *r, char c)
{
	if (!token_next_is(r, c)) {
		return false;
	}
	r->at++;
	return true;
}

bool
token_take_word(struct token_reader *r, const char *word)
{
	size_t bytes = strlen(word);

	if ((size_t)(r->end - r->at) < bytes || memcmp(r->at, word, bytes) != 0) {
		return false;
	}
	r->at += bytes;
	return true;
}

/* Four hexadecimal digits, or -1. */
static int32_t
read_hex(const char *text, const char *end)
{
	int32_t number = 0;

	if (end - text < 4) {
		return -1;
	}
	for (int i = 0; i < 4; i++) {
		char c = text[i];
		int32_t digit = c >= '0' && c <= '9'   ? c - '0'
				: c >= 'a' && c <= 'f' ? c - 'a' + 10
				: c >= 'A' && c <= 'F' ? c - 'A' + 10
						       : -1;

		if (digit < 0) {
			return -1;
		}
		number = number * 16 + digit;
	}
	return number;
}

/* \uXXXX or a pair of them at text; NULL, or what is behind it. */
static const char *
read_unicode(const char *text, const char *end, uint32_t *out)
{
	int32_t first = read_hex(text + 2, end);
	int32_t second;

	if (first <= 0 || (first >= 0xDC00 && first <= 0xDFFF)) {
		return NULL;
	}
	if (first < 0xD800 || first > 0xDBFF) {
		*out = (uint32_t)first;
		return text + 6;
	}
	if (end - text < 12 || text[6] != '\\' || text[7] != 'u') {
		return NULL;
	}
	second = read_hex(text + 8, end);
	if (second < 0xDC00 || second > 0xDFFF) {
		return NULL;
	}
	*out = 0x10000 + ((uint32_t)(first - 0xD800) << 10) +
	       (uint32_t)(second - 0xDC00);
	return text + 12;
}

/* One escape at text, written to *to. NULL when it is none we take. */
static const char *
read_escape(const char *text, const char *end, char **to)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *name;
	uint32_t code_point;

	if (text[1] == 'u') {
		text = read_unicode(text, end, &code_point);
		if (text != NULL) {
			*to += utf8_put(code_point, *to);
		}
		return text;
	}
	name = text[1] == '\0' ? NULL : strchr(names, text[1]);
	if (name == NULL) {
		return NULL;
	}
	*(*to)++ = meanings[name - names];
	return text + 2;
}

/* Escapes only ever shrink, so the raw length is room enough. */
static int
unescape(struct token_reader *r, const struct path *where, struct token_span *span)
{
	const char *from = span->data;
	const char *end = from + span->bytes;
	char *copy = arena_alloc(r->arena, span->bytes + 1);
	char *to = copy;

	if (copy == NULL) {
		return JSON_TOO_LARGE;
	}
	while (from < end) {
		const char *escape = memchr(from, '\\', (size_t)(end - from));
		size_t plain = (size_t)((escape == NULL ? end : escape) - from);

		memcpy(to, from, plain);
		to += plain;
		from += plain;
		if (escape != NULL) {
			from = read_escape(escape, end, &to);
			if (from == NULL) {
				return token_refuse(r, where, "bad escape at byte %td",
					escape - r->text);
			}
		}
	}
	*to = '\0';
	*span = (struct token_span){copy, (size_t)(to - copy), true};
	return 0;
}

/* A string token at *at, which is a quotation mark. */
int
token_string(struct token_reader *r, const struct path *where, struct token_span *out)
{
	const char *start = r->at + 1;
	const char *p = start;
	bool escaped = false;
	size_t bad_at;

	while (p < r->end) {
		p += utf8_plain(p, (size_t)(r->end - p));
		if (p == r->end || *p == '"') {
			break;
		}
		if (*p != '\\') {
			r->at = p;
			return token_refuse_syntax(
				r, where, "a control character in a string");
		}
		escaped = true;
		p += 2;
	}
	if (p >= r->end) {
		r->at = r->end;
		return token_refuse_syntax(r, where, "");
	}
	*out = (struct token_span){start, (size_t)(p - start), false};
	if (!utf8_is_valid(start, out->bytes, &bad_at)) {
		return token_refuse(
			r, where, "not UTF-8 at byte %td", start + bad_at - r->text);
	}
	r->at = p + 1;
	return escaped ? unescape(r, where, out) : 0;
}

/* A number, or a string that holds one and nothing else. */
static int
read_number(struct token_reader *r, const struct path *where, const char *wanted,
	struct token_span *out)
{
	int rc;

	if (token_next_is(r, '"')) {
		rc = token_string(r, where, out);
		if (rc != 0) {
			return rc;
		}
	} else {
		size_t left = (size_t)(r->end - r->at);

		*out = (struct token_span){r->at, decimal_span(r->at, left), false};
		r->at += out->bytes;
	}
	if (r->at == r->end) {
		return token_refuse_syntax(r, where, "");
	}
	if (out->bytes == 0) {
		return token_refuse(r, where, "must be %s", wanted);
	}
	return 0;
}

static int
read_integer(
	struct token_reader *r, const struct path *where, bool *negative, uint64_t *out)
{
	struct token_span span;
	int rc = read_number(r, where, "a whole number", &span);

	if (rc != 0) {
		return rc;
	}
	if (decimal_span(span.data, span.bytes) != span.bytes) {
		return token_refuse(r, where, "must be a whole number");
	}
	switch (decimal_to_integer(span.data, span.bytes, negative, out)) {
	case DECIMAL_NOT_WHOLE:
		return token_refuse(r, where, "must be a whole number");
	case DECIMAL_TOO_LARGE:
		return token_refuse(r, where, "is too large a number");
	default:
		return 0;
	}
}

int
token_signed(struct token_reader *r, const struct path *where, int64_t min, int64_t max,
	int64_t *out)
{
	bool negative;
	uint64_t magnitude;
	int rc = read_integer(r, where, &negative, &magnitude);

	if (rc != 0) {
		return rc;
	}
	if (magnitude > (negative ? (uint64_t)max + 1 : (uint64_t)max)) {
		return token_refuse(r, where, "must be between %lld and %lld",
			(long long)min, (long long)max);
	}
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return 0;
}

int
token_unsigned(
	struct token_reader *r, const struct path *where, uint64_t max, uint64_t *out)
{
	bool negative;
	int rc = read_integer(r, where, &negative, out);

	if (rc != 0) {
		return rc;
	}
	if (*out > max || (negative && *out != 0)) {
		return token_refuse(r, where, "must be between 0 and %llu",
			(unsigned long long)max);
	}
	return 0;
}

static bool
span_is(const struct token_span *span, const char *word)
{
	return span->bytes == strlen(word) &&
	       memcmp(span->data, word, span->bytes) == 0;
}

int
token_double(struct token_reader *r, const struct path *where, double *out)
{
	bool quoted = token_next_is(r, '"');
	struct token_span span;
	char near[48]; /* strtod() wants a NUL; most numbers are short */
	const char *text = near;
	int rc = read_number(r, where, "a number", &span);

	if (rc != 0) {
		return rc;
	}
	if (quoted && (span_is(&span, "NaN") || span_is(&span, "Infinity") ||
			      span_is(&span, "-Infinity"))) {
		*out = span.data[0] == 'N'   ? (double)NAN
		       : span.data[0] == '-' ? -HUGE_VAL
					     : HUGE_VAL;
		return 0;
	}
	if (decimal_span(span.data, span.bytes) != span.bytes) {
		return token_refuse(r, where, "must be a number");
	}
	if (span.bytes < sizeof(near)) {
		memcpy(near, span.data, span.bytes);
		near[span.bytes] = '\0';
	} else {
		text = arena_copy(r->arena, span.data, span.bytes);
		if (text == NULL) {
			return JSON_TOO_LARGE;
		}
	}
	*out = strtod(text, NULL);
	return isinf(*out) ? token_refuse(r, where, "is too large a number") : 0;
}
