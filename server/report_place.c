#include "server/report_place.h"

#include <errno.h>

#include "dispatch/record.h"

enum {
	MOVES_MOST = 64, /* of one report that are looked at */
};

/* Damaged or of another kind, it says nothing; a fault of the disk is one. */
static bool
is_fault(int r)
{
	return r < 0 && r != -EUCLEAN;
}

static int
read_said(struct store *store, struct arena *arena, struct desk_place *out)
{
	struct store_row row;
	struct record record;
	int r = store_read_row(store, out->report, &row);
	const struct record_parts parts = {
		row.body, row.body_bytes, row.personal, row.personal_bytes};

	if (r != 0) {
		return is_fault(r) ? r : 0;
	}
	if (row.kind == STORE_REPORT && record_read(&parts, arena, &record) == 0) {
		out->said = record.report;
	}
	return 0;
}

/* The newest of its moves that says a place. */
static int
read_put(struct store *store, struct arena *arena, struct desk_place *out)
{
	uint64_t before = INT64_MAX;
	struct store_row row;
	int r = 0;

	for (int i = 0; out->put == NULL && i < MOVES_MOST; i++) {
		r = store_read_move_before(store, out->report, before, &row);
		if (r != 0) {
			break;
		}
		before = row.seq;
		if (row.personal != NULL) {
			out->put = vedetta__v1__place_action__unpack(
				arena_allocator(arena), row.personal_bytes,
				row.personal);
		}
	}
	return is_fault(r) ? r : 0;
}

int
report_place_read(struct store *store, uint64_t report, struct arena *arena,
	struct desk_place *out)
{
	int r;

	*out = (struct desk_place){.report = report};
	r = read_put(store, arena, out);
	return r == 0 && out->put == NULL ? read_said(store, arena, out) : r;
}
