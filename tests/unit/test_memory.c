/*
 * What a desk knows must be what its log says, however it came to know it. Longer
 * than 500 lines: one maker of random histories, and all that is held against it.
 */
#include "act_kit.h"

#include <stdio.h>

#include "dispatch/facts.h"
#include "dispatch/place.h"
#include "vedetta/v1/log.pb-c.h"

enum {
	HOUR_MS = 3600000,
	SEEDS = 400,
	STEPS = 150,
	CONTENTS = 20,
	CURSORS = 3,
	SENDERS = 30,
};

/* The content of a report is a number; equal numbers are equal reports. */
static void
write_report(struct report *r, unsigned content)
{
	static const char *const hazards[] = {"fire", "gas_leak", "wildfire", "flood",
		"collapse", "landslide", "medical", "other", "", "meteorite"};
	static const char *const texts[] = {"", "", "siamo intrappolati", "un ferito",
		"nessun ferito", "strada chiusa"};
	unsigned seed = content * 2654435761u + 1;

	report_init(r, hazards[rand_r(&seed) % 10], 42.35 + rand_r(&seed) % 6 * 0.0011,
		13.4 + rand_r(&seed) % 4 * 0.0015, 0, 0);
	r->place.kind = (Vedetta__V1__PlaceKind)(rand_r(&seed) % 9);
	r->place.accuracy_m = 1 << rand_r(&seed) % 12;
	if (rand_r(&seed) % 3 == 0) {
		r->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY__NOT_SET;
	}
	if (rand_r(&seed) % 4 == 0) {
		r->place.words = (char *)"via Roma è lunga";
	}
	if (rand_r(&seed) % 5 == 0) {
		r->place.point = NULL;
	}
	if (rand_r(&seed) % 8 == 0) {
		r->said.place = NULL;
	}
	r->said.about = (Vedetta__V1__About)(rand_r(&seed) % 3);
	r->said.text = (char *)texts[rand_r(&seed) % 6];
	r->signs.trapped = rand_r(&seed) % 12 == 0;
	r->signs.injured = rand_r(&seed) % 8 == 0;
	r->signs.vulnerable = rand_r(&seed) % 6 == 0;
	r->signs.needs = rand_r(&seed) % 5 == 0;
	r->signs.people = (Vedetta__V1__People)(rand_r(&seed) % 5);
	r->input.print = content + 1;
}

/* A run: one desk that lives on, its log, and another that is reloaded. */
struct run {
	struct kit *kit;
	struct desk *twin;
	struct arena *twin_arena;
	unsigned seed;
	bool raw_mode;
	bool goes_on;   /* its clock is never set back, and leaps less */
	unsigned crowd; /* not 0: many say the same two places */
	uint64_t raw_content[KIT_ROWS + 1]; /* by row */
	char raw[64];
	struct report report;
	unsigned n_of[STORE_MESSAGE + 1]; /* first rows of steps, by kind */
	struct action action;
	struct act act;
	unsigned n_done[VEDETTA__V1__ACTION__WHAT_UNDO + 1]; /* decisions, by kind */
	unsigned n_reloads;
	unsigned n_repeats;
	unsigned n_folded;
	unsigned n_folded_late;
	unsigned n_piled; /* reports on a coordinate known as a pile */
};

static unsigned
dice(struct run *run, unsigned sides)
{
	return (unsigned)rand_r(&run->seed) % sides;
}

static void
pass_time(struct run *run)
{
	int64_t *now_ms = &run->kit->now_ms;

	switch (dice(run, 90)) {
	case 0:
	case 1:
	case 2:
		*now_ms -= run->goes_on ? 0 : dice(run, 5) * (int64_t)HOUR_MS;
		break;
	case 3:
	case 4:
	case 5:
		*now_ms += dice(run, run->goes_on ? 8 : 100) * (int64_t)HOUR_MS;
		break;
	case 6:
		*now_ms += 9 * 24 * (int64_t)HOUR_MS;
		break;
	default:
		*now_ms += dice(run, HOUR_MS / 10);
	}
}

/* The next input; its content is returned. */
static unsigned
make_input(struct run *run)
{
	struct report *r = &run->report;
	unsigned content = run->crowd != 0 ? run->crowd % CONTENTS + dice(run, 2)
					   : dice(run, CONTENTS);
	uint64_t key = run->crowd != 0 ? 0 : dice(run, 12);

	write_report(r, content);
	r->input.source = 1 + dice(run, SENDERS);
	r->input.tokened = dice(run, 3) > 0;
	r->input.cross_site = dice(run, 8) == 0;
	r->input.exercise = dice(run, 8) == 0;
	r->input.adds = dice(run, 2) == 0;
	r->step.has_key = key != 0;
	memcpy(r->step.key, &key, sizeof(key));
	if (run->raw_mode || dice(run, 20) == 0) {
		r->step.kind = run->raw_mode ? DESK_RAW : DESK_QUARANTINE;
		snprintf(run->raw, sizeof(run->raw), "%u %u", content, dice(run, 2));
		r->step.raw = (const uint8_t *)run->raw;
		r->step.raw_bytes = strlen(run->raw);
		r->step.report = NULL;
	} else if (desk_next_raw(run->kit->desk) != 0 && dice(run, 2) == 0) {
		r->step.about = desk_next_raw(run->kit->desk);
		write_report(r, (unsigned)run->raw_content[r->step.about]);
		r->step.about = desk_next_raw(run->kit->desk);
		r->input.source = 1 + dice(run, SENDERS);
		r->step.kind =
			dice(run, 8) == 0 ? DESK_INTERPRET_FAILED : DESK_INTERPRET;
	}
	return content;
}

static void
expect_same_bytes(const uint8_t *a, size_t a_bytes, const uint8_t *b, size_t b_bytes)
{
	assert_int_equal(a_bytes, b_bytes);
	assert_true(a_bytes == 0 || memcmp(a, b, a_bytes) == 0);
}

static void
expect_same_row(const struct store_row *a, const struct store_row *b)
{
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->at_ms, b->at_ms);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->subject, b->subject);
	assert_int_equal(a->prev, b->prev);
	assert_int_equal(a->about, b->about);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->facts, b->facts);
	assert_int_equal(a->print, b->print);
	assert_int_equal(a->has_key, b->has_key);
	assert_memory_equal(a->key, b->key, sizeof(a->key));
	expect_same_bytes(a->body, a->body_bytes, b->body, b->body_bytes);
	expect_same_bytes(
		a->personal, a->personal_bytes, b->personal, b->personal_bytes);
}

static void
expect_same_rows(const struct desk_out *a, const struct desk_out *b)
{
	size_t i;

	assert_int_equal(a->n_rows, b->n_rows);
	for (i = 0; i < a->n_rows; i++) {
		expect_same_row(&a->rows[i], &b->rows[i]);
	}
}

static void
expect_same_incident(const struct store_incident *a, const struct store_incident *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->hazard, b->hazard);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->class_no, b->class_no);
	assert_int_equal(a->unplaced, b->unplaced);
	assert_int_equal(a->quarantined, b->quarantined);
	assert_int_equal(a->exercise, b->exercise);
	assert_int_equal(a->has_point, b->has_point);
	assert_memory_equal(&a->point, &b->point, sizeof(a->point));
	assert_memory_equal(&a->accuracy_m, &b->accuracy_m, sizeof(a->accuracy_m));
	assert_int_equal(a->place_kind, b->place_kind);
	assert_true((a->words == NULL) == (b->words == NULL));
	assert_true(a->words == NULL || strcmp(a->words, b->words) == 0);
	assert_int_equal(a->opened_ms, b->opened_ms);
	assert_int_equal(a->linked, b->linked);
	assert_int_equal(a->merged_into, b->merged_into);
	assert_int_equal(a->version, b->version);
}

static void
expect_same_answers(
	const Vedetta__V1__InputAnswer *a, const Vedetta__V1__InputAnswer *b)
{
	uint8_t x[512];
	uint8_t y[512];
	size_t bytes = vedetta__v1__input_answer__pack(a, x);

	assert_int_equal(vedetta__v1__input_answer__pack(b, y), bytes);
	assert_memory_equal(x, y, bytes);
}

static void
expect_same_boards(struct desk *a, struct desk *b)
{
	static uint8_t x[KIT_BOARD_BYTES];
	static uint8_t y[KIT_BOARD_BYTES];
	struct desk_figures f;
	struct desk_figures g;
	size_t bytes = kit_board(a, x);

	assert_int_equal(kit_board(b, y), bytes);
	assert_memory_equal(x, y, bytes);
	desk_figures(a, &f);
	desk_figures(b, &g);
	f.keys = g.keys = 0; /* old ones go a few at a time, all at a start */
	f.keys_pushed_out = g.keys_pushed_out = 0;
	assert_memory_equal(&f, &g, sizeof(f));
	assert_int_equal(desk_last_seq(a), desk_last_seq(b));
	assert_int_equal(desk_next_raw(a), desk_next_raw(b));
}

/* An operator's place for some report, right or wrong. */
static void
make_action(struct run *run)
{
	struct action *a = &run->action;
	uint64_t n_rows = run->kit->n_rows;
	uint64_t row = 1 + dice(run, (unsigned)n_rows + 1);
	uint64_t about = row <= n_rows ? row : 0;
	uint64_t key = dice(run, 40);
	/* One after the other: arguments are drawn in whatever order. */
	double lon_deg = 13.4 + dice(run, 4) * 0.0015;
	double lat_deg = 42.35 + dice(run, 6) * 0.0011;
	bool is_of_all = dice(run, 4) == 0;

	action_init(a, about == 0 ? 1 : run->kit->rows[row].subject,
		is_of_all ? 0 : about, lat_deg, lon_deg);
	if (dice(run, 8) == 0) {
		a->said.accuracy_case = VEDETTA__V1__PLACE_ACTION__ACCURACY_ACCURACY_M;
		a->said.accuracy_m = 1 << dice(run, 10);
	}
	if (dice(run, 4) == 0) {
		a->said.words = (char *)"presso la stazione";
	}
	if (dice(run, 6) == 0) {
		a->action.sequence = dice(run, (unsigned)n_rows + 1);
	}
	a->input.print = dice(run, 2);
	a->step.has_key = key != 0;
	memcpy(a->step.key, &key, sizeof(key));
	a->step.key[15] = 1; /* never a report's */
}

/* Some decision about some incident, with what may be there and may be not. */
static void
make_decision(struct run *run)
{
	/* Those that are refused most once more. */
	static const Vedetta__V1__Action__WhatCase again[] = {
		VEDETTA__V1__ACTION__WHAT_MERGE, VEDETTA__V1__ACTION__WHAT_SPLIT,
		VEDETTA__V1__ACTION__WHAT_MOVE, VEDETTA__V1__ACTION__WHAT_MOVE,
		VEDETTA__V1__ACTION__WHAT_REOPEN, VEDETTA__V1__ACTION__WHAT_UNDO};
	struct act *a = &run->act;
	const struct kit *k = run->kit;
	unsigned what = dice(run, 20);
	uint64_t row = 1 + dice(run, (unsigned)k->n_rows);
	uint64_t other = 1 + dice(run, (unsigned)k->n_rows);
	uint64_t key = dice(run, 60);
	size_t n;

	act_init(a, k->rows[row].subject,
		what < 14 ? (Vedetta__V1__Action__WhatCase)(3 + what)
			  : again[what - 14]);
	if (dice(run, 6) == 0) {
		a->action.sequence = 1 + dice(run, (unsigned)k->n_rows);
	}
	a->set_class.class_ = dice(run, 6);
	a->assign.to_case = dice(run, 2) == 0 ? VEDETTA__V1__ASSIGN__TO_PERSON
					      : VEDETTA__V1__ASSIGN__TO_NOBODY;
	a->ask.report = a->mark.report = dice(run, 2) == 0 ? 0 : row;
	a->mark.kind = (Vedetta__V1__MarkKind)(1 + dice(run, 3));
	a->mark.of = k->rows[other].subject;
	a->merge.into = a->move.into = k->rows[other].subject;
	for (n = 0; n < 30 && k->rows[row].kind != STORE_REPORT; n++) {
		row = 1 + dice(run, (unsigned)k->n_rows);
	}
	a->move.report = row;
	a->split.n_reports = 1 + dice(run, 3);
	for (n = 0; n < a->split.n_reports; n++) {
		a->reports[n] = n == 0 ? row : 1 + dice(run, (unsigned)k->n_rows);
	}
	a->undo.decision = row;
	/* Mostly what can be taken back, of some incident. */
	for (n = 0; n < 30 && k->rows[a->undo.decision].kind != STORE_DECISION; n++) {
		a->undo.decision = 1 + dice(run, (unsigned)k->n_rows);
	}
	if (a->action.what_case == VEDETTA__V1__ACTION__WHAT_MOVE) {
		a->input.incident = k->rows[row].subject;
	}
	if (a->action.what_case == VEDETTA__V1__ACTION__WHAT_UNDO) {
		a->input.incident = k->rows[a->undo.decision].subject;
	}
	a->input.print = dice(run, 2);
	a->step.has_key = key != 0;
	memcpy(a->step.key, &key, sizeof(key));
	a->step.key[15] = 2; /* never a report's, or a place's */
}

static void
count_decision(struct run *run, const Vedetta__V1__InputAnswer *answer)
{
	if (answer->outcome == VEDETTA__V1__INPUT_OUTCOME__INPUT_OUTCOME_ACTED) {
		run->n_done[run->act.action.what_case]++;
	}
}

static void
step_both(struct run *run)
{
	struct kit *k = run->kit;
	struct desk_out out;
	const struct desk_input *input = &run->report.step;
	unsigned content = 0;
	size_t i;

	if (k->n_rows > 0 && dice(run, 4) == 0) {
		make_action(run);
		input = &run->action.step;
	} else if (k->n_rows > 0 && dice(run, 3) == 0) {
		make_decision(run);
		input = act_step(&run->act);
	} else {
		content = make_input(run);
	}
	kit_step(k, input);
	if (input == &run->act.step) {
		count_decision(run, &k->out.answer);
	}
	arena_reset(run->twin_arena);
	assert_int_equal(
		desk_step(run->twin, input, k->now_ms, run->twin_arena, &out), 0);
	expect_same_rows(&k->out, &out);
	expect_same_answers(&k->out.answer, &out.answer);
	assert_int_equal(k->out.n_incidents, out.n_incidents);
	for (i = 0; i < out.n_incidents; i++) {
		expect_same_incident(&k->out.incidents[i], &out.incidents[i]);
	}
	if (out.n_rows > 0) {
		run->raw_content[k->n_rows] = content;
		run->n_of[out.rows[0].kind]++;
		run->n_folded +=
			out.rows[0].kind == STORE_REPORT && out.rows[0].about != 0;
		run->n_folded_late += out.rows[0].kind == STORE_INTERPRETED &&
				      facts_unpack(out.rows[0].facts).folded;
		run->n_piled += facts_unpack(out.rows[0].facts).why == PLACE_PILE;
	} else {
		run->n_repeats++;
	}
}

static void
begin(struct run *run, unsigned seed)
{
	memset(run, 0, sizeof(*run));
	run->seed = seed;
	run->crowd = seed % 4 == 1 ? seed : 0;
	/* In every third run keys are pushed out all the time. */
	run->kit = kit_new(seed % 3 == 0 ? 7 : 1000);
	run->twin = desk_new(&run->kit->options);
	run->twin_arena = arena_new(1 << 20);
	assert_true(run->twin != NULL && run->twin_arena != NULL);
}

static void
end(struct run *run)
{
	desk_free(run->twin);
	arena_free(run->twin_arena);
	kit_free(run->kit);
}

static void
change_mode_at_times(struct run *run)
{
	if (dice(run, 25) == 0) {
		run->raw_mode = !run->raw_mode;
	}
}

static void
a_reloaded_desk_knows_and_does_the_same(void **state)
{
	static struct run run;
	unsigned n_of[STORE_MESSAGE + 1] = {0};
	unsigned n_done[VEDETTA__V1__ACTION__WHAT_UNDO + 1] = {0};
	unsigned repeats = 0;
	unsigned piled = 0;
	unsigned folded = 0;
	unsigned folded_late = 0;
	unsigned seed;
	int n;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		begin(&run, seed);
		for (n = 0; n < STEPS; n++) {
			pass_time(&run);
			change_mode_at_times(&run);
			step_both(&run);
			if (dice(&run, 20) == 0) {
				desk_free(run.twin);
				run.twin = kit_loaded_desk(run.kit);
				expect_same_boards(run.kit->desk, run.twin);
			}
		}
		expect_same_boards(run.kit->desk, run.twin);
		for (n = 0; n <= STORE_MESSAGE; n++) {
			n_of[n] += run.n_of[n];
		}
		for (n = 0; n <= VEDETTA__V1__ACTION__WHAT_UNDO; n++) {
			n_done[n] += run.n_done[n];
		}
		repeats += run.n_repeats;
		piled += run.n_piled;
		folded += run.n_folded;
		folded_late += run.n_folded_late;
		end(&run);
	}
	/* Every kind of row was made, or nothing was shown. */
	assert_true(n_of[STORE_REPORT] > 1000 && n_of[STORE_ADDITION] > 1000);
	assert_true(n_of[STORE_QUARANTINED] > 100 && n_of[STORE_RAW] > 1000);
	assert_true(n_of[STORE_INTERPRETED] > 1000 && repeats > 1000);
	assert_true(piled > 100);
	assert_true(folded > 100 && folded_late > 30);
	assert_true(n_of[STORE_MOVED_OUT] > 300 && n_of[STORE_MOVED_IN] > 300);
	assert_true(n_of[STORE_DECISION] > 1000 && n_of[STORE_MESSAGE] > 50);
	for (n = VEDETTA__V1__ACTION__WHAT_ACKNOWLEDGE;
		n <= VEDETTA__V1__ACTION__WHAT_UNDO; n++) {
		if (n_done[n] < 20) {
			fail_msg("action %d was done %u times", n, n_done[n]);
		}
	}
}

/* The umbrellas' own rows of the step, of both; they are the same. */
static void
expect_same_own_rows(struct run *run)
{
	struct kit *k = run->kit;
	struct umbrella_row own;
	uint64_t seq = k->n_rows;

	kit_keep_own(k);
	while (desk_own_next(run->twin, run->twin_arena, &own) == 1) {
		assert_true(++seq <= k->n_rows);
		expect_same_row(&k->rows[seq], &own.row);
	}
	assert_int_equal(seq, k->n_rows);
}

static void
expect_same_umbrellas(const struct run *run)
{
	struct umbrellas *a = desk_umbrellas(run->kit->desk);
	struct umbrellas *b = desk_umbrellas(run->twin);
	struct umbrella_figures f, g;
	uint64_t id;

	for (id = 1; id <= run->kit->n_rows; id++) {
		if (run->kit->incidents[id].id != 0) {
			assert_int_equal(umbrellas_of(a, id), umbrellas_of(b, id));
		}
	}
	umbrellas_figures(a, &f);
	umbrellas_figures(b, &g);
	assert_memory_equal(&f, &g, sizeof(f));
}

/* Every report that is placed and young enough is a point, wherever it is now. */
static void
umbrellas_of_moved_reports_are_the_same_after_a_restart(void **state)
{
	static struct run run;
	unsigned n_moved = 0;
	unsigned n_own = 0;
	unsigned seed;
	int n;

	(void)state;
	for (seed = 4000; seed < 4200; seed++) {
		begin(&run, seed);
		run.goes_on = true;
		assert_int_equal(desk_umbrellas_catch_up(run.kit->desk, 0), 0);
		assert_int_equal(desk_umbrellas_catch_up(run.twin, 0), 0);
		for (n = 0; n < STEPS; n++) {
			pass_time(&run);
			change_mode_at_times(&run);
			step_both(&run);
			expect_same_own_rows(&run);
			expect_same_umbrellas(&run);
			if (dice(&run, 8) == 0) {
				desk_free(run.twin);
				run.twin = kit_loaded_desk(run.kit);
				kit_follow(run.kit, run.twin, run.twin_arena);
				expect_same_umbrellas(&run);
			}
		}
		n_moved += run.n_of[STORE_MOVED_OUT] + run.n_of[STORE_MOVED_IN];
		for (n = 1; n <= (int)run.kit->n_rows; n++) {
			n_own += run.kit->rows[n].kind == STORE_UMBRELLA;
		}
		end(&run);
	}
	assert_true(n_moved > 300 && n_own > 300);
}

static void
the_same_inputs_give_the_same_rows(void **state)
{
	static struct run run;
	unsigned seed;
	int n;

	(void)state;
	for (seed = 1000; seed < 1030; seed++) {
		begin(&run, seed);
		for (n = 0; n < STEPS; n++) {
			pass_time(&run);
			change_mode_at_times(&run);
			step_both(&run);
		}
		expect_same_boards(run.kit->desk, run.twin);
		end(&run);
	}
}

/* ---- nothing acknowledged is lost, nothing is counted twice */

static bool
is_report(const struct store_row *row, const struct facts *facts)
{
	return (row->kind == STORE_REPORT || row->kind == STORE_QUARANTINED ||
		       row->kind == STORE_INTERPRETED) &&
	       !facts->repeat && !facts->adds;
}

/* Is a report among what the row brings, or only further words to one? */
static unsigned
brings_report(const struct store_row *row)
{
	Vedetta__V1__LogMove *move =
		vedetta__v1__log_move__unpack(NULL, row->body_bytes, row->body);
	bool moves = move->from != move->to;
	unsigned brings = 0;
	size_t n;

	assert_int_equal(move->to, row->subject);
	for (n = 0; n < move->n_members; n++) {
		brings |= !facts_unpack(move->members[n]->facts).adds;
	}
	vedetta__v1__log_move__free_unpacked(move, NULL);
	return moves ? brings : 0;
}

static void
count_move(const struct kit *k, const struct store_row *row, unsigned *reports)
{
	Vedetta__V1__LogMove *move;
	size_t n;

	if (row->kind == STORE_MOVED_IN) {
		reports[row->subject] += brings_report(row);
	} else if (row->kind == STORE_MOVED_OUT && row->about != 0) {
		reports[row->subject]--;
	} else if (row->kind == STORE_MOVED_OUT) {
		move = vedetta__v1__log_move__unpack(NULL, row->body_bytes, row->body);
		assert_true(move->n_reports > 0);
		for (n = 0; n < move->n_reports; n++) {
			const struct store_row *in = &k->rows[row->seq + 1 + n];

			assert_int_equal(in->about, move->reports[n]);
			reports[row->subject] -= brings_report(in);
		}
		vedetta__v1__log_move__free_unpacked(move, NULL);
	}
}

static void
check_accounts(struct run *run)
{
	struct kit *k = run->kit;
	static unsigned reports[KIT_ROWS + 1]; /* by incident */
	uint64_t raw_read[KIT_ROWS + 1] = {0};
	struct desk_cursor *c = desk_cursor_new(k->desk);
	Vedetta__V1__Incident *i;
	bool short_of_memory;
	uint64_t seq;

	memset(reports, 0, sizeof(reports));
	for (seq = 1; seq <= k->n_rows; seq++) {
		const struct store_row *row = &k->rows[seq];
		const struct facts facts = facts_unpack(row->facts);

		if (row->kind == STORE_INTERPRETED) {
			assert_int_equal(k->rows[row->about].kind, STORE_RAW);
			assert_int_equal(raw_read[row->about], 0);
			raw_read[row->about] = seq;
		}
		if (row->kind != STORE_RAW) {
			assert_int_not_equal(k->incidents[row->subject].id, 0);
			reports[row->subject] += is_report(row, &facts);
			count_move(k, row, reports);
		}
	}
	for (; (i = desk_cursor_next(c, k->arena, &short_of_memory)) != NULL;) {
		assert_int_equal(i->sequence, k->newest[i->id]);
		assert_int_equal(i->reports, reports[i->id]);
		arena_reset(k->arena);
	}
	for (seq = 1; seq <= k->n_rows; seq++) {
		assert_true(k->incidents[seq].id == 0 || reports[seq] >= 1 ||
			    k->incidents[seq].merged_into != 0);
		if (k->rows[seq].kind == STORE_RAW && raw_read[seq] == 0) {
			assert_true(desk_next_raw(k->desk) <= seq &&
				    desk_next_raw(k->desk) != 0);
		}
	}
	desk_cursor_free(c);
}

static void
every_row_is_in_an_incident_or_waits_to_be_read(void **state)
{
	static struct run run;
	unsigned seed;
	int n;

	(void)state;
	for (seed = 2000; seed < 2030; seed++) {
		begin(&run, seed);
		for (n = 0; n < STEPS; n++) {
			pass_time(&run);
			change_mode_at_times(&run);
			step_both(&run);
		}
		arena_reset(run.kit->arena);
		check_accounts(&run);
		end(&run);
	}
}

/* ---- cursors */

struct told {
	uint64_t sequence[KIT_ROWS + 1]; /* by incident */
	uint64_t last;
};

static bool
tell_one(struct kit *k, struct desk_cursor *c, struct told *told)
{
	bool short_of_memory;
	Vedetta__V1__Incident *i;

	arena_reset(k->arena);
	i = desk_cursor_next(c, k->arena, &short_of_memory);
	if (i == NULL) {
		return false;
	}
	assert_true(i->sequence > told->last); /* in order, nothing twice */
	told->last = i->sequence;
	told->sequence[i->id] = i->sequence;
	return true;
}

static void
a_cursor_tells_the_last_state_of_each_and_nothing_twice(void **state)
{
	static struct run run;
	static struct told told[CURSORS];
	struct desk_cursor *cursors[CURSORS];
	unsigned seed;
	uint64_t id;
	int n;
	int c;

	(void)state;
	for (seed = 3000; seed < 3060; seed++) {
		begin(&run, seed);
		memset(told, 0, sizeof(told));
		for (c = 0; c < CURSORS; c++) {
			cursors[c] = desk_cursor_new(run.kit->desk);
		}
		for (n = 0; n < STEPS; n++) {
			pass_time(&run);
			step_both(&run);
			for (c = 0; c < CURSORS; c++) {
				/* One keeps up, one lags, one rarely comes. */
				while (dice(&run, 8) >= (unsigned)c * 3 &&
					tell_one(run.kit, cursors[c], &told[c])) {
				}
			}
		}
		for (c = 0; c < CURSORS; c++) {
			while (tell_one(run.kit, cursors[c], &told[c])) {
			}
			for (id = 1; id <= run.kit->n_rows; id++) {
				uint64_t newest = run.kit->incidents[id].id == 0
							  ? 0
							  : run.kit->newest[id];

				assert_int_equal(told[c].sequence[id], newest);
			}
			desk_cursor_free(cursors[c]);
		}
		end(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reloaded_desk_knows_and_does_the_same),
		cmocka_unit_test(
			umbrellas_of_moved_reports_are_the_same_after_a_restart),
		cmocka_unit_test(the_same_inputs_give_the_same_rows),
		cmocka_unit_test(every_row_is_in_an_incident_or_waits_to_be_read),
		cmocka_unit_test(
			a_cursor_tells_the_last_state_of_each_and_nothing_twice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
