#include "server/answer_move.h"

#include <errno.h>

#include "geo/measure.h"
#include "vedetta/v1/action.pb-c.h"
#include "vedetta/v1/log.pb-c.h"

enum {
	HOPS_MAX = 64, /* from one merged incident to the next */
};

static Vedetta__V1__Place *
place_of(const Vedetta__V1__PlaceAction *said, struct arena *arena)
{
	Vedetta__V1__Place *place = arena_alloc(arena, sizeof(*place));

	if (place != NULL) {
		vedetta__v1__place__init(place);
		place->point = said->point;
		place->words = said->words;
		if (said->accuracy_case ==
			VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M) {
			place->accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
			place->accuracy_m = said->accuracy_m;
		}
	}
	return place;
}

int
answer_move_read(
	const struct store_row *row, struct arena *arena, Vedetta__V1__ReportMove **out)
{
	ProtobufCAllocator *from = arena_allocator(arena);
	Vedetta__V1__LogMove *log =
		vedetta__v1__log_move__unpack(from, row->body_bytes, row->body);
	Vedetta__V1__PlaceAction *said = NULL;
	Vedetta__V1__ReportMove *move = arena_alloc(arena, sizeof(*move));

	if (log == NULL || move == NULL) {
		return -ENOMEM;
	}
	if (row->personal != NULL) {
		said = vedetta__v1__place_action__unpack(
			from, row->personal_bytes, row->personal);
	}
	vedetta__v1__report_move__init(move);
	move->report = row->about;
	move->from = log->from;
	move->to = log->to;
	move->author = log->author;
	move->decision = log->decision;
	move->reports = log->reports;
	move->n_reports = log->n_reports;
	if (said != NULL) {
		move->reason = said->reason;
		move->place = place_of(said, arena);
	}
	*out = move;
	return said != NULL && move->place == NULL ? -ENOMEM : 0;
}

void
answer_move_measure(Vedetta__V1__ReportMove *move, const Vedetta__V1__Report *said)
{
	const Vedetta__V1__Point *a = said->place != NULL ? said->place->point : NULL;
	const Vedetta__V1__Point *b = move->place != NULL ? move->place->point : NULL;

	if (a != NULL && b != NULL) {
		move->moved_m =
			measure_distance_m((struct geo_point){a->lat_deg, a->lon_deg},
				(struct geo_point){b->lat_deg, b->lon_deg});
	}
}

/* Nobody has looked at one whose sender corrected its place. */
static bool
is_decided(const struct store_row *row)
{
	Vedetta__V1__LogMove *log =
		vedetta__v1__log_move__unpack(NULL, row->body_bytes, row->body);
	bool is = log == NULL || !log->corrected;

	vedetta__v1__log_move__free_unpacked(log, NULL);
	return is;
}

int
answer_move_incident(struct store *store, uint64_t number, uint64_t incident,
	struct store_incident *out, bool *moved)
{
	struct store_row move;
	int answer = store_read_move(store, number, &move);
	int hops;

	*moved = answer == 0 && is_decided(&move);
	if (answer == 0) {
		incident = move.subject;
	} else if (answer != STORE_NONE) {
		return answer;
	}
	answer = STORE_NONE; /* 0: not yet interpreted */
	for (hops = 0; hops < HOPS_MAX && incident != 0; hops++) {
		answer = store_read_incident(store, incident, out);
		incident = answer == 0 ? out->merged_into : 0;
	}
	return answer;
}
