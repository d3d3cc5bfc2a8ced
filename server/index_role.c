#include "server/index_role.h"

#include <poll.h>
#include <string.h>
#include <sys/resource.h>

#include "server/clock.h"
#include "server/indexer.h"
#include "server/log.h"
#include "server/sandbox.h"

enum {
	NICENESS = 10,
};

static void
on_drain(void *arg, uint32_t within_ms)
{
	(void)within_ms; /* a slice is over already */
	*(bool *)arg = true;
}

static void
say_alive(struct role *role, int64_t *told_ms)
{
	int64_t now_ms = clock_mono_ms();

	if (now_ms - *told_ms >= ROLE_ALIVE_EVERY_MS) {
		*told_ms = now_ms;
		role_say_alive(role);
	}
}

int
index_role_run(struct role *role)
{
	static const struct role_events orders = {NULL, NULL, on_drain};
	const struct role_setup *setup = role_setup(role);
	const struct sandbox_folder folder = {setup->config.data_dir, true};
	struct pollfd polled = {.fd = role_fd(role), .events = POLLIN};
	struct indexer *indexer = indexer_new(setup->config.data_dir,
		(uint64_t)setup->config.store_reserve_mib << 20);
	int fault = sandbox_enter(&folder, 1);
	int64_t told_ms = 0;
	bool over = false;

	if (indexer == NULL || fault != 0) {
		log_event(LOG_WARN, "index.no_start", "reason=\"%s\"",
			fault != 0 ? strerror(-fault) : "no memory");
		return 1;
	}
	(void)setpriority(PRIO_PROCESS, 0, NICENESS);
	role_say_ready(role);
	while (!over) {
		int64_t wait_ms = indexer_turn(indexer, clock_wall_ms());

		say_alive(role, &told_ms);
		if (poll(&polled, 1, (int)wait_ms) > 0) {
			role_take_orders(role, &orders, &over);
		}
	}
	indexer_free(indexer);
	role_say_drained(role);
	return 0;
}
