/*
 * Who keeps its name: after each single report that comes or runs out, by brute
 * force. Of the old components in a new one the one with most core reports gives
 * it its name, of equals the older; of the parts of an old one the one with most
 * of it keeps the name, of equals the one with the anchor, then the newest.
 */
#include "umbrella_kit.h"

enum {
	HOUR_MS = 3600000,
	REPORTS = 160,
	ROUNDS = 60,
};

static uint64_t seed = 20261124;

static size_t
draw_below(size_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (size_t)((seed * 2685821657736338717u >> 16) % n);
}

/* By row: the umbrella of a core report before and after a change. */
struct names {
	uint64_t of[LOG_ROWS];
	uint64_t anchor[LOG_ROWS]; /* of the umbrella of that id */
};

static uint64_t
name_of_part(const struct line *l, const struct brute *b, size_t part)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct store_umbrella *u =
			b->core[i] && b->part[i] == part
				? line_anchored(l, b->reports[i]->seq)
				: NULL;

		if (u != NULL) {
			return u->id;
		}
	}
	fail_msg("a component without an umbrella");
	return 0;
}

static void
note_names(const struct line *l, const struct brute *b, struct names *n)
{
	memset(n, 0, sizeof(*n));
	for (size_t i = 0; i < b->n; i++) {
		if (b->core[i]) {
			n->of[b->reports[i]->seq] = name_of_part(l, b, b->part[i]);
		}
	}
	for (size_t i = 0; i < l->n_records; i++) {
		n->anchor[l->records[i].id] = l->records[i].anchor;
	}
}

/* Core reports of a component as it is now; with one name before, or any (0). */
static size_t
count_in(const struct brute *b, size_t part, const struct names *before, uint64_t name)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		n += b->core[i] && b->part[i] == part &&
		     (name == 0 || before->of[b->reports[i]->seq] == name);
	}
	return n;
}

static bool
has_report(const struct brute *b, size_t part, uint64_t seq)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->core[i] && b->part[i] == part && b->reports[i]->seq == seq) {
			return true;
		}
	}
	return false;
}

/* All arrive in the order of their rows. */
static uint64_t
newest_in(const struct brute *b, size_t part)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->core[i] && b->part[i] == part && b->reports[i]->seq > newest) {
			newest = b->reports[i]->seq;
		}
	}
	return newest;
}

static bool
claims_more(const struct brute *b, const struct names *before, uint64_t name,
	size_t part, size_t than)
{
	size_t mine = count_in(b, part, before, 0);
	size_t other = count_in(b, than, before, 0);
	bool anchored = has_report(b, part, before->anchor[name]);
	bool other_anchored = has_report(b, than, before->anchor[name]);

	return mine != other                ? mine > other
	       : anchored != other_anchored ? anchored
					    : newest_in(b, part) > newest_in(b, than);
}

/* The part that keeps the name of an old component. */
static size_t
heir_of(const struct brute *b, const struct names *before, uint64_t name)
{
	size_t heir = SIZE_MAX;

	for (size_t i = 0; i < b->n; i++) {
		if (b->core[i] && b->part[i] == i && count_in(b, i, before, name) > 0 &&
			(heir == SIZE_MAX || claims_more(b, before, name, i, heir))) {
			heir = i;
		}
	}
	return heir;
}

/* What a component must be called; 0: a new name. */
static uint64_t
wanted_name(const struct brute *b, const struct names *before, size_t part)
{
	uint64_t best = 0;
	size_t most = 0;

	for (size_t i = 0; i < b->n; i++) {
		uint64_t name = b->core[i] && b->part[i] == part
					? before->of[b->reports[i]->seq]
					: 0;
		size_t n = name == 0 ? 0 : count_in(b, part, before, name);

		if (n > most || (n > 0 && n == most && name < best)) {
			best = name;
			most = n;
		}
	}
	return best != 0 && heir_of(b, before, best) == part ? best : 0;
}

/* Returns how many names were inherited by some rule and not left alone. */
static size_t
check_names(const struct line *l, struct brute *b, struct names *before)
{
	static struct names after;
	size_t n_decided = 0;

	brute_solve(b, l, EVENT_GROUP_LOCAL);
	note_names(l, b, &after);
	for (size_t i = 0; i < b->n; i++) {
		uint64_t name;

		if (!b->core[i] || b->part[i] != i) {
			continue;
		}
		name = after.of[b->reports[i]->seq];
		if (wanted_name(b, before, i) != 0) {
			assert_int_equal(name, wanted_name(b, before, i));
		} else {
			assert_true(before->anchor[name] == 0);
			n_decided += count_in(b, i, before, 0) > 3;
		}
	}
	*before = after;
	return n_decided;
}

/* Time up to a moment, each report that runs out by itself. */
static size_t
pass_to(struct line *l, int64_t until_ms, struct brute *b, struct names *before)
{
	size_t n_decided = 0;

	for (size_t i = 0; i < l->n_rows; i++) {
		const struct umbrella_report *r = &l->rows[i].report;
		int64_t over_ms = r->arrival_ms + 12 * HOUR_MS + 1;

		if (r->seq != 0 && over_ms > l->now_ms && over_ms <= until_ms) {
			line_pass(l, over_ms - l->now_ms);
			n_decided += check_names(l, b, before);
		}
	}
	if (until_ms > l->now_ms) {
		line_pass(l, until_ms - l->now_ms);
	}
	return n_decided;
}

static void
most_of_the_old_members_give_the_name_and_of_equals_the_older(void **state)
{
	struct brute *b = calloc(1, sizeof(*b));
	struct names *before = malloc(sizeof(*before));
	size_t n_decided = 0;
	size_t n_events[8] = {0};

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		struct line *l = line_new();
		size_t reach = 6 + round % 10;

		memset(before, 0, sizeof(*before));
		for (int i = 0; i < REPORTS; i++) {
			int64_t step_ms =
				1 + (int64_t)draw_below(24 * HOUR_MS / (10 + reach));
			struct geo_point at = {42 + (double)draw_below(reach) * 0.0013,
				13 + (double)draw_below(reach) * 0.0018};

			n_decided += pass_to(l, l->now_ms + step_ms, b, before);
			(void)line_report(
				l, "medical", NOBODY, cluster_round(at), 0, true);
			n_decided += check_names(l, b, before);
			if (i % 17 == 0) {
				line_restart(l);
			}
		}
		(void)pass_to(l, l->now_ms + 13 * HOUR_MS, b, before);
		for (size_t i = 0; i < l->n_rows; i++) {
			n_events[l->rows[i].event] += l->rows[i].report.seq == 0;
		}
		line_free(l);
	}
	print_message("# %zu merged, %zu split off, %zu with more than three\n",
		n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_MERGED],
		n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_SPLIT_OFF],
		n_decided);
	assert_true(n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_MERGED] > 100);
	assert_true(
		n_events[VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_SPLIT_OFF] > 50);
	free(before);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			most_of_the_old_members_give_the_name_and_of_equals_the_older),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
