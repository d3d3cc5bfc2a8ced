/*
 * admit - from the bytes a front sent to an input the desk may step
 *
 * The front has checked them; a front may have a bug or be taken over, so they
 * are checked again. What does not pass is not refused but put in quarantine:
 * it is kept as raw bytes in an incident that somebody looks at.
 */
#ifndef SERVER_ADMIT_H
#define SERVER_ADMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/desk.h"
#include "proto/arena.h"
#include "server/batch.h"

struct admit_rules {
	const uint8_t (*quarantine)[STORE_KEY_BYTES]; /* borrowed */
	size_t n_quarantine;
	bool raw_mode;
};

/*
 * A new input. *out points into the arena and into from. false: an action that
 * cannot be done, because it is not one or because nothing is read now.
 */
bool admit_input(const struct admit_rules *rules, const struct batch_input *from,
	struct arena *arena, struct desk_input *out);

/*
 * Inputs that are neither reports nor actions (office, duty): did this one crash the
 * desk twice? It is not kept: its sender is told, and can say it another way.
 */
bool admit_is_quarantined(
	const struct admit_rules *rules, const uint8_t key[STORE_KEY_BYTES]);

/* A row taken in raw mode; pointers as above. */
void admit_raw_row(const struct admit_rules *rules, const struct store_row *row,
	struct arena *arena, struct desk_input *out);

#endif
