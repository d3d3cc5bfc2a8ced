#include "server/form.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENUM_NAME_BYTES = 64,
};

struct reading {
	const struct fields *fields;
	struct arena *arena;
	struct trouble *trouble;
};

static const char *
value_of(const struct reading *r, enum page_field field)
{
	return fields_get(r->fields, page_field_name(field));
}

/* Decimal only: strtod alone would take hex, "inf" and "nan". */
static bool
read_number(
	const struct reading *r, enum page_field field, const char *path, double *out)
{
	const char *text = value_of(r, field);
	char *end;

	if (text == NULL) {
		return false;
	}
	errno = 0;
	*out = strtod(text, &end);
	if (*end != '\0' || errno != 0 ||
		text[strspn(text, "0123456789.+-eE")] != '\0') {
		trouble_add(r->trouble, path, "is not a number");
		return false;
	}
	return true;
}

/* "two_to_five" is PEOPLE_TWO_TO_FIVE; the long name is taken as well. */
static bool
read_enum(const struct reading *r, enum page_field field, const char *path,
	const ProtobufCEnumDescriptor *type, const char *prefix, int *out)
{
	const char *text = value_of(r, field);
	const ProtobufCEnumValue *found = NULL;
	char name[ENUM_NAME_BYTES];
	size_t skip = strlen(prefix);
	size_t bytes = text != NULL ? strlen(text) : 0;

	if (bytes == 0) {
		return false;
	}
	if (skip + bytes < sizeof(name)) {
		memcpy(name, prefix, skip);
		for (size_t i = 0; i <= bytes; i++) {
			name[skip + i] = (char)toupper((unsigned char)text[i]);
		}
		found = protobuf_c_enum_descriptor_get_value_by_name(type, name);
		if (found == NULL) {
			found = protobuf_c_enum_descriptor_get_value_by_name(
				type, name + skip);
		}
	}
	if (found == NULL) {
		trouble_add(r->trouble, path, "is not one of the known answers");
		return false;
	}
	*out = found->value;
	return true;
}

static bool
read_sign(const struct reading *r, enum page_field field, const char *path)
{
	static const char *const yes[] = {"yes", "on", "true", "1"};
	static const char *const no[] = {"no", "off", "false", "0"};
	const char *text = value_of(r, field);

	if (text == NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcmp(text, yes[i]) == 0) {
			return true;
		}
		if (strcmp(text, no[i]) == 0) {
			return false;
		}
	}
	trouble_add(r->trouble, path, "is neither yes nor no");
	return false;
}

static int
read_signs(const struct reading *r, Vedetta__V1__Report *report)
{
	Vedetta__V1__Signs s = VEDETTA__V1__SIGNS__INIT;
	const Vedetta__V1__Signs none = VEDETTA__V1__SIGNS__INIT;
	int people = 0;

	s.trapped = read_sign(r, PAGE_TRAPPED, "signs.trapped");
	s.unresponsive = read_sign(r, PAGE_UNRESPONSIVE, "signs.unresponsive");
	s.injured = read_sign(r, PAGE_INJURED, "signs.injured");
	s.danger_rising = read_sign(r, PAGE_DANGER_RISING, "signs.dangerRising");
	s.vulnerable = read_sign(r, PAGE_VULNERABLE, "signs.vulnerable");
	s.way_out_blocked = read_sign(r, PAGE_WAY_OUT_BLOCKED, "signs.wayOutBlocked");
	s.needs = read_sign(r, PAGE_NEEDS, "signs.needs");
	if (read_enum(r, PAGE_PEOPLE, "signs.people", &vedetta__v1__people__descriptor,
		    "PEOPLE_", &people)) {
		s.people = (Vedetta__V1__People)people;
	}
	if (memcmp(&s, &none, sizeof(s)) == 0) {
		return 0;
	}
	report->signs = arena_alloc(r->arena, sizeof(s));
	if (report->signs == NULL) {
		return FORM_TOO_LARGE;
	}
	*report->signs = s;
	return 0;
}

static int
read_point(const struct reading *r, Vedetta__V1__Place *place)
{
	double lat_deg, lon_deg;
	bool has_lat = read_number(r, PAGE_LAT, "place.point.latDeg", &lat_deg);
	bool has_lon = read_number(r, PAGE_LON, "place.point.lonDeg", &lon_deg);
	int kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_TYPED_COORDINATES;

	if (!has_lat || !has_lon) {
		if (has_lat != has_lon && trouble_is_empty(r->trouble)) {
			trouble_add(r->trouble, "place.point",
				"latitude and longitude come together");
		}
		return 0;
	}
	place->point = arena_alloc(r->arena, sizeof(*place->point));
	if (place->point == NULL) {
		return FORM_TOO_LARGE;
	}
	vedetta__v1__point__init(place->point);
	place->point->lat_deg = lat_deg;
	place->point->lon_deg = lon_deg;
	if (read_number(r, PAGE_ACCURACY, "place.accuracyM", &place->accuracy_m)) {
		place->accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	}
	if (read_number(r, PAGE_AGE, "place.ageS", &place->age_s)) {
		place->age_case = VEDETTA__V1__PLACE__AGE_AGE_S;
	}
	(void)read_enum(r, PAGE_KIND, "place.kind",
		&vedetta__v1__place_kind__descriptor, "PLACE_KIND_", &kind);
	place->kind = (Vedetta__V1__PlaceKind)kind;
	return 0;
}

static int
read_place(const struct reading *r, Vedetta__V1__Report *report)
{
	Vedetta__V1__Place *place = arena_alloc(r->arena, sizeof(*place));
	const char *words = value_of(r, PAGE_WORDS);

	if (place == NULL) {
		return FORM_TOO_LARGE;
	}
	vedetta__v1__place__init(place);
	if (read_point(r, place) != 0) {
		return FORM_TOO_LARGE;
	}
	if (words != NULL) {
		place->words = (char *)words;
		if (place->point == NULL) {
			place->kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_PLACE_NAME;
		}
	}
	if (place->point != NULL || words != NULL) {
		report->place = place;
	}
	return 0;
}

static int
read_contact(const struct reading *r, Vedetta__V1__Report *report)
{
	const char *name = value_of(r, PAGE_NAME);
	const char *phone = value_of(r, PAGE_PHONE);

	if (name == NULL && phone == NULL) {
		return 0;
	}
	report->contact = arena_alloc(r->arena, sizeof(*report->contact));
	if (report->contact == NULL) {
		return FORM_TOO_LARGE;
	}
	vedetta__v1__contact__init(report->contact);
	if (name != NULL) {
		report->contact->name = (char *)name;
	}
	if (phone != NULL) {
		report->contact->phone = (char *)phone;
	}
	return 0;
}

/* A browser sends each line end as CR LF, but counts it as one against maxlength. */
static int
read_text(const struct reading *r, Vedetta__V1__Report *report)
{
	const char *said = value_of(r, PAGE_TEXT);
	char *out;

	if (said == NULL) {
		return 0;
	}
	out = arena_alloc(r->arena, strlen(said) + 1);
	if (out == NULL) {
		return FORM_TOO_LARGE;
	}
	report->text = out;
	for (; *said != '\0'; said++) {
		if (said[0] != '\r' || said[1] != '\n') {
			*out++ = *said;
		}
	}
	*out = '\0';
	return 0;
}

static void
read_rest(const struct reading *r, Vedetta__V1__Report *report)
{
	const char *hazard = value_of(r, PAGE_HAZARD);
	const char *lang = value_of(r, PAGE_LANG);
	int about = 0;

	if (hazard != NULL) {
		report->hazard = (char *)hazard;
	}
	if (lang != NULL) {
		report->lang = (char *)lang;
	}
	if (read_enum(r, PAGE_ABOUT, "about", &vedetta__v1__about__descriptor, "ABOUT_",
		    &about)) {
		report->about = (Vedetta__V1__About)about;
	}
}

static void
refuse_strangers(const struct reading *r)
{
	for (size_t i = 0; i < r->fields->n; i++) {
		int field = 0;

		while (field < PAGE_FIELDS &&
			strcmp(r->fields->at[i].name,
				page_field_name((enum page_field)field)) != 0) {
			field++;
		}
		if (field == PAGE_FIELDS) {
			trouble_add(r->trouble, r->fields->at[i].name,
				"is not a field of this form");
		}
	}
}

int
form_to_report(const struct fields *fields, struct arena *arena,
	struct trouble *trouble, Vedetta__V1__Report **out)
{
	struct reading r = {fields, arena, trouble};
	Vedetta__V1__Report *report = arena_alloc(arena, sizeof(*report));

	if (report == NULL) {
		return FORM_TOO_LARGE;
	}
	vedetta__v1__report__init(report);
	refuse_strangers(&r);
	read_rest(&r, report);
	if (read_place(&r, report) != 0 || read_signs(&r, report) != 0 ||
		read_text(&r, report) != 0 || read_contact(&r, report) != 0) {
		return FORM_TOO_LARGE;
	}
	if (!trouble_is_empty(trouble)) {
		return FORM_REFUSED;
	}
	*out = report;
	return 0;
}

void
form_values(const struct fields *fields, struct page_form *out)
{
	*out = (struct page_form){0};
	for (int field = 0; field < PAGE_FIELDS; field++) {
		out->value[field] =
			fields_get(fields, page_field_name((enum page_field)field));
	}
}
