#include "server/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/clock.h"

enum {
	LINE_BYTES = 2048, /* below PIPE_BUF: one write, never torn by another role's */
	ROLE_BYTES = 32,
	TOKEN_BYTES = 48,
	TOKENS = 64,
	WINDOW_MS = 10 * 1000,
	LINES_A_WINDOW = 20, /* of one event */
};

/* How often one event was said in its window. */
struct tally {
	char event[TOKEN_BYTES];
	int64_t since_ms;
	uint64_t said;
	uint64_t withheld;
	enum log_level level;
};

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

/* A process writes one log; this is its state. */
static char own_role[ROLE_BYTES] = "vedetta";
static enum log_level least = LOG_INFO;
static struct tally tallies[TOKENS];

void
log_open(const char *role, enum log_level from)
{
	snprintf(own_role, sizeof own_role, "%s", role);
	least = from;
}

enum log_level
log_level_from(const char *name)
{
	int i;

	for (i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (strcmp(name, level_names[i]) == 0) {
			return (enum log_level)i;
		}
	}
	return LOG_INFO;
}

static size_t
put_head(char *line, enum log_level level, const char *event)
{
	int64_t now_ms = clock_wall_ms();
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm utc;
	char stamp[32];
	int n;

	gmtime_r(&seconds, &utc);
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
	n = snprintf(line, LINE_BYTES, "ts=%s.%03dZ level=%s role=%s event=%s", stamp,
		(int)(now_ms % 1000), level_names[level], own_role, event);
	return n < LINE_BYTES ? (size_t)n : LINE_BYTES - 1;
}

/* A line stays a line, whatever a caller forgot to quote. */
static void
say(char *line, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c < 0x20 || c == 0x7f) {
			line[i] = '?';
		}
	}
	line[bytes] = '\n';
	/* Nowhere is left to tell that standard error is gone. */
	if (write(STDERR_FILENO, line, bytes + 1) < 0) {
		return;
	}
}

static void
sum_up(struct tally *t)
{
	char line[LINE_BYTES + 1];
	size_t used = put_head(line, t->level, t->event);
	int n = snprintf(line + used, LINE_BYTES - used, " withheld=%llu",
		(unsigned long long)t->withheld);

	used += (size_t)n;
	say(line, used < LINE_BYTES ? used : LINE_BYTES - 1);
	t->withheld = 0;
}

/* Ends the windows that are over; the withheld lines of each are told. */
static void
end_windows(int64_t now_ms)
{
	for (size_t i = 0; i < TOKENS; i++) {
		struct tally *t = &tallies[i];

		if (t->event[0] == '\0' || now_ms - t->since_ms < WINDOW_MS) {
			continue;
		}
		if (t->withheld > 0) {
			sum_up(t);
		}
		t->event[0] = '\0';
	}
}

/* The tally of this event, a fresh one, or NULL when all are taken. */
static struct tally *
find_tally(const char *event, int64_t now_ms)
{
	struct tally *free_one = NULL;

	for (size_t i = 0; i < TOKENS; i++) {
		struct tally *t = &tallies[i];

		if (strncmp(t->event, event, TOKEN_BYTES - 1) == 0) {
			return t;
		}
		if (t->event[0] == '\0' && free_one == NULL) {
			free_one = t;
		}
	}
	if (free_one != NULL) {
		snprintf(free_one->event, TOKEN_BYTES, "%s", event);
		free_one->since_ms = now_ms;
		free_one->said = 0;
		free_one->withheld = 0;
	}
	return free_one;
}

static bool
may_say(enum log_level level, const char *event)
{
	int64_t now_ms = clock_mono_ms();
	struct tally *t;

	end_windows(now_ms);
	t = find_tally(event, now_ms);
	if (t == NULL) {
		return true;
	}
	t->level = level;
	if (t->said < LINES_A_WINDOW) {
		t->said++;
		return true;
	}
	t->withheld++;
	return false;
}

void
log_event(enum log_level level, const char *event, const char *fields, ...)
{
	char line[LINE_BYTES + 1];
	size_t used;

	if (level < least || !may_say(level, event)) {
		return;
	}
	used = put_head(line, level, event);
	if (fields != NULL && used + 1 < LINE_BYTES) {
		va_list args;
		int n;

		line[used++] = ' ';
		va_start(args, fields);
		n = vsnprintf(line + used, LINE_BYTES - used, fields, args);
		va_end(args);
		if (n > 0) {
			used += (size_t)n;
		}
	}
	if (used >= LINE_BYTES) {
		used = LINE_BYTES - 1;
		memcpy(line + used - 3, "...", 3);
	}
	say(line, used);
}

const char *
log_quote(const char *text, char *out, unsigned long out_bytes)
{
	static const char hex[] = "0123456789abcdef";
	size_t used = 0;

	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;
		char escaped[5] = {(char)c, 0};

		if (c == '"' || c == '\\') {
			escaped[0] = '\\';
			escaped[1] = (char)c;
		} else if (c < 0x20 || c == 0x7f) {
			escaped[0] = '\\';
			escaped[1] = 'x';
			escaped[2] = hex[c >> 4];
			escaped[3] = hex[c & 15];
		}
		if (used + strlen(escaped) + 1 > out_bytes) {
			break;
		}
		memcpy(out + used, escaped, strlen(escaped));
		used += strlen(escaped);
	}
	if (out_bytes > 0) {
		out[used] = '\0';
	}
	return out;
}
