#include "server/replay_time.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Reads at least least and at most most digits; false leaves *at alone. */
static bool
take_number(const char **at, size_t least, size_t most, int *out)
{
	int number = 0;
	size_t n = 0;

	while (n < most && isdigit((unsigned char)(*at)[n])) {
		number = number * 10 + ((*at)[n] - '0');
		n++;
	}
	if (n < least) {
		return false;
	}
	*at += n;
	*out = number;
	return true;
}

static bool
take_char(const char **at, char c)
{
	if (**at != c) {
		return false;
	}
	++*at;
	return true;
}

/* "hh:mm[:ss[.fff]]" */
static bool
take_clock(const char **at, struct tm *tm, int *ms)
{
	if (!take_number(at, 1, 2, &tm->tm_hour) || !take_char(at, ':') ||
		!take_number(at, 2, 2, &tm->tm_min)) {
		return false;
	}
	if (take_char(at, ':') && !take_number(at, 2, 2, &tm->tm_sec)) {
		return false;
	}
	if (**at == '.' || **at == ',') {
		int scale = 100;

		for (++*at; isdigit((unsigned char)**at); ++*at) {
			*ms += (**at - '0') * scale;
			scale /= 10;
		}
	}
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec < 61;
}

/* "", "Z", "+hh:mm", "+hhmm", "+hh", with spaces before */
static bool
take_zone(const char **at, int *minutes)
{
	int hours = 0;
	int sign;

	while (take_char(at, ' ')) {
	}
	if (**at == '\0' || take_char(at, 'Z') || take_char(at, 'z')) {
		return **at == '\0';
	}
	sign = **at == '-' ? -1 : 1;
	if ((!take_char(at, '+') && !take_char(at, '-')) ||
		!take_number(at, 2, 2, &hours)) {
		return false;
	}
	take_char(at, ':');
	if (**at != '\0' && !take_number(at, 2, 2, minutes)) {
		return false;
	}
	*minutes = sign * (hours * 60 + *minutes);
	return **at == '\0';
}

/* The date; false when it is in neither order. */
static bool
take_date(const char **at, struct tm *tm)
{
	const char *start = *at;
	char mark;
	int year;

	if (take_number(at, 4, 4, &year) && take_char(at, '-') &&
		take_number(at, 1, 2, &tm->tm_mon) && take_char(at, '-') &&
		take_number(at, 1, 2, &tm->tm_mday)) {
		tm->tm_year = year - 1900;
		return true;
	}
	*at = start;
	if (!take_number(at, 1, 2, &tm->tm_mday) || (**at != '/' && **at != '.')) {
		return false;
	}
	mark = *(*at)++;
	if (!take_number(at, 1, 2, &tm->tm_mon) || !take_char(at, mark) ||
		!take_number(at, 4, 4, &year)) {
		return false;
	}
	tm->tm_year = year - 1900;
	return true;
}

/* Turns the fields into a moment; false for the 31st of June. */
static bool
to_moment(struct tm *tm, int64_t *seconds)
{
	int month = --tm->tm_mon;
	int day = tm->tm_mday;

	*seconds = timegm(tm);
	return month >= 0 && month < 12 && tm->tm_mon == month && tm->tm_mday == day;
}

static int
read_unix(const char *text, size_t digits, int64_t *out_ms)
{
	long long number = strtoll(text, NULL, 10);

	if (digits >= 12 && digits <= 14) {
		*out_ms = number;
	} else if (digits >= 9 && digits <= 11) {
		*out_ms = number * 1000;
	} else {
		return REPLAY_TIME_BAD;
	}
	return 0;
}

static int
read_formatted(const char *text, const char *format, int64_t *out_ms)
{
	struct tm tm = {.tm_mday = 1};
	const char *end = strptime(text, format, &tm);
	long zone_s = tm.tm_gmtoff;

	if (end == NULL || *end != '\0') {
		return REPLAY_TIME_BAD;
	}
	*out_ms = ((int64_t)timegm(&tm) - zone_s) * 1000;
	return 0;
}

int
replay_time_read(const char *text, const char *format, int64_t *out_ms)
{
	struct tm tm = {0};
	const char *at = text;
	size_t digits = strspn(text, "0123456789");
	int64_t seconds;
	int zone_min = 0;
	int ms = 0;

	if (format != NULL) {
		return read_formatted(text, format, out_ms);
	}
	if (digits > 0 && text[digits] == '\0') {
		return read_unix(text, digits, out_ms);
	}
	if (!take_date(&at, &tm)) {
		return REPLAY_TIME_BAD;
	}
	if (*at != '\0') {
		if ((*at != 'T' && *at != ' ') || (at++, !take_clock(&at, &tm, &ms)) ||
			!take_zone(&at, &zone_min)) {
			return REPLAY_TIME_BAD;
		}
	}
	if (!to_moment(&tm, &seconds)) {
		return REPLAY_TIME_BAD;
	}
	*out_ms = (seconds - zone_min * 60) * 1000 + ms;
	return 0;
}
