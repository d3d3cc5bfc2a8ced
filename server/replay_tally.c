#include "server/replay_tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
replay_tally_init(struct replay_tally *tally, size_t n)
{
	memset(tally, 0, sizeof *tally);
	tally->latencies_us = calloc(n + 1, sizeof *tally->latencies_us);
	tally->room = n;
	return tally->latencies_us == NULL ? -ENOMEM : 0;
}

void
replay_tally_fini(struct replay_tally *tally)
{
	free(tally->latencies_us);
	memset(tally, 0, sizeof *tally);
}

void
replay_tally_reason(struct replay_tally *tally, const char *reason)
{
	size_t i = 0;

	while (i < tally->n_reasons &&
		strncmp(tally->reasons[i].text, reason, REPLAY_REASON_BYTES - 1) != 0) {
		i++;
	}
	if (i >= REPLAY_REASONS - 1) {
		i = REPLAY_REASONS - 1;
		reason = "other reasons";
	}
	if (i >= tally->n_reasons) {
		tally->n_reasons = i + 1;
		snprintf(tally->reasons[i].text, REPLAY_REASON_BYTES, "%s", reason);
	}
	tally->reasons[i].n++;
}

void
replay_tally_latency(struct replay_tally *tally, int64_t us)
{
	if (tally->n_latencies < tally->room) {
		tally->latencies_us[tally->n_latencies++] = us < 0 ? 0
							    : us > UINT32_MAX
								    ? UINT32_MAX
								    : (uint32_t)us;
	}
}

static int
by_size(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

uint32_t
replay_tally_percentile_us(struct replay_tally *tally, unsigned permille)
{
	size_t rank = (tally->n_latencies * permille + 999) / 1000;

	if (tally->n_latencies == 0) {
		return 0;
	}
	qsort(tally->latencies_us, tally->n_latencies, sizeof *tally->latencies_us,
		by_size);
	return tally->latencies_us[rank == 0 ? 0 : rank - 1];
}

static double
to_ms(uint32_t us)
{
	return us / 1000.0;
}

void
replay_tally_print(struct replay_tally *tally, size_t n_bad, size_t n_left,
	int64_t elapsed_ms, FILE *out)
{
	size_t received = tally->accepted + tally->repeated;

	fprintf(out, "sent      %zu", tally->sent);
	if (tally->retries > 0) {
		fprintf(out, ", with %zu further attempts", tally->retries);
	}
	fprintf(out, "\naccepted  %zu\nrepeated  %zu\nrefused   %zu\ngiven up  %zu\n",
		tally->accepted, tally->repeated, tally->refused, tally->given_up);
	for (size_t i = 0; i < tally->n_reasons; i++) {
		fprintf(out, "          %zu: %s\n", tally->reasons[i].n,
			tally->reasons[i].text);
	}
	fprintf(out, "not sent  %zu bad rows", n_bad);
	if (n_left > 0) {
		fprintf(out, ", %zu when it was stopped", n_left);
	}
	fputc('\n', out);
	if (elapsed_ms > 0) {
		fprintf(out,
			"took      %.1f s, %.0f receipts/s, at most %lld ms late\n",
			(double)elapsed_ms / 1000,
			(double)received * 1000 / (double)elapsed_ms,
			(long long)tally->latest_ms);
	}
	fprintf(out, "latency   p50 %.1f  p90 %.1f  p99 %.1f  max %.1f ms\n",
		to_ms(replay_tally_percentile_us(tally, 500)),
		to_ms(replay_tally_percentile_us(tally, 900)),
		to_ms(replay_tally_percentile_us(tally, 990)),
		to_ms(replay_tally_percentile_us(tally, 1000)));
}
