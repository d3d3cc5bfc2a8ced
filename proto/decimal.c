#include "proto/decimal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
skip_digits(const char *text, size_t bytes, size_t at)
{
	while (at < bytes && is_digit(text[at])) {
		at++;
	}
	return at;
}

size_t
decimal_span(const char *text, size_t bytes)
{
	size_t at = bytes > 0 && text[0] == '-';
	size_t mark = at;

	at = skip_digits(text, bytes, at);
	if (at == mark || (text[mark] == '0' && at > mark + 1)) {
		return 0;
	}
	if (at < bytes && text[at] == '.') {
		mark = at + 1;
		at = skip_digits(text, bytes, mark);
		if (at == mark) {
			return 0;
		}
	}
	if (at < bytes && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		at += at < bytes && (text[at] == '+' || text[at] == '-');
		mark = at;
		at = skip_digits(text, bytes, mark);
		if (at == mark) {
			return 0;
		}
	}
	return at;
}

/* A power past any text we can hold is as good as endless. */
static int64_t
read_power(const char *text, size_t bytes)
{
	bool negative = bytes > 0 && text[0] == '-';
	int64_t power = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (is_digit(text[i]) && power < INT32_MAX) {
			power = power * 10 + (text[i] - '0');
		}
	}
	return negative ? -power : power;
}

/* Adds one digit. False when it does not fit. */
static bool
push_digit(uint64_t *number, unsigned digit)
{
	return !__builtin_mul_overflow(*number, 10u, number) &&
	       !__builtin_add_overflow(*number, digit, number);
}

/* Digits d with a power of ten behind them: d * 10^power, exactly or not at all. */
static int
scale(const char *text, size_t bytes, int64_t power, uint64_t *out)
{
	uint64_t number = 0;
	size_t last = bytes; /* behind the last digit that is not 0 */

	while (last > 0 && (text[last - 1] == '0' || text[last - 1] == '.')) {
		power += text[last - 1] == '0';
		last--;
	}
	if (last == 0) {
		*out = 0;
		return 0;
	}
	if (power < 0) {
		return DECIMAL_NOT_WHOLE;
	}
	for (size_t i = 0; i < last; i++) {
		if (text[i] != '.' && !push_digit(&number, (unsigned)(text[i] - '0'))) {
			return DECIMAL_TOO_LARGE;
		}
	}
	for (; power > 0; power--) {
		if (!push_digit(&number, 0)) {
			return DECIMAL_TOO_LARGE;
		}
	}
	*out = number;
	return 0;
}

int
decimal_to_integer(const char *text, size_t bytes, bool *negative, uint64_t *out)
{
	size_t at = text[0] == '-';
	size_t whole = skip_digits(text, bytes, at);
	size_t end = whole;
	int64_t power = 0;

	assert(decimal_span(text, bytes) == bytes && bytes > 0);
	*negative = at == 1;
	if (end < bytes && text[end] == '.') {
		end = skip_digits(text, bytes, end + 1);
		power -= (int64_t)(end - whole - 1);
	}
	if (end < bytes) {
		power += read_power(text + end + 1, bytes - end - 1);
	}
	return scale(text + at, end - at, power, out);
}

size_t
decimal_from_integer(uint64_t number, size_t digits, char *out)
{
	char backwards[DECIMAL_BYTES];
	size_t n = 0;

	while (number != 0 || n < digits) {
		backwards[n++] = (char)('0' + number % 10);
		number /= 10;
	}
	for (size_t i = 0; i < n; i++) {
		out[i] = backwards[n - 1 - i];
	}
	return n;
}

size_t
decimal_from_double(double number, char out[DECIMAL_BYTES])
{
	int n = 0;

	assert(isfinite(number));
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(out, DECIMAL_BYTES, "%.*g", digits, number);
		if (strtod(out, NULL) == number) {
			break;
		}
	}
	return (size_t)n;
}
