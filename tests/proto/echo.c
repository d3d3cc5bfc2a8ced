/*
 * echo - reads messages and writes them again, for the second reader
 *
 * On standard input, little endian: uint32 bytes of what follows; from, to
 * (b binary, j JSON, J JSON with implicit defaults); uint8 bytes of the type's
 * name; the name; the message. The answer: uint32 bytes of what follows; k and
 * the message, or r, l or u (refused, too large, unwritable) and the reason.
 * Ends with its input.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/json.h"
#include "proto/scan.h"
#include "types.h"

enum {
	REQUEST_MAX = 1 << 20,
	ARENA_MAX = 1 << 24,
	HEAD_BYTES = 3, /* from, to, bytes of the name */
};

static const struct scan_limits limits = {
	.max_fields = 1 << 16,
	.max_elements = 1 << 16,
	.max_depth = PATH_DEPTH_MAX,
};

static const ProtobufCMessageDescriptor *
find_type(const char *name, size_t bytes)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		if (strncmp(all_types[i]->name, name, bytes) == 0 &&
			all_types[i]->name[bytes] == '\0') {
			return all_types[i];
		}
	}
	return NULL;
}

/* Returns 0 or what json.h and scan.h answer: they share their numbers. */
static int
convert(const char *request, size_t bytes, struct arena *arena, struct trouble *trouble,
	char **out, size_t *out_bytes)
{
	size_t name_bytes = (uint8_t)request[2];
	const char *body = request + HEAD_BYTES + name_bytes;
	size_t body_bytes = bytes - HEAD_BYTES - name_bytes;
	const ProtobufCMessageDescriptor *type =
		find_type(request + HEAD_BYTES, name_bytes);
	ProtobufCMessage *message;
	int rc;

	if (type == NULL) {
		trouble_add(trouble, "", "no such type");
		return JSON_REFUSED;
	}
	if (request[0] == 'b') {
		rc = scan_unpack(type, (const uint8_t *)body, body_bytes, &limits,
			arena, trouble, &message);
	} else {
		rc = json_read(type, body, body_bytes, arena, trouble, &message);
	}
	if (rc != 0) {
		return rc;
	}
	if (request[1] != 'b') {
		return json_write(message,
			request[1] == 'J' ? JSON_EMIT_IMPLICIT : JSON_CANONICAL, arena,
			out, out_bytes);
	}
	*out_bytes = protobuf_c_message_get_packed_size(message);
	*out = arena_alloc(arena, *out_bytes);
	if (*out == NULL) {
		return JSON_TOO_LARGE;
	}
	protobuf_c_message_pack(message, (uint8_t *)*out);
	return 0;
}

static void
answer(char kind, const char *body, size_t bytes)
{
	uint32_t all = (uint32_t)bytes + 1;
	const unsigned char head[5] = {(unsigned char)all, (unsigned char)(all >> 8),
		(unsigned char)(all >> 16), (unsigned char)(all >> 24),
		(unsigned char)kind};

	fwrite(head, 1, sizeof(head), stdout);
	fwrite(body, 1, bytes, stdout);
	fflush(stdout);
}

static void
serve(const char *request, size_t bytes, struct arena *arena)
{
	static const char kinds[] = {'k', 'r', 'l', 'u'};
	struct trouble trouble;
	char *out = NULL;
	size_t out_bytes = 0;
	int rc;

	arena_reset(arena);
	trouble_init(&trouble);
	rc = convert(request, bytes, arena, &trouble, &out, &out_bytes);
	if (rc != 0) {
		out = arena_printf(arena, "%s: %s",
			trouble.n > 0 ? trouble.at[0].field : "",
			trouble.n > 0 ? trouble.at[0].reason : "");
		out_bytes = out == NULL ? 0 : strlen(out);
	}
	answer(kinds[rc], out, out_bytes);
}

int
main(void)
{
	static char request[REQUEST_MAX];
	struct arena *arena = arena_new(ARENA_MAX);
	unsigned char head[4];

	while (arena != NULL && fread(head, 1, sizeof(head), stdin) == sizeof(head)) {
		size_t bytes = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 |
			       (size_t)head[3] << 24;

		if (bytes > REQUEST_MAX || fread(request, 1, bytes, stdin) != bytes ||
			bytes < HEAD_BYTES ||
			(size_t)(uint8_t)request[2] + HEAD_BYTES > bytes) {
			fprintf(stderr, "echo: bad request\n");
			arena_free(arena);
			return 1;
		}
		serve(request, bytes, arena);
	}
	arena_free(arena);
	return arena == NULL;
}
