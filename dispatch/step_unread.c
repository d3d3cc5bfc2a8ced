#include "dispatch/step_internal.h"

#include <assert.h>

#include "dispatch/derive.h"

/* ---- bytes that nobody has read */

/*
 * The entry of the same bytes, kept under the same key before; NULL when there
 * is none. Where there is a first, further_key is what these are known by. It is
 * the first, or in *out.
 */
static const struct seen_entry *
find_raw(const struct step *s, const struct seen_entry *first,
	uint8_t further_key[STORE_KEY_BYTES], struct seen_entry *out)
{
	if (first == NULL) {
		return NULL;
	}
	if (first->raw && first->print == s->row->print) {
		return first;
	}
	derive_key(first->key, s->row->print, further_key);
	return memory_known(s->memory, further_key, s->now_ms, out);
}

/* An incident of its own for what cannot be read: somebody must look. */
static int
append_unreadable(struct step *s, struct incident *joins)
{
	s->facts.unreadable = true;
	s->facts.unplaced = true;
	s->facts.why = PLACE_NO_POINT;
	s->facts.hazard = HAZARD_OTHER;
	s->hazard = hazard_by_number(HAZARD_OTHER);
	s->place = (struct place){
		.unplaced = true, .why = PLACE_NO_POINT, .accuracy_m = -1};
	if (joins != NULL) {
		s->facts.adds = true;
		return step_append(s, joins, false);
	}
	return step_append_to_new(s, NULL);
}

/* Quarantined bytes of a key whose first were quarantined go where those are. */
static int
append_quarantined(struct step *s, const struct seen_entry *first)
{
	struct incident *joins = NULL;

	if (first != NULL) {
		s->row->about = first->row;
		joins = first->raw
				? memory_where(s->memory, first->row, first->incident)
				: NULL;
	}
	return append_unreadable(s, joins);
}

/* Bytes to keep: quarantined, or to be read later (raw). */
int
step_unread(struct step *s, bool raw_mode)
{
	const struct desk_input *in = s->input;
	struct seen_entry known, other;
	const struct seen_entry *first =
		in->has_key ? memory_known(s->memory, in->key, s->now_ms, &known)
			    : NULL;
	const struct seen_entry *same;
	uint8_t further_key[STORE_KEY_BYTES];
	int r;

	s->row->kind = raw_mode ? STORE_RAW : STORE_QUARANTINED;
	s->row->print = derive_raw_print(in->raw, in->raw_bytes);
	s->row->personal = in->raw;
	s->row->personal_bytes = in->raw_bytes;
	same = find_raw(s, first, further_key, &other);
	if (same != NULL) {
		return step_answer_known(s,
			VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED, same, true);
	}
	if (in->has_key) {
		step_use_key(s, raw_mode || first == NULL ? in->key : further_key);
	}
	r = raw_mode ? step_append(s, NULL, false) : append_quarantined(s, first);
	return r < 0 ? r : step_answer_stored(s, s->row->seq);
}

/* ---- raw rows that are read at last */

/* The row that says what became of the RAW row; counted from when that came. */
static const struct waiting_row *
begin_interpreting(struct step *s)
{
	const struct waiting_row *raw =
		waiting_find(&s->memory->waiting, s->input->about);
	int64_t late_s;

	assert(raw != NULL);
	late_s = (s->now_ms - raw->at_ms) / 1000;
	if (late_s > FACTS_LATE_MAX_S) {
		late_s = FACTS_LATE_MAX_S;
	}
	s->facts.late_s = late_s < 0 ? 0 : (uint32_t)late_s;
	s->row->kind = STORE_INTERPRETED;
	s->row->about = raw->seq;
	return raw;
}

int
step_interpret(struct step *s)
{
	const struct waiting_row *raw = begin_interpreting(s);
	struct seen_entry known;
	const struct seen_entry *first =
		raw->has_key ? memory_known(s->memory, raw->key, s->now_ms, &known)
			     : NULL;
	uint64_t number = raw->seq;
	struct incident *i = NULL;
	int r;

	assert(s->input->report != NULL && s->input->report->report != NULL);
	r = step_read_report(s);
	if (r < 0) {
		return r;
	}
	if (first != NULL && !first->raw) {
		i = memory_where(s->memory, first->row, first->incident);
	}
	if (i == NULL) {
		if (raw->has_key) {
			step_use_key(s, raw->key);
		}
		r = step_append_report(s);
	} else if (first->print == s->row->print) {
		s->facts.repeat = true;
		r = step_append(s, i, false);
	} else {
		uint8_t key[STORE_KEY_BYTES];

		derive_key(raw->key, s->row->print, key);
		step_use_key(s, key);
		r = step_append_addition(
			s, i, first->row, first->sender == seen_sender(s->row->source));
	}
	return r < 0 ? r : step_answer_stored(s, number);
}

int
step_interpret_failed(struct step *s)
{
	const struct waiting_row *raw = begin_interpreting(s);
	struct seen_entry known;
	const struct seen_entry *first =
		raw->has_key ? memory_known(s->memory, raw->key, s->now_ms, &known)
			     : NULL;
	uint64_t number = raw->seq;
	int r;

	if (first != NULL && first->row == raw->seq) {
		step_use_key(s, raw->key);
		s->row->print = first->print;
	}
	r = append_unreadable(s, NULL);
	return r < 0 ? r : step_answer_stored(s, number);
}
