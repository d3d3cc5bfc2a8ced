#include "dispatch/incident_internal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/rank.h"
#include "dispatch/work.h"
#include "vedetta/v1/incident.pb-c.h"

static const int64_t hour_ms = 3600000;
static const uint32_t NOT_KNOWN = UINT32_MAX;

/* A copy that fits a record, cut between characters. NULL: no memory. */
static char *
copy_words(const char *words)
{
	size_t bytes = strlen(words);

	if (bytes >= STORE_WORDS_BYTES) {
		bytes = STORE_WORDS_BYTES - 1;
		while (bytes > 0 && ((unsigned char)words[bytes] & 0xC0) == 0x80) {
			bytes--;
		}
	}
	return strndup(words, bytes);
}

static uint32_t
centimetres(double accuracy_m)
{
	return !(accuracy_m >= 0)              ? NOT_KNOWN
	       : accuracy_m >= NOT_KNOWN / 100 ? NOT_KNOWN - 1
					       : (uint32_t)lround(accuracy_m * 100);
}

double
incident_accuracy_m(const struct incident *i)
{
	return i->accuracy_cm == NOT_KNOWN ? -1 : i->accuracy_cm / 100.0;
}

struct incident *
incident_new(const struct store_incident *record)
{
	struct incident *i = calloc(1, sizeof(*i));

	if (i == NULL) {
		return NULL;
	}
	i->rare = &incident_nothing;
	i->id = record->id;
	i->seq = record->seq;
	i->opened_ms = record->opened_ms;
	i->last_report_ms = record->opened_ms;
	i->point = record->point;
	i->accuracy_cm = centimetres(record->accuracy_m);
	i->hazard = hazard_by_number(record->hazard);
	if (i->hazard == NULL) {
		i->hazard = hazard_by_number(HAZARD_OTHER);
	}
	i->kept_class = record->class_no >= 1 && record->class_no <= CLASS_INFORMATION
				? (record->class_no & 7u)
				: CLASS_NONE;
	i->class_no = i->kept_class; /* until a row says more */
	i->rule_class = CLASS_NONE;
	i->status = record->status & 3u;
	i->place_kind = record->place_kind;
	i->has_point = record->has_point;
	i->unplaced = record->unplaced;
	i->quarantined = record->quarantined;
	i->exercise = record->exercise;
	if ((record->words != NULL && (i->words = copy_words(record->words)) == NULL) ||
		incident_take_rare(i, record) < 0 ||
		areas_set(&i->areas, record->areas, record->area_fit) < 0) {
		incident_free(i);
		return NULL;
	}
	return i;
}

void
incident_free(struct incident *i)
{
	if (i == NULL) {
		return;
	}
	members_fini(&i->members);
	areas_fini(&i->areas);
	incident_free_rare(i);
	free(i->words);
	free(i);
}

void
incident_settle(struct incident *i)
{
	uint8_t by_hand = work_class(i->rare->work);

	i->class_no = by_hand != 0 ? by_hand : i->rule_class;
}

void
incident_loaded(struct incident *i)
{
	if (i->kept_class <= i->class_no && i->rule_class == CLASS_NONE) {
		i->rule_class = i->kept_class;
	}
	if (i->kept_class < i->class_no) {
		i->class_no = i->rule_class = i->kept_class;
	}
}

static struct class_of
class_of_facts(const struct incident *i, const struct facts *f)
{
	const struct hazard *hazard = hazard_by_number(f->hazard);

	if (f->unreadable) {
		return (struct class_of){CLASS_LIVES_SOON, "quarantined"};
	}
	/* Further words rarely name the hazard again. */
	if (hazard == NULL || (f->adds && hazard->number == HAZARD_OTHER)) {
		hazard = i->hazard;
	}
	return rank_class(hazard, f->signs, f->word_class);
}

static void
raise_class(struct incident *i, struct class_of by)
{
	if (by.class_no < i->rule_class) {
		i->rule_class = by.class_no;
		i->reason = rank_reason_number(by.reason);
	}
}

/* Sums the member up with those before it. 0 or -ENOMEM. */
static int
sum_up(struct incident *i, uint32_t index)
{
	const struct member *m = members_at(&i->members, index);
	const struct facts f = member_facts(m);
	bool new_sender = false;
	int r;

	raise_class(i, class_of_facts(i, &f));
	i->signs |= f.signs;
	if (f.people > i->people) {
		i->people = f.people;
	}
	if (f.adds) {
		return 0;
	}
	r = incident_take_sender(i, index, &new_sender);
	if (r < 0) {
		return r;
	}
	trend_take(&i->trend, m->arrival_ms, new_sender);
	i->n_reports++;
	i->n_folded += f.folded;
	if (m->arrival_ms > i->last_report_ms) {
		i->last_report_ms = m->arrival_ms;
	}
	return 0;
}

/* Of a sign that bears on lives and was not there: the one of the worst class. */
static struct class_of
new_danger(const struct incident *i, const struct facts *f)
{
	struct class_of worst = {CLASS_NONE, NULL};
	uint8_t is_new = f->signs & (uint8_t)~i->signs;
	size_t n_signs, n;
	const struct sign_row *signs = sign_table(&n_signs);

	if (i->hazard->family == FAMILY_OTHER) {
		is_new &= (uint8_t)~SIGN_VULNERABLE; /* as rank_class() has it */
	}
	for (n = 0; n < n_signs; n++) {
		if ((is_new & signs[n].bit) != 0 &&
			signs[n].class_no < worst.class_no) {
			worst = (struct class_of){signs[n].class_no, signs[n].field};
		}
	}
	return worst;
}

/*
 * Is it worse than what was known? By its class; by a sign of lives that was not
 * there, if its class is not below that which holds; or, where an operator lowered
 * the class, by any sign or words of a worse one, whoever said so before: the
 * operator judged those. What the hazard alone makes of it the operator knew.
 */
static bool
is_worse(const struct incident *i, const struct facts *f, struct class_of *why)
{
	struct class_of by = class_of_facts(i, f);
	struct class_of danger = new_danger(i, f);

	*why = by;
	if (by.class_no < i->rule_class) {
		return true;
	}
	if (by.class_no < i->class_no && !f->folded &&
		strcmp(by.reason, "hazard") != 0) {
		return true;
	}
	*why = danger;
	return danger.class_no <= CLASS_LIVES_SOON && danger.class_no <= i->class_no;
}

/* The first report makes an incident and cannot make it worse. */
static int
note_worse(struct incident *i, const struct member *member, const struct facts *f,
	uint64_t seq)
{
	struct class_of why;
	struct work *work;
	bool again;

	if (i->members.n == 0 || !is_worse(i, f, &why)) {
		return 0;
	}
	work = incident_work(i);
	if (work == NULL) {
		return -ENOMEM;
	}
	again = work_is_worse(work); /* nobody has seen that yet: from there on */
	work->worsened = (struct worsened){
		.seq = seq,
		.report = member->report,
		.at_ms = member->arrival_ms,
		.reason = why.reason,
		.class_before = again ? work->worsened.class_before : i->class_no,
		.class_now = why.class_no < i->class_no ? why.class_no : i->class_no,
	};
	return 0;
}

int
incident_take(struct incident *i, const struct member *member, uint64_t seq)
{
	const struct facts f = member_facts(member);
	int r;

	if (f.repeat) {
		return 0;
	}
	/* These two stay, whoever leaves: they say how it came to be. */
	if (i->why == PLACE_IS_PLACED) {
		i->why = f.why & 7u;
	}
	i->piled = i->piled || f.piles;
	r = note_worse(i, member, &f, seq);
	if (r == 0) {
		r = members_add(&i->members, member);
	}
	if (r == 0) {
		r = sum_up(i, i->members.n - 1);
	}
	incident_settle(i);
	return r;
}

int
incident_give_up(struct incident *i, const uint64_t *reports, size_t n_reports)
{
	uint8_t class_no = i->rule_class;
	uint8_t reason = i->reason;
	struct work *work = i->rare->work;
	uint32_t n;
	size_t k;
	int r = 0;

	members_remove(&i->members, reports, n_reports);
	for (k = 0; k < n_reports; k++) {
		if (work != NULL && work->worsened.report == reports[k]) {
			work->worsened = (struct worsened){.seq = 0};
		}
	}
	incident_forget_senders(i);
	i->trend = (struct trend){.step = 0};
	i->last_report_ms = i->opened_ms;
	i->rule_class = CLASS_NONE;
	i->reason = 0;
	i->signs = 0;
	i->people = 0;
	i->n_reports = 0;
	i->n_folded = 0;
	for (n = 0; n < i->members.n && r == 0; n++) {
		r = sum_up(i, n);
	}
	if (i->n_reports == 0) {
		members_fini(&i->members);
		i->rule_class = class_no;
		i->reason = reason;
	}
	incident_settle(i);
	return r;
}

int
incident_take_silence(struct incident *i, const uint8_t *body, size_t bytes)
{
	struct incident_rare *rare = incident_rare(i);
	Vedetta__V1__Silence *silence = vedetta__v1__silence__unpack(NULL, bytes, body);

	if (silence == NULL || rare == NULL) {
		vedetta__v1__silence__free_unpacked(silence, NULL);
		return -ENOMEM; /* the row is proven: it is what was packed */
	}
	vedetta__v1__silence__free_unpacked(rare->silence, NULL);
	rare->silence = silence;
	i->rule_class = CLASS_LIVES_SOON;
	i->reason = rank_reason_number("silence");
	incident_settle(i);
	if (silence->outcome != 0) {
		i->status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	}
	return 0;
}

int
incident_move(struct incident *i, const struct place *place)
{
	if (place->words != NULL) {
		char *words = copy_words(place->words);

		if (words == NULL) {
			return -ENOMEM;
		}
		free(i->words);
		i->words = words;
	}
	if (place->has_point) {
		i->has_point = true;
		i->point = place->point;
		i->accuracy_cm = centimetres(place->accuracy_m);
		i->place_kind = place->kind;
		i->unplaced = place->unplaced;
	}
	return 0;
}

bool
incident_is_joinable(const struct incident *i, int64_t now_ms)
{
	return i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN &&
	       now_ms - i->last_report_ms <= i->hazard->window_h * hour_ms;
}

bool
incident_is_replaced(const struct incident *i)
{
	return i->superseded &&
	       (i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED ||
		       !work_was_closed(i->rare->work));
}

enum place_why
incident_why(const struct incident *i)
{
	if (!i->unplaced || i->rare->silence != NULL) {
		return PLACE_IS_PLACED;
	}
	if (!i->has_point) {
		return i->why == PLACE_IS_PLACED ? PLACE_NO_POINT
						 : (enum place_why)i->why;
	}
	/* Further words can have brought a rough point where there was none. */
	return i->why == PLACE_SWAPPED || i->why == PLACE_CENTROID ||
			       i->why == PLACE_PILE
		       ? (enum place_why)i->why
		       : PLACE_COARSE;
}

bool
incident_is_at_centroid(const struct incident *i)
{
	enum place_why why = incident_why(i);

	return i->piled || why == PLACE_CENTROID || why == PLACE_PILE;
}

void
incident_to_store(const struct incident *i, struct store_incident *out)
{
	*out = (struct store_incident){
		.id = i->id,
		.seq = i->seq,
		.hazard = i->hazard->number,
		.status = i->status,
		.class_no = i->class_no,
		.unplaced = i->unplaced,
		.quarantined = i->quarantined,
		.exercise = i->exercise,
		.has_point = i->has_point,
		.point = i->point,
		.accuracy_m = incident_accuracy_m(i),
		.place_kind = i->place_kind,
		.words = i->words,
		.opened_ms = i->opened_ms,
		.linked = i->rare->linked,
		.merged_into = i->rare->merged_into,
		.version = i->rare->version,
		.areas = areas_text(&i->areas),
		.area_fit = i->areas.fit,
	};
}
