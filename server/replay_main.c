/*
 * vedetta replay - sends a file of reports through the real API
 *
 * An executable of its own, so that nothing else of the program is linked to
 * libcurl; `vedetta replay` becomes it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <sodium.h>

#include "dispatch/hazard.h"
#include "server/exercise.h"
#include "server/replay_plan.h"
#include "server/replay_run.h"

enum {
	EXIT_USAGE = 2,
	CONCURRENCY_MOST = 512,
};

static const char usage[] =
	"usage: vedetta replay FILE --to URL [options]\n"
	"\n"
	"Sends the reports of a CSV or GeoJSON file through the real API, in order of\n"
	"time, the first one now.\n"
	"\n"
	"  --to URL            the citizens' door, as http://127.0.0.1:8080\n"
	"  --speed N|max       how many times faster than it was (1); max: all at "
	"once\n"
	"  --rate N            N reports a second, evenly, whatever their times\n"
	"  --map FIELD=COLUMN  which column is which; fields: lat lon time minutes "
	"hazard\n"
	"                      text accuracy kind words about signs people lang "
	"sender\n"
	"  --time-format F     strptime(3) pattern; ISO 8601, dd/mm/yyyy hh:mm and "
	"Unix\n"
	"                      time are known without it\n"
	"  --hazard CODE       for rows that hold none of our codes (other)\n"
	"  --kind KIND         how places were found, when no column says "
	"(third_party)\n"
	"  --limit N           only the first N reports\n"
	"  --concurrency N     posts in flight at once (8)\n"
	"  --patience S        seconds a report is tried again for (60)\n"
	"  --run NAME          a second run of the same name sends the same reports: "
	"the\n"
	"                      desk answers \"repeated\" (each run is a new one "
	"without it)\n"
	"  --token-file FILE   as an exercise: exercise.token of the desk's data "
	"folder\n"
	"  --help\n"
	"\n"
	"Exit status: 0 all were received; 1 some were not, or the figures could not "
	"be\n"
	"written; 2 nothing was tried.\n";

struct arguments {
	const char *file;
	const char *to;
	const char *run;
	bool is_exercise;
	char token[EXERCISE_TOKEN_BYTES];
	long concurrency;
	double patience_s;
	struct replay_options options;
};

static bool
read_number(const char *name, const char *text, double least, double most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (end == text || *end != '\0' || !(*out >= least) || !(*out <= most)) {
		fprintf(stderr, "vedetta replay: --%s must be a number from %g to %g\n",
			name, least, most);
		return false;
	}
	return true;
}

static bool
read_token(struct arguments *a, const char *path)
{
	int fault = exercise_read(path, a->token);

	if (fault != 0) {
		fprintf(stderr, "vedetta replay: --token-file %s: %s\n", path,
			fault == -EINVAL ? "holds no exercise token"
					 : strerror(-fault));
	}
	a->is_exercise = fault == 0;
	return fault == 0;
}

static bool
read_map(const char *text, struct replay_options *options)
{
	const char *equals = strchr(text, '=');
	enum replay_field field = REPLAY_FIELDS;

	if (equals != NULL) {
		field = replay_field_by_name(text, (size_t)(equals - text));
	}
	if (field == REPLAY_FIELDS) {
		fprintf(stderr, "vedetta replay: --map %s: FIELD=COLUMN, see --help\n",
			text);
		return false;
	}
	options->columns[field] = equals + 1;
	return true;
}

enum option_number {
	OPTION_TO = 1,
	OPTION_SPEED,
	OPTION_RATE,
	OPTION_MAP,
	OPTION_TIME_FORMAT,
	OPTION_HAZARD,
	OPTION_KIND,
	OPTION_LIMIT,
	OPTION_CONCURRENCY,
	OPTION_PATIENCE,
	OPTION_RUN,
	OPTION_TOKEN_FILE,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{"to", required_argument, NULL, OPTION_TO},
	{"speed", required_argument, NULL, OPTION_SPEED},
	{"rate", required_argument, NULL, OPTION_RATE},
	{"map", required_argument, NULL, OPTION_MAP},
	{"time-format", required_argument, NULL, OPTION_TIME_FORMAT},
	{"hazard", required_argument, NULL, OPTION_HAZARD},
	{"kind", required_argument, NULL, OPTION_KIND},
	{"limit", required_argument, NULL, OPTION_LIMIT},
	{"concurrency", required_argument, NULL, OPTION_CONCURRENCY},
	{"patience", required_argument, NULL, OPTION_PATIENCE},
	{"run", required_argument, NULL, OPTION_RUN},
	{"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

/* Returns false after saying what is wrong. */
static bool
take_option(struct arguments *a, int number, const char *value)
{
	double figure = 0;
	bool good = true;

	switch (number) {
	case OPTION_TO:
		a->to = value;
		break;
	case OPTION_SPEED:
		a->options.speed = 0;
		good = strcmp(value, "max") == 0 ||
		       read_number("speed", value, 0.001, 1e9, &a->options.speed);
		break;
	case OPTION_RATE:
		good = read_number("rate", value, 0.001, 1e6, &a->options.rate);
		break;
	case OPTION_MAP:
		good = read_map(value, &a->options);
		break;
	case OPTION_TIME_FORMAT:
		a->options.time_format = value;
		break;
	case OPTION_HAZARD:
		a->options.hazard = value;
		break;
	case OPTION_KIND:
		a->options.kind = value;
		break;
	case OPTION_LIMIT:
		good = read_number("limit", value, 1, 1e9, &figure);
		a->options.limit = (size_t)figure;
		break;
	case OPTION_CONCURRENCY:
		good = read_number("concurrency", value, 1, CONCURRENCY_MOST, &figure);
		a->concurrency = (long)figure;
		break;
	case OPTION_PATIENCE:
		good = read_number("patience", value, 0, 86400, &a->patience_s);
		break;
	case OPTION_RUN:
		a->run = value;
		break;
	case OPTION_TOKEN_FILE:
		good = read_token(a, value);
		break;
	case OPTION_HELP:
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		good = false; /* getopt_long() has said it */
	}
	return good;
}

static bool
read_arguments(struct arguments *a, int argc, char **argv)
{
	int number;

	*a = (struct arguments){.concurrency = 8, .patience_s = 60};
	a->options = (struct replay_options){
		.hazard = "other", .kind = "third_party", .speed = 1};
	while ((number = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (!take_option(a, number, optarg)) {
			return false;
		}
	}
	if (optind + 1 != argc || a->to == NULL) {
		fprintf(stderr, "vedetta replay: one FILE and --to URL are needed\n");
		return false;
	}
	a->file = argv[optind];
	if (!replay_run_is_url("vedetta replay", a->to)) {
		return false;
	}
	if (hazard_by_code(a->options.hazard) == NULL) {
		fprintf(stderr,
			"vedetta replay: --hazard %s: there is no such hazard\n",
			a->options.hazard);
		return false;
	}
	if (!replay_kind_is_known(a->options.kind)) {
		fprintf(stderr,
			"vedetta replay: --kind %s: there is no such kind of place\n",
			a->options.kind);
		return false;
	}
	return true;
}

/* What identifies the file in keys: its name without the folder. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

int
main(int argc, char **argv)
{
	struct arguments a;
	struct replay_table table;
	struct replay_plan plan;
	static char name[] = "vedetta replay"; /* in getopt's own sentences */
	int status = EXIT_USAGE;

	argv[0] = name;
	if (!read_arguments(&a, argc, argv)) {
		return EXIT_USAGE;
	}
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		fprintf(stderr, "vedetta replay: a library cannot be used\n");
		return EXIT_USAGE;
	}
	if (replay_table_read(&table, a.file, stderr) != 0) {
		return EXIT_USAGE;
	}
	if (replay_plan_make(&plan, &table, &a.options, stderr) == 0) {
		status = replay_run(&(struct replay_run){.command = name,
			.plan = &plan,
			.to = a.to,
			.file = base_name(a.file),
			.run = a.run,
			.exercise = a.is_exercise ? a.token : NULL,
			.concurrency = (size_t)a.concurrency,
			.patience_ms = (int64_t)(a.patience_s * 1000)});
	}
	replay_plan_fini(&plan);
	replay_table_fini(&table);
	curl_global_cleanup();
	return status;
}
