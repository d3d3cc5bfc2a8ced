#include "proto/stamp.h"

#include <stdbool.h>
#include <string.h>

#include "proto/decimal.h"

#define FIRST_SECOND INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST_SECOND INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

enum {
	DAY_S = 86400,
	ERA_DAYS = 146097,     /* 400 years */
	DAYS_TO_1970 = 719468, /* from 0000-03-01 */
	NANOS_PER_SECOND = 1000000000,
};

struct date {
	int year;
	int month;
	int day;
};

/*
 * Days are counted from the first of March, so that a leap day ends its year
 * (H. Hinnant, "chrono-compatible low-level date algorithms"). Years >= 0 only.
 */
static int64_t
days_from_date(struct date d)
{
	int64_t year = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = year / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year =
		(153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

static struct date
date_from_days(int64_t days)
{
	int64_t z = days + DAYS_TO_1970;
	int64_t era = z / ERA_DAYS;
	int64_t doe = z - era * ERA_DAYS;
	int64_t year_of_era = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct date d;

	d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	d.year = (int)(year_of_era + era * 400 + (d.month <= 2));
	return d;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* So many digits, or -1. */
static int
number_at(const char *text, int digits)
{
	int number = 0;

	for (int i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9') {
			return -1;
		}
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/* .1 to .123456789; returns how many bytes it took, 0 when it is malformed. */
static size_t
read_fraction(const char *text, size_t bytes, int32_t *nanos)
{
	int32_t unit = NANOS_PER_SECOND;
	int32_t sum = 0;
	size_t at = 1;

	while (at < bytes && text[at] >= '0' && text[at] <= '9') {
		if (at > 9) {
			return 0;
		}
		unit /= 10;
		sum += (text[at] - '0') * unit;
		at++;
	}
	*nanos = sum;
	return at > 1 ? at : 0;
}

/* Z, +hh:mm or -hh:mm, and nothing behind it. */
static bool
read_offset(const char *text, size_t bytes, int64_t *offset_s)
{
	int hour;
	int minute;

	if (bytes == 1 && text[0] == 'Z') {
		*offset_s = 0;
		return true;
	}
	if (bytes != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
		return false;
	}
	hour = number_at(text + 1, 2);
	minute = number_at(text + 4, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
		return false;
	}
	*offset_s = (hour * 60 + minute) * (text[0] == '-' ? -60 : 60);
	return true;
}

int
stamp_read(const char *text, size_t bytes, int64_t *seconds, int32_t *nanos)
{
	struct date d;
	int hour, minute, second;
	int32_t fraction = 0;
	int64_t offset_s, sum;
	size_t at = 19;

	if (bytes < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
		text[13] != ':' || text[16] != ':') {
		return STAMP_BAD;
	}
	d = (struct date){
		number_at(text, 4), number_at(text + 5, 2), number_at(text + 8, 2)};
	hour = number_at(text + 11, 2);
	minute = number_at(text + 14, 2);
	second = number_at(text + 17, 2);
	if (d.year < 0 || d.month < 1 || d.month > 12 || d.day < 1 ||
		d.day > days_of_month(d.year, d.month) || hour < 0 || hour > 23 ||
		minute < 0 || minute > 59 || second < 0 || second > 59) {
		return STAMP_BAD;
	}
	if (text[at] == '.') {
		size_t took = read_fraction(text + at, bytes - at, &fraction);

		if (took == 0) {
			return STAMP_BAD;
		}
		at += took;
	}
	if (d.year == 0 || !read_offset(text + at, bytes - at, &offset_s)) {
		return STAMP_BAD;
	}
	sum = days_from_date(d) * DAY_S + hour * 3600 + minute * 60 + second - offset_s;
	if (sum < FIRST_SECOND || sum > LAST_SECOND) {
		return STAMP_BAD;
	}
	*seconds = sum;
	*nanos = fraction;
	return 0;
}

/* So many digits, and what stands behind them. */
static char *
put(char *to, int number, size_t digits, char behind)
{
	to += decimal_from_integer((uint64_t)number, digits, to);
	*to++ = behind;
	return to;
}

int
stamp_write(int64_t seconds, int32_t nanos, char out[STAMP_BYTES], size_t *bytes)
{
	char text[STAMP_BYTES];
	int64_t second;
	struct date d;
	char *to = text;

	if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 ||
		nanos >= NANOS_PER_SECOND) {
		return STAMP_BAD;
	}
	second = (seconds - FIRST_SECOND) % DAY_S;
	d = date_from_days((seconds - second) / DAY_S);
	to = put(to, d.year, 4, '-');
	to = put(to, d.month, 2, '-');
	to = put(to, d.day, 2, 'T');
	to = put(to, (int)(second / 3600), 2, ':');
	to = put(to, (int)(second / 60 % 60), 2, ':');
	to = put(to, (int)(second % 60), 2, nanos == 0 ? 'Z' : '.');
	if (nanos != 0 && nanos % 1000000 == 0) {
		to = put(to, nanos / 1000000, 3, 'Z');
	} else if (nanos != 0 && nanos % 1000 == 0) {
		to = put(to, nanos / 1000, 6, 'Z');
	} else if (nanos != 0) {
		to = put(to, nanos, 9, 'Z');
	}
	*bytes = (size_t)(to - text);
	memcpy(out, text, *bytes);
	out[*bytes] = '\0';
	return 0;
}

Google__Protobuf__Timestamp
stamp_of_ms(int64_t ms)
{
	Google__Protobuf__Timestamp stamp = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

	stamp.seconds = ms / 1000 - (ms % 1000 < 0);
	stamp.nanos = (int32_t)(ms - stamp.seconds * 1000) * 1000000;
	return stamp;
}

Google__Protobuf__Timestamp *
stamp_new(struct arena *arena, int64_t ms)
{
	Google__Protobuf__Timestamp *stamp = arena_alloc(arena, sizeof(*stamp));

	if (stamp != NULL) {
		*stamp = stamp_of_ms(ms);
	}
	return stamp;
}

int64_t
stamp_ms(const Google__Protobuf__Timestamp *stamp)
{
	return stamp == NULL ? 0 : stamp->seconds * 1000 + stamp->nanos / 1000000;
}
