/*
 * step_internal - an input on its way to a row, for step.c and step_*.c alone
 *
 * step.c has reports that can be read and what all inputs need; step_add.c further
 * words to one; step_unread.c
 * has bytes that nobody has read, and those that are read at last; step_act.c
 * has what operators do, step_may.c who may, step_place.c and step_move.c what of
 * it moves reports.
 */
#ifndef DISPATCH_STEP_INTERNAL_H
#define DISPATCH_STEP_INTERNAL_H

#include "dispatch/desk.h"
#include "dispatch/facts.h"
#include "dispatch/place.h"
#include "dispatch/step.h"

struct step {
	struct memory *memory;
	const struct receipt_keys *receipts;
	const struct desk_input *input;
	int64_t now_ms;
	struct arena *arena;
	struct desk_out *out;
	struct store_row *row; /* being made; in *out */
	struct facts facts;
	struct place place;
	const struct hazard *hazard;
};

void step_use_key(struct step *s, const uint8_t key[STORE_KEY_BYTES]);

/* When the input came, as memory will count it. */
int64_t step_arrival_of(const struct step *s);

/* The receipt of what is in the row now; its number is `number`. 0 or -ENOMEM. */
int step_answer_stored(struct step *s, uint64_t number);

/* The receipt of what came first under the key. 0 or -ENOMEM. */
int step_answer_known(struct step *s, Vedetta__V1__InputOutcome outcome,
	const struct seen_entry *first, bool with_token);

/* What the report says, into the row. 0 or -ENOMEM. */
int step_read_report(struct step *s);

/*
 * Completes the row and applies it: in an incident (NULL: in none), in a new one,
 * where the report belongs. 0 or -ENOMEM.
 */
int step_append(struct step *s, struct incident *i, bool record_changed);
int step_append_to_new(struct step *s, const struct incident *linked);
int step_append_report(struct step *s);

/* step_add.c: as further words to the report in that one. 0 or -ENOMEM. */
int step_append_addition(
	struct step *s, struct incident *i, uint64_t report, bool same_source);

/* ---- step_act.c: what operators do; all of these 0 or -ENOMEM */

int step_act(struct step *s);

/* Nothing was done, and why; with who decided about the incident (NULL: untold). */
int step_refuse(
	struct step *s, Vedetta__V1__ActionRefusal why, const struct incident *i);

/* It was done; what says is in the incident's history under `decision`, or 0. */
int step_answer_acted(struct step *s, Vedetta__V1__ActionOutcome what, uint64_t report,
	const struct incident *now_in);

/*
 * The next row of this step, in the incident. The one the input's key is
 * remembered by is `keyed`.
 */
struct store_row *step_begin_row(
	struct step *s, enum store_kind kind, const struct incident *i, bool keyed);

/* Applies it. */
int step_end_row(struct step *s, const struct store_row *row);

/* Packs it into the arena. */
int step_pack(struct step *s, const ProtobufCMessage *message, const uint8_t **out,
	size_t *bytes);

/* Writes the decision down: a row in the incident. */
int step_decide(struct step *s, struct incident *i, Vedetta__V1__LogDecision *decision);

/*
 * step_may.c: may whoever asks do this? 0, or why not. Enabled, with the right, in
 * the incident's areas and in those of the one it goes to: as it is now, whatever a
 * front thought. To lead is asked of who undoes what another account decided, gives
 * a class of another's back to the rule, or lowers another's class 1. A desk
 * without accounts has no console that could ask (and tests without them).
 */
Vedetta__V1__ActionRefusal step_may(const struct step *s, const struct incident *i);

/* step_place.c */
int step_place(struct step *s, struct incident *i);

/* ---- step_centre.c: where incidents are when reports go from one to another */

struct step_centres {
	uint64_t from; /* the report that now says where the old one is; 0: as it was */
	uint64_t to;   /* likewise of the other */
};

/*
 * When these reports (NULL: all) go. An incident is where its first report is; one that
 * others come into stays where it is if it has a place, unless they come back. to
 * NULL: a new one. Before they go.
 */
struct step_centres step_centres(const struct incident *from, const uint64_t *reports,
	size_t n, const struct incident *to, bool back);

/* Where the report is, as the input brought it along. false: nobody can say. */
bool step_place_of(const struct step *s, uint64_t report, const struct hazard *hazard,
	struct place *out);

/* The incident is where that report is (0: as it was). 0 or -ENOMEM. */
int step_recentre(struct step *s, struct incident *i, uint64_t report);

/* ---- step_move.c */

/* MERGE, SPLIT and MOVE, and UNDO of these. */
int step_merge(struct step *s, struct incident *i);
int step_split(struct step *s, struct incident *i);
int step_move(struct step *s, struct incident *i);
int step_move_back(struct step *s, struct incident *i, const struct decision *undone);

/* step_unread.c */
int step_unread(struct step *s, bool raw_mode);
int step_interpret(struct step *s);
int step_interpret_failed(struct step *s);

#endif
