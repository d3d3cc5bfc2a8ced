#include "server/replay_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/clock.h"
#include "server/interrupt.h"
#include "server/replay_send.h"

enum {
	URL_BYTES = 512,
	BAR_WIDTH = 30,
	BAR_EVERY_MS = 100,
	LINE_EVERY_MS = 5000,
};

static void
on_progress(const struct replay_tally *tally, size_t n_done, size_t n_all,
	int64_t elapsed_ms)
{
	static int64_t last_ms = -LINE_EVERY_MS;
	bool tty = isatty(STDERR_FILENO);
	int64_t every_ms = tty ? BAR_EVERY_MS : LINE_EVERY_MS;
	int filled = n_all == 0 ? 0 : (int)(n_done * BAR_WIDTH / n_all);
	double rate = elapsed_ms <= 0 ? 0 : (double)n_done * 1000 / (double)elapsed_ms;
	size_t trouble = tally->refused + tally->given_up;

	if (elapsed_ms - last_ms < every_ms && n_done < n_all) {
		return;
	}
	last_ms = elapsed_ms;
	if (tty) {
		fprintf(stderr, "\r[%.*s%.*s] %zu/%zu  %.0f/s  %zu in trouble ", filled,
			"##############################", BAR_WIDTH - filled,
			"..............................", n_done, n_all, rate, trouble);
		if (n_done == n_all) {
			fputc('\n', stderr);
		}
	} else {
		fprintf(stderr, "%zu of %zu sent, %.0f/s, %zu in trouble\n", n_done,
			n_all, rate, trouble);
	}
}

bool
replay_run_is_url(const char *command, const char *to)
{
	if (strncmp(to, "http://", 7) == 0 || strncmp(to, "https://", 8) == 0) {
		return true;
	}
	fprintf(stderr, "%s: --to must begin with http:// or https://\n", command);
	return false;
}

/* Returns false after saying why nobody has them. */
static bool
tell_figures(const struct replay_run *r, struct replay_tally *tally, int64_t elapsed_ms)
{
	size_t n_left = r->plan->n_reports - tally->sent;

	if (n_left > 0 && isatty(STDERR_FILENO)) {
		fputc('\n', stderr); /* the bar stands where it was */
	}
	replay_tally_print(tally, r->plan->n_bad, n_left, elapsed_ms, stdout);
	if (fflush(stdout) == 0 && ferror(stdout) == 0) {
		return true;
	}
	fprintf(stderr, "%s: standard output: %s\n", r->command, strerror(errno));
	return false;
}

static int
send_all(const struct replay_run *r, const char *form, const char *url)
{
	struct replay_tally tally;
	char run[32];
	int64_t elapsed_ms;
	bool all;

	(void)snprintf(run, sizeof run, "%lld", (long long)clock_wall_ms());
	if (replay_tally_init(&tally, r->plan->n_reports) != 0) {
		fprintf(stderr, "%s: not enough memory\n", r->command);
		return REPLAY_RUN_NONE;
	}
	if (replay_send(&(struct replay_sending){.plan = r->plan,
				.url = url,
				.form = form,
				.file = r->file,
				.run = r->run != NULL ? r->run : run,
				.claim = r->run == NULL,
				.exercise = r->exercise,
				.concurrency = r->concurrency,
				.patience_ms = r->patience_ms,
				.stop = &interrupted,
				.on_progress = on_progress},
		    &tally, &elapsed_ms) != 0) {
		fprintf(stderr, "%s: not enough memory\n", r->command);
	}
	all = tell_figures(r, &tally, elapsed_ms) && r->plan->n_bad == 0 &&
	      tally.accepted + tally.repeated == r->plan->n_reports;
	replay_tally_fini(&tally);
	return all ? REPLAY_RUN_ALL : REPLAY_RUN_SOME;
}

int
replay_run(const struct replay_run *r)
{
	char form[URL_BYTES];
	char url[URL_BYTES];
	size_t bytes = strlen(r->to);

	while (bytes > 0 && r->to[bytes - 1] == '/') {
		bytes--;
	}
	if (snprintf(url, sizeof url, "%.*s/v1/reports", (int)bytes, r->to) >=
			URL_BYTES ||
		snprintf(form, sizeof form, "%.*s/", (int)bytes, r->to) >= URL_BYTES) {
		fprintf(stderr, "%s: --to is too long\n", r->command);
		return REPLAY_RUN_NONE;
	}
	interrupt_take();
	return send_all(r, form, url);
}
