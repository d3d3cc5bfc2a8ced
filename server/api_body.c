#include "server/api_body.h"

#include <string.h>
#include <strings.h>

#include "proto/json.h"
#include "proto/pack.h"
#include "proto/scan.h"
#include "server/clock.h"
#include "server/metrics.h"
#include "server/reply.h"

enum {
	CLIENT_KEY_BYTES = 255,
};

static bool
is_type(const char *media, const char *type)
{
	return media != NULL && strncasecmp(media, type, strlen(type)) == 0;
}

int
api_body_read(struct front *f, const struct http_request *request,
	const ProtobufCMessageDescriptor *type, struct trouble *trouble,
	ProtobufCMessage **out)
{
	const char *media = http_header(request, "Content-Type");
	int r;

	if (is_type(media, REPLY_JSON_TYPE)) {
		r = json_read(type, (const char *)request->body, request->body_bytes,
			f->arena, trouble, out);
	} else if (is_type(media, REPLY_PROTOBUF_TYPE)) {
		r = scan_unpack(type, request->body, request->body_bytes,
			&scan_default_limits, f->arena, trouble, out);
	} else {
		return PROBLEM_MEDIA_TYPE;
	}
	if (r != 0) {
		return trouble_is_empty(trouble) ? PROBLEM_TOO_LARGE : PROBLEM_INVALID;
	}
	return API_FINE;
}

int
api_body_key(
	const struct http_request *request, struct trouble *trouble, const char **out)
{
	*out = http_header(request, "Idempotency-Key");
	if (*out != NULL && ((*out)[0] == '\0' || strlen(*out) > CLIENT_KEY_BYTES)) {
		trouble_add(trouble, "Idempotency-Key", "is not 1 to %d bytes long",
			CLIENT_KEY_BYTES);
		return PROBLEM_INVALID;
	}
	return API_FINE;
}

int
api_body_keep(struct front *f, const struct call *call, enum frame_kind kind,
	const char *room, const char *client_key, const ProtobufCMessage *message,
	uint64_t *print)
{
	struct pending_input input = {.since_us = clock_mono_us(),
		.asker = call->asker,
		.kind = (uint16_t)kind};
	const uint8_t *unprinted;
	size_t bytes;
	int r;

	*print = 0;
	unprinted = pack_message(message, f->arena, &bytes);
	if (unprinted == NULL) {
		return PROBLEM_FAULT;
	}
	*print = source_print(&f->keys, unprinted, bytes);
	input.body = pack_message(message, f->arena, &input.body_bytes);
	if (input.body == NULL) {
		return PROBLEM_FAULT;
	}
	source_input_key(room, client_key, input.key);
	r = pending_add(f->pending, &input);
	metrics_set(METRIC_INTAKE_QUEUE, pending_count(f->pending));
	return r == PENDING_FULL ? PROBLEM_FULL : r != 0 ? PROBLEM_FAULT : API_FINE;
}
