/*
 * http_target - the words of a request that name something: path, query, host
 *
 * Pure functions over bytes that were already found printable. An escape is
 * decoded once, and only if it cannot change what the path means.
 */
#ifndef SERVER_HTTP_TARGET_H
#define SERVER_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Decodes a path in place and ends it with NUL (there must be room for it).
 * false: not absolute, an empty or dot segment, a byte outside RFC 3986's
 * path, a bad escape, or one that hides a slash, backslash, control or
 * non-ASCII byte; the bytes are then undefined.
 */
bool http_target_decode_path(char *path, size_t bytes);

/*
 * Browsers leave some bytes alone in queries that RFC 3986 would escape; those
 * are taken. Escapes must be whole.
 */
bool http_target_is_query(const char *query, size_t bytes);

/* A name, IPv4 or bracketed IPv6 address, with a port or without. */
bool http_target_is_host(const char *host, size_t bytes);

/* http_parameter() of http.h. A name is at most 63 bytes long. */
bool http_target_parameter(const char *encoded, const char *name, char *out,
	size_t out_bytes, bool *found);

/* The value of a hexadecimal digit, or -1. */
int http_target_digit(char c);

#endif
