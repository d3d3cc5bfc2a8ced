/* vedetta check - says what is wrong with a config file, with file and line */
#include <getopt.h>
#include <stdio.h>

#include "server/cli.h"
#include "server/clock.h"
#include "server/duty_check.h"

static const char usage[] =
	"usage: vedetta check [--config FILE] [--print-sample]\n"
	"\n"
	"Reads the config file and says what is wrong with it, with file and line.\n"
	"Then warns of areas without a rota or an on-call list, and of people whom\n"
	"nothing reaches, as the data folder has them.\n"
	"\n"
	"  --config FILE     " CLI_CONFIG_PATH " when there is one\n"
	"  --print-sample    print a file with every key, its default and its help\n";

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"print-sample", no_argument, NULL, 's'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

int
cli_check(int argc, char **argv)
{
	const char *path = NULL;
	struct config config;
	int code, status;

	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (code) {
		case 'c':
			path = optarg;
			break;
		case 's':
			config_print_sample(stdout);
			return CLI_DONE;
		case 'h':
			fputs(usage, stdout);
			return CLI_DONE;
		default:
			return CLI_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "check: does not know what to do with %s\n",
			argv[optind]);
		return CLI_USAGE;
	}
	status = cli_read_config(&config, path);
	if (status == CLI_DONE && config_check(&config, stderr) != 0) {
		status = CLI_FAILED;
	}
	if (status == CLI_DONE) {
		/* What is wrong there is no fault of the config. */
		(void)duty_check(config.data_dir, clock_wall_ms(), stderr);
		printf("The config is good.\n");
	}
	return status;
}
