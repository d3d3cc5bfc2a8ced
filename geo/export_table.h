/*
 * export_table - the layers of an export and their columns
 *
 * Names are the API's. The first column of each layer is `id`.
 */
#ifndef GEO_EXPORT_TABLE_H
#define GEO_EXPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum export_layer {
	EXPORT_META, /* one row: which log, up to where, when */
	EXPORT_INCIDENTS,
	EXPORT_OUTLINES, /* the ground an incident's reports cover; id: its */
	EXPORT_UMBRELLAS,
	EXPORT_REPORTS,
	EXPORT_AREAS,
	EXPORT_LAYERS,
};

enum export_kind {
	EXPORT_NUMBER,
	EXPORT_REAL,
	EXPORT_TEXT,
	EXPORT_TIME,
	EXPORT_FLAG,
};

enum export_geometry {
	EXPORT_NO_GEOMETRY,
	EXPORT_POINTS,
	EXPORT_GROUND, /* multipolygons */
};

enum {
	EXPORT_COLUMNS_MOST = 40,
};

struct export_column {
	const char *name;
	enum export_kind kind;
	bool is_personal;
};

struct export_table {
	const char *name;
	const char *about; /* a few words without quotes */
	enum export_geometry geometry;
	size_t n_columns;
	const struct export_column *columns;
};

const struct export_table *export_table(enum export_layer layer);

/* EXPORT_LAYERS when there is none of that name. */
enum export_layer export_layer_by_name(const char *name);

enum export_meta_column {
	META_ID,
	META_EPOCH,
	META_SEQUENCE,
	META_EXPORTED_AT,
	META_PERSONAL,
	META_OUTLINES_SEQUENCE,
	META_AREAS,
};

enum export_incident_column {
	INCIDENT_ID_COLUMN,
	INCIDENT_SEQUENCE_COLUMN,
	INCIDENT_HAZARD_COLUMN,
	INCIDENT_FAMILY_COLUMN,
	INCIDENT_GROUP_COLUMN,
	INCIDENT_STATUS_COLUMN,
	INCIDENT_CLASS_COLUMN,
	INCIDENT_UNPLACED_COLUMN,
	INCIDENT_ACCURACY_COLUMN,
	INCIDENT_KIND_COLUMN,
	INCIDENT_REPORTS_COLUMN, /* filled in by export_finish() */
	INCIDENT_OPENED_COLUMN,
	INCIDENT_LAST_COLUMN, /* filled in by export_finish() */
	INCIDENT_LINKED_COLUMN,
	INCIDENT_QUARANTINED_COLUMN,
	INCIDENT_EXERCISE_COLUMN,
	INCIDENT_VERSION_COLUMN,
	INCIDENT_AREAS_COLUMN,
	INCIDENT_FIT_COLUMN,
	INCIDENT_WORDS_COLUMN,
};

enum export_outline_column {
	OUTLINE_ID,
	OUTLINE_HAZARD,
	OUTLINE_CLASS,
	OUTLINE_STATUS,
	OUTLINE_EXERCISE,
	OUTLINE_REPORTS,
};

enum export_umbrella_column {
	UMBRELLA_ID,
	UMBRELLA_GROUP,
	UMBRELLA_EXERCISE,
	UMBRELLA_STATUS,
	UMBRELLA_MERGED_INTO,
	UMBRELLA_SINCE,
	UMBRELLA_ENDED,
};

enum export_report_column {
	REPORT_ID,
	REPORT_CODE,
	REPORT_INCIDENT,
	REPORT_RECEIVED,
	REPORT_HAZARD,
	REPORT_FAMILY,
	REPORT_CLASS,
	REPORT_ABOUT,
	REPORT_TRAPPED,
	REPORT_UNRESPONSIVE,
	REPORT_INJURED,
	REPORT_RISING,
	REPORT_VULNERABLE,
	REPORT_BLOCKED,
	REPORT_NEEDS,
	REPORT_PEOPLE,
	REPORT_EXERCISE,
	REPORT_UNPLACED,
	REPORT_WHY,
	REPORT_ACCURACY,
	REPORT_KIND,
	REPORT_AREAS,
	REPORT_CHANNEL,
	REPORT_LANG,
	REPORT_CLAIMED,
	REPORT_CROSS_SITE,
	REPORT_ADDS_TO,
	REPORT_FOLDED_INTO,
	REPORT_ERASED,
	REPORT_READ,
	REPORT_TEXT,
	REPORT_WORDS,
	REPORT_NAME,
	REPORT_PHONE,
};

enum export_area_column {
	AREA_ID,
	AREA_CODE,
	AREA_NAME,
	AREA_LEVEL,
	AREA_PARENT,
	AREA_RESIDENTS,
};

#endif
