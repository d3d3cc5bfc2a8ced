/* key_file - keys as openssl writes them, and what is none */
#include "unit.h"

#include "client_keys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config.h"
#include "server/key_file.h"

static const char small_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAM/ZFUmysiGtBn1s\n"
	"WQ86bjFBjbYSJatlFsGkM7sov4YqyVa/qbugFBo0OG2PH7Pnme0W5pMv6H8Yy9IP\n"
	"daC8cbY3UM8p9JzLbGtBqtmZGHrfzn8W4n9b6JtZO49zyxRAryd/obRrc4AUa6pz\n"
	"OSQ+PXvffjoWTMss//4N5vXv0GGLAgMBAAECgYBQMyuLrHAfnmwKqWwT/C/Ywbq0\n"
	"rnvqjq8hOQLdDPQaCRh3aK1NwI8BLXU4kSliedNjMJr34FyN7jt3ao+w3gXh35wT\n"
	"Bv6n1GSWxU7tE+aSiAI74f6HG45ypoN2bspXfyoq3nzkN2joH3qHZehgixsfmjo5\n"
	"3cLXnpOd77TGExfNwQJBAOqH117OqnPngkQx24F+anlwblD/+kqP3q5sJTl0n/4q\n"
	"CdLy7qBNyGHaaCteakCGPn3wSk8clFrSK6FF1T7yT28CQQDi3/EKYc7WtH+bVvQu\n"
	"4528kgURa9zWK3u/E3mXtTnvFiSh/q3wl6vJ3WXpGhL152ZObEkbXf+S0HquhoFk\n"
	"CEGlAkEAmphwn04bjctNUyaKSxHJncM+9KXHlt6/KrqezwDRdfjAAQ2hvomHTPlr\n"
	"MStLXr0e9GUwlnWAVV205Nnjd1rCgQJBAODl6YXHK0j/KLgOXITWshiqD0gTypis\n"
	"BkGFxrUyuzlck/faBQdI8sxrIokOhdkqB+qZwWbVqXIaJGM5hq5o2NkCQQDehopl\n"
	"pYaRmzm0lqMPNXEcgP9jqjYB2G2tnYn3S1wyMQbkz1HBRPbzt82KTQUjwFbrutao\n"
	"mzyw/oHNQ9tD+yr2\n"
	"-----END PRIVATE KEY-----\n";

static const char p384_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCgofwKFfedj4gBMC/z\n"
	"HbA16zkLQXn9fCQ49e13yxbSEOxYBpOpOwudgmEbXxpIJ4uhZANiAATsnI8UJALn\n"
	"7K0RKHiqSvmjnIqGoha2S9cw3VxxcLW/ABCkitypY2tjKoxq38hindkw8SBN/Grw\n"
	"DFGB5pobzpJ/mgUP+29Scl4ydWmqxJmiahwQXQTMxUDcTYTQ75KxWIc=\n"
	"-----END PRIVATE KEY-----\n";

static const char ed_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIKwMp/aAYrVAKW3uIXWwPW2fmHCwgg2glwWP5M0GOikv\n"
	"-----END PRIVATE KEY-----\n";

static const char enc_pem[] =
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	"MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhF303Oc5MV5QICCAAw\n"
	"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEG2vuWjqDnBlBur3tZkj2NUEgZDN\n"
	"gq+V7zq5rWKHiwtOFukxDTr5jxV93MRNtBKt5HaIsHmDWXChag2eNPB3yl7WfcCt\n"
	"H/rbBghyUgX9wmO/o3YHcxzOmmLb73C1iOt6+6RP68A2BvcdTonYuA/+9+QzreQL\n"
	"zXUvD1TL0rE5QJxdDZ8R3RQV+rbIi7+UEc0YFMTMDiR3IvOaHOEVcInuLa3yaq0=\n"
	"-----END ENCRYPTED PRIVATE KEY-----\n";

static const char old_pem[] = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n"
			      "-----END RSA PRIVATE KEY-----\n";

static struct key_file key;

static const char *
parse(const char *text)
{
	return key_file_parse(text, strlen(text), &key);
}

static void
both_kinds_are_read(void **state)
{
	(void)state;
	assert_null(parse(ec_pem));
	assert_int_equal(key.kind, KEY_P256);
	assert_int_equal(key.scalar.bytes, KEY_SCALAR_BYTES);
	assert_int_equal(key.der[key.scalar.from], 0x5c);
	assert_null(parse(rsa_pem));
	assert_int_equal(key.kind, KEY_RSA);
	assert_int_equal(key.rsa[KEY_MODULUS].bytes, 256);
	assert_int_equal(key.rsa[KEY_PUBLIC].bytes, 3);
	for (int i = KEY_PRIVATE; i <= KEY_QI; i++) {
		assert_in_range(key.rsa[i].bytes, 100, 256);
	}
}

static void
what_is_no_key_of_ours_is_told_apart(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{"", "is no key in PEM"},
		{"{\"kty\":\"EC\"}", "is no key in PEM"},
		{old_pem, "is not a bare PRIVATE KEY"},
		{enc_pem, "is not a bare PRIVATE KEY"},
		{small_pem, "less than 2048"},
		{p384_pem, "neither an RSA key nor"},
		{ed_pem, "neither an RSA key nor"},
		{"-----BEGIN PRIVATE KEY-----\n", "is cut or damaged"},
		{"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
			"is cut or damaged"},
		{"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----",
			"is cut or damaged"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why = parse(rows[i].text);

		assert_non_null(why);
		assert_non_null(strstr(why, rows[i].why));
		assert_int_equal(key.kind, KEY_NONE);
	}
}

/* Any byte another, or cut anywhere: a key, or a reason, and never a crash. */
static void
a_damaged_one_is_read_within_its_bounds(void **state)
{
	static const char *const all[] = {ec_pem, rsa_pem};
	char *text;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		size_t bytes = strlen(all[k]);

		for (size_t i = 0; i < bytes; i++) {
			/* Its own memory, to its end: sanitizers see a step too far. */
			text = malloc(i > 0 ? i : 1);
			assert_non_null(text);
			memcpy(text, all[k], i);
			assert_non_null(
				key_file_parse(text, i > 30 ? i - 30 : 0, &key));
			free(text);
		}
		for (size_t i = 28; i < bytes - 26; i++) {
			for (const char *other = "A/+9\n"; *other != '\0'; other++) {
				const char *why;

				text = strdup(all[k]);
				assert_non_null(text);
				text[i] = *other;
				why = key_file_parse(text, bytes, &key);
				assert_true((why == NULL) == (key.kind != KEY_NONE));
				free(text);
			}
		}
	}
}

static int
read_from(const char *path, char **said)
{
	size_t bytes;
	FILE *err = open_memstream(said, &bytes);
	int r = key_file_read("oidc.client_key_file", path, &key, err);

	fclose(err);
	return r;
}

static void
a_file_is_ours_alone(void **state)
{
	char folder[] = "/tmp/vedetta-key-XXXXXX", path[64];
	char *said;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/key.pem", folder);
	assert_int_equal(read_from("", &said), 0);
	assert_int_equal(key.kind, KEY_NONE);
	free(said);
	assert_int_equal(read_from(path, &said), CONFIG_BAD);
	assert_non_null(strstr(said, "No such file"));
	free(said);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, ec_pem, strlen(ec_pem)), strlen(ec_pem));
	assert_int_equal(read_from(path, &said), 0);
	assert_int_equal(key.kind, KEY_P256);
	free(said);
	assert_int_equal(fchmod(fd, 0640), 0);
	assert_int_equal(read_from(path, &said), CONFIG_BAD);
	assert_non_null(strstr(said, "oidc.client_key_file is "));
	assert_non_null(strstr(said, "0600"));
	assert_int_equal(key.kind, KEY_NONE);
	free(said);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(ftruncate(fd, 60), 0);
	assert_int_equal(read_from(path, &said), CONFIG_BAD);
	assert_non_null(strstr(said, "is cut or damaged"));
	free(said);
	close(fd);
	(void)unlink(path);
	(void)rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds_are_read),
		cmocka_unit_test(what_is_no_key_of_ours_is_told_apart),
		cmocka_unit_test(a_damaged_one_is_read_within_its_bounds),
		cmocka_unit_test(a_file_is_ours_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
