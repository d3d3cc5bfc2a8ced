/*
 * secret_file - a password or a token, one line in a file of mode 0600
 */
#ifndef SERVER_SECRET_FILE_H
#define SERVER_SECRET_FILE_H

#include <stdio.h>

enum {
	SECRET_FILE_BYTES = 256,
};

/*
 * key: its name in the config, for the sentence in err. 0, or CONFIG_BAD. A path
 * that is empty gives an empty secret.
 */
int secret_file_read(
	const char *key, const char *path, char out[SECRET_FILE_BYTES], FILE *err);

/* As it is. NULL, or what is wrong: it is not there, not ours alone, or too long. */
const char *secret_file_load(const char *path, char *out, size_t room, size_t *bytes);

#endif
