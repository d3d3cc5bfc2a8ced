/* Longer than 500 lines: one loop over one state, and each part of it small. */
#include "server/supervisor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/crew.h"
#include "server/descriptors.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/order.h"
#include "server/password.h"
#include "server/station.h"
#include "server/wiring.h"

enum {
	DRAIN_FRONTS_MS = 7 * 1000,
	DRAIN_ALL_MS = 10 * 1000,
	LOOK_EVERY_MS = 1000,
	DEAF_MS = 3 * LOOK_EVERY_MS, /* then it was us who did not run */
	POLLED_MAX = ROLE_PAGES_MAX + 1,
	PASSWORDS_WAITING = 32,
};

enum stage {
	STAGE_SERVING = 1,
	STAGE_FRONTS_END, /* the desk and the readers still answer them */
	STAGE_REST_ENDS,
	STAGE_OVER,
};

struct supervisor {
	const struct config *config; /* borrowed: the caller's */
	struct station station;
	struct crew *crew;
	struct arena *arena;
	int signals;
	enum stage stage;
	int64_t until_ms; /* of this stage; INT64_MAX while serving */
	int64_t all_until_ms;
	int64_t looked_ms;          /* for silent ones */
	pid_t export_pid;           /* 0: no export is being made */
	struct member *export_next; /* who wants the next one; NULL: nobody */
	pid_t password_pids[PASSWORD_HELPERS]; /* 0: none */
	unsigned passwords_wanted;             /* beyond those */
	bool announced;
	int status;
};

/* ---- starting */

static void
announce(struct supervisor *s)
{
	char public_name[LISTEN_NAME_BYTES];
	char console_name[LISTEN_NAME_BYTES];
	char admin_name[LISTEN_NAME_BYTES];

	listen_name(s->station.public_listener, public_name);
	listen_name(s->station.console_listener, console_name);
	listen_name(s->station.admin_listener, admin_name);
	printf("ready public=%s console=%s admin=%s\n", public_name, console_name,
		admin_name);
	(void)fflush(stdout);
	s->announced = true;
	log_event(LOG_INFO, "serve.ready", NULL);
}

/* Readers and the index open a file that the first desk makes. */
static bool
may_start(const struct supervisor *s, const struct member *m)
{
	switch (s->stage) {
	case STAGE_SERVING:
		return member_is_front(m) || m->kind == MEMBER_DESK ||
		       s->crew->members[0].was_ready;
	case STAGE_FRONTS_END:
		return m->kind == MEMBER_DESK;
	case STAGE_REST_ENDS:
	case STAGE_OVER:
		return false;
	}
	return false;
}

static void
start_those_due(struct supervisor *s, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < s->crew->n; i++) {
		struct member *m = &s->crew->members[i];

		if (m->pid == 0 && m->start_at_ms <= now_ms && may_start(s, m)) {
			int fault = crew_start(s->crew, m, now_ms);

			if (fault != 0) {
				log_event(LOG_ERROR, "role.unstartable",
					"name=%s reason=\"%s\"", m->name,
					strerror(-fault));
			}
		}
	}
}

/* ---- ending */

static void
end_at_once(struct supervisor *s)
{
	size_t i;

	for (i = 0; i < s->crew->n; i++) {
		if (s->crew->members[i].pid > 0) {
			crew_kill(&s->crew->members[i]);
		}
	}
}

static void
drain(struct supervisor *s, bool fronts, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < s->crew->n; i++) {
		struct member *m = &s->crew->members[i];

		if (m->pid > 0 && member_is_front(m) == fronts) {
			wiring_drain(m, (uint32_t)(s->until_ms - now_ms));
		}
	}
}

static void
begin_end(struct supervisor *s, int64_t now_ms)
{
	s->stage = STAGE_FRONTS_END;
	s->until_ms = now_ms + DRAIN_FRONTS_MS;
	s->all_until_ms = now_ms + DRAIN_ALL_MS;
	station_stop_listening(&s->station);
	log_event(LOG_INFO, "serve.draining", NULL);
	drain(s, true, now_ms);
}

/* A start that failed for good: say it once, end with 1. */
static void
give_up(struct supervisor *s, const struct member *m, int64_t now_ms)
{
	fprintf(stderr, "vedetta: %s cannot run; the reason is in the log above.\n",
		m->name);
	s->status = 1;
	begin_end(s, now_ms);
}

static size_t
running(const struct supervisor *s, bool fronts)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < s->crew->n; i++) {
		const struct member *m = &s->crew->members[i];

		n += m->pid > 0 && member_is_front(m) == fronts;
	}
	return n;
}

static void
kill_late(struct supervisor *s, bool fronts)
{
	size_t i;

	for (i = 0; i < s->crew->n; i++) {
		struct member *m = &s->crew->members[i];

		if (m->pid > 0 && member_is_front(m) == fronts) {
			log_event(LOG_WARN, "serve.killed_late", "name=%s", m->name);
			crew_kill(m);
			s->status = 1;
		}
	}
}

/* One stage after the other; each ends when its roles have, or its time has. */
static void
go_on_ending(struct supervisor *s, int64_t now_ms)
{
	bool late = now_ms >= s->until_ms;

	if (s->stage == STAGE_FRONTS_END) {
		if (running(s, true) > 0) {
			if (late) {
				kill_late(s, true);
				s->until_ms = INT64_MAX; /* SIGCHLD comes */
			}
			return;
		}
		s->stage = STAGE_REST_ENDS;
		s->until_ms = s->all_until_ms;
		drain(s, false, now_ms);
		late = false;
	}
	if (s->stage == STAGE_REST_ENDS) {
		if (running(s, false) == 0) {
			s->stage = STAGE_OVER;
		} else if (late) {
			kill_late(s, false);
			s->until_ms = INT64_MAX;
		}
	}
}

/* ---- what happens */

/* One at a time: the next one's turn comes when this one has ended. */
static void
start_export(struct supervisor *s, struct member *front)
{
	pid_t pid;

	if (s->export_pid != 0) {
		s->export_next = front;
		return;
	}
	s->export_next = NULL;
	if (s->stage != STAGE_SERVING || front->line < 0) {
		return;
	}
	pid = wiring_start_export(s->crew, front);
	if (pid < 0) {
		log_event(LOG_WARN, "export.unstartable", "reason=\"%s\"",
			strerror((int)-pid));
		return;
	}
	s->export_pid = pid;
}

/* Two at once; what the desk wants beyond that begins when one has ended. */
static void
start_password(struct supervisor *s)
{
	struct member *desk = &s->crew->members[0];
	size_t i = 0;

	while (i < PASSWORD_HELPERS && s->password_pids[i] != 0) {
		i++;
	}
	if (i == PASSWORD_HELPERS) {
		s->passwords_wanted += s->passwords_wanted < PASSWORDS_WAITING;
		return;
	}
	if (s->stage == STAGE_SERVING && desk->line >= 0) {
		pid_t pid = wiring_start_password(s->crew, desk);

		if (pid < 0) {
			log_event(LOG_WARN, "password.unstartable", "reason=\"%s\"",
				strerror((int)-pid));
		} else {
			s->password_pids[i] = pid;
		}
	}
}

static void
bury_password(struct supervisor *s, pid_t pid)
{
	for (size_t i = 0; i < PASSWORD_HELPERS; i++) {
		if (s->password_pids[i] == pid) {
			s->password_pids[i] = 0;
			if (s->passwords_wanted > 0) {
				s->passwords_wanted--;
				start_password(s);
			}
		}
	}
}

static void
reap(struct supervisor *s, int64_t now_ms)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct member *m = crew_by_pid(s->crew, pid);

		if (pid == s->export_pid) {
			s->export_pid = 0;
			if (WIFSIGNALED(status)) {
				log_event(LOG_WARN, "export.failed",
					"reason=\"killed by signal %d\"",
					WTERMSIG(status));
			}
			if (s->export_next != NULL) {
				start_export(s, s->export_next);
			}
		}
		bury_password(s, pid);
		if (m == NULL) {
			continue;
		}
		crew_ended(s->crew, m, status, now_ms);
		if (s->stage == STAGE_SERVING && member_is_needed(m) && !m->was_ready &&
			WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_REFUSED) {
			give_up(s, m, now_ms);
		}
	}
}

static void
on_signals(struct supervisor *s, int64_t now_ms)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			reap(s, now_ms);
		} else if (s->stage == STAGE_SERVING) {
			begin_end(s, now_ms);
		} else {
			log_event(LOG_WARN, "serve.cut_short", NULL);
			end_at_once(s);
		}
	}
}

static void
on_news(struct supervisor *s, struct member *m, const Vedetta__V1__RoleNews *news)
{
	struct member *front;
	size_t ready = 0;
	bool serving = true;
	size_t i;

	pulse_heard(&m->pulse, clock_mono_ms());
	switch (news->what_case) {
	case VEDETTA__V1__ROLE_NEWS__WHAT_READY:
		m->ready = m->was_ready = true;
		break;
	case VEDETTA__V1__ROLE_NEWS__WHAT_ALIVE:
	case VEDETTA__V1__ROLE_NEWS__WHAT_DRAINED:
		break; /* heard; its end follows the second */
	case VEDETTA__V1__ROLE_NEWS__WHAT_STUCK_FRONT:
		front = crew_front(s->crew, news->stuck_front);
		if (front != NULL && front->pid > 0) {
			log_event(LOG_WARN, "role.stuck", "name=%s", front->name);
			crew_kill(front);
		}
		break;
	case VEDETTA__V1__ROLE_NEWS__WHAT_EXPORT:
		start_export(s, m);
		break;
	case VEDETTA__V1__ROLE_NEWS__WHAT_PASSWORD:
		if (m->kind == MEMBER_DESK) {
			start_password(s);
		}
		break;
	case VEDETTA__V1__ROLE_NEWS__WHAT__NOT_SET:
	case _VEDETTA__V1__ROLE_NEWS__WHAT__CASE_IS_INT_SIZE:
		break;
	}
	for (i = 0; i < s->crew->n; i++) {
		const struct member *each = &s->crew->members[i];

		ready += each->ready;
		serving = serving && (each->ready || !member_is_needed(each));
	}
	metrics_set(METRIC_ROLES_RUNNING, ready);
	if (serving && !s->announced && s->stage == STAGE_SERVING) {
		announce(s);
	}
}

static void
take_news(struct supervisor *s, struct member *m)
{
	struct order order;
	int answer = 0;

	while (m->line >= 0 && answer == 0) {
		answer = order_receive(m->line, MSG_DONTWAIT, FRAME_NEWS,
			&vedetta__v1__role_news__descriptor, s->arena, &order);
		if (answer == 0) {
			order_close_fds(&order);
			on_news(s, m, (const Vedetta__V1__RoleNews *)order.message);
			arena_reset(s->arena);
		} else if (answer != ORDER_NONE) {
			/* It is ending, or must: without its line it is of no use. */
			crew_kill(m);
		}
	}
}

/* Stopped, looping or swapped out: a new one serves better. */
static void
kill_silent(struct supervisor *s, int64_t now_ms)
{
	int64_t deaf_ms = now_ms - s->looked_ms;
	size_t i;

	s->looked_ms = now_ms;
	for (i = 0; i < s->crew->n; i++) {
		struct member *m = &s->crew->members[i];

		if (deaf_ms > DEAF_MS) {
			pulse_forgive(&m->pulse, deaf_ms);
		} else if (crew_is_stuck(s->crew, m, now_ms)) {
			crew_kill_stuck(s->crew, m);
		}
	}
}

/* ---- the loop */

static int
wait_ms(const struct supervisor *s, int64_t now_ms)
{
	int64_t until_ms = now_ms + LOOK_EVERY_MS;
	size_t i;

	if (s->until_ms < until_ms) {
		until_ms = s->until_ms;
	}
	for (i = 0; i < s->crew->n; i++) {
		const struct member *m = &s->crew->members[i];

		if (m->pid == 0 && m->start_at_ms < until_ms && may_start(s, m)) {
			until_ms = m->start_at_ms;
		}
	}
	return until_ms <= now_ms ? 0 : (int)(until_ms - now_ms);
}

static void
one_turn(struct supervisor *s)
{
	struct pollfd polled[POLLED_MAX];
	struct member *whose[POLLED_MAX];
	int64_t now_ms = clock_mono_ms();
	nfds_t n = 1;
	size_t i;

	polled[0] = (struct pollfd){.fd = s->signals, .events = POLLIN};
	for (i = 0; i < s->crew->n; i++) {
		struct member *m = &s->crew->members[i];

		if (m->line >= 0) {
			polled[n] = (struct pollfd){.fd = m->line, .events = POLLIN};
			whose[n] = m;
			n++;
		}
	}
	(void)poll(polled, n, wait_ms(s, now_ms));
	for (i = 1; i < n; i++) {
		if (polled[i].revents != 0) {
			take_news(s, whose[i]);
		}
	}
	now_ms = clock_mono_ms();
	if (polled[0].revents != 0) {
		on_signals(s, now_ms);
	}
	kill_silent(s, now_ms);
	if (s->stage != STAGE_SERVING) {
		go_on_ending(s, now_ms);
	}
	start_those_due(s, now_ms);
}

static int
take_signals(void)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
		return -errno;
	}
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* The fronts inherit it: each connection is a descriptor. */
static void
raise_descriptors(const struct config *c)
{
	uint64_t public = (uint64_t)(c->public_max_connections / c->public_fronts);
	uint64_t console = (uint64_t)(c->console_max_connections / c->console_fronts);
	uint64_t wanted = public > 2 * console ? public : 2 * console;
	uint64_t limit;

	wanted += DESCRIPTORS_OWN;
	limit = descriptors_raise(wanted);
	if (limit < wanted) {
		log_event(LOG_WARN, "serve.few_descriptors", "limit=%llu wanted=%llu",
			(unsigned long long)limit, (unsigned long long)wanted);
	}
}

static int
gather_crew(struct supervisor *s)
{
	struct crew_options options = {.config = s->config,
		.public_listener = s->station.public_listener,
		.console_listener = s->station.console_listener,
		.admin_listener = s->station.admin_listener,
		.command_listener = s->station.command_listener};
	int fault;

	memcpy(options.receipt_key, s->station.receipt_key, KEYS_BYTES);
	memcpy(options.source_key, s->station.source_key, KEYS_BYTES);
	memcpy(options.exercise_key, s->station.exercise_key, KEYS_BYTES);
	memcpy(options.courier_key, s->station.courier_key, KEYS_BYTES);
	fault = crew_new(&s->crew, &options);
	explicit_bzero(&options, sizeof(options));
	if (fault != 0) {
		fprintf(stderr, "vedetta: cannot make ready: %s\n", strerror(-fault));
		return fault;
	}
	metrics_use(s->crew->counters);
	metrics_set(METRIC_START_TIME_S, (uint64_t)(clock_wall_ms() / 1000));
	return 0;
}

int
supervisor_run(const struct config *config)
{
	struct supervisor s = {
		.config = config, .stage = STAGE_SERVING, .until_ms = INT64_MAX};

	log_open("supervisor", log_level_from(config->log_level));
	s.arena = arena_new(ORDER_ARENA_BYTES);
	s.signals = take_signals();
	raise_descriptors(config);
	if (s.arena == NULL || s.signals < 0) {
		fprintf(stderr, "vedetta: cannot make ready: %s\n", strerror(errno));
		arena_free(s.arena);
		return 1;
	}
	if (station_open(&s.station, config) != 0) {
		arena_free(s.arena);
		return 1;
	}
	if (gather_crew(&s) != 0) {
		s.status = 1;
		s.stage = STAGE_OVER;
	} else {
		s.looked_ms = clock_mono_ms();
		start_those_due(&s, s.looked_ms);
	}
	while (s.stage != STAGE_OVER) {
		one_turn(&s);
	}
	log_event(LOG_INFO, "serve.ended", "status=%d", s.status);
	crew_free(s.crew);
	station_close(&s.station);
	arena_free(s.arena);
	(void)close(s.signals);
	return s.status;
}
