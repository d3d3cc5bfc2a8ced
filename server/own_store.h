/*
 * own_store - a command's own way to the store, when nobody serves the folder
 *
 * With a desk running a command speaks to it (server/command.h). Without one it
 * takes the folder's lock, so that none starts meanwhile, and writes by itself:
 * as the folder's owner, so that the desk can write there later, and never a file
 * of reports without its key, which would not be served.
 */
#ifndef SERVER_OWN_STORE_H
#define SERVER_OWN_STORE_H

#include "geo/store.h"
#include "server/config.h"

enum {
	OWN_STORE_WHY_BYTES = 512,
};

struct own_store {
	int folder; /* locked by us; -1: not open */
	struct store *store;
};

bool own_store_exists(const struct config *config);

/*
 * Makes folder, key and file where they are missing. 0, or -1 with a sentence that
 * begins with the path in why; close it either way.
 */
int own_store_open(struct own_store *o, const struct config *config,
	char why[OWN_STORE_WHY_BYTES]);

/* Of one that is zeroed with folder -1 it does nothing. */
void own_store_close(struct own_store *o);

#endif
