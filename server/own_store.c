#include "server/own_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/keys.h"

enum {
	PATH_BYTES = CONFIG_TEXT_BYTES + 16,
	SAID_BYTES = 256,
	FULL = 2, /* PRAGMA synchronous */
};

static int
refuse(char why[OWN_STORE_WHY_BYTES], const char *path, const char *said)
{
	(void)snprintf(why, OWN_STORE_WHY_BYTES, "%s: %s", path, said);
	return -1;
}

static void
path_of(const struct config *config, const char *file, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, "%s/%s", config->data_dir, file);
}

static int
lock_folder(struct own_store *o, const char *data_dir, char why[OWN_STORE_WHY_BYTES])
{
	struct stat folder;

	if (mkdir(data_dir, 0700) != 0 && errno != EEXIST) {
		return refuse(why, data_dir, strerror(errno));
	}
	o->folder = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->folder < 0 || fstat(o->folder, &folder) != 0) {
		return refuse(why, data_dir, strerror(errno));
	}
	if (flock(o->folder, LOCK_EX | LOCK_NB) != 0) {
		return refuse(why, data_dir,
			"somebody serves it who does not answer yet; try again");
	}
	/* What root makes here its owner could not write. */
	if (geteuid() == 0 && folder.st_uid != 0 &&
		(setgid(folder.st_gid) != 0 || setuid(folder.st_uid) != 0)) {
		return refuse(why, data_dir, strerror(errno));
	}
	return 0;
}

static int
make_key(const struct config *config, char why[OWN_STORE_WHY_BYTES])
{
	uint8_t master[KEYS_BYTES];
	char path[PATH_BYTES], said[SAID_BYTES] = "";
	int r;

	if (own_store_exists(config)) {
		return 0;
	}
	path_of(config, "key", path);
	r = keys_load(path, master, said, sizeof(said));
	sodium_memzero(master, sizeof(master));
	return r == 0 ? 0 : refuse(why, path, said);
}

bool
own_store_exists(const struct config *config)
{
	char path[PATH_BYTES];

	path_of(config, "desk.sqlite", path);
	return access(path, F_OK) == 0;
}

int
own_store_open(
	struct own_store *o, const struct config *config, char why[OWN_STORE_WHY_BYTES])
{
	const struct store_options options = {
		.reserve_bytes = (uint64_t)config->store_reserve_mib << 20,
		.synchronous = FULL};
	char path[PATH_BYTES], said[SAID_BYTES] = "";
	int r;

	*o = (struct own_store){.folder = -1};
	if (lock_folder(o, config->data_dir, why) != 0 || make_key(config, why) != 0) {
		return -1;
	}
	path_of(config, "desk.sqlite", path);
	r = store_open(&o->store, path, &options, said, sizeof(said));
	if (r != 0) {
		o->store = NULL;
		return refuse(
			why, path, said[0] != '\0' ? said : strerror(r < 0 ? -r : EIO));
	}
	return 0;
}

void
own_store_close(struct own_store *o)
{
	store_close(o->store);
	if (o->folder >= 0) {
		(void)close(o->folder); /* and with it the lock */
	}
	*o = (struct own_store){.folder = -1};
}
