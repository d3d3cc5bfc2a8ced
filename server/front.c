/* All doors and lines of a front in one place, well over 500 lines. */
#include "server/front.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/frame.h"
#include "server/accept.h"
#include "server/clock.h"
#include "server/descriptors.h"
#include "server/export_job.h"
#include "server/front_role.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/office_ask.h"
#include "server/origin.h"
#include "server/presence.h"
#include "server/reply.h"

enum {
	/* Answers: a page of states, each with what JSON makes of it. */
	WORK_ARENA_BYTES = 16 * 1024 * 1024,
	/* Frames of states are larger than any request. */
	FRAME_ARENA_BYTES = 8 * 1024 * 1024,
	USED_EVERY_MS = 30 * 1000,
	USED_AT_ONCE = 1000,
};

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

bool
front_is_staffed(const struct front *f)
{
	return f->desk != NULL && f->staff != NULL && f->staff->staffed;
}

enum page_staff
front_staff(const struct front *f)
{
	return !front_is_staffed(f) ? PAGE_UNSTAFFED
	       : f->staff->partly   ? PAGE_PARTLY
				    : PAGE_STAFFED;
}

/* Is one of the areas told, or where it lies? See duty.h. */
static bool
is_among(char *const *told, size_t n_told, char *const *codes, size_t n, bool is_known)
{
	for (size_t i = 0; i < n_told; i++) {
		if (strcmp(told[i], "*") == 0 ||
			(strcmp(told[i], DUTY_EVERY_AREA) == 0 &&
				(n > 0 || !is_known)) ||
			(strcmp(told[i], DUTY_OUTSIDE) == 0 && n == 0)) {
			return true;
		}
		for (size_t k = 0; k < n; k++) {
			if (strcmp(told[i], codes[k]) == 0) {
				return true;
			}
		}
	}
	return false;
}

bool
front_is_staffed_for(const struct front *f, char *const *codes, size_t n, bool is_known)
{
	return front_is_staffed(f) &&
	       is_among(f->staff->staffed_areas, f->staff->n_staffed_areas, codes, n,
		       is_known);
}

bool
front_is_served(const struct front *f, char *const *codes, size_t n)
{
	return f->staff == NULL || f->staff->n_served_areas == 0 ||
	       is_among(f->staff->served_areas, f->staff->n_served_areas, codes, n,
		       true);
}

int
front_language(const struct front *f, const struct call *call, const char *asked)
{
	return page_language(
		f->page, asked, http_header(call->request, "Accept-Language"));
}

/* ---- requests */

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
front_ask(struct front *f, const struct call *call, enum ask_queue queue,
	const Vedetta__V1__Question *question, uint64_t number, ask_done done)
{
	struct ask_about about = {call->asker, number, clock_mono_us()};

	if (ask_put(f->ask, queue, question, &about, done) != 0) {
		reply_problem(f, &call->asker, PROBLEM_READERS_BUSY, NULL, NULL);
	}
}

/* ---- the desk's line */

void
front_flush(struct front *f)
{
	const struct pending_input *input;

	while (f->desk != NULL && (input = pending_next_unsent(f->pending)) != NULL) {
		struct frame_head head = {
			.body_bytes = (uint32_t)input->body_bytes,
			.kind = input->kind,
			.ref = input->ref,
		};

		memcpy(head.key, input->key, sizeof(head.key));
		if (line_send(f->desk, &head, input->body) != 0) {
			return; /* full: goes on when the line has drained */
		}
		pending_sent(f->pending);
	}
}

static void
take_answer(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__InputAnswer *answer = vedetta__v1__input_answer__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (answer == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	api_report_answered(f, head->ref, answer);
}

/* What was said last holds while there is no desk: one that ends is told by the next.
 */
static void
use_exercise(struct front *f, uint64_t exercise)
{
	char token[EXERCISE_TOKEN_BYTES] = "";

	if (exercise != 0) {
		exercise_token(f->setup->exercise_key, exercise, token);
	}
	page_use_exercise(f->page, token);
	f->exercise = exercise;
	f->knows_exercise = true;
}

int
front_check_exercise(const struct front *f, const char *given)
{
	if (!f->knows_exercise) {
		return PROBLEM_DESK_AWAY;
	}
	switch (exercise_check(f->setup->exercise_key, f->exercise, given)) {
	case 0:
		return 0;
	case EXERCISE_OVER:
		return PROBLEM_EXERCISE_OVER;
	default:
		return PROBLEM_EXERCISE;
	}
}

static void
take_duty(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__Duty *duty =
		vedetta__v1__duty__unpack(NULL, head->body_bytes, body);

	if (duty != NULL) {
		vedetta__v1__duty__free_unpacked(f->staff, NULL);
		f->staff = duty;
		f->raw_mode = duty->raw_mode;
		f->refusing = duty->refusing;
		use_exercise(f, duty->exercise);
	}
}

static void
take_reset(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardReset *reset = vedetta__v1__board_reset__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (reset != NULL && f->board != NULL) {
		board_reset(f->board, reset->epoch);
		no_news_views_fini(&f->silence);
		log_event(LOG_INFO, "board.filling", "incidents=%zu",
			board_count(f->board));
	}
}

static void
put_state(struct front *f, const Vedetta__V1__Incident *state)
{
	int r = board_put(f->board, state);

	if (r != 0 && r != BOARD_UNCHANGED) {
		log_event(LOG_ERROR, "board.bad_state", "incident=%llu reason=%s",
			(unsigned long long)state->id,
			r == BOARD_OUT_OF_ORDER     ? "out_of_order"
			: r == BOARD_UNKNOWN_HAZARD ? "unknown_hazard"
						    : "no_memory");
	}
	if (f->umbrellas != NULL && state->silent != NULL) {
		umbrella_board_label_silent(f->umbrellas, f->board, state->id);
	}
}

static void
take_areas(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardAreas *piece = vedetta__v1__board_areas__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (piece == NULL || f->areas == NULL || area_list_take(f->areas, piece) != 0) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
	}
}

/* Does the stream's session still see what it saw when the stream began? */
static bool
is_allowed(void *arg, uint64_t session, const struct scope *scope)
{
	struct front *f = arg;
	struct who who;

	return office_view_session(f->office, session, clock_wall_ms(), &who) &&
	       rights_have(who.rights, RIGHT(VIEW)) && who.scope == scope;
}

static void
end_streams(struct front *f)
{
	hub_end_unless(f->hub, is_allowed, f);
}

static void
take_office(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__OfficeStates *states = vedetta__v1__office_states__unpack(
		arena_allocator(f->arena), head->body_bytes, body);
	bool was_ready;

	if (states == NULL || f->office == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	was_ready = office_view_is_ready(f->office);
	if (office_view_take(f->office, states) != 0) {
		log_event(LOG_WARN, "office.no_memory", NULL);
	}
	if (!was_ready && office_view_is_ready(f->office)) {
		if (office_view_count(f->office) == 0) {
			log_event(LOG_WARN, "office.no_accounts",
				"do=\"vedetta user add NAME --role administrator "
				"--area '*'\"");
		}
		front_role_check_ready(f);
	}
	end_streams(f);
}

static void
take_provider(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__ProviderState *state =
		vedetta__v1__provider_state__unpack(NULL, head->body_bytes, body);

	if (state != NULL) {
		vedetta__v1__provider_state__free_unpacked(f->provider, NULL);
		f->provider = state;
	}
}

static void
take_states(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__BoardStates *states = vedetta__v1__board_states__unpack(
		arena_allocator(f->arena), head->body_bytes, body);
	bool was_ready;

	if (states == NULL || f->board == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	was_ready = board_is_ready(f->board);
	for (size_t i = 0; i < states->n_incidents; i++) {
		put_state(f, states->incidents[i]);
	}
	board_told(f->board, states->sequence, states->caught_up);
	metrics_add(METRIC_BOARD_STATES_IN, states->n_incidents);
	metrics_set(METRIC_BOARD_INCIDENTS, board_count(f->board));
	if (!was_ready && board_is_ready(f->board)) {
		log_event(LOG_INFO, "board.ready", "incidents=%zu",
			board_count(f->board));
		front_role_check_ready(f);
	}
}

static void
take_umbrellas(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__UmbrellaStates *states = vedetta__v1__umbrella_states__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (states == NULL || f->umbrellas == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		return;
	}
	if (umbrella_board_take(f->umbrellas, states, f->board) != 0) {
		log_event(LOG_ERROR, "board.bad_state", "reason=no_memory");
	}
	hub_tell_umbrellas(f->hub, states);
}

static void
take_silence(struct front *f, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__SilenceView *view = vedetta__v1__silence_view__unpack(
		arena_allocator(f->arena), head->body_bytes, body);

	if (view == NULL) {
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
	} else if (no_news_views_put(&f->silence, view) != 0) {
		log_event(LOG_ERROR, "board.bad_state", "reason=no_memory");
	}
}

static void
on_frame(void *arg, const struct frame_head *head, const uint8_t *body)
{
	struct front *f = arg;

	f->desk_heard_ms = clock_mono_ms();
	arena_reset(f->arena);
	arena_reset(f->work);
	switch (head->kind) {
	case FRAME_INPUT_ANSWER:
		take_answer(f, head, body);
		break;
	case FRAME_DUTY:
		take_duty(f, head, body);
		break;
	case FRAME_BOARD_RESET:
		take_reset(f, head, body);
		break;
	case FRAME_STATES:
		take_states(f, head, body);
		break;
	case FRAME_AREAS:
		take_areas(f, head, body);
		break;
	case FRAME_OFFICE:
		take_office(f, head, body);
		break;
	case FRAME_UMBRELLAS:
		take_umbrellas(f, head, body);
		break;
	case FRAME_SILENCE:
		take_silence(f, head, body);
		break;
	case FRAME_DUTY_BOOK:
		api_duty_take(f, head, body);
		break;
	case FRAME_LOOKING:
		api_looking_take(f, head, body);
		break;
	case FRAME_PROVIDER:
		take_provider(f, head, body);
		break;
	default:
		log_event(LOG_WARN, "desk.bad_frame", "kind=%u", head->kind);
		break;
	}
}

static void
on_turn_end(void *arg)
{
	(void)arg; /* each answer has left on its own */
}

static void
on_drained(void *arg)
{
	front_flush(arg);
}

static void
on_desk_closed(void *arg)
{
	struct front *f = arg;

	line_free(f->desk);
	role_keep_spares(f->role); /* its place is the next one's */
	f->desk = NULL;
	f->desk_lost_ms = clock_mono_ms();
	vedetta__v1__duty__free_unpacked(f->staff, NULL);
	f->staff = NULL;
	if (f->looking != NULL) {
		(void)looking_view_take(f->looking, NULL);
	}
	log_event(LOG_WARN, "desk.lost", "pending=%zu", pending_count(f->pending));
}

void
front_take_desk(struct front *f, int fd)
{
	static const struct line_events events = {
		.on_frame = on_frame,
		.on_turn_end = on_turn_end,
		.on_drained = on_drained,
		.on_closed = on_desk_closed,
	};
	size_t again;

	line_free(f->desk);
	f->desk = line_new(f->base, fd, &events, f);
	if (f->desk == NULL) {
		f->desk_lost_ms = clock_mono_ms();
		log_event(LOG_WARN, "desk.no_memory", NULL);
		return;
	}
	f->desk_heard_ms = clock_mono_ms();
	f->told_streams = 0; /* a new desk knows of none */
	again = pending_unsend(f->pending);
	if (again > 0) {
		metrics_add(METRIC_INTAKE_RESENT, again);
		log_event(LOG_INFO, "intake.sent_again", "inputs=%zu", again);
	}
	front_flush(f);
	presence_tell(f, clock_mono_ms());
	if (f->looked != NULL) {
		api_looking_say_again(f);
	}
}

/* ---- listeners */

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

/* ---- time */

static void
use_session(void *arg, uint64_t session)
{
	office_view_use(((struct front *)arg)->office, session);
}

/* Who has a stream open, or asked for something, is there: the desk hears of it. */
static void
tell_used(struct front *f, int64_t now_ms)
{
	Vedetta__V1__OfficeInput in = VEDETTA__V1__OFFICE_INPUT__INIT;
	Vedetta__V1__UsedInput used = VEDETTA__V1__USED_INPUT__INIT;
	uint64_t ids[USED_AT_ONCE];

	if (f->desk == NULL || now_ms - f->told_used_ms < USED_EVERY_MS) {
		return;
	}
	f->told_used_ms = now_ms;
	hub_each_session(f->hub, use_session, f);
	used.sessions = ids;
	used.n_sessions = office_view_used(f->office, ids, USED_AT_ONCE);
	if (used.n_sessions > 0) {
		arena_reset(f->arena);
		in.what_case = VEDETTA__V1__OFFICE_INPUT__WHAT_USED;
		in.used = &used;
		office_tell_desk(f, &in);
	}
}

void
front_tick(struct front *f)
{
	int64_t now_us = clock_mono_us();
	size_t connections = 0;

	api_report_give_up(f, now_us);
	ask_expire(f->ask, now_us);
	api_export_tick(f, now_us / 1000);
	if (f->hub != NULL) {
		hub_tick(f->hub, f->desk != NULL, now_us / 1000);
		tell_used(f, now_us / 1000);
		presence_tell(f, now_us / 1000);
	}
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		if (f->listeners[i].server != NULL) {
			connections += http_server_connections(f->listeners[i].server);
		}
	}
	metrics_set(METRIC_CONNECTIONS, connections);
}

/* ---- birth */

static int
make_board(struct front *f)
{
	f->board = board_new();
	f->areas = area_list_new();
	f->office = office_view_new();
	if (f->areas == NULL || f->office == NULL) {
		return -ENOMEM;
	}
	f->umbrellas = umbrella_board_new();
	f->looking = looking_view_new();
	f->looked = looking_new();
	f->hub = f->board != NULL && f->umbrellas != NULL && f->looking != NULL &&
				 f->looked != NULL
			 ? hub_new(f->board, f->umbrellas)
			 : NULL;
	if (f->hub == NULL) {
		return -ENOMEM;
	}
	hub_use_looking(f->hub, f->looking, f->office);
	return 0;
}

void
front_free(struct front *f)
{
	if (f == NULL) {
		return;
	}
	hub_free(f->hub);
	for (size_t i = 0; i < FRONT_LISTENERS; i++) {
		http_server_free(f->listeners[i].server);
	}
	line_free(f->desk);
	ask_free(f->ask);
	pending_free(f->pending);
	board_free(f->board);
	area_list_free(f->areas);
	office_view_free(f->office);
	vedetta__v1__provider_state__free_unpacked(f->provider, NULL);
	umbrella_board_free(f->umbrellas);
	looking_view_free(f->looking);
	looking_free(f->looked);
	no_news_views_fini(&f->silence);
	vedetta__v1__duty__free_unpacked(f->staff, NULL);
	vedetta__v1__duty_now__free_unpacked(f->duty_now, NULL);
	duty_free(f->duty);
	bundle_free(f->bundle);
	export_job_free(f->export_job);
	basemap_close(&f->basemap);
	page_free(f->page);
	arena_free(f->arena);
	arena_free(f->work);
	if (f->out != NULL) {
		evbuffer_free(f->out);
	}
	free(f);
}

struct front *
front_new(struct event_base *base, const struct role_setup *setup)
{
	struct front *f = calloc(1, sizeof(*f));
	struct page_options options = {
		.emergency_number = setup->config.emergency_number,
		.desk_name = setup->config.desk_name,
		.language = setup->config.language,
	};

	if (f == NULL) {
		return NULL;
	}
	f->setup = setup;
	f->basemap.fd = -1;
	no_news_views_init(&f->silence);
	f->config = &setup->config;
	f->base = base;
	f->desk_lost_ms = clock_mono_ms();
	source_keys_init(&f->keys, setup->key);
	f->page = page_new(&options);
	f->arena =
		arena_new(setup->console ? FRAME_ARENA_BYTES : LIMIT_INPUT_ARENA_BYTES);
	f->work = arena_new(WORK_ARENA_BYTES);
	f->out = evbuffer_new();
	f->pending = pending_new(LIMIT_PENDING_INPUTS, LIMIT_PENDING_INPUT_BYTES);
	f->ask = ask_new(base, f);
	if (f->page == NULL || f->arena == NULL || f->work == NULL || f->out == NULL ||
		f->pending == NULL || f->ask == NULL ||
		(setup->console && make_board(f) != 0)) {
		front_free(f);
		return NULL;
	}
	return f;
}
