#include "geo/export_table.h"

#include <string.h>

#include "geo/export.h"

#define N(columns) (sizeof(columns) / sizeof((columns)[0]))

static const struct export_column meta[] = {
	[META_ID] = {"id", EXPORT_NUMBER, false},
	[META_EPOCH] = {"epoch", EXPORT_TEXT, false},
	[META_SEQUENCE] = {"sequence", EXPORT_NUMBER, false},
	[META_EXPORTED_AT] = {"exported_at", EXPORT_TIME, false},
	[META_PERSONAL] = {"personal", EXPORT_FLAG, false},
	[META_OUTLINES_SEQUENCE] = {"outlines_sequence", EXPORT_NUMBER, false},
	[META_AREAS] = {"areas", EXPORT_TEXT, false},
};

static const struct export_column incidents[] = {
	[INCIDENT_ID_COLUMN] = {"id", EXPORT_NUMBER, false},
	[INCIDENT_SEQUENCE_COLUMN] = {"sequence", EXPORT_NUMBER, false},
	[INCIDENT_HAZARD_COLUMN] = {"hazard", EXPORT_TEXT, false},
	[INCIDENT_FAMILY_COLUMN] = {"family", EXPORT_TEXT, false},
	[INCIDENT_GROUP_COLUMN] = {"event_group", EXPORT_TEXT, false},
	[INCIDENT_STATUS_COLUMN] = {"status", EXPORT_TEXT, false},
	[INCIDENT_CLASS_COLUMN] = {"class", EXPORT_NUMBER, false},
	[INCIDENT_UNPLACED_COLUMN] = {"unplaced", EXPORT_FLAG, false},
	[INCIDENT_ACCURACY_COLUMN] = {"accuracy_m", EXPORT_REAL, false},
	[INCIDENT_KIND_COLUMN] = {"place_kind", EXPORT_TEXT, false},
	[INCIDENT_REPORTS_COLUMN] = {"reports", EXPORT_NUMBER, false},
	[INCIDENT_OPENED_COLUMN] = {"opened_at", EXPORT_TIME, false},
	[INCIDENT_LAST_COLUMN] = {"last_report_at", EXPORT_TIME, false},
	[INCIDENT_LINKED_COLUMN] = {"linked_id", EXPORT_NUMBER, false},
	[INCIDENT_QUARANTINED_COLUMN] = {"quarantined", EXPORT_FLAG, false},
	[INCIDENT_EXERCISE_COLUMN] = {"exercise", EXPORT_FLAG, false},
	[INCIDENT_VERSION_COLUMN] = {"version", EXPORT_NUMBER, false},
	[INCIDENT_AREAS_COLUMN] = {"areas", EXPORT_TEXT, false},
	[INCIDENT_FIT_COLUMN] = {"area_fit", EXPORT_TEXT, false},
	[INCIDENT_WORDS_COLUMN] = {"place_words", EXPORT_TEXT, true},
};

static const struct export_column outlines[] = {
	[OUTLINE_ID] = {"id", EXPORT_NUMBER, false},
	[OUTLINE_HAZARD] = {"hazard", EXPORT_TEXT, false},
	[OUTLINE_CLASS] = {"class", EXPORT_NUMBER, false},
	[OUTLINE_STATUS] = {"status", EXPORT_TEXT, false},
	[OUTLINE_EXERCISE] = {"exercise", EXPORT_FLAG, false},
	[OUTLINE_REPORTS] = {"reports", EXPORT_NUMBER, false},
};

static const struct export_column umbrellas[] = {
	[UMBRELLA_ID] = {"id", EXPORT_NUMBER, false},
	[UMBRELLA_GROUP] = {"event_group", EXPORT_TEXT, false},
	[UMBRELLA_EXERCISE] = {"exercise", EXPORT_FLAG, false},
	[UMBRELLA_STATUS] = {"status", EXPORT_TEXT, false},
	[UMBRELLA_MERGED_INTO] = {"merged_into", EXPORT_NUMBER, false},
	[UMBRELLA_SINCE] = {"since", EXPORT_TIME, false},
	[UMBRELLA_ENDED] = {"ended_at", EXPORT_TIME, false},
};

static const struct export_column reports[] = {
	[REPORT_ID] = {"id", EXPORT_NUMBER, false},
	[REPORT_CODE] = {"code", EXPORT_TEXT, false},
	[REPORT_INCIDENT] = {"incident_id", EXPORT_NUMBER, false},
	[REPORT_RECEIVED] = {"received_at", EXPORT_TIME, false},
	[REPORT_HAZARD] = {"hazard", EXPORT_TEXT, false},
	[REPORT_FAMILY] = {"family", EXPORT_TEXT, false},
	[REPORT_CLASS] = {"class", EXPORT_NUMBER, false},
	[REPORT_ABOUT] = {"about", EXPORT_TEXT, false},
	[REPORT_TRAPPED] = {"trapped", EXPORT_FLAG, false},
	[REPORT_UNRESPONSIVE] = {"unresponsive", EXPORT_FLAG, false},
	[REPORT_INJURED] = {"injured", EXPORT_FLAG, false},
	[REPORT_RISING] = {"danger_rising", EXPORT_FLAG, false},
	[REPORT_VULNERABLE] = {"vulnerable", EXPORT_FLAG, false},
	[REPORT_BLOCKED] = {"way_out_blocked", EXPORT_FLAG, false},
	[REPORT_NEEDS] = {"needs", EXPORT_FLAG, false},
	[REPORT_PEOPLE] = {"people", EXPORT_TEXT, false},
	[REPORT_EXERCISE] = {"exercise", EXPORT_FLAG, false},
	[REPORT_UNPLACED] = {"unplaced", EXPORT_FLAG, false},
	[REPORT_WHY] = {"unplaced_why", EXPORT_TEXT, false},
	[REPORT_ACCURACY] = {"accuracy_m", EXPORT_REAL, false},
	[REPORT_KIND] = {"place_kind", EXPORT_TEXT, false},
	[REPORT_AREAS] = {"areas", EXPORT_TEXT, false},
	[REPORT_CHANNEL] = {"channel", EXPORT_TEXT, false},
	[REPORT_LANG] = {"lang", EXPORT_TEXT, false},
	[REPORT_CLAIMED] = {"claimed_at", EXPORT_TIME, false},
	[REPORT_CROSS_SITE] = {"cross_site", EXPORT_FLAG, false},
	[REPORT_ADDS_TO] = {"adds_to", EXPORT_NUMBER, false},
	[REPORT_FOLDED_INTO] = {"folded_into", EXPORT_NUMBER, false},
	[REPORT_ERASED] = {"erased", EXPORT_FLAG, false},
	[REPORT_READ] = {"interpreted", EXPORT_FLAG, false},
	[REPORT_TEXT] = {"text", EXPORT_TEXT, true},
	[REPORT_WORDS] = {"place_words", EXPORT_TEXT, true},
	[REPORT_NAME] = {"contact_name", EXPORT_TEXT, true},
	[REPORT_PHONE] = {"contact_phone", EXPORT_TEXT, true},
};

static const struct export_column areas[] = {
	[AREA_ID] = {"id", EXPORT_NUMBER, false},
	[AREA_CODE] = {"code", EXPORT_TEXT, false},
	[AREA_NAME] = {"name", EXPORT_TEXT, false},
	[AREA_LEVEL] = {"level", EXPORT_TEXT, false},
	[AREA_PARENT] = {"parent", EXPORT_TEXT, false},
	[AREA_RESIDENTS] = {"residents", EXPORT_NUMBER, false},
};

static const struct export_table tables[EXPORT_LAYERS] = {
	[EXPORT_META] = {"meta", "Which log this is of, and up to where",
		EXPORT_NO_GEOMETRY, N(meta), meta},
	[EXPORT_INCIDENTS] = {"incidents", "What is ranked and acted on", EXPORT_POINTS,
		N(incidents), incidents},
	[EXPORT_OUTLINES] = {"outlines",
		"The ground that the reports of an incident cover", EXPORT_GROUND,
		N(outlines), outlines},
	[EXPORT_UMBRELLAS] = {"umbrellas", "Large events above incidents",
		EXPORT_GROUND, N(umbrellas), umbrellas},
	[EXPORT_REPORTS] = {"reports", "What citizens said", EXPORT_POINTS, N(reports),
		reports},
	[EXPORT_AREAS] = {"areas", "Who sees what happens where", EXPORT_GROUND,
		N(areas), areas},
};

const struct export_table *
export_table(enum export_layer layer)
{
	return &tables[layer];
}

enum export_layer
export_layer_by_name(const char *name)
{
	int i = 0;

	while (i < EXPORT_LAYERS && strcmp(tables[i].name, name) != 0) {
		i++;
	}
	return (enum export_layer)i;
}

/* ---- rows */

void
export_row_init(struct export_row *row, uint64_t id)
{
	memset(row, 0, sizeof(*row));
	export_set_number(row, 0, (int64_t)id);
}

void
export_set_text(struct export_row *row, size_t column, const char *text)
{
	row->values[column] = (struct export_value){
		.is_set = text != NULL && text[0] != '\0', .text = text};
}

void
export_set_number(struct export_row *row, size_t column, int64_t number)
{
	row->values[column] = (struct export_value){.is_set = true, .number = number};
}

void
export_set_real(struct export_row *row, size_t column, double real)
{
	row->values[column] = (struct export_value){.is_set = true, .real = real};
}

void
export_set_time(struct export_row *row, size_t column, int64_t at_ms)
{
	export_set_number(row, column, at_ms);
}
