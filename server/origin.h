/*
 * origin - was this posted from a page of another site?
 *
 * Fetch's own word (Sec-Fetch-Site) or an Origin that is not the Host asked.
 * Such a report is marked for the slower lane, never refused (design.md 4.13):
 * a page of the municipality may well carry our form.
 */
#ifndef SERVER_ORIGIN_H
#define SERVER_ORIGIN_H

#include <stdbool.h>

/* Headers as they came; each may be NULL. */
bool origin_is_foreign(
	const char *origin, const char *host, const char *sec_fetch_site);

#endif
