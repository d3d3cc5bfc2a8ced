/*
 * password - one job with a password, in a process of its own
 *
 * Argon2id takes its time and 256 MiB on purpose, so it is done neither on the desk's
 * loop nor beside anything else: the supervisor starts a helper for each job, two at
 * once at most. Descriptor 3 is a stream to the desk: one frame with a PasswordJob
 * comes in, one with a PasswordResult goes out. Neither password nor hash goes
 * anywhere else.
 */
#ifndef SERVER_PASSWORD_H
#define SERVER_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PASSWORD_HASH_BYTES = 128, /* crypto_pwhash_STRBYTES */
	PASSWORD_HELPERS = 2,      /* at once */
};

/* What the supervisor starts it as. */
#define PASSWORD_HELPER "password"

/* libsodium's moderate limits. 0 or -ENOMEM. */
int password_make(const char *password, char out[PASSWORD_HASH_BYTES]);

bool password_is_right(const char *hash, const char *password);

/* The helper's life. Returns an exit status. */
int password_help(void);

#endif
