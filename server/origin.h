/*
 * origin - was this posted from a page of another site? And is this machine meant?
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

/*
 * Does this Host, or address with its port, name loopback itself? A page of any
 * site may point its own name at 127.0.0.1 and then read what listens there:
 * while the console has no login, only the name tells. NULL (HTTP/1.0, which no
 * browser speaks): yes.
 */
bool origin_is_loopback(const char *host);

#endif
