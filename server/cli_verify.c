/*
 * vedetta verify - proves that the log of reports is whole
 *
 * Reads only, and may run beside `vedetta serve`: then it proves what was
 * committed when it began.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "geo/store.h"
#include "server/cli.h"

static const char usage[] =
	"usage: vedetta verify [--head FILE|ROW:HASH] [--config FILE] [--data DIR]\n"
	"\n"
	"Walks the whole log and proves that each row vouches for the one before it,\n"
	"and that every incident, umbrella and import of areas it tells of is there.\n"
	"Reads only; may run beside serve. Exit status 1: the log is damaged, and the\n"
	"sentence says where.\n"
	"\n"
	"  --head NOTE      an end of the log that was noted elsewhere, or a file with "
	"such\n"
	"                   lines (the server writes event=chain.head row=N hash=H): "
	"rows\n"
	"                   up to there must be the ones that were noted\n"
	"  --config FILE    " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR       folder of the store\n";

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"data", required_argument, NULL, 'd'},
	{"head", required_argument, NULL, 'n'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

enum {
	WHY_BYTES = 512,
	PATH_BYTES = CONFIG_TEXT_BYTES + 16,
	TOLD_EVERY_ROWS = 100000,
	NOTE_BYTES = 1024,
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

/* ROW:HASH, or a line of the log that says row=N hash=H. */
static bool
read_note(const char *text, struct store_head_note *out)
{
	const char *row = strstr(text, "row="), *hash = strstr(text, "hash=");
	size_t bytes = 0;
	char *end;

	row = row != NULL ? row + 4 : text;
	out->seq = strtoull(row, &end, 10);
	hash = hash != NULL ? hash + 5 : *end == ':' ? end + 1 : "";
	return end != row && out->seq > 0 &&
	       strspn(hash, "0123456789abcdef") == 2 * CHAIN_HASH_BYTES &&
	       sodium_hex2bin(out->hash, sizeof(out->hash), hash, 2 * CHAIN_HASH_BYTES,
		       NULL, &bytes, NULL) == 0 &&
	       bytes == CHAIN_HASH_BYTES;
}

static int
check_note(struct store *store, const struct store_head_note *note)
{
	char why[WHY_BYTES] = "";
	uint64_t bad_seq;
	int answer = store_check_head(store, note, &bad_seq, why, sizeof(why));

	if (answer != 0) {
		fprintf(stderr, "verify: row %" PRIu64 ": %s\n", bad_seq,
			answer > 0 ? why : strerror(-answer));
		return CLI_FAILED;
	}
	printf("Row %" PRIu64 " is the one that was noted.\n", note->seq);
	return CLI_DONE;
}

/* Each note of a file, or the one of the argument. */
static int
check_notes(struct store *store, const char *head)
{
	FILE *file = strchr(head, ':') == NULL || access(head, F_OK) == 0
			     ? fopen(head, "re")
			     : NULL;
	struct store_head_note note;
	char line[NOTE_BYTES];
	int status = CLI_DONE;
	size_t n = 0;

	if (file == NULL) {
		if (read_note(head, &note)) {
			return check_note(store, &note);
		}
		fprintf(stderr, "verify: --head %s: is neither a file nor ROW:HASH\n",
			head);
		return CLI_USAGE;
	}
	while (status == CLI_DONE && fgets(line, sizeof(line), file) != NULL) {
		if (read_note(line, &note)) {
			n++;
			status = check_note(store, &note);
		}
	}
	(void)fclose(file);
	if (n == 0) {
		fprintf(stderr, "verify: --head %s: has no line row=N hash=H\n", head);
		return CLI_USAGE;
	}
	return status;
}

static int
verify(const char *data_dir, const char *head)
{
	struct walk walk = {.to_terminal = isatty(STDERR_FILENO) == 1};
	char path[PATH_BYTES];
	char why[WHY_BYTES] = "";
	struct store *store;
	uint64_t bad_seq = 0;
	int answer, status = CLI_DONE;

	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", data_dir);
	answer = store_open_reader(&store, path, why, sizeof(why));
	if (answer != 0) {
		fprintf(stderr, "verify: %s: %s\n", path,
			why[0] != '\0' ? why : strerror(answer < 0 ? -answer : 0));
		return CLI_FAILED;
	}
	answer = store_verify(store, &bad_seq, why, sizeof(why), on_progress, &walk);
	if (answer == 0 && head != NULL) {
		status = check_notes(store, head);
	}
	store_close(store);
	if (walk.to_terminal && walk.rows > 0) {
		fputc('\n', stderr);
	}
	if (answer == 0) {
		printf("The log is whole: %" PRIu64 " rows.\n", walk.rows);
		return status;
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
	const char *data_dir = NULL, *head = NULL;
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
		case 'n':
			head = optarg;
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
	return status == CLI_DONE ? verify(config.data_dir, head) : status;
}
