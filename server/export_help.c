#include "server/export_help.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/export_order.h"
#include "server/exporter.h"
#include "server/log.h"
#include "server/role.h"
#include "server/sandbox.h"

enum {
	LINE_BYTES = 2 * CONFIG_TEXT_BYTES,
	PATH_BYTES = 2 * CONFIG_TEXT_BYTES,
	WHY_BYTES = 1024,
	WORD_BYTES = 32,
	PART_BYTES = 64 * 1024,
	TELL_EVERY_MS = 200,
	NICENESS = 10,
};

struct help {
	char data_dir[CONFIG_TEXT_BYTES];
	char folder[PATH_BYTES];
	char format[WORD_BYTES];
	char layer[WORD_BYTES];
	bool personal;
	struct export_scope *scope; /* owned; NULL: everything */
	int64_t told_ms;
};

static int
send_all(const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n > 0) {
		ssize_t sent = write(ROLE_FD, at, n);

		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			return -1;
		}
		at += sent;
		n -= (size_t)sent;
	}
	return 0;
}

static int
say(const char *mark, const char *reason)
{
	char line[LINE_BYTES];
	int n = snprintf(line, sizeof(line), "%s%s\n", mark, reason);

	return send_all(line, n < LINE_BYTES ? (size_t)n : LINE_BYTES - 1);
}

static bool
is_alone(void)
{
	struct pollfd polled = {.fd = ROLE_FD, .events = POLLRDHUP};

	return poll(&polled, 1, 0) != 0;
}

static int
on_told(void *arg, uint64_t n_done, uint64_t n_all)
{
	struct help *h = arg;
	int64_t now_ms = clock_mono_ms();
	char line[WORD_BYTES * 2];

	if (now_ms - h->told_ms < TELL_EVERY_MS && n_done < n_all) {
		return is_alone();
	}
	h->told_ms = now_ms;
	(void)snprintf(line, sizeof(line), "%" PRIu64 " %" PRIu64, n_done, n_all);
	return say("", line) != 0 || is_alone();
}

static int
on_written(void *arg, uint64_t n_rows)
{
	(void)arg;
	(void)n_rows;
	return is_alone();
}

/* One line without its end; a byte at a time, since it is short. */
static bool
take_line(char *out, size_t bytes)
{
	size_t n = 0;

	while (n < bytes && read(ROLE_FD, out + n, 1) == 1) {
		if (out[n] == '\n') {
			out[n] = '\0';
			return true;
		}
		n++;
	}
	return false;
}

/* ---- the file */

static int
send_file(int fd, uint64_t n_rows, const char *name)
{
	char part[PART_BYTES];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		return -errno;
	}
	(void)snprintf(part, sizeof(part), "%lld %" PRIu64 " %s", (long long)st.st_size,
		n_rows, name);
	if (say("= ", part) != 0) {
		return 0;
	}
	while ((n = read(fd, part, sizeof(part))) > 0) {
		if (send_all(part, (size_t)n) != 0) {
			return 0; /* nobody wants it any more */
		}
	}
	return n < 0 ? -errno : 0;
}

/* The text of one layer, in a file without a name. */
static int
write_text(const struct help *h, struct export *file, enum export_layer layer)
{
	const struct export_listener listener = {on_written, NULL};
	int fd = open(h->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	int copy = -1, r;

	if (out == NULL) {
		r = -errno;
		if (fd >= 0) {
			(void)close(fd);
		}
		return r;
	}
	r = strcmp(h->format, "csv") == 0
		    ? export_write_csv(file, layer, out, &listener)
		    : export_write_geojson(file, layer, out, &listener);
	if (r == 0) {
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		r = copy < 0 ? -errno : 0;
	}
	(void)fclose(out);
	return r == 0 ? copy : r > 0 ? -ECANCELED : r;
}

/* All there are in the file, or those of the layer; meta is about the file. */
static uint64_t
rows_of(const struct export *file, bool is_gpkg, enum export_layer layer)
{
	uint64_t n = 0;

	for (int i = EXPORT_META + 1; i < EXPORT_LAYERS; i++) {
		n += is_gpkg || layer == (enum export_layer)i
			     ? export_rows(file, (enum export_layer)i)
			     : 0;
	}
	return n;
}

static int
give(const struct help *h, struct export *file, const struct exporter_moment *moment)
{
	bool is_gpkg = strcmp(h->format, "gpkg") == 0;
	enum export_layer layer = export_layer_by_name(h->layer);
	uint64_t n_rows = rows_of(file, is_gpkg, layer);
	char name[PATH_BYTES];
	int fd, r;

	fd = is_gpkg ? moment->fd : write_text(h, file, layer);
	export_close(file);
	if (!is_gpkg) {
		(void)close(moment->fd);
	}
	if (fd < 0) {
		return fd;
	}
	(void)snprintf(name, sizeof(name), "vedetta-%s-%" PRIu64 "%s%s.%s",
		moment->epoch, moment->seq, is_gpkg ? "" : "-", is_gpkg ? "" : h->layer,
		h->format);
	log_event(LOG_INFO, "export.made",
		"by=http format=%s personal=%d rows=%" PRIu64 " name=%s", h->format,
		h->personal, n_rows, name);
	r = send_file(fd, n_rows, name);
	(void)close(fd);
	return r;
}

static int
make(struct help *h)
{
	char path[PATH_BYTES + WORD_BYTES], why[WHY_BYTES];
	struct exporter_moment moment;
	struct export *file = NULL;
	const struct exporter_order order = {.data_dir = h->data_dir,
		.path = path,
		.nameless = true, /* killed, it leaves nothing behind */
		.personal = h->personal,
		.scope = h->scope,
		.now_ms = clock_wall_ms(),
		.told = on_told,
		.arg = h};
	int r;

	(void)snprintf(path, sizeof(path), "%s/new.gpkg", h->folder);
	r = exporter_run(&file, &moment, &order, why, sizeof(why));
	if (r == 0) {
		r = give(h, file, &moment);
		(void)snprintf(why, sizeof(why), "%s", r == 0 ? "" : strerror(-r));
	}
	if (r != 0 && r != EXPORTER_STOPPED) {
		log_event(LOG_WARN, "export.failed", "reason=\"%s\"", why);
		(void)say("! ", "the export failed: the reason is in the log");
	}
	return r == 0 ? 0 : 1;
}

/* One at a time: the lock goes with the process. */
static int
lock_folder(struct help *h)
{
	int fd;

	(void)snprintf(h->folder, sizeof(h->folder), "%s/exports", h->data_dir);
	if (mkdir(h->folder, 0700) != 0 && errno != EEXIST) {
		return -errno;
	}
	fd = open(h->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
		return -errno;
	}
	return 0;
}

/* false: it is none that a front gives. */
static bool
read_order(struct help *h, char *line)
{
	int personal, n = 0;

	if (sscanf(line, "%31s %31s %d%n", h->format, h->layer, &personal, &n) != 3 ||
		n == 0) {
		return false;
	}
	h->personal = personal == 1;
	return export_scope_read(&h->scope, line + n) == 0;
}

int
export_help(void)
{
	struct help h = {.told_ms = clock_mono_ms()};
	struct sandbox_folder folder = {h.data_dir, true};
	static char line[EXPORT_ORDER_LINE_BYTES];
	int r;

	log_open("export", LOG_INFO);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setpriority(PRIO_PROCESS, 0, NICENESS);
	if (!take_line(h.data_dir, sizeof(h.data_dir)) ||
		!take_line(line, sizeof(line)) || !read_order(&h, line)) {
		return 1; /* nobody asks any more */
	}
	r = lock_folder(&h); /* in the sandbox no folder can be made */
	if (r == 0) {
		r = sandbox_enter(&folder, 1);
	}
	if (r != 0) {
		log_event(LOG_WARN, "export.failed", "reason=\"%s\"", strerror(-r));
		(void)say("! ", "the export failed: the reason is in the log");
		return 1;
	}
	r = make(&h);
	export_scope_free(h.scope);
	return r;
}
