/*
 * What a step costs, what a live report weighs, how long memory takes to
 * rebuild. Prints `name value unit`. Times are CPU time but for p99.9 and
 * worst. Steps include packing the report for the log, which the commit needs
 * anyway, umbrellas with their rows, and some 0.1 us of the bench's own; `pack`
 * is packing alone. There are no areas.
 *
 *	bench_desk [reports [spread]]    default 1,000,000, and all of them
 *
 * What an escalation weighs of which somebody was told: `told` less `flood`, by
 * the incidents.
 */
#include <assert.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dispatch/desk.h"
#include "dispatch/likeness.h"
#include "dispatch/record.h"
#include "dispatch/words.h"
#include "geo/pool.h"
#include "tests/unit/one_on_call.h"

enum {
	ARENA_BYTES = 1 << 20,
};

/* Where reports fall. */
enum spread {
	ITALY,     /* evenly over Italy's box: nearly each is an incident */
	FLOOD,     /* there, too, but 2.3 of them to an incident, as in a real flood */
	INCIDENTS, /* over 10,000 places, 2 km apart */
	ONE_SPOT,
	FLOODED, /* one spot, and each says something else, at length */
	TOLD,    /* as a flood, and one person is told of each incident */
	SPREADS,
};

static const char *const names[] = {
	"italy", "flood", "ten_thousand", "one_spot", "flooded", "told"};

static double
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process: means do not suffer from what else the machine does. */
static double
cpu_seconds(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static uint64_t
mix(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	n = (n ^ n >> 27) * UINT64_C(0x94D049BB133111EB);
	return n ^ n >> 31;
}

static double
between(uint64_t random, double low, double high)
{
	return low + (double)(random >> 11) / 9007199254740992.0 * (high - low);
}

struct report {
	Vedetta__V1__Point point;
	Vedetta__V1__Place place;
	Vedetta__V1__Signs signs;
	Vedetta__V1__Report said;
	Vedetta__V1__ReportInput input;
	struct desk_input step;
};

static void
report_init(struct report *r)
{
	*r = (struct report){
		.point = VEDETTA__V1__POINT__INIT,
		.place = VEDETTA__V1__PLACE__INIT,
		.signs = VEDETTA__V1__SIGNS__INIT,
		.said = VEDETTA__V1__REPORT__INIT,
		.input = VEDETTA__V1__REPORT_INPUT__INIT,
		.step = {.kind = DESK_REPORT, .has_key = true},
	};
	r->place.point = &r->point;
	r->place.kind = VEDETTA__V1__PLACE_KIND__PLACE_KIND_BROWSER_FIX;
	r->place.accuracy_case = VEDETTA__V1__PLACE__ACCURACY_ACCURACY_M;
	r->place.accuracy_m = 20;
	r->signs.danger_rising = 1;
	r->said.hazard = (char *)"flood";
	r->said.place = &r->place;
	r->said.signs = &r->signs;
	r->said.text = (char *)"acqua in cantina, due anziani al piano terra, "
			       "la strada e' chiusa dal ponte in poi";
	r->said.lang = (char *)"it";
	r->input.report = &r->said;
	r->input.channel = (char *)"web";
	r->input.tokened = 1;
	r->step.report = &r->input;
}

/* As many words as a sketch holds, no two reports with one in common. */
static void
write_words(struct report *r, uint64_t n)
{
	static char text[SKETCH_WORDS_MAX * 8 + 1];
	size_t i;

	for (i = 0; i + 1 < sizeof(text); i++) {
		text[i] = i % 8 == 7 ? ' ' : (char)('a' + mix(n * 1000 + i) % 26);
	}
	r->said.text = text;
}

/*
 * Whose place the nth report has: its own, or that of any before it, so that what
 * many saw more will see.
 */
static uint64_t
place_in_flood(uint64_t n)
{
	while (n > 1 && mix(n ^ UINT64_C(0xF100D)) % 1000 >= 435) {
		n = 1 + mix(n ^ UINT64_C(0xA11)) % (n - 1);
	}
	return n;
}

/* The nth report; 2.4 of them come from each sender. */
static void
report_set(struct report *r, enum spread spread, uint64_t n)
{
	uint64_t where = spread == INCIDENTS                 ? mix(n) % 10000
			 : spread == ITALY                   ? n
			 : spread == FLOOD || spread == TOLD ? place_in_flood(n)
							     : 1;

	if (spread == INCIDENTS) {
		r->point.lat_deg = 38 + (double)(where / 100) * 0.02;
		r->point.lon_deg = 9 + (double)(where % 100) * 0.025;
	} else {
		r->point.lat_deg = between(mix(where * 2), 36.6, 47.1);
		r->point.lon_deg = between(mix(where * 2 + 1), 6.6, 18.5);
	}
	if (spread == FLOODED) {
		write_words(r, n);
	}
	r->input.source = mix(n * 5 / 12 + 77);
	r->input.print = mix(n);
	memcpy(r->step.key, &n, sizeof(n));
}

struct log {
	struct store_row *rows; /* without bodies, as loading sees them */
	struct store_incident *incidents;
	size_t n_rows;
	size_t n_incidents;
};

static int
by_time(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

static size_t
heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd + pool_mapped_bytes();
}

/* What the machine gave: unlike the heap's without room that nobody has used yet. */
static size_t
resident_bytes(void)
{
	FILE *statm = fopen("/proc/self/statm", "r");
	unsigned long whole = 0, resident = 0;

	assert(statm != NULL && fscanf(statm, "%lu %lu", &whole, &resident) == 2);
	(void)fclose(statm);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* The umbrellas' own rows, which the commit takes along. */
static void
drain(struct desk *desk, struct arena *arena)
{
	struct umbrella_row own;

	while (desk_own_next(desk, arena, &own) == 1) {
	}
}

/* Whom the desk wakes now; not part of a step. Returns how many rows that made. */
static size_t
wake(struct desk *desk, int64_t now_ms, struct arena *arena)
{
	struct escalation_page page;
	struct desk_out out;
	size_t n_rows = 0;
	int r;

	do {
		arena_reset(arena);
		r = desk_wake_next(desk, now_ms, arena, &out, &page);
		assert(r >= 0);
		n_rows += r > 0;
	} while (r > 0);
	return n_rows;
}

static struct desk *
fill(enum spread spread, size_t n_reports, const struct desk_options *options,
	struct log *log)
{
	size_t heap = heap_bytes();
	struct desk *desk = desk_new(options);
	struct arena *arena = arena_new(ARENA_BYTES);
	float *took = malloc(n_reports * sizeof(*took));
	size_t resident = 0;
	struct desk_figures figures;
	size_t n_woken = 0;
	struct desk_out out;
	struct report r;
	double cpu;
	size_t n;

	assert(desk != NULL && arena != NULL && took != NULL);
	assert(desk_umbrellas_catch_up(desk, 1795000000000) == 0);
	if (spread == TOLD) {
		put_in_book(desk);
	}
	report_init(&r);
	/* The bench's own are there already. */
	memset(took, 0, n_reports * sizeof(*took));
	memset(log->rows, 0, n_reports * sizeof(*log->rows));
	memset(log->incidents, 0, n_reports * sizeof(*log->incidents));
	(void)malloc_trim(0);
	resident = resident_bytes();
	cpu = cpu_seconds();
	for (n = 0; n < n_reports; n++) {
		double start;
		int result;

		report_set(&r, spread, n + 1);
		arena_reset(arena);
		start = read_clock(CLOCK_MONOTONIC);
		result = desk_step(
			desk, &r.step, 1795000000000 + (int64_t)n, arena, &out);
		drain(desk, arena);
		took[n] = (float)(read_clock(CLOCK_MONOTONIC) - start);
		assert(result == 0 && out.n_rows == 1);
		log->rows[log->n_rows] = out.rows[0];
		log->rows[log->n_rows].body = log->rows[log->n_rows].personal = NULL;
		log->n_rows++;
		if (out.n_incidents > 0 && out.incidents[0].id == out.rows[0].seq) {
			log->incidents[log->n_incidents++] = out.incidents[0];
		}
		if (spread == TOLD) {
			n_woken += wake(desk, 1795000000000 + (int64_t)n, arena);
		}
	}
	cpu = cpu_seconds() - cpu;
	desk_figures(desk, &figures);
	qsort(took, n_reports, sizeof(*took), by_time);
	printf("desk_step_%s %.2f us\n", names[spread], cpu / (double)n_reports * 1e6);
	printf("desk_step_%s_p99.9 %.1f us\n", names[spread],
		(double)took[n_reports / 1000] * 1e6);
	printf("desk_step_%s_worst %.1f us\n", names[spread], (double)took[0] * 1e6);
	printf("desk_incidents_%s %llu incidents\n", names[spread],
		(unsigned long long)figures.incidents_open);
	if (spread == TOLD) {
		printf("desk_woken_%s %zu rows\n", names[spread], n_woken);
	}
	printf("desk_memory_%s %.0f bytes/report\n", names[spread],
		(double)(heap_bytes() - heap) / (double)n_reports);
	printf("desk_resident_%s %.0f bytes/report\n", names[spread],
		(double)(resident_bytes() - resident) / (double)n_reports);
	free(took);
	arena_free(arena);
	return desk;
}

static void
load(enum spread spread, const struct desk_options *options, const struct log *log)
{
	double start = cpu_seconds();
	struct desk *desk = desk_new(options);
	size_t n;

	assert(desk != NULL);
	for (n = 0; n < log->n_incidents; n++) {
		desk_load_incident(desk, &log->incidents[n]);
	}
	for (n = 0; n < log->n_rows; n++) {
		desk_load_row(desk, &log->rows[n]);
	}
	desk_loaded(desk, log->n_rows, 1795000000000);
	printf("desk_load_%s %.2f s\n", names[spread], cpu_seconds() - start);
	desk_free(desk);
}

/* All states of the board, as a console front that comes new is told them. */
static void
walk(enum spread spread, struct desk *desk)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct desk_cursor *c = desk_cursor_new(desk);
	double start = cpu_seconds();
	bool short_of_memory;
	size_t n = 0;

	while (desk_cursor_next(c, arena, &short_of_memory) != NULL) {
		arena_reset(arena);
		n++;
	}
	printf("desk_state_%s %.2f us\n", names[spread],
		(cpu_seconds() - start) / (double)n * 1e6);
	desk_cursor_free(c);
	arena_free(arena);
}

static void
parts(void)
{
	static const uint8_t key[RECEIPT_KEY_BYTES] = {1};
	struct receipt_keys *keys = receipt_keys_new(key);
	struct arena *arena = arena_new(ARENA_BYTES);
	char token[RECEIPT_TOKEN_BYTES];
	char code[RECEIPT_CODE_BYTES];
	struct record_parts record;
	struct sketch sketch;
	struct report r;
	unsigned sum = 0;
	double start;
	size_t n;

	report_init(&r);
	report_set(&r, ITALY, 1);
	start = cpu_seconds();
	for (n = 0; n < 200000; n++) {
		arena_reset(arena);
		sum += (unsigned)record_body(&r.input, arena, &record);
	}
	printf("desk_pack %.2f us\n", (cpu_seconds() - start) / 0.2);
	start = cpu_seconds();
	for (n = 0; n < 200000; n++) {
		receipt_code(keys, n + 1, code);
		receipt_token(keys, n + 1, token);
		sum += (unsigned)(code[0] + token[31]);
	}
	printf("desk_receipt %.2f us\n", (cpu_seconds() - start) / 0.2);
	start = cpu_seconds();
	for (n = 0; n < 200000; n++) {
		sum += words_class(r.said.text);
	}
	printf("desk_words %.2f us\n", (cpu_seconds() - start) / 0.2);
	start = cpu_seconds();
	for (n = 0; n < 200000; n++) {
		sketch_text(r.said.text, &sketch);
		sum += sketch.n;
	}
	printf("desk_sketch %.2f us\n", (cpu_seconds() - start) / 0.2);
	start = cpu_seconds();
	for (n = 0; n < 200000; n++) {
		sum += likeness_is_enough(likeness_of(&sketch, &sketch));
	}
	printf("desk_likeness %.2f us\n", (cpu_seconds() - start) / 0.2);
	assert(sum != 0);
	arena_free(arena);
	receipt_keys_free(keys);
}

int
main(int argc, char **argv)
{
	size_t n_reports = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	const struct desk_options options = {.keys_max = n_reports};
	struct log log;
	int spread;

	assert(n_reports >= 1000);
	log.rows = malloc(n_reports * sizeof(*log.rows));
	log.incidents = malloc(n_reports * sizeof(*log.incidents));
	assert(log.rows != NULL && log.incidents != NULL);
	parts();
	for (spread = ITALY; spread < SPREADS; spread++) {
		struct desk *desk;

		if (argc > 2 && strcmp(argv[2], names[spread]) != 0) {
			continue;
		}
		log.n_rows = log.n_incidents = 0;
		desk = fill((enum spread)spread, n_reports, &options, &log);
		walk((enum spread)spread, desk);
		desk_free(desk);
		if (spread != TOLD) { /* its log has no rows of the desk's own */
			load((enum spread)spread, &options, &log);
		}
	}
	free(log.rows);
	free(log.incidents);
	return 0;
}
