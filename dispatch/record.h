/*
 * record - a report as the log keeps it
 *
 * Two parts: a body that stays for ever and names nobody (LogReport: hazard,
 * about, signs, language, claimed time, channel), and a personal part (Report:
 * place, text, contact) that can be erased. record_read() puts them together
 * again for readers; what was erased is absent.
 */
#ifndef DISPATCH_RECORD_H
#define DISPATCH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/point.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"
#include "vedetta/v1/report.pb-c.h"

enum record_answer {
	RECORD_BAD = 1, /* no such message, or too large for the arena */
};

struct record_parts {
	const uint8_t *body;
	size_t body_bytes;
	const uint8_t *personal; /* NULL when there is nothing personal */
	size_t personal_bytes;
};

/* Packs both parts into the arena. 0 or -ENOMEM. */
int record_body(const Vedetta__V1__ReportInput *input, struct arena *arena,
	struct record_parts *out);

/* The body alone, anew: of a report read late that folds into that row. */
int record_folded(const Vedetta__V1__ReportInput *input, uint64_t into,
	struct arena *arena, struct record_parts *out);

struct record {
	Vedetta__V1__Report *report;
	const char *channel;
	bool cross_site;
	bool exercise;
	bool tokened;
	const char *author;   /* the operator who took it; "": nobody did */
	uint64_t folded_into; /* row; 0: none, or the row itself says it */
};

/*
 * For rows of STORE_REPORT, STORE_ADDITION and STORE_INTERPRETED with a body;
 * personal may be NULL. Lives in the arena. Returns 0 or RECORD_BAD.
 */
int record_read(
	const struct record_parts *parts, struct arena *arena, struct record *out);

/* A personal part (may be NULL) alone; NULL when there is none to be read. */
Vedetta__V1__Report *record_personal(
	const uint8_t *personal, size_t bytes, struct arena *arena);

/*
 * The point alone, of a personal part (may be NULL). Returns 0, or RECORD_BAD
 * when there is none.
 */
int record_point(const uint8_t *personal, size_t bytes, struct arena *arena,
	struct geo_point *out);

#endif
