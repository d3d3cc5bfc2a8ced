/*
 * command - a command's end of the desk's socket
 *
 * Blocking, one question at a time. The folder of the data is either served, and
 * then the desk answers here, or nobody serves it, and then the command may
 * take its lock and write the file by itself.
 */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include "proto/arena.h"
#include "vedetta/v1/frame.pb-c.h"

#define COMMAND_SOCKET "desk.sock"

enum command_answer {
	COMMAND_NOBODY = 1, /* nobody serves this folder */
	COMMAND_GONE = 2,   /* the desk went away before it answered */
};

/* A listening socket in the folder, for its owner alone, or -errno. */
int command_listen(int folder);

/* Connects. *fd is the caller's on 0; else COMMAND_NOBODY or -errno. */
int command_connect(const char *data_dir, int *fd);

/*
 * Asks and waits. The answer lives in the arena. 0, COMMAND_GONE, or -errno.
 */
int command_ask(int fd, const Vedetta__V1__Command *command, struct arena *arena,
	Vedetta__V1__CommandAnswer **answer);

#endif
