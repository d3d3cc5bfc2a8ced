/*
 * http_head - the lines of a request's head
 *
 * What a line may say; http_parse.c knows where it begins and ends. A line is
 * printable ASCII and tabs, stands in parse->bytes, and CR LF stand behind it:
 * its parts are cut out in place by writing NULs. Each function returns 0, or
 * the status to refuse the request with.
 */
#ifndef SERVER_HTTP_HEAD_H
#define SERVER_HTTP_HEAD_H

#include <stddef.h>

#include "server/http_parse.h"

int http_head_request_line(struct http_parse *parse, char *line, size_t n);
int http_head_header(struct http_parse *parse, char *line, size_t n);

/* At the empty line: what only the whole head can tell. */
int http_head_end(struct http_parse *parse);

#endif
