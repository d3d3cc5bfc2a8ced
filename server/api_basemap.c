/* api_basemap - what the console's map stands on, and the bytes of its file */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/basemap.h"
#include "server/front.h"
#include "server/log.h"
#include "server/reply.h"

void
api_basemap_get(struct front *f, const struct call *call)
{
	static const char *const kinds[] = {
		[BASEMAP_BUILT_IN] = "built_in",
		[BASEMAP_PMTILES] = "pmtiles",
		[BASEMAP_TILES] = "tiles",
	};
	json_t *answer = json_pack("{s:s,s:s*,s:s}", "kind", kinds[f->basemap.kind],
		"url",
		f->basemap.kind == BASEMAP_TILES ? f->config->console_basemap : NULL,
		"attribution",
		f->basemap.kind == BASEMAP_BUILT_IN
			? ""
			: f->config->console_basemap_attribution);
	char *text = answer != NULL ? json_dumps(answer, JSON_COMPACT) : NULL;

	json_decref(answer);
	if (text == NULL || evbuffer_add_printf(f->out, "%s", text) < 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
	} else {
		reply_out(f, &call->asker, 200, REPLY_JSON_TYPE, NULL);
	}
	free(text);
}

static int
add_part(struct front *f, uint64_t first, uint64_t last)
{
	size_t bytes = (size_t)(last - first + 1);
	struct evbuffer_iovec room;
	int r;

	if (evbuffer_reserve_space(f->out, (ev_ssize_t)bytes, &room, 1) != 1) {
		return -ENOMEM;
	}
	r = basemap_read(&f->basemap, first, last, room.iov_base);
	room.iov_len = bytes;
	return r == 0 && evbuffer_commit_space(f->out, &room, 1) != 0 ? -ENOMEM : r;
}

void
api_tiles_get(struct front *f, const struct call *call)
{
	const char *range = http_header(call->request, "Range");
	char headers[256];
	struct trouble trouble;
	uint64_t first, last;
	int r;

	if (f->basemap.kind != BASEMAP_PMTILES) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	if (!basemap_range(&f->basemap, range, &first, &last)) {
		trouble_init(&trouble);
		trouble_add(&trouble, "Range",
			"is not bytes=FIRST-LAST inside the file and at most %d long",
			BASEMAP_RANGE_MOST);
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return;
	}
	r = add_part(f, first, last);
	if (r != 0) {
		log_event(LOG_WARN, "basemap.failed", "reason=%s", strerrorname_np(-r));
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	(void)snprintf(headers, sizeof(headers),
		"Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n"
		"ETag: %s\r\nCache-Control: no-cache\r\n"
		"X-Content-Type-Options: nosniff\r\n",
		first, last, f->basemap.bytes, f->basemap.tag);
	reply_part(f, &call->asker, "application/octet-stream", headers);
}
