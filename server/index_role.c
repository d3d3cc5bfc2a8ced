#include "server/index_role.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/indexer.h"
#include "server/log.h"
#include "server/pace.h"
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

/* Returns how long to wait for the next one. */
static int64_t
turn(struct indexer *indexer, struct pace *pace)
{
	int64_t since_ms = clock_mono_ms();
	int64_t ran_us = clock_ran_us();
	struct pace_turn turn = {.wait_ms = indexer_turn(indexer, clock_wall_ms())};
	struct indexer_figures figures = indexer_figures(indexer);

	turn.took_ms = clock_mono_ms() - since_ms;
	turn.ran_ms = (clock_ran_us() - ran_us) / 1000;
	turn.last_seq = figures.last_seq;
	turn.indexed_seq = figures.indexed_seq;
	turn.waited_ms = figures.waited_ms;
	return pace_wait_ms(pace, &turn, INDEXER_SLICE_ROWS);
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
	struct pace pace = {0};
	int fault = sandbox_enter(&folder, 1);
	int64_t told_ms = 0;
	bool over = false;

	if (indexer == NULL || fault != 0) {
		log_event(LOG_WARN, "index.no_start", "reason=\"%s\"",
			fault != 0 ? strerror(-fault) : "no memory");
		return 1;
	}
	(void)!nice(NICENESS); /* less than whoever started us */
	role_say_ready(role);
	while (!over) {
		int64_t wait_ms = turn(indexer, &pace);

		say_alive(role, &told_ms);
		if (poll(&polled, 1, (int)wait_ms) > 0) {
			role_take_orders(role, &orders, &over);
		}
	}
	indexer_free(indexer);
	role_say_drained(role);
	return 0;
}
