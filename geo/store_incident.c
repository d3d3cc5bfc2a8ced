#include <math.h>
#include <sodium.h>
#include <string.h>

#include "geo/measure.h"
#include "geo/store_internal.h"

/* In the order of the table, to which later migrations add at the end. */
enum incident_column {
	INCIDENT_ID,
	INCIDENT_SEQ,
	INCIDENT_HAZARD,
	INCIDENT_STATUS,
	INCIDENT_CLASS_NO,
	INCIDENT_UNPLACED,
	INCIDENT_QUARANTINED,
	INCIDENT_EXERCISE,
	INCIDENT_LAT_DEG,
	INCIDENT_LON_DEG,
	INCIDENT_ACCURACY_M,
	INCIDENT_PLACE_KIND,
	INCIDENT_WORDS,
	INCIDENT_OPENED_MS,
	INCIDENT_LINKED,
	INCIDENT_VERSION,
	INCIDENT_CHECKSUM,
	INCIDENT_AREAS,
	INCIDENT_AREA_FIT,
	INCIDENT_MERGED_INTO,
};

static uint64_t
bits_of(double value)
{
	uint64_t bits;

	value += 0.0; /* -0.0 comes back from the file as 0.0 */
	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static bool
has_areas(const struct store_incident *i)
{
	return i->area_fit != 0 || (i->areas != NULL && i->areas[0] != '\0');
}

/*
 * The log proves itself by its chain; this record changes, so it carries a sum
 * of itself: a flipped bit must not move an incident on the map. One that was
 * never looked up in any areas sums as it did before there were areas.
 */
static int64_t
checksum(const struct store_incident *i)
{
	const uint64_t parts[] = {i->id, i->seq, i->hazard, i->status, i->class_no,
		i->unplaced, i->quarantined, i->exercise, i->has_point,
		i->has_point ? bits_of(i->point.lat_deg) : 0,
		i->has_point ? bits_of(i->point.lon_deg) : 0, bits_of(i->accuracy_m),
		i->place_kind, (uint64_t)i->opened_ms, i->linked, i->version,
		i->words != NULL};
	uint8_t hash[crypto_generichash_BYTES];
	crypto_generichash_state state;
	int64_t sum;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)parts, sizeof(parts));
	if (i->words != NULL) {
		crypto_generichash_update(
			&state, (const uint8_t *)i->words, strlen(i->words));
	}
	if (has_areas(i)) {
		crypto_generichash_update(&state, &i->area_fit, 1);
		if (i->areas != NULL) {
			crypto_generichash_update(
				&state, (const uint8_t *)i->areas, strlen(i->areas));
		}
	}
	if (i->merged_into != 0) {
		crypto_generichash_update(&state, (const uint8_t *)&i->merged_into,
			sizeof(i->merged_into));
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	memcpy(&sum, hash, sizeof(sum));
	return sum;
}

int
store_bind_incident(sqlite3_stmt *statement, const struct store_incident *incident)
{
	const struct {
		enum incident_column column;
		int64_t value;
	} numbers[] = {
		{INCIDENT_ID, (int64_t)incident->id},
		{INCIDENT_SEQ, (int64_t)incident->seq},
		{INCIDENT_HAZARD, incident->hazard},
		{INCIDENT_STATUS, incident->status},
		{INCIDENT_CLASS_NO, incident->class_no},
		{INCIDENT_UNPLACED, incident->unplaced},
		{INCIDENT_QUARANTINED, incident->quarantined},
		{INCIDENT_EXERCISE, incident->exercise},
		{INCIDENT_PLACE_KIND, incident->place_kind},
		{INCIDENT_OPENED_MS, incident->opened_ms},
		{INCIDENT_LINKED, (int64_t)incident->linked},
		{INCIDENT_VERSION, incident->version},
		{INCIDENT_CHECKSUM, checksum(incident)},
		{INCIDENT_AREA_FIT, incident->area_fit},
		{INCIDENT_MERGED_INTO, (int64_t)incident->merged_into},
	};
	int code = SQLITE_OK;

	sqlite3_clear_bindings(statement);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		code |= sqlite3_bind_int64(
			statement, (int)numbers[i].column + 1, numbers[i].value);
	}
	if (incident->has_point) {
		code |= sqlite3_bind_double(
			statement, INCIDENT_LAT_DEG + 1, incident->point.lat_deg);
		code |= sqlite3_bind_double(
			statement, INCIDENT_LON_DEG + 1, incident->point.lon_deg);
	}
	code |= sqlite3_bind_double(
		statement, INCIDENT_ACCURACY_M + 1, incident->accuracy_m);
	if (incident->words != NULL) {
		code |= sqlite3_bind_text(statement, INCIDENT_WORDS + 1,
			incident->words, -1, SQLITE_STATIC);
	}
	code |= sqlite3_bind_text(statement, INCIDENT_AREAS + 1,
		incident->areas != NULL ? incident->areas : "", -1, SQLITE_STATIC);
	return code;
}

bool
store_take_incident(sqlite3_stmt *statement, struct store_incident *incident)
{
	sqlite3_stmt *r = statement;

	*incident = (struct store_incident){
		.id = (uint64_t)sqlite3_column_int64(r, INCIDENT_ID),
		.seq = (uint64_t)sqlite3_column_int64(r, INCIDENT_SEQ),
		.hazard = (uint8_t)sqlite3_column_int(r, INCIDENT_HAZARD),
		.status = (uint8_t)sqlite3_column_int(r, INCIDENT_STATUS),
		.class_no = (uint8_t)sqlite3_column_int(r, INCIDENT_CLASS_NO),
		.unplaced = sqlite3_column_int(r, INCIDENT_UNPLACED) != 0,
		.quarantined = sqlite3_column_int(r, INCIDENT_QUARANTINED) != 0,
		.exercise = sqlite3_column_int(r, INCIDENT_EXERCISE) != 0,
		.has_point = sqlite3_column_type(r, INCIDENT_LAT_DEG) != SQLITE_NULL,
		.point = {sqlite3_column_double(r, INCIDENT_LAT_DEG),
			sqlite3_column_double(r, INCIDENT_LON_DEG)},
		.accuracy_m = sqlite3_column_double(r, INCIDENT_ACCURACY_M),
		.place_kind = (uint8_t)sqlite3_column_int(r, INCIDENT_PLACE_KIND),
		.words = (const char *)sqlite3_column_text(r, INCIDENT_WORDS),
		.opened_ms = sqlite3_column_int64(r, INCIDENT_OPENED_MS),
		.linked = (uint64_t)sqlite3_column_int64(r, INCIDENT_LINKED),
		.version = (uint32_t)sqlite3_column_int64(r, INCIDENT_VERSION),
		.areas = (const char *)sqlite3_column_text(r, INCIDENT_AREAS),
		.area_fit = (uint8_t)sqlite3_column_int(r, INCIDENT_AREA_FIT),
		.merged_into = (uint64_t)sqlite3_column_int64(r, INCIDENT_MERGED_INTO),
	};
	return incident->areas != NULL &&
	       checksum(incident) == sqlite3_column_int64(r, INCIDENT_CHECKSUM) &&
	       (!incident->has_point || point_is_valid(incident->point));
}
