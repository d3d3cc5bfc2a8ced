/* Just over 500 lines: an import is one story, and commands come in here. */
#include "server/desk_areas.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/area_build.h"
#include "server/area_intake.h"
#include "server/clock.h"
#include "server/desk_commands.h"
#include "server/hooks.h"
#include "server/log.h"

enum {
	SLICE_US = 2000,
	PAUSE_MS = 1,       /* after a slice: others first */
	RETRY_MS = 1000,    /* while there is no file */
	SWEEP_AT_ONCE = 64, /* rows of a batch */
	NO_PEER = 0,
};

struct desk_areas {
	struct desk_areas_events events;
	void *arg;
	struct keeper *keeper; /* borrowed */
	struct desk_commands *commands;
	struct event *turn;
	struct area_map *map; /* NULL: none */
	uint64_t map_import;
	uint64_t version;
	bool restart; /* look at the file again */
	bool waiting; /* for room on the disk, or for the file */
	bool relooking;
	bool is_looked; /* the file says so, of this map */
	bool sweeping;
	struct area_build *build; /* NULL: none */
	int64_t build_since_ms;
	struct area_intake intake;
	uint64_t peer;  /* whose import it is; NO_PEER: nobody's */
	bool is_ending; /* all of it is here: the build is its */
};

static void
schedule(struct desk_areas *a, int64_t within_ms)
{
	const struct timeval wait = {within_ms / 1000, within_ms % 1000 * 1000};

	if (!event_pending(a->turn, EV_TIMEOUT, NULL)) {
		(void)event_add(a->turn, &wait);
	}
}

/* ---- imports */

static void
end_import(struct desk_areas *a, const char *refused)
{
	uint64_t peer = a->peer;

	if (a->is_ending) {
		area_build_free(a->build);
		a->build = NULL;
	}
	area_intake_end(&a->intake);
	a->peer = NO_PEER;
	a->is_ending = false;
	a->sweeping = true;
	schedule(a, PAUSE_MS);
	if (peer != NO_PEER) {
		desk_commands_answer(a->commands, peer, refused);
	}
}

static void
take_begin(struct desk_areas *a, uint64_t peer, const Vedetta__V1__AreasBegin *begin)
{
	struct store *store = keeper_store(a->keeper);

	if (a->peer != NO_PEER) {
		desk_commands_answer(
			a->commands, peer, "another import is under way; try again");
	} else if (store == NULL ||
		   area_intake_begin(&a->intake, store, begin->ticket) != 0) {
		desk_commands_answer(a->commands, peer, "the desk's file has failed");
	} else {
		a->peer = peer;
		desk_commands_answer(a->commands, peer, NULL);
	}
}

static void
take_part(struct desk_areas *a, const Vedetta__V1__AreasPart *part)
{
	char why[AREA_INTAKE_WHY_BYTES] = "";
	int r = area_intake_take(&a->intake, keeper_store(a->keeper), part, why);

	hooks_pass("area_part");
	if (r == 0) {
		desk_commands_answer(a->commands, a->peer, NULL);
	} else {
		end_import(a, r > 0 ? why : "the desk's file has failed");
	}
}

/* The map comes first: then it is known whether there can be one. */
static void
take_end(struct desk_areas *a, const Vedetta__V1__AreasEnd *end)
{
	char why[AREA_INTAKE_WHY_BYTES] = "";

	if (area_intake_check(&a->intake, end, why) != 0) {
		end_import(a, why);
		return;
	}
	area_build_free(a->build);
	a->build = area_build_new(a->intake.import);
	a->build_since_ms = clock_mono_ms();
	a->is_ending = true;
	if (a->build == NULL) {
		end_import(a, strerror(ENOMEM));
		return;
	}
	schedule(a, PAUSE_MS);
}

static void
on_command(void *arg, uint64_t peer, const Vedetta__V1__Command *command)
{
	Vedetta__V1__CommandAnswer answer = VEDETTA__V1__COMMAND_ANSWER__INIT;
	struct desk_areas *a = arg;

	if (command->what_case == VEDETTA__V1__COMMAND__WHAT_OFFICE) {
		a->events.on_office(a->arg, command->office, &answer);
		desk_commands_send(a->commands, peer, &answer);
	} else if (command->what_case == VEDETTA__V1__COMMAND__WHAT_DELIVER ||
		   command->what_case == VEDETTA__V1__COMMAND__WHAT_COURIER ||
		   command->what_case == VEDETTA__V1__COMMAND__WHAT_EXERCISE) {
		a->events.on_other(a->arg, command, &answer);
		desk_commands_send(a->commands, peer, &answer);
	} else if (command->what_case == VEDETTA__V1__COMMAND__WHAT_AREAS_BEGIN) {
		take_begin(a, peer, command->areas_begin);
	} else if (peer != a->peer || a->is_ending) {
		desk_commands_answer(
			a->commands, peer, "no import of yours is under way");
	} else if (command->what_case == VEDETTA__V1__COMMAND__WHAT_AREAS_PART) {
		take_part(a, command->areas_part);
	} else if (command->what_case == VEDETTA__V1__COMMAND__WHAT_AREAS_END) {
		take_end(a, command->areas_end);
	} else {
		desk_commands_answer(
			a->commands, peer, "the desk does not understand it");
	}
}

/* What it sent before its end goes; an end that was sent is carried out. */
static void
on_gone(void *arg, uint64_t peer)
{
	struct desk_areas *a = arg;

	if (peer == a->peer && !a->is_ending) {
		a->peer = NO_PEER;
		end_import(a, NULL);
	}
}

static int
write_end(void *arg, const struct keeper_own *own)
{
	struct desk_areas *a = arg;
	struct desk_out out = {0};
	const uint8_t *body;
	size_t body_bytes;
	int r = area_intake_body(&a->intake, own->arena, &body, &body_bytes);

	if (r < 0) {
		return r;
	}
	desk_areas_row(own->desk, own->now_ms, body, body_bytes, &out);
	r = keeper_write(own, &out);
	if (r == 0) {
		r = store_end_areas(own->store, a->intake.import, out.rows[0].seq,
			a->intake.ticket);
	}
	hooks_pass("area_end");
	return r;
}

/* ---- the map */

/* Would incidents whose codes stay be told otherwise? */
static bool
names_differ(const struct area_map *old, const struct area_map *map)
{
	for (size_t i = 0; i < area_map_count(old); i++) {
		const struct area *a = area_map_get(old, i);
		const struct area *b = area_map_by_code(map, a->code);

		if (b == NULL || strcmp(a->name, b->name) != 0 ||
			strcmp(a->parent_code, b->parent_code) != 0 ||
			(a->parent == NULL) != (b->parent == NULL)) {
			return true;
		}
	}
	return false;
}

/* From now on. all: every open incident is looked up again. */
static void
use_map(struct desk_areas *a, struct area_map *map, uint64_t import, bool all)
{
	struct area_map *old = a->map;

	a->map = map;
	a->map_import = import;
	a->version++;
	desk_use_areas(keeper_desk(a->keeper), map, all);
	if (old != NULL && map != NULL && old != map && names_differ(old, map)) {
		desk_retell_areas(keeper_desk(a->keeper));
	}
	a->relooking = map != NULL;
	a->is_looked = false;
	a->sweeping = true;
	a->events.on_map(a->arg, map, a->version);
	if (old != map) {
		area_map_free(old);
	}
}

static void
tell_map(struct desk_areas *a, const char *event)
{
	log_event(LOG_INFO, event, "areas=%zu import=%llu ms=%lld",
		area_map_count(a->map), (unsigned long long)a->map_import,
		(long long)(clock_mono_ms() - a->build_since_ms));
}

/* The map is there: what was imported may count. */
static void
finish_import(struct desk_areas *a, struct area_map *map)
{
	uint64_t import = a->intake.import;
	int r = keeper_do(a->keeper, clock_wall_ms(), write_end, a);

	if (r != 0) {
		area_map_free(map);
		end_import(a, r == STORE_NO_ROOM
				      ? "the disk is full"
				      : "the desk's file has failed; see whether it "
					"is there with `vedetta area list`");
		return;
	}
	use_map(a, map, import, a->intake.n_areas > 0);
	tell_map(a, "areas.imported");
	end_import(a, NULL);
}

static void
drop_build(struct desk_areas *a, const char *why)
{
	area_build_free(a->build);
	a->build = NULL;
	if (a->is_ending) {
		end_import(a, why);
	} else {
		log_event(LOG_ERROR, "areas.unreadable", "reason=\"%s\"", why);
		use_map(a, NULL, 0, false);
	}
}

static void
build_some(struct desk_areas *a)
{
	char why[AREA_INTAKE_WHY_BYTES] = "";
	struct area_map *map;
	int r = area_build_some(
		a->build, keeper_store(a->keeper), &map, why, sizeof(why));

	if (r != 0) {
		drop_build(a, r > 0 ? why : strerror(-r));
		return;
	}
	if (map == NULL) {
		return;
	}
	area_build_free(a->build);
	a->build = NULL;
	if (a->is_ending) {
		finish_import(a, map);
	} else {
		struct store_area_state state = {0};

		(void)store_read_area_state(keeper_store(a->keeper), &state);
		use_map(a, map, state.import, !state.is_looked);
		tell_map(a, "areas.loaded");
	}
}

/* ---- looking up again, and sweeping */

struct looking {
	struct desk_areas *areas;
	bool changed;
};

static int
look_at_one(const struct keeper_own *own, uint64_t seq, bool *wrote)
{
	struct store_row row;
	struct desk_out out;
	int r = store_read_row(own->store, seq, &row);

	if (r < 0 && r != -EUCLEAN) {
		return r;
	}
	arena_reset(own->arena);
	r = desk_relook_take(
		own->desk, r == 0 ? &row : NULL, own->now_ms, own->arena, &out);
	if (r == 0 && out.n_rows > 0) {
		*wrote = true;
		r = keeper_write(own, &out);
	}
	return r;
}

static int
look_some(void *arg, const struct keeper_own *own)
{
	struct looking *l = arg;
	int64_t until_us = clock_mono_us() + SLICE_US;
	uint64_t seq = 0;
	int r = 0;

	do {
		seq = desk_relook_want(own->desk);
		if (seq != 0) {
			r = look_at_one(own, seq, &l->changed);
		}
	} while (r == 0 && seq != 0 && clock_mono_us() < until_us);
	if (r != 0) {
		return r;
	}
	if (seq == 0) {
		l->areas->relooking = false;
	}
	if (seq == 0 && !l->areas->is_looked) {
		l->areas->is_looked = true;
		return store_areas_looked(own->store, l->areas->map_import);
	}
	return l->changed ? 0 : KEEPER_NOTHING;
}

static void
relook_some(struct desk_areas *a)
{
	struct looking l = {.areas = a};
	int r = keeper_do(a->keeper, clock_wall_ms(), look_some, &l);

	a->waiting = r != 0 && r != KEEPER_NOTHING;
	if (l.changed && !a->waiting) {
		a->events.on_change(a->arg);
	}
}

static void
sweep_some(struct desk_areas *a)
{
	uint64_t except = a->intake.is_open ? a->intake.import : 0;
	bool more;
	int r = store_sweep_areas(
		keeper_store(a->keeper), except, SWEEP_AT_ONCE, &more);

	a->sweeping = r == 0 && more;
}

/* ---- slices */

static void
look_at_file(struct desk_areas *a)
{
	struct store_area_state state;

	if (store_read_area_state(keeper_store(a->keeper), &state) != 0) {
		return;
	}
	a->restart = false;
	if (state.import == a->map_import && a->version > 0) {
		use_map(a, a->map, state.import, !state.is_looked);
	} else if (state.import == 0) {
		use_map(a, NULL, 0, false);
	} else {
		a->build = area_build_new(0);
		a->build_since_ms = clock_mono_ms();
		a->restart = a->build == NULL;
	}
}

static bool
is_idle(const struct desk_areas *a)
{
	return !a->restart && a->build == NULL && !a->relooking && !a->sweeping;
}

static void
do_slice(struct desk_areas *a)
{
	if (a->restart) {
		look_at_file(a);
	} else if (a->build != NULL) {
		build_some(a);
	} else if (a->relooking) {
		relook_some(a);
	} else if (a->sweeping) {
		sweep_some(a);
	}
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct desk_areas *a = arg;
	int64_t until_us = clock_mono_us() + SLICE_US;

	(void)fd;
	(void)what;
	do {
		if (keeper_desk(a->keeper) == NULL) {
			schedule(a, RETRY_MS);
			return;
		}
		do_slice(a);
	} while (!is_idle(a) && !a->waiting && clock_mono_us() < until_us);
	if (!is_idle(a)) {
		schedule(a, a->restart || a->waiting ? RETRY_MS : PAUSE_MS);
		a->waiting = false;
	}
}

/* ---- coming and going */

struct desk_areas *
desk_areas_new(
	struct event_base *base, const struct desk_areas_events *events, void *arg)
{
	static const struct desk_commands_events heard = {on_command, on_gone};
	struct desk_areas *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		return NULL;
	}
	a->events = *events;
	a->arg = arg;
	a->turn = evtimer_new(base, on_turn, a);
	a->commands = desk_commands_new(base, &heard, a);
	if (a->turn == NULL || a->commands == NULL) {
		desk_areas_free(a);
		return NULL;
	}
	return a;
}

void
desk_areas_free(struct desk_areas *a)
{
	if (a == NULL) {
		return;
	}
	desk_commands_free(a->commands);
	if (a->turn != NULL) {
		event_free(a->turn);
	}
	area_build_free(a->build);
	area_intake_end(&a->intake);
	area_map_free(a->map);
	free(a);
}

void
desk_areas_use(struct desk_areas *a, struct keeper *keeper)
{
	a->keeper = keeper;
	a->restart = true;
	schedule(a, 0);
}

void
desk_areas_listen(struct desk_areas *a, int fd)
{
	desk_commands_listen(a->commands, fd);
}

void
desk_areas_look(struct desk_areas *a)
{
	struct desk *desk = keeper_desk(a->keeper);

	if (!a->relooking && desk != NULL && desk_relook_waits(desk)) {
		a->relooking = true;
		schedule(a, 0);
	}
}

void
desk_areas_forget(struct desk_areas *a)
{
	area_build_free(a->build);
	a->build = NULL;
	if (a->peer != NO_PEER && !a->is_ending) {
		end_import(a, "the desk's file has failed; nothing was imported");
	} else if (a->is_ending) {
		end_import(a, "the desk's file has failed; see whether it is there "
			      "with `vedetta area list`");
	}
	a->restart = true;
	schedule(a, PAUSE_MS);
}
