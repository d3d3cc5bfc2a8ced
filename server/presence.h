/*
 * presence - tells the desk whose consoles are open at this front
 *
 * One entry for each account with a stream that may act, with its areas: who only
 * looks is nobody's hope. Told when the number of streams changes, and once a
 * second while there are any.
 */
#ifndef SERVER_PRESENCE_H
#define SERVER_PRESENCE_H

#include <stdint.h>

struct front;

/* Each tick; now_ms is monotonic. Of no front but a console's there is any. */
void presence_tell(struct front *f, int64_t now_ms);

#endif
