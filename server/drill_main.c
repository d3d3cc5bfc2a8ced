/*
 * vedetta drill - plays an exercise on a running desk
 *
 * An executable of its own, as replay is: nothing else of the program is linked
 * to libcurl. It thinks the exercise up (drill.h), reads it as replay reads a
 * file, and sends it with the desk's exercise token, so that nothing of it is
 * taken for real.
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

#include "embed.h"
#include "server/cli.h"
#include "server/drill.h"
#include "server/exercise.h"
#include "server/replay_plan.h"
#include "server/replay_run.h"

enum {
	CONCURRENCY = 32,
	PATIENCE_MS = 60 * 1000,
	PATH_BYTES = 512,
};

/* Made by embed.py from demo/. */
extern const struct embedded demo_files[];

static char command[] = "vedetta drill"; /* in getopt's own sentences */

static const char usage[] =
	"usage: vedetta drill laquila --to URL [options]\n"
	"       vedetta drill laquila --dry-run [--seed N]\n"
	"\n"
	"Plays an exercise: reports over eleven minutes, from several hundred "
	"sources,\n"
	"marked as an exercise everywhere. laquila is an invented earthquake on the "
	"real\n"
	"municipalities of the province of L'Aquila. The same seed gives the same "
	"reports.\n"
	"\n"
	"  --to URL           the citizens' door, as http://127.0.0.1:8080\n"
	"  --seed N           which of the many (1)\n"
	"  --speed N|max      how many times faster than it would be (1); max: all at "
	"once\n"
	"  --token-file FILE  exercise.token of the desk's data folder (that of\n"
	"                     " CLI_CONFIG_PATH ", else /var/lib/vedetta)\n"
	"  --dry-run          sends nothing: prints the reports as CSV, which `vedetta "
	"replay`\n"
	"                     takes; part says what each is there for\n"
	"  --help\n"
	"\n"
	"Exit status: 0 all were received; 1 some were not, or the figures could not "
	"be\n"
	"written; 2 nothing was tried.\n";

struct arguments {
	const char *to;
	const char *token_file;
	uint64_t seed;
	double speed;
	bool is_dry;
};

enum option_number {
	OPTION_TO = 1,
	OPTION_SEED,
	OPTION_SPEED,
	OPTION_TOKEN_FILE,
	OPTION_DRY_RUN,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{"to", required_argument, NULL, OPTION_TO},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"speed", required_argument, NULL, OPTION_SPEED},
	{"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
	{"dry-run", no_argument, NULL, OPTION_DRY_RUN},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

static bool
read_seed(const char *text, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 18 || text[digits] != '\0') {
		fprintf(stderr,
			"%s: --seed must be a whole number of up to 18 digits\n",
			command);
		return false;
	}
	*out = strtoull(text, NULL, 10);
	return true;
}

static bool
read_speed(const char *text, double *out)
{
	char *end;

	if (strcmp(text, "max") == 0) {
		*out = 0;
		return true;
	}
	*out = strtod(text, &end);
	if (end == text || *end != '\0' || !(*out >= 0.001) || !(*out <= 1e6)) {
		fprintf(stderr,
			"%s: --speed must be max or a number from 0.001 to "
			"1000000\n",
			command);
		return false;
	}
	return true;
}

/* Returns false after saying what is wrong. */
static bool
take_option(struct arguments *a, int number, const char *value)
{
	switch (number) {
	case OPTION_TO:
		a->to = value;
		return true;
	case OPTION_SEED:
		return read_seed(value, &a->seed);
	case OPTION_SPEED:
		return read_speed(value, &a->speed);
	case OPTION_TOKEN_FILE:
		a->token_file = value;
		return true;
	case OPTION_DRY_RUN:
		a->is_dry = true;
		return true;
	case OPTION_HELP:
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	default:
		return false; /* getopt_long() has said it */
	}
}

static bool
read_arguments(struct arguments *a, int argc, char **argv)
{
	int number;

	*a = (struct arguments){.seed = 1, .speed = 1};
	while ((number = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (!take_option(a, number, optarg)) {
			return false;
		}
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "%s: say which exercise: laquila\n", command);
		return false;
	}
	if (strcmp(argv[optind], "laquila") != 0) {
		fprintf(stderr, "%s: there is no exercise %s; there is laquila\n",
			command, argv[optind]);
		return false;
	}
	if (a->is_dry) {
		return true;
	}
	if (a->to == NULL) {
		fprintf(stderr, "%s: --to URL is needed, or --dry-run\n", command);
		return false;
	}
	return replay_run_is_url(command, a->to);
}

/* Where a desk of this machine has it when --token-file does not say. */
static bool
find_token_file(char path[PATH_BYTES])
{
	struct config config;

	config_init(&config);
	if (access(CLI_CONFIG_PATH, R_OK) == 0 &&
		config_read(&config, CLI_CONFIG_PATH, stderr) != 0) {
		return false;
	}
	return snprintf(path, PATH_BYTES, "%s/%s", config.data_dir, EXERCISE_FILE) <
	       PATH_BYTES;
}

static bool
read_token(const struct arguments *a, char token[EXERCISE_TOKEN_BYTES])
{
	char found[PATH_BYTES];
	const char *path = a->token_file;
	int fault;

	if (path == NULL) {
		if (!find_token_file(found)) {
			return false;
		}
		path = found;
	}
	fault = exercise_read(path, token);
	if (fault != 0) {
		fprintf(stderr,
			"%s: no exercise token in %s (%s): --token-file says where "
			"exercise.token of the desk's data folder is\n",
			command, path,
			fault == -EINVAL ? "it has another form" : strerror(-fault));
	}
	return fault == 0;
}

/* The exercise as CSV; NULL after the reason was told. Free it. */
static char *
think_up(const struct arguments *a, size_t *bytes)
{
	struct drill_plan *plan = calloc(1, sizeof(*plan));
	const struct embedded *residents = &demo_files[0];
	char *csv = NULL;

	if (plan != NULL && drill_laquila(plan, a->seed, (const char *)residents->data,
				    residents->bytes) == 0) {
		csv = drill_plan_csv(plan, bytes);
	}
	free(plan);
	if (csv == NULL) {
		fprintf(stderr, "%s: not enough memory\n", command);
	}
	return csv;
}

static int
play(const struct arguments *a, char *csv, size_t bytes)
{
	struct replay_options options = {
		.hazard = "other", .kind = "third_party", .speed = a->speed};
	char token[EXERCISE_TOKEN_BYTES];
	struct replay_table table;
	struct replay_plan plan;
	char name[64];
	int status = REPLAY_RUN_NONE;

	if (!read_token(a, token)) {
		free(csv);
		return status;
	}
	if (replay_table_take(&table, csv, bytes, "the exercise", stderr) != 0) {
		return status;
	}
	(void)snprintf(name, sizeof(name), "laquila %llu", (unsigned long long)a->seed);
	if (replay_plan_make(&plan, &table, &options, stderr) == 0) {
		status = replay_run(&(struct replay_run){.command = command,
			.plan = &plan,
			.to = a->to,
			.file = name,
			.exercise = token,
			.concurrency = CONCURRENCY,
			.patience_ms = PATIENCE_MS});
	}
	replay_plan_fini(&plan);
	replay_table_fini(&table);
	return status;
}

static int
write_out(const char *csv, size_t bytes)
{
	if (fwrite(csv, 1, bytes, stdout) == bytes && fflush(stdout) == 0) {
		return REPLAY_RUN_ALL;
	}
	fprintf(stderr, "%s: standard output: %s\n", command, strerror(errno));
	return REPLAY_RUN_SOME;
}

int
main(int argc, char **argv)
{
	struct arguments a;
	size_t bytes = 0;
	char *csv;
	int status;

	argv[0] = command;
	if (!read_arguments(&a, argc, argv)) {
		return REPLAY_RUN_NONE;
	}
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		fprintf(stderr, "%s: a library cannot be used\n", command);
		return REPLAY_RUN_NONE;
	}
	csv = think_up(&a, &bytes);
	if (csv == NULL) {
		return REPLAY_RUN_NONE;
	}
	if (a.is_dry) {
		status = write_out(csv, bytes);
		free(csv);
	} else {
		status = play(&a, csv, bytes);
	}
	curl_global_cleanup();
	return status;
}
