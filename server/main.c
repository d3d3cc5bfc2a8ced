/* vedetta - the command line */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/spawn.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"area", cli_area,
		"import areas, list them, say what is odd about files of them"},
	{"check", cli_check, "say what is wrong with a config file"},
	{"cluster", cli_cluster, "find what hangs together in a file of points"},
	{"courier", cli_courier, "try what goes out: is it set up, does it arrive"},
	{"drill", cli_drill, "play an exercise"},
	{"exercise", cli_exercise, "begin an exercise, end it"},
	{"export", cli_export, "write everything for maps and tables (QGIS)"},
	{"replay", cli_replay, "send a file of reports through the real API"},
	{"serve", cli_serve, "run the desk"},
	{"user", cli_user, "add accounts of the console, list and change them"},
	{"verify", cli_verify, "prove that the log of reports is whole"},
};

enum {
	COMMANDS = sizeof(commands) / sizeof(commands[0]),
};

static int
become(const char *name, char **argv)
{
	char path[SPAWN_PATH_BYTES];
	int fault = spawn_find(name, path);

	if (fault == 0) {
		(void)execv(path, argv);
		fault = -errno;
	}
	fprintf(stderr, "vedetta: cannot run %s: %s\n", name, strerror(-fault));
	return CLI_FAILED;
}

/* Executables of their own: only these are linked to SpatiaLite, and to libcurl. */

int
cli_area(int argc, char **argv)
{
	(void)argc;
	return become("area", argv);
}

int
cli_drill(int argc, char **argv)
{
	(void)argc;
	return become("drill", argv);
}

int
cli_export(int argc, char **argv)
{
	(void)argc;
	return become("export", argv);
}

int
cli_replay(int argc, char **argv)
{
	(void)argc;
	return become("replay", argv);
}

int
cli_user(int argc, char **argv)
{
	(void)argc;
	return become("user", argv);
}

static void
print_help(FILE *out)
{
	size_t i;

	fprintf(out, "usage: vedetta COMMAND [options]\n"
		     "\n"
		     "Vedetta is an emergency reporting desk.\n"
		     "\n");
	for (i = 0; i < COMMANDS; i++) {
		fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
	}
	fprintf(out, "\n"
		     "vedetta COMMAND --help says more. vedetta --version says which "
		     "this is.\n");
}

static const struct command *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	return NULL;
}

static int
help(int argc, char **argv)
{
	static char wanted[] = "--help";
	const struct command *command;

	if (argc < 2) {
		print_help(stdout);
		return CLI_DONE;
	}
	command = find_command(argv[1]);
	if (command == NULL) {
		fprintf(stderr, "vedetta: there is no command %s\n", argv[1]);
		return CLI_USAGE;
	}
	char *asked[] = {argv[1], wanted, NULL};

	return command->run(2, asked);
}

int
main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
		strcmp(argv[1], "-h") == 0) {
		return help(argc - 1, argv + 1);
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("vedetta %s\n", VEDETTA_VERSION);
		return CLI_DONE;
	}
	command = find_command(argv[1]);
	if (command == NULL) {
		fprintf(stderr, "vedetta: there is no command %s; try vedetta help\n",
			argv[1]);
		return CLI_USAGE;
	}
	return command->run(argc - 1, argv + 1);
}
