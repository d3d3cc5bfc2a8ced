#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/config.h"

/* What the last reading said. */
static char told[8192];

/* Reads bytes as a file; told holds what was said, with the path as FILE. */
static int
read_bytes(struct config *c, const char *text, size_t bytes)
{
	char path[] = "/tmp/vedetta-config-XXXXXX";
	char raw[4096] = "";
	FILE *err = fmemopen(raw, sizeof raw, "w");
	int fd = mkstemp(path);
	char *at;
	int answer;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, bytes), bytes);
	close(fd);
	config_init(c);
	answer = config_read(c, path, err);
	fclose(err);
	unlink(path);
	at = strstr(raw, path);
	snprintf(told, sizeof told, "%s%s", at != NULL ? "FILE" : "",
		at != NULL ? at + strlen(path) : raw);
	return answer;
}

static int
read_text(struct config *c, const char *text)
{
	return read_bytes(c, text, strlen(text));
}

static void
defaults_stay_where_a_file_says_nothing(void **state)
{
	struct config c;

	(void)state;
	assert_int_equal(read_text(&c, "# nothing\n; at all\n\n"), 0);
	assert_string_equal(c.public_listen, "127.0.0.1:8080");
	assert_string_equal(c.console_listen, "127.0.0.1:8081");
	assert_string_equal(c.admin_listen, "127.0.0.1:8082");
	assert_string_equal(c.emergency_number, "112");
	assert_int_equal(c.public_fronts, 2);
	assert_int_equal(config_check(&c, stderr), 0);
}

static void
values_are_read_whatever_the_white_space(void **state)
{
	struct config c;

	(void)state;
	assert_int_equal(read_text(&c, "[server]\r\n\tpublic_fronts=3\r\n"
				       "  user = vedetta  \n"
				       " [citizens] \n"
				       "desk_name = Comune dell'Aquila = casa # 1\n"
				       "language=en"),
		0);
	assert_int_equal(c.public_fronts, 3);
	assert_string_equal(c.user, "vedetta");
	assert_string_equal(c.desk_name, "Comune dell'Aquila = casa # 1");
	assert_string_equal(c.language, "en");
}

static void
what_is_wrong_is_refused_with_file_and_line(void **state)
{
	static const struct {
		const char *text;
		const char *told;
	} cases[] = {
		{"[server]\nfronts = 2\n",
			"FILE:2: there is no key \"fronts\" in section [server]\n"},
		{"data_dir = /x\n",
			"FILE:1: there is no key \"data_dir\" in section []\n"},
		{"\n[serve]\n", "FILE:2: there is no section [serve]\n"},
		{"[server\n", "FILE:1: a section is written [name]\n"},
		{"[server] x\n", "FILE:1: a section is written [name]\n"},
		{"[server]\nreaders\n", "FILE:2: a setting is written key = value\n"},
		{"[server]\nreaders = 2\nreaders = 3\n",
			"FILE:3: server.readers stands here a second time\n"},
		{"[server]\nreaders = 65\n",
			"FILE:2: server.readers must be a whole number from 2 to 64\n"},
		{"[server]\nreaders = 1\n",
			"FILE:2: server.readers must be a whole number from 2 to 64\n"},
		{"[server]\nreaders = 3x\n",
			"FILE:2: server.readers must be a whole number from 2 to 64\n"},
		{"[server]\nreaders = -3\n",
			"FILE:2: server.readers must be a whole number from 2 to 64\n"},
		{"[server]\nreaders = 99999999999999999999\n",
			"FILE:2: server.readers must be a whole number from 2 to 64\n"},
		{"[server]\nreaders =\n",
			"FILE:2: server.readers must be a whole number from 2 to 64\n"},
		{"[server]\nlog_level = loud\n", "FILE:2: server.log_level must be one "
						 "of: debug info warn error \n"},
		{"[server]\nlog_level = info warn\n",
			"FILE:2: server.log_level must be one of: debug info warn "
			"error \n"},
		{"[server]\ndata_dir =\n",
			"FILE:2: server.data_dir must have 1 to 200 bytes\n"},
		{"[public]\nlisten = localhost:8080\n",
			"FILE:2: public.listen must be ADDRESS:PORT in figures, as "
			"127.0.0.1:8080\n"},
		{"[public]\nlisten = 127.0.0.1:70000\n",
			"FILE:2: public.listen must be ADDRESS:PORT in figures, as "
			"127.0.0.1:8080\n"},
		{"[citizens]\ndesk_name = a\xff\n",
			"FILE:2: citizens.desk_name must be at most 255 bytes of plain "
			"text\n"},
	};
	struct config c;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(read_text(&c, cases[i].text), CONFIG_BAD);
		assert_string_equal(told, cases[i].told);
	}
}

static void
a_line_too_long_or_with_a_nul_is_refused_not_cut(void **state)
{
	static const char nul[] = "[citizens]\ndesk_name = a\0b\n";
	char text[2048];
	struct config c;

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text, "[server]\nuser = ", 16);
	text[sizeof text - 1] = '\0';
	assert_int_equal(read_text(&c, text), CONFIG_BAD);
	assert_string_equal(told, "FILE:2: a line has at most 1024 bytes and no NUL\n");
	assert_int_equal(read_bytes(&c, nul, sizeof nul - 1), CONFIG_BAD);
	assert_string_equal(told, "FILE:2: a line has at most 1024 bytes and no NUL\n");
}

static void
a_file_that_is_not_there_is_a_fault(void **state)
{
	char raw[512] = "";
	FILE *err = fmemopen(raw, sizeof raw, "w");
	struct config c;

	(void)state;
	config_init(&c);
	assert_int_equal(config_read(&c, "/nowhere/vedetta.conf", err), -ENOENT);
	fclose(err);
	assert_string_equal(raw,
		"/nowhere/vedetta.conf: cannot be opened: No such file or directory\n");
}

static void
an_option_overrides_the_file_under_the_same_rules(void **state)
{
	char raw[512] = "";
	FILE *err = fmemopen(raw, sizeof raw, "w");
	struct config c;

	(void)state;
	assert_int_equal(read_text(&c, "[public]\nlisten = 127.0.0.1:1\n"), 0);
	assert_int_equal(
		config_set(&c, "public", "listen", "[::1]:0", "--listen", err), 0);
	assert_string_equal(c.public_listen, "[::1]:0");
	assert_int_equal(config_set(&c, "public", "listen", "8080", "--listen", err),
		CONFIG_BAD);
	fclose(err);
	assert_string_equal(c.public_listen, "[::1]:0");
	assert_string_equal(raw,
		"--listen: public.listen must be ADDRESS:PORT in figures, as "
		"127.0.0.1:8080\n");
}

static void
a_console_beyond_loopback_is_refused_with_a_sentence(void **state)
{
	static const char *const open[] = {
		"0.0.0.0:8081", "10.0.0.1:8081", "[::]:8081", "128.0.0.1:1"};
	static const char *const closed[] = {
		"127.0.0.1:0", "127.9.9.9:8081", "[::1]:8081"};
	struct config c;

	(void)state;
	for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
		char raw[512] = "";
		FILE *err = fmemopen(raw, sizeof raw, "w");

		config_init(&c);
		config_set(&c, "console", "listen", open[i], "--console", stderr);
		assert_int_equal(config_check(&c, err), CONFIG_BAD);
		fclose(err);
		assert_non_null(strstr(raw, "the console has no TLS yet"));
		config_init(&c);
		config_set(&c, "admin", "listen", open[i], "admin", stderr);
		err = fmemopen(raw, sizeof raw, "w");
		assert_int_equal(config_check(&c, err), CONFIG_BAD);
		fclose(err);
	}
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
		config_init(&c);
		config_set(&c, "console", "listen", closed[i], "--console", stderr);
		assert_int_equal(config_check(&c, stderr), 0);
	}
}

static void
fewer_connections_than_fronts_are_refused(void **state)
{
	char raw[512] = "";
	FILE *err = fmemopen(raw, sizeof raw, "w");
	struct config c;

	(void)state;
	config_init(&c);
	c.public_fronts = 32;
	c.public_max_connections = 16;
	assert_int_equal(config_check(&c, err), CONFIG_BAD);
	fclose(err);
	assert_non_null(strstr(raw, "less than one for each of the 32 fronts"));
}

static void
the_sample_reads_back_as_the_defaults(void **state)
{
	char sample[16384] = "";
	FILE *out = fmemopen(sample, sizeof sample, "w");
	struct config c;
	struct config defaults;

	(void)state;
	config_print_sample(out);
	fclose(out);
	memset(&c, 0x55, sizeof c);
	assert_int_equal(read_text(&c, sample), 0);
	config_init(&defaults);
	assert_memory_equal(&c, &defaults, sizeof c);
}

static void
lines_carry_a_whole_config_to_a_role(void **state)
{
	static char lines[CONFIG_KEYS_MOST][2 * CONFIG_TEXT_BYTES];
	struct config from;
	struct config to;
	size_t n;

	(void)state;
	assert_int_equal(read_text(&from, "[server]\ndata_dir = /a=b.c\nreaders = 9\n"
					  "[citizens]\ndesk_name = Città \"uno\"\n"),
		0);
	n = config_lines(&from, lines, CONFIG_KEYS_MOST);
	assert_true(n > 10);
	config_init(&to);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(config_from_line(&to, lines[i]), 0);
	}
	assert_memory_equal(&from, &to, sizeof from);
	assert_int_equal(config_lines(&from, lines, 2), 2);
}

static void
a_line_that_is_none_is_refused(void **state)
{
	struct config c;

	(void)state;
	config_init(&c);
	assert_int_equal(config_from_line(&c, "server.readers"), CONFIG_BAD);
	assert_int_equal(config_from_line(&c, "readers=3"), CONFIG_BAD);
}

static void
addresses_are_figures_with_a_port(void **state)
{
	static const char *const good[] = {
		"0.0.0.0:0", "1.2.3.4:65535", "[::1]:80", "[2001:db8::1]:443"};
	static const char *const bad[] = {"", ":", ":80", "1.2.3.4",
		"1.2.3.4:", "1.2.3.4:x", "1.2.3.4:-1", "1.2.3.4: 80", "1.2.3.4:80x",
		"1.2.3.4:65536", "1.2.3:80", "::1:80", "[::1:80", "[]:80", "[::1]80",
		"a:80"};
	struct sockaddr_storage out;
	socklen_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(config_address(good[i], &out, &bytes));
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(config_address(bad[i], &out, &bytes));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_stay_where_a_file_says_nothing),
		cmocka_unit_test(values_are_read_whatever_the_white_space),
		cmocka_unit_test(what_is_wrong_is_refused_with_file_and_line),
		cmocka_unit_test(a_line_too_long_or_with_a_nul_is_refused_not_cut),
		cmocka_unit_test(a_file_that_is_not_there_is_a_fault),
		cmocka_unit_test(an_option_overrides_the_file_under_the_same_rules),
		cmocka_unit_test(a_console_beyond_loopback_is_refused_with_a_sentence),
		cmocka_unit_test(fewer_connections_than_fronts_are_refused),
		cmocka_unit_test(the_sample_reads_back_as_the_defaults),
		cmocka_unit_test(lines_carry_a_whole_config_to_a_role),
		cmocka_unit_test(a_line_that_is_none_is_refused),
		cmocka_unit_test(addresses_are_figures_with_a_port),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
