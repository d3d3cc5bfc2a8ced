/*
 * delivery_text - what is said, as each means says it
 *
 * An exercise says so in the title and in the first lines of the text, in two
 * languages, whatever was written: nobody who sends can forget it. What is too
 * long for a means is cut between two characters; the link stays.
 */
#ifndef SERVER_DELIVERY_TEXT_H
#define SERVER_DELIVERY_TEXT_H

#include <stddef.h>

#include "proto/arena.h"
#include "vedetta/v1/delivery.pb-c.h"

/* All in the arena; NULL when memory is short. */

char *delivery_title(const Vedetta__V1__Delivery *d, struct arena *arena);

/* Mark, text, link; at most so many UTF-16 units, or so many bytes (0: any). */
char *delivery_body(const Vedetta__V1__Delivery *d, size_t units_most,
	size_t bytes_most, struct arena *arena);

/* The payload of a webhook, JSON; at_s: when this attempt is made. */
char *delivery_hook_json(const Vedetta__V1__Delivery *d, const char *id, int64_t at_s,
	struct arena *arena);

/* What a browser's worker is told, JSON, at most so many bytes. */
char *delivery_push_json(const Vedetta__V1__Delivery *d, const char *id,
	size_t bytes_most, struct arena *arena);

/* Telegram's sendMessage, JSON. */
char *delivery_telegram_json(const Vedetta__V1__Delivery *d, struct arena *arena);

#endif
