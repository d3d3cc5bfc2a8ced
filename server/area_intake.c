#include "server/area_intake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vedetta/v1/log.pb-c.h"

enum {
	SUM_BYTES = crypto_generichash_BYTES,
};

int
area_intake_begin(struct area_intake *in, struct store *store, uint64_t ticket)
{
	int r;

	area_intake_end(in);
	r = store_area_next(store, &in->import);
	if (r == 0) {
		in->is_open = true;
		in->ticket = ticket;
		crypto_generichash_init(&in->sum, NULL, 0, SUM_BYTES);
	}
	return r;
}

void
area_intake_end(struct area_intake *in)
{
	free(in->polygon);
	*in = (struct area_intake){0};
}

static int
refuse(char why[AREA_INTAKE_WHY_BYTES], const char *code, const char *reason)
{
	(void)snprintf(why, AREA_INTAKE_WHY_BYTES, "area %s %s", code, reason);
	return AREA_INTAKE_REFUSED;
}

static void
add_text(struct area_intake *in, const char *text)
{
	crypto_generichash_update(&in->sum, (const uint8_t *)text, strlen(text) + 1);
}

/* Keeps the piece behind those before it. */
static int
gather(struct area_intake *in, const Vedetta__V1__AreaItem *item, char *why)
{
	uint8_t *more;

	if (item->polygon.len > AREA_INTAKE_POLYGON_BYTES - in->polygon_bytes) {
		return refuse(why, item->code, "has more corners than a row can hold");
	}
	if (item->polygon.len == 0) {
		return 0;
	}
	more = realloc(in->polygon, in->polygon_bytes + item->polygon.len);
	if (more == NULL) {
		return -ENOMEM;
	}
	in->polygon = more;
	memcpy(more + in->polygon_bytes, item->polygon.data, item->polygon.len);
	in->polygon_bytes += item->polygon.len;
	return 0;
}

static int
check_polygon(const struct area_intake *in, const char *code, char *why)
{
	struct polygon *p;
	int r = polygon_unpack(&p, in->polygon, in->polygon_bytes);

	if (r > 0) {
		return refuse(why, code, polygon_reason((enum polygon_answer)r));
	}
	if (r == 0) {
		polygon_free(p);
	}
	return r;
}

static int
put_area(struct area_intake *in, struct store *store, const Vedetta__V1__AreaItem *item,
	char *why)
{
	const struct store_area area = {.code = item->code,
		.name = item->name,
		.parent = item->parent,
		.level = (enum area_level)item->level,
		.polygon = in->polygon_bytes > 0 ? in->polygon : NULL,
		.polygon_bytes = in->polygon_bytes};
	int r;

	if (!area_code_is_good(item->code)) {
		return refuse(why, item->code, "has a code that lists cannot hold");
	}
	r = area.polygon != NULL ? check_polygon(in, item->code, why) : 0;
	if (r == 0) {
		r = store_put_area(store, in->import, &area);
	}
	if (r == -EINVAL) {
		return refuse(why, item->code, "came twice, or is none");
	}
	if (r != 0) {
		return r;
	}
	add_text(in, item->code);
	add_text(in, item->name);
	add_text(in, item->parent);
	crypto_generichash_update(
		&in->sum, (const uint8_t *)&area.level, sizeof(area.level));
	crypto_generichash_update(&in->sum, in->polygon, in->polygon_bytes);
	in->polygon_bytes = 0;
	in->n_areas++;
	return 0;
}

static int
put_residents(struct area_intake *in, struct store *store,
	const Vedetta__V1__ResidentsItem *item, char *why)
{
	struct store_residents residents = {item->code, item->residents, false, {0, 0}};
	int r;

	if (item->center != NULL) {
		residents.has_center = true;
		residents.center.lat_deg = item->center->lat_deg;
		residents.center.lon_deg = item->center->lon_deg;
	}
	r = store_put_residents(store, in->import, &residents);
	if (r == -EINVAL) {
		return refuse(
			why, item->code, "has residents twice, or impossible ones");
	}
	add_text(in, item->code);
	crypto_generichash_update(
		&in->sum, (const uint8_t *)&item->residents, sizeof(item->residents));
	in->n_residents += r == 0;
	return r;
}

static int
put_all(struct area_intake *in, struct store *store, const Vedetta__V1__AreasPart *part,
	char *why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < part->n_areas; i++) {
		r = gather(in, part->areas[i], why);
		if (r == 0 && !part->areas[i]->goes_on) {
			r = put_area(in, store, part->areas[i], why);
		}
	}
	for (size_t i = 0; r == 0 && i < part->n_residents; i++) {
		r = put_residents(in, store, part->residents[i], why);
	}
	return r;
}

int
area_intake_take(struct area_intake *in, struct store *store,
	const Vedetta__V1__AreasPart *part, char why[AREA_INTAKE_WHY_BYTES])
{
	int r = store_begin(store);

	if (r == STORE_NO_ROOM) {
		(void)snprintf(why, AREA_INTAKE_WHY_BYTES, "the disk is full");
		area_intake_end(in);
		return AREA_INTAKE_REFUSED;
	}
	if (r == 0) {
		r = put_all(in, store, part, why);
		if (r == 0) {
			r = store_commit(store);
		} else {
			store_rollback(store);
		}
	}
	if (r != 0) {
		area_intake_end(in);
	}
	return r;
}

int
area_intake_check(const struct area_intake *in, const Vedetta__V1__AreasEnd *end,
	char why[AREA_INTAKE_WHY_BYTES])
{
	if (in->polygon_bytes == 0 && end->areas == in->n_areas &&
		end->residents == in->n_residents &&
		in->n_areas + in->n_residents > 0) {
		return 0;
	}
	(void)snprintf(why, AREA_INTAKE_WHY_BYTES, "not all of it arrived");
	return AREA_INTAKE_REFUSED;
}

int
area_intake_body(const struct area_intake *in, struct arena *arena,
	const uint8_t **body, size_t *body_bytes)
{
	Vedetta__V1__LogAreas log = VEDETTA__V1__LOG_AREAS__INIT;
	crypto_generichash_state sum = in->sum;
	uint8_t digest[SUM_BYTES];
	uint8_t *to;

	crypto_generichash_final(&sum, digest, sizeof(digest));
	log.import = in->import;
	log.areas = in->n_areas;
	log.residents = in->n_residents;
	log.digest.data = digest;
	log.digest.len = sizeof(digest);
	to = arena_alloc(arena, vedetta__v1__log_areas__get_packed_size(&log));
	if (to == NULL) {
		return -ENOMEM;
	}
	*body_bytes = vedetta__v1__log_areas__pack(&log, to);
	*body = to;
	return 0;
}
