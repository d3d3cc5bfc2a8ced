/*
 * user_file - a command about accounts, told to the desk or written by ourselves
 *
 * The folder is served: the desk answers over its socket. It is not: we take its lock
 * and write the file as the desk would have. Who may write the folder may do
 * everything; the row says that a command did it.
 */
#ifndef SERVER_USER_FILE_H
#define SERVER_USER_FILE_H

#include <stdbool.h>

#include "proto/arena.h"
#include "server/config.h"
#include "vedetta/v1/office.pb-c.h"

enum {
	USER_FILE_FAILED = 1, /* and the reason was written to standard error */
};

struct user_file;

/*
 * Where there is no desk's file yet one is made when `makes`, else that is the reason.
 * NULL: the reason was written.
 */
struct user_file *user_file_open(const struct config *config, bool makes);
/* Accepts NULL. */
void user_file_close(struct user_file *u);

/* Accounts of a list live until the next call. 0 or USER_FILE_FAILED. */
int user_file_do(struct user_file *u, const Vedetta__V1__OfficeCommand *command,
	Vedetta__V1__AccountList *list);

#endif
