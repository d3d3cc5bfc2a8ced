/* The doors of a front: which paths there are, and what enters. */
#include "server/front.h"

#include <stdio.h>

#include "server/accept.h"
#include "server/descriptors.h"
#include "server/log.h"
#include "server/origin.h"
#include "server/reply.h"

#define RIGHT(name) VEDETTA__V1__RIGHT__RIGHT_##name
/* clang-format off */
const struct route front_routes[] = {
	{ROUTE_PUBLIC, HTTP_GET, "/", api_form_get, ROUTE_OPEN},
	{ROUTE_PUBLIC, HTTP_POST, "/v1/reports", api_report_post, ROUTE_OPEN},
	{ROUTE_PUBLIC, HTTP_GET, "/r/{token}", api_receipt_get, ROUTE_OPEN},
	{ROUTE_PUBLIC, HTTP_POST, "/r/{token}", api_reply_post, ROUTE_OPEN},
	{ROUTE_PUBLIC, HTTP_GET, "/v1/codes/{code}", api_code_get, ROUTE_OPEN},
	{ROUTE_PUBLIC | ROUTE_CONSOLE, HTTP_GET, "/assets/{name}", api_asset_get, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_GET, "/console", api_console_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_GET, "/console/{name}", api_console_get, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/incidents", api_incidents_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/incidents/{id}", api_incident_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/map", api_map_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/basemap", api_basemap_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/basemap.pmtiles", api_tiles_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/incidents/{id}/actions", api_action_post, RIGHT(ACT)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/reports", api_report_post, RIGHT(ACT)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/incidents/{id}/escalation", api_escalation_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/duty", api_duty_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/duty", api_duty_post, RIGHT(ACT)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/exercise", api_exercise_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/exercise", api_exercise_post, RIGHT(EXERCISE)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/teams", api_teams_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/teams", api_teams_post, RIGHT(DUTY)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/rota", api_rota_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/rota", api_rota_post, RIGHT(DUTY)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/on-call", api_on_call_post, RIGHT(DUTY)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/policies", api_policies_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/policies", api_policies_post, RIGHT(DUTY)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/looking", api_looking_post, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/locate", api_locate_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/reports", api_reports_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/reports/{id}", api_stored_report_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/counts", api_counts_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/outlines", api_outlines_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/areas", api_areas_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/export", api_export_get, RIGHT(EXPORT)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/export/{job}", api_export_job_get, RIGHT(EXPORT)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/umbrellas", api_umbrellas_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/umbrellas/{id}", api_umbrella_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/umbrellas/{id}/silence", api_silence_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/events", api_events_get, RIGHT(VIEW)},
	{ROUTE_CONSOLE, HTTP_GET, "/login", api_login_get, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/oidc/start", api_oidc_start_get, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/oidc/back", api_oidc_back_get, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/oidc/logout", api_oidc_logout_post, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/session", api_session_post, ROUTE_OPEN},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/session", api_session_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_DELETE, "/v1/session", api_session_delete, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/session/step-up", api_step_up_post, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/sessions", api_sessions_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/sessions/{id}/revoke", api_revoke_post, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/account", api_own_post, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/contacts", api_contacts_get, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/contacts/test", api_contacts_test, ROUTE_SESSION},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/accounts", api_accounts_get, RIGHT(ACCOUNTS)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/accounts", api_accounts_post, RIGHT(ACCOUNTS)},
	{ROUTE_CONSOLE, HTTP_POST, "/v1/accounts/{id}", api_account_post, RIGHT(ACCOUNTS)},
	{ROUTE_CONSOLE, HTTP_GET, "/v1/audit", api_audit_get, RIGHT(AUDIT)},
	{ROUTE_PUBLIC | ROUTE_CONSOLE, HTTP_GET, "/openapi.json", api_openapi_get, ROUTE_OPEN},
	{ROUTE_PUBLIC | ROUTE_ADMIN, HTTP_GET, "/healthz", api_health_get, ROUTE_OPEN},
	{ROUTE_ADMIN, HTTP_GET, "/readyz", api_ready_get, ROUTE_OPEN},
	{ROUTE_ADMIN, HTTP_GET, "/metrics", api_metrics_get, ROUTE_OPEN},
	{0, HTTP_GET, NULL, NULL, 0},
};
/* clang-format on */

int
front_language(const struct front *f, const struct call *call, const char *asked)
{
	return page_language(
		f->page, asked, http_header(call->request, "Accept-Language"));
}

static void
refuse(struct front *f, const struct call *call, int why, const char *allow)
{
	char headers[ROUTE_ALLOW_BYTES + 16];

	(void)snprintf(headers, sizeof(headers), "Allow: %s\r\n", allow);
	if (why == ROUTE_NOT_FOUND) {
		reply_problem(f, &call->asker, PROBLEM_NOT_FOUND, NULL, NULL);
	} else if (call->request->method == HTTP_OPTIONS) {
		reply_out(f, &call->asker, 204, NULL, headers);
	} else {
		reply_problem(f, &call->asker, PROBLEM_METHOD, NULL, headers);
	}
}

static void
on_request(void *arg, const struct http_request *request)
{
	const struct listener *l = arg;
	struct front *f = l->front;
	struct call call = {.request = request, .door = l->door};
	struct route_match match;
	unsigned offered = ACCEPT_JSON | ACCEPT_PROTOBUF;
	int r;

	metrics_add(METRIC_REQUESTS, 1);
	arena_reset(f->arena);
	arena_reset(f->work);
	if (l->door == ROUTE_PUBLIC) {
		offered |= ACCEPT_HTML;
	}
	call.asker.server = l->server;
	call.asker.handle = request->handle;
	call.asker.form = (uint8_t)accept_form(
		http_header(request, "Accept"), offered, ANSWER_JSON);
	if (call.asker.form == ANSWER_HTML) {
		call.asker.language = (uint8_t)front_language(f, &call, NULL);
	}
	if (l->door != ROUTE_PUBLIC &&
		!origin_is_loopback(http_header(request, "Host"))) {
		reply_problem(f, &call.asker, PROBLEM_MISDIRECTED, NULL, NULL);
		return;
	}
	r = route_find(front_routes, l->door, request->method, request->path, &match);
	if (r != 0) {
		refuse(f, &call, r, match.allow);
		return;
	}
	call.parameter = match.parameter;
	if (l->door != ROUTE_CONSOLE || who_may_enter(f, &call, match.route)) {
		match.route->handler(f, &call);
	}
}

/*
 * The HTTP layer says no before there is a request, so nobody told in what form:
 * on the citizens' side it is a page, since a phone shows it to a person.
 */
static const char *
error_page(void *arg, int status, struct evbuffer *out)
{
	const struct listener *l = arg;
	struct front *f = l->front;
	Vedetta__V1__Problem *problem;
	char *text;
	size_t bytes;

	metrics_add(status < 500 ? METRIC_ANSWERS_4XX : METRIC_ANSWERS_5XX, 1);
	if (l->door == ROUTE_PUBLIC &&
		page_error(f->page, page_language(f->page, NULL, NULL), front_staff(f),
			status, PAGE_FATE_NOT_SENT_IF, NULL, out) == 0) {
		return PAGE_TYPE;
	}
	if (l->door == ROUTE_CONSOLE && status == 414 &&
		f->config->oidc_issuer[0] != '\0' && api_oidc_too_long(f, out) == 0) {
		return PAGE_TYPE;
	}
	arena_reset(f->work);
	problem = problem_new(
		f->work, problem_of_status(status), NULL, f->config->emergency_number);
	if (problem != NULL) {
		problem->status = (uint32_t)status;
	}
	if (problem == NULL ||
		json_write(&problem->base, JSON_CANONICAL, f->work, &text, &bytes) !=
			0 ||
		evbuffer_add(out, text, bytes) != 0) {
		return "text/plain";
	}
	return "application/problem+json";
}

static void
on_refused(void *arg, enum http_refusal why)
{
	(void)arg;
	metrics_add((enum metric)(METRIC_HTTP_REFUSED_SYNTAX + (int)why), 1);
}

void
front_take_listener(struct front *f, unsigned door, int fd)
{
	size_t slot = door == ROUTE_PUBLIC ? 0 : door == ROUTE_CONSOLE ? 1 : 2;
	struct listener *l = &f->listeners[slot];
	const struct config *c = f->config;
	struct http_options options = {
		.handler = on_request,
		.error_page = error_page,
		.error_headers = door == ROUTE_PUBLIC ? PAGE_HEADERS : REPLY_HEADERS,
		.on_refused = on_refused,
		.arg = l,
		.max_connections =
			(size_t)(c->console_max_connections / c->console_fronts),
	};

	if (door == ROUTE_PUBLIC) {
		options.max_connections =
			(size_t)(c->public_max_connections / c->public_fronts);
		/* Behind a proxy on this machine all have one address. */
		options.max_per_address = origin_is_loopback(c->public_listen)
						  ? 0
						  : (size_t)c->public_max_per_address;
	}
	/* The console front has two doors. */
	options.max_connections =
		descriptors_room(options.max_connections, door == ROUTE_PUBLIC ? 1 : 2);
	l->front = f;
	l->door = door;
	l->server = http_server_new(f->base, fd, &options);
	if (l->server == NULL) {
		log_event(LOG_WARN, "front.no_listener", "reason=no_memory");
	}
}

void
front_step_aside(struct front *f, unsigned door)
{
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		if (f->listeners[i].door == door && f->listeners[i].server != NULL) {
			http_server_step_aside(f->listeners[i].server);
		}
	}
}
