#include "server/area_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/area_build.h"
#include "server/area_intake.h"
#include "server/clock.h"
#include "server/command.h"
#include "server/own_store.h"

enum {
	ARENA_BYTES = 1 << 20,
	ITEMS_A_PART = 256,
	PART_BYTES = 48 * 1024, /* of polygons; a frame holds 128 KiB */
	ITEM_BYTES = 200,       /* code, name and parent of one, about */
	SWEEP_AT_ONCE = 256,
	TOLD = 101, /* it failed, and the reason was written */
};

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "area: %s: %s\n", what, why);
	return AREA_IMPORT_FAILED;
}

/* ---- who takes it: the desk, or ourselves */

struct sending {
	const struct config *config;
	int fd; /* the desk's end of it; -1: we write ourselves */
	struct own_store own;
	struct area_intake intake;
	uint64_t ticket;
	struct arena *arena;

	/* the part that is being filled */
	size_t n_areas;
	size_t n_residents;
	size_t bytes;
	Vedetta__V1__AreaItem areas[ITEMS_A_PART];
	Vedetta__V1__AreaItem *area_list[ITEMS_A_PART];
	Vedetta__V1__ResidentsItem residents[ITEMS_A_PART];
	Vedetta__V1__ResidentsItem *residents_list[ITEMS_A_PART];
	Vedetta__V1__Point centers[ITEMS_A_PART];
	uint8_t *polygons[ITEMS_A_PART]; /* owned: packed, at their last item */
	uint64_t areas_sent;
	uint64_t residents_sent;
};

/* The desk is gone: what it left is final, and the file says which. */
static int
say_which(const struct sending *s)
{
	const char *data_dir = s->config->data_dir;
	struct store *store;
	int r;

	if (area_known_open(&store, data_dir) != 0 || store == NULL) {
		return complain(data_dir, "the desk went away; look at `vedetta area "
					  "list` which areas there are");
	}
	r = store_read_ticket(store, s->ticket);
	store_close(store);
	if (r == 0) {
		printf("The desk went away, but had taken everything: the new areas "
		       "are in use.\n");
		return 0;
	}
	return complain(data_dir, r == STORE_NONE
					  ? "the desk went away: the areas are the "
					    "old ones, nothing was imported; try again"
					  : "the desk went away, and its file cannot "
					    "be read");
}

static int
ask(struct sending *s, const Vedetta__V1__Command *command)
{
	Vedetta__V1__CommandAnswer *answer;
	int r;

	arena_reset(s->arena);
	r = command_ask(s->fd, command, s->arena, &answer);
	if (r == COMMAND_GONE) {
		return say_which(s) == 0 ? COMMAND_GONE : TOLD;
	}
	if (r < 0) {
		complain("the desk", strerror(-r));
		return TOLD;
	}
	if (answer->refused[0] != '\0') {
		complain("nothing was imported", answer->refused);
		return TOLD;
	}
	return 0;
}

static int
write_part(struct sending *s, const Vedetta__V1__AreasPart *part)
{
	char why[AREA_INTAKE_WHY_BYTES] = "";
	int r = area_intake_take(&s->intake, s->own.store, part, why);

	if (r != 0) {
		complain("nothing was imported", r > 0 ? why : strerror(-r));
		return TOLD;
	}
	return 0;
}

static int
flush(struct sending *s)
{
	Vedetta__V1__AreasPart part = VEDETTA__V1__AREAS_PART__INIT;
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	int r = 0;

	part.n_areas = s->n_areas;
	part.areas = s->area_list;
	part.n_residents = s->n_residents;
	part.residents = s->residents_list;
	command.what_case = VEDETTA__V1__COMMAND__WHAT_AREAS_PART;
	command.areas_part = &part;
	if (s->n_areas + s->n_residents > 0) {
		r = s->fd >= 0 ? ask(s, &command) : write_part(s, &part);
	}
	for (size_t i = 0; i < s->n_areas; i++) {
		free(s->polygons[i]);
		s->polygons[i] = NULL;
	}
	s->n_areas = s->n_residents = s->bytes = 0;
	return r;
}

static int
make_room(struct sending *s, size_t bytes)
{
	bool full = s->n_areas == ITEMS_A_PART || s->n_residents == ITEMS_A_PART ||
		    s->bytes + bytes > PART_BYTES;

	s->bytes += full ? 0 : bytes;
	if (full) {
		int r = flush(s);

		s->bytes = bytes;
		return r;
	}
	return 0;
}

static Vedetta__V1__AreaItem *
next_item(struct sending *s, const struct area *area)
{
	Vedetta__V1__AreaItem *item = &s->areas[s->n_areas];

	vedetta__v1__area_item__init(item);
	item->code = (char *)area->code;
	item->name = (char *)area->name;
	item->parent = (char *)area->parent_code;
	item->level = (Vedetta__V1__AreaLevel)area->level;
	s->area_list[s->n_areas++] = item;
	return item;
}

/* A polygon larger than a part goes in several items. */
static int
send_area(struct sending *s, const struct area *area)
{
	uint8_t *bytes = NULL;
	size_t n = 0, sent = 0;
	int r = area->polygon == NULL ? 0 : polygon_pack(area->polygon, &bytes, &n);

	if (r != 0) {
		complain(area->code, strerror(-r));
		return TOLD;
	}
	do {
		size_t piece = n - sent < PART_BYTES - ITEM_BYTES
				       ? n - sent
				       : PART_BYTES - ITEM_BYTES;
		Vedetta__V1__AreaItem *item;

		r = make_room(s, piece + ITEM_BYTES);
		if (r != 0) {
			break;
		}
		item = next_item(s, area);
		item->polygon.data = bytes == NULL ? NULL : bytes + sent;
		item->polygon.len = piece;
		sent += piece;
		item->goes_on = sent < n;
		if (!item->goes_on) {
			s->polygons[s->n_areas - 1] = bytes;
			bytes = NULL;
		}
	} while (sent < n);
	free(bytes);
	s->areas_sent += r == 0;
	return r;
}

static int
send_residents(struct sending *s, const struct store_residents *from)
{
	Vedetta__V1__ResidentsItem *item;
	int r = make_room(s, ITEM_BYTES);

	if (r != 0) {
		return r;
	}
	item = &s->residents[s->n_residents];
	vedetta__v1__residents_item__init(item);
	item->code = (char *)from->code;
	item->residents = from->residents;
	if (from->has_center) {
		Vedetta__V1__Point *center = &s->centers[s->n_residents];

		vedetta__v1__point__init(center);
		center->lat_deg = from->center.lat_deg;
		center->lon_deg = from->center.lon_deg;
		item->center = center;
	}
	s->residents_list[s->n_residents++] = item;
	s->residents_sent++;
	return 0;
}

/* ---- writing it ourselves */

static int
open_here(struct sending *s)
{
	char why[OWN_STORE_WHY_BYTES];
	int r;

	if (own_store_open(&s->own, s->config, why) != 0) {
		fprintf(stderr, "area: %s\n", why);
		return AREA_IMPORT_FAILED;
	}
	r = area_intake_begin(&s->intake, s->own.store, s->ticket);
	return r == 0 ? 0 : complain(s->config->data_dir, strerror(-r));
}

static int
build_here(struct sending *s)
{
	struct area_build *b = area_build_new(s->intake.import);
	struct area_map *map = NULL;
	char why[AREA_INTAKE_WHY_BYTES] = "";
	int r = b == NULL ? -ENOMEM : 0;

	while (r == 0 && map == NULL) {
		r = area_build_some(b, s->own.store, &map, why, sizeof(why));
	}
	area_map_free(map);
	area_build_free(b);
	return r == 0 ? 0
		      : complain("nothing was imported", r > 0 ? why : strerror(-r));
}

static int
end_here(struct sending *s)
{
	int64_t now_ms = clock_wall_ms();
	struct store_row row = {.seq = store_last_seq(s->own.store) + 1,
		.at_ms = store_last_at_ms(s->own.store) > now_ms
				 ? store_last_at_ms(s->own.store)
				 : now_ms,
		.kind = STORE_AREAS};
	bool more = true;
	int r = build_here(s);

	if (r != 0) {
		return r;
	}
	arena_reset(s->arena);
	r = area_intake_body(&s->intake, s->arena, &row.body, &row.body_bytes);
	if (r == 0) {
		r = store_begin(s->own.store);
	}
	if (r == 0) {
		r = store_append(s->own.store, &row);
	}
	if (r == 0) {
		r = store_end_areas(s->own.store, s->intake.import, row.seq, s->ticket);
	}
	if (r == 0) {
		r = store_commit(s->own.store);
	}
	if (r != 0) {
		return complain("nothing was imported",
			r < 0 ? strerror(-r) : "the disk is full");
	}
	while (more && store_sweep_areas(s->own.store, 0, SWEEP_AT_ONCE, &more) == 0) {
	}
	return 0;
}

/* ---- all of it */

static int
begin(struct sending *s)
{
	Vedetta__V1__AreasBegin first = VEDETTA__V1__AREAS_BEGIN__INIT;
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	int r = command_connect(s->config->data_dir, &s->fd);

	if (r == COMMAND_NOBODY) {
		s->fd = -1;
		return open_here(s);
	}
	if (r < 0) {
		s->fd = -1;
		return complain(s->config->data_dir, strerror(-r));
	}
	first.ticket = s->ticket;
	command.what_case = VEDETTA__V1__COMMAND__WHAT_AREAS_BEGIN;
	command.areas_begin = &first;
	return ask(s, &command);
}

static int
end(struct sending *s)
{
	Vedetta__V1__AreasEnd last = VEDETTA__V1__AREAS_END__INIT;
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	int r = flush(s);

	if (r != 0) {
		return r;
	}
	if (s->fd < 0) {
		return end_here(s);
	}
	last.areas = s->areas_sent;
	last.residents = s->residents_sent;
	command.what_case = VEDETTA__V1__COMMAND__WHAT_AREAS_END;
	command.areas_end = &last;
	return ask(s, &command);
}

static int
send_all(struct sending *s, const struct area_map *map,
	const struct area_residents *residents, const struct area_known *known)
{
	int r = begin(s);

	for (size_t i = 0; r == 0 && map != NULL && i < area_map_count(map); i++) {
		const struct area *area = area_map_get(map, i);
		bool has_ground;

		if (area->polygon != NULL ||
			!area_known_has(known, area->code, &has_ground)) {
			r = send_area(s, area);
		}
	}
	for (size_t i = 0; r == 0 && residents != NULL && i < residents->n; i++) {
		r = send_residents(s, &residents->rows[i].residents);
	}
	return r == 0 ? end(s) : r;
}

int
area_import(const struct config *config, const struct area_map *map,
	const struct area_residents *residents, const struct area_known *known)
{
	struct sending *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL || (s->arena = arena_new(ARENA_BYTES)) == NULL) {
		free(s);
		return complain("cannot make ready", strerror(ENOMEM));
	}
	s->config = config;
	s->fd = s->own.folder = -1;
	randombytes_buf(&s->ticket, sizeof(s->ticket));
	r = send_all(s, map, residents, known);
	if (r == 0) {
		printf("imported: %llu area%s, residents of %llu; %s\n",
			(unsigned long long)s->areas_sent,
			s->areas_sent == 1 ? "" : "s",
			(unsigned long long)s->residents_sent,
			s->fd >= 0 ? "the desk uses them now"
				   : "the desk will use them when it starts");
	}
	r = r == COMMAND_GONE ? 0 : r;
	for (size_t i = 0; i < s->n_areas; i++) {
		free(s->polygons[i]);
	}
	area_intake_end(&s->intake);
	own_store_close(&s->own);
	if (s->fd >= 0) {
		(void)close(s->fd);
	}
	arena_free(s->arena);
	free(s);
	return r == 0 ? 0 : AREA_IMPORT_FAILED;
}
