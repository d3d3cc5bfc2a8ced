/*
 * drill - an exercise thought up from a seed
 *
 * One exercise so far, "laquila": an earthquake of the middle Aterno valley on
 * the real municipalities of the province. It shakes less with distance, more
 * people mean more reports, and of those in villages near it the most tell; into
 * these is woven what makes a desk work hard (drill_scene.h). One municipality
 * near the worst sends nothing at all: silence is news there.
 *
 * Pure: residents and seed in, a plan out, the same to the byte everywhere.
 */
#ifndef SERVER_DRILL_H
#define SERVER_DRILL_H

#include <stddef.h>
#include <stdint.h>

#include "server/drill_dice.h"
#include "server/drill_place.h"
#include "server/drill_plan.h"
#include "server/drill_words.h"

enum {
	DRILL_TOWNS_MAX = 128,
	DRILL_AFTERSHOCK_CMIN = 600,
};

enum drill_answer {
	DRILL_BAD_RESIDENTS = 1, /* the table misses a municipality it is played in */
};

/* Sant'Eusanio Forconese: nothing comes from there. */
#define DRILL_SILENT_TOWN "066090"

/* What the scenes are made with. */
struct drill {
	struct drill_dice dice;
	struct drill_plan *plan;
	size_t n_towns;
	struct drill_town towns[DRILL_TOWNS_MAX];
	uint64_t weights[DRILL_TOWNS_MAX]; /* residents by how hard it shook */
	uint64_t all_weight;
};

/* Fills the plan. Returns 0 or DRILL_BAD_RESIDENTS. */
int drill_laquila(struct drill_plan *plan, uint64_t seed, const char *residents,
	size_t residents_bytes);

/* ---- for the scenes */

/* 0 to 1000 at the epicentre. */
uint32_t drill_shaking(struct drill_point at);

/* By ISTAT code; it is there. */
const struct drill_town *drill_town(const struct drill *d, const char *code);

/* More often where more people were shaken harder; never the silent one. */
const struct drill_town *drill_any_town(struct drill *d);

uint32_t drill_new_sender(struct drill *d);

/* Somewhere among a town's houses. */
struct drill_point drill_in_town(struct drill *d, const struct drill_town *town);

/* A report of a new sender who says this line, without a place yet. */
struct drill_report *drill_say(struct drill *d, const char *part, uint32_t at_cmin,
	const struct drill_line *line, const struct drill_town *town);

/* As phones give it: mostly their own fix. */
void drill_stand(struct drill *d, struct drill_report *r, struct drill_point at);

/* One of the mood's lines. */
const struct drill_line *drill_any_line(struct drill *d, enum drill_mood mood);

/* The earlier the more often, within a span. */
uint32_t drill_early(struct drill *d, uint32_t from_cmin, uint32_t span_cmin);

#endif
