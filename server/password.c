#include "server/password.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <sodium.h>

#include "proto/arena.h"
#include "proto/frame.h"
#include "server/hooks.h"
#include "server/log.h"
#include "server/sandbox.h"
#include "vedetta/v1/office.pb-c.h"

enum {
	LINE = 3,
	ARENA_BYTES = 64 * 1024,
	JOB_MOST_BYTES = 8 * 1024,
};

_Static_assert((int)PASSWORD_HASH_BYTES == (int)crypto_pwhash_STRBYTES, "a hash fits");

int
password_make(const char *password, char out[PASSWORD_HASH_BYTES])
{
	bool cheap = hooks_cheap_passwords();

	return crypto_pwhash_str(out, password, strlen(password),
		       cheap ? crypto_pwhash_OPSLIMIT_MIN
			     : crypto_pwhash_OPSLIMIT_MODERATE,
		       cheap ? crypto_pwhash_MEMLIMIT_MIN
			     : crypto_pwhash_MEMLIMIT_MODERATE) == 0
		       ? 0
		       : -ENOMEM;
}

bool
password_is_right(const char *hash, const char *password)
{
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

static bool
take(uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t got = read(LINE, bytes, n);

		if (got <= 0 && errno != EINTR) {
			return false;
		}
		bytes += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

static bool
give(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = write(LINE, bytes, n);

		if (put <= 0 && errno != EINTR) {
			return false;
		}
		bytes += put > 0 ? put : 0;
		n -= put > 0 ? (size_t)put : 0;
	}
	return true;
}

static const Vedetta__V1__PasswordJob *
take_job(struct arena *arena)
{
	uint8_t head_bytes[FRAME_HEAD_BYTES], *body;
	struct frame_head head;

	if (!take(head_bytes, sizeof(head_bytes)) ||
		frame_read_head(head_bytes, &head) != 0 ||
		head.kind != FRAME_PASSWORD || head.body_bytes > JOB_MOST_BYTES) {
		return NULL;
	}
	body = arena_alloc(arena, head.body_bytes + 1);
	if (body == NULL || !take(body, head.body_bytes)) {
		return NULL;
	}
	return vedetta__v1__password_job__unpack(
		arena_allocator(arena), head.body_bytes, body);
}

static bool
give_result(const Vedetta__V1__PasswordResult *result)
{
	uint8_t bytes[FRAME_HEAD_BYTES + 2 * PASSWORD_HASH_BYTES];
	struct frame_head head = {.kind = FRAME_PASSWORD};

	head.body_bytes =
		(uint32_t)vedetta__v1__password_result__get_packed_size(result);
	if (head.body_bytes > sizeof(bytes) - FRAME_HEAD_BYTES) {
		return false;
	}
	frame_write_head(&head, bytes);
	(void)vedetta__v1__password_result__pack(result, bytes + FRAME_HEAD_BYTES);
	return give(bytes, FRAME_HEAD_BYTES + head.body_bytes);
}

/* A new hash only for who is right, or where nobody has to be. */
static bool
work(const Vedetta__V1__PasswordJob *job)
{
	Vedetta__V1__PasswordResult result = VEDETTA__V1__PASSWORD_RESULT__INIT;
	char made[PASSWORD_HASH_BYTES] = "";

	result.right =
		job->hash[0] == '\0' || password_is_right(job->hash, job->password);
	if (result.right && job->make[0] != '\0' &&
		password_make(job->make, made) != 0) {
		return false;
	}
	result.made = made;
	return give_result(&result);
}

int
password_help(void)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	const Vedetta__V1__PasswordJob *job;
	int r;

	log_open(PASSWORD_HELPER, LOG_INFO);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (arena == NULL || sodium_init() < 0) {
		log_event(LOG_WARN, "password.failed", "reason=no_memory");
		arena_free(arena);
		return EXIT_FAILURE;
	}
	r = sandbox_enter(NULL, 0);
	if (r != 0) {
		log_event(LOG_WARN, "password.failed", "reason=sandbox");
		arena_free(arena);
		return EXIT_FAILURE;
	}
	job = take_job(arena);
	/* Who hangs up has nothing to hear any more. */
	r = job != NULL && work(job) ? EXIT_SUCCESS : EXIT_FAILURE;
	arena_free(arena);
	return r;
}
