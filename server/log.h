/*
 * log - logfmt on standard error, one line an event
 *
 * ts=2026-11-21T20:00:00.000Z level=warn role=front-1 event=ingest.refused reason=...
 *
 * The event token is fixed per call site, so grep leads from line to code. Never
 * a caller's name, number, words, token or exact place. Equal events past a
 * rate are counted and summed up in one line. `error` means an operator must
 * act and has a runbook (the token with a dash for the dot names the page).
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR,
};

/* Says once per process who writes ("front-1"), from which level on. */
void log_open(const char *role, enum log_level from);

/* "debug" and so on, as in the config; LOG_INFO for a word it does not know. */
enum log_level log_level_from(const char *name);

/*
 * fields: printf format of key=value pairs, or NULL. Values with spaces are
 * the caller's to quote ("reason=\"%s\""); control characters and quotes
 * inside are escaped by log_quote().
 */
void log_event(enum log_level level, const char *event, const char *fields, ...)
	__attribute__((format(printf, 3, 4)));

/* Escapes into out for use between quotes; cuts what does not fit. */
const char *log_quote(const char *text, char *out, unsigned long out_bytes);

#endif
