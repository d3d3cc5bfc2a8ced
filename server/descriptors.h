/*
 * descriptors - enough of them, and some put by
 *
 * Each connection is one, and strangers open as many as they like. The
 * supervisor raises the limit to what the config asks for, as far as it may; a
 * front takes no more connections than leave it its own. What is put by in
 * spares is given up for the moment in which something must be received that
 * has no second chance: a new line to the desk.
 */
#ifndef SERVER_DESCRIPTORS_H
#define SERVER_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DESCRIPTORS_OWN = 128, /* of a front, with those it turns away */
	DESCRIPTORS_SPARE = 2,
};

/*
 * Raises this process's limit to the hard one, and that to wanted if it is less
 * and we may. Returns the limit there is then.
 */
uint64_t descriptors_raise(uint64_t wanted);

/* How many of the wanted connections one of so many doors has room for. */
size_t descriptors_room(size_t wanted, size_t doors);

struct spares {
	int fds[DESCRIPTORS_SPARE]; /* -1: none */
};

void spares_init(struct spares *s);

/* Fills up what is missing. Returns whether there is one. */
bool spares_keep(struct spares *s);

/* Closes one: for a moment a descriptor is free. */
void spares_give(struct spares *s);

#endif
