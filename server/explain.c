#include "server/explain.h"

#include <errno.h>

#include "dispatch/memory.h"
#include "dispatch/record.h"

static void
read_fold_report(const struct store_row *row, const Vedetta__V1__Report *said,
	struct fold_report *out)
{
	out->seq = row->seq;
	out->source = row->source;
	out->arrival_ms = memory_arrival_ms(row->at_ms, row->facts);
	out->facts = facts_unpack(row->facts);
	fold_read(out, said);
}

static int
read_first(struct store *store, uint64_t seq, struct arena *arena,
	struct explain_first *first)
{
	struct store_row row;
	int answer;

	if (first->report.seq == seq) {
		return 0;
	}
	answer = store_read_row(store, seq, &row);
	*first = (struct explain_first){.report = {.seq = seq}, .number = seq};
	first->is_lost = answer == STORE_NONE || answer == -EUCLEAN;
	if (answer == 0) {
		read_fold_report(&row,
			record_personal(row.personal, row.personal_bytes, arena),
			&first->report);
		first->number = row.kind == STORE_INTERPRETED ? row.about : seq;
	}
	return first->is_lost ? 0 : answer;
}

static Vedetta__V1__FoldReason
reason_of(const struct fold_reason *why)
{
	if (!likeness_is_enough(why->likeness)) {
		return why->same_source
			       ? VEDETTA__V1__FOLD_REASON__FOLD_REASON_SOURCE
			       : VEDETTA__V1__FOLD_REASON__FOLD_REASON_UNSPECIFIED;
	}
	return why->same_source ? VEDETTA__V1__FOLD_REASON__FOLD_REASON_WORDS_AND_SOURCE
				: VEDETTA__V1__FOLD_REASON__FOLD_REASON_WORDS;
}

static void
say(const struct fold_reason *why, Vedetta__V1__Fold *out)
{
	out->reason = reason_of(why);
	out->same_source = why->same_source;
	out->after_s = why->after_ms > 0 ? (uint32_t)(why->after_ms / 1000) : 0;
	out->before_s = why->after_ms < 0 ? (uint32_t)(-why->after_ms / 1000) : 0;
	if (why->likeness.defined) {
		out->words_case = VEDETTA__V1__FOLD__WORDS_LIKENESS;
		out->likeness = why->likeness.value;
	}
	if (why->distance_m >= 0) {
		out->distance_case = VEDETTA__V1__FOLD__DISTANCE_DISTANCE_M;
		out->distance_m = why->distance_m;
	}
}

int
explain_fold(struct store *store, struct explain_first *first,
	const struct store_row *row, uint64_t into, struct arena *arena,
	Vedetta__V1__IncidentReport *out)
{
	struct fold_report report;
	struct fold_reason why;
	int answer;

	if (into == 0) {
		return 0;
	}
	out->fold = arena_alloc(arena, sizeof(*out->fold));
	if (out->fold == NULL) {
		return -ENOMEM;
	}
	vedetta__v1__fold__init(out->fold);
	answer = read_first(store, into, arena, first);
	out->folded_into = first->number;
	if (answer != 0 || first->is_lost) {
		return answer;
	}
	read_fold_report(row, out->report, &report);
	fold_compare(&first->report, &report, &why);
	say(&why, out->fold);
	return 0;
}
