#include "dispatch/rank.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* In the order in which they are asked; of two of one class the first is the reason. */
/* clang-format off */
static const struct sign_row signs[] = {
	{ SIGN_TRAPPED,         "trapped",         CLASS_LIVES_NOW },
	{ SIGN_UNRESPONSIVE,    "unresponsive",    CLASS_LIVES_NOW },
	{ SIGN_INJURED,         "injured",         CLASS_LIVES_SOON },
	{ SIGN_DANGER_RISING,   "danger_rising",   CLASS_LIVES_SOON },
	{ SIGN_VULNERABLE,      "vulnerable",      CLASS_LIVES_SOON }, /* with a danger */
	{ SIGN_WAY_OUT_BLOCKED, "way_out_blocked", CLASS_SAFETY_OF_MANY },
	{ SIGN_NEEDS,           "needs",           CLASS_NEEDS },
};

/* Reasons that are no sign; 0 is none. */
static const char *const others[] = {NULL, "hazard", "words", "quarantined", "silence"};

/* Points are minutes of age: how much longer another may wait for this one. */
static const uint8_t people_points[] = {
	[VEDETTA__V1__PEOPLE__PEOPLE_UNKNOWN] = 0,
	[VEDETTA__V1__PEOPLE__PEOPLE_NONE] = 0,
	[VEDETTA__V1__PEOPLE__PEOPLE_ONE] = 10,
	[VEDETTA__V1__PEOPLE__PEOPLE_TWO_TO_FIVE] = 20,
	[VEDETTA__V1__PEOPLE__PEOPLE_MORE] = 40,
};

/* By hazard number: how fast it gets worse when nobody comes. */
static const uint8_t hazard_points[] = {
	[1] = 30,  /* collapse */
	[2] = 10,  /* quake_damage */
	[3] = 20,  /* landslide */
	[4] = 15,  /* flood */
	[5] = 15,  /* coastal_flood */
	[6] = 5,   /* storm_damage */
	[7] = 5,   /* isolated_by_snow */
	[8] = 25,  /* fire */
	[9] = 20,  /* wildfire */
	[10] = 25, /* gas_leak */
	[11] = 20, /* hazmat */
	[12] = 5,  /* road_blocked */
	[13] = 5,  /* utility_out */
	[14] = 25, /* medical */
	[15] = 10, /* missing_person */
	[16] = 0,  /* other */
};
/* clang-format on */

enum {
	N_SIGNS = sizeof(signs) / sizeof(signs[0]),
	N_OTHERS = sizeof(others) / sizeof(others[0]),
	N_PEOPLE = sizeof(people_points) / sizeof(people_points[0]),
	N_HAZARDS = sizeof(hazard_points) / sizeof(hazard_points[0]),
	SOURCES_LOG_MAX = 6, /* 64 senders and more are worth the same */
	POINTS_PER_DOUBLING = 10,
	POINTS_VULNERABLE = 20,
	POINTS_PER_TREND_STEP = 15,
	MINUTE_MS = 60000,
};

const struct sign_row *
sign_table(size_t *n)
{
	*n = N_SIGNS;
	return signs;
}

uint32_t
signs_of(const Vedetta__V1__Signs *s)
{
	if (s == NULL) {
		return 0;
	}
	return (s->trapped ? SIGN_TRAPPED : 0u) |
	       (s->unresponsive ? SIGN_UNRESPONSIVE : 0u) |
	       (s->injured ? SIGN_INJURED : 0u) |
	       (s->danger_rising ? SIGN_DANGER_RISING : 0u) |
	       (s->vulnerable ? SIGN_VULNERABLE : 0u) |
	       (s->way_out_blocked ? SIGN_WAY_OUT_BLOCKED : 0u) |
	       (s->needs ? SIGN_NEEDS : 0u);
}

struct class_of
rank_class(const struct hazard *hazard, uint32_t given, uint8_t word_class)
{
	struct class_of best = {hazard->base_class, "hazard"};
	bool from_sign = false;
	size_t i;

	if (hazard->family == FAMILY_OTHER) {
		given &= ~(uint32_t)SIGN_VULNERABLE;
	}
	for (i = 0; i < N_SIGNS; i++) {
		if ((given & signs[i].bit) == 0) {
			continue;
		}
		if (signs[i].class_no < best.class_no ||
			(signs[i].class_no == best.class_no && !from_sign)) {
			best = (struct class_of){signs[i].class_no, signs[i].field};
			from_sign = true;
		}
	}
	if (word_class != 0 && word_class < best.class_no) {
		best = (struct class_of){word_class, "words"};
	}
	return best;
}

uint8_t
rank_reason_number(const char *reason)
{
	uint8_t n = 1;

	/* Mostly it is our own string. */
	for (size_t i = 0; i < N_SIGNS; i++) {
		if (signs[i].field == reason) {
			return (uint8_t)(N_OTHERS + i);
		}
	}
	while (strcmp(others[n], reason) != 0) {
		n++;
		assert(n < N_OTHERS);
	}
	return n;
}

const char *
rank_reason(uint8_t number)
{
	assert(number < N_OTHERS + N_SIGNS);
	return number < N_OTHERS ? others[number] : signs[number - N_OTHERS].field;
}

static void
add_term(struct rank *out, const char *name, int64_t value, int64_t points)
{
	out->terms[out->n_terms++] = (struct rank_term){name, value, points};
	out->key += points * MINUTE_MS;
}

/* floor(log2(n)), no more than the cap. */
static int64_t
doublings(uint32_t n)
{
	int64_t log = 0;

	while (n > 1 && log < SOURCES_LOG_MAX) {
		n >>= 1;
		log++;
	}
	return log;
}

void
rank_key(const struct rank_facts *f, struct rank *out)
{
	bool vulnerable = (f->signs & SIGN_VULNERABLE) != 0;

	*out = (struct rank){.key = -f->opened_ms};
	add_term(out, "sources", f->sources,
		doublings(f->sources) * POINTS_PER_DOUBLING);
	add_term(out, "people", f->people,
		f->people > 0 && f->people < N_PEOPLE ? people_points[f->people] : 0);
	add_term(out, "vulnerable", vulnerable, vulnerable ? POINTS_VULNERABLE : 0);
	add_term(out, "hazard", f->hazard->number,
		f->hazard->number < N_HAZARDS ? hazard_points[f->hazard->number] : 0);
	add_term(out, "trend", f->trend, f->trend * POINTS_PER_TREND_STEP);
}
