/* vedetta serve - runs the desk until it is told to stop */
#include <getopt.h>
#include <stdio.h>

#include "server/cli.h"
#include "server/supervisor.h"

static const char usage[] =
	"usage: vedetta serve [options]\n"
	"\n"
	"Runs the desk. When everything is up, one line on standard output says "
	"where:\n"
	"ready public=http://127.0.0.1:8080 console=http://127.0.0.1:8081 admin=...\n"
	"SIGTERM or Ctrl-C ends it in order: what was begun is answered first.\n"
	"\n"
	"  --config FILE         " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR            folder of the store and the key; made when missing\n"
	"  --listen ADDR:PORT    the citizens' door\n"
	"  --console ADDR:PORT   the operators' door: loopback only, for now\n"
	"  --admin ADDR:PORT     /metrics and health: loopback only\n"
	"\n"
	"Options win over the file. Port 0 lets the kernel choose.\n";

enum option_code {
	OPTION_CONFIG = 1,
	OPTION_DATA,
	OPTION_LISTEN,
	OPTION_CONSOLE,
	OPTION_ADMIN,
	OPTION_HELP,
	OPTIONS, /* one past the last */
};

/* What each option sets. */
static const struct {
	const char *section;
	const char *key;
	const char *name;
} settings[OPTIONS] = {
	[OPTION_DATA] = {"server", "data_dir", "--data"},
	[OPTION_LISTEN] = {"public", "listen", "--listen"},
	[OPTION_CONSOLE] = {"console", "listen", "--console"},
	[OPTION_ADMIN] = {"admin", "listen", "--admin"},
};

static const struct option options[] = {
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"data", required_argument, NULL, OPTION_DATA},
	{"listen", required_argument, NULL, OPTION_LISTEN},
	{"console", required_argument, NULL, OPTION_CONSOLE},
	{"admin", required_argument, NULL, OPTION_ADMIN},
	{"help", no_argument, NULL, OPTION_HELP},
	{NULL, 0, NULL, 0},
};

/* Returns 0 to go on, or an exit status with *over set. */
static int
read_options(int argc, char **argv, const char *given[OPTIONS], int *over)
{
	int code;

	*over = 1;
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == OPTION_HELP) {
			fputs(usage, stdout);
			return CLI_DONE;
		}
		if (code <= 0 || code >= OPTIONS) {
			return CLI_USAGE; /* getopt_long has said why */
		}
		given[code] = optarg;
	}
	if (optind < argc) {
		fprintf(stderr, "serve: does not know what to do with %s\n",
			argv[optind]);
		return CLI_USAGE;
	}
	*over = 0;
	return CLI_DONE;
}

int
cli_serve(int argc, char **argv)
{
	const char *given[OPTIONS] = {NULL};
	struct config config;
	int over, status, code;

	status = read_options(argc, argv, given, &over);
	if (over) {
		return status;
	}
	status = cli_read_config(&config, given[OPTION_CONFIG]);
	if (status != CLI_DONE) {
		return status;
	}
	for (code = OPTION_DATA; code <= OPTION_ADMIN; code++) {
		if (given[code] != NULL &&
			config_set(&config, settings[code].section, settings[code].key,
				given[code], settings[code].name, stderr) != 0) {
			return CLI_USAGE;
		}
	}
	if (config_check(&config, stderr) != 0) {
		return CLI_FAILED;
	}
	return supervisor_run(&config);
}
