/*
 * exercise - the token that makes a report part of an exercise
 *
 * Nothing in a report says "exercise": only who shows this desk's token sets
 * it, so no stranger hides an emergency among drills, and no drill is taken
 * for one. The token is the folder's key for this purpose, as text; the
 * supervisor writes it into <data>/exercise.token at each start, for whoever
 * holds the exercise. A token that is shown and is not ours is refused: taken
 * as real, a drill would send people out; taken as an exercise, an emergency
 * would wait.
 */
#ifndef SERVER_EXERCISE_H
#define SERVER_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/keys.h"

/* On POST /v1/reports. A form has the field, and GET / the parameter, "exercise". */
#define EXERCISE_HEADER "Vedetta-Exercise"
#define EXERCISE_FILE "exercise.token"

enum {
	EXERCISE_TOKEN_BYTES = 44, /* base64url of 32 bytes, and NUL */
};

/* From keys_derive(KEYS_EXERCISE). */
void exercise_token(const uint8_t key[KEYS_BYTES], char out[EXERCISE_TOKEN_BYTES]);

/* In the same time whatever differs. given may be NULL. */
bool exercise_is_token(const char token[EXERCISE_TOKEN_BYTES], const char *given);

/* Puts the token and a line end into the folder, mode 0600. Returns 0 or -errno. */
int exercise_write(int folder, const char token[EXERCISE_TOKEN_BYTES]);

/*
 * Reads such a file: its first line. Returns 0, or -errno; -EINVAL when what
 * it holds has not the form of a token.
 */
int exercise_read(const char *path, char out[EXERCISE_TOKEN_BYTES]);

#endif
