#include "server/wiring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <sodium.h>

#include "server/export_help.h"
#include "server/log.h"
#include "server/order.h"
#include "server/password.h"
#include "server/spawn.h"

enum {
	CONFIG_LINE_BYTES = 2 * CONFIG_TEXT_BYTES,
	ANSWER_WAIT_MS =
		500, /* a reader waits this long for a front that does not read */
};

/* To one that runs. A fault makes it useless: it is killed and started anew. */
static void
give(struct member *m, const Vedetta__V1__Order *order, const int *fds, size_t n_fds)
{
	int fault;

	if (m->line < 0) {
		return;
	}
	fault = order_send(m->line, FRAME_ORDER, &order->base, fds, n_fds);
	if (fault != 0) {
		log_event(LOG_WARN, "role.deaf", "to=%s reason=\"%s\"", m->name,
			strerror(-fault));
		crew_kill(m);
	}
}

static void
give_line(
	struct member *m, Vedetta__V1__LineKind kind, const struct member *peer, int fd)
{
	Vedetta__V1__NewLine line = VEDETTA__V1__NEW_LINE__INIT;
	Vedetta__V1__Order order = VEDETTA__V1__ORDER__INIT;

	line.kind = kind;
	line.peer = peer->index;
	line.console = peer->kind == MEMBER_CONSOLE;
	order.what_case = VEDETTA__V1__ORDER__WHAT_LINE;
	order.line = &line;
	give(m, &order, &fd, 1);
}

static void
give_listener(struct member *m, Vedetta__V1__ListenerKind kind, int fd)
{
	Vedetta__V1__NewListener listener = VEDETTA__V1__NEW_LISTENER__INIT;
	Vedetta__V1__Order order = VEDETTA__V1__ORDER__INIT;

	listener.kind = kind;
	order.what_case = VEDETTA__V1__ORDER__WHAT_LISTENER;
	order.listener = &listener;
	give(m, &order, &fd, 1);
}

/* Does this role need to know the line "section.key=value"? */
static bool
is_for(enum member_kind kind, const char *line)
{
	static const char *const store[] = {"server.data_dir=", "store.", "umbrella.",
		"citizens.language=", "console.address=", NULL};
	static const char *const web[] = {
		"server.public_fronts=", "server.console_fronts=", "public.",
		"console.", "admin.", "citizens.", "duty.",
		"oidc.issuer=", "oidc.client_id=", "oidc.name=", "oidc.acr=", NULL};
	static const char *const out[] = {"courier.", "oidc.", NULL};
	const char *const *part = kind == MEMBER_FRONT || kind == MEMBER_CONSOLE ? web
				  : kind == MEMBER_COURIER                       ? out
							   : store;

	if (strncmp(line, "server.log_level=", 17) == 0) {
		return true;
	}
	for (; *part != NULL; part++) {
		if (strncmp(line, *part, strlen(*part)) == 0) {
			return true;
		}
	}
	return false;
}

enum {
	WIRING_DIGEST_BYTES = 16,
};

/* What Setup points to while it is being sent. */
struct telling {
	char lines[CONFIG_KEYS_MOST][CONFIG_LINE_BYTES];
	char *config[CONFIG_KEYS_MOST];
	uint8_t keys[RESTART_BLAMED_MAX][RESTART_KEY_BYTES];
	ProtobufCBinaryData quarantine[RESTART_BLAMED_MAX];
	char *pages[ROLE_PAGES_MAX];
	uint8_t digest[WIRING_DIGEST_BYTES];
	int fds[ORDER_FDS_MAX];
};

static void
tell_config(const struct crew *c, const struct member *m, struct telling *t,
	Vedetta__V1__Setup *setup)
{
	size_t n = config_lines(c->options.config, t->lines, CONFIG_KEYS_MOST);
	size_t i;

	setup->config = t->config;
	for (i = 0; i < n; i++) {
		if (is_for(m->kind, t->lines[i])) {
			t->config[setup->n_config++] = t->lines[i];
		}
	}
}

static void
tell_desk(const struct crew *c, int64_t now_ms, struct telling *t,
	Vedetta__V1__Setup *setup)
{
	crypto_generichash_state state;
	size_t n = config_lines(c->options.config, t->lines, CONFIG_KEYS_MOST), i;

	crypto_generichash_init(&state, NULL, 0, sizeof(t->digest));
	for (i = 0; i < n; i++) {
		crypto_generichash_update(
			&state, (const uint8_t *)t->lines[i], strlen(t->lines[i]) + 1);
	}
	crypto_generichash_final(&state, t->digest, sizeof(t->digest));
	setup->config_digest.data = t->digest;
	setup->config_digest.len = sizeof(t->digest);
	setup->raw_mode = blame_wants_raw(&c->blame, now_ms);
	setup->n_quarantine = blame_quarantine(&c->blame, t->keys);
	setup->quarantine = t->quarantine;
	for (i = 0; i < setup->n_quarantine; i++) {
		t->quarantine[i].data = t->keys[i];
		t->quarantine[i].len = RESTART_KEY_BYTES;
	}
}

static size_t
tell_pages(struct crew *c, struct telling *t, size_t n_fds, Vedetta__V1__Setup *setup)
{
	static char own[] = "supervisor";
	size_t i;

	setup->pages = t->pages;
	t->pages[0] = own;
	t->fds[n_fds++] = c->page_to_read;
	for (i = 0; i < c->n; i++) {
		t->pages[i + 1] = c->members[i].name;
		t->fds[n_fds++] = c->members[i].page_to_read;
	}
	setup->n_pages = c->n + 1;
	return n_fds;
}

/* Each holds what it needs; the index opens no receipt and knows no source. */
static const uint8_t *
key_for(const struct crew *c, enum member_kind kind)
{
	static const uint8_t none[KEYS_BYTES];

	switch (kind) {
	case MEMBER_DESK:
	case MEMBER_READER:
		return c->options.receipt_key;
	case MEMBER_FRONT:
	case MEMBER_CONSOLE:
		return c->options.source_key;
	case MEMBER_COURIER:
		return c->options.courier_key;
	case MEMBER_INDEX:
		break;
	}
	return none;
}

int
wiring_give_setup(struct crew *c, struct member *m, int64_t now_ms)
{
	Vedetta__V1__Setup setup = VEDETTA__V1__SETUP__INIT;
	Vedetta__V1__Order order = VEDETTA__V1__ORDER__INIT;
	struct telling *t = calloc(1, sizeof(*t));
	size_t n_fds = 0;

	if (t == NULL) {
		return -ENOMEM;
	}
	setup.role = m->name;
	setup.index = m->index;
	setup.key.data = (uint8_t *)(uintptr_t)key_for(c, m->kind);
	setup.key.len = KEYS_BYTES;
	if (member_is_front(m)) {
		setup.exercise.data = c->options.exercise_key;
		setup.exercise.len = KEYS_BYTES;
	}
	tell_config(c, m, t, &setup);
	t->fds[n_fds++] = m->page;
	if (m->kind == MEMBER_DESK) {
		t->fds[n_fds++] = c->crash_page;
		tell_desk(c, now_ms, t, &setup);
	}
	if (m->kind == MEMBER_CONSOLE) {
		n_fds = tell_pages(c, t, n_fds, &setup);
	}
	order.what_case = VEDETTA__V1__ORDER__WHAT_SETUP;
	order.setup = &setup;
	give(m, &order, t->fds, n_fds);
	free(t);
	return 0;
}

static struct member *
desk_of(struct crew *c)
{
	return &c->members[0];
}

/* A front's line, or the courier's. */
static void
wire_to_desk(struct crew *c, struct member *other)
{
	Vedetta__V1__LineKind kind = other->kind == MEMBER_COURIER
					     ? VEDETTA__V1__LINE_KIND__LINE_KIND_COURIER
					     : VEDETTA__V1__LINE_KIND__LINE_KIND_DESK;
	struct member *desk = desk_of(c);
	int fds[2];

	if (desk->line < 0 || other->line < 0) {
		return; /* whoever starts later is wired then */
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
		log_event(LOG_WARN, "role.unwired", "to=%s reason=\"%s\"", other->name,
			strerror(errno));
		crew_kill(other);
		return;
	}
	give_line(desk, kind, other, fds[0]);
	give_line(other, kind, desk, fds[1]);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* Reader 0 takes only short questions, so one is always free for them. */
static void
give_queues(struct member *reader, const struct member *front)
{
	if (front->short_end >= 0) {
		give_line(reader, VEDETTA__V1__LINE_KIND__LINE_KIND_SHORT, front,
			front->short_end);
	}
	if (front->long_end >= 0 && reader->index > 0) {
		give_line(reader, VEDETTA__V1__LINE_KIND__LINE_KIND_LONG, front,
			front->long_end);
	}
}

static int
make_queue(struct member *front, Vedetta__V1__LineKind kind, int *readers_end)
{
	const struct timeval wait = {0, ANSWER_WAIT_MS * 1000};
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		return -errno;
	}
	(void)setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	*readers_end = fds[0];
	give_line(front, kind, front, fds[1]);
	(void)close(fds[1]);
	return 0;
}

static void
wire_to_readers(struct crew *c, struct member *front)
{
	int fault;
	size_t i;

	fault = make_queue(
		front, VEDETTA__V1__LINE_KIND__LINE_KIND_SHORT, &front->short_end);
	if (fault == 0) {
		fault = make_queue(front, VEDETTA__V1__LINE_KIND__LINE_KIND_LONG,
			&front->long_end);
	}
	if (fault != 0) {
		log_event(LOG_WARN, "role.unwired", "to=%s reason=\"%s\"", front->name,
			strerror(-fault));
		crew_kill(front);
		return;
	}
	for (i = 0; i < c->n; i++) {
		if (c->members[i].kind == MEMBER_READER) {
			give_queues(&c->members[i], front);
		}
	}
}

void
wiring_connect(struct crew *c, struct member *m)
{
	size_t i;

	switch (m->kind) {
	case MEMBER_DESK:
		for (i = 0; i < c->n; i++) {
			if (member_is_front(&c->members[i]) ||
				c->members[i].kind == MEMBER_COURIER) {
				wire_to_desk(c, &c->members[i]);
			}
		}
		give_listener(m, VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_COMMAND,
			c->options.command_listener);
		break;
	case MEMBER_FRONT:
		wire_to_desk(c, m);
		wire_to_readers(c, m);
		give_listener(m, VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_PUBLIC,
			c->options.public_listener);
		break;
	case MEMBER_CONSOLE:
		wire_to_desk(c, m);
		wire_to_readers(c, m);
		give_listener(m, VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_CONSOLE,
			c->options.console_listener);
		give_listener(m, VEDETTA__V1__LISTENER_KIND__LISTENER_KIND_ADMIN,
			c->options.admin_listener);
		break;
	case MEMBER_READER:
		for (i = 0; i < c->n; i++) {
			if (member_is_front(&c->members[i])) {
				give_queues(m, &c->members[i]);
			}
		}
		break;
	case MEMBER_COURIER:
		wire_to_desk(c, m);
		break;
	case MEMBER_INDEX:
		break; /* it reads a file and writes a file */
	}
}

/* Its first line is ours: where the files are. */
static bool
tell_folder(const struct crew *c, int fd)
{
	char line[CONFIG_TEXT_BYTES + 2];
	int n = snprintf(line, sizeof(line), "%s\n", c->options.config->data_dir);

	return write(fd, line, (size_t)n) == n;
}

pid_t
wiring_start_export(struct crew *c, struct member *front)
{
	char path[SPAWN_PATH_BYTES];
	pid_t pid = spawn_find("export", path);
	int fds[2];

	if (pid == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
		pid = -errno;
	}
	if (pid != 0) {
		return pid;
	}
	pid = tell_folder(c, fds[0]) ? spawn_role(path, EXPORT_HELPER, fds[1]) : -EIO;
	if (pid > 0) {
		give_line(
			front, VEDETTA__V1__LINE_KIND__LINE_KIND_EXPORT, front, fds[0]);
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	return pid;
}

pid_t
wiring_start_password(struct crew *c, struct member *desk)
{
	char path[SPAWN_PATH_BYTES];
	pid_t pid = spawn_find(PASSWORD_HELPER, path);
	int fds[2];

	(void)c;
	if (pid == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
		pid = -errno;
	}
	if (pid != 0) {
		return pid;
	}
	pid = spawn_role(path, PASSWORD_HELPER, fds[1]);
	if (pid > 0) {
		give_line(
			desk, VEDETTA__V1__LINE_KIND__LINE_KIND_PASSWORD, desk, fds[0]);
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	return pid;
}

void
wiring_drain(struct member *m, uint32_t within_ms)
{
	Vedetta__V1__Drain drain = VEDETTA__V1__DRAIN__INIT;
	Vedetta__V1__Order order = VEDETTA__V1__ORDER__INIT;

	drain.within_ms = within_ms;
	order.what_case = VEDETTA__V1__ORDER__WHAT_DRAIN;
	order.drain = &drain;
	give(m, &order, NULL, 0);
}
