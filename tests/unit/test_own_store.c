#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/own_store.h"

static char folder[] = "/tmp/vedetta-own-store-XXXXXX";
static struct config config;

static void
use(const char *name)
{
	(void)snprintf(config.data_dir, sizeof(config.data_dir), "%s/%s", folder, name);
}

static void
a_folder_with_key_and_file_is_made(void **state)
{
	struct own_store own = {.folder = -1};
	char why[OWN_STORE_WHY_BYTES] = "", key[CONFIG_TEXT_BYTES + 16];

	(void)state;
	use("new");
	assert_false(own_store_exists(&config));
	assert_int_equal(own_store_open(&own, &config, why), 0);
	assert_int_equal(store_last_seq(own.store), 0);
	assert_true(own_store_exists(&config));
	(void)snprintf(key, sizeof(key), "%s/key", config.data_dir);
	assert_int_equal(access(key, R_OK), 0);
	own_store_close(&own);
	own_store_close(&own);
	assert_int_equal(own_store_open(&own, &config, why), 0);
	own_store_close(&own);
}

static void
a_folder_somebody_holds_is_left_alone(void **state)
{
	struct own_store first, second;
	char why[OWN_STORE_WHY_BYTES] = "";

	(void)state;
	use("held");
	assert_int_equal(own_store_open(&first, &config, why), 0);
	assert_int_equal(own_store_open(&second, &config, why), -1);
	assert_ptr_equal(strstr(why, config.data_dir), why);
	assert_non_null(strstr(why, "somebody serves it"));
	own_store_close(&second);
	own_store_close(&first);
	assert_int_equal(own_store_open(&first, &config, why), 0);
	own_store_close(&first);
}

static void
what_cannot_be_used_is_named(void **state)
{
	struct own_store own;
	char why[OWN_STORE_WHY_BYTES] = "", path[CONFIG_TEXT_BYTES + 16];
	FILE *file;

	(void)state;
	use("absent/below");
	assert_int_equal(own_store_open(&own, &config, why), -1);
	assert_non_null(strstr(why, "absent/below: No such file"));
	own_store_close(&own);

	use("garbled");
	assert_int_equal(own_store_open(&own, &config, why), 0);
	own_store_close(&own);
	(void)snprintf(path, sizeof(path), "%s/desk.sqlite", config.data_dir);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("no database, but words enough to be read as one", file) > 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(own_store_open(&own, &config, why), -1);
	assert_ptr_equal(strstr(why, path), why);
	own_store_close(&own);
}

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_with_key_and_file_is_made),
		cmocka_unit_test(a_folder_somebody_holds_is_left_alone),
		cmocka_unit_test(what_cannot_be_used_is_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, NULL);
}
