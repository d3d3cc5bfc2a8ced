/*
 * area_known - the areas that the desk's file has, for commands
 *
 * Read only, whether the desk runs or not.
 */
#ifndef SERVER_AREA_KNOWN_H
#define SERVER_AREA_KNOWN_H

#include <stdbool.h>

#include "geo/store.h"

enum area_known_answer {
	AREA_KNOWN_FAILED = 1, /* told on standard error */
};

/* *out is NULL when there is no file yet. 0, or AREA_KNOWN_FAILED. */
int area_known_open(struct store **out, const char *data_dir);

/* What there is already, as far as anybody has imported it. */
struct area_known;

/* 0, or AREA_KNOWN_FAILED. */
int area_known_read(struct area_known **out, const char *data_dir);
/* Accepts NULL. */
void area_known_free(struct area_known *k);
/* Is there an area with the code, and has it ground of its own? */
bool area_known_has(const struct area_known *k, const char *code, bool *has_ground);

/* One line for each area. 0, or AREA_KNOWN_FAILED. */
int area_known_list(const char *data_dir);

#endif
