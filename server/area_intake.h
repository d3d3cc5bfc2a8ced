/*
 * area_intake - an import of areas, on its way into the desk's file
 *
 * The same for a running desk, which is given it in pieces over its socket, and
 * for the command that writes the file itself. Each piece is looked at and
 * written in a batch of its own; nothing of it counts before the end is.
 */
#ifndef SERVER_AREA_INTAKE_H
#define SERVER_AREA_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "geo/store_area.h"
#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"

enum area_intake_answer {
	AREA_INTAKE_REFUSED = 1, /* why says it; the import is over */
};

enum {
	AREA_INTAKE_WHY_BYTES = 160,
	AREA_INTAKE_POLYGON_BYTES = 3 << 20, /* packed; a row holds 4 MiB */
};

/* Embedded; all zero is none. */
struct area_intake {
	bool is_open;
	uint64_t import;
	uint64_t ticket;
	uint64_t n_areas;
	uint64_t n_residents;
	crypto_generichash_state sum;
	uint8_t *polygon; /* of an item that goes on */
	size_t polygon_bytes;
};

/* 0 or -errno. */
int area_intake_begin(struct area_intake *in, struct store *store, uint64_t ticket);

/* Fine when none is open. What was written stays until it is swept out. */
void area_intake_end(struct area_intake *in);

/*
 * Between batches. 0, AREA_INTAKE_REFUSED, or -errno. Whatever else it is the
 * import is over.
 */
int area_intake_take(struct area_intake *in, struct store *store,
	const Vedetta__V1__AreasPart *part, char why[AREA_INTAKE_WHY_BYTES]);

/* All there? 0 or AREA_INTAKE_REFUSED. */
int area_intake_check(const struct area_intake *in, const Vedetta__V1__AreasEnd *end,
	char why[AREA_INTAKE_WHY_BYTES]);

/* Body of the log's row, in the arena. 0 or -ENOMEM. */
int area_intake_body(const struct area_intake *in, struct arena *arena,
	const uint8_t **body, size_t *body_bytes);

#endif
