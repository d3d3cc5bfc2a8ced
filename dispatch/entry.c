#include "dispatch/entry.h"

#include "dispatch/facts.h"
#include "dispatch/hazard.h"
#include "dispatch/memory.h"
#include "dispatch/place.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"
#include "vedetta/v1/action.pb-c.h"

static bool
is_entry(const struct store_row *row)
{
	return row->subject != 0 &&
	       (row->kind == STORE_REPORT || row->kind == STORE_ADDITION ||
		       row->kind == STORE_QUARANTINED ||
		       row->kind == STORE_INTERPRETED);
}

static void
add_record(const struct record *record, const struct hazard *hazard,
	struct index_entry *out)
{
	static const struct ground anywhere; /* where it was said to be */
	struct place place;

	place_judge(record->report, hazard, &anywhere, &place);
	out->channel = record->channel;
	if (record->report->text != NULL) {
		out->text = record->report->text;
	}
	if (place.words != NULL) {
		out->place = place.words;
	}
	out->has_point = place.has_point;
	out->point = place.point;
	out->accuracy_m = place.accuracy_m;
}

/* As the desk decides it (desk.c). */
static bool
is_own(const struct store_row *row, const struct facts *facts)
{
	return (row->kind == STORE_REPORT || row->kind == STORE_INTERPRETED) &&
	       !facts->unreadable && !facts->repeat && !facts->adds;
}

int
entry_of_row(const struct store_row *row, struct arena *arena, struct index_entry *out)
{
	const struct record_parts parts = {
		row->body, row->body_bytes, row->personal, row->personal_bytes};
	struct facts facts = facts_unpack(row->facts);
	const struct hazard *hazard = hazard_by_number(facts.hazard);
	struct record record;

	if (!is_entry(row)) {
		return ENTRY_NONE;
	}
	if (hazard == NULL) {
		hazard = hazard_by_number(HAZARD_OTHER);
	}
	*out = (struct index_entry){
		.seq = row->seq,
		.number = row->kind == STORE_INTERPRETED ? row->about : row->seq,
		.incident = row->subject,
		.at_ms = memory_arrival_ms(row->at_ms, row->facts),
		.kind = (uint8_t)row->kind,
		.hazard = hazard->number,
		.class_no = rank_class(hazard, facts.signs, facts.word_class).class_no,
		.exercise = facts.exercise,
		.own = is_own(row, &facts),
		.hangs = is_own(row, &facts) && !facts.unplaced,
		.accuracy_m = -1,
		.channel = "",
		.text = "",
		.place = "",
	};
	/* What crashed the desk is never parsed. */
	if (row->kind != STORE_QUARANTINED && row->body != NULL &&
		row->body_bytes > 0 && record_read(&parts, arena, &record) == 0) {
		add_record(&record, hazard, out);
	}
	return 0;
}

int
entry_move_of_row(
	const struct store_row *row, struct arena *arena, struct entry_move *out)
{
	const Vedetta__V1__PlaceAction *said = NULL;

	if (row->kind != STORE_MOVED_IN) {
		return ENTRY_NONE;
	}
	*out = (struct entry_move){
		.number = row->about, .incident = row->subject, .accuracy_m = -1};
	if (row->personal != NULL) {
		said = vedetta__v1__place_action__unpack(
			arena_allocator(arena), row->personal_bytes, row->personal);
	}
	if (said != NULL && said->point != NULL) {
		out->has_point = true;
		out->point =
			(struct geo_point){said->point->lat_deg, said->point->lon_deg};
	}
	if (said != NULL &&
		said->accuracy_case == VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M) {
		out->accuracy_m = said->accuracy_m;
	}
	return 0;
}

void
entry_put_elsewhere(const struct entry_move *move, struct index_entry *e)
{
	e->incident = move->incident;
	if (move->has_point) {
		e->has_point = true;
		e->point = move->point;
		e->accuracy_m = move->accuracy_m;
		e->hangs = e->own;
	}
}
