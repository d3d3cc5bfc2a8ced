/*
 * reply - an answer on its way out
 *
 * Every answer leaves through here, so that each is counted, has its security
 * headers, and comes in the form its asker wants.
 */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include <protobuf-c/protobuf-c.h>

#include "proto/json.h"
#include "proto/trouble.h"
#include "server/front.h"

#define REPLY_JSON_TYPE "application/json"
#define REPLY_PROTOBUF_TYPE "application/x-protobuf"

/* Of everything that is not a page; those of a page are PAGE_HEADERS. */
extern const char REPLY_HEADERS[];

/* What is in front->out, as it is. headers: further lines, or NULL. */
void reply_out(struct front *f, const struct asker *asker, int status, const char *type,
	const char *headers);

/* A page in front->out, with PAGE_HEADERS. */
void reply_page(
	struct front *f, const struct asker *asker, int status, const char *headers);

/* What is in front->out and may be kept for ever; headers are the asset's own. */
void reply_asset(struct front *f, const struct asker *asker, const char *type,
	const char *headers);

/* 206: a part of a file, in front->out; headers are its own. */
void reply_part(struct front *f, const struct asker *asker, const char *type,
	const char *headers);

/* JSON or protobuf. */
void reply_message(struct front *f, const struct asker *asker, int status,
	const ProtobufCMessage *message, enum json_style style, const char *headers);

/* problem+json, or a page. trouble and headers may be NULL. */
void reply_problem(struct front *f, const struct asker *asker, enum problem_kind kind,
	const struct trouble *trouble, const char *headers);

/* The same with a form given back filled; form may be NULL. */
void reply_problem_form(struct front *f, const struct asker *asker,
	enum problem_kind kind, const struct page_form *form);

/* As problem+json whatever the asker wants, in the making (409's receipt). */
void reply_problem_message(
	struct front *f, const struct asker *asker, Vedetta__V1__Problem *problem);

#endif
