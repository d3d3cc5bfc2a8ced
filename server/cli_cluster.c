/*
 * vedetta cluster - which points of a file hang together
 *
 * The same clustering as the desk's (geo/cluster.h), on a CSV file: to check
 * it against another program, or to look at a past disaster.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geo/cluster.h"
#include "geo/lattice.h"
#include "server/cli.h"
#include "server/point_file.h"

static const char usage[] =
	"usage: vedetta cluster FILE --eps M [--min N] [options]\n"
	"\n"
	"Finds what hangs together among the points of a CSV file: exact DBSCAN. A "
	"point\n"
	"is core when at least N points, itself counted, lie within M metres of it "
	"(great\n"
	"circle on a sphere of 6,371,008.8 m, the distance M included). Prints CSV: "
	"id,\n"
	"core (0 or 1), component (1, 2 … as they appear; empty: noise). A point that "
	"is\n"
	"not core has the component of the nearest core point in reach, of two at the\n"
	"same distance the one with the smaller id. The order of the rows makes no\n"
	"difference but to the numbers. Positions count to nine decimals.\n"
	"\n"
	"The first row names the columns; letter case does not count. A row without a\n"
	"usable position is told on standard error, with its line, and left out.\n"
	"\n"
	"  --eps M          reach in metres, 0.1 to 100000\n"
	"  --min N          points that make a point core, 1 to 16 (3)\n"
	"  --id COLUMN      (id)\n"
	"  --lat COLUMN     degrees (lat)\n"
	"  --lon COLUMN     degrees (lon)\n"
	"  --strict         exit status 1 when a row was left out\n";

static const struct option options[] = {
	{"eps", required_argument, NULL, 'e'},
	{"help", no_argument, NULL, 'h'},
	{"id", required_argument, NULL, 'i'},
	{"lat", required_argument, NULL, 'a'},
	{"lon", required_argument, NULL, 'o'},
	{"min", required_argument, NULL, 'm'},
	{"strict", no_argument, NULL, 's'},
	{NULL, 0, NULL, 0},
};

enum {
	OUTPUT_LOST = 1,
};

struct asked {
	const char *path;
	struct point_file_columns columns;
	double eps_m;
	double min_points;
	bool strict;
};

/* One point of the file, and what became of it. */
struct result {
	const struct point_row *row;
	uint32_t handle;
	bool is_core;
	uint64_t component;
	const struct result *first; /* of its component, in the file's order */
	size_t number;              /* of the component, from 1 */
};

struct results {
	struct result *all;
	struct result **order;
	size_t n;
};

/* ---- ids: whole numbers by their value, before all else by its bytes */

static bool
is_whole(const char *id)
{
	return id[0] != '\0' && id[strspn(id, "0123456789")] == '\0';
}

static int
compare_ids(const char *a, const char *b)
{
	if (!is_whole(a) || !is_whole(b)) {
		return is_whole(a) != is_whole(b) ? (is_whole(a) ? -1 : 1)
						  : strcmp(a, b);
	}
	a += strspn(a, "0");
	b += strspn(b, "0");
	return strlen(a) != strlen(b) ? (strlen(a) < strlen(b) ? -1 : 1) : strcmp(a, b);
}

static int
by_id(const void *a, const void *b)
{
	const struct result *x = *(struct result *const *)a;
	const struct result *y = *(struct result *const *)b;

	return compare_ids(x->row->id, y->row->id);
}

static int
by_component(const void *a, const void *b)
{
	const struct result *x = *(struct result *const *)a;
	const struct result *y = *(struct result *const *)b;

	if (x->component != y->component) {
		return x->component < y->component ? -1 : 1;
	}
	return x < y ? -1 : 1;
}

/* ---- the work */

/* Adds all points; the rank of its id stands for the id. */
static int
add_points(struct cluster *c, const struct results *r)
{
	uint64_t rank = 0;
	int fault = 0;

	qsort(r->order, r->n, sizeof(*r->order), by_id);
	for (size_t i = 0; i < r->n && fault == 0; i++) {
		struct result *result = r->order[i];

		rank += i > 0 && by_id(&r->order[i - 1], &r->order[i]) != 0;
		fault = cluster_add(c, rank, result->row->at, &result->handle);
	}
	return fault;
}

/* Components get their numbers in the order in which they appear. */
static void
number_components(const struct results *r)
{
	size_t n = 0;

	qsort(r->order, r->n, sizeof(*r->order), by_component);
	for (size_t i = 0; i < r->n; i++) {
		struct result *result = r->order[i];
		bool is_first =
			i == 0 || r->order[i - 1]->component != result->component;

		result->first = is_first ? result : r->order[i - 1]->first;
	}
	for (size_t i = 0; i < r->n; i++) {
		struct result *result = &r->all[i];

		if (result->component != CLUSTER_NONE) {
			result->number =
				result->first == result ? ++n : result->first->number;
		}
	}
}

static int
solve(const struct results *r, const struct asked *asked)
{
	const struct cluster_options how = {
		.eps_m = asked->eps_m, .min_points = (uint32_t)asked->min_points};
	struct cluster *c = cluster_new(&how);
	int fault = c == NULL ? -ENOMEM : add_points(c, r);

	for (size_t i = 0; i < r->n && fault == 0; i++) {
		struct cluster_place place = cluster_of(c, r->all[i].handle);

		r->all[i].is_core = place.is_core;
		r->all[i].component = place.component;
	}
	if (fault == 0) {
		number_components(r);
	}
	cluster_free(c);
	return fault;
}

/* ---- printing */

static void
print_field(const char *text)
{
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			putchar('"');
		}
		putchar(*text);
	}
	putchar('"');
}

static void
print_results(const struct results *r, size_t n_left_out)
{
	size_t n_core = 0;
	size_t n_noise = 0;
	size_t n_components = 0;

	printf("id,core,component\n");
	for (size_t i = 0; i < r->n; i++) {
		const struct result *result = &r->all[i];

		print_field(result->row->id);
		printf(",%d,", result->is_core);
		if (result->component != CLUSTER_NONE) {
			printf("%zu", result->number);
		}
		putchar('\n');
		n_core += result->is_core;
		n_noise += result->component == CLUSTER_NONE;
		if (result->number > n_components) {
			n_components = result->number;
		}
	}
	fprintf(stderr,
		"cluster: points %zu, core %zu, border %zu, noise %zu, components %zu, "
		"rows left out %zu\n",
		r->n, n_core, r->n - n_core - n_noise, n_noise, n_components,
		n_left_out);
}

/* 0, or OUTPUT_LOST when it was told that not all of it was taken. */
static int
flush_output(void)
{
	bool lost = ferror(stdout) != 0;

	if (fflush(stdout) == 0 && !lost) {
		return 0;
	}
	fprintf(stderr, "cluster: standard output: %s\n",
		strerror(errno != 0 ? errno : EIO));
	return OUTPUT_LOST;
}

static int
cluster_file(const struct point_file *f, const struct asked *asked)
{
	struct results r = {
		.all = calloc(f->n_rows + 1, sizeof(*r.all)),
		.order = calloc(f->n_rows + 1, sizeof(*r.order)),
		.n = f->n_rows,
	};
	int fault = r.all == NULL || r.order == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < f->n_rows && fault == 0; i++) {
		r.all[i].row = &f->rows[i];
		r.order[i] = &r.all[i];
	}
	if (fault == 0) {
		fault = solve(&r, asked);
	}
	if (fault == 0) {
		print_results(&r, f->n_left_out);
		fault = flush_output();
	}
	free(r.all);
	free(r.order);
	return fault;
}

static int
run(const struct asked *asked)
{
	FILE *from = fopen(asked->path, "re");
	struct point_file file = {0};
	int result = from == NULL ? -errno
				  : point_file_read(&file, from, asked->path,
					    &asked->columns, stderr);
	int status = CLI_DONE;

	if (from != NULL) {
		(void)fclose(from);
	}
	if (result == 0) {
		result = cluster_file(&file, asked);
	}
	if (result < 0) {
		fprintf(stderr, "cluster: %s: %s\n", asked->path, strerror(-result));
	}
	if (result != 0 || (asked->strict && file.n_left_out > 0)) {
		status = CLI_FAILED;
	}
	point_file_fini(&file);
	return status;
}

/* ---- the command line */

static bool
read_limited(const char *name, const char *text, double least, double most, double *out)
{
	if (point_file_number(text, out) && *out >= least && *out <= most) {
		return true;
	}
	fprintf(stderr, "cluster: --%s must be a number from %g to %.0f\n", name, least,
		most);
	return false;
}

int
cli_cluster(int argc, char **argv)
{
	struct asked asked = {
		.columns = {.id = "id", .lat = "lat", .lon = "lon"}, .min_points = 3};
	bool good = true;
	int code;

	while (good && (code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'a':
			asked.columns.lat = optarg;
			break;
		case 'e':
			good = read_limited("eps", optarg, LATTICE_EPS_LEAST_M,
				LATTICE_EPS_MOST_M, &asked.eps_m);
			break;
		case 'h':
			fputs(usage, stdout);
			return CLI_DONE;
		case 'i':
			asked.columns.id = optarg;
			break;
		case 'm':
			good = read_limited("min", optarg, 1, CLUSTER_MIN_POINTS_MOST,
				&asked.min_points);
			if (good && asked.min_points != floor(asked.min_points)) {
				fprintf(stderr, "cluster: --min must be whole\n");
				good = false;
			}
			break;
		case 'o':
			asked.columns.lon = optarg;
			break;
		case 's':
			asked.strict = true;
			break;
		default:
			good = false;
		}
	}
	if (good && (optind != argc - 1 || asked.eps_m == 0)) {
		fprintf(stderr, "cluster: needs one FILE and --eps; see vedetta "
				"cluster --help\n");
		good = false;
	}
	if (!good) {
		return CLI_USAGE;
	}
	asked.path = argv[optind];
	return run(&asked);
}
