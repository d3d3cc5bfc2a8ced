/*
 * rank - how bad is it, and why
 *
 * Ordered classes first, from structured answers (the sign table) and the
 * hazard's base; words can raise a class, never lower one. Inside a class a
 * sum of named terms, each worth minutes of age. Age has the same slope for
 * all, so the key (terms in ms minus the time of opening) does not move with
 * time: nothing changes place unless something happened. Larger keys first.
 */
#ifndef DISPATCH_RANK_H
#define DISPATCH_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "dispatch/hazard.h"
#include "vedetta/v1/report.pb-c.h"

enum {
	RANK_TABLE_VERSION = 1,
	RANK_TERMS_MAX = 8,
	CLASS_LIVES_NOW = 1,
	CLASS_LIVES_SOON = 2,
	CLASS_SAFETY_OF_MANY = 3,
	CLASS_NEEDS = 4,
	CLASS_INFORMATION = 5,
};

/* The bits of a set of signs; numbers are for ever (they are in the log). */
enum sign {
	SIGN_TRAPPED = 1u << 0,
	SIGN_UNRESPONSIVE = 1u << 1,
	SIGN_INJURED = 1u << 2,
	SIGN_DANGER_RISING = 1u << 3,
	SIGN_VULNERABLE = 1u << 4,
	SIGN_WAY_OUT_BLOCKED = 1u << 5,
	SIGN_NEEDS = 1u << 6,
};

/* One row: the question's key in the catalogues, the proto field, the class. */
struct sign_row {
	enum sign bit;
	const char *field; /* "danger_rising" */
	uint8_t class_no;
};

const struct sign_row *sign_table(size_t *n);

/* Bits of the answers given; NULL is none. */
uint32_t signs_of(const Vedetta__V1__Signs *signs);

struct class_of {
	uint8_t class_no;
	const char *reason; /* a sign's field, "hazard" or "words" */
};

/*
 * The class of one report. word_class is what words.h found, 0 for nothing.
 * Vulnerable people raise to 2 only with a danger: any hazard but "other".
 * Of reasons that give the same class a sign comes first, words come last.
 */
struct class_of rank_class(
	const struct hazard *hazard, uint32_t signs, uint8_t word_class);

/*
 * A reason (a sign's by the table's own string) as a small number, not 0, for keeping,
 * and back; 0 is none, NULL.
 */
uint8_t rank_reason_number(const char *reason);
const char *rank_reason(uint8_t number);

/* What is known of an incident when its key is made. */
struct rank_facts {
	const struct hazard *hazard;
	uint32_t signs;
	uint32_t sources; /* distinct */
	int people;       /* enum People, the largest said */
	int trend;        /* 0, 1, 2: see trend.h */
	int64_t opened_ms;
};

struct rank_term {
	const char *name;
	int64_t value;
	int64_t points; /* minutes of age */
};

struct rank {
	int64_t key;
	size_t n_terms;
	struct rank_term terms[RANK_TERMS_MAX];
};

/* Terms in this order: sources, people, vulnerable, hazard, trend. */
void rank_key(const struct rank_facts *facts, struct rank *out);

#endif
