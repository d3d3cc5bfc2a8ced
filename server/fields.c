#include "server/fields.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "proto/utf8.h"
#include "server/http_target.h"

const char *
fields_get(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->at[i].name, name) == 0) {
			return f->at[i].value[0] == '\0' ? NULL : f->at[i].value;
		}
	}
	return NULL;
}

const uint8_t *
fields_pack(const struct fields *f, struct arena *arena, size_t *bytes)
{
	size_t total = 0, at = 0;
	char *out;

	for (size_t i = 0; i < f->n; i++) {
		total += strlen(f->at[i].name) + strlen(f->at[i].value) + 2;
	}
	out = arena_alloc(arena, total);
	if (out == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < f->n; i++) {
		const char *const pair[] = {f->at[i].name, f->at[i].value};

		for (size_t j = 0; j < 2; j++) {
			size_t n = strlen(pair[j]) + 1;

			memcpy(out + at, pair[j], n);
			at += n;
		}
	}
	*bytes = total;
	return (const uint8_t *)out;
}

void
fields_unpack(const uint8_t *packed, size_t bytes, struct fields *out)
{
	const char *at = (const char *)packed, *end = at + bytes;

	out->n = 0;
	while (at < end && out->n < FIELDS_MAX) {
		out->at[out->n].name = at;
		at += strlen(at) + 1;
		out->at[out->n].value = at;
		at += strlen(at) + 1;
		out->n++;
	}
}

/* Takes a finished pair in, if it is fit. Returns 0 or FIELDS_REFUSED. */
static int
keep(struct fields *f, const char *name, size_t name_bytes, const char *value,
	size_t value_bytes, struct trouble *trouble)
{
	if (!utf8_is_text(name, name_bytes, NULL)) {
		trouble_add(trouble, "", "a field's name is not valid text");
		return FIELDS_REFUSED;
	}
	if (!utf8_is_text(value, value_bytes, NULL)) {
		trouble_add(trouble, name, "is not valid UTF-8 text");
		return FIELDS_REFUSED;
	}
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->at[i].name, name) == 0) {
			trouble_add(trouble, name, "is there twice");
			return FIELDS_REFUSED;
		}
	}
	if (f->n == FIELDS_MAX) {
		trouble_add(trouble, "", "more than %d fields", FIELDS_MAX);
		return FIELDS_REFUSED;
	}
	f->at[f->n].name = name;
	f->at[f->n].value = value;
	f->n++;
	return 0;
}

/* Decodes into out, which has room for bytes + 1. false on a bad escape. */
static bool
decode(const char *text, size_t bytes, char *out, size_t *out_bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '+') {
			out[n++] = ' ';
		} else if (text[i] != '%') {
			out[n++] = text[i];
		} else {
			int high = i + 2 < bytes ? http_target_digit(text[i + 1]) : -1;
			int low = i + 2 < bytes ? http_target_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0) {
				return false;
			}
			out[n++] = (char)(high * 16 + low);
			i += 2;
		}
	}
	out[n] = '\0';
	*out_bytes = n;
	return true;
}

/* One name=value of a urlencoded text. */
static int
read_pair(const char *pair, size_t bytes, struct arena *arena, struct trouble *trouble,
	struct fields *out)
{
	const char *equals = memchr(pair, '=', bytes);
	size_t name_bytes = equals != NULL ? (size_t)(equals - pair) : bytes;
	size_t value_bytes = equals != NULL ? bytes - name_bytes - 1 : 0;
	char *name = arena_alloc(arena, name_bytes + 1);
	char *value = arena_alloc(arena, value_bytes + 1);

	if (name == NULL || value == NULL) {
		return FIELDS_TOO_LARGE;
	}
	if (!decode(pair, name_bytes, name, &name_bytes) ||
		!decode(pair + bytes - value_bytes, value_bytes, value, &value_bytes)) {
		trouble_add(trouble, "", "a %% is not followed by two hex digits");
		return FIELDS_REFUSED;
	}
	return keep(out, name, name_bytes, value, value_bytes, trouble);
}

int
fields_from_urlencoded(const char *text, size_t bytes, struct arena *arena,
	struct trouble *trouble, struct fields *out)
{
	size_t at = 0;

	out->n = 0;
	while (at < bytes) {
		const char *end = memchr(text + at, '&', bytes - at);
		size_t pair_bytes =
			end != NULL ? (size_t)(end - text) - at : bytes - at;

		if (pair_bytes > 0) {
			int r = read_pair(text + at, pair_bytes, arena, trouble, out);

			if (r != 0) {
				return r;
			}
		}
		at += pair_bytes + 1;
	}
	return 0;
}

/* The value of a parameter such as name="..." in a header; NULL without one. */
static char *
parameter(const char *header, const char *name, struct arena *arena)
{
	size_t name_bytes = strlen(name);
	const char *at = strchr(header, ';');

	while (at != NULL) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, name, name_bytes) != 0 || at[name_bytes] != '=') {
			/* A ';' between quotes only makes us look at one piece more. */
			at = strchr(at, ';');
			continue;
		}
		at += name_bytes + 1;
		if (*at != '"') {
			return arena_copy(arena, at, strcspn(at, "; \t"));
		}
		/* Browsers write a quote inside as %22 and never a backslash. */
		return arena_copy(arena, at + 1, strcspn(at + 1, "\""));
	}
	return NULL;
}

/* What stands behind "Content-Disposition:" in a part's head, or NULL. */
static char *
disposition(const char *head, size_t bytes, struct arena *arena)
{
	static const char name[] = "content-disposition:";
	size_t at = 0;

	while (at < bytes) {
		const char *end = memmem(head + at, bytes - at, "\r\n", 2);
		size_t line = end != NULL ? (size_t)(end - head) - at : bytes - at;

		if (line >= sizeof(name) - 1 &&
			strncasecmp(head + at, name, sizeof(name) - 1) == 0) {
			return arena_copy(arena, head + at + sizeof(name) - 1,
				line - (sizeof(name) - 1));
		}
		at += line + 2;
	}
	return NULL;
}

/* One part: head, empty line, content. */
static int
read_part(const char *part, size_t bytes, struct arena *arena, struct trouble *trouble,
	struct fields *out)
{
	const char *gap = memmem(part, bytes, "\r\n\r\n", 4);
	size_t head_bytes = gap != NULL ? (size_t)(gap - part) : 0;
	size_t skip = head_bytes + 4;
	char *what = gap != NULL ? disposition(part, head_bytes, arena) : NULL;
	char *name = what != NULL ? parameter(what, "name", arena) : NULL;
	char *value;

	if (name == NULL) {
		trouble_add(trouble, "", "a part of the form has no name");
		return FIELDS_REFUSED;
	}
	if (parameter(what, "filename", arena) != NULL ||
		parameter(what, "filename*", arena) != NULL) {
		if (skip == bytes) {
			return 0;
		}
		trouble_add(trouble, name,
			"pictures and files cannot be taken yet: send the report "
			"without");
		return FIELDS_REFUSED;
	}
	value = arena_copy(arena, part + skip, bytes - skip);
	if (value == NULL) {
		return FIELDS_TOO_LARGE;
	}
	return keep(out, name, strlen(name), value, bytes - skip, trouble);
}

/* Makes "\r\n--boundary" of a content type. NULL: there is none that may be. */
static char *
delimiter(const char *content_type, struct arena *arena)
{
	char *boundary = parameter(content_type, "boundary", arena);
	size_t bytes = boundary != NULL ? strlen(boundary) : 0;

	if (bytes == 0 || bytes > FIELDS_BOUNDARY_MAX) {
		return NULL;
	}
	return arena_printf(arena, "\r\n--%s", boundary);
}

int
fields_from_multipart(const char *content_type, const uint8_t *body, size_t bytes,
	struct arena *arena, struct trouble *trouble, struct fields *out)
{
	char *line = delimiter(content_type, arena);
	size_t line_bytes = line != NULL ? strlen(line) : 0;
	const char *at = (const char *)body;
	const char *end = at + bytes;

	out->n = 0;
	/* The first delimiter may open the body without the CRLF before it. */
	if (line == NULL || bytes < line_bytes - 2 ||
		memcmp(at, line + 2, line_bytes - 2) != 0) {
		trouble_add(trouble, "", "the form's boundary is missing");
		return FIELDS_REFUSED;
	}
	at += line_bytes - 2;
	for (;;) {
		const char *next;
		int r;

		if (end - at >= 2 && memcmp(at, "--", 2) == 0) {
			return 0;
		}
		next = memmem(at, (size_t)(end - at), line, line_bytes);
		if (next == NULL || next - at < 2 || memcmp(at, "\r\n", 2) != 0) {
			trouble_add(trouble, "", "the form ends in the middle");
			return FIELDS_REFUSED;
		}
		r = read_part(at + 2, (size_t)(next - at - 2), arena, trouble, out);
		if (r != 0) {
			return r;
		}
		at = next + line_bytes;
	}
}

const char *
fields_escape(struct arena *arena, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-._~";
	static const char figures[] = "0123456789ABCDEF";
	char *out = arena_alloc(arena, 3 * strlen(text) + 1);
	char *to = out;

	for (; out != NULL && *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL) {
			*to++ = *text;
		} else {
			*to++ = '%';
			*to++ = figures[(uint8_t)*text >> 4];
			*to++ = figures[(uint8_t)*text & 15];
		}
	}
	if (out != NULL) {
		*to = '\0';
	}
	return out;
}

bool
fields_uint(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (text[0] == '\0' || strlen(text) > 20) {
		return false;
	}
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || value > (max - digit) / 10) {
			return false;
		}
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}
