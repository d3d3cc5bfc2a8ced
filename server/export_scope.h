/*
 * export_scope - whose export it is: which rows go into the file
 *
 * For an account that is limited to areas: incidents that it sees (scope.h), reports
 * that are in one of these at the moment of the file, outlines of these, areas
 * that are its own or lie in one, and umbrellas that it was told of as having an
 * incident it sees, with the ground that the map draws for it. Of one that ended
 * nobody keeps which reports it had: it is seen by who sees the incident that its
 * last anchor lies in, and has no ground for anybody.
 */
#ifndef SERVER_EXPORT_SCOPE_H
#define SERVER_EXPORT_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/store.h"

struct export_scope;

/*
 * From the rest of a line (export_order.h), which it cuts. *out is NULL for
 * everything. 0, -EINVAL, or -ENOMEM.
 */
int export_scope_read(struct export_scope **out, char *rest);

/* Accepts NULL. */
void export_scope_free(struct export_scope *s);

/* What lies in what, and which incidents are seen now. 0 or what the store says. */
int export_scope_look(struct export_scope *s, struct store *store);

/* In all of these s may be NULL: everything is seen. */

/* Of an incident as it is now. */
bool export_scope_sees(const struct export_scope *s, const struct store_incident *i);

/* By its number, as export_scope_look() found it. */
bool export_scope_has(const struct export_scope *s, uint64_t incident);

bool export_scope_sees_area(const struct export_scope *s, const char *code);
bool export_scope_sees_umbrella(const struct export_scope *s, uint64_t id);

/* As export_order_text(). */
void export_scope_text(const struct export_scope *s, char *out, size_t bytes);

#endif
