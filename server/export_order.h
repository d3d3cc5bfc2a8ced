/*
 * export_order - whose export it is, as the front tells the process that makes it
 *
 * One line of words; export_scope.h reads it. Apart from there, since a front
 * cannot call the store.
 */
#ifndef SERVER_EXPORT_ORDER_H
#define SERVER_EXPORT_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/scope.h"

enum {
	EXPORT_ORDER_UMBRELLAS_MOST = 1000,
	EXPORT_ORDER_LINE_BYTES = 32 * 1024,
};

/*
 * " UNASSIGNED CODES code... UMBRELLAS id..." behind what is in the line, or " *" for
 * scope NULL, which sees everything. false when there is no room.
 */
bool export_order_write(const struct scope *scope, const uint64_t *umbrellas, size_t n,
	char *line, size_t bytes);

/* "*", or codes and "unassigned", a space between; cut to fit. */
void export_order_text(const struct scope *scope, char *out, size_t bytes);

#endif
