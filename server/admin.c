/* admin - is it alive, is it ready, how much of what; and what the API is */
#include "server/admin.h"

#include <string.h>

#include "embed.h"
#include "server/clock.h"
#include "server/limits.h"
#include "server/metrics.h"
#include "server/reply.h"

/* Made by embed.py from web/openapi. */
extern const struct embedded web_openapi[];

#define TEXT_TYPE "text/plain; charset=utf-8"

static void
reply_text(struct front *f, const struct call *call, int status)
{
	reply_out(f, &call->asker, status, TEXT_TYPE, NULL);
}

void
api_health_get(struct front *f, const struct call *call)
{
	(void)evbuffer_add(f->out, "ok\n", 3);
	reply_text(f, call, 200);
}

/* The index's page says how far it is; a role that is gone says 0. */
static uint64_t
rows_behind(const struct front *f)
{
	uint64_t last = f->board != NULL ? board_sequence(f->board) : 0;
	uint64_t indexed = 0;

	for (size_t i = 0; i < f->setup->n_pages; i++) {
		uint64_t seq = metrics_value(f->setup->pages[i], METRIC_INDEX_SEQ);

		indexed = seq > indexed ? seq : indexed;
	}
	return last > indexed ? last - indexed : 0;
}

/* Over all roles: of a gauge that one of them sets. */
static uint64_t
gauge(const struct front *f, enum metric which)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < f->setup->n_pages; i++) {
		sum += metrics_value(f->setup->pages[i], which);
	}
	return sum;
}

uint64_t
admin_damaged_rows(const struct front *f)
{
	return gauge(f, METRIC_STORE_DAMAGED_ROWS);
}

void
admin_state(const struct front *f, int64_t now_ms, struct admin_state *out)
{
	*out = (struct admin_state){
		.desk_connected = f->desk != NULL,
		.desk_lost_s = f->desk == NULL ? (now_ms - f->desk_lost_ms) / 1000 : 0,
		.desk_silent_ms = f->desk != NULL ? now_ms - f->desk_heard_ms : 0,
		.board_ready = f->board == NULL || board_is_ready(f->board),
		.board_incidents = f->board != NULL ? board_count(f->board) : 0,
		.index_lag_rows = rows_behind(f),
		.damaged_rows = admin_damaged_rows(f),
		.courier_missing = gauge(f, METRIC_COURIER_UP) == 0,
		.deliveries = gauge(f, METRIC_DELIVERIES_QUEUE),
		.unreachable = gauge(f, METRIC_DUTY_UNREACHABLE),
		.steps_lacking = gauge(f, METRIC_DUTY_STEPS_LACKING),
		.index_waits = gauge(f, METRIC_INDEX_WAITS) > 0,
		.raw_mode = f->raw_mode,
		.refusing = f->refusing,
		.draining = f->draining,
		.umbrellas_rebuilding = f->umbrellas != NULL &&
					umbrella_board_is_rebuilding(f->umbrellas),
	};
}

static void
write_desk(const struct admin_state *s, struct evbuffer *out)
{
	if (!s->desk_connected) {
		(void)evbuffer_add_printf(out,
			"desk: not connected for %lld s; reports are answered 503 "
			"after 5 s, "
			"see runbooks/role-unstartable.md\n",
			(long long)s->desk_lost_s);
	} else if (s->desk_silent_ms > LIMIT_DESK_SILENT_MS) {
		(void)evbuffer_add_printf(out,
			"desk: silent for %lld s: it loads, hangs, or waits for its "
			"disk; see runbooks/role-unstartable.md\n",
			(long long)(s->desk_silent_ms / 1000));
	} else {
		(void)evbuffer_add_printf(out, "desk: connected\n");
	}
}

bool
admin_write_ready(const struct admin_state *s, struct evbuffer *out)
{
	bool ready = s->desk_connected && s->desk_silent_ms <= LIMIT_DESK_SILENT_MS &&
		     s->board_ready && !s->refusing && !s->draining;

	(void)evbuffer_add_printf(out, "%s\n", ready ? "ready" : "not ready");
	if (s->draining) {
		(void)evbuffer_add_printf(out, "stopping: no new work is taken\n");
	}
	write_desk(s, out);
	if (s->board_ready) {
		(void)evbuffer_add_printf(
			out, "board: %zu incidents loaded\n", s->board_incidents);
	} else {
		(void)evbuffer_add_printf(out, "board: loading, %zu incidents so far\n",
			s->board_incidents);
	}
	if (s->index_waits) {
		(void)evbuffer_add_printf(out,
			"index: waits, behind by %llu rows; questions are answered, "
			"slower, see runbooks/index-waits.md\n",
			(unsigned long long)s->index_lag_rows);
	} else if (s->index_lag_rows == 0) {
		(void)evbuffer_add_printf(out, "index: holds everything\n");
	} else {
		(void)evbuffer_add_printf(out,
			"index: behind by %llu rows; questions are answered, slower\n",
			(unsigned long long)s->index_lag_rows);
	}
	if (s->courier_missing) {
		(void)evbuffer_add_printf(out,
			"courier: not there; %llu messages wait, reports are taken, "
			"see "
			"runbooks/delivery-given_up.md\n",
			(unsigned long long)s->deliveries);
	}
	if (s->unreachable > 0 || s->steps_lacking > 0) {
		(void)evbuffer_add_printf(out,
			"duty: %llu people whom nothing reaches, %llu steps by a means "
			"that is not set up; see runbooks/duty-unreachable.md\n",
			(unsigned long long)s->unreachable,
			(unsigned long long)s->steps_lacking);
	}
	if (s->umbrellas_rebuilding) {
		(void)evbuffer_add_printf(out, "umbrellas: being rebuilt from the log; "
					       "incidents are complete, "
					       "what hangs together is not yet\n");
	}
	if (s->refusing) {
		(void)evbuffer_add_printf(out,
			"store: no room, or failing; reports are answered 503, see "
			"runbooks/store-no_room.md and runbooks/store-fault.md\n");
	}
	if (s->damaged_rows > 0) {
		(void)evbuffer_add_printf(out,
			"store: %llu times something read was not what was written; "
			"what it said is missing, all else is there, see "
			"runbooks/store-damaged_row.md\n",
			(unsigned long long)s->damaged_rows);
	}
	if (s->raw_mode) {
		(void)evbuffer_add_printf(out, "desk: in raw mode; reports are kept "
					       "and acknowledged before they are read "
					       "and may be late on the board, see "
					       "runbooks/desk-raw_mode.md\n");
	}
	return ready;
}

void
api_ready_get(struct front *f, const struct call *call)
{
	struct admin_state state;

	admin_state(f, clock_mono_ms(), &state);
	reply_text(f, call, admin_write_ready(&state, f->out) ? 200 : 503);
}

void
api_metrics_get(struct front *f, const struct call *call)
{
	if (metrics_write(f->setup->pages, f->setup->n_pages, f->out) != 0) {
		(void)evbuffer_drain(f->out, evbuffer_get_length(f->out));
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_out(
		f, &call->asker, 200, "text/plain; version=0.0.4; charset=utf-8", NULL);
}

void
api_openapi_get(struct front *f, const struct call *call)
{
	const char *name = call->door == ROUTE_PUBLIC ? "public.json" : "console.json";

	for (const struct embedded *file = web_openapi; file->name != NULL; file++) {
		if (strcmp(file->name, name) == 0) {
			(void)evbuffer_add_reference(
				f->out, file->data, file->bytes, NULL, NULL);
		}
	}
	reply_out(f, &call->asker, 200, REPLY_JSON_TYPE, NULL);
}

/* GET /console and what its page loads. */
void
api_console_get(struct front *f, const struct call *call)
{
	static const char headers[] = "Cache-Control: no-cache\r\n"
				      "Cross-Origin-Opener-Policy: same-origin\r\n"
				      "Referrer-Policy: no-referrer\r\n"
				      "X-Content-Type-Options: nosniff\r\n";
	const char *name = call->parameter != NULL ? call->parameter : "index.html";
	char all[BASEMAP_POLICY_BYTES + sizeof(headers)];
	const struct bundle_file *file = bundle_find(f->bundle, name);

	if (f->bundle == NULL && call->parameter == NULL) {
		if (page_console_absent(
			    f->page, front_language(f, call, NULL), f->out) != 0) {
			reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
			return;
		}
		reply_page(f, &call->asker, 503, NULL);
		return;
	}
	if (file == NULL || evbuffer_add_reference(
				    f->out, file->data, file->bytes, NULL, NULL) != 0) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
		return;
	}
	(void)snprintf(all, sizeof(all), "%s%s", f->basemap.policy, headers);
	reply_asset(f, &call->asker, file->content_type, all);
}
