/*
 * What umbrellas cost above the clustering they stand on. Prints `name value
 * unit`. The same points go through a bare cluster and through umbrellas whose
 * window holds as many: each insertion is preceded by the expiry of the oldest
 * point. All times are CPU time, p99.9 and worst those of one insertion (and 0.3 us
 * of looking at the clock, which are in the throughput, too). Each report is of an
 * incident of its own, the most there is to label. Then another desk starts with
 * what is in the log (reading it is not in the time), and must find the same. Then
 * all that is left runs out at once, as after a stop of days or a jump of the clock.
 *
 *	bench_umbrella [largest [stream]]
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dispatch/table.h"
#include "dispatch/umbrella.h"
#include "geo/cluster.h"
#include "geo/measure.h"
#include "vedetta/v1/incident.pb-c.h"

enum {
	TOWNS = 8000,
	CHANGES = 200000,
	WINDOW_MOST = 10000000,
	ARENA_BYTES = 1 << 22,
};

static const double M_IN_DEG = EARTH_RADIUS_M * M_PI / 180;
static const int64_t WINDOW_MS = INT64_C(12) * 3600000; /* of the local group */

static double
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t seed = 20261122;

static double
draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (double)(seed * UINT64_C(2685821657736338717) >> 11) * 0x1p-53;
}

/* ---- where reports fall */

static struct geo_point
offset(struct geo_point from, double north_m, double east_m)
{
	double lat_deg = from.lat_deg + north_m / M_IN_DEG;

	return (struct geo_point){
		lat_deg, from.lon_deg + east_m / M_IN_DEG / cos(lat_deg * M_PI / 180)};
}

static struct geo_point
in_disc(struct geo_point centre, double radius_m)
{
	double angle = 2 * M_PI * draw();
	double r = radius_m * sqrt(draw());

	return offset(centre, r * sin(angle), r * cos(angle));
}

static struct geo_point
italy(uint64_t n)
{
	static struct geo_point towns[TOWNS];
	double rank = pow(TOWNS, draw());

	(void)n;
	for (size_t i = 0; towns[TOWNS - 1].lat_deg == 0; i++) {
		towns[i] = (struct geo_point){37 + 10 * draw(), 7 + 11 * draw()};
	}
	return in_disc(towns[(size_t)rank - 1], 20000 / sqrt(rank));
}

static struct geo_point
dense(uint64_t n)
{
	(void)n;
	return in_disc((struct geo_point){42.35, 13.4}, 3000);
}

static struct geo_point
two_blobs(uint64_t n)
{
	return in_disc((struct geo_point){0, n % 2 == 0 ? 0 : 381 / M_IN_DEG}, 40);
}

/*
 * The attack on names, over two windows: links first, a street, houses that hang
 * on it by the links, then newer ones elsewhere. In the second window the links
 * run out, and each takes a house off the street.
 */
static size_t street_window;

static struct geo_point
houses(uint64_t n)
{
	static const struct geo_point street = {42.35, 13.4};
	uint64_t at = n % (2 * street_window);
	double east_m = (double)(at % 200) * 800;

	if (at < 200) {
		return offset(street, 250, east_m);
	}
	if (at < 800) {
		return offset(street, 500, east_m);
	}
	return at < street_window / 2 ? offset(street, 0, (double)(at % 800) * 200)
				      : in_disc((struct geo_point){38, 15}, 2000);
}

static const struct stream {
	const char *name;
	struct geo_point (*next)(uint64_t n);
	size_t window_most;
} streams[] = {
	{"italy", italy, SIZE_MAX},
	{"dense", dense, SIZE_MAX},
	{"two_blobs", two_blobs, 1000000},
	{"houses", houses, 100000},
};

enum {
	STREAMS = sizeof(streams) / sizeof(streams[0]),
};

/* ---- the runs */

static int
falling(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x < y) - (x > y);
}

static float took[CHANGES];

/* CPU seconds for one point with the bare cluster. */
static double
bench_bare(const struct geo_point *points, size_t window)
{
	struct cluster_options options = {.eps_m = 300, .min_points = 3};
	struct cluster *c = cluster_new(&options);
	uint32_t *handles = calloc(window, sizeof(*handles));
	double cpu = 0;
	int fault;

	assert(c != NULL && handles != NULL);
	for (size_t i = 0; i < window + CHANGES; i++) {
		uint32_t *handle = &handles[i % window];

		if (i == window) {
			cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
		}
		if (i >= window) {
			cluster_remove(c, *handle);
		}
		fault = cluster_add(c, i, points[i], handle);
		assert(fault == 0);
	}
	cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	cluster_free(c);
	free(handles);
	return cpu / CHANGES;
}

struct desk {
	struct roster roster;
	struct umbrellas *umbrellas;
	struct arena *arena;
	uint64_t last_seq;
	size_t n_rows;
	/* Of the log: each umbrella as its last row left it, and that row. */
	struct table records;
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
		struct store_umbrella *record = table_find(&d->records, row.record.id);

		if (record == NULL) {
			record = malloc(sizeof(*record));
			assert(record != NULL);
			(void)table_put(&d->records, row.record.id, record);
		}
		*record = row.record;
		d->last_row = row.row;
		d->last_seq++;
		d->n_rows++;
		arena_reset(d->arena);
	}
}

static struct umbrella_report
take(struct desk *d, uint64_t incident, struct geo_point at, int64_t now_ms)
{
	struct umbrella_report report = {.seq = ++d->last_seq,
		.incident = incident,
		.at_ms = now_ms,
		.arrival_ms = now_ms,
		.placed = true,
		.at = at};
	int fault = umbrellas_take(d->umbrellas, &report, now_ms, d->last_seq);

	assert(fault == 0);
	take_rows(d);
	return report;
}

static void
print_told(struct desk *d, const char *name, size_t window)
{
	struct umbrella_cursor cursor = {.began = false};
	Vedetta__V1__UmbrellaStates states;
	double start = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	size_t n = 0;

	umbrellas_tick(d->umbrellas);
	printf("umbrella_%s_%zu_tick %.1f ms\n", name, window,
		(read_clock(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e3);
	start = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	while (umbrellas_tell(d->umbrellas, &cursor, d->arena, &states) == 1) {
		arena_reset(d->arena);
		n++;
	}
	printf("umbrella_%s_%zu_tell_all %.1f ms, %zu messages\n", name, window,
		(read_clock(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e3, n);
	arena_reset(d->arena);
}

/* Another desk starts with the same incidents and log. */
static void
print_start(struct desk *d, const char *name, size_t window,
	const struct umbrella_report *reports, size_t n, int64_t now_ms)
{
	struct umbrellas *u = umbrellas_new(&d->roster);
	struct umbrella_figures before, after;
	double start = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	double last = start, longest_s = 0;
	struct umbrella_row row;
	int answer = 0;
	size_t i = 0;

	assert(u != NULL);
	for (uint64_t id = 1; id <= d->last_seq; id++) {
		const struct store_umbrella *record = table_find(&d->records, id);

		assert(record == NULL || umbrellas_load(u, record) == 0);
	}
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
			now = read_clock(CLOCK_PROCESS_CPUTIME_ID);
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
		name, window, last - start, longest_s * 1e3,
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
		double start = read_clock(CLOCK_PROCESS_CPUTIME_ID);
		double took_s;

		answer = umbrellas_take(d->umbrellas, NULL, now_ms, d->last_seq);
		took_s = read_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
		whole_s += took_s;
		longest_s = fmax(longest_s, took_s);
		take_rows(d);
	} while (answer == 1);
	assert(answer == 0);
	printf("umbrella_%s_%zu_all_run_out %.1f ms, longest slice %.1f ms, %zu rows\n",
		name, window, whole_s * 1e3, longest_s * 1e3, d->n_rows);
}

static double
bench_window(const struct stream *stream, size_t window)
{
	struct desk d = {.n_rows = 0};
	struct geo_point *points = calloc(window + CHANGES, sizeof(*points));
	size_t n_reports = window + CHANGES;
	struct umbrella_report *reports = calloc(n_reports, sizeof(*reports));
	int64_t first_ms = 1795000000000;
	int64_t last_ms = first_ms;
	double bare_s, cpu = 0;

	assert(points != NULL && reports != NULL);
	street_window = window;
	for (size_t i = 0; i < window + CHANGES; i++) {
		points[i] = stream->next(i);
	}
	bare_s = bench_bare(points, window);
	roster_init(&d.roster);
	add_incidents(&d, points, window);
	d.arena = arena_new(ARENA_BYTES);
	d.umbrellas = umbrellas_new(&d.roster);
	assert(d.arena != NULL && d.umbrellas != NULL);
	umbrellas_loaded(d.umbrellas, 0, first_ms);
	(void)umbrellas_catch_up(d.umbrellas, first_ms, 0);
	for (size_t i = 0; i < window + CHANGES; i++) {
		int64_t now_ms = first_ms + (int64_t)i * WINDOW_MS / (int64_t)window;
		double start;

		if (i == window) {
			cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
			d.n_rows = 0;
		}
		start = read_clock(CLOCK_PROCESS_CPUTIME_ID);
		reports[i] = take(&d, 1 + i % window, points[i], now_ms + 1);
		last_ms = now_ms + 1;
		if (i >= window) {
			took[i - window] =
				(float)(read_clock(CLOCK_PROCESS_CPUTIME_ID) - start);
		}
	}
	cpu = (read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu) / CHANGES;
	qsort(took, CHANGES, sizeof(*took), falling);
	printf("umbrella_%s_%zu %.0f reports/s (bare %.0f), %.2f us above it\n",
		stream->name, window, 1 / cpu, 1 / bare_s, (cpu - bare_s) * 1e6);
	printf("umbrella_%s_%zu_p99.9 %.1f us\n", stream->name, window,
		(double)took[CHANGES / 1000] * 1e6);
	printf("umbrella_%s_%zu_worst %.0f us\n", stream->name, window,
		(double)took[0] * 1e6);
	printf("umbrella_%s_%zu_rows %.4f rows/report\n", stream->name, window,
		(double)d.n_rows / CHANGES);
	print_told(&d, stream->name, window);
	print_start(&d, stream->name, window, reports, n_reports, last_ms);
	free(reports);
	print_end(&d, stream->name, window, first_ms + 100 * WINDOW_MS);
	fflush(stdout);
	umbrellas_free(d.umbrellas);
	for (uint64_t id = 1; id <= d.last_seq; id++) {
		free(table_find(&d.records, id));
	}
	table_fini(&d.records);
	roster_fini(&d.roster);
	arena_free(d.arena);
	free(points);
	return cpu;
}

int
main(int argc, char **argv)
{
	size_t largest = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	const char *only = argc > 2 ? argv[2] : NULL;

	for (size_t i = 0; i < STREAMS; i++) {
		double first_s = 0;
		double last_s = 0;

		if (only != NULL && strcmp(only, streams[i].name) != 0) {
			continue;
		}
		for (size_t window = 10000;
			window <= largest && window <= streams[i].window_most &&
			window <= WINDOW_MOST;
			window *= 10) {
			last_s = bench_window(&streams[i], window);
			first_s = first_s == 0 ? last_s : first_s;
		}
		printf("umbrella_%s_cost_growth %.2f times\n", streams[i].name,
			last_s / first_s);
	}
	return 0;
}
