#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "server/mail_text.h"

static struct arena *arena;

static const char *
write_mail(const char *subject, const char *text, const char *thread)
{
	const struct mail mail = {.from = "desk@pc.example",
		.to = "op@comune.example",
		.subject = subject,
		.text = text,
		.id = "abc-7",
		.thread = thread,
		.at_s = 1795291200};
	size_t bytes;
	char *out = mail_text(&mail, arena, &bytes);

	assert_non_null(out);
	assert_int_equal(strlen(out), bytes);
	return out;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Every line ends in CRLF and is short enough; no bare CR or LF. */
static void
check_lines(const char *text)
{
	size_t line = 0;

	for (; *text != '\0'; text++) {
		assert_in_range((unsigned char)*text, 10, 126);
		if (*text == '\r') {
			assert_int_equal(text[1], '\n');
			text++;
			line = 0;
			continue;
		}
		assert_int_not_equal(*text, '\n');
		line++;
		assert_in_range(line, 1, 78);
	}
	assert_int_equal(line, 0);
}

static void
a_plain_mail_is_as_expected(void **state)
{
	(void)state;
	assert_string_equal(write_mail("Incident 7", "One.\nTwo = 2 \n", "t1"),
		"Date: Sat, 21 Nov 2026 20:00:00 +0000\r\n"
		"From: Vedetta <desk@pc.example>\r\n"
		"To: <op@comune.example>\r\n"
		"Subject: Incident 7\r\n"
		"Message-ID: <abc-7@pc.example>\r\n"
		"References: <t1@pc.example>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"One.\r\n"
		"Two =3D 2=20\r\n"
		"\r\n");
}

static void
other_letters_go_as_encoded_words_of_whole_characters(void **state)
{
	const char *mail =
		write_mail("Città – àèìòù àèìòù àèìòù àèìòù àèìòù", "x", NULL);

	(void)state;
	check_lines(mail);
	assert_non_null(strstr(mail,
		"Subject: "
		"=?UTF-8?B?Q2l0dMOgIOKAkyDDoMOow6zDssO5IMOgw6jDrMOyw7kgw6DDqMOsw7I=?="
		"\r\n =?UTF-8?B?w7kgw6DDqMOsw7LDuSDDoMOow6zDssO5?=\r\n"));
	assert_null(strstr(mail, "References:"));
}

static void
what_is_said_cannot_become_a_header(void **state)
{
	const char *mail = write_mail("a\r\nBcc: x@y.example", "b", NULL);

	(void)state;
	check_lines(mail);
	assert_null(strstr(mail, "\r\nBcc:"));
}

static void
long_lines_and_other_letters_are_quoted(void **state)
{
	char text[2000];
	const char *mail;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[1999] = '\0';
	memcpy(text + 500, "\nè è\t😀", 11);
	mail = write_mail("s", text, NULL);
	check_lines(mail);
	assert_non_null(strstr(mail, "=C3=A8 =C3=A8=09=F0=9F=98=80"));
	mail = write_mail("s", "", NULL);
	check_lines(mail);
	memset(text, '=', sizeof(text) - 1);
	check_lines(write_mail(text, text, NULL));
	/* A dot alone is libcurl's to double. */
	assert_non_null(strstr(write_mail("s", ".\r\nx", NULL), "\r\n\r\n.\r\nx\r\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_mail_is_as_expected),
		cmocka_unit_test(other_letters_go_as_encoded_words_of_whole_characters),
		cmocka_unit_test(what_is_said_cannot_become_a_header),
		cmocka_unit_test(long_lines_and_other_letters_are_quoted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
