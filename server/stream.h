/*
 * stream - server-sent events for consoles
 *
 * All streams of one filter are a group (group.h), served once a tick: the
 * text of what changed is made once and sent to each by reference. Who comes
 * with a sequence, or falls behind the board's first filling, follows in
 * pieces until it stands where its group does. Who does not read is cut when
 * its queue is full; its browser comes back with the last id it saw.
 *
 * Events: `change` (an Event), `umbrellas` (UmbrellaStates, made once for all
 * streams; without an id: full once the board is there, then what changes, whatever
 * the filter), `looking` (LookingStates, likewise, of the incidents that the stream's
 * people see; never a full one when nobody looks at any), `reset` (forget everything
 * and load the list again; this stream goes on from its id), `heartbeat` (at the start,
 * each LIMIT_STREAM_HEARTBEAT_MS of silence, and when the desk goes or comes).
 */
#ifndef SERVER_STREAM_H
#define SERVER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/asker.h"
#include "server/board.h"
#include "server/filter.h"
#include "server/looking_view.h"
#include "server/umbrella_board.h"

struct hub;

/*
 * Both are borrowed and outlive the hub; umbrellas may be NULL: no word of them. NULL
 * when memory is short.
 */
struct hub *hub_new(struct board *board, struct umbrella_board *umbrellas);
void hub_free(struct hub *h);

/*
 * Opens a stream on a request. after: an id (checked), or "" for "from now
 * on". 0, or -ENOMEM: then the request still waits for its answer.
 */
int hub_open(struct hub *h, const struct asker *asker, const struct filter *filter,
	const char *after, const char *headers, int64_t now_ms);

/* Borrowed, and outlive the hub. Without these, no word of who looks at what. */
void hub_use_looking(
	struct hub *h, struct looking_view *looking, const struct office_view *office);

/* Serves every stream; call it each LIMIT_STREAM_TICK_MS. */
void hub_tick(struct hub *h, bool desk_connected, int64_t now_ms);

/* What the desk told and the umbrella board has taken, to all streams. */
void hub_tell_umbrellas(struct hub *h, const Vedetta__V1__UmbrellaStates *states);

size_t hub_count(const struct hub *h);

/* Each stream's session (asker.h), as often as it has streams. */
void hub_each_session(
	struct hub *h, void (*each)(void *arg, uint64_t session), void *arg);

/*
 * Ends every stream that is not allowed any more: its session is over, or sees
 * otherwise than its filter says. Its browser comes back, and is told so.
 */
void hub_end_unless(struct hub *h,
	bool (*allowed)(void *arg, uint64_t session, const struct scope *scope),
	void *arg);

#endif
