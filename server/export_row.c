#include "server/export_row.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/entry.h"
#include "dispatch/facts.h"
#include "dispatch/hazard.h"
#include "dispatch/memory.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"
#include "proto/stamp.h"
#include "vedetta/v1/incident.pb-c.h"
#include "vedetta/v1/umbrella.pb-c.h"

enum {
	COARSE = 1000,       /* to the degree */
	PRIVATE_REPORTS = 3, /* an incident's of fewer shows where somebody lives */
	LABEL_BYTES = 32,
	NO_PLACE = 0,
};

struct geo_point
export_row_coarse(struct geo_point exact)
{
	return (struct geo_point){
		round(exact.lat_deg * COARSE) / COARSE + 0.0,
		round(exact.lon_deg * COARSE) / COARSE + 0.0,
	};
}

static struct geo_point
point_for(struct geo_point exact, bool personal)
{
	return personal ? exact : export_row_coarse(exact);
}

/* As the JSON of the API names it; NULL for 0, which is "not said". */
static const char *
name_of(const ProtobufCEnumDescriptor *type, int number)
{
	const ProtobufCEnumValue *value =
		number == 0 ? NULL : protobuf_c_enum_descriptor_get_value(type, number);

	return value == NULL ? NULL : value->name;
}

static const struct hazard *
hazard_of(uint8_t number)
{
	const struct hazard *hazard = hazard_by_number(number);

	return hazard != NULL ? hazard : hazard_by_number(HAZARD_OTHER);
}

/* ---- incidents */

void
export_row_incident(
	const struct store_incident *incident, bool personal, struct export_row *out)
{
	const struct store_incident *i = incident;
	const struct hazard *hazard = hazard_of(i->hazard);

	export_row_init(out, i->id);
	export_set_number(out, INCIDENT_SEQUENCE_COLUMN, (int64_t)i->seq);
	export_set_text(out, INCIDENT_HAZARD_COLUMN, hazard->code);
	export_set_text(out, INCIDENT_FAMILY_COLUMN, family_name(hazard->family));
	export_set_text(out, INCIDENT_GROUP_COLUMN, event_group_name(hazard->group));
	export_set_text(out, INCIDENT_STATUS_COLUMN,
		name_of(&vedetta__v1__incident_status__descriptor, i->status));
	export_set_number(out, INCIDENT_CLASS_COLUMN, i->class_no);
	export_set_number(out, INCIDENT_UNPLACED_COLUMN, i->unplaced);
	if (i->accuracy_m >= 0) {
		export_set_real(out, INCIDENT_ACCURACY_COLUMN, i->accuracy_m);
	}
	export_set_text(out, INCIDENT_KIND_COLUMN,
		name_of(&vedetta__v1__place_kind__descriptor, i->place_kind));
	export_set_time(out, INCIDENT_OPENED_COLUMN, i->opened_ms);
	if (i->linked != 0) {
		export_set_number(out, INCIDENT_LINKED_COLUMN, (int64_t)i->linked);
	}
	export_set_number(out, INCIDENT_QUARANTINED_COLUMN, i->quarantined);
	export_set_number(out, INCIDENT_EXERCISE_COLUMN, i->exercise);
	export_set_number(out, INCIDENT_VERSION_COLUMN, i->version);
	export_set_text(out, INCIDENT_AREAS_COLUMN, i->areas);
	export_set_text(out, INCIDENT_FIT_COLUMN,
		name_of(&vedetta__v1__area_fit__descriptor, i->area_fit));
	export_set_text(out, INCIDENT_WORDS_COLUMN, i->words);
	out->has_point = i->has_point && !i->unplaced;
	out->point = point_for(i->point, personal);
}

/* ---- umbrellas */

void
export_row_umbrella(const struct store_umbrella *umbrella, struct export_row *out)
{
	const struct store_umbrella *u = umbrella;

	export_row_init(out, u->id);
	export_set_text(out, UMBRELLA_GROUP,
		event_group_name((enum event_group)u->event_group));
	export_set_number(out, UMBRELLA_EXERCISE, u->exercise);
	export_set_text(out, UMBRELLA_STATUS,
		name_of(&vedetta__v1__umbrella_status__descriptor, u->status));
	if (u->merged_into != 0) {
		export_set_number(out, UMBRELLA_MERGED_INTO, (int64_t)u->merged_into);
	}
	export_set_time(out, UMBRELLA_SINCE, u->opened_ms);
	if (u->ended_ms != 0) {
		export_set_time(out, UMBRELLA_ENDED, u->ended_ms);
	}
}

/* ---- reports */

static void
set_facts(const struct facts *f, struct export_row *out)
{
	static const struct {
		enum sign bit;
		size_t column;
	} signs[] = {
		{SIGN_TRAPPED, REPORT_TRAPPED},
		{SIGN_UNRESPONSIVE, REPORT_UNRESPONSIVE},
		{SIGN_INJURED, REPORT_INJURED},
		{SIGN_DANGER_RISING, REPORT_RISING},
		{SIGN_VULNERABLE, REPORT_VULNERABLE},
		{SIGN_WAY_OUT_BLOCKED, REPORT_BLOCKED},
		{SIGN_NEEDS, REPORT_NEEDS},
	};
	const struct hazard *hazard = hazard_of(f->hazard);

	export_set_text(out, REPORT_HAZARD, hazard->code);
	export_set_text(out, REPORT_FAMILY, family_name(hazard->family));
	export_set_number(out, REPORT_CLASS,
		rank_class(hazard, f->signs, f->word_class).class_no);
	export_set_text(
		out, REPORT_ABOUT, name_of(&vedetta__v1__about__descriptor, f->about));
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		export_set_number(out, signs[i].column, (f->signs & signs[i].bit) != 0);
	}
	export_set_text(out, REPORT_PEOPLE,
		name_of(&vedetta__v1__people__descriptor, f->people));
	export_set_number(out, REPORT_EXERCISE, f->exercise);
	export_set_number(out, REPORT_UNPLACED, f->unplaced);
	export_set_text(out, REPORT_WHY,
		name_of(&vedetta__v1__unplaced_why__descriptor, f->why));
	export_set_number(out, REPORT_CROSS_SITE, f->cross_site);
}

static void
set_contact(const Vedetta__V1__Report *report, struct export_row *out)
{
	if (report->contact != NULL) {
		export_set_text(out, REPORT_NAME, report->contact->name);
		export_set_text(out, REPORT_PHONE, report->contact->phone);
	}
}

static void
set_record(const struct store_row *row, struct arena *arena, struct export_row *out)
{
	const struct record_parts parts = {
		row->body, row->body_bytes, row->personal, row->personal_bytes};
	const Vedetta__V1__Report *report;
	struct record record;

	/* What crashed the desk is never parsed. */
	if (row->kind == STORE_QUARANTINED || row->body_bytes == 0 ||
		record_read(&parts, arena, &record) != 0) {
		return;
	}
	report = record.report;
	export_set_text(out, REPORT_LANG, report->lang);
	if (record.folded_into != 0) {
		export_set_number(out, REPORT_FOLDED_INTO, (int64_t)record.folded_into);
	}
	if (report->claimed_at != NULL) {
		export_set_time(out, REPORT_CLAIMED, stamp_ms(report->claimed_at));
	}
	if (report->place != NULL) {
		export_set_text(out, REPORT_KIND,
			name_of(&vedetta__v1__place_kind__descriptor,
				(int)report->place->kind));
	}
	set_contact(report, out);
}

/* What the index would say of it too. */
static void
set_entry(const struct index_entry *e, bool personal, bool unplaced,
	struct export_row *out)
{
	export_set_text(out, REPORT_CHANNEL, e->channel);
	export_set_text(out, REPORT_TEXT, e->text);
	export_set_text(out, REPORT_WORDS, e->place);
	if (e->accuracy_m >= 0) {
		export_set_real(out, REPORT_ACCURACY, e->accuracy_m);
	}
	/* Without the right it gets its incident's in export_row_join(). */
	out->has_point = personal && e->has_point && !unplaced;
	out->point = e->point;
}

static bool
is_read(const struct store_row *row, const struct facts *f)
{
	return row->kind != STORE_RAW && row->kind != STORE_QUARANTINED &&
	       !f->unreadable;
}

static void
set_relations(const struct store_row *row, struct export_row *out)
{
	if (row->subject != 0) {
		export_set_number(out, REPORT_INCIDENT, (int64_t)row->subject);
	}
	if (row->kind == STORE_ADDITION) {
		export_set_number(out, REPORT_ADDS_TO, (int64_t)row->about);
	} else if (row->kind == STORE_REPORT && row->about != 0) {
		export_set_number(out, REPORT_FOLDED_INTO, (int64_t)row->about);
	}
	export_set_number(out, REPORT_ERASED, row->erased);
}

int
export_row_report(const struct store_row *row, const struct receipt_keys *codes,
	bool personal, struct arena *arena, struct export_row *out)
{
	const struct facts facts = facts_unpack(row->facts);
	uint64_t number = row->kind == STORE_INTERPRETED ? row->about : row->seq;
	struct index_entry entry;
	bool is_entry = entry_of_row(row, arena, &entry) == 0;
	char *code;

	if (!is_entry && row->kind != STORE_RAW) {
		return EXPORT_ROW_NONE;
	}
	export_row_init(out, number);
	code = arena_alloc(arena, RECEIPT_CODE_BYTES);
	if (code != NULL) {
		receipt_code(codes, number, code);
		export_set_text(out, REPORT_CODE, code);
	}
	export_set_time(
		out, REPORT_RECEIVED, memory_arrival_ms(row->at_ms, row->facts));
	export_set_number(out, REPORT_READ, is_read(row, &facts));
	set_relations(row, out);
	if (is_entry) {
		set_facts(&facts, out);
		set_entry(&entry, personal, facts.unplaced, out);
		set_record(row, arena, out);
	}
	return 0;
}

void
export_row_join(struct export_row *report, const struct export_incident *incident,
	bool personal)
{
	const struct export_value *unplaced = &report->values[REPORT_UNPLACED];

	if (incident == NULL) {
		return;
	}
	export_set_text(report, REPORT_AREAS, incident->areas);
	if (!personal && unplaced->is_set && unplaced->number == 0) {
		report->has_point = incident->has_point;
		report->point = incident->point;
	}
}

/* ---- ground */

/* Twice the area; > 0: a, b, c go counter-clockwise. */
static double
turn(struct geo_point a, struct geo_point b, struct geo_point c)
{
	return (b.lon_deg - a.lon_deg) * (c.lat_deg - a.lat_deg) -
	       (b.lat_deg - a.lat_deg) * (c.lon_deg - a.lon_deg);
}

static int
compare(const void *a, const void *b)
{
	const struct geo_point *p = a, *q = b;

	if (p->lon_deg != q->lon_deg) {
		return p->lon_deg < q->lon_deg ? -1 : 1;
	}
	return (p->lat_deg > q->lat_deg) - (p->lat_deg < q->lat_deg);
}

/* Andrew's chain: rounded corners of a hull need not be one any more. */
static size_t
hull(struct geo_point *points, size_t n, struct geo_point *out)
{
	size_t kept = 0, lower;

	qsort(points, n, sizeof(points[0]), compare);
	for (size_t i = 0; i < n; i++) {
		while (kept >= 2 &&
			turn(out[kept - 2], out[kept - 1], points[i]) <= 0) {
			kept--;
		}
		out[kept++] = points[i];
	}
	lower = kept + 1;
	for (size_t i = n - 1; i-- > 0;) {
		while (kept >= lower &&
			turn(out[kept - 2], out[kept - 1], points[i]) <= 0) {
			kept--;
		}
		out[kept++] = points[i];
	}
	return kept;
}

int
export_row_ground(
	const struct index_outline *outline, bool personal, struct polygon **ground)
{
	const struct index_outline *o = outline;
	struct geo_point *points, *shape;
	uint32_t n = (uint32_t)o->n_ring;
	int r;

	/* An umbrella's counts its cores: it is of three or more, and drawn wide. */
	if (o->n_ring < 3 ||
		(!personal && o->event_group == 0 && o->reports < PRIVATE_REPORTS)) {
		return EXPORT_ROW_NONE;
	}
	points = calloc(3 * o->n_ring + 1, sizeof(*points));
	shape = points + o->n_ring;
	if (points == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < o->n_ring; i++) {
		struct geo_point p = {o->ring[2 * i + 1], o->ring[2 * i]};

		points[i] = point_for(p, personal);
	}
	if (personal) {
		shape = points;
	} else {
		n = (uint32_t)hull(points, n, shape);
	}
	r = polygon_new(ground, shape, &n, 1);
	free(points);
	return r > 0 ? EXPORT_ROW_NONE : r;
}

int
export_row_outline(const struct index_outline *outline, bool personal,
	struct polygon **ground, struct export_row *out)
{
	const struct index_outline *o = outline;
	int r = export_row_ground(o, personal, ground);

	if (r != 0) {
		return r;
	}
	export_row_init(out, o->id);
	export_set_text(out, OUTLINE_HAZARD, hazard_of(o->hazard)->code);
	export_set_number(out, OUTLINE_CLASS, o->class_no);
	export_set_text(out, OUTLINE_STATUS,
		name_of(&vedetta__v1__incident_status__descriptor, o->status));
	export_set_number(out, OUTLINE_EXERCISE, o->exercise);
	export_set_number(out, OUTLINE_REPORTS, (int64_t)o->reports);
	out->ground = *ground;
	return 0;
}

int
export_row_area(
	const struct store_area *area, struct polygon **ground, struct export_row *out)
{
	static const char *const levels[] = {
		[AREA_NATION] = "nation",
		[AREA_REGION] = "region",
		[AREA_PROVINCE] = "province",
		[AREA_MUNICIPALITY] = "municipality",
		[AREA_SECTOR] = "sector",
	};
	int r = 0;

	*ground = NULL;
	if (area->polygon != NULL) {
		r = polygon_unpack(ground, area->polygon, area->polygon_bytes);
	}
	export_row_init(out, area->number);
	export_set_text(out, AREA_CODE, area->code);
	export_set_text(out, AREA_NAME, area->name);
	export_set_text(out, AREA_LEVEL, levels[area->level]);
	export_set_text(out, AREA_PARENT, area->parent);
	if (area->residents >= 0) {
		export_set_number(out, AREA_RESIDENTS, area->residents);
	}
	out->ground = *ground;
	return r > 0 ? -EUCLEAN : r;
}
