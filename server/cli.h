/*
 * cli - the commands of `vedetta`
 *
 * One file per command, one row per command in main.c. A command gets its own
 * name as argv[0] and returns the exit status: 0 done, 1 it could not be done,
 * 2 it was not understood. Errors are one sentence on standard error.
 */
#ifndef SERVER_CLI_H
#define SERVER_CLI_H

#include "server/config.h"

enum {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
};

int cli_area(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_cluster(int argc, char **argv);
int cli_courier(int argc, char **argv);
int cli_drill(int argc, char **argv);
int cli_exercise(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_user(int argc, char **argv);
int cli_verify(int argc, char **argv);

/* Where the config file is when --config does not say. */
#define CLI_CONFIG_PATH "/etc/vedetta/vedetta.conf"

/*
 * The defaults, then the file: path, or CLI_CONFIG_PATH if there is one when
 * path is NULL. Returns 0, or an exit status after the reason was written.
 */
int cli_read_config(struct config *config, const char *path);

#endif
