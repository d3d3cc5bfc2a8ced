/*
 * vedetta verify - proves that the log of reports is whole
 *
 * Reads only, and may run beside `vedetta serve`: then it proves what was
 * committed when it began.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "geo/store.h"
#include "server/cli.h"

static const char usage[] =
	"usage: vedetta verify [--config FILE] [--data DIR]\n"
	"\n"
	"Walks the whole log and proves that each row vouches for the one before it,\n"
	"and that every incident, umbrella and import of areas it tells of is there.\n"
	"Reads only; may run beside serve. Exit status 1: the log is damaged, and the\n"
	"sentence says where.\n"
	"\n"
	"  --config FILE    " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR       folder of the store\n";

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"data", required_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

enum {
	WHY_BYTES = 512,
	PATH_BYTES = CONFIG_TEXT_BYTES + 16,
	TOLD_EVERY_ROWS = 100000,
};

struct walk {
	bool to_terminal;
	uint64_t rows;
};

static void
on_progress(void *arg, uint64_t seq, uint64_t of)
{
	struct walk *w = arg;

	w->rows = of;
	if (w->to_terminal && (seq % TOLD_EVERY_ROWS == 0 || seq == of)) {
		fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " rows", seq, of);
	}
}

static int
verify(const char *data_dir)
{
	struct walk walk = {.to_terminal = isatty(STDERR_FILENO) == 1};
	char path[PATH_BYTES];
	char why[WHY_BYTES] = "";
	struct store *store;
	uint64_t bad_seq = 0;
	int answer;

	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", data_dir);
	answer = store_open_reader(&store, path, why, sizeof(why));
	if (answer != 0) {
		fprintf(stderr, "verify: %s\n",
			why[0] != '\0' ? why : strerror(answer < 0 ? -answer : 0));
		return CLI_FAILED;
	}
	answer = store_verify(store, &bad_seq, why, sizeof(why), on_progress, &walk);
	store_close(store);
	if (walk.to_terminal && walk.rows > 0) {
		fputc('\n', stderr);
	}
	if (answer == 0) {
		printf("The log is whole: %" PRIu64 " rows.\n", walk.rows);
		return CLI_DONE;
	}
	if (answer > 0) {
		fprintf(stderr, "verify: row %" PRIu64 ": %s\n", bad_seq, why);
	} else {
		fprintf(stderr, "verify: %s: %s\n", path, strerror(-answer));
	}
	return CLI_FAILED;
}

int
cli_verify(int argc, char **argv)
{
	const char *config_path = NULL;
	const char *data_dir = NULL;
	struct config config;
	int code, status;

	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'c':
			config_path = optarg;
			break;
		case 'd':
			data_dir = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return CLI_DONE;
		default:
			return CLI_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "verify: does not know what to do with %s\n",
			argv[optind]);
		return CLI_USAGE;
	}
	status = cli_read_config(&config, config_path);
	if (status == CLI_DONE && data_dir != NULL &&
		config_set(&config, "server", "data_dir", data_dir, "--data", stderr) !=
			0) {
		status = CLI_USAGE;
	}
	return status == CLI_DONE ? verify(config.data_dir) : status;
}
