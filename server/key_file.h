/*
 * key_file - a private key, PEM in a file of mode 0600
 *
 * PKCS #8 (RFC 5958) as `openssl genpkey` writes it, without a pass phrase: RSA from
 * 2048 to 4096 bits, or a point of P-256. Read here as far as form goes, with no
 * library, so that `vedetta check` can say what is wrong with it; what its numbers
 * are worth shows who signs with them (oidc_assertion.h).
 */
#ifndef SERVER_KEY_FILE_H
#define SERVER_KEY_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	KEY_FILE_BYTES = 8 * 1024,
	KEY_DER_BYTES = 3 * KEY_FILE_BYTES / 4 + 2,
	KEY_SCALAR_BYTES = 32,
	KEY_RSA_NUMBERS = 8,
};

enum key_kind {
	KEY_NONE,
	KEY_RSA, /* signs RS256 */
	KEY_P256 /* signs ES256 */
};

/* In RFC 8017's order. */
enum key_number {
	KEY_MODULUS,
	KEY_PUBLIC,
	KEY_PRIVATE,
	KEY_P,
	KEY_Q,
	KEY_DP,
	KEY_DQ,
	KEY_QI,
};

/* Part of der: a number, most significant byte first. */
struct key_span {
	size_t from;
	size_t bytes;
};

struct key_file {
	enum key_kind kind;
	struct key_span rsa[KEY_RSA_NUMBERS];
	struct key_span scalar; /* of P-256: KEY_SCALAR_BYTES */
	uint8_t der[KEY_DER_BYTES];
};

/* NULL, or what is wrong with it: "is no PEM ...". */
const char *key_file_parse(const char *text, size_t bytes, struct key_file *out);

/*
 * key: its name in the config, for the sentence in err. 0, or CONFIG_BAD. A path
 * that is empty gives a key of no kind.
 */
int key_file_read(const char *key, const char *path, struct key_file *out, FILE *err);

#endif
