#include "server/problem.h"

#include <stdbool.h>

#include "server/reason.h"

/* clang-format off */
static const struct row {
	int status;
	bool call; /* says which number to call */
	const char *type;
	const char *title;
	const char *detail;
} rows[PROBLEM_KINDS] = {
	[PROBLEM_INVALID] = {400, false, "urn:vedetta:problem:invalid",
		"Not understood", "Something in it cannot be right: see errors."},
	[PROBLEM_NO_SESSION] = {401, false, "urn:vedetta:problem:no-session",
		"Not logged in", "Log in first: POST /v1/session, or the page /login."},
	[PROBLEM_WRONG_LOGIN] = {401, false, "urn:vedetta:problem:wrong-login",
		"Not let in", "Name, password or code is not right."},
	[PROBLEM_CODE_REQUIRED] = {401, false, "urn:vedetta:problem:code-required",
		"A code is needed", "This account has a second factor: send name, password and code."},
	[PROBLEM_FORBIDDEN] = {403, false, "urn:vedetta:problem:forbidden",
		"Not with your rights", "Your role does not include this."},
	[PROBLEM_NO_LEAD] = {403, false, "urn:vedetta:problem:no-lead",
		"Another operator decided that",
		"To take back what another decided, to give the class back or to lower "
		"a class 1 that another set asks for the right to lead here."},
	[PROBLEM_STEP_UP] = {403, false, "urn:vedetta:problem:step-up",
		"Show a secret again",
		"This is grave: POST /v1/session/step-up with password or code, then again."},
	[PROBLEM_SLOWER] = {429, false, "urn:vedetta:problem:slower",
		"Too many tries", "From there, at this name: try again after Retry-After seconds."},
	[PROBLEM_OFTEN] = {429, false, "urn:vedetta:problem:often",
		"Too often", "More in a second than any page has to say: try again."},
	[PROBLEM_LOGINS_BUSY] = {503, false, "urn:vedetta:problem:logins-busy",
		"Too many log in at once", "Each password takes its time: try again."},
	[PROBLEM_NO_RIGHT] = {403, false, "urn:vedetta:problem:no-right",
		"No right to what is personal",
		"Words, contacts and exact places are for those with the right to them."},
	[PROBLEM_FOREIGN] = {403, false, "urn:vedetta:problem:foreign",
		"Not from this console", "Another site's page asked for it: nothing was done."},
	[PROBLEM_EXERCISE] = {403, true, "urn:vedetta:problem:exercise",
		"Not an exercise of this desk",
		"The exercise token is not this desk's: nothing was stored, neither as an "
		"exercise nor as real."},
	[PROBLEM_EXERCISE_OVER] = {403, true, "urn:vedetta:problem:exercise-over",
		"No such exercise is on",
		"The exercise is over, or none was begun: nothing was stored, neither as an "
		"exercise nor as real."},
	[PROBLEM_NOT_FOUND] = {404, false, "urn:vedetta:problem:not-found",
		"Not found", "There is nothing under this address."},
	[PROBLEM_METHOD] = {405, false, "urn:vedetta:problem:method",
		"Method not allowed", "This address takes other methods: see Allow."},
	[PROBLEM_CONFLICT] = {409, false, "urn:vedetta:problem:conflict",
		"Another report came under this key",
		"The body is kept as an addition to the report first sent under this key."},
	[PROBLEM_OTHER_ACTION] = {409, false, "urn:vedetta:problem:other-action",
		"Another action came under this key", "Nothing was done."},
	[PROBLEM_OUTDATED] = {409, false, "urn:vedetta:problem:outdated",
		"Somebody decided meanwhile",
		"The incident was changed by an operator after the sequence given, or is "
		"closed: look again. Nothing was done."},
	[PROBLEM_TOO_LARGE] = {413, true, "urn:vedetta:problem:too-large",
		"Too large", "It is larger than can be taken and was not stored."},
	[PROBLEM_MEDIA_TYPE] = {415, false, "urn:vedetta:problem:media-type",
		"Unknown content type",
		"Taken are application/json, application/x-protobuf, "
		"application/x-www-form-urlencoded and multipart/form-data."},
	[PROBLEM_MISDIRECTED] = {421, false, "urn:vedetta:problem:misdirected",
		"Not under this name",
		"This door answers to localhost, 127.0.0.1 and [::1] only."},
	[PROBLEM_FAULT] = {500, true, "urn:vedetta:problem:fault",
		"Our fault", "Something failed here; it is not certain that it was stored."},
	[PROBLEM_FULL] = {503, true, "urn:vedetta:problem:full",
		"Too many at once", "The report was not stored: too many wait. Send it again."},
	[PROBLEM_DESK_AWAY] = {503, true, "urn:vedetta:problem:desk-away",
		"The desk does not answer",
		"It is not certain that the report was stored. Send it again: "
		"under the same key it will not be there twice."},
	[PROBLEM_NO_ROOM] = {503, true, "urn:vedetta:problem:no-room",
		"No room", "The report was not stored: there is no room on the disk."},
	[PROBLEM_STORE] = {503, true, "urn:vedetta:problem:store",
		"The store fails", "The report was not stored: the disk does not take it."},
	[PROBLEM_NOT_NOW] = {503, false, "urn:vedetta:problem:not-now",
		"Not now", "The desk takes reports only at this moment. Nothing was done."},
	[PROBLEM_BOARD_LOADING] = {503, false, "urn:vedetta:problem:board-loading",
		"The board is loading", "The board is loading: ask again in a second."},
	[PROBLEM_EXPORTING] = {503, false, "urn:vedetta:problem:exporting",
		"Another export is being made", "One at a time: fetch that one, or ask again."},
	[PROBLEM_EXPORT_FAILED] = {500, false, "urn:vedetta:problem:export-failed",
		"The export failed", "The reason is in the log; nothing else is touched."},
	[PROBLEM_NO_EXPORT] = {404, false, "urn:vedetta:problem:no-export",
		"No such export", "It was fetched, was not fetched within a minute, or never was: begin another."},
	[PROBLEM_READERS_BUSY] = {503, false, "urn:vedetta:problem:readers-busy",
		"Nobody is free to look it up", "It could not be looked up in time: ask again."},
	[PROBLEM_TOO_SLOW] = {503, false, "urn:vedetta:problem:too-slow",
		"It takes too long",
		"The time for one question was over first: ask for less ground, fewer hours or rarer words."},
	[PROBLEM_BAD_HTTP] = {400, false, "urn:vedetta:problem:http",
		"Not understood", "This is not a request that can be taken."},
};
/* clang-format on */

int
problem_status(enum problem_kind kind)
{
	return rows[kind].status;
}

const char *
problem_headers(enum problem_kind kind)
{
	return rows[kind].status == 503 ? "Retry-After: 2\r\n" : "";
}

enum problem_kind
problem_of_status(int status)
{
	switch (status) {
	case 413:
		return PROBLEM_TOO_LARGE;
	case 500:
		return PROBLEM_FAULT;
	case 503:
		return PROBLEM_FULL;
	default:
		return PROBLEM_BAD_HTTP;
	}
}

/* false: the arena's ceiling. */
static bool
add_code(Vedetta__V1__FieldError *e, struct arena *arena)
{
	struct reason said;

	if (!reason_read(e->reason, &said)) {
		return true;
	}
	e->code = (char *)(uintptr_t)said.code;
	e->values = arena_alloc(arena, said.n_values * sizeof(e->values[0]));
	if (e->values == NULL) {
		return false;
	}
	for (size_t i = 0; i < said.n_values; i++) {
		char *value =
			arena_copy(arena, said.values[i].at, said.values[i].bytes);

		if (value == NULL) {
			return false;
		}
		e->values[e->n_values++] = value;
	}
	return true;
}

static bool
add_errors(Vedetta__V1__Problem *p, struct arena *arena, const struct trouble *trouble)
{
	p->errors = arena_alloc(arena, trouble->n * sizeof(p->errors[0]));
	if (p->errors == NULL) {
		return false;
	}
	for (size_t i = 0; i < trouble->n; i++) {
		Vedetta__V1__FieldError *e = arena_alloc(arena, sizeof(*e));

		if (e == NULL) {
			return false;
		}
		vedetta__v1__field_error__init(e);
		e->field = (char *)trouble->at[i].field;
		e->reason = (char *)trouble->at[i].reason;
		if (!add_code(e, arena)) {
			return false;
		}
		p->errors[p->n_errors++] = e;
	}
	if (trouble->n > 0) {
		p->field = p->errors[0]->field;
	}
	return true;
}

Vedetta__V1__Problem *
problem_new(struct arena *arena, enum problem_kind kind, const struct trouble *trouble,
	const char *emergency_number)
{
	const struct row *row = &rows[kind];
	Vedetta__V1__Problem *p = arena_alloc(arena, sizeof(*p));

	if (p == NULL) {
		return NULL;
	}
	vedetta__v1__problem__init(p);
	p->type = (char *)row->type;
	p->title = (char *)row->title;
	p->status = (uint32_t)row->status;
	p->detail = (char *)row->detail;
	p->emergency_number = (char *)emergency_number;
	if (row->call) {
		p->detail =
			arena_printf(arena, "%s If somebody is in danger, call %s now.",
				row->detail, emergency_number);
	}
	if (p->detail == NULL || (trouble != NULL && !add_errors(p, arena, trouble))) {
		return NULL;
	}
	return p;
}
