/*
 * vedetta replay - sends a file of reports through the real API
 *
 * An executable of its own, so that nothing else of the program is linked to
 * libcurl; `vedetta replay` becomes it.
 */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <sodium.h>

#include "dispatch/hazard.h"
#include "server/clock.h"
#include "server/replay_plan.h"
#include "server/replay_send.h"

enum {
	EXIT_SOME_NOT_RECEIVED = 1,
	EXIT_USAGE = 2,
	URL_BYTES = 512,
	BAR_WIDTH = 30,
	BAR_EVERY_MS = 100,
	LINE_EVERY_MS = 5000,
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
	"                      text accuracy kind words about signs people lang\n"
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
	"  --help\n"
	"\n"
	"Exit status: 0 all were received; 1 some were not; 2 nothing was tried.\n";

struct arguments {
	const char *file;
	const char *to;
	const char *run;
	long concurrency;
	double patience_s;
	struct replay_options options;
};

static volatile sig_atomic_t stop;

static void
on_interrupt(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

static void
on_progress(const struct replay_tally *tally, size_t n_done, size_t n_all,
	int64_t elapsed_ms)
{
	static int64_t last_ms = -LINE_EVERY_MS;
	bool tty = isatty(STDERR_FILENO);
	int64_t every_ms = tty ? BAR_EVERY_MS : LINE_EVERY_MS;
	int filled = n_all == 0 ? 0 : (int)(n_done * BAR_WIDTH / n_all);
	double rate = elapsed_ms <= 0 ? 0 : (double)n_done * 1000 / (double)elapsed_ms;
	size_t trouble = tally->refused + tally->given_up;

	if (elapsed_ms - last_ms < every_ms && n_done < n_all) {
		return;
	}
	last_ms = elapsed_ms;
	if (tty) {
		fprintf(stderr, "\r[%.*s%.*s] %zu/%zu  %.0f/s  %zu in trouble ", filled,
			"##############################", BAR_WIDTH - filled,
			"..............................", n_done, n_all, rate, trouble);
		if (n_done == n_all) {
			fputc('\n', stderr);
		}
	} else {
		fprintf(stderr, "%zu of %zu sent, %.0f/s, %zu in trouble\n", n_done,
			n_all, rate, trouble);
	}
}

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
	if (strncmp(a->to, "http://", 7) != 0 && strncmp(a->to, "https://", 8) != 0) {
		fprintf(stderr,
			"vedetta replay: --to must begin with http:// or https://\n");
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

static int
send_all(const struct arguments *a, const struct replay_plan *plan)
{
	char url[URL_BYTES];
	char run[32];
	struct replay_tally tally;
	int64_t elapsed_ms;
	int fault;
	bool all;
	size_t to_bytes = strlen(a->to);

	while (to_bytes > 0 && a->to[to_bytes - 1] == '/') {
		to_bytes--;
	}
	if (snprintf(url, sizeof url, "%.*s/v1/reports", (int)to_bytes, a->to) >=
		URL_BYTES) {
		fprintf(stderr, "vedetta replay: --to is too long\n");
		return EXIT_USAGE;
	}
	snprintf(run, sizeof run, "%lld", (long long)clock_wall_ms());
	if (replay_tally_init(&tally, plan->n_reports) != 0) {
		fprintf(stderr, "vedetta replay: not enough memory\n");
		return EXIT_USAGE;
	}
	fault = replay_send(&(struct replay_sending){.plan = plan,
				    .url = url,
				    .file = base_name(a->file),
				    .run = a->run != NULL ? a->run : run,
				    .claim = a->run == NULL,
				    .concurrency = (size_t)a->concurrency,
				    .patience_ms = (int64_t)(a->patience_s * 1000),
				    .stop = &stop,
				    .on_progress = on_progress},
		&tally, &elapsed_ms);
	if (fault != 0) {
		fprintf(stderr, "vedetta replay: not enough memory\n");
	}
	replay_tally_print(&tally, plan->n_bad, elapsed_ms, stdout);
	all = plan->n_bad == 0 && tally.accepted + tally.repeated == plan->n_reports;
	replay_tally_fini(&tally);
	return all ? EXIT_SUCCESS : EXIT_SOME_NOT_RECEIVED;
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
		signal(SIGINT, on_interrupt);
		signal(SIGTERM, on_interrupt);
		status = send_all(&a, &plan);
	}
	replay_plan_fini(&plan);
	replay_table_fini(&table);
	curl_global_cleanup();
	return status;
}
