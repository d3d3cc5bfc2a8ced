/* desk_folder - a desk's file in a folder of its own, for tests that need one */
#ifndef TESTS_DESK_FOLDER_H
#define TESTS_DESK_FOLDER_H

#include <stdbool.h>

#include "server/batch.h"
#include "server/keeper.h"

enum {
	DESK_INPUT_BYTES = 4096,
};

struct desk_folder {
	char folder[64];
	char path[96];
	uint8_t receipt_key[RECEIPT_KEY_BYTES];
	uint8_t crash_key[STORE_KEY_BYTES];
	struct keeper_options options;
	struct keeper *keeper;
	struct batch *batch;
	unsigned forgotten;
};

/* What differs between two inputs of a test; zero: a plain flood at 42.35 N. */
struct desk_words {
	const char *text;
	double lat_deg;
	uint64_t source;
	bool tokened;
};

void desk_folder_make(struct desk_folder *f);
void desk_folder_open(struct desk_folder *f);
void desk_folder_close(struct desk_folder *f);
void desk_folder_remove(struct desk_folder *f);

/* The bytes a front would send; returns how many. */
size_t desk_folder_pack(const struct desk_words *words, uint8_t out[DESK_INPUT_BYTES]);

/* Puts one into the batch; key 0: none. */
void desk_folder_add(
	struct desk_folder *f, uint8_t key, const struct desk_words *words);
void desk_folder_add_bytes(
	struct desk_folder *f, uint8_t key, const uint8_t *bytes, size_t n);

/* An operator puts a report of an incident to another latitude. */
void desk_folder_place(
	struct desk_folder *f, uint64_t incident, uint64_t report, double lat_deg);

/* Runs the batch and empties it; the answers are good until the next. */
const struct keeper_answer *desk_folder_run(struct desk_folder *f, int64_t now_ms);

#endif
