/* One test for each promise of desk.h, so longer than 500 lines. */
#include "desk_kit.h"

#include <errno.h>
#include <math.h>

#include "dispatch/fold.h"
#include "dispatch/rank.h"
#include "dispatch/record.h"
#include "geo/measure.h"

#define STORED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_STORED
#define REPEATED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_REPEATED
#define ADDED VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ADDED
#define CONFLICT VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_CONFLICT

enum {
	HOUR_MS = 3600000,
};

static const double lat = 42.35;
static const double lon = 13.40;

/* So many metres north of the middle, in degrees. */
static double
north(double m)
{
	return lat + m / 111195.0;
}

static int
set_up(void **state)
{
	*state = kit_new(1000);
	return 0;
}

static int
tear_down(void **state)
{
	kit_free(*state);
	return 0;
}

/* A plain report without a key; the incident it is in now. */
static uint64_t
send(struct kit *k, const char *hazard, double lat_deg, double lon_deg, uint64_t source)
{
	struct report r;

	report_init(&r, hazard, lat_deg, lon_deg, source, 0);
	kit_step(k, &r.step);
	return k->rows[k->n_rows].subject;
}

static void
a_report_opens_an_incident_and_all_is_said(void **state)
{
	struct kit *k = *state;
	struct report r;
	const Vedetta__V1__InputAnswer *a;
	Vedetta__V1__Incident *i;

	report_init(&r, "flood", lat, lon, 77, 5);
	r.signs.trapped = 1;
	r.signs.vulnerable = 1;
	r.signs.people = VEDETTA__V1__PEOPLE__PEOPLE_TWO_TO_FIVE;
	r.place.words = (char *)"via Roma 1";
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, STORED);
	assert_int_equal(a->report_id, 1);
	assert_int_equal(strlen(a->code), 9);
	assert_int_equal(strlen(a->token), 32);
	assert_int_equal(a->received_ms, k->now_ms);
	assert_int_equal(a->copies, 1);
	assert_int_equal(a->state, VEDETTA__V1__REPORT_STATE__REPORT_STATE_RECEIVED);
	assert_int_equal(a->class_, 1);
	assert_int_equal(k->rows[1].kind, STORE_REPORT);
	assert_int_equal(k->rows[1].subject, 1);
	assert_int_equal(k->incidents[1].class_no, 1);
	assert_int_equal(desk_last_seq(k->desk), 1);

	i = kit_state(k, 1);
	assert_int_equal(i->sequence, 1);
	assert_string_equal(i->hazard, "flood");
	assert_string_equal(i->family, "water");
	assert_string_equal(i->event_group, "hydro");
	assert_int_equal(i->status, VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN);
	assert_int_equal(i->rank->class_, 1);
	assert_string_equal(i->rank->reason, "trapped");
	assert_int_equal(i->rank->table, RANK_TABLE_VERSION);
	assert_int_equal(i->rank->n_terms, 5);
	assert_int_equal(i->rank->key, (20 + 20 + 15) * INT64_C(60000) - k->now_ms);
	assert_true(i->place->point->lat_deg == lat && i->place->accuracy_m == 10);
	assert_int_equal(i->place->kind, r.place.kind);
	assert_string_equal(i->place->words, "via Roma 1");
	assert_true(i->radius_m == 500);
	assert_int_equal(i->reports, 1);
	assert_int_equal(i->sources, 1);
	assert_true(i->signs->trapped && i->signs->vulnerable && !i->signs->injured);
	assert_int_equal(i->signs->people, r.signs.people);
	assert_int_equal(i->opened_at->seconds, k->now_ms / 1000);
	assert_int_equal(i->last_report_at->seconds, k->now_ms / 1000);
	assert_false(i->unplaced || i->quarantined || i->exercise);
	assert_int_equal(i->linked_id, 0);
}

static void
the_receipt_reads_back_as_the_rows_number(void **state)
{
	struct kit *k = *state;
	struct receipt_keys *keys = receipt_keys_new(k->options.receipt_key);
	uint64_t number = 0;
	struct report r;
	const Vedetta__V1__InputAnswer *a;

	send(k, "fire", lat, lon, 1);
	report_init(&r, "fire", lat, lon, 2, 0);
	a = kit_step(k, &r.step);
	assert_int_equal(receipt_read_code(keys, a->code, &number), 0);
	assert_int_equal(number, 2);
	number = 0;
	assert_int_equal(receipt_read_token(keys, a->token, &number), 0);
	assert_int_equal(number, 2);
	receipt_keys_free(keys);
}

static void
a_body_has_no_place_and_the_personal_part_has(void **state)
{
	struct kit *k = *state;
	struct record_parts parts;
	struct record record;

	send(k, "fire", lat, lon, 1);
	parts = (struct record_parts){k->rows[1].body, k->rows[1].body_bytes,
		k->rows[1].personal, k->rows[1].personal_bytes};
	assert_null(memmem(parts.body, parts.body_bytes, &lat, sizeof(lat)));
	assert_int_equal(record_read(&parts, k->arena, &record), 0);
	assert_true(record.report->place->point->lat_deg == lat);
	assert_string_equal(record.channel, "web");
}

static void
reports_join_the_nearest_of_their_family_within_its_radius(void **state)
{
	struct kit *k = *state;
	uint64_t fire = send(k, "fire", lat, lon, 1);

	assert_int_equal(send(k, "fire", north(149), lon, 2), fire);
	assert_int_equal(send(k, "gas_leak", north(10), lon, 3), fire);
	assert_int_not_equal(send(k, "collapse", lat, lon, 4), fire);
	assert_int_not_equal(send(k, "fire", north(151), lon, 5), fire);
	/* 151 m away there is another now, and it is the nearer one. */
	assert_int_equal(send(k, "fire", north(100), lon, 6), 5);
	assert_int_equal(send(k, "fire", north(70), lon, 7), fire);
	assert_int_equal(kit_state(k, fire)->reports, 4);
}

static void
the_radius_is_the_incidents_not_the_reports(void **state)
{
	struct kit *k = *state;
	uint64_t fire = send(k, "fire", lat, lon, 1);
	uint64_t wild = send(k, "wildfire", north(400), lon, 2);

	assert_int_not_equal(wild, fire); /* 400 m: outside the fire's 150 m */
	assert_int_equal(send(k, "fire", north(700), lon, 3), wild);
}

static void
of_two_equally_near_the_older_is_joined(void **state)
{
	struct kit *k = *state;
	uint64_t a = send(k, "medical", 10, 0.0005, 1);
	uint64_t b = send(k, "medical", 10, -0.0005, 2);

	assert_int_not_equal(a, b);
	assert_int_equal(send(k, "medical", 10, 0, 3), a);
}

static void
joining_works_across_the_antimeridian(void **state)
{
	struct kit *k = *state;
	uint64_t a = send(k, "flood", -17, 179.9999, 1);

	assert_int_equal(send(k, "flood", -17, -179.9999, 2), a);
}

static void
behind_its_window_a_new_one_opens_linked_to_it(void **state)
{
	struct kit *k = *state;
	uint64_t a = send(k, "fire", lat, lon, 1);
	uint64_t b;

	k->now_ms += 12 * HOUR_MS;
	assert_int_equal(send(k, "fire", lat, lon, 2), a);
	k->now_ms += 12 * HOUR_MS + 1;
	b = send(k, "fire", lat, lon, 3);
	assert_int_not_equal(b, a);
	assert_int_equal(k->incidents[b].linked, a);
	assert_int_equal(kit_state(k, b)->linked_id, a);
	k->now_ms -= 12 * HOUR_MS; /* the younger stands for both */
	assert_int_equal(send(k, "fire", lat, lon, 4), b);
}

static void
a_clock_stepping_back_keeps_windows_open(void **state)
{
	struct kit *k = *state;
	uint64_t a = send(k, "fire", lat, lon, 1);

	k->now_ms -= 100 * HOUR_MS;
	assert_int_equal(send(k, "fire", lat, lon, 2), a);
	assert_int_equal(kit_state(k, a)->last_report_at->seconds,
		(k->now_ms + 100 * (int64_t)HOUR_MS) / 1000);
}

static void
a_closed_incident_never_absorbs(void **state)
{
	struct kit *k = *state;
	uint64_t a = send(k, "fire", lat, lon, 1);
	uint64_t b;

	k->incidents[a].status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	kit_reload(k);
	b = send(k, "fire", lat, lon, 2);
	assert_int_not_equal(b, a);
	assert_int_equal(k->incidents[b].linked, a);
	kit_reload(k);
	assert_int_equal(send(k, "fire", lat, lon, 3), b);
}

static void
exercises_and_the_real_thing_never_meet(void **state)
{
	struct kit *k = *state;
	uint64_t real = send(k, "fire", lat, lon, 1);
	struct report r;

	report_init(&r, "fire", lat, lon, 2, 0);
	r.input.exercise = 1;
	kit_step(k, &r.step);
	assert_int_not_equal(k->rows[2].subject, real);
	assert_true(kit_state(k, 2)->exercise);
	kit_step(k, &r.step);
	assert_int_equal(k->rows[3].subject, 2);
	assert_int_equal(send(k, "fire", lat, lon, 3), real);

	r.said.place = NULL; /* without a place likewise */
	kit_step(k, &r.step);
	r.input.exercise = 0;
	kit_step(k, &r.step);
	assert_int_not_equal(k->rows[5].subject, k->rows[6].subject);
}

static void
an_incident_sums_its_reports_up(void **state)
{
	struct kit *k = *state;
	struct report r;
	Vedetta__V1__Incident *i;

	report_init(&r, "storm_damage", lat, lon, 1, 0);
	r.signs.people = VEDETTA__V1__PEOPLE__PEOPLE_MORE;
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 1);
	report_init(&r, "storm_damage", lat, lon, 1, 0);
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 0); /* nothing of its record changed */
	report_init(&r, "landslide", lat, lon, 2, 0);
	r.signs.injured = 1;
	r.signs.people = VEDETTA__V1__PEOPLE__PEOPLE_ONE;
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 1);
	assert_int_equal(k->out.incidents[0].class_no, 2);
	report_init(&r, "storm_damage", lat, lon, 3, 0);
	r.signs.needs = 1;
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 0);

	i = kit_state(k, 1);
	assert_int_equal(i->reports, 4);
	assert_int_equal(i->sources, 3);
	assert_int_equal(i->rank->class_, 2);
	assert_string_equal(i->rank->reason, "injured");
	assert_string_equal(i->hazard, "storm_damage");
	assert_int_equal(i->signs->people, VEDETTA__V1__PEOPLE__PEOPLE_MORE);
	assert_true(i->signs->injured && i->signs->needs);
	assert_int_equal(i->sequence, 4);
}

static void
words_raise_the_class_of_an_incident(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "flood", lat, lon, 1, 0);
	r.said.text = (char *)"siamo intrappolati in cantina";
	assert_int_equal(kit_step(k, &r.step)->class_, 1);
	assert_string_equal(kit_state(k, 1)->rank->reason, "words");
}

static void
posts_from_other_sites_add_no_sender(void **state)
{
	struct kit *k = *state;
	struct report r;
	uint64_t s;

	for (s = 1; s <= 20; s++) {
		report_init(&r, "fire", lat, lon, s, 0);
		r.input.cross_site = 1;
		kit_step(k, &r.step);
	}
	assert_int_equal(kit_state(k, 1)->reports, 20);
	assert_int_equal(kit_state(k, 1)->sources, 0);
	assert_int_equal(kit_state(k, 1)->rank->terms[4]->points, 0);
	send(k, "fire", lat, lon, 7);
	assert_int_equal(kit_state(k, 1)->sources, 1);
}

static void
an_unknown_hazard_is_other(void **state)
{
	struct kit *k = *state;

	send(k, "", lat, lon, 1);
	assert_string_equal(kit_state(k, 1)->hazard, "other");
	send(k, "meteorite", lat, lon, 1);
	assert_int_equal(k->rows[2].subject, 1);
}

static void
unplaced_reports_have_incidents_of_their_own(void **state)
{
	struct kit *k = *state;
	struct report r;
	Vedetta__V1__Incident *i;

	report_init(&r, "fire", lat, lon, 1, 0);
	r.place.accuracy_m = 3000;
	r.place.words = (char *)"dopo il ponte";
	kit_step(k, &r.step);
	report_init(&r, "fire", lat, lon, 2, 0);
	r.place.accuracy_m = 3000;
	kit_step(k, &r.step);
	report_init(&r, "fire", 0.001, 0.001, 3, 0);
	kit_step(k, &r.step);
	assert_int_equal(send(k, "fire", lat, lon, 4), 4);
	i = kit_state(k, 1);
	assert_true(i->unplaced);
	assert_true(i->place->point->lat_deg == lat && i->place->accuracy_m == 3000);
	assert_string_equal(i->place->words, "dopo il ponte");
	assert_int_equal(kit_state(k, 2)->id, 2);
	assert_null(kit_state(k, 3)->place);
	assert_int_equal(i->rank->class_, 3); /* ranked like any other */
}

static void
the_same_token_goes_on_in_its_unplaced_incident(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 1, 0);
	r.said.place = NULL;
	kit_step(k, &r.step);
	r.said.hazard = (char *)"gas_leak"; /* the same family */
	kit_step(k, &r.step);
	assert_int_equal(k->rows[2].subject, 1);
	r.said.hazard = (char *)"flood";
	kit_step(k, &r.step);
	assert_int_equal(k->rows[3].subject, 3);
	r.said.hazard = (char *)"fire";
	k->now_ms += 12 * HOUR_MS + 1;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[4].subject, 4);
	assert_int_equal(k->incidents[4].linked, 1);
	r.input.source = 2;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[5].subject, 5);
}

static void
without_a_token_nobody_goes_on_in_anothers(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 1, 0);
	r.said.place = NULL;
	r.input.tokened = 0;
	kit_step(k, &r.step);
	kit_step(k, &r.step);
	assert_int_equal(k->rows[2].subject, 2);
	r.input.tokened = 1;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[3].subject, 3);
}

static void
the_position_of_one_who_tells_of_others_is_not_the_place(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 1, 0);
	r.said.about = VEDETTA__V1__ABOUT__ABOUT_OTHER;
	kit_step(k, &r.step);
	assert_true(kit_state(k, 1)->unplaced);
	assert_null(kit_state(k, 1)->place);
	assert_int_equal(send(k, "fire", lat, lon, 2), 2);
}

/* ---- keys */

static void
the_same_report_twice_is_one_report(void **state)
{
	struct kit *k = *state;
	struct report r;
	const Vedetta__V1__InputAnswer *a;
	char code[RECEIPT_CODE_BYTES];
	char token[RECEIPT_TOKEN_BYTES];

	report_init(&r, "fire", lat, lon, 7, 5);
	a = kit_step(k, &r.step);
	memcpy(code, a->code, sizeof(code));
	memcpy(token, a->token, sizeof(token));
	k->now_ms += 5000;
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, REPEATED);
	assert_int_equal(k->out.n_rows, 0);
	assert_int_equal(k->out.n_incidents, 0);
	assert_int_equal(a->report_id, 1);
	assert_string_equal(a->code, code);
	assert_string_equal(a->token, token);
	assert_int_equal(a->received_ms, k->now_ms - 5000);
	assert_int_equal(a->class_, 3);
	assert_int_equal(kit_state(k, 1)->reports, 1);
	r.input.source = 8; /* somebody else knows the key */
	a = kit_step(k, &r.step);
	assert_string_equal(a->code, code);
	assert_string_equal(a->token, "");
}

static void
without_a_key_everything_is_new(void **state)
{
	struct kit *k = *state;

	send(k, "fire", lat, lon, 1);
	send(k, "fire", lat, lon, 1);
	assert_int_equal(kit_state(k, 1)->reports, 2);
}

static void
after_eight_days_a_key_is_new_again(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 7, 5);
	kit_step(k, &r.step);
	k->now_ms += DESK_KEYS_KEPT_MS;
	assert_int_equal(kit_step(k, &r.step)->outcome, REPEATED);
	k->now_ms += 1;
	assert_int_equal(kit_step(k, &r.step)->outcome, STORED);
	assert_int_equal(kit_step(k, &r.step)->report_id, 2);
}

static void
another_body_under_the_key_is_added_once(void **state)
{
	struct kit *k = *state;
	struct report r;
	const Vedetta__V1__InputAnswer *a;
	Vedetta__V1__Incident *i;

	report_init(&r, "fire", lat, lon, 7, 5);
	kit_step(k, &r.step);
	send(k, "flood", lat, lon, 9);
	r.input.print = 2;
	r.input.adds = 1;
	r.signs.trapped = 1;
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, ADDED);
	assert_int_equal(a->report_id, 1);
	assert_int_equal(strlen(a->token), 32);
	assert_int_equal(a->class_, 1);
	assert_int_equal(k->rows[3].kind, STORE_ADDITION);
	assert_int_equal(k->rows[3].about, 1);
	assert_int_equal(k->rows[3].subject, 1);
	assert_int_equal(k->rows[3].prev, 1);
	assert_int_equal(k->out.n_incidents, 1);
	i = kit_state(k, 1);
	assert_int_equal(i->reports, 1);
	assert_int_equal(i->sequence, 3);
	assert_int_equal(i->rank->class_, 1);
	assert_true(i->signs->trapped);

	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, ADDED);
	assert_int_equal(k->out.n_rows, 0);
	assert_int_equal(a->report_id, 1);
	r.input.print = 3;
	r.signs.trapped = 0;
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_rows, 1);
	assert_int_equal(kit_state(k, 1)->rank->class_, 1); /* never lowered */
	r.input.print = 1;
	assert_int_equal(kit_step(k, &r.step)->outcome, REPEATED);
	r.input.print = 2;
	assert_int_equal(kit_step(k, &r.step)->outcome, ADDED);
	assert_int_equal(k->out.n_rows, 0);
}

static void
to_an_api_client_it_is_a_conflict_and_kept(void **state)
{
	struct kit *k = *state;
	struct report r;
	const Vedetta__V1__InputAnswer *a;

	report_init(&r, "fire", lat, lon, 7, 5);
	kit_step(k, &r.step);
	r.input.print = 2;
	r.input.source = 8;
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, CONFLICT);
	assert_int_equal(k->out.n_rows, 1);
	assert_int_equal(a->report_id, 1);
	assert_int_equal(strlen(a->code), 9);
	assert_string_equal(a->token, ""); /* another sender: no link */
	assert_int_equal(kit_step(k, &r.step)->outcome, CONFLICT);
	assert_int_equal(k->out.n_rows, 0);
}

/* Behind one address may be a whole operator's customers, or a proxy's. */
static void
a_network_is_no_sender_who_may_correct_or_get_the_link(void **state)
{
	struct kit *k = *state;
	struct report r;
	const Vedetta__V1__InputAnswer *a;

	report_init(&r, "fire", lat, lon, 7, 5);
	r.input.tokened = 0;
	kit_step(k, &r.step);
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, REPEATED);
	assert_string_not_equal(a->token, ""); /* the very same words */
	r.input.print = 2;
	r.point.lat_deg = north(1000);
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, CONFLICT);
	assert_int_equal(strlen(a->code), 9);
	assert_string_equal(a->token, "");
	assert_int_equal(k->out.n_incidents, 0);
	assert_true(kit_state(k, 1)->place->point->lat_deg == lat);
}

static void
its_sender_may_correct_the_place_of_a_lone_report(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 7, 5);
	r.said.place = NULL;
	kit_step(k, &r.step);
	r.input.print = 2;
	r.said.place = &r.place;
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 1);
	assert_false(k->out.incidents[0].unplaced);
	assert_true(kit_state(k, 1)->place->point->lat_deg == lat);
	assert_int_equal(send(k, "fire", lat, lon, 9), 1);

	r.input.print = 3; /* now there are two: it is marked, not moved */
	r.point.lat_deg = north(1000);
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 0);
	assert_true(kit_state(k, 1)->place->point->lat_deg == lat);
}

static void
a_moved_incident_is_found_where_it_is(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 7, 5);
	kit_step(k, &r.step);
	r.input.print = 2;
	r.point.lat_deg = north(1000);
	kit_step(k, &r.step);
	assert_int_equal(send(k, "fire", north(1000), lon, 9), 1);
	assert_int_not_equal(send(k, "fire", lat, lon, 9), 1);
}

/* Two of one sender, without a place, the younger linked to the older. */
static void
send_two_unplaced(struct kit *k, struct report *older, struct report *younger)
{
	report_init(older, "fire", lat, lon, 7, 5);
	older->said.place = NULL;
	kit_step(k, &older->step);
	k->now_ms += 12 * HOUR_MS + 1;
	report_init(younger, "fire", north(5000), lon, 7, 6);
	younger->said.place = NULL;
	kit_step(k, &younger->step);
	assert_int_equal(k->incidents[2].linked, 1);
	older->said.place = &older->place;
	older->input.print = 2;
	younger->said.place = &younger->place;
	younger->input.print = 2;
}

static void
an_unplaced_one_does_not_stand_in_the_place_of_an_older(void **state)
{
	struct kit *k = *state;
	struct report older;
	struct report younger;

	send_two_unplaced(k, &older, &younger);
	kit_step(k, &older.step); /* corrected: it has its place now */
	assert_false(k->incidents[1].unplaced);
	assert_int_equal(send(k, "fire", lat, lon, 9), 5);
	assert_int_equal(k->incidents[5].linked, 1);
}

static void
once_it_is_placed_it_does(void **state)
{
	struct kit *k = *state;
	struct report older;
	struct report younger;

	send_two_unplaced(k, &older, &younger);
	kit_step(k, &older.step);
	kit_step(k, &younger.step);
	assert_false(k->incidents[2].unplaced);
	assert_int_equal(send(k, "fire", lat, lon, 9), 7);
	assert_int_equal(k->incidents[7].linked, 0);
}

static void
nobody_else_moves_it(void **state)
{
	struct kit *k = *state;
	struct report r;

	report_init(&r, "fire", lat, lon, 7, 5);
	kit_step(k, &r.step);
	r.input.print = 2;
	r.input.source = 8;
	r.point.lat_deg = north(1000);
	kit_step(k, &r.step);
	assert_int_equal(k->out.n_incidents, 0);
	assert_true(kit_state(k, 1)->place->point->lat_deg == lat);
}

/* ---- bytes nobody reads */

static struct desk_input
raw_input(enum desk_input_kind kind, uint64_t key, const char *bytes)
{
	struct desk_input in = {.kind = kind,
		.has_key = key != 0,
		.raw = (const uint8_t *)bytes,
		.raw_bytes = strlen(bytes)};

	memcpy(in.key, &key, sizeof(key));
	return in;
}

static void
a_quarantined_input_is_kept_and_somebody_must_look(void **state)
{
	struct kit *k = *state;
	struct desk_input in = raw_input(DESK_QUARANTINE, 5, "poison");
	const Vedetta__V1__InputAnswer *a = kit_step(k, &in);
	Vedetta__V1__Incident *i;

	assert_int_equal(a->outcome, STORED);
	assert_int_equal(strlen(a->token), 32);
	assert_int_equal(k->rows[1].kind, STORE_QUARANTINED);
	assert_memory_equal(k->rows[1].personal, "poison", 6);
	assert_int_equal(k->rows[1].body_bytes, 0);
	i = kit_state(k, 1);
	assert_true(i->quarantined && i->unplaced);
	assert_null(i->place);
	assert_int_equal(i->rank->class_, 2);
	assert_string_equal(i->rank->reason, "quarantined");
	assert_string_equal(i->hazard, "other");
	assert_int_equal(i->reports, 1);

	a = kit_step(k, &in);
	assert_int_equal(a->outcome, REPEATED);
	assert_int_equal(a->report_id, 1);
	in = raw_input(DESK_QUARANTINE, 5, "poison, a little later");
	kit_step(k, &in);
	assert_int_equal(k->rows[2].subject, 1); /* kept, but no second alarm */
	assert_int_equal(kit_state(k, 1)->reports, 1);
	kit_step(k, &in);
	assert_int_equal(k->out.n_rows, 0);
	in = raw_input(DESK_QUARANTINE, 6, "poison");
	kit_step(k, &in);
	assert_int_equal(k->rows[3].subject, 3);
}

static void
what_is_readable_after_all_is_a_report(void **state)
{
	struct kit *k = *state;
	struct desk_input in = raw_input(DESK_QUARANTINE, 5, "poison");
	struct report r;

	kit_step(k, &in);
	report_init(&r, "fire", lat, lon, 7, 5);
	assert_int_equal(kit_step(k, &r.step)->outcome, STORED);
	assert_int_equal(k->rows[2].subject, 2);
	assert_int_equal(kit_step(k, &r.step)->outcome, REPEATED);
	assert_int_equal(k->out.answer.report_id, 2);
}

static void
raw_mode_acknowledges_and_interprets_later(void **state)
{
	struct kit *k = *state;
	struct desk_input in = raw_input(DESK_RAW, 5, "bytes");
	const Vedetta__V1__InputAnswer *a = kit_step(k, &in);
	int64_t came_ms = k->now_ms;
	struct report r;

	assert_int_equal(a->outcome, STORED);
	assert_int_equal(a->report_id, 1);
	assert_int_equal(a->class_, 0);
	assert_int_equal(k->rows[1].kind, STORE_RAW);
	assert_null(kit_state(k, 1));
	assert_int_equal(kit_step(k, &in)->outcome, REPEATED);
	assert_int_equal(desk_next_raw(k->desk), 1);

	k->now_ms += 600000;
	report_init(&r, "fire", lat, lon, 7, 0);
	r.step.kind = DESK_INTERPRET;
	r.step.about = 1;
	a = kit_step(k, &r.step);
	assert_int_equal(a->report_id, 1);
	assert_int_equal(a->received_ms, came_ms);
	assert_int_equal(k->rows[2].kind, STORE_INTERPRETED);
	assert_int_equal(k->rows[2].about, 1);
	assert_int_equal(k->rows[2].subject, 2);
	assert_true(k->rows[2].body_bytes > 0);
	assert_int_equal(kit_state(k, 2)->opened_at->seconds, came_ms / 1000);
	assert_int_equal(desk_next_raw(k->desk), 0);

	report_init(&r, "fire", lat, lon, 7, 5); /* the same again, now readable */
	a = kit_step(k, &r.step);
	assert_int_equal(a->outcome, REPEATED);
	assert_int_equal(a->report_id, 1);
	assert_int_equal(a->received_ms, came_ms);
}

static void
a_raw_repeat_is_told_when_it_is_read(void **state)
{
	struct kit *k = *state;
	struct desk_input in = raw_input(DESK_RAW, 5, "bytes");
	struct report r;

	report_init(&r, "fire", lat, lon, 7, 5);
	kit_step(k, &r.step);
	assert_int_equal(kit_step(k, &in)->report_id, 2);
	r.step.kind = DESK_INTERPRET;
	r.step.about = 2;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[3].subject, 1);
	assert_int_equal(kit_state(k, 1)->reports, 1);
	assert_int_equal(kit_state(k, 1)->sequence, 3);

	in = raw_input(DESK_RAW, 5, "other bytes");
	kit_step(k, &in);
	r.step.about = 4;
	r.input.print = 2;
	r.signs.trapped = 1;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[5].subject, 1);
	assert_int_equal(kit_state(k, 1)->reports, 1);
	assert_int_equal(kit_state(k, 1)->rank->class_, 1);
}

static void
raw_rows_are_read_oldest_first(void **state)
{
	struct kit *k = *state;
	struct desk_input in = raw_input(DESK_RAW, 5, "bytes");
	struct report r;
	struct desk_figures figures;

	kit_step(k, &in);
	in = raw_input(DESK_RAW, 0, "bytes");
	kit_step(k, &in);
	kit_step(k, &in);
	desk_figures(k->desk, &figures);
	assert_int_equal(figures.raw_waiting, 3);
	report_init(&r, "fire", lat, lon, 7, 0);
	r.step.kind = DESK_INTERPRET;
	while ((r.step.about = desk_next_raw(k->desk)) != 0) {
		kit_step(k, &r.step);
		assert_int_equal(k->rows[k->n_rows].about, r.step.about);
	}
	assert_int_equal(k->n_rows, 6);
	assert_int_equal(kit_state(k, 4)->reports, 3);
}

static void
a_raw_row_that_cannot_be_read_is_like_quarantined(void **state)
{
	struct kit *k = *state;
	struct desk_input in = raw_input(DESK_RAW, 5, "bytes");

	kit_step(k, &in);
	in = (struct desk_input){.kind = DESK_INTERPRET_FAILED, .about = 1};
	kit_step(k, &in);
	assert_int_equal(k->rows[2].kind, STORE_INTERPRETED);
	assert_int_equal(k->rows[2].about, 1);
	assert_true(kit_state(k, 2)->quarantined);
	assert_int_equal(kit_state(k, 2)->rank->class_, 2);
	assert_int_equal(desk_next_raw(k->desk), 0);
	in = raw_input(DESK_RAW, 5, "bytes");
	assert_int_equal(kit_step(k, &in)->outcome, REPEATED);
	assert_int_equal(k->out.answer.class_, 2);
}

/* ---- figures, faults */

static void
figures_count_what_is_open(void **state)
{
	struct kit *k = *state;
	struct desk_figures f;
	struct report r;

	send(k, "fire", lat, lon, 1);
	send(k, "fire", lat, lon, 2);
	report_init(&r, "flood", lat, lon, 3, 9);
	r.said.place = NULL;
	kit_step(k, &r.step);
	desk_figures(k->desk, &f);
	assert_int_equal(f.incidents_open, 2);
	assert_int_equal(f.incidents_unplaced, 1);
	assert_int_equal(f.reports, 3);
	assert_int_equal(f.keys, 1);
	assert_int_equal(f.open_by_class[3], 1);
	assert_int_equal(f.open_by_class[4], 1);
	k->incidents[1].status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_CLOSED;
	kit_reload(k);
	desk_figures(k->desk, &f);
	assert_int_equal(f.incidents_open, 1);
	assert_int_equal(f.reports, 1);
	assert_int_equal(f.open_by_class[3], 0);
}

static void
without_memory_there_is_no_desk(void **state)
{
	struct desk *d;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		d = desk_new(&kit_options);
		if (!alloc_failed()) {
			break;
		}
		assert_null(d);
	}
	alloc_fail_at(0);
	assert_non_null(d);
	desk_free(d);
	desk_free(NULL);
}

/* Memory that ran out in a step is forgotten with the desk; the log is whole. */
static void
a_step_without_memory_can_be_made_again(void **state)
{
	struct kit *k = *state;
	struct report r;
	unsigned long n;

	send(k, "fire", lat, lon, 1);
	report_init(&r, "flood", lat, lon, 7, 5);
	r.place.words = (char *)"via Roma";
	for (n = 1;; n++) {
		int result;

		kit_reload(k);
		alloc_fail_at(n);
		result = kit_try(k, &r.step);
		if (!alloc_failed()) {
			assert_int_equal(result, 0);
			break;
		}
		alloc_fail_at(0);
		assert_int_equal(result, -ENOMEM);
	}
	alloc_fail_at(0);
	assert_true(n > 3);
	assert_int_equal(k->n_rows, 1);
	kit_reload(k);
	assert_int_equal(kit_step(k, &r.step)->outcome, STORED);
	assert_int_equal(kit_step(k, &r.step)->outcome, REPEATED);
}

static void
a_cursor_without_room_tells_the_same_again(void **state)
{
	struct kit *k = *state;
	struct arena *small = arena_new(64);
	struct desk_cursor *c = desk_cursor_new(k->desk);
	bool short_of_memory;

	send(k, "fire", lat, lon, 1);
	assert_null(desk_cursor_next(c, small, &short_of_memory));
	assert_true(short_of_memory);
	assert_int_equal(desk_cursor_next(c, k->arena, &short_of_memory)->id, 1);
	assert_false(short_of_memory);
	assert_null(desk_cursor_next(c, k->arena, &short_of_memory));
	assert_false(short_of_memory);
	desk_cursor_free(c);
	desk_cursor_free(NULL);
	arena_free(small);
}

/* ---- membership against the plain definition */

struct known {
	const struct hazard *hazard;
	struct geo_point at;
	int64_t last_ms;
	bool superseded;
};

/* design.md 2.3 by looking at every incident. */
static uint64_t
where_it_belongs(const struct known *known, uint64_t n, const struct hazard *hazard,
	struct geo_point at, int64_t now_ms, uint64_t *linked)
{
	uint64_t best[2] = {0, 0}; /* joinable, not */
	double best_m[2] = {INFINITY, INFINITY};
	uint64_t id;

	for (id = 1; id <= n; id++) {
		const struct known *i = &known[id];
		double m = i->hazard == NULL ? 0 : measure_distance_m(at, i->at);
		int which;

		if (i->hazard == NULL || i->superseded ||
			i->hazard->family != hazard->family ||
			m > i->hazard->radius_m) {
			continue;
		}
		which = now_ms - i->last_ms > i->hazard->window_h * (int64_t)HOUR_MS;
		if (m < best_m[which]) {
			best[which] = id;
			best_m[which] = m;
		}
	}
	*linked = best[0] != 0 ? 0 : best[1];
	return best[0];
}

static void
membership_is_what_its_definition_says(void **state)
{
	static const char *const hazards[] = {
		"fire", "gas_leak", "wildfire", "collapse", "landslide"};
	struct kit *k = *state;
	static struct known known[KIT_ROWS + 1];
	unsigned seed = 7;
	unsigned joined = 0;
	unsigned linked_ones = 0;
	int n;

	for (n = 0; n < 3000; n++) {
		const char *code = hazards[rand_r(&seed) % 5];
		const struct hazard *hazard = hazard_by_code(code);
		struct geo_point at = {north(rand_r(&seed) % 3000),
			lon + rand_r(&seed) % 3000 / 82000.0};
		uint64_t linked;
		uint64_t belongs;
		uint64_t got;

		k->now_ms += rand_r(&seed) % (HOUR_MS / 8);
		if (rand_r(&seed) % 100 == 0) {
			k->now_ms += (rand_r(&seed) % 60 - 20) * (int64_t)HOUR_MS;
		}
		belongs = where_it_belongs(
			known, k->n_rows, hazard, at, k->now_ms, &linked);
		got = send(k, code, at.lat_deg, at.lon_deg, 1);
		if (belongs == 0) {
			assert_int_equal(got, k->n_rows);
			assert_int_equal(k->incidents[got].linked, linked);
			known[got] = (struct known){hazard, at, k->now_ms, false};
			known[linked].superseded = true;
			linked_ones += linked != 0;
		} else {
			assert_int_equal(got, belongs);
			joined++;
			if (k->now_ms > known[got].last_ms) {
				known[got].last_ms = k->now_ms;
			}
		}
	}
	assert_true(joined > 500 && linked_ones > 100);
}

/* A report with words, by a token, under a key of its own; its row. */
static const struct store_row *
tell(struct kit *k, const char *text, double lat_deg, uint64_t source)
{
	struct report r;

	report_init(&r, "flood", lat_deg, lon, source, 0);
	r.said.text = (char *)text;
	kit_step(k, &r.step);
	return &k->rows[k->n_rows];
}

static void
what_says_the_same_is_folded_and_still_counts(void **state)
{
	struct kit *k = *state;
	struct report r;
	Vedetta__V1__Incident *i;

	assert_int_equal(tell(k, "acqua in cantina", lat, 1)->about, 0);
	assert_int_equal(tell(k, "water in the basement", north(10), 2)->about, 1);
	assert_int_equal(tell(k, "acqua in garage", north(10), 3)->about, 0);
	/* Under the first of a group, never under one that is folded itself. */
	assert_int_equal(tell(k, "acqua in cantina", north(5), 4)->about, 1);
	assert_int_equal(tell(k, "acqua in cantina", north(100), 5)->about, 0);
	assert_int_equal(tell(k, "acqua in cantina", north(95), 6)->about, 5);
	i = kit_state(k, 1);
	assert_int_equal(i->reports, 6);
	assert_int_equal(i->sources, 6);
	assert_int_equal(i->folded, 3);

	/* What is worse is a first itself, and those who say it too are under it. */
	report_init(&r, "flood", north(5), lon, 7, 0);
	r.said.text = (char *)"acqua in cantina";
	r.signs.trapped = 1;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[7].about, 0);
	r.input.source = 8;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[8].about, 7);
	kit_reload(k);
	assert_int_equal(kit_state(k, 1)->folded, 4);
	assert_int_equal(tell(k, "acqua in cantina", lat, 9)->about, 1);
	k->now_ms += FOLD_WITHIN_MS + 1;
	assert_int_equal(tell(k, "acqua in cantina", lat, 10)->about, 0);
}

static void
what_has_no_place_and_what_adds_never_folds(void **state)
{
	struct kit *k = *state;
	struct report r;
	int n;

	for (n = 0; n < 2; n++) {
		report_init(&r, "flood", lat, lon, 1, 0);
		r.said.text = (char *)"acqua in cantina";
		r.said.place = NULL;
		kit_step(k, &r.step);
		assert_int_equal(k->rows[k->n_rows].about, 0);
	}
	report_init(&r, "flood", lat, lon, 1, 5);
	r.said.text = (char *)"acqua in cantina";
	kit_step(k, &r.step);
	r.said.text = (char *)"acqua in cantina!";
	r.input.print = 2;
	r.input.adds = 1;
	kit_step(k, &r.step);
	assert_int_equal(k->rows[4].kind, STORE_ADDITION);
	assert_int_equal(kit_state(k, 1)->folded + kit_state(k, 3)->folded, 0);
	/* Nor does anything fold into an addition. */
	assert_int_equal(tell(k, "acqua in cantina", lat, 2)->about, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_report_opens_an_incident_and_all_is_said),
		TEST(the_receipt_reads_back_as_the_rows_number),
		TEST(a_body_has_no_place_and_the_personal_part_has),
		TEST(reports_join_the_nearest_of_their_family_within_its_radius),
		TEST(the_radius_is_the_incidents_not_the_reports),
		TEST(of_two_equally_near_the_older_is_joined),
		TEST(joining_works_across_the_antimeridian),
		TEST(behind_its_window_a_new_one_opens_linked_to_it),
		TEST(a_clock_stepping_back_keeps_windows_open),
		TEST(a_closed_incident_never_absorbs),
		TEST(exercises_and_the_real_thing_never_meet),
		TEST(an_incident_sums_its_reports_up),
		TEST(words_raise_the_class_of_an_incident),
		TEST(posts_from_other_sites_add_no_sender),
		TEST(an_unknown_hazard_is_other),
		TEST(what_says_the_same_is_folded_and_still_counts),
		TEST(what_has_no_place_and_what_adds_never_folds),
		TEST(unplaced_reports_have_incidents_of_their_own),
		TEST(the_same_token_goes_on_in_its_unplaced_incident),
		TEST(without_a_token_nobody_goes_on_in_anothers),
		TEST(the_position_of_one_who_tells_of_others_is_not_the_place),
		TEST(the_same_report_twice_is_one_report),
		TEST(without_a_key_everything_is_new),
		TEST(after_eight_days_a_key_is_new_again),
		TEST(another_body_under_the_key_is_added_once),
		TEST(to_an_api_client_it_is_a_conflict_and_kept),
		TEST(a_network_is_no_sender_who_may_correct_or_get_the_link),
		TEST(its_sender_may_correct_the_place_of_a_lone_report),
		TEST(a_moved_incident_is_found_where_it_is),
		TEST(an_unplaced_one_does_not_stand_in_the_place_of_an_older),
		TEST(once_it_is_placed_it_does),
		TEST(nobody_else_moves_it),
		TEST(a_quarantined_input_is_kept_and_somebody_must_look),
		TEST(what_is_readable_after_all_is_a_report),
		TEST(raw_mode_acknowledges_and_interprets_later),
		TEST(a_raw_repeat_is_told_when_it_is_read),
		TEST(raw_rows_are_read_oldest_first),
		TEST(a_raw_row_that_cannot_be_read_is_like_quarantined),
		TEST(figures_count_what_is_open),
		TEST(without_memory_there_is_no_desk),
		TEST(a_step_without_memory_can_be_made_again),
		TEST(a_cursor_without_room_tells_the_same_again),
		TEST(membership_is_what_its_definition_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
