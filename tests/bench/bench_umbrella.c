/*
 * What umbrellas cost above the clustering they stand on. Prints `name value
 * unit`. A whole window is replaced, or more: what is asked is what a report
 * costs while they come and go. The same points go through the floor (floor.h:
 * what no clustering can do without), a bare cluster and umbrellas (changes.h).
 * All times are CPU time. Each report is of an incident of its own, the most there
 * is to label. Then another desk starts with what is in the log (reading it is not
 * in the time), and must find the same. Then all that is left runs out at once, as
 * after a stop of days or a jump of the clock.
 *
 *	bench_umbrella [largest [stream]]
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changes.h"
#include "dispatch/umbrella.h"
#include "places.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	WINDOW_MOST = 10000000,
	ARENA_BYTES = 1 << 22,
};

static const double EPS_M = 300; /* of the local group */
static const int64_t WINDOW_MS = INT64_C(12) * 3600000;

/* What the machine gave. */
static size_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	size_t pages = 0;

	assert(file != NULL);
	assert(fscanf(file, "%*u %zu", &pages) == 1);
	(void)fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

struct desk {
	struct roster roster;
	struct umbrellas *umbrellas;
	struct arena *arena;
	uint64_t last_seq;
	size_t n_rows;
	size_t window;
	int64_t first_ms;
	struct umbrella_report *reports; /* room for all */
	/* Of the log: umbrellas as each row left them, and the last row. */
	struct store_umbrella *records;
	size_t n_records;
	size_t room_records;
	struct store_row last_row;
};

static void
add_incidents(struct desk *d, const struct geo_point *points, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct store_incident record = {.id = i + 1,
			.seq = i + 1,
			.hazard = hazard_by_code("medical")->number,
			.status = VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN,
			.class_no = 2,
			.has_point = true,
			.point = points[i],
			.accuracy_m = 10};
		int fault = roster_take(&d->roster, incident_new(&record));

		assert(fault == 0);
	}
}

static void
take_rows(struct desk *d)
{
	struct umbrella_row row;

	while (umbrellas_next_row(d->umbrellas, d->arena, &row) == 1) {
		if (d->n_records == d->room_records) {
			d->room_records += d->room_records / 2 + CHANGES;
			d->records = realloc(
				d->records, d->room_records * sizeof(*d->records));
			assert(d->records != NULL);
		}
		d->records[d->n_records++] = row.record;
		d->last_row = row.row;
		d->last_seq++;
		d->n_rows++;
		arena_reset(d->arena);
	}
}

/* When a report comes: then those a window before it have just run out. */
static int64_t
arrival_ms(const struct desk *d, size_t i)
{
	return d->first_ms + (int64_t)i * WINDOW_MS / (int64_t)d->window;
}

static void
insert_in_desk(void *on, size_t i, struct geo_point at)
{
	struct desk *d = on;
	int64_t now_ms = arrival_ms(d, i) + 1;
	struct umbrella_report *report = &d->reports[i];
	int fault;

	*report = (struct umbrella_report){.seq = ++d->last_seq,
		.incident = 1 + i % d->window,
		.at_ms = now_ms,
		.arrival_ms = now_ms,
		.placed = true,
		.at = at};
	fault = umbrellas_take(d->umbrellas, report, now_ms, d->last_seq);
	assert(fault == 0);
	take_rows(d);
}

static void
expire_in_desk(void *on, size_t i, struct geo_point at)
{
	struct desk *d = on;
	int fault = umbrellas_take(
		d->umbrellas, NULL, arrival_ms(d, i + d->window) + 1, d->last_seq);

	(void)at;
	assert(fault == 0);
	take_rows(d);
}

static void
print_told(struct desk *d, const char *name, size_t window)
{
	struct umbrella_cursor cursor = {.began = false};
	Vedetta__V1__UmbrellaStates states;
	double start = cpu_now();
	size_t n = 0;

	umbrellas_tick(d->umbrellas);
	printf("umbrella_%s_%zu_tick %.1f ms\n", name, window,
		(cpu_now() - start) * 1e3);
	start = cpu_now();
	while (umbrellas_tell(d->umbrellas, &cursor, d->arena, &states) == 1) {
		arena_reset(d->arena);
		n++;
	}
	printf("umbrella_%s_%zu_tell_all %.1f ms, %zu messages\n", name, window,
		(cpu_now() - start) * 1e3, n);
	arena_reset(d->arena);
}

/* Each umbrella as its last row left it, in the order of their ids. */
static void
load_records(const struct desk *d, struct umbrellas *u)
{
	const struct store_umbrella **last = calloc(d->last_seq + 1, sizeof(*last));

	assert(last != NULL);
	for (size_t i = 0; i < d->n_records; i++) {
		last[d->records[i].id] = &d->records[i];
	}
	for (uint64_t id = 0; id <= d->last_seq; id++) {
		assert(last[id] == NULL || umbrellas_load(u, last[id]) == 0);
	}
	free(last);
}

/* Another desk starts with the same incidents and log. */
static void
print_start(struct desk *d, const char *name, size_t n, int64_t now_ms)
{
	struct umbrellas *u = umbrellas_new(&d->roster);
	const struct umbrella_report *reports = d->reports;
	struct umbrella_figures before, after;
	double start = cpu_now();
	double last = start, longest_s = 0;
	struct umbrella_row row;
	int answer = 0;
	size_t i = 0;

	assert(u != NULL);
	load_records(d, u);
	umbrellas_load_row(u, &d->last_row);
	umbrellas_loaded(u, d->last_seq, now_ms);
	while (i < n && reports[i].at_ms + WINDOW_MS < (int64_t)d->last_row.print) {
		i++;
	}
	for (; i <= n; i++) {
		do {
			double now;

			answer = i < n ? umbrellas_follow(
						 u, &reports[i], now_ms, d->last_seq)
				       : umbrellas_catch_up(u, now_ms, d->last_seq);
			now = cpu_now();
			longest_s = fmax(longest_s, now - last);
			last = now;
		} while (answer == 1);
		assert(answer == 0);
	}
	assert(umbrellas_next_row(u, d->arena, &row) == 0);
	umbrellas_figures(d->umbrellas, &before);
	umbrellas_figures(u, &after);
	assert(after.lost == 0 && after.open == before.open);
	assert(after.points == before.points);
	printf("umbrella_%s_%zu_start %.2f s, longest call %.1f ms, %llu points\n",
		name, d->window, last - start, longest_s * 1e3,
		(unsigned long long)after.points);
	umbrellas_free(u);
}

/* Everything runs out, a slice at a time. */
static void
print_end(struct desk *d, const char *name, size_t window, int64_t now_ms)
{
	double whole_s = 0, longest_s = 0;
	int answer;

	d->n_rows = 0;
	do {
		double start = cpu_now();
		double took_s;

		answer = umbrellas_take(d->umbrellas, NULL, now_ms, d->last_seq);
		took_s = cpu_now() - start;
		whole_s += took_s;
		longest_s = fmax(longest_s, took_s);
		take_rows(d);
	} while (answer == 1);
	assert(answer == 0);
	printf("umbrella_%s_%zu_all_run_out %.1f ms, longest slice %.1f ms, %zu rows\n",
		name, window, whole_s * 1e3, longest_s * 1e3, d->n_rows);
}

static void
desk_init(struct desk *d, const struct geo_point *points, size_t window)
{
	*d = (struct desk){.window = window, .first_ms = 1795000000000};
	d->reports = calloc(changes_points(window), sizeof(*d->reports));
	roster_init(&d->roster);
	add_incidents(d, points, window);
	d->arena = arena_new(ARENA_BYTES);
	d->umbrellas = umbrellas_new(&d->roster);
	assert(d->reports != NULL && d->arena != NULL && d->umbrellas != NULL);
	umbrellas_loaded(d->umbrellas, 0, d->first_ms);
	(void)umbrellas_catch_up(d->umbrellas, d->first_ms, 0);
}

static void
desk_fini(struct desk *d)
{
	umbrellas_free(d->umbrellas);
	free(d->records);
	roster_fini(&d->roster);
	arena_free(d->arena);
}

static struct costs
bench_desk(struct desk *d, const char *name, const struct geo_point *points)
{
	struct subject subject = {d, insert_in_desk, expire_in_desk};
	size_t before, now;
	struct costs costs;

	/* Reports and log are not theirs. */
	memset(d->reports, 0, changes_points(d->window) * sizeof(*d->reports));
	before = resident_bytes();
	for (size_t i = 0; i < d->window; i++) {
		subject.insert(d, i, points[i]);
	}
	now = resident_bytes();
	before += d->n_records * sizeof(*d->records);
	d->n_rows = 0;
	costs = time_changes(&subject, points, d->window);
	/* 0: it found what an earlier one left. */
	costs.bytes = now < before ? 0 : (double)(now - before) / (double)d->window;
	print_costs("umbrella", name, d->window, &costs);
	printf("umbrella_%s_%zu_rows %.4f rows/report\n", name, d->window,
		(double)d->n_rows / (double)(changes_points(d->window) - d->window));
	return costs;
}

/* What one report with an expiry costs each. */
struct turn {
	double floor_s;
	double bare_s;
	double umbrella_s;
	double insert_s; /* of umbrellas, apart */
};

static struct turn
bench_window(const struct stream *stream, size_t window)
{
	size_t n = changes_points(window);
	struct geo_point *points = changes_draw(stream, window);
	struct costs floor = bench_floor(stream, points, window);
	struct costs bare = bench_bare(stream, points, window);
	struct costs costs;
	struct desk d;

	desk_init(&d, points, window);
	costs = bench_desk(&d, stream->name, points);
	print_told(&d, stream->name, window);
	print_start(&d, stream->name, n, arrival_ms(&d, n - 1) + 1);
	free(d.reports);
	print_end(&d, stream->name, window, d.first_ms + 100 * WINDOW_MS);
	fflush(stdout);
	desk_fini(&d);
	free(points);
	return (struct turn){floor.both_s, bare.both_s, costs.both_s, costs.insert_s};
}

int
main(int argc, char **argv)
{
	size_t largest = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	const char *only = argc > 2 ? argv[2] : NULL;

	for (size_t i = 0; i < STREAMS; i++) {
		struct turn first = {0}, last = {0};

		if (streams[i].eps_m != EPS_M ||
			(only != NULL && strcmp(only, streams[i].name) != 0)) {
			continue;
		}
		for (size_t window = 10000;
			window <= largest && window <= streams[i].window_most &&
			window <= WINDOW_MOST;
			window *= 10) {
			last = bench_window(&streams[i], window);
			first = first.bare_s == 0 ? last : first;
		}
		printf("umbrella_%s_cost_growth %.2f times, insertions %.2f, "
		       "cluster %.2f, floor %.2f\n",
			streams[i].name, last.umbrella_s / first.umbrella_s,
			last.insert_s / first.insert_s, last.bare_s / first.bare_s,
			last.floor_s / first.floor_s);
	}
	return 0;
}
