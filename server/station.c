#include "server/station.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/command.h"
#include "server/exercise.h"
#include "server/listen.h"
#include "server/log.h"

enum {
	LISTEN_WITHIN_MS = 3000, /* the roles of a killed supervisor end meanwhile */
};

static int
complain(int fault, const char *what)
{
	fprintf(stderr, "vedetta: %s: %s\n", what, strerror(-fault));
	return fault;
}

/* owner: NULL when we stay who we are. */
static int
open_folder(struct station *s, const char *path, const struct passwd *owner)
{
	if (mkdir(path, 0700) == 0) {
		if (owner != NULL && chown(path, owner->pw_uid, owner->pw_gid) != 0) {
			return complain(-errno, path);
		}
	} else if (errno != EEXIST) {
		return complain(-errno, path);
	}
	s->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->folder < 0 ? complain(-errno, path) : 0;
}

static int
lock_folder(const struct station *s, const char *path)
{
	if (flock(s->folder, LOCK_EX | LOCK_NB) == 0) {
		return 0;
	}
	if (errno != EWOULDBLOCK) {
		return complain(-errno, path);
	}
	fprintf(stderr,
		"vedetta: the data folder %s is in use by another `vedetta serve`; "
		"stop it first.\n",
		path);
	return -EBUSY;
}

static int
open_listeners(struct station *s, const struct config *config)
{
	const struct {
		int *fd;
		const char *address;
	} wanted[] = {
		{&s->public_listener, config->public_listen},
		{&s->console_listener, config->console_listen},
		{&s->admin_listener, config->admin_listen},
	};
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int fd = listen_open(wanted[i].address, LISTEN_WITHIN_MS);

		if (fd < 0) {
			fprintf(stderr, "vedetta: cannot listen on %s: %s\n",
				wanted[i].address, strerror(-fd));
			return fd;
		}
		*wanted[i].fd = fd;
	}
	return 0;
}

/* For good: the way back is tried, and must be closed. */
static int
become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
		setuid(user->pw_uid) != 0) {
		return complain(-errno, user->pw_name);
	}
	if (user->pw_uid != 0 && (setuid(0) == 0 || geteuid() == 0)) {
		return complain(-EPERM, user->pw_name);
	}
	return 0;
}

/*
 * A folder that has reports but no key has lost it. With a new one every link and
 * code that was given out would be void, or another report's.
 */
static bool
key_is_lost(const struct station *s)
{
	return faccessat(s->folder, "key", F_OK, 0) != 0 && errno == ENOENT &&
	       faccessat(s->folder, "desk.sqlite", F_OK, 0) == 0;
}

static int
derive_keys(struct station *s, const char *data_dir)
{
	uint8_t master[KEYS_BYTES];
	char path[CONFIG_TEXT_BYTES + 8];
	char why[CONFIG_TEXT_BYTES + 128];
	int answer;

	(void)snprintf(path, sizeof(path), "%s/key", data_dir);
	if (key_is_lost(s)) {
		fprintf(stderr,
			"vedetta: %s is missing beside desk.sqlite; without it no link "
			"and no code that was given out is known: put it back from the "
			"backup.\n",
			path);
		return -ENOKEY;
	}
	answer = keys_load(path, master, why, sizeof(why));
	if (answer != 0) {
		fprintf(stderr, "vedetta: %s\n", why);
		return answer < 0 ? answer : -EACCES;
	}
	keys_derive(master, KEYS_RECEIPT, s->receipt_key);
	keys_derive(master, KEYS_SOURCE, s->source_key);
	keys_derive(master, KEYS_EXERCISE, s->exercise_key);
	keys_derive(master, KEYS_COURIER, s->courier_key);
	explicit_bzero(master, sizeof(master));
	return 0;
}

/* A full disk must not keep the desk from starting: then there is no exercise. */
static void
write_exercise_token(const struct station *s)
{
	char token[EXERCISE_TOKEN_BYTES];
	int fault;

	exercise_token(s->exercise_key, EXERCISE_OF_MACHINE, token);
	fault = exercise_write(s->folder, token);
	if (fault != 0) {
		log_event(LOG_WARN, "exercise.unwritten", "reason=\"%s\"",
			strerror(-fault));
	}
	explicit_bzero(token, sizeof(token));
}

static int
find_user(const struct config *config, const struct passwd **out)
{
	*out = NULL;
	if (geteuid() != 0) {
		return 0;
	}
	if (config->user[0] == '\0') {
		log_event(LOG_WARN, "serve.as_root", "hint=\"set server.user\"");
		return 0;
	}
	*out = getpwnam(config->user);
	if (*out == NULL) {
		fprintf(stderr, "vedetta: there is no user %s (server.user)\n",
			config->user);
		return -ENOENT;
	}
	return 0;
}

/* Commands of this machine reach the running desk here. */
static int
open_command_socket(struct station *s, const char *data_dir)
{
	int fd = command_listen(s->folder);

	if (fd < 0) {
		fprintf(stderr, "vedetta: %s/" COMMAND_SOCKET ": %s\n", data_dir,
			strerror(-fd));
		return fd;
	}
	s->command_listener = fd;
	return 0;
}

int
station_open(struct station *s, const struct config *config)
{
	const struct passwd *user;
	int fault;

	memset(s, 0, sizeof(*s));
	s->folder = s->public_listener = s->console_listener = s->admin_listener =
		s->command_listener = -1;
	fault = find_user(config, &user);
	if (fault == 0) {
		fault = open_folder(s, config->data_dir, user);
	}
	if (fault == 0) {
		fault = lock_folder(s, config->data_dir);
	}
	if (fault == 0) {
		fault = open_listeners(s, config);
	}
	if (fault == 0 && user != NULL) {
		fault = become(user);
	}
	if (fault == 0) {
		fault = derive_keys(s, config->data_dir);
	}
	if (fault == 0) {
		fault = open_command_socket(s, config->data_dir);
	}
	if (fault == 0) {
		write_exercise_token(s);
	}
	if (fault != 0) {
		station_close(s);
	}
	return fault;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0) {
		(void)close(*fd);
		*fd = -1;
	}
}

void
station_stop_listening(struct station *s)
{
	close_fd(&s->public_listener);
	close_fd(&s->console_listener);
	close_fd(&s->admin_listener);
}

void
station_close(struct station *s)
{
	station_stop_listening(s);
	if (s->command_listener >= 0) {
		(void)unlinkat(s->folder, COMMAND_SOCKET, 0);
	}
	close_fd(&s->command_listener);
	close_fd(&s->folder);
	explicit_bzero(s, sizeof(*s));
	s->folder = s->public_listener = s->console_listener = s->admin_listener =
		s->command_listener = -1;
}
