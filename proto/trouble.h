/*
 * trouble - what was wrong with an input, for the one who sent it
 *
 * Each entry names the field as a JSON path (place.point.latDeg) and says the
 * reason in one English sentence without the sender's own words in it.
 */
#ifndef PROTO_TROUBLE_H
#define PROTO_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TROUBLE_MAX = 8, /* further ones are counted, not kept */
	TROUBLE_FIELD_BYTES = 96,
	TROUBLE_REASON_BYTES = 160,
};

struct trouble {
	size_t n;       /* kept */
	size_t n_found; /* kept and not kept */
	struct {
		char field[TROUBLE_FIELD_BYTES];
		char reason[TROUBLE_REASON_BYTES];
	} at[TROUBLE_MAX];
};

void trouble_init(struct trouble *t);

/* Field may be "" for the input as a whole. Long ones are cut. */
void trouble_add(struct trouble *t, const char *field, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool trouble_is_empty(const struct trouble *t);

#endif
