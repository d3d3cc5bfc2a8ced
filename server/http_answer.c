#include "server/http_answer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/decimal.h"

enum {
	HEAD_OTHER_BYTES = 160, /* all but reason, date and content type */
};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{206, "Partial Content"},
	{301, "Moved Permanently"},
	{302, "Found"},
	{303, "See Other"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{417, "Expectation Failed"},
	{421, "Misdirected Request"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{505, "HTTP Version Not Supported"},
	{507, "Insufficient Storage"},
};

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status) {
			return reasons[i].reason;
		}
	}
	return ""; /* RFC 9112 4: the phrase may be empty */
}

void
http_answer_date(int64_t wall_s, char out[HTTP_ANSWER_DATE_BYTES])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)wall_s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900 ||
		tm.tm_year < -1900) {
		t = 0;
		gmtime_r(&t, &tm);
	}
	snprintf(out, HTTP_ANSWER_DATE_BYTES, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
		days + 3 * tm.tm_wday, (unsigned)tm.tm_mday % 100,
		months + 3 * tm.tm_mon, (unsigned)(tm.tm_year + 1900) % 10000,
		(unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
		(unsigned)tm.tm_sec % 100);
}

static char *
put(char *to, const char *text)
{
	size_t bytes = strlen(text);

	memcpy(to, text, bytes);
	return to + bytes;
}

size_t
http_answer_head(const struct http_answer *answer, char out[HTTP_ANSWER_HEAD_BYTES])
{
	const char *reason = reason_of(answer->status);
	const char *type = answer->content_type;
	char *to = out;

	/* A content type is one of our own words, never a caller's. */
	assert(HEAD_OTHER_BYTES + strlen(reason) + strlen(answer->date) +
			(type == NULL ? 0 : strlen(type)) <
		HTTP_ANSWER_HEAD_BYTES);
	to = put(to, "HTTP/1.1 ");
	to += decimal_from_integer((uint64_t)answer->status, 3, to);
	*to++ = ' ';
	to = put(to, reason);
	to = put(to, "\r\nDate: ");
	to = put(to, answer->date);
	to = put(to, "\r\n");
	if (type != NULL) {
		to = put(to, "Content-Type: ");
		to = put(to, type);
		to = put(to, "\r\n");
	}
	if (answer->has_length) {
		to = put(to, "Content-Length: ");
		to += decimal_from_integer(answer->length, 1, to);
		to = put(to, "\r\n");
	}
	if (answer->close) {
		to = put(to, "Connection: close\r\n");
	}
	*to = '\0';
	return (size_t)(to - out);
}
