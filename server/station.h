/*
 * station - what belongs to one data folder while it is served
 *
 * The folder itself (made at the first start), its lock, the master key, the
 * exercise token and the listening sockets. The lock is flock() on the folder: no file
 * that could be left behind, and it ends with the process however that ends.
 */
#ifndef SERVER_STATION_H
#define SERVER_STATION_H

#include "server/config.h"
#include "server/keys.h"

struct station {
	int folder; /* locked */
	int public_listener;
	int console_listener;
	int admin_listener;
	int command_listener; /* desk.sock: commands to the running desk */
	uint8_t receipt_key[KEYS_BYTES];
	uint8_t source_key[KEYS_BYTES];
	uint8_t exercise_key[KEYS_BYTES];
	uint8_t courier_key[KEYS_BYTES];
};

/*
 * Also drops to the configured user when started as root. Returns 0, or
 * -errno after a sentence on standard error; then nothing is held.
 */
int station_open(struct station *s, const struct config *config);

void station_close(struct station *s);

/* Takes no further connection on these; roles that still hold them may. */
void station_stop_listening(struct station *s);

#endif
