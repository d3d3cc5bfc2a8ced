#include "server/filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	WORD_BYTES = 32,
};

void
filter_init(struct filter *f)
{
	memset(f, 0, sizeof(*f));
	f->unplaced = -1;
	f->exercise = -1;
}

static bool
read_status(struct filter *f, const char *value)
{
	if (strcmp(value, "open") == 0) {
		f->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	} else if (strcmp(value, "closed") == 0) {
		f->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	} else {
		return false;
	}
	return true;
}

static uint32_t
hazard_bit(const char *word)
{
	const struct hazard *hazard = hazard_by_code(word);

	return hazard != NULL ? UINT32_C(1) << hazard->number : 0;
}

static uint32_t
family_bit(const char *word)
{
	for (int family = 1; family < FAMILIES; family++) {
		if (strcmp(word, family_name((enum family)family)) == 0) {
			return UINT32_C(1) << family;
		}
	}
	return 0;
}

/* Words with commas between them, each of which must be known. */
static bool
read_words(const char *value, uint32_t (*bit_of)(const char *word), uint32_t *out)
{
	uint32_t bits = 0;

	for (const char *at = value;; at++) {
		size_t bytes = strcspn(at, ",");
		char word[WORD_BYTES];
		uint32_t bit;

		if (bytes == 0 || bytes >= sizeof(word)) {
			return false;
		}
		memcpy(word, at, bytes);
		word[bytes] = '\0';
		bit = bit_of(word);
		if (bit == 0) {
			return false;
		}
		bits |= bit;
		at += bytes;
		if (*at == '\0') {
			*out = bits;
			return true;
		}
	}
}

static bool
read_hazard(struct filter *f, const char *value)
{
	return read_words(value, hazard_bit, &f->hazards);
}

static bool
read_family(struct filter *f, const char *value)
{
	return read_words(value, family_bit, &f->families);
}

static bool
read_class(struct filter *f, const char *value)
{
	if (value[0] < '1' || value[0] > '5' || value[1] != '\0') {
		return false;
	}
	f->class_max = (uint8_t)(value[0] - '0');
	return true;
}

/* "1,4": these, and not what is between. */
static bool
read_classes(struct filter *f, const char *value)
{
	for (const char *at = value;; at += 2) {
		if (*at < '1' || *at > '5' || (at[1] != ',' && at[1] != '\0')) {
			return false;
		}
		f->classes |= (uint8_t)(1u << (*at - '0'));
		if (at[1] == '\0') {
			return true;
		}
	}
}

static bool
read_box(struct filter *f, const char *value)
{
	double side[4];
	const char *at = value;

	for (int i = 0; i < 4; i++) {
		char *end;

		/* strtod alone would take hex, "inf" and leading spaces. */
		if (at[strspn(at, "0123456789.+-eE,")] != '\0' || *at == '\0') {
			return false;
		}
		side[i] = strtod(at, &end);
		if (end == at || *end != (i < 3 ? ',' : '\0')) {
			return false;
		}
		at = end + 1;
	}
	if (!(fabs(side[0]) <= 180) || !(fabs(side[2]) <= 180) ||
		!(fabs(side[1]) <= 90) || !(fabs(side[3]) <= 90) || side[1] > side[3]) {
		return false;
	}
	/* -0 and 0 are one place but not one byte pattern. */
	f->west_deg = side[0] + 0.0;
	f->south_deg = side[1] + 0.0;
	f->east_deg = side[2] + 0.0;
	f->north_deg = side[3] + 0.0;
	f->has_box = true;
	return true;
}

static bool
read_truth(const char *value, int8_t *out)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
		return false;
	}
	*out = value[0] == 't';
	return true;
}

static bool
read_unplaced(struct filter *f, const char *value)
{
	return read_truth(value, &f->unplaced);
}

static bool
read_exercise(struct filter *f, const char *value)
{
	return read_truth(value, &f->exercise);
}

static bool
read_area(struct filter *f, const char *value)
{
	size_t bytes = strlen(value);

	if (bytes == 0 || bytes >= sizeof(f->area) || strchr(value, ' ') != NULL) {
		return false;
	}
	memcpy(f->area, value, bytes);
	return true;
}

/* clang-format off */
static const struct parameter {
	const char *name;
	bool (*read)(struct filter *f, const char *value);
	const char *reason;
} parameters[] = {
	{"area", read_area, "is not the code of an area"},
	{"bbox", read_box, "is not west,south,east,north in degrees"},
	{"class", read_class, "is not a class from 1 to 5"},
	{"classes", read_classes, "is not classes from 1 to 5 with commas"},
	{"exercise", read_exercise, "is neither true nor false"},
	{"family", read_family, "is not a family of the hazard table"},
	{"hazard", read_hazard, "is not a code of the hazard table"},
	{"status", read_status, "is neither open nor closed"},
	{"unplaced", read_unplaced, "is neither true nor false"},
};
/* clang-format on */

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(name, *names) == 0) {
			return true;
		}
	}
	return false;
}

static void
read_one(struct filter *f, const char *name, const char *value, struct trouble *trouble)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		if (strcmp(name, parameters[i].name) != 0) {
			continue;
		}
		if (!parameters[i].read(f, value)) {
			trouble_add(trouble, name, "%s", parameters[i].reason);
		}
		return;
	}
	trouble_add(trouble, name, "is not a parameter of this path");
}

int
filter_read(struct filter *f, const struct fields *query, const char *const *others,
	struct trouble *trouble)
{
	filter_init(f);
	for (size_t i = 0; i < query->n; i++) {
		if (!is_one_of(query->at[i].name, others)) {
			read_one(f, query->at[i].name, query->at[i].value, trouble);
		}
	}
	return trouble_is_empty(trouble) ? 0 : FILTER_REFUSED;
}

static bool
is_in_box(const struct filter *f, const struct filter_facts *facts)
{
	double lon_deg = facts->point.lon_deg;

	if (!facts->has_point || facts->point.lat_deg < f->south_deg ||
		facts->point.lat_deg > f->north_deg) {
		return false;
	}
	if (f->west_deg <= f->east_deg) {
		return lon_deg >= f->west_deg && lon_deg <= f->east_deg;
	}
	return lon_deg >= f->west_deg || lon_deg <= f->east_deg;
}

static bool
has_code(const char *list, const char *code)
{
	char word[FILTER_AREA_BYTES + 2] = " ";
	size_t n = strlen(code);

	if (list == NULL || n == 0) {
		return false;
	}
	memcpy(word + 1, code, n);
	memcpy(word + 1 + n, " ", 2);
	return strstr(list, word) != NULL;
}

static bool
is_seen_by(const struct filter *f, const struct filter_facts *facts)
{
	if (strcmp(f->area, FILTER_UNASSIGNED) == 0) {
		return facts->unassigned;
	}
	for (size_t i = 0; i < FILTER_ABOVE_MOST; i++) {
		if (has_code(facts->wide, f->above[i])) {
			return true;
		}
	}
	return has_code(facts->areas, f->area);
}

bool
filter_matches(const struct filter *f, const struct filter_facts *facts)
{
	return (f->umbrella == 0 || f->umbrella == facts->umbrella) &&
	       (f->status == 0 || f->status == facts->status) &&
	       (f->class_max == 0 || facts->class_no <= f->class_max) &&
	       (f->classes == 0 || (f->classes >> facts->class_no & 1) != 0) &&
	       (f->hazards == 0 || (f->hazards >> facts->hazard & 1) != 0) &&
	       (f->families == 0 || (f->families >> facts->family & 1) != 0) &&
	       (f->unplaced < 0 || f->unplaced == facts->unplaced) &&
	       (f->exercise < 0 || f->exercise == facts->exercise) &&
	       (!f->has_box || is_in_box(f, facts)) &&
	       (f->area[0] == '\0' || is_seen_by(f, facts)) &&
	       (f->scope == NULL || scope_sees(f->scope, facts->areas, facts->wide,
					    facts->unassigned));
}

bool
filter_is_countable(const struct filter *f)
{
	struct filter rest = *f, none;

	filter_init(&none);
	rest.west_deg = rest.south_deg = rest.east_deg = rest.north_deg = 0;
	rest.has_box = false;
	rest.status = 0;
	rest.class_max = 0;
	rest.classes = 0;
	rest.exercise = -1;
	return filter_equals(&rest, &none);
}

bool
filter_equals(const struct filter *a, const struct filter *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}
