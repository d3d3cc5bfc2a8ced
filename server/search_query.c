#include "server/search_query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "geo/area.h"
#include "proto/stamp.h"

enum {
	HOUR_S = 3600,
	WORD_BYTES = 32,
};

static const double radius_usual_m = 1000;
static const double radius_most_m = 100000;

/* Numbers with commas between them. Returns how many; 0: it is not that. */
static size_t
read_numbers(const char *text, double *out, size_t most)
{
	size_t n = 0;

	/* strtod alone would take hex, "inf" and leading spaces. */
	if (text[strspn(text, "0123456789.+-eE,")] != '\0') {
		return 0;
	}
	for (;;) {
		char *end;

		if (n == most || *text == '\0') {
			return 0;
		}
		out[n] = strtod(text, &end);
		if (end == text || !isfinite(out[n]) || (*end != ',' && *end != '\0')) {
			return 0;
		}
		n++;
		if (*end == '\0') {
			return n;
		}
		text = end + 1;
	}
}

static bool
is_place(const double *lon_lat)
{
	return fabs(lon_lat[0]) <= 180 && fabs(lon_lat[1]) <= 90;
}

/* Decimal digits, or others of that base, alone. */
static bool
read_whole(const char *text, size_t bytes, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *at = memchr(digits, text[i], base);

		if (at == NULL ||
			value > (UINT64_MAX - (uint64_t)(at - digits)) / base) {
			return false;
		}
		value = value * base + (uint64_t)(at - digits);
	}
	*out = value;
	return bytes > 0;
}

/* ---- one parameter each */

struct reading {
	struct search_query *out;
	struct arena *arena;
	enum search_about about;
	double radius_m;
};

static bool
keep_numbers(
	struct reading *r, const double *numbers, size_t n, size_t *n_out, double **out)
{
	*out = (double *)(void *)arena_copy(r->arena, numbers, n * sizeof(double));
	*n_out = n;
	return *out != NULL;
}

static bool
read_box(struct reading *r, const char *value)
{
	double side[4];

	return read_numbers(value, side, 4) == 4 && is_place(side) &&
	       is_place(side + 2) && side[1] <= side[3] &&
	       keep_numbers(r, side, 4, &r->out->question.n_box, &r->out->question.box);
}

static bool
read_polygon(struct reading *r, const char *value)
{
	double corners[2 * SEARCH_CORNERS_MOST];
	size_t n = read_numbers(value, corners, 2 * SEARCH_CORNERS_MOST);

	if (n < 6 || n % 2 != 0) {
		return false;
	}
	for (size_t i = 0; i < n; i += 2) {
		if (!is_place(corners + i)) {
			return false;
		}
	}
	return keep_numbers(
		r, corners, n, &r->out->question.n_polygon, &r->out->question.polygon);
}

static bool
read_near(struct reading *r, const char *value)
{
	double near[3] = {0};

	return read_numbers(value, near, 2) == 2 && is_place(near) &&
	       keep_numbers(
		       r, near, 3, &r->out->question.n_near, &r->out->question.near);
}

static bool
read_radius(struct reading *r, const char *value)
{
	return read_numbers(value, &r->radius_m, 1) == 1 && r->radius_m > 0 &&
	       r->radius_m <= radius_most_m;
}

static bool
read_area(struct reading *r, const char *value)
{
	size_t bytes = strlen(value);

	r->out->question.area = arena_copy(r->arena, value, bytes);
	return bytes < AREA_CODE_BYTES && strcmp(value, "*") != 0 &&
	       r->out->question.area != NULL;
}

static bool
read_hazard(struct reading *r, const char *value)
{
	for (const char *at = value;; at++) {
		size_t bytes = strcspn(at, ",");
		const struct hazard *hazard;
		char word[WORD_BYTES];

		if (bytes == 0 || bytes >= sizeof(word)) {
			return false;
		}
		memcpy(word, at, bytes);
		word[bytes] = '\0';
		hazard = hazard_by_code(word);
		if (hazard == NULL) {
			return false;
		}
		r->out->question.hazards |= UINT32_C(1) << hazard->number;
		at += bytes;
		if (*at == '\0') {
			return true;
		}
	}
}

static bool
read_class(struct reading *r, const char *value)
{
	r->out->question.class_max = (uint32_t)(value[0] - '0');
	return value[0] >= '1' && value[0] <= '5' && value[1] == '\0';
}

static bool
read_exercise(struct reading *r, const char *value)
{
	r->out->question.exercise = value[0] == 't' ? 1 : 2;
	return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

static bool
read_time(struct reading *r, const char *value, int64_t *out_ms)
{
	int64_t seconds;
	int32_t nanos;

	if (stamp_read(value, strlen(value), &seconds, &nanos) != 0 || seconds < 0 ||
		(r->about == SEARCH_COUNTS && (seconds % HOUR_S != 0 || nanos != 0))) {
		return false;
	}
	*out_ms = seconds * 1000 + nanos / 1000000;
	return true;
}

static bool
read_from(struct reading *r, const char *value)
{
	return read_time(r, value, &r->out->question.from_ms);
}

static bool
read_to(struct reading *r, const char *value)
{
	return read_time(r, value, &r->out->question.to_ms) &&
	       r->out->question.to_ms > 0;
}

static bool
read_words(struct reading *r, const char *value)
{
	r->out->question.words = arena_copy(r->arena, value, strlen(value));
	return strlen(value) <= SEARCH_WORDS_BYTES && r->out->question.words != NULL;
}

/* Read with the desk's key, by a reader. */
static bool
read_code(struct reading *r, const char *value)
{
	r->out->question.code = arena_copy(r->arena, value, strlen(value));
	return strlen(value) < WORD_BYTES && r->out->question.code != NULL;
}

static bool
read_limit(struct reading *r, const char *value)
{
	uint64_t limit;

	if (!read_whole(value, strlen(value), 10, &limit) || limit == 0 ||
		limit > (r->about == SEARCH_REPORTS ? SEARCH_PAGE_MOST
						    : SEARCH_OUTLINES)) {
		return false;
	}
	r->out->question.limit = (uint32_t)limit;
	return true;
}

/* row, or upto.distance.row: opaque to others, plain to us. */
static bool
read_cursor(struct reading *r, const char *value)
{
	Vedetta__V1__SearchQuestion *q = &r->out->question;
	size_t first = strcspn(value, "."), second;
	uint64_t bits;

	if (r->about == SEARCH_OUTLINES_OF) {
		return read_whole(value, strlen(value), 10, &r->out->from_id) &&
		       r->out->from_id <= INT64_MAX;
	}
	if (value[first] == '\0') {
		return read_whole(value, first, 10, &q->before) && q->before > 0 &&
		       q->before <= INT64_MAX;
	}
	second = strcspn(value + first + 1, ".");
	if (value[first + 1 + second] == '\0' ||
		!read_whole(value, first, 10, &q->upto) ||
		!read_whole(value + first + 1, second, 16, &bits) ||
		!read_whole(value + first + second + 2,
			strlen(value + first + second + 2), 10, &q->from_row)) {
		return false;
	}
	memcpy(&q->from_m, &bits, sizeof(bits));
	return q->upto > 0 && q->upto < INT64_MAX && q->from_m >= 0 &&
	       q->from_m <= radius_most_m;
}

static bool
read_kind(struct reading *r, const char *value)
{
	static const char *const names[] = {"", "incident", "umbrella", "area"};

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(value, names[i]) == 0) {
			r->out->kind = (Vedetta__V1__OutlineKind)i;
			return true;
		}
	}
	return false;
}

static bool
read_by(struct reading *r, const char *value)
{
	r->out->by_area = strcmp(value, "area") == 0 ||
			  strcmp(value, "area,hour") == 0 ||
			  strcmp(value, "hour,area") == 0;
	r->out->by_hour = strstr(value, "hour") != NULL;
	return r->out->by_area || strcmp(value, "hour") == 0;
}

/* clang-format off */
static const struct parameter {
	const char *name;
	unsigned about;
	bool (*read)(struct reading *r, const char *value);
	const char *reason;
} parameters[] = {
	{"area", SEARCH_REPORTS | SEARCH_COUNTS, read_area, "is neither the code of an area nor unassigned"},
	{"bbox", SEARCH_REPORTS | SEARCH_OUTLINES_OF, read_box, "is not west,south,east,north in degrees"},
	{"by", SEARCH_COUNTS, read_by, "is not area, hour or area,hour"},
	{"class", SEARCH_REPORTS | SEARCH_COUNTS, read_class, "is not a class from 1 to 5"},
	{"code", SEARCH_REPORTS, read_code, SEARCH_CODE_REASON},
	{"cursor", SEARCH_REPORTS | SEARCH_OUTLINES_OF, read_cursor, "is not what next said"},
	{"exercise", SEARCH_REPORTS | SEARCH_COUNTS, read_exercise, "is neither true nor false"},
	{"from", SEARCH_COUNTS, read_from, "is not a full hour since 1970, as 2026-11-21T20:00:00Z"},
	{"from", SEARCH_REPORTS, read_from, "is not a time since 1970, as 2026-11-21T20:00:00Z"},
	{"hazard", SEARCH_REPORTS | SEARCH_COUNTS, read_hazard, "is not a code of the hazard table"},
	{"kind", SEARCH_OUTLINES_OF, read_kind, "is none of incident, umbrella, area"},
	{"limit", SEARCH_REPORTS, read_limit, "is not a number from 1 to 100"},
	{"limit", SEARCH_OUTLINES_OF, read_limit, "is not a number from 1 to 500"},
	{"near", SEARCH_REPORTS, read_near, "is not longitude,latitude in degrees"},
	{"polygon", SEARCH_REPORTS, read_polygon,
		"is not 3 to 100 corners, longitude,latitude of each in turn"},
	{"radius", SEARCH_REPORTS, read_radius, "is not a number of metres up to 100000"},
	{"to", SEARCH_COUNTS, read_to, "is not a full hour since 1970, as 2026-11-21T20:00:00Z"},
	{"to", SEARCH_REPORTS, read_to, "is not a time since 1970, as 2026-11-21T20:00:00Z"},
	{"words", SEARCH_REPORTS, read_words, "is longer than 200 bytes"},
};
/* clang-format on */

static void
read_one(
	struct reading *r, const char *name, const char *value, struct trouble *trouble)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (strcmp(name, parameters[i].name) != 0 ||
			(parameters[i].about & r->about) == 0) {
			continue;
		}
		if (value[0] != '\0' && !parameters[i].read(r, value)) {
			trouble_add(trouble, name, "%s", parameters[i].reason);
		}
		return;
	}
	trouble_add(trouble, name, "is not a parameter of this path");
}

static bool
is_named(const struct trouble *trouble, const char *name)
{
	for (size_t i = 0; i < trouble->n; i++) {
		if (strcmp(trouble->at[i].field, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Also when there is trouble already: all that is wrong is told at once. */
static void
check_whole(struct reading *r, const struct fields *query, struct trouble *trouble)
{
	Vedetta__V1__SearchQuestion *q = &r->out->question;

	if (q->n_near > 0) {
		q->near[2] = r->radius_m;
	} else if (fields_get(query, "radius") != NULL &&
		   !is_named(trouble, "radius") && !is_named(trouble, "near")) {
		trouble_add(trouble, "radius", "says nothing without near");
	}
	if (fields_get(query, "cursor") != NULL && r->about == SEARCH_REPORTS &&
		!is_named(trouble, "cursor") && !is_named(trouble, "near") &&
		(q->n_near > 0) != (q->upto > 0)) {
		trouble_add(trouble, "cursor", "is not what next said to these");
	}
	if (q->code[0] != '\0' && query->n > 1 && !is_named(trouble, "code")) {
		trouble_add(trouble, "code", "names one report: ask for it alone");
	}
	if (q->to_ms != 0 && q->to_ms <= q->from_ms && !is_named(trouble, "to") &&
		!is_named(trouble, "from")) {
		trouble_add(trouble, "to", "is not after from");
	}
	if (r->about == SEARCH_COUNTS && !is_named(trouble, "by") && !r->out->by_area &&
		!r->out->by_hour) {
		trouble_add(trouble, "by", "is missing: area, hour or area,hour");
	}
}

int
search_query_read(const struct fields *query, enum search_about about,
	struct arena *arena, struct trouble *trouble, struct search_query *out)
{
	struct reading r = {out, arena, about, radius_usual_m};

	memset(out, 0, sizeof(*out));
	vedetta__v1__search_question__init(&out->question);
	/* A sum says not what it is made of: of drills only for who asks for drills. */
	out->question.exercise = about == SEARCH_COUNTS ? 2 : 0;
	out->question.limit = about == SEARCH_REPORTS ? SEARCH_PAGE : SEARCH_OUTLINES;
	for (size_t i = 0; i < query->n; i++) {
		read_one(&r, query->at[i].name, query->at[i].value, trouble);
	}
	check_whole(&r, query, trouble);
	return trouble_is_empty(trouble) ? 0 : FIELDS_REFUSED;
}
