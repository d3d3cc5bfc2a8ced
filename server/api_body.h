/*
 * api_body - what an operator sent: read, named by its key, kept for the desk
 *
 * The parts that handlers of the console's door have in common. Each answers
 * API_FINE or the problem it is, with more in trouble; the handler replies.
 */
#ifndef SERVER_API_BODY_H
#define SERVER_API_BODY_H

#include "proto/frame.h"
#include "proto/trouble.h"
#include "server/front.h"

enum {
	API_FINE = -1, /* beside enum problem_kind */
};

/* JSON or protobuf of that type, into the front's arena. */
int api_body_read(struct front *f, const struct http_request *request,
	const ProtobufCMessageDescriptor *type, struct trouble *trouble,
	ProtobufCMessage **out);

/* The client's own key; *out is NULL when it gave none. */
int api_body_key(
	const struct http_request *request, struct trouble *trouble, const char **out);

/*
 * Keeps the message until the desk answers. room: of the keys, so that those of
 * two kinds never meet. print points into the message: what it says without it is
 * written there, so that equal ones have equal prints.
 */
int api_body_keep(struct front *f, const struct call *call, enum frame_kind kind,
	const char *room, const char *client_key, const ProtobufCMessage *message,
	uint64_t *print);

#endif
