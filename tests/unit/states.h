/* states - incident states for tests of what shows them */
#ifndef TESTS_STATES_H
#define TESTS_STATES_H

#include "server/board.h"
#include "vedetta/v1/incident.pb-c.h"

#define EPOCH "0123456789abcdef"

/* An open flood at 42.35, 13.40; the test sets what it is about. */
struct state {
	uint64_t id;
	uint64_t sequence;
	const char *hazard;
	uint32_t class_no;
	int64_t key;
	double lat_deg, lon_deg;
	bool no_place, unplaced, exercise, closed;
};

static inline int
state_put(struct board *b, const struct state *s)
{
	Vedetta__V1__Incident i = VEDETTA__V1__INCIDENT__INIT;
	Vedetta__V1__Rank rank = VEDETTA__V1__RANK__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;

	point.lat_deg = s->lat_deg != 0 ? s->lat_deg : 42.35;
	point.lon_deg = s->lon_deg != 0 ? s->lon_deg : 13.40;
	place.point = &point;
	rank.class_ = s->class_no != 0 ? s->class_no : 3;
	rank.key = s->key;
	i.id = s->id;
	i.sequence = s->sequence;
	i.hazard = (char *)(s->hazard != NULL ? s->hazard : "flood");
	i.status = s->closed ? VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED
			     : VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN;
	i.rank = &rank;
	i.place = s->no_place ? NULL : &place;
	i.unplaced = s->unplaced;
	i.exercise = s->exercise;
	return board_put(b, &i);
}

/* Puts one and says that the board is complete up to it. */
static inline void
state_tell(struct board *b, struct state s)
{
	assert_int_equal(state_put(b, &s), 0);
	board_told(b, s.sequence, true);
}

#endif
