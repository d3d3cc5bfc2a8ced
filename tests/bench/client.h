/*
 * client - a small HTTP client for benchmarks, as cheap as we can make it
 *
 * It shares the two cores with the server it measures, so it does the least:
 * one send per request, answers read only as far as their length asks. Both
 * rivals of a benchmark are driven by this same code.
 */
#ifndef TESTS_BENCH_CLIENT_H
#define TESTS_BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLIENT_BUFFER_BYTES = 16 * 1024,
};

struct client {
	int fd;
	bool busy;
	int64_t asked_us;
	size_t have;
	char in[CLIENT_BUFFER_BYTES];
};

int64_t client_now_us(void);

/* Connects (blocking), then non-blocking with TCP_NODELAY. Exits on failure. */
void client_connect(struct client *c, const char *host, const char *port);

/* Sends a whole request; exits when the socket does not take it. */
void client_ask(struct client *c, const char *request, size_t bytes);

/*
 * Reads what is there. Returns the status of a whole answer, 0 when it is not
 * whole yet, -1 when the server closed.
 */
int client_answer(struct client *c);

/* Writes one POST /v1/reports with a body of its own; returns its length. */
size_t client_report(
	char *out, size_t out_bytes, uint64_t number, double lat_deg, double lon_deg);

/* Sorts in place; q in 0..1. */
int64_t client_quantile(int64_t *values, size_t n, double q);

#endif
