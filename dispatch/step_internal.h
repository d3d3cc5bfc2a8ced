/*
 * step_internal - an input on its way to a row, for step.c and step_*.c alone
 *
 * step.c has reports that can be read and what all inputs need; step_unread.c
 * has bytes that nobody has read, and those that are read at last; step_act.c
 * has what operators do.
 */
#ifndef DISPATCH_STEP_INTERNAL_H
#define DISPATCH_STEP_INTERNAL_H

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
 * where the report belongs, as further words in that one. 0 or -ENOMEM.
 */
int step_append(struct step *s, struct incident *i, bool record_changed);
int step_append_to_new(struct step *s, const struct incident *linked);
int step_append_report(struct step *s);
int step_append_addition(struct step *s, struct incident *i, bool same_source);

/* step_act.c */
int step_act(struct step *s);

/* step_unread.c */
int step_unread(struct step *s, bool raw_mode);
int step_interpret(struct step *s);
int step_interpret_failed(struct step *s);

#endif
