#include "server/key_file.h"

#include <stdbool.h>
#include <string.h>

#include "proto/base64.h"
#include "server/config.h"
#include "server/secret_file.h"

#define BEGIN "-----BEGIN "
#define END "-----END PRIVATE KEY-----"

enum {
	INTEGER = 0x02,
	OCTETS = 0x04,
	OBJECT = 0x06,
	SEQUENCE = 0x30,
	MODULUS_LEAST = 2048 / 8,
	MODULUS_MOST = 4096 / 8,
};

/* What is left of it to read. */
struct der {
	const uint8_t *base;
	size_t at;
	size_t end;
};

/* One element of that tag; false: there is none. */
static bool
take(struct der *d, uint8_t tag, struct der *out)
{
	size_t bytes, more;

	if (d->end - d->at < 2 || d->base[d->at] != tag) {
		return false;
	}
	bytes = d->base[d->at + 1];
	d->at += 2;
	if (bytes > 0x82 || bytes == 0x80) {
		return false; /* longer than any key we take, or without an end */
	}
	more = bytes > 0x80 ? bytes - 0x80 : 0;
	if (more > d->end - d->at) {
		return false;
	}
	for (bytes = more > 0 ? 0 : bytes; more > 0; more--) {
		bytes = bytes << 8 | d->base[d->at++];
	}
	if (bytes > d->end - d->at) {
		return false;
	}
	*out = (struct der){d->base, d->at, d->at + bytes};
	d->at += bytes;
	return true;
}

static bool
is_object(const struct der *d, const char *id, size_t bytes)
{
	return d->end - d->at == bytes && memcmp(d->base + d->at, id, bytes) == 0;
}

/* A number that is not negative, without zeros before it. */
static bool
take_number(struct der *d, struct key_span *out)
{
	struct der number;

	if (!take(d, INTEGER, &number) || number.at == number.end ||
		d->base[number.at] >= 0x80) {
		return false;
	}
	while (number.at < number.end && d->base[number.at] == 0) {
		number.at++;
	}
	*out = (struct key_span){number.at, number.end - number.at};
	return true;
}

/* RFC 8017, A.1.2 */
static const char *
parse_rsa(struct der octets, struct key_file *out)
{
	struct key_span version;
	struct der rsa;

	if (!take(&octets, SEQUENCE, &rsa) || !take_number(&rsa, &version)) {
		return "holds an RSA key that is cut or damaged";
	}
	for (size_t i = 0; i < KEY_RSA_NUMBERS; i++) {
		if (!take_number(&rsa, &out->rsa[i]) || out->rsa[i].bytes == 0) {
			return "holds an RSA key that is cut or damaged";
		}
	}
	if (out->rsa[KEY_MODULUS].bytes < MODULUS_LEAST ||
		out->rsa[KEY_MODULUS].bytes > MODULUS_MOST) {
		return "holds an RSA key of less than 2048 or more than 4096 bits";
	}
	out->kind = KEY_RSA;
	return NULL;
}

/* RFC 5915 */
static const char *
parse_p256(struct der octets, struct key_file *out)
{
	struct key_span version;
	struct der ec, scalar;

	if (!take(&octets, SEQUENCE, &ec) || !take_number(&ec, &version) ||
		!take(&ec, OCTETS, &scalar) ||
		scalar.end - scalar.at != KEY_SCALAR_BYTES) {
		return "holds a P-256 key that is cut or damaged";
	}
	out->scalar = (struct key_span){scalar.at, KEY_SCALAR_BYTES};
	out->kind = KEY_P256;
	return NULL;
}

static const char *
parse_der(struct key_file *out, size_t bytes)
{
	static const char rsa_id[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
	static const char ec_id[] = "\x2a\x86\x48\xce\x3d\x02\x01";
	static const char p256_id[] = "\x2a\x86\x48\xce\x3d\x03\x01\x07";
	struct der all = {out->der, 0, bytes}, key, algorithm, id, curve, octets;
	struct key_span version;

	if (!take(&all, SEQUENCE, &key) || !take_number(&key, &version) ||
		!take(&key, SEQUENCE, &algorithm) || !take(&algorithm, OBJECT, &id) ||
		!take(&key, OCTETS, &octets)) {
		return "is cut or damaged";
	}
	if (is_object(&id, rsa_id, sizeof(rsa_id) - 1)) {
		return parse_rsa(octets, out);
	}
	if (is_object(&id, ec_id, sizeof(ec_id) - 1) &&
		take(&algorithm, OBJECT, &curve) &&
		is_object(&curve, p256_id, sizeof(p256_id) - 1)) {
		return parse_p256(octets, out);
	}
	return "holds neither an RSA key nor one of the curve P-256";
}

/* The lines between the two that begin and end it, as bytes. */
static bool
decode(const char *from, const char *to, struct key_file *out, size_t *bytes)
{
	char text[KEY_FILE_BYTES];
	size_t n = 0;
	bool good;

	for (const char *c = from; c < to; c++) {
		if (*c != '\n' && *c != '\r') {
			text[n++] = *c;
		}
	}
	good = base64_read(text, n, out->der, bytes) == 0;
	explicit_bzero(text, sizeof(text));
	return good;
}

const char *
key_file_parse(const char *text, size_t bytes, struct key_file *out)
{
	static const char begin[] = BEGIN "PRIVATE KEY-----";
	const char *first, *last;
	size_t der_bytes;

	memset(out, 0, sizeof(*out));
	if (bytes > KEY_FILE_BYTES ||
		memmem(text, bytes, BEGIN, sizeof(BEGIN) - 1) == NULL) {
		return "is no key in PEM: make one with openssl genpkey";
	}
	first = memmem(text, bytes, begin, sizeof(begin) - 1);
	if (first == NULL) {
		return "is not a bare PRIVATE KEY, but one with a pass phrase, of an "
		       "older form, or none: openssl pkcs8 -topk8 -nocrypt makes it "
		       "one";
	}
	first += sizeof(begin) - 1;
	last = memmem(first, bytes - (size_t)(first - text), END, sizeof(END) - 1);
	return last == NULL || !decode(first, last, out, &der_bytes)
		       ? "is cut or damaged"
		       : parse_der(out, der_bytes);
}

int
key_file_read(const char *key, const char *path, struct key_file *out, FILE *err)
{
	char text[KEY_FILE_BYTES];
	const char *wrong;
	size_t bytes;

	memset(out, 0, sizeof(*out));
	if (path[0] == '\0') {
		return 0;
	}
	wrong = secret_file_load(path, text, sizeof(text), &bytes);
	if (wrong != NULL) {
		fprintf(err, "%s is %s: %s\n", key, path, wrong);
	} else {
		wrong = key_file_parse(text, bytes, out);
		if (wrong != NULL) {
			fprintf(err, "%s: %s %s\n", key, path, wrong);
		}
	}
	explicit_bzero(text, sizeof(text));
	if (wrong != NULL) {
		explicit_bzero(out, sizeof(*out));
		return CONFIG_BAD;
	}
	return 0;
}
