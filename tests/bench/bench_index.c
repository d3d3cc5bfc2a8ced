/*
 * bench_index - how fast the index follows, and what questions cost
 *
 * bench_index [--rows N] [--dir DIR]. Fills a desk's file with N reports over
 * Italy, one in four of them in one town, and follows it to its end; then asks
 * each kind of question 200 times, with the index and with 1,000 rows above it.
 * Prints `name value unit`.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dispatch/facts.h"
#include "dispatch/record.h"
#include "geo/index.h"
#include "geo/store.h"
#include "server/indexer.h"
#include "server/searcher.h"

enum {
	BATCH = 4096,
	TIMES = 200,
	TAIL_ROWS = 1000,
	ARENA_BYTES = 8 * 1024 * 1024,
};

static const int64_t start_ms = 1795384800000;
static const char *const words[] = {"acqua", "cantina", "fumo", "tetto", "strada",
	"bloccata", "anziani", "aiuto", "ponte", "frana", "casa", "piano"};
static char folder[256], desk_path[300], index_path[310], why[256];
static struct arena *arena;

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
must(int r, const char *what)
{
	if (r != 0) {
		errx(1, "%s: %d %s", what, r, why);
	}
}

static uint64_t
mix(uint64_t n)
{
	n = (n ^ n >> 31) * 0x9E3779B97F4A7C15u;
	n = (n ^ n >> 29) * 0xBF58476D1CE4E5B9u;
	return n ^ n >> 32;
}

static struct geo_point
place_of(uint64_t seq)
{
	double a = (double)(mix(seq) >> 40) / (1 << 24);
	double b = (double)(mix(seq + 7) >> 40) / (1 << 24);

	return seq % 4 == 0 ? (struct geo_point){42.3 + a * 0.1, 13.3 + b * 0.15}
			    : (struct geo_point){37 + a * 9, 8 + b * 10};
}

static void
append_one(struct store *s, uint64_t seq)
{
	Vedetta__V1__ReportInput input = VEDETTA__V1__REPORT_INPUT__INIT;
	Vedetta__V1__Report report = VEDETTA__V1__REPORT__INIT;
	Vedetta__V1__Place place = VEDETTA__V1__PLACE__INIT;
	Vedetta__V1__Point point = VEDETTA__V1__POINT__INIT;
	static char hazard[] = "flood", channel[] = "api";
	struct facts facts = {.hazard = (uint8_t)(1 + mix(seq + 3) % 16)};
	struct geo_point at = place_of(seq);
	struct record_parts parts;
	char text[160];

	snprintf(text, sizeof(text), "%s %s %s %s, numero %llu", words[mix(seq) % 12],
		words[mix(seq + 1) % 12], words[mix(seq + 2) % 12],
		words[mix(seq + 4) % 12], (unsigned long long)(mix(seq + 5) % 50000));
	point.lat_deg = at.lat_deg;
	point.lon_deg = at.lon_deg;
	place.point = &point;
	report.hazard = hazard;
	report.place = &place;
	report.text = text;
	input.report = &report;
	input.channel = channel;
	arena_reset(arena);
	must(record_body(&input, arena, &parts), "record_body");
	struct store_row row = {.seq = seq,
		.at_ms = start_ms + (int64_t)seq * 20,
		.kind = STORE_REPORT,
		.subject = seq - seq % 10 + (seq < 10),
		.source = mix(seq),
		.facts = facts_pack(&facts),
		.body = parts.body,
		.body_bytes = parts.body_bytes,
		.personal = parts.personal,
		.personal_bytes = parts.personal_bytes};
	must(store_append(s, &row), "store_append");
	if (row.subject == seq) {
		struct store_incident incident = {.id = seq,
			.seq = seq,
			.hazard = facts.hazard,
			.status = 1,
			.class_no = 3,
			.has_point = true,
			.point = at,
			.accuracy_m = 20,
			.opened_ms = row.at_ms};
		must(store_put_incident(s, &incident), "store_put_incident");
	}
}

static void
fill(struct store *s, uint64_t rows)
{
	uint64_t seq = store_last_seq(s), last = seq + rows;

	while (seq < last) {
		must(store_begin(s), "store_begin");
		for (int i = 0; i < BATCH && seq < last; i++) {
			append_one(s, ++seq);
		}
		must(store_commit(s), "store_commit");
		must(store_checkpoint_some(s), "store_checkpoint_some");
	}
}

/* Until nothing is behind; outlines may be. Returns the longest turn. */
static int64_t
follow(struct indexer *x, uint64_t last)
{
	int64_t worst_us = 0;

	do {
		int64_t began = now_us();
		(void)indexer_turn(x, start_ms);
		int64_t took = now_us() - began;
		worst_us = took > worst_us ? took : worst_us;
	} while (indexer_figures(x).indexed_seq < last);
	return worst_us;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
report_times(const char *name, int64_t *us, int late)
{
	qsort(us, TIMES, sizeof(us[0]), compare);
	printf("%s_p50 %.2f ms\n%s_p99 %.2f ms\n", name, (double)us[TIMES / 2] / 1000,
		name, (double)us[TIMES * 99 / 100] / 1000);
	if (late > 0) {
		printf("%s_late %d of_%d\n", name, late, TIMES);
	}
}

enum kind {
	NEWEST,
	BOX_SMALL,
	BOX_COUNTRY_RARE,
	WORDS_COMMON,
	WORDS_RARE,
	NEAR_TOWN,
	HOUR,
	KINDS,
};

static const char *const names[KINDS] = {"newest", "box_small", "box_country_hazard",
	"words_common", "words_rare", "near_town_5km", "one_hour"};

static void
ask(struct searcher *s, enum kind kind, const char *suffix)
{
	int64_t us[TIMES];
	char name[64], text[64];
	int late = 0;

	for (int i = 0; i < TIMES; i++) {
		Vedetta__V1__SearchQuestion q = VEDETTA__V1__SEARCH_QUESTION__INIT;
		struct geo_point at = place_of(mix((uint64_t)i) % 100000 * 4);
		double box[4] = {
			at.lon_deg, at.lat_deg, at.lon_deg + 0.01, at.lat_deg + 0.01};
		double country[4] = {7, 37, 18, 47};
		double near[3] = {at.lon_deg, at.lat_deg, 5000};
		struct searcher_refusal refusal;
		struct searcher_page page;

		q.limit = 50;
		q.box = kind == BOX_SMALL ? box : country;
		q.n_box = kind == BOX_SMALL || kind == BOX_COUNTRY_RARE ? 4 : 0;
		q.hazards = kind == BOX_COUNTRY_RARE ? 1u << (1 + i % 16) : 0;
		q.near = near;
		q.n_near = kind == NEAR_TOWN ? 3 : 0;
		snprintf(text, sizeof(text), "%s %d", words[i % 12], i);
		if (kind == WORDS_COMMON) {
			snprintf(text, sizeof(text), "%s %s*", words[i % 12],
				words[(i + 5) % 12]);
		}
		if (kind == WORDS_COMMON || kind == WORDS_RARE) {
			q.words = text;
		}
		if (kind == HOUR) {
			q.from_ms = start_ms + i * 60000;
			q.to_ms = q.from_ms + 3600000;
		}
		arena_reset(arena);
		int64_t began = now_us();
		int r = searcher_find(s, &q, arena, &page, &refusal);
		us[i] = now_us() - began;
		late += r == SEARCHER_LATE || page.partial;
		must(r == SEARCHER_LATE ? 0 : r, "searcher_find");
	}
	snprintf(name, sizeof(name), "%s%s", names[kind], suffix);
	report_times(name, us, late);
}

static void
count(struct searcher *s, const char *suffix)
{
	int64_t us[TIMES];
	char name[64];

	for (int i = 0; i < TIMES; i++) {
		Vedetta__V1__SearchQuestion of = VEDETTA__V1__SEARCH_QUESTION__INIT;
		Vedetta__V1__CountQuestion q = VEDETTA__V1__COUNT_QUESTION__INIT;
		struct searcher_refusal refusal;
		Vedetta__V1__CountList *list;

		q.of = &of;
		q.by_hour = q.by_area = true;
		arena_reset(arena);
		int64_t began = now_us();
		must(searcher_count(s, &q, arena, &list, &refusal), "searcher_count");
		us[i] = now_us() - began;
	}
	snprintf(name, sizeof(name), "counts%s", suffix);
	report_times(name, us, 0);
}

static void
ask_all(const char *suffix)
{
	struct store *reader;
	struct searcher *s;

	must(store_open_reader(&reader, desk_path, why, sizeof(why)), "reader");
	s = searcher_new(reader, index_path);
	if (s == NULL || !searcher_open_index(s)) {
		errx(1, "searcher");
	}
	for (int kind = 0; kind < KINDS; kind++) {
		ask(s, (enum kind)kind, suffix);
	}
	count(s, suffix);
	searcher_free(s);
	store_close(reader);
}

int
main(int argc, char **argv)
{
	const struct store_options options = {.reserve_bytes = 0, .synchronous = 1};
	uint64_t rows = 200000;
	const char *dir = "/tmp";
	struct indexer *x;
	struct store *s;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--rows") == 0) {
			rows = strtoull(argv[i + 1], NULL, 10);
		} else if (strcmp(argv[i], "--dir") == 0) {
			dir = argv[i + 1];
		}
	}
	snprintf(folder, sizeof(folder), "%s/bench-index-XXXXXX", dir);
	if (mkdtemp(folder) == NULL) {
		err(1, "%s", folder);
	}
	snprintf(desk_path, sizeof(desk_path), "%s/desk.sqlite", folder);
	snprintf(index_path, sizeof(index_path), "%s/index.sqlite", folder);
	arena = arena_new(ARENA_BYTES);
	must(store_open(&s, desk_path, &options, why, sizeof(why)), "store_open");
	fill(s, rows);
	x = indexer_new(folder, 0);
	int64_t began = now_us();
	int64_t worst_us = follow(x, rows);
	printf("index_follow %.0f rows/s\nindex_worst_turn %.1f ms\n",
		(double)rows * 1e6 / (double)(now_us() - began),
		(double)worst_us / 1000);
	fflush(stdout);
	ask_all("");
	fill(s, TAIL_ROWS);
	ask_all("_behind_1000");
	indexer_free(x);
	store_close(s);
	(void)index_delete(index_path);
	(void)unlink(desk_path);
	snprintf(index_path, sizeof(index_path), "%s-lock", desk_path);
	(void)unlink(index_path);
	(void)rmdir(folder);
	return 0;
}
