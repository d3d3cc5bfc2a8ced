#include "server/mail_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base64.h"
#include "proto/utf8.h"

enum {
	WORD_PLAIN_MOST = 42, /* bytes; an encoded word has 75 characters at most */
	LINE_MOST = 76,
	HEAD_MOST = 8192,
};

/* What is written so far; there is room for all that can come. */
struct text {
	char *bytes;
	size_t n;
	size_t line; /* where the last line began */
};

static void
add(struct text *t, const char *bytes, size_t n)
{
	memcpy(t->bytes + t->n, bytes, n);
	t->n += n;
}

static void
add_text(struct text *t, const char *text)
{
	add(t, text, strlen(text));
}

/* ---- the head */

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~') {
			return false;
		}
	}
	return true;
}

/* Each word holds whole characters. */
static void
add_words(struct text *t, const char *text)
{
	size_t bytes = strlen(text);
	size_t from = 0;

	while (from < bytes) {
		size_t to = from;
		size_t next = from;

		while (next < bytes && utf8_next(text, bytes, &next) >= 0 &&
			next - from <= WORD_PLAIN_MOST) {
			to = next;
		}
		if (to == from) {
			return; /* not UTF-8: it was checked, so it cannot be */
		}
		add_text(t, from == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		t->n += base64_write(
			(const uint8_t *)text + from, to - from, t->bytes + t->n);
		add_text(t, "?=");
		from = to;
	}
}

static void
add_date(struct text *t, int64_t at_s)
{
	static const char *const days[] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t at = (time_t)at_s;
	char text[64];
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL) {
		return;
	}
	(void)snprintf(text, sizeof(text),
		"Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
	add_text(t, text);
}

static void
add_line(struct text *t, const char *before, const char *value, const char *after)
{
	add_text(t, before);
	add_text(t, value);
	add_text(t, after);
	add_text(t, "\r\n");
}

static void
add_id(struct text *t, const char *name, const char *id, const char *domain)
{
	add_text(t, name);
	add_text(t, id);
	add_line(t, "@", domain, ">");
}

static void
add_head(struct text *t, const struct mail *mail)
{
	const char *at = strrchr(mail->from, '@');
	const char *domain = at != NULL ? at + 1 : "localhost";

	add_date(t, mail->at_s);
	add_line(t, "From: Vedetta <", mail->from, ">");
	add_line(t, "To: <", mail->to, ">");
	add_text(t, "Subject: ");
	if (is_ascii(mail->subject) && strlen(mail->subject) < LINE_MOST - 9) {
		add_text(t, mail->subject);
	} else {
		add_words(t, mail->subject);
	}
	add_text(t, "\r\n");
	add_id(t, "Message-ID: <", mail->id, domain);
	if (mail->thread != NULL) {
		add_id(t, "References: <", mail->thread, domain);
	}
	add_text(t, "Auto-Submitted: auto-generated\r\n");
	if (mail->urgent) {
		add_text(t, "Importance: high\r\nX-Priority: 1\r\n");
	}
	add_text(t, "MIME-Version: 1.0\r\n"
		    "Content-Type: text/plain; charset=UTF-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
}

/* ---- the body: RFC 2045, 6.7 */

static void
end_line(struct text *t)
{
	add_text(t, "\r\n");
	t->line = t->n;
}

static void
add_quoted(struct text *t, char c, bool is_last)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned byte = (unsigned char)c;
	bool plain = (byte >= '!' && byte <= '~' && byte != '=') ||
		     (byte == ' ' && !is_last);
	size_t wanted = plain ? 1 : 3;

	/* A line's own end does not count; a soft break needs one more. */
	if (t->n - t->line + wanted > LINE_MOST - 1) {
		add_text(t, "=");
		end_line(t);
	}
	if (plain) {
		add(t, &c, 1);
		return;
	}
	add(t, "=", 1);
	add(t, &hex[byte >> 4], 1);
	add(t, &hex[byte & 15], 1);
}

static void
add_body(struct text *t, const char *text)
{
	t->line = t->n;
	for (; *text != '\0'; text++) {
		if (*text == '\r' && text[1] == '\n') {
			continue;
		}
		if (*text == '\n') {
			end_line(t);
		} else {
			add_quoted(t, *text,
				text[1] == '\0' || text[1] == '\n' || text[1] == '\r');
		}
	}
	end_line(t);
}

char *
mail_text(const struct mail *mail, struct arena *arena, size_t *bytes)
{
	/* A byte is three at most, and a soft break comes after 24 of them. */
	size_t room = HEAD_MOST + 4 * strlen(mail->subject) + 4 * strlen(mail->text);
	struct text t = {.bytes = arena_alloc(arena, room)};

	if (t.bytes == NULL) {
		return NULL;
	}
	add_head(&t, mail);
	add_body(&t, mail->text);
	*bytes = t.n;
	return t.bytes;
}
