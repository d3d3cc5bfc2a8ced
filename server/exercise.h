/*
 * exercise - the tokens that make a report part of an exercise
 *
 * Nothing in a report says "exercise": only who shows a token of this desk sets
 * it, so no stranger hides an emergency among drills, and no drill is taken
 * for one. A token is the number of an exercise and a keyed hash of it, as text:
 * a link that people kept from the last exercise is worth nothing in the next,
 * nor when it really shakes. Number 0 is for whoever holds the machine: the
 * supervisor writes that one into <data>/exercise.token at each start, for
 * `vedetta drill`. While no exercise is on, no token is worth anything.
 *
 * A token that is shown and does not count is refused: taken as real, a drill
 * would send people out; taken as an exercise, an emergency would wait.
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
	EXERCISE_OF_MACHINE = 0,   /* the number of the file's token */
};

/* key: from keys_derive(KEYS_EXERCISE). */
void exercise_token(const uint8_t key[KEYS_BYTES], uint64_t exercise,
	char out[EXERCISE_TOKEN_BYTES]);

enum exercise_answer {
	EXERCISE_STRANGE = 1, /* none of ours */
	EXERCISE_OVER = 2,    /* of one that is not on, or none is */
};

/*
 * Does it count while this one is on (0: none)? 0 for yes; in the same time
 * whatever differs. given may be NULL.
 */
int exercise_check(const uint8_t key[KEYS_BYTES], uint64_t on, const char *given);

/* Puts the token and a line end into the folder, mode 0600. Returns 0 or -errno. */
int exercise_write(int folder, const char token[EXERCISE_TOKEN_BYTES]);

/*
 * Reads such a file: its first line. Returns 0, or -errno; -EINVAL when what
 * it holds has not the form of a token.
 */
int exercise_read(const char *path, char out[EXERCISE_TOKEN_BYTES]);

#endif
