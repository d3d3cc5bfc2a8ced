/*
 * delivery_note - a delivery's new state, in the log and the counters
 *
 * Numbers only: whom it was for stands in the desk's file, never here. To be called
 * for each row the outbox gives.
 */
#ifndef SERVER_DELIVERY_NOTE_H
#define SERVER_DELIVERY_NOTE_H

#include "geo/store_delivery.h"

void delivery_note(const struct store_delivery *d);

#endif
