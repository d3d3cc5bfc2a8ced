#include "server/who.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "server/clock.h"
#include "server/filter.h"
#include "server/front.h"
#include "server/office_view.h"
#include "server/origin.h"
#include "server/reply.h"
#include "server/umbrella_scope.h"

_Static_assert(sodium_base64_ENCODED_LEN(WHO_HASH_BYTES,
		       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == WHO_TOKEN_BYTES,
	"a token is 256 bits");

static void
hash_token(const uint8_t raw[WHO_HASH_BYTES], uint8_t hash[WHO_HASH_BYTES])
{
	crypto_generichash(hash, WHO_HASH_BYTES, raw, WHO_HASH_BYTES, NULL, 0);
}

void
who_mint(char token[WHO_TOKEN_BYTES], uint8_t hash[WHO_HASH_BYTES])
{
	uint8_t raw[WHO_HASH_BYTES];

	randombytes_buf(raw, sizeof(raw));
	sodium_bin2base64(token, WHO_TOKEN_BYTES, raw, sizeof(raw),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	hash_token(raw, hash);
	sodium_memzero(raw, sizeof(raw));
}

void
who_cookie(const char *token, char out[WHO_COOKIE_LINE])
{
	(void)snprintf(out, WHO_COOKIE_LINE,
		"Set-Cookie: " WHO_COOKIE "=%s; Path=/; Secure; HttpOnly; "
		"SameSite=Strict%s\r\n",
		token, token[0] == '\0' ? "; Max-Age=0" : "");
}

/* The value of our cookie; false: there is none of its form. */
static bool
read_cookie(const char *header, uint8_t hash[WHO_HASH_BYTES])
{
	static const char name[] = WHO_COOKIE "=";
	const char *at = header;

	while (at != NULL && *at != '\0') {
		size_t bytes;

		at += strspn(at, " ;");
		bytes = strcspn(at, ";");
		if (strncmp(at, name, sizeof(name) - 1) == 0) {
			uint8_t raw[WHO_HASH_BYTES];
			size_t n = 0;

			at += sizeof(name) - 1;
			bytes -= sizeof(name) - 1;
			if (bytes != WHO_TOKEN_BYTES - 1 ||
				sodium_base642bin(raw, sizeof(raw), at, bytes, NULL, &n,
					NULL,
					sodium_base64_VARIANT_URLSAFE_NO_PADDING) !=
					0 ||
				n != sizeof(raw)) {
				return false;
			}
			hash_token(raw, hash);
			return true;
		}
		at += bytes;
	}
	return false;
}

const struct who *
call_who(const struct front *f, const struct call *call)
{
	(void)f;
	return call->has_who ? &call->who : NULL;
}

bool
who_asked(const struct front *f, const struct asker *asker, struct who *out)
{
	return f->office != NULL &&
	       office_view_session(f->office, asker->session, clock_wall_ms(), out);
}

bool
who_sees(const struct who *who, const struct filter_facts *facts)
{
	return who != NULL &&
	       (who->scope == NULL || scope_sees(who->scope, facts->areas, facts->wide,
					      facts->unassigned));
}

bool
who_sees_incident(const struct front *f, const struct who *who, uint64_t id)
{
	const struct board_entry *e =
		who->scope != NULL ? board_find(f->board, id) : NULL;

	return who->scope == NULL || (e != NULL && who_sees(who, &e->facts));
}

bool
who_sees_umbrella(const struct front *f, const struct who *who, uint64_t id)
{
	for (size_t i = 0; who->scope != NULL && i < board_count(f->board); i++) {
		const struct filter_facts *facts = &board_at(f->board, i)->facts;

		if (facts->umbrella == id && umbrella_scope_shows(who->scope, facts)) {
			return true;
		}
	}
	return who->scope == NULL;
}

bool
who_sees_area(const struct front *f, const struct who *who, const char *code)
{
	struct trouble trouble;
	struct filter filter;

	if (who->scope == NULL || scope_covers(who->scope, code, NULL)) {
		return true;
	}
	trouble_init(&trouble);
	filter_init(&filter);
	(void)snprintf(filter.area, sizeof(filter.area), "%s", code);
	area_list_resolve(f->areas, &filter, &trouble);
	for (size_t i = 0; i < FILTER_ABOVE_MOST; i++) {
		if (filter.above[i][0] != '\0' &&
			scope_covers(who->scope, filter.above[i], NULL)) {
			return true;
		}
	}
	return false;
}

bool
who_covers(const struct front *f, const struct who *who,
	const Vedetta__V1__Account *account)
{
	if (who->scope == NULL || who->scope->all) {
		return true;
	}
	for (size_t i = 0; i < account->n_areas; i++) {
		if (!who_sees_area(f, who, account->areas[i])) {
			return false;
		}
	}
	return account->n_areas > 0 && !account->unassigned;
}

void
who_conceal(const struct who *who, Vedetta__V1__IncidentReport *report)
{
	if (rights_have(who->rights, VEDETTA__V1__RIGHT__RIGHT_PERSONAL)) {
		return;
	}
	if (report->report != NULL) {
		report->report->contact = NULL; /* an arena's: nothing to free */
	}
	report->raw.len = 0;
}

static void
look(const struct front *f, struct call *call)
{
	uint8_t hash[WHO_HASH_BYTES];

	call->has_who = read_cookie(http_header(call->request, "Cookie"), hash) &&
			office_view_token(f->office, hash, clock_wall_ms(), &call->who);
	if (call->has_who) {
		call->asker.session = call->who.session;
		office_view_use(f->office, call->who.session);
	}
}

/* A browser is shown where to log in; a program is told. */
static void
send_to_login(struct front *f, const struct call *call, const struct route *route)
{
	if (strcmp(route->path, "/console") == 0) {
		reply_page(f, &call->asker, 303, "Location: /login\r\n");
	} else {
		reply_problem(f, &call->asker, PROBLEM_NO_SESSION, NULL, NULL);
	}
}

static bool
is_foreign(const struct http_request *request)
{
	return origin_is_foreign(http_header(request, "Origin"),
		http_header(request, "Host"), http_header(request, "Sec-Fetch-Site"));
}

bool
who_may_enter(struct front *f, struct call *call, const struct route *route)
{
	const struct http_request *request = call->request;

	if (request->method != HTTP_GET && request->method != HTTP_HEAD &&
		is_foreign(request)) {
		reply_problem(f, &call->asker, PROBLEM_FOREIGN, NULL, NULL);
		return false;
	}
	look(f, call);
	if (route->right == ROUTE_OPEN) {
		return true;
	}
	if (!office_view_is_ready(f->office)) {
		reply_problem(f, &call->asker, PROBLEM_BOARD_LOADING, NULL, NULL);
		return false;
	}
	if (!call->has_who) {
		send_to_login(f, call, route);
		return false;
	}
	if (route->right == ROUTE_SESSION ||
		rights_have(call->who.rights, (Vedetta__V1__Right)route->right)) {
		return true;
	}
	reply_problem(f, &call->asker, PROBLEM_FORBIDDEN, NULL, NULL);
	return false;
}
