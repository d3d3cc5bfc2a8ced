/*
 * tally - how many connections each address holds
 *
 * An address is all of IPv4, or the /64 of IPv6 that one customer has; IPv4
 * mapped into IPv6 is IPv4. Peers without an address (Unix sockets) are not
 * counted. The table has room for as many addresses as there may be
 * connections and never grows; its hash is keyed, so nobody can choose
 * addresses that fall into one place.
 */
#ifndef SERVER_TALLY_H
#define SERVER_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct tally;

/* NULL when memory is short. */
struct tally *tally_new(size_t max_connections);

/* Accepts NULL. */
void tally_free(struct tally *t);

/* Counts one more; false, and nothing counted, when there are most already. */
bool tally_take(struct tally *t, const struct sockaddr *address, size_t most);

/* One less; it must have been taken. */
void tally_give(struct tally *t, const struct sockaddr *address);

/* Addresses that hold a connection now. */
size_t tally_addresses(const struct tally *t);

#endif
