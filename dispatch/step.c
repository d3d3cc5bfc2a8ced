#include "dispatch/step.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "dispatch/derive.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"
#include "dispatch/step_internal.h"
#include "dispatch/words.h"
#include "proto/pack.h"

void
step_use_key(struct step *s, const uint8_t key[STORE_KEY_BYTES])
{
	s->row->has_key = true;
	memcpy(s->row->key, key, STORE_KEY_BYTES);
}

/* Of a report that is closed the citizen hears so; operators' news come later. */
static Vedetta__V1__ReportState
report_state(const struct incident *i)
{
	return i != NULL && i->status ==
				       VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED
		       ? VEDETTA__V1__REPORT_STATE__REPORT_STATE_CLOSED
		       : VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED;
}

/* incident may be NULL: raw mode has none yet. */
static int
answer(struct step *s, Vedetta__V1__InputOutcome outcome, uint64_t number,
	int64_t received_ms, uint64_t incident, bool with_token)
{
	const struct incident *i = memory_where(s->memory, number, incident);
	Vedetta__V1__InputAnswer *a = &s->out->answer;

	a->outcome = outcome;
	a->report_id = number;
	a->received_ms = received_ms;
	a->copies = 1;
	a->state = report_state(i);
	a->class_ = i == NULL ? 0 : i->class_no;
	if (i != NULL) {
		const struct duty_standing standing = duty_standing(
			s->memory->duty, &i->areas, s->memory->areas, s->now_ms);

		a->staffed = standing.staffed;
		a->unserved = !standing.served;
	}
	a->code = arena_alloc(s->arena, RECEIPT_CODE_BYTES);
	if (a->code == NULL) {
		return -ENOMEM;
	}
	if (!with_token) {
		receipt_code(s->receipts, number, a->code);
		return 0;
	}
	a->token = arena_alloc(s->arena, RECEIPT_TOKEN_BYTES);
	if (a->token == NULL) {
		return -ENOMEM;
	}
	receipt_both(s->receipts, number, a->code, a->token);
	return 0;
}

/* The receipt of what is in the row now; its number is `number`. */
int
step_answer_stored(struct step *s, uint64_t number)
{
	return answer(s, VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED, number,
		memory_arrival_ms(s->now_ms, s->row->facts), s->row->subject, true);
}

/* The receipt of what came first under the key. */
int
step_answer_known(struct step *s, Vedetta__V1__InputOutcome outcome,
	const struct seen_entry *first, bool with_token)
{
	return answer(
		s, outcome, first->row, first->at_ms, first->incident, with_token);
}

int
step_put_incident(const struct incident *i, struct arena *arena, struct desk_out *out)
{
	struct store_incident *record = &out->incidents[out->n_incidents++];

	incident_to_store(i, record);
	record->areas = arena_copy(arena, record->areas, strlen(record->areas));
	if (record->words != NULL) {
		record->words = arena_copy(arena, record->words, strlen(record->words));
		if (record->words == NULL) {
			return -ENOMEM;
		}
	}
	return record->areas == NULL ? -ENOMEM : 0;
}

/* When the input came, as memory will count it. */
int64_t
step_arrival_of(const struct step *s)
{
	return memory_arrival_ms(s->now_ms, facts_pack(&s->facts));
}

/* Completes the row and applies it. i is NULL for a row without an incident. */
int
step_append(struct step *s, struct incident *i, bool record_changed)
{
	uint8_t class_before = i == NULL ? 0 : i->class_no;
	int r;

	s->row->facts = facts_pack(&s->facts);
	if (i != NULL) {
		s->row->subject = i->id;
		s->row->prev = i->id == s->row->seq ? 0 : i->seq;
	}
	r = memory_apply(s->memory, s->row);
	if (r == 0 && i != NULL && !s->facts.repeat) {
		r = areas_grow(&i->areas, s->memory->areas, &s->place, &record_changed);
	}
	if (r < 0) {
		return r;
	}
	s->out->n_rows = 1;
	if (i == NULL || (!record_changed && i->class_no == class_before)) {
		return 0;
	}
	return step_put_incident(i, s->arena, s->out);
}

int
step_append_to_new(struct step *s, const struct incident *linked)
{
	const struct store_incident record = {
		.id = s->row->seq,
		.seq = s->row->seq,
		.hazard = s->hazard->number,
		.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
		.class_no = CLASS_NONE,
		.unplaced = s->place.unplaced,
		.quarantined = s->facts.unreadable,
		.exercise = s->facts.exercise,
		.has_point = s->place.has_point,
		.point = s->place.point,
		.accuracy_m = s->place.accuracy_m,
		.place_kind = s->place.kind,
		.words = s->place.words,
		.opened_ms = step_arrival_of(s),
		.linked = linked == NULL ? 0 : linked->id,
	};
	struct incident *i;
	int r = memory_open(s->memory, &record, &i);

	return r < 0 ? r : step_append(s, i, true);
}

/* ---- readable reports */

/* What the report says, into the row. */
int
step_read_report(struct step *s)
{
	const Vedetta__V1__ReportInput *in = s->input->report;
	const Vedetta__V1__Report *said = in->report;
	struct record_parts parts;
	int r;

	s->hazard = hazard_by_code(said->hazard);
	if (s->hazard == NULL) {
		s->hazard = hazard_by_number(HAZARD_OTHER);
	}
	place_judge(said, s->hazard, &s->memory->ground, &s->place);
	s->facts.hazard = s->hazard->number;
	s->facts.signs = (uint8_t)signs_of(said->signs);
	s->facts.people = said->signs == NULL ? 0 : (uint8_t)said->signs->people;
	s->facts.about = (uint8_t)said->about;
	s->facts.word_class = words_class(said->text);
	s->facts.tokened = in->tokened != 0;
	s->facts.cross_site = in->cross_site != 0;
	s->facts.exercise = in->exercise != 0;
	s->facts.unplaced = s->place.unplaced;
	s->facts.why = s->place.why;
	s->row->source = in->source;
	s->row->print = in->print;
	r = record_body(in, s->arena, &parts);
	if (r < 0) {
		return r;
	}
	s->row->body = parts.body;
	s->row->body_bytes = parts.body_bytes;
	s->row->personal = parts.personal;
	s->row->personal_bytes = parts.personal_bytes;
	return 0;
}

/* Do many say this very coordinate? Then it is nobody's place. */
static void
ask_piles(struct step *s)
{
	const struct pile_spot spot = {
		.at = s->place.point,
		.exercise = s->facts.exercise,
		.source = s->facts.cross_site ? 0 : s->row->source,
		.at_ms = step_arrival_of(s),
	};
	int answer;

	if (s->place.unplaced || !s->place.loose) {
		return;
	}
	answer = pile_ask(s->memory->piles, &spot);
	s->facts.spot = answer == PILE_COUNTS;
	s->facts.piles = answer == PILE_COMPLETE;
	if (answer == PILE_STANDS) {
		place_doubt(&s->place, PLACE_PILE);
		s->facts.unplaced = true;
		s->facts.why = PLACE_PILE;
	}
}

static void
read_for_folding(struct step *s, struct fold_report *out)
{
	out->seq = s->row->seq;
	out->source = s->row->source;
	out->arrival_ms = step_arrival_of(s);
	out->facts = s->facts;
	fold_read(out, s->input->report->report);
}

/* The row says into which, in `about` if that says nothing else. */
static int
note_fold(struct step *s, uint64_t into)
{
	struct record_parts parts;
	int r;

	if (s->row->kind == STORE_REPORT || into == 0) {
		s->row->about = into != 0 ? into : s->row->about;
		return 0;
	}
	s->facts.folded = true;
	r = record_folded(s->input->report, into, s->arena, &parts);
	if (r == 0) {
		s->row->body = parts.body;
		s->row->body_bytes = parts.body_bytes;
	}
	return r;
}

/* Into the incident, and into the report there that said the same. */
static int
append_to_old(struct step *s, struct incident *i)
{
	struct fold_report report;
	struct sketch room;
	int r;

	read_for_folding(s, &report);
	r = note_fold(s, fold_find(&i->firsts, &report, &room));
	if (r == 0) {
		r = step_append(s, i, false);
	}
	return r < 0 ? r : fold_fill(&s->memory->fold, &report);
}

static int
append_to_opened(struct step *s, const struct incident *linked)
{
	struct fold_report report;
	int r = step_append_to_new(s, linked);

	if (r < 0) {
		return r;
	}
	read_for_folding(s, &report);
	return fold_fill(&s->memory->fold, &report);
}

static int
append_where_it_belongs(struct step *s)
{
	int64_t arrival_ms = step_arrival_of(s);
	struct match_found found = {NULL, NULL};

	if (!s->place.unplaced) {
		found = match_near(&s->memory->match, s->hazard, s->facts.exercise,
			s->place.point, arrival_ms);
	} else if (s->facts.tokened) {
		found = match_of_owner(&s->memory->match, s->hazard, s->facts.exercise,
			s->row->source, arrival_ms);
	}
	return found.joins != NULL ? append_to_old(s, found.joins)
				   : append_to_opened(s, found.linked);
}

/* A report in its own right, into its incident. */
int
step_append_report(struct step *s)
{
	int r;

	ask_piles(s);
	r = append_where_it_belongs(s);
	if (r == 0 && (s->facts.spot || s->facts.piles)) {
		pile_locate(s->memory->piles, s->row->seq, &s->place.point);
	}
	return r;
}

/* Another body under the key of a report. */
static int
step_addition(struct step *s, struct seen_entry first, struct incident *i)
{
	const Vedetta__V1__ReportInput *in = s->input->report;
	Vedetta__V1__InputOutcome outcome =
		in->adds ? VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED
			 : VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT;
	/* A network is many people: what they say otherwise may be a stranger's. */
	bool same_source = in->tokened != 0 && seen_sender(in->source) == first.sender;
	struct seen_entry known;
	uint8_t key[STORE_KEY_BYTES];
	int r;

	derive_key(first.key, in->print, key);
	if (memory_known(s->memory, key, s->now_ms, &known) == NULL) {
		s->row->kind = STORE_ADDITION;
		s->row->about = first.row;
		step_use_key(s, key);
		r = step_read_report(s);
		if (r == 0) {
			r = step_append_addition(s, i, first.row, same_source);
		}
		if (r < 0) {
			return r;
		}
	}
	return step_answer_known(s, outcome, &first, same_source);
}

/*
 * What a reporter answers on the report's own page: further words to it, in the
 * incident it is in, which are read for their class as any words are.
 */
static int
step_answer(struct step *s, struct incident *i)
{
	const Vedetta__V1__ReportInput *in = s->input->report;
	Vedetta__V1__Note note = VEDETTA__V1__NOTE__INIT;
	const struct seen_entry first = {
		.row = in->answers, .incident = i->id, .at_ms = step_arrival_of(s)};
	int r;

	s->row->kind = STORE_MESSAGE;
	s->row->about = in->answers;
	s->row->source = in->source;
	s->row->print = in->print;
	if (s->input->has_key) {
		step_use_key(s, s->input->key);
	}
	s->facts = (struct facts){
		.hazard = HAZARD_OTHER,
		.adds = true,
		.word_class = words_class(in->report->text),
		.exercise = i->exercise,
	};
	s->hazard = i->hazard;
	s->place = (struct place){.unplaced = true, .accuracy_m = -1};
	note.text = in->report->text;
	s->row->personal = pack_message(&note.base, s->arena, &s->row->personal_bytes);
	if (s->row->personal == NULL) {
		return -ENOMEM;
	}
	r = step_append(s, i, false);
	return r < 0 ? r
		     : step_answer_known(s,
			       VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED, &first,
			       true);
}

static int
step_report(struct step *s)
{
	const struct desk_input *in = s->input;
	struct seen_entry known;
	const struct seen_entry *first =
		in->has_key ? memory_known(s->memory, in->key, s->now_ms, &known)
			    : NULL;
	int r;

	assert(in->report != NULL && in->report->report != NULL);
	if (first != NULL && !first->raw) {
		struct incident *i =
			memory_where(s->memory, first->row, first->incident);

		if (first->print == in->report->print) {
			if (in->report->answers != 0) {
				known.row =
					in->report->answers; /* whose receipt it is */
			}
			return step_answer_known(s,
				VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED,
				first,
				first->sender == seen_sender(in->report->source));
		}
		if (i != NULL) {
			return step_addition(s, *first, i);
		}
	}
	if (in->report->answers != 0) {
		struct incident *i = memory_where(
			s->memory, in->report->answers, in->report->incident);

		/* Of a closed one nobody would see it: it opens its own. */
		if (i != NULL &&
			i->status ==
				VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN) {
			return step_answer(s, i);
		}
	}
	s->row->kind = STORE_REPORT;
	if (in->has_key) {
		step_use_key(s, in->key);
	}
	r = step_read_report(s);
	if (r == 0) {
		r = step_append_report(s);
	}
	return r < 0 ? r : step_answer_stored(s, s->row->seq);
}

int
step_take(struct memory *m, const struct receipt_keys *receipts,
	const struct desk_input *input, int64_t now_ms, struct arena *arena,
	struct desk_out *out)
{
	struct step s = {
		.memory = m,
		.receipts = receipts,
		.input = input,
		.now_ms = now_ms,
		.arena = arena,
		.out = out,
		.row = &out->few[0],
	};

	out->n_rows = 0;
	out->n_incidents = 0;
	out->answer = (Vedetta__V1__InputAnswer)VEDETTA__V1__INPUT_ANSWER__INIT;
	out->rows = out->few;
	out->rows[0] = (struct store_row){.seq = m->last_seq + 1, .at_ms = now_ms};
	switch (input->kind) {
	case DESK_REPORT:
		return step_report(&s);
	case DESK_QUARANTINE:
		return step_unread(&s, false);
	case DESK_RAW:
		return step_unread(&s, true);
	case DESK_INTERPRET:
		return step_interpret(&s);
	case DESK_INTERPRET_FAILED:
		return step_interpret_failed(&s);
	case DESK_ACT:
		return step_act(&s);
	}
	assert(false); /* a kind of input without a step */
	return -EINVAL;
}
