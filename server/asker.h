/* asker - who waits for an answer, and in what form it is wanted */
#ifndef SERVER_ASKER_H
#define SERVER_ASKER_H

#include <stdint.h>

#include "server/http.h"

enum answer_form {
	ANSWER_JSON,
	ANSWER_PROTOBUF,
	ANSWER_HTML,
};

/* Plain data: copied and kept; its server lives as long as the process. */
struct asker {
	struct http_server *server;
	struct http_handle handle;
	uint8_t form;     /* enum answer_form */
	uint8_t language; /* page_language() */
	uint64_t session; /* at the console's door; 0: none */
};

#endif
