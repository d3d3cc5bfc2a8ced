#include "server/user_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dispatch/office.h"
#include "geo/store.h"
#include "geo/store_record.h"
#include "server/clock.h"
#include "server/command.h"
#include "server/own_store.h"

enum {
	ARENA_BYTES = 1 << 20,
};

struct user_file {
	const struct config *config; /* borrowed */
	int fd;                      /* the desk's; -1: we write ourselves */
	struct own_store own;
	struct office *office;
	struct arena *arena;
};

static int
complain(const char *what, const char *why)
{
	fprintf(stderr, "user: %s: %s\n", what, why);
	return USER_FILE_FAILED;
}

/* ---- by ourselves */

static int
load_account(void *arg, const struct store_record *record)
{
	return record->damaged ? 0 : office_load_account(arg, record);
}

static int
load_session(void *arg, const struct store_record *record)
{
	return record->damaged ? 0 : office_load_session(arg, record);
}

static int
open_here(struct user_file *u)
{
	char why[OWN_STORE_WHY_BYTES];
	int r;

	if (own_store_open(&u->own, u->config, why) != 0) {
		fprintf(stderr, "user: %s\n", why);
		return USER_FILE_FAILED;
	}
	u->office = office_new();
	r = u->office == NULL ? -ENOMEM
			      : store_load_records(u->own.store, STORE_RECORD_ACCOUNT,
					load_account, u->office);
	if (r == 0) {
		r = store_load_records(
			u->own.store, STORE_RECORD_SESSION, load_session, u->office);
	}
	return r == 0 ? 0 : complain(u->config->data_dir, strerror(-r));
}

/* Rows, then the records that name them, in one batch. */
static int
write_out(struct user_file *u, const struct office_out *out, int64_t now_ms)
{
	int r = store_begin(u->own.store);

	if (r == STORE_NO_ROOM) {
		return complain(u->config->data_dir, "the disk is full");
	}
	for (size_t i = 0; r == 0 && i < out->n_rows; i++) {
		struct store_row row;

		office_row_to_store(&out->rows[i], store_last_seq(u->own.store) + 1 + i,
			now_ms, &row);
		r = store_append(u->own.store, &row);
	}
	for (size_t i = 0; r == 0 && i < out->n_records; i++) {
		r = store_put_record(u->own.store, &out->records[i]);
	}
	if (r == 0) {
		r = store_commit(u->own.store);
	}
	return r == 0 ? 0 : complain(u->config->data_dir, strerror(-r));
}

static int
do_here(struct user_file *u, const Vedetta__V1__OfficeCommand *command)
{
	int64_t now_ms = clock_wall_ms(), last_ms = store_last_at_ms(u->own.store);
	struct office_out out;

	now_ms = last_ms > now_ms ? last_ms : now_ms;
	if (office_command(u->office, command, now_ms, store_last_seq(u->own.store) + 1,
		    u->arena, &out) != 0) {
		return complain("the account", strerror(ENOMEM));
	}
	if (out.answer.outcome != VEDETTA__V1__OFFICE_OUTCOME__OFFICE_OUTCOME_DONE) {
		return complain(out.answer.field, out.answer.reason);
	}
	return out.n_rows > 0 ? write_out(u, &out, now_ms) : 0;
}

static int
list_here(struct user_file *u, uint64_t from, Vedetta__V1__AccountList *list)
{
	size_t n = office_count(u->office);

	list->accounts = arena_alloc(u->arena, (n + 1) * sizeof(list->accounts[0]));
	if (list->accounts == NULL) {
		return complain("the list", strerror(ENOMEM));
	}
	for (size_t i = 0; i < n; i++) {
		if (office_at(u->office, i)->id >= from) {
			list->accounts[list->n_accounts++] =
				(Vedetta__V1__Account *)office_at(u->office, i);
		}
	}
	return 0;
}

/* ---- by the desk */

static int
ask(struct user_file *u, const Vedetta__V1__OfficeCommand *office,
	Vedetta__V1__AccountList *list)
{
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	Vedetta__V1__CommandAnswer *answer;
	int r;

	command.what_case = VEDETTA__V1__COMMAND__WHAT_OFFICE;
	command.office = (Vedetta__V1__OfficeCommand *)office;
	r = command_ask(u->fd, &command, u->arena, &answer);
	if (r != 0) {
		return complain("the desk",
			r == COMMAND_GONE ? "it went away; see `vedetta user list`"
					  : strerror(-r));
	}
	if (answer->refused[0] != '\0') {
		return complain("refused", answer->refused);
	}
	if (list != NULL) {
		list->accounts = answer->accounts;
		list->n_accounts = answer->n_accounts;
	}
	return 0;
}

int
user_file_do(struct user_file *u, const Vedetta__V1__OfficeCommand *command,
	Vedetta__V1__AccountList *list)
{
	arena_reset(u->arena);
	if (list != NULL) {
		*list = (Vedetta__V1__AccountList)VEDETTA__V1__ACCOUNT_LIST__INIT;
	}
	if (u->fd >= 0) {
		return ask(u, command, list);
	}
	return list != NULL ? list_here(u, command->list, list) : do_here(u, command);
}

struct user_file *
user_file_open(const struct config *config, bool makes)
{
	struct user_file *u = calloc(1, sizeof(*u));
	int r;

	if (u == NULL) {
		return NULL;
	}
	u->config = config;
	u->fd = u->own.folder = -1;
	u->arena = arena_new(ARENA_BYTES);
	r = u->arena == NULL ? -ENOMEM : command_connect(config->data_dir, &u->fd);
	if (r == COMMAND_NOBODY && !makes && !own_store_exists(config)) {
		r = complain(
			config->data_dir, "there is no desk's file in this folder");
	} else if (r == COMMAND_NOBODY) {
		r = open_here(u);
	} else if (r != 0) {
		u->fd = -1;
		r = complain(config->data_dir, strerror(-r));
	}
	if (r != 0) {
		user_file_close(u);
		return NULL;
	}
	return u;
}

void
user_file_close(struct user_file *u)
{
	if (u == NULL) {
		return;
	}
	office_free(u->office);
	own_store_close(&u->own);
	if (u->fd >= 0) {
		(void)close(u->fd);
	}
	arena_free(u->arena);
	free(u);
}
