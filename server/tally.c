#include "server/tally.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

struct entry {
	uint64_t prefix;
	uint32_t family; /* 0: free */
	uint32_t count;
};

struct tally {
	unsigned char key[crypto_shorthash_KEYBYTES];
	size_t n_addresses;
	size_t mask;
	struct entry entries[];
};

struct tally *
tally_new(size_t max_connections)
{
	size_t n = 16;

	/* At most half full, or linear probing gets long. */
	while (n < max_connections * 2) {
		n *= 2;
	}
	struct tally *t = calloc(1, sizeof(*t) + n * sizeof(t->entries[0]));
	if (t == NULL) {
		return NULL;
	}
	randombytes_buf(t->key, sizeof(t->key));
	t->mask = n - 1;
	return t;
}

void
tally_free(struct tally *t)
{
	free(t);
}

/* false: an address that is not counted. */
static bool
read_prefix(const struct sockaddr *address, struct entry *out)
{
	memset(out, 0, sizeof(*out));
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address;
		out->family = AF_INET;
		out->prefix = in->sin_addr.s_addr;
		return true;
	}
	if (address->sa_family != AF_INET6) {
		return false;
	}
	const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
	if (IN6_IS_ADDR_V4MAPPED(in6)) {
		uint32_t v4;
		memcpy(&v4, in6->s6_addr + 12, sizeof(v4));
		out->family = AF_INET;
		out->prefix = v4;
		return true;
	}
	out->family = AF_INET6;
	memcpy(&out->prefix, in6->s6_addr, sizeof(out->prefix));
	return true;
}

static size_t
home_of(const struct tally *t, const struct entry *e)
{
	unsigned char in[sizeof(e->prefix) + sizeof(e->family)];
	unsigned char out[crypto_shorthash_BYTES];
	size_t home;

	memcpy(in, &e->prefix, sizeof(e->prefix));
	memcpy(in + sizeof(e->prefix), &e->family, sizeof(e->family));
	crypto_shorthash(out, in, sizeof(in), t->key);
	memcpy(&home, out, sizeof(home));
	return home & t->mask;
}

/* Where the prefix is, or the free place it would go to. */
static size_t
find(const struct tally *t, const struct entry *wanted)
{
	size_t i = home_of(t, wanted);

	while (t->entries[i].family != 0 &&
		(t->entries[i].prefix != wanted->prefix ||
			t->entries[i].family != wanted->family)) {
		i = (i + 1) & t->mask;
	}
	return i;
}

bool
tally_take(struct tally *t, const struct sockaddr *address, size_t most)
{
	struct entry e;

	if (!read_prefix(address, &e)) {
		return true;
	}
	struct entry *place = &t->entries[find(t, &e)];
	if (place->count >= most) {
		return false;
	}
	if (place->family == 0) {
		assert(t->n_addresses * 2 <= t->mask);
		*place = e;
		t->n_addresses++;
	}
	place->count++;
	return true;
}

/* Closes the gap at i, so that no search stops before what it looks for. */
static void
close_gap(struct tally *t, size_t i)
{
	for (size_t next = (i + 1) & t->mask; t->entries[next].family != 0;
		next = (next + 1) & t->mask) {
		size_t home = home_of(t, &t->entries[next]);
		/* May it move? Only if its home is not between gap and itself. */
		if (((next - home) & t->mask) >= ((next - i) & t->mask)) {
			t->entries[i] = t->entries[next];
			i = next;
		}
	}
	memset(&t->entries[i], 0, sizeof(t->entries[i]));
}

void
tally_give(struct tally *t, const struct sockaddr *address)
{
	struct entry e;

	if (!read_prefix(address, &e)) {
		return;
	}
	size_t i = find(t, &e);
	assert(t->entries[i].count > 0);
	if (--t->entries[i].count == 0) {
		t->n_addresses--;
		close_gap(t, i);
	}
}

size_t
tally_addresses(const struct tally *t)
{
	return t->n_addresses;
}
