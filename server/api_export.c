/* api_export - everything as a file, made by a process of its own and fetched once */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "geo/export_table.h"
#include "server/clock.h"
#include "server/export_job.h"
#include "server/front.h"
#include "server/log.h"
#include "server/office_ask.h"
#include "server/reply.h"

enum {
	WORD_BYTES = 16,
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

/* false: what was asked cannot be; it was said. */
static bool
read_query(struct front *f, const struct call *call, char format[WORD_BYTES],
	char layer[WORD_BYTES], char personal[WORD_BYTES])
{
	const char *query = call->request->query;
	bool has_format, has_layer, has_personal;
	bool good_format =
		http_parameter(query, "format", format, WORD_BYTES, &has_format);
	bool good_layer = http_parameter(query, "layer", layer, WORD_BYTES, &has_layer);
	struct trouble trouble;

	(void)http_parameter(query, "personal", personal, WORD_BYTES, &has_personal);
	if (!has_personal) {
		personal[0] = '\0';
	}
	if (!has_layer) {
		(void)snprintf(layer, WORD_BYTES, "reports");
		good_layer = true;
	}
	trouble_init(&trouble);
	if (!good_format ||
		(strcmp(format, "gpkg") != 0 && strcmp(format, "csv") != 0 &&
			strcmp(format, "geojson") != 0)) {
		trouble_add(&trouble, "format", "is not gpkg, csv or geojson");
	}
	if (!good_layer || export_layer_by_name(layer) == EXPORT_LAYERS) {
		trouble_add(&trouble, "layer",
			"is not reports, incidents, outlines, umbrellas, areas or "
			"meta");
	}
	if (trouble.n > 0) {
		reply_problem(f, &call->asker, PROBLEM_INVALID, &trouble, NULL);
	}
	return trouble.n == 0;
}

void
api_export_tick(struct front *f, int64_t now_ms)
{
	if (f->export_job != NULL && export_job_is_over(f->export_job, now_ms)) {
		export_job_free(f->export_job);
		f->export_job = NULL;
	}
}

void
api_export_get(struct front *f, const struct call *call)
{
	char format[WORD_BYTES], layer[WORD_BYTES], personal[WORD_BYTES];

	if (!read_query(f, call, format, layer, personal)) {
		return;
	}
	if (strcmp(personal, "") != 0 && strcmp(personal, "false") != 0) {
		reply_problem(f, &call->asker, PROBLEM_NO_RIGHT, NULL, NULL);
		return;
	}
	/* It is of everything: who sees less gets none. */
	if (call_who(f, call)->scope != NULL) {
		reply_problem(f, &call->asker, PROBLEM_FORBIDDEN, NULL, NULL);
		return;
	}
	api_export_tick(f, clock_mono_ms());
	/* A failed one is over once somebody asks anew. */
	if (f->export_job != NULL &&
		export_job_view(f->export_job).state < EXPORT_JOB_REFUSED) {
		reply_problem(f, &call->asker, PROBLEM_EXPORTING, NULL, NULL);
		return;
	}
	office_note_seen(f, &call->asker, VEDETTA__V1__AUDIT_KIND__AUDIT_KIND_EXPORTED,
		0, 0, format);
	export_job_free(f->export_job);
	f->export_job = export_job_new(
		f->base, f->setup->index, format, layer, clock_mono_ms());
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
		v = export_job_view(f->export_job);
	}
	if (owner != f->setup->index && owner >= first && owner <= last) {
		send_to_other(f, call);
	} else if (strcmp(v.id, call->parameter) != 0 ||
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
