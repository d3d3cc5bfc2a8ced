/*
 * wake - from incidents through the outbox to a courier that may die on the way
 *
 * Longer than 500 lines: what desk and courier do each second is played here, too.
 */
#include "act_kit.h"
#include "dispatch/wake.h"
#include "duty_kit.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define REASON(name) VEDETTA__V1__DELIVERY_REASON__DELIVERY_REASON_##name
#define RESULT(name) VEDETTA__V1__DELIVERY_RESULT__DELIVERY_RESULT_##name
#define PHASE(name) VEDETTA__V1__ESCALATION_PHASE__ESCALATION_PHASE_##name
#define DO(what) VEDETTA__V1__ACTION__WHAT_##what

enum {
	CARRIED_MOST = 256,
};

/* What becomes of what the courier is given. */
enum courier {
	TAKES,
	REFUSES,
	HANGS,
	DIES_BEFORE, /* the other end has nothing */
	DIES_AFTER,  /* it has the message, and nobody heard that */
};

/* Something that reached the other end, which shows one of each id. */
struct carried {
	uint64_t id;
	size_t times;
	int at_s; /* the first of them */
};

static struct kit *k;
static struct duty_kit book;
static enum courier courier;
static struct carried carried[CARRIED_MOST];
static size_t n_carried;
static bool was_killed; /* the courier, and nobody has looked since */

static void
open_book(void)
{
	book = (struct duty_kit){.duty = desk_duty(k->desk), .arena = book.arena};
	duty_kit_shift(&book, 1, "*", "Anna", DUTY_SAID);
	duty_kit_shift(&book, 2, "*", "Luca", DUTY_SAID ",\"leads\":true");
	duty_kit_put(&book, "{\"onCall\":{\"id\":\"3\",\"area\":\"*\",\"people\":["
			    "{\"name\":\"Zoe\",\"email\":\"zoe@example.it\"}]}}");
}

static int
set_up(void **state)
{
	(void)state;
	k = kit_new(1000);
	k->now_ms = DUTY_T0_MS;
	book.arena = arena_new(1 << 20);
	assert_non_null(book.arena);
	open_book();
	courier = TAKES;
	n_carried = 0;
	was_killed = false;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(book.arena);
	kit_free(k);
	return 0;
}

/* ---- the desk's second */

static struct outbox_turn
turn(void)
{
	arena_reset(k->arena);
	return desk_outbox_turn(k->desk, k->now_ms, k->arena);
}

/* Whether there was a row. */
static bool
keep_delivery(int r, const struct outbox_row *row)
{
	if (r != OUTBOX_ROW) {
		assert_int_equal(r, 0);
		return false;
	}
	k->out = (struct desk_out){.n_rows = 1, .few = {row->row}};
	k->out.rows = k->out.few;
	kit_keep(k);
	k->deliveries[row->record.id] = row->record;
	return true;
}

/* As the desk role does: one by e-mail, in the group of its message. */
static void
send(uint64_t page_row, const struct escalation_page *page)
{
	Vedetta__V1__DeliveryTarget target = VEDETTA__V1__DELIVERY_TARGET__INIT;
	Vedetta__V1__Delivery delivery = VEDETTA__V1__DELIVERY__INIT;
	const struct outbox_turn now = turn();
	char group[WAKE_GROUP_BYTES], key[WAKE_GROUP_BYTES + 2];
	struct outbox_row row;
	uint64_t id;

	wake_group(page_row, group);
	(void)snprintf(key, sizeof(key), "%s-0", group);
	target.address = page->person->email;
	delivery.target = &target;
	delivery.means = VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_EMAIL;
	delivery.title = (char *)"Incident";
	delivery.key = key;
	delivery.group = group;
	assert_true(keep_delivery(
		outbox_put(desk_outbox(k->desk), &delivery, &now, NULL, &row, &id),
		&row));
}

static void
arrive(uint64_t id)
{
	size_t i = 0;

	while (i < n_carried && carried[i].id != id) {
		i++;
	}
	assert_in_range(i, 0, CARRIED_MOST - 1);
	if (i == n_carried) {
		carried[n_carried++] = (struct carried){
			.id = id, .at_s = (int)((k->now_ms - DUTY_T0_MS) / 1000)};
	}
	carried[i].times++;
}

static void
answer(const struct store_delivery *d, int result, int reason)
{
	Vedetta__V1__DeliveryOutcome outcome = VEDETTA__V1__DELIVERY_OUTCOME__INIT;
	const struct outbox_turn now = turn();
	struct outbox_row row;

	outcome.id = d->id;
	outcome.attempt = d->attempts;
	outcome.result = (Vedetta__V1__DeliveryResult)result;
	outcome.reason = (Vedetta__V1__DeliveryReason)reason;
	assert_true(keep_delivery(
		outbox_outcome(desk_outbox(k->desk), &outcome, &now, &row), &row));
}

/* It was committed as TRYING; now the courier has it. */
static void
carry(struct store_delivery d)
{
	assert_int_equal(d.state, STATE(TRYING));
	if (courier == TAKES || courier == DIES_AFTER) {
		arrive(d.id);
	}
	if (courier == TAKES) {
		answer(&d, RESULT(HANDED_OVER), 0);
	} else if (courier == REFUSES) {
		answer(&d, RESULT(REFUSED), REASON(GONE));
	} else if (courier != HANGS) {
		was_killed = true;
	}
}

/* The supervisor starts another; what the old one had is unknown. */
static void
lose(bool crashed)
{
	struct outbox_row row;
	struct outbox_turn now;

	do {
		now = turn();
	} while (keep_delivery(
		outbox_lost_next(desk_outbox(k->desk), crashed, &now, &row), &row));
	was_killed = false;
}

static void
settle(void)
{
	struct outbox_turn now;
	struct outbox_row row;

	do {
		now = turn();
	} while (keep_delivery(desk_settle_next(k->desk, &now, &row), &row));
}

static void
tick(void)
{
	struct escalation_page page;
	struct outbox_turn now;
	struct outbox_row row;
	int kind;

	if (was_killed) {
		lose(true);
	}
	settle();
	while (arena_reset(k->arena), (kind = desk_wake_next(k->desk, k->now_ms,
					       k->arena, &k->out, &page)) > 0) {
		kit_keep(k);
		if (kind == WAKE_PAGE) {
			send(k->n_rows, &page);
		}
	}
	assert_int_equal(kind, 0);
	do {
		now = turn();
	} while (keep_delivery(
		outbox_expire_next(desk_outbox(k->desk), &now, &row), &row));
	while (now = turn(),
		!was_killed && keep_delivery(outbox_hand_next(
						     desk_outbox(k->desk), &now, &row),
				       &row)) {
		carry(row.record);
	}
}

static void
run(int seconds)
{
	for (int i = 0; i < seconds; i++) {
		k->now_ms += 1000;
		tick();
	}
}

/* The desk is killed as well, and reads its log. */
static void
restart(void)
{
	kit_reload(k);
	open_book();
}

/* ---- what is seen of it */

static uint64_t
open_incident(double lat_deg)
{
	struct report r;

	report_init(&r, "fire", lat_deg, 13.4, n_carried + 1, 0);
	r.signs.trapped = 1;
	(void)kit_step(k, &r.step);
	return k->rows[k->n_rows].subject;
}

static const Vedetta__V1__Escalation *
said(uint64_t incident)
{
	const Vedetta__V1__Incident *i;

	arena_reset(k->arena);
	i = kit_state(k, incident);
	assert_non_null(i);
	return i->escalation;
}

/* The nth delivery there ever was. */
static const struct store_delivery *
delivery(size_t nth)
{
	for (size_t id = 1; id <= k->n_rows; id++) {
		if (k->deliveries[id].id != 0 && nth-- == 0) {
			return &k->deliveries[id];
		}
	}
	return NULL;
}

static void
assert_carried_once(size_t n)
{
	assert_int_equal(n_carried, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(carried[i].times, 1);
	}
}

/* ---- the tests */

static void
all_goes_well_and_each_is_told_once_in_turn(void **state)
{
	uint64_t id;

	(void)state;
	id = open_incident(42);
	run(430);
	assert_carried_once(3);
	assert_int_equal(carried[0].at_s, 6);
	assert_int_equal(carried[1].at_s, 126);
	assert_int_equal(carried[2].at_s, 306);
	assert_int_equal(said(id)->n_told, 3);
	assert_int_equal(delivery(0)->state, STATE(HANDED_OVER));
}

static void
a_courier_that_dies_with_a_message_sends_it_again_under_its_id(void **state)
{
	uint64_t id;

	(void)state;
	for (int arrived = 0; arrived < 2; arrived++) {
		n_carried = 0;
		courier = arrived ? DIES_AFTER : DIES_BEFORE;
		id = open_incident(42 + arrived);
		run(6);
		assert_true(was_killed);
		assert_int_equal(delivery(3 * (size_t)arrived)->state, STATE(TRYING));
		courier = TAKES;
		run(4);
		/* The other end shows one, whatever it has seen of it. */
		assert_int_equal(n_carried, 1);
		assert_int_equal(carried[0].times, 1 + arrived);
		assert_int_equal(delivery(3 * (size_t)arrived)->id, carried[0].id);
		assert_int_equal(
			delivery(3 * (size_t)arrived)->state, STATE(HANDED_OVER));
		assert_int_equal(delivery(3 * (size_t)arrived)->attempts, 2);
		/* It was late, not lost: the next step keeps its time. */
		run(110);
		assert_int_equal(n_carried, 1);
		assert_int_equal(said(id)->n_unreached, 0);
		run(10);
		assert_int_equal(n_carried, 2);
		run(300);
		assert_int_equal(n_carried, 3);
		(void)act_simply(k, id, DO(CLOSE));
		k->now_ms = DUTY_T0_MS + 3600 * 1000;
	}
}

static void
a_desk_that_dies_with_the_courier_goes_on_where_both_were(void **state)
{
	uint64_t id;

	(void)state;
	courier = HANGS;
	id = open_incident(42);
	run(10);
	assert_int_equal(delivery(0)->state, STATE(TRYING));
	k->now_ms += 60 * 1000;
	restart();
	lose(false);
	assert_int_equal(delivery(0)->state, STATE(UNKNOWN));
	courier = TAKES;
	run(40);
	assert_carried_once(1);
	assert_int_equal(carried[0].id, delivery(0)->id);
	assert_int_equal(said(id)->n_told, 1);
	restart();
	run(20);
	assert_carried_once(2);
	assert_int_equal(carried[1].at_s, 126);
}

static void
what_kills_every_courier_is_given_up_and_the_next_told_at_once(void **state)
{
	uint64_t id;
	int given_up_s = 0;

	(void)state;
	courier = DIES_BEFORE;
	id = open_incident(42);
	while (given_up_s == 0) {
		run(1);
		if (delivery(0) != NULL && delivery(0)->state == STATE(GIVEN_UP)) {
			given_up_s = (int)((k->now_ms - DUTY_T0_MS) / 1000);
		}
		assert_in_range(k->now_ms, DUTY_T0_MS, DUTY_T0_MS + 60 * 1000);
	}
	assert_int_equal(delivery(0)->losses, OUTBOX_LOSSES);
	assert_int_equal(delivery(0)->reason, REASON(COURIER_LOST));
	courier = TAKES;
	run(10);
	assert_carried_once(1);
	assert_in_range(carried[0].at_s, given_up_s, given_up_s + 8);
	assert_int_equal(said(id)->step, 2);
	assert_int_equal(said(id)->n_unreached, 1);
	assert_string_equal(said(id)->unreached[0], "Anna");
}

static void
what_every_address_refuses_goes_through_all_steps_and_then_by_the_clock(void **state)
{
	uint64_t id;
	size_t rows;

	(void)state;
	courier = REFUSES;
	id = open_incident(42);
	run(60); /* each step five seconds after the one before */
	assert_int_equal(n_carried, 0);
	assert_int_equal(said(id)->n_unreached, 1);
	assert_string_equal(said(id)->unreached[0], "Zoe");
	run(300);
	assert_int_equal(said(id)->phase, PHASE(REPEATING));
	assert_true(said(id)->nobody_answered);
	rows = k->n_rows;
	run(100);
	assert_int_equal(k->n_rows, rows);
	/* As soon as one address takes again, all of them are told. */
	courier = TAKES;
	run(600);
	assert_carried_once(3);
}

static void
what_is_taken_on_while_the_courier_has_it_is_not_sent_again(void **state)
{
	(void)state;
	for (int killed = 0; killed < 2; killed++) {
		uint64_t id;

		courier = HANGS;
		id = open_incident(42 + killed);
		run(10);
		assert_int_equal(delivery((size_t)killed)->state, STATE(TRYING));
		(void)act_simply(k, id, DO(HAND_OVER));
		run(2);
		if (killed) {
			restart();
		}
		courier = TAKES;
		lose(!killed);
		assert_int_equal(delivery((size_t)killed)->state, STATE(CANCELLED));
		run(3600);
		assert_int_equal(n_carried, 0);
		assert_int_equal(said(id)->phase, PHASE(ANSWERED));
	}
}

static void
what_is_merged_away_on_the_way_is_told_to_nobody_until_it_is_parted(void **state)
{
	uint64_t one, other, decision;
	struct act a;

	(void)state;
	one = open_incident(42);
	run(60);
	other = open_incident(42.2);
	run(10);
	assert_int_equal(n_carried, 2);
	(void)act_simply(k, one, DO(HAND_OVER));
	act_init(&a, other, DO(MERGE));
	a.merge.into = one;
	a.merge.reason = (char *)"the same fire";
	decision = act_do(k, &a)->decision;
	run(1200);
	assert_int_equal(n_carried, 2);
	restart();
	run(1200);
	assert_int_equal(n_carried, 2);
	(void)act_undo(k, other, decision);
	run(10);
	assert_int_equal(n_carried, 3);
	assert_int_equal(said(other)->step, 1);
	assert_int_equal(said(one)->phase, PHASE(ANSWERED));
}

static void
a_courier_that_dies_again_and_again_loses_and_doubles_nothing(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 20; i++) {
		(void)open_incident(40 + 0.2 * i);
		for (int s = 0; s < 40; s++) {
			unsigned dice = (unsigned)rand_r(&seed) % 20;

			courier = dice == 0   ? DIES_AFTER
				  : dice == 1 ? DIES_BEFORE
					      : TAKES;
			run(1);
			if (dice == 2) {
				restart();
				lose(false);
			}
		}
	}
	courier = TAKES;
	run(130);
	/* Each message that there was is there, under one id. */
	for (size_t nth = 0; delivery(nth) != NULL; nth++) {
		const struct store_delivery *d = delivery(nth);
		size_t found = 0;

		assert_int_equal(d->state, STATE(HANDED_OVER));
		for (size_t i = 0; i < n_carried; i++) {
			found += carried[i].id == d->id;
		}
		assert_int_equal(found, 1);
	}
	assert_non_null(delivery(n_carried - 1));
	assert_null(delivery(n_carried));
	assert_in_range(n_carried, 10, CARRIED_MOST);
}

#define WAKE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WAKE(all_goes_well_and_each_is_told_once_in_turn),
		WAKE(a_courier_that_dies_with_a_message_sends_it_again_under_its_id),
		WAKE(a_desk_that_dies_with_the_courier_goes_on_where_both_were),
		WAKE(what_kills_every_courier_is_given_up_and_the_next_told_at_once),
		WAKE(what_every_address_refuses_goes_through_all_steps_and_then_by_the_clock),
		WAKE(what_is_taken_on_while_the_courier_has_it_is_not_sent_again),
		WAKE(what_is_merged_away_on_the_way_is_told_to_nobody_until_it_is_parted),
		WAKE(a_courier_that_dies_again_and_again_loses_and_doubles_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
