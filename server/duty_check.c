#include "server/duty_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/duty_now.h"
#include "dispatch/right.h"
#include "geo/store_area.h"
#include "geo/store_record.h"
#include "proto/stamp.h"
#include "vedetta/v1/office.pb-c.h"

#define BIT(means) (1u << VEDETTA__V1__DUTY_MEANS__DUTY_MEANS_##means)
#define CASE(name) VEDETTA__V1__DUTY_RECORD__WHAT_##name

enum {
	ARENA_BYTES = 1024 * 1024,
	ACCOUNTS_MOST = 5000,
	AREAS_EACH = 1024, /* more than an account can have */
	PATH_BYTES = 4096,
	WHY_BYTES = 512,
};

struct checking {
	struct store *store;
	struct duty *duty;
	struct arena *arena;
	size_t n_accounts;
	Vedetta__V1__StoredAccount *accounts[ACCOUNTS_MOST];
	FILE *out;
	int n;
};

/* ---- what the file has */

static int
take_account(void *arg, const struct store_record *r)
{
	struct checking *c = arg;
	Vedetta__V1__StoredAccount *a =
		r->damaged ? NULL
			   : vedetta__v1__stored_account__unpack(
				     NULL, r->packed_bytes, r->packed);

	if (a != NULL && a->account != NULL && c->n_accounts < ACCOUNTS_MOST) {
		c->accounts[c->n_accounts++] = a;
	} else {
		vedetta__v1__stored_account__free_unpacked(a, NULL);
	}
	return 0;
}

static int
take_record(void *arg, const struct store_record *r)
{
	struct checking *c = arg;

	return r->damaged ? 0 : duty_take(c->duty, r->packed, r->packed_bytes);
}

static bool
find_account(void *arg, const char *name, unsigned *means)
{
	const struct checking *c = arg;

	for (size_t i = 0; i < c->n_accounts; i++) {
		const Vedetta__V1__Account *a = c->accounts[i]->account;
		const Vedetta__V1__AccountContacts *k = a->contacts;

		if (strcmp(a->name, name) == 0 && !a->disabled) {
			*means = k == NULL
					 ? 0
					 : (k->email[0] != '\0' ? BIT(EMAIL) : 0) |
						   (k->telegram[0] != '\0'
								   ? BIT(TELEGRAM)
								   : 0) |
						   (k->webhook[0] != '\0' ? BIT(WEBHOOK)
									  : 0) |
						   (k->n_push > 0 ? BIT(WEB_PUSH) : 0);
			return true;
		}
	}
	return false;
}

static const char *
next_area(void *arg, size_t *cursor)
{
	const struct checking *c = arg;

	while (*cursor / AREAS_EACH < c->n_accounts) {
		const Vedetta__V1__Account *a =
			c->accounts[*cursor / AREAS_EACH]->account;
		size_t n = *cursor % AREAS_EACH;

		if (n < a->n_areas && !a->disabled &&
			rights_have(
				role_rights(a->role), VEDETTA__V1__RIGHT__RIGHT_ACT)) {
			(*cursor)++;
			return a->areas[n];
		}
		*cursor += AREAS_EACH - n;
	}
	return NULL;
}

/* ---- what is said */

static void
warn_area(struct checking *c, const char *code, const char *what)
{
	c->n++;
	if (strcmp(code, "*") == 0) {
		fprintf(c->out, "warning: %s that covers everything\n", what);
	} else {
		fprintf(c->out, "warning: %s that covers area %s\n", what, code);
	}
}

/* The area itself, and what lies above it. */
static void
place_of(struct checking *c, const char *code, struct duty_place *place)
{
	char at[AREA_CODE_BYTES];

	place->n = strcmp(code, "*") == 0 ? 0 : 1;
	place->is_known = true;
	place->leaves[0].n = 0;
	(void)snprintf(at, sizeof(at), "%s", code);
	while (place->n == 1 && at[0] != '\0' && place->leaves[0].n < AREA_CHAIN_MOST) {
		const char *kept = arena_copy(c->arena, at, strlen(at));

		if (kept == NULL) {
			return;
		}
		place->leaves[0].codes[place->leaves[0].n++] = kept;
		if (store_read_area_parent(c->store, at, at) != 0) {
			return;
		}
	}
}

static bool
has_rota(const struct duty *d, const struct duty_place *place, int64_t now_ms)
{
	const Vedetta__V1__DutyRecord *r = NULL;

	while ((r = duty_next(d, r)) != NULL) {
		if (r->what_case == CASE(SHIFT) && !r->shift->removed &&
			!r->shift->exercise && stamp_ms(r->shift->to) > now_ms &&
			duty_covers(place, r->shift->area)) {
			return true;
		}
	}
	return false;
}

static int
say(struct checking *c, int64_t now_ms)
{
	Vedetta__V1__Duty told = VEDETTA__V1__DUTY__INIT;
	Vedetta__V1__DutyNow now;
	struct duty_place place;
	int r = duty_tell(c->duty, NULL, now_ms, c->arena, &told);

	if (r == 0) {
		r = duty_now(c->duty, NULL, now_ms, c->arena, &now);
	}
	if (r < 0) {
		return r;
	}
	if (!duty_has_people(c->duty)) {
		c->n++;
		fputs("warning: there is no rota and no on-call list: an incident that "
		      "nobody acknowledges wakes nobody\n",
			c->out);
	}
	for (size_t i = 0; duty_has_people(c->duty) && i < told.n_served_areas; i++) {
		place_of(c, told.served_areas[i], &place);
		if (!has_rota(c->duty, &place, now_ms)) {
			warn_area(c, told.served_areas[i], "there is no rota");
		}
		if (duty_on_call_length(c->duty, &place) == 0) {
			warn_area(c, told.served_areas[i], "there is no on-call list");
		}
	}
	for (size_t i = 0; i < now.n_unreachable; i++) {
		const Vedetta__V1__Unreachable *u = now.unreachable[i];

		c->n++;
		fprintf(c->out, "warning: %s cannot be reached (%s)\n",
			u->name[0] != '\0' ? u->name : u->account, u->reason);
	}
	return 0;
}

/* What lies outside every area must be somebody's to see (dispatch/scope.h). */
static void
say_unassigned(struct checking *c)
{
	for (size_t i = 0; i < c->n_accounts; i++) {
		const Vedetta__V1__Account *a = c->accounts[i]->account;

		if (!a->disabled && a->unassigned &&
			rights_have(
				role_rights(a->role), VEDETTA__V1__RIGHT__RIGHT_VIEW)) {
			return;
		}
	}
	c->n++;
	fputs(c->n_accounts == 0
			? "warning: there are no accounts: vedetta user add NAME "
			  "--role administrator --area '*' adds the first\n"
			: "warning: nobody holds the unassigned right: what lies "
			  "outside every area is seen by nobody (vedetta user change "
			  "NAME --unassigned)\n",
		c->out);
}

static int
look(struct checking *c, int64_t now_ms)
{
	const struct duty_accounts accounts = {find_account, next_area, c};
	int r = store_load_records(c->store, STORE_RECORD_ACCOUNT, take_account, c);

	if (r == 0) {
		r = store_load_records(c->store, STORE_RECORD_DUTY, take_record, c);
	}
	duty_use_accounts(c->duty, &accounts);
	if (r == 0) {
		say_unassigned(c);
	}
	return r == 0 ? say(c, now_ms) : r;
}

int
duty_check(const char *data_dir, int64_t now_ms, FILE *out)
{
	struct checking *c = calloc(1, sizeof(*c));
	char path[PATH_BYTES];
	char why[WHY_BYTES] = "";
	int r = -ENOMEM;

	if (c == NULL) {
		return -ENOMEM;
	}
	c->out = out;
	c->duty = duty_new();
	c->arena = arena_new(ARENA_BYTES);
	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", data_dir);
	if (c->duty != NULL && c->arena != NULL) {
		r = store_open_reader(&c->store, path, why, sizeof(why));
	}
	if (r == 0) {
		r = look(c, now_ms);
		store_close(c->store);
	} else if (r == -ENOENT) {
		r = 0; /* nothing runs here yet */
	} else if (why[0] != '\0') {
		fprintf(out, "warning: cannot look at %s: %s\n", path, why);
	}
	r = r < 0 ? r : c->n;
	for (size_t i = 0; i < c->n_accounts; i++) {
		vedetta__v1__stored_account__free_unpacked(c->accounts[i], NULL);
	}
	duty_free(c->duty);
	arena_free(c->arena);
	free(c);
	return r;
}
