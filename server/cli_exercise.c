/* vedetta exercise - begins one on the machine itself, and ends it */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/arena.h"
#include "proto/validate.h"
#include "server/cli.h"
#include "server/command.h"

enum {
	ARENA_BYTES = 64 * 1024,
};

static const char usage[] =
	"usage: vedetta exercise begin NAME [options]\n"
	"       vedetta exercise end [--leave-open] [options]\n"
	"\n"
	"While an exercise is on its tokens make a report a drill; while none is on, "
	"no\n"
	"token is taken. It ends by itself. In the console shift leaders do the same.\n"
	"The end closes what the exercise left open, one decision for each incident; "
	"of\n"
	"one that ended by itself, too. Real incidents are not touched.\n"
	"\n"
	"  --leave-open   with end: its incidents stay open\n"
	"  --minutes N    how long it is on: 1 to 1440, 240 when it is not said\n"
	"  --config FILE  " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR     folder of the store\n";

static const struct option options[] = {
	{"leave-open", no_argument, NULL, 'l'},
	{"minutes", required_argument, NULL, 'm'},
	{"config", required_argument, NULL, 'f'},
	{"data", required_argument, NULL, 'd'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct wanted {
	const char *config_path;
	const char *data_dir;
	Vedetta__V1__ExerciseChange change;
};

static bool
read_minutes(const char *text, uint32_t *minutes)
{
	char *end;
	long n = strtol(text, &end, 10);

	*minutes = (uint32_t)n;
	return end != text && *end == '\0' && n >= 1 && n <= EXERCISE_MINUTES_MAX;
}

static int
ask(const struct config *config, const struct wanted *w)
{
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	struct arena *arena = arena_new(ARENA_BYTES);
	Vedetta__V1__CommandAnswer *answer = NULL;
	int fd = -1;
	int r = arena == NULL ? -ENOMEM : command_connect(config->data_dir, &fd);
	int status = CLI_FAILED;

	command.what_case = VEDETTA__V1__COMMAND__WHAT_EXERCISE;
	command.exercise = (Vedetta__V1__ExerciseChange *)&w->change;
	if (r != 0) {
		fprintf(stderr, "exercise: %s: %s\n", config->data_dir,
			r == COMMAND_NOBODY ? "no desk runs there" : strerror(-r));
		goto out;
	}
	r = command_ask(fd, &command, arena, &answer);
	if (r != 0) {
		fprintf(stderr, "exercise: %s\n",
			r == COMMAND_GONE ? "the desk went away" : strerror(-r));
	} else if (answer->refused[0] != '\0') {
		fprintf(stderr, "exercise: %s: %s\n",
			w->change.on ? "not begun" : "not ended", answer->refused);
	} else {
		puts(w->change.on ? "the exercise is on" : "the exercise is over");
		if (answer->closing > 0) {
			printf("incidents being closed: %u\n", answer->closing);
		}
		status = CLI_DONE;
	}
out:
	if (fd >= 0) {
		(void)close(fd);
	}
	arena_free(arena);
	return status;
}

/* One option. -1: help was asked for; else CLI_DONE or CLI_USAGE. */
static int
take(struct wanted *w, int code)
{
	switch (code) {
	case 'm':
		if (!read_minutes(optarg, &w->change.minutes)) {
			fprintf(stderr, "exercise: --minutes must be 1 to %d\n",
				EXERCISE_MINUTES_MAX);
			return CLI_USAGE;
		}
		return CLI_DONE;
	case 'l':
		w->change.leave_open = true;
		return CLI_DONE;
	case 'f':
		w->config_path = optarg;
		return CLI_DONE;
	case 'd':
		w->data_dir = optarg;
		return CLI_DONE;
	case 'h':
		return -1;
	default:
		return CLI_USAGE;
	}
}

static int
run(const struct wanted *w)
{
	struct config config;
	int status = cli_read_config(&config, w->config_path);

	if (status == CLI_DONE && w->data_dir != NULL &&
		config_set(&config, "server", "data_dir", w->data_dir, "--data",
			stderr) != 0) {
		status = CLI_USAGE;
	}
	return status == CLI_DONE ? ask(&config, w) : status;
}

int
cli_exercise(int argc, char **argv)
{
	struct wanted w = {.config_path = NULL};
	bool begins, ends;
	int code, r = CLI_DONE;

	vedetta__v1__exercise_change__init(&w.change);
	while (r == CLI_DONE &&
		(code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		r = take(&w, code);
	}
	if (r == -1) {
		fputs(usage, stdout);
		return CLI_DONE;
	}
	begins = argc - optind == 2 && strcmp(argv[optind], "begin") == 0;
	ends = argc - optind == 1 && strcmp(argv[optind], "end") == 0;
	if (r != CLI_DONE || (!begins && !ends) || (ends && w.change.minutes != 0) ||
		(begins && w.change.leave_open)) {
		fputs(usage, stderr);
		return CLI_USAGE;
	}
	w.change.on = begins;
	w.change.name = begins ? argv[optind + 1] : w.change.name;
	return run(&w);
}
