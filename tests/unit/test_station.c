/* station - folder, lock, key and sockets of one serve */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/exercise.h"
#include "server/listen.h"
#include "server/station.h"

static char folder[64];
static struct config config;

static int
make_config(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/vedetta-test-XXXXXX");
	if (mkdtemp(folder) == NULL) {
		return -1;
	}
	config_init(&config);
	(void)snprintf(config.data_dir, sizeof(config.data_dir), "%s/data", folder);
	(void)snprintf(
		config.public_listen, sizeof(config.public_listen), "127.0.0.1:0");
	(void)snprintf(
		config.console_listen, sizeof(config.console_listen), "127.0.0.1:0");
	(void)snprintf(config.admin_listen, sizeof(config.admin_listen), "127.0.0.1:0");
	return 0;
}

static int
drop_folder(void **state)
{
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/data/key", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/data/%s", folder, EXERCISE_FILE);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/data", folder);
	(void)rmdir(path);
	return rmdir(folder);
}

static void
the_first_start_makes_the_folder_for_its_user_alone(void **state)
{
	struct station s;
	struct stat st;

	(void)state;
	assert_int_equal(station_open(&s, &config), 0);
	assert_int_equal(stat(config.data_dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_memory_not_equal(s.receipt_key, s.source_key, KEYS_BYTES);
	station_close(&s);
}

static void
the_token_of_exercises_lies_in_the_folder_and_stays_the_same(void **state)
{
	char path[CONFIG_TEXT_BYTES + sizeof(EXERCISE_FILE) + 1];
	char first[EXERCISE_TOKEN_BYTES], again[EXERCISE_TOKEN_BYTES];
	char ours[EXERCISE_TOKEN_BYTES];
	struct station s;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/%s", config.data_dir, EXERCISE_FILE);
	assert_int_equal(station_open(&s, &config), 0);
	exercise_token(s.exercise_key, EXERCISE_OF_MACHINE, ours);
	assert_memory_not_equal(s.exercise_key, s.source_key, KEYS_BYTES);
	station_close(&s);
	assert_int_equal(exercise_read(path, first), 0);
	assert_string_equal(first, ours);
	assert_int_equal(station_open(&s, &config), 0);
	station_close(&s);
	assert_int_equal(exercise_read(path, again), 0);
	assert_string_equal(again, first);
}

static void
a_second_serve_on_the_folder_is_refused_until_the_first_ends(void **state)
{
	struct station first, second;
	uint8_t key[KEYS_BYTES];

	(void)state;
	assert_int_equal(station_open(&first, &config), 0);
	memcpy(key, first.receipt_key, KEYS_BYTES);
	assert_int_equal(station_open(&second, &config), -EBUSY);
	assert_int_equal(second.public_listener, -1);
	station_close(&first);
	assert_int_equal(station_open(&second, &config), 0);
	assert_memory_equal(key, second.receipt_key, KEYS_BYTES);
	station_close(&second);
}

static void
a_key_that_others_can_read_stops_the_start(void **state)
{
	char path[CONFIG_TEXT_BYTES + 8];
	struct station s;

	(void)state;
	assert_int_equal(station_open(&s, &config), 0);
	station_close(&s);
	(void)snprintf(path, sizeof(path), "%s/key", config.data_dir);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(station_open(&s, &config), -EACCES);
	assert_int_equal(s.folder, -1);
}

static void
a_port_is_named_as_a_url_and_freed_again(void **state)
{
	char name[LISTEN_NAME_BYTES];
	struct station s;

	(void)state;
	assert_int_equal(station_open(&s, &config), 0);
	listen_name(s.public_listener, name);
	assert_int_equal(strncmp(name, "http://127.0.0.1:", 17), 0);
	assert_true(strtol(name + 17, NULL, 10) > 0);
	station_stop_listening(&s);
	assert_int_equal(s.public_listener, -1);
	assert_true(s.folder >= 0);
	station_close(&s);
}

static void
a_user_that_is_not_there_stops_the_start(void **state)
{
	struct station s;

	(void)state;
	if (geteuid() != 0) {
		skip();
	}
	(void)snprintf(config.user, sizeof(config.user), "nobody-of-that-name");
	assert_int_equal(station_open(&s, &config), -ENOENT);
}

int
main(void)
{
#define WITH_CONFIG(f) cmocka_unit_test_setup_teardown(f, make_config, drop_folder)
	const struct CMUnitTest tests[] = {
		WITH_CONFIG(the_first_start_makes_the_folder_for_its_user_alone),
		WITH_CONFIG(
			the_token_of_exercises_lies_in_the_folder_and_stays_the_same),
		WITH_CONFIG(
			a_second_serve_on_the_folder_is_refused_until_the_first_ends),
		WITH_CONFIG(a_key_that_others_can_read_stops_the_start),
		WITH_CONFIG(a_port_is_named_as_a_url_and_freed_again),
		WITH_CONFIG(a_user_that_is_not_there_stops_the_start),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
