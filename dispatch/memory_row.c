#include "dispatch/memory_internal.h"

#include <errno.h>
#include <stdlib.h>

#include "vedetta/v1/log.pb-c.h"

enum {
	SILENT_FIRST = 16,
};

uint64_t
memory_number(const struct store_row *row, const struct facts *facts)
{
	bool adds = row->kind == STORE_ADDITION || facts->adds;

	return row->kind == STORE_INTERPRETED || row->kind == STORE_MOVED_IN ||
			       (adds && row->about != 0)
		       ? row->about
		       : row->seq;
}

bool
memory_is_folded(const struct store_row *row, const struct facts *facts)
{
	return row->kind == STORE_REPORT
		       ? row->about != 0
		       : row->kind == STORE_INTERPRETED && facts->folded;
}

/* Who moved something decided; the decision itself may stand here already. */
static int
take_mover(struct work *work, const struct store_row *row,
	const Vedetta__V1__LogMove *move)
{
	const char *what = move->decision == 0 ? "place"
			   : move->whole       ? "merge"
					       : "move";

	return move->decision != 0 && work->decider.seq >= move->decision
		       ? 0
		       : work_note_decider(work, row, what, move->author);
}

/* 0 or -ENOMEM. */
static int
note_decided(const struct store_row *row, struct incident *i)
{
	struct incident_rare *rare = incident_rare(i);

	if (rare == NULL) {
		return -ENOMEM;
	}
	rare->decided_seq = row->seq;
	return 0;
}

/*
 * The members that an operator's move brought along. A row that cannot be read any
 * more brings none, and the class of the incident is its record's. 0 or -ENOMEM.
 */
static int
take_moved(struct memory *m, const struct store_row *row, struct incident *i)
{
	Vedetta__V1__LogMove *move = vedetta__v1__log_move__unpack(
		NULL, row->damaged ? 0 : row->body_bytes, row->body);
	int r = move == NULL ? -ENOMEM : 0;
	struct work *work;
	size_t n;

	if (r == 0 && move->corrected) {
		vedetta__v1__log_move__free_unpacked(move, NULL);
		return 0; /* nobody decided, and it is where it was */
	}
	if (r == 0) {
		r = table_put(&m->moved, row->about, i);
	}
	for (n = 0; r == 0 && n < move->n_members; n++) {
		const Vedetta__V1__LogMember *said = move->members[n];
		const struct member member = member_pack(
			said->report, said->source, said->facts, said->arrival_ms);

		r = incident_take(i, &member, row->seq);
	}
	if (r == 0 && !row->damaged) {
		work = incident_work(i);
		r = work == NULL ? -ENOMEM : take_mover(work, row, move);
	}
	if (r == 0 && move->whole) {
		r = work_merge(i->rare->work, move->from);
	}
	vedetta__v1__log_move__free_unpacked(move, NULL);
	return r < 0 ? r : note_decided(row, i);
}

/* Out of it went the report the row is about, or those its body names. */
static int
give_up_moved(struct memory *m, const struct store_row *row, struct incident *i)
{
	Vedetta__V1__LogMove *move;
	int r = note_decided(row, i);

	if (r < 0) {
		return r;
	}
	fold_forget(&m->fold, &i->firsts);
	if (row->about != 0) {
		r = incident_give_up(i, &row->about, 1);
	}
	if (r < 0 || row->damaged) {
		return r; /* several are in both, in sight */
	}
	move = vedetta__v1__log_move__unpack(NULL, row->body_bytes, row->body);
	if (move == NULL || incident_work(i) == NULL) {
		r = -ENOMEM;
	} else if (row->about == 0) {
		r = incident_give_up(i, move->reports, move->n_reports);
		work_unmerge(i->rare->work, move->to);
	}
	if (r == 0) {
		r = take_mover(i->rare->work, row, move);
	}
	vedetta__v1__log_move__free_unpacked(move, NULL);
	return r;
}

static int
take_decision(const struct store_row *row, struct incident *i)
{
	struct work *work = row->damaged ? NULL : incident_work(i);
	int r;

	if (row->damaged) {
		return 0; /* it still counts for nothing but its record */
	}
	r = work == NULL ? -ENOMEM : work_take_decision(work, row);
	if (r == 0 && work->decider.seq == row->seq) {
		r = note_decided(row, i);
	}
	incident_settle(i);
	return r;
}

/* An answer's words count as further words to the report do. */
static int
take_message(const struct store_row *row, const struct facts *facts,
	const struct member *member, struct incident *i)
{
	struct work *work = incident_work(i);
	int r = work == NULL ? -ENOMEM : 0;

	if (r == 0 && facts->adds) {
		r = incident_take(i, member, row->seq);
	}
	return r < 0 || row->damaged ? r : work_take_message(work, row);
}

static int
take_silence(struct memory *m, const struct store_row *row, struct incident *i)
{
	bool is_new = i->rare->silence == NULL;

	if (row->damaged) {
		return 0; /* it stays as its record has it, in sight when open */
	}
	if (is_new && m->n_silent == m->room_silent) {
		size_t room = m->room_silent == 0 ? SILENT_FIRST : 2 * m->room_silent;
		void *grown = realloc(m->silent, room * sizeof(m->silent[0]));

		if (grown == NULL) {
			return -ENOMEM;
		}
		m->silent = grown;
		m->room_silent = room;
	}
	if (incident_take_silence(i, row->body, row->body_bytes) < 0) {
		return -ENOMEM;
	}
	if (is_new) {
		m->silent[m->n_silent++] = i;
	}
	return 0;
}

void
memory_forget_silent(struct memory *m, int64_t before_ms)
{
	size_t kept = 0;

	for (size_t n = 0; n < m->n_silent; n++) {
		struct incident *i = m->silent[n];

		if (i->status == VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN ||
			i->opened_ms >= before_ms) {
			m->silent[kept++] = i;
		}
	}
	m->n_silent = kept;
}

int
memory_take_row(struct memory *m, const struct store_row *row,
	const struct facts *facts, struct incident *i)
{
	struct facts own = *facts;
	struct member member;

	own.folded = memory_is_folded(row, facts);
	member = member_pack(memory_number(row, facts), row->source, facts_pack(&own),
		memory_arrival_ms(row->at_ms, row->facts));
	switch (row->kind) {
	case STORE_MOVED_OUT:
		memory_look_again(m, i);
		return give_up_moved(m, row, i);
	case STORE_MOVED_IN:
		memory_look_again(m, i);
		return take_moved(m, row, i);
	case STORE_SILENCE:
		return take_silence(m, row, i);
	case STORE_DECISION:
		return take_decision(row, i);
	case STORE_MESSAGE:
		return take_message(row, facts, &member, i);
	case STORE_REPORT:
	case STORE_ADDITION:
	case STORE_QUARANTINED:
	case STORE_INTERPRETED:
		return incident_take(i, &member, row->seq);
	case STORE_RAW:
	case STORE_AREAS:
	case STORE_REAREA:
	case STORE_UMBRELLA:
	case STORE_DELIVERY:
	case STORE_DUTY:
	case STORE_ESCALATION:
	case STORE_ACCOUNT:
	case STORE_SESSION:
	case STORE_AUDIT:
		break; /* say nothing of reports */
	}
	return 0;
}
