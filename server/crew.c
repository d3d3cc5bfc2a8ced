#include "server/crew.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/log.h"
#include "server/metrics.h"
#include "server/spawn.h"
#include "server/wiring.h"

enum {
	CONFIG_LINE_BYTES = 2 * CONFIG_TEXT_BYTES,
	ANSWER_WAIT_MS =
		500, /* a reader waits this long for a front that does not read */
};

/* ---- pages */

/* Shared memory of a size that nobody can change any more. */
static int
make_page(size_t bytes, int *fd, int *fd_to_read, void **mapped)
{
	char path[64];
	int page = memfd_create("vedetta", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (page < 0) {
		return -errno;
	}
	*fd = page;
	if (ftruncate(page, (off_t)bytes) != 0 ||
		fcntl(page, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) !=
			0) {
		return -errno;
	}
	*mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
	if (*mapped == MAP_FAILED) {
		*mapped = NULL;
		return -errno;
	}
	if (fd_to_read != NULL) {
		/* Opened anew: who holds this one cannot map it for writing. */
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", page);
		*fd_to_read = open(path, O_RDONLY | O_CLOEXEC);
		if (*fd_to_read < 0) {
			return -errno;
		}
	}
	return 0;
}

static int
make_pages(struct crew *c)
{
	void *mapped = NULL;
	int unused = -1;
	int fault;
	size_t i;

	fault = make_page(ROLE_CRASH_KEY_BYTES, &c->crash_page, NULL, &mapped);
	c->crash_key = mapped;
	if (fault == 0) {
		fault = make_page(
			metrics_page_bytes(), &unused, &c->page_to_read, &mapped);
		c->counters = mapped;
		if (unused >= 0) {
			(void)close(unused);
		}
	}
	for (i = 0; fault == 0 && i < c->n; i++) {
		struct member *m = &c->members[i];

		fault = make_page(
			metrics_page_bytes(), &m->page, &m->page_to_read, &mapped);
		m->counters = mapped;
	}
	return fault;
}

/* ---- making */

static void
add_member(struct crew *c, enum member_kind kind, const char *stem, uint32_t number,
	uint32_t index)
{
	struct member *m = &c->members[c->n++];

	m->kind = kind;
	m->index = index;
	m->page = m->page_to_read = m->line = m->short_end = m->long_end = -1;
	if (kind == MEMBER_DESK || kind == MEMBER_INDEX || kind == MEMBER_COURIER) {
		(void)snprintf(m->name, sizeof(m->name), "%s", stem);
	} else {
		(void)snprintf(m->name, sizeof(m->name), "%s-%u", stem, number);
	}
}

int
crew_new(struct crew **out, const struct crew_options *options)
{
	uint32_t fronts = (uint32_t)options->config->public_fronts;
	uint32_t consoles = (uint32_t)options->config->console_fronts;
	uint32_t readers = (uint32_t)options->config->readers;
	size_t most = 3 + (size_t)fronts + consoles + readers;
	struct crew *c = calloc(1, sizeof(*c) + most * sizeof(c->members[0]));
	uint32_t i;
	int fault;

	if (c == NULL) {
		return -ENOMEM;
	}
	assert(most + 1 <= ROLE_PAGES_MAX);
	c->options = *options;
	c->crash_page = c->page_to_read = -1;
	add_member(c, MEMBER_DESK, "desk", 0, 0);
	for (i = 1; i <= fronts; i++) {
		add_member(c, MEMBER_FRONT, "front", i, i);
	}
	for (i = 1; i <= consoles; i++) {
		add_member(c, MEMBER_CONSOLE, "console", i, fronts + i);
	}
	for (i = 0; i < readers; i++) {
		add_member(c, MEMBER_READER, "reader", i, i);
	}
	add_member(c, MEMBER_INDEX, "index", 0, 0);
	add_member(c, MEMBER_COURIER, "courier", 0, 0);
	fault = make_pages(c);
	if (fault != 0) {
		crew_free(c);
		return fault;
	}
	*out = c;
	return 0;
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
crew_free(struct crew *c)
{
	size_t i;

	if (c == NULL) {
		return;
	}
	for (i = 0; i < c->n; i++) {
		struct member *m = &c->members[i];

		close_fd(&m->line);
		close_fd(&m->short_end);
		close_fd(&m->long_end);
		close_fd(&m->page);
		close_fd(&m->page_to_read);
		if (m->counters != NULL) {
			(void)munmap(m->counters, metrics_page_bytes());
		}
	}
	close_fd(&c->crash_page);
	close_fd(&c->page_to_read);
	if (c->crash_key != NULL) {
		(void)munmap(c->crash_key, ROLE_CRASH_KEY_BYTES);
	}
	if (c->counters != NULL) {
		(void)munmap(c->counters, metrics_page_bytes());
	}
	explicit_bzero(&c->options, sizeof(c->options));
	free(c);
}

/* ---- life */

static const char *
executable_of(enum member_kind kind)
{
	switch (kind) {
	case MEMBER_DESK:
		return "desk";
	case MEMBER_FRONT:
	case MEMBER_CONSOLE:
		return "front";
	case MEMBER_READER:
		return "reader";
	case MEMBER_INDEX:
		return "index";
	case MEMBER_COURIER:
		return "courier";
	}
	assert(false);
	return "";
}

static int
start(struct crew *c, struct member *m, int64_t now_ms)
{
	char path[SPAWN_PATH_BYTES];
	int fds[2];
	int fault = spawn_find(executable_of(m->kind), path);
	pid_t pid;

	if (fault != 0) {
		return fault;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		return -errno;
	}
	pid = spawn_role(path, m->name, fds[1]);
	(void)close(fds[1]);
	if (pid < 0) {
		(void)close(fds[0]);
		return pid;
	}
	m->pid = pid;
	m->line = fds[0];
	m->start_at_ms = INT64_MAX;
	fault = wiring_give_setup(c, m, now_ms);
	if (fault != 0) {
		crew_kill(m);
		return 0; /* its end brings the next try */
	}
	wiring_connect(c, m);
	return 0;
}

int
crew_start(struct crew *c, struct member *m, int64_t now_ms)
{
	int fault;

	assert(m->pid == 0);
	restart_started(&m->restart, now_ms);
	pulse_begin(&m->pulse, now_ms);
	m->stuck = false;
	fault = start(c, m, now_ms);
	if (fault != 0) {
		m->start_at_ms = now_ms + restart_ended(&m->restart, now_ms);
		return fault;
	}
	metrics_add(METRIC_ROLE_STARTS, 1);
	return 0;
}

/* Somebody's decision, not the program's fault. */
static bool
is_order_to_end(int signal_no)
{
	return signal_no == SIGKILL || signal_no == SIGTERM || signal_no == SIGHUP;
}

/* Does the crash page name an input? */
static bool
is_stepping(const struct crew *c, const struct member *m)
{
	static const uint8_t nothing[ROLE_CRASH_KEY_BYTES];

	return m->kind == MEMBER_DESK &&
	       memcmp(c->crash_key, nothing, sizeof(nothing)) != 0;
}

void
crew_ended(struct crew *c, struct member *m, int status, int64_t now_ms)
{
	bool signalled = WIFSIGNALED(status);
	bool killed = signalled && is_order_to_end(WTERMSIG(status));
	int64_t wait_ms =
		killed ? RESTART_WAIT_LEAST_MS : restart_ended(&m->restart, now_ms);

	close_fd(&m->line);
	close_fd(&m->short_end);
	close_fd(&m->long_end);
	m->pid = 0;
	m->ready = false;
	m->start_at_ms = now_ms + wait_ms;
	metrics_clear_gauges(m->counters);
	if (m->kind == MEMBER_DESK) {
		if ((signalled && !killed) || (m->stuck && is_stepping(c, m))) {
			blame_crash(&c->blame, c->crash_key, now_ms);
		}
		memset(c->crash_key, 0, ROLE_CRASH_KEY_BYTES);
	}
	if (!signalled && WEXITSTATUS(status) == 0) {
		return;
	}
	metrics_add(METRIC_ROLE_CRASHES, 1);
	log_event(LOG_WARN, "role.died", "name=%s %s=%d wait_ms=%lld", m->name,
		signalled ? "signal" : "status",
		signalled ? WTERMSIG(status) : WEXITSTATUS(status), (long long)wait_ms);
}

void
crew_kill(struct member *m)
{
	if (m->pid > 0) {
		(void)kill(m->pid, SIGKILL);
	}
	/* No further orders; its end brings the rest. */
	close_fd(&m->line);
}

void
crew_kill_stuck(struct crew *c, struct member *m)
{
	log_event(LOG_WARN, "role.stuck", "name=%s stepping=%d", m->name,
		is_stepping(c, m));
	m->stuck = true;
	crew_kill(m);
}

bool
crew_is_stuck(const struct crew *c, const struct member *m, int64_t now_ms)
{
	return m->line >= 0 && pulse_is_lost(&m->pulse, is_stepping(c, m), now_ms);
}

struct member *
crew_by_pid(struct crew *c, pid_t pid)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->members[i].pid == pid) {
			return &c->members[i];
		}
	}
	return NULL;
}

struct member *
crew_front(struct crew *c, uint32_t index)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (member_is_front(&c->members[i]) && c->members[i].index == index) {
			return &c->members[i];
		}
	}
	return NULL;
}
