/* api_export - everything as a file, made by a process of its own and fetched once */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "geo/export_table.h"
#include "server/clock.h"
#include "server/export_job.h"
#include "server/export_order.h"
#include "server/fields.h"
#include "server/front.h"
#include "server/log.h"
#include "server/office_ask.h"
#include "server/reply.h"
#include "server/umbrella_scope.h"

enum {
	NOTE_BYTES = EXPORT_JOB_WHAT_BYTES + 32,
};

static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot != NULL && strcmp(dot, ".csv") == 0) {
		return "text/csv; charset=utf-8; header=present";
	}
	return dot != NULL && strcmp(dot, ".geojson") == 0
		       ? "application/geo+json"
		       : "application/geopackage+sqlite3";
}

static void
say_state(struct front *f, const struct call *call)
{
	static const char *const states[] = {
		[EXPORT_JOB_WAITING] = "waiting",
		[EXPORT_JOB_MAKING] = "making",
		[EXPORT_JOB_READY] = "ready",
		[EXPORT_JOB_SENDING] = "sending",
		[EXPORT_JOB_REFUSED] = "failed",
		[EXPORT_JOB_FAILED] = "failed",
	};
	const struct export_job_view v = export_job_view(f->export_job);
	char headers[128];

	(void)snprintf(headers, sizeof(headers),
		"Location: /v1/export/%s\r\nRetry-After: 1\r\n", v.id);
	if (evbuffer_add_printf(f->out,
		    "{\"job\":\"%s\",\"state\":\"%s\",\"done\":%" PRIu64
		    ",\"all\":%" PRIu64 "}",
		    v.id, states[v.state], v.n_done, v.n_all) < 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	reply_out(f, &call->asker, 202, REPLY_JSON_TYPE, headers);
}

/* The word as we write it ourselves: it outlives the request's arena. */
static const char *
known_format(const char *format)
{
	static const char *const formats[] = {"gpkg", "csv", "geojson"};

	for (size_t i = 0; format != NULL && i < sizeof(formats) / sizeof(formats[0]);
		i++) {
		if (strcmp(format, formats[i]) == 0) {
			return formats[i];
		}
	}
	return NULL;
}

static void
read_parameters(const struct fields *query, struct trouble *trouble,
	struct export_job_order *order)
{
	const char *layer = fields_get(query, "layer");
	const char *personal = fields_get(query, "personal");
	enum export_layer which =
		export_layer_by_name(layer != NULL ? layer : "reports");

	order->format = known_format(fields_get(query, "format"));
	order->personal = personal != NULL && strcmp(personal, "true") == 0;
	if (order->format == NULL) {
		trouble_add(trouble, "format", "is not gpkg, csv or geojson");
	}
	if (which != EXPORT_LAYERS) {
		order->layer = export_table(which)->name;
	} else {
		trouble_add(trouble, "layer",
			"is not reports, incidents, outlines, umbrellas, areas or "
			"meta");
	}
	if (personal != NULL && !order->personal && strcmp(personal, "false") != 0) {
		trouble_add(trouble, "personal", "is neither true nor false");
	}
	for (size_t i = 0; i < query->n; i++) {
		const char *name = query->at[i].name;

		if (strcmp(name, "format") != 0 && strcmp(name, "layer") != 0 &&
			strcmp(name, "personal") != 0) {
			trouble_add(trouble, name, "is not a parameter of this path");
		}
	}
}

/* false: what was asked cannot be; it was said. */
static bool
read_query(struct front *f, const struct call *call, struct export_job_order *order)
{
	const char *text = call->request->query;
	struct trouble trouble;
	struct fields query;

	trouble_init(&trouble);
	if (fields_from_urlencoded(text, strlen(text), f->arena, &trouble, &query) ==
		0) {
		read_parameters(&query, &trouble, order);
	}
	if (!trouble_is_empty(&trouble)) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
		return false;
	}
	return true;
}

/* Who took what along, before a byte of it leaves. */
static void
note_made(struct front *f)
{
	const struct export_job_view v = export_job_view(f->export_job);
	struct asker asker = {.session = v.session};
	char note[NOTE_BYTES];

	if (v.state != EXPORT_JOB_READY || v.noted) {
		return;
	}
	(void)snprintf(note, sizeof(note), "%s rows=%" PRIu64, v.what, v.n_rows);
	arena_reset(f->arena);
	office_note_seen(
		f, &asker, VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_EXPORTED, 0, 0, note);
	export_job_noted(f->export_job);
}

/*
 * Umbrellas that have an incident this one sees; each once, into the arena. Who
 * sees everything needs none.
 */
static bool
list_umbrellas(struct front *f, const struct who *who, struct export_job_order *order)
{
	uint64_t *ids =
		arena_alloc(f->work, EXPORT_ORDER_UMBRELLAS_MOST * sizeof(ids[0]));

	if (ids == NULL) {
		return false;
	}
	order->umbrellas = ids;
	for (size_t i = 0; who->scope != NULL && i < board_count(f->board); i++) {
		const struct filter_facts *facts = &board_at(f->board, i)->facts;
		size_t k = 0;

		if (!umbrella_scope_shows(who->scope, facts)) {
			continue;
		}
		while (k < order->n_umbrellas && ids[k] != facts->umbrella) {
			k++;
		}
		if (k == order->n_umbrellas && k < EXPORT_ORDER_UMBRELLAS_MOST) {
			ids[order->n_umbrellas++] = facts->umbrella;
		}
	}
	return true;
}

void
api_export_tick(struct front *f, int64_t now_ms)
{
	if (f->export_job != NULL) {
		note_made(f);
	}
	if (f->export_job != NULL && export_job_is_over(f->export_job, now_ms)) {
		export_job_free(f->export_job);
		f->export_job = NULL;
	}
}

void
api_export_get(struct front *f, const struct call *call)
{
	const struct who *who = call_who(f, call);
	struct export_job_order order = {
		.scope = who->scope, .account = who->account, .session = who->session};

	if (!read_query(f, call, &order)) {
		return;
	}
	if (order.personal &&
		!rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_PERSONAL)) {
		reply_problem(f, &call->asker, PROBLEM_NO_RIGHT, NULL, NULL);
		return;
	}
	/* Which umbrellas somebody sees, the board says. */
	if (!board_is_ready(f->board)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return;
	}
	api_export_tick(f, clock_mono_ms());
	/* A failed one is over once somebody asks anew. */
	if (f->export_job != NULL &&
		export_job_view(f->export_job).state < EXPORT_JOB_REFUSED) {
		reply_problem(f, &call->asker, PROBLEM_EXPORTING, NULL, NULL);
		return;
	}
	export_job_free(f->export_job);
	f->export_job = list_umbrellas(f, who, &order)
				? export_job_new(f->base, f->setup->index, &order,
					  clock_mono_ms())
				: NULL;
	if (f->export_job == NULL) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
		return;
	}
	role_say_export(f->role);
	say_state(f, call);
}

/*
 * It is another console front's. Asked again over a new connection it is met, since
 * each that had to say so steps aside for a moment.
 */
static void
send_to_other(struct front *f, const struct call *call)
{
	char headers[128];

	(void)snprintf(headers, sizeof(headers),
		"Location: /v1/export/%s\r\nConnection: close\r\n", call->parameter);
	front_step_aside(f, call->door);
	reply_out(f, &call->asker, 307, REPLY_JSON_TYPE, headers);
}

void
api_export_job_get(struct front *f, const struct call *call)
{
	uint32_t owner = export_job_front(call->parameter);
	uint32_t first = (uint32_t)f->config->public_fronts + 1;
	uint32_t last = first + (uint32_t)f->config->console_fronts - 1;
	struct export_job_view v = {0};

	if (f->export_job != NULL) {
		note_made(f);
		v = export_job_view(f->export_job);
	}
	if (owner != f->setup->index && owner >= first && owner <= last) {
		send_to_other(f, call);
	} else if (strcmp(v.id, call->parameter) != 0 ||
		   v.account != call_who(f, call)->account ||
		   v.state == EXPORT_JOB_SENDING) {
		reply_problem(f, &call->asker, PROBLEM_NO_EXPORT, NULL, NULL);
	} else if (v.state == EXPORT_JOB_REFUSED) {
		reply_problem(f, &call->asker, PROBLEM_EXPORTING, NULL, NULL);
	} else if (v.state == EXPORT_JOB_FAILED) {
		reply_problem(f, &call->asker, PROBLEM_EXPORT_FAILED, NULL, NULL);
	} else if (v.state != EXPORT_JOB_READY) {
		say_state(f, call);
	} else if (export_job_send(f->export_job, &call->asker, type_of(v.name)) != 0) {
		reply_problem(f, &call->asker, PROBLEM_FAULT, NULL, NULL);
	}
}

void
front_take_export(struct front *f, int fd)
{
	if (f->export_job == NULL) {
		(void)evutil_closesocket(fd);
		return;
	}
	export_job_take(f->export_job, fd);
}
