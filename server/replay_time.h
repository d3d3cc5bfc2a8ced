/*
 * replay_time - when a row of somebody's export happened
 *
 * Taken: ISO 8601 (2010-01-12, with T or a space before the time, seconds and
 * zone optional), dd/mm/yyyy hh:mm[:ss] as half of the world writes it (also
 * with dots), and Unix time in seconds or milliseconds. A time without a zone is
 * read as UTC: a replay keeps distances between rows, not the hour.
 */
#ifndef SERVER_REPLAY_TIME_H
#define SERVER_REPLAY_TIME_H

#include <stdint.h>

enum replay_time_answer {
	REPLAY_TIME_BAD = 1,
};

/* format: a strptime() pattern instead of the forms above, or NULL. */
int replay_time_read(const char *text, const char *format, int64_t *out_ms);

#endif
