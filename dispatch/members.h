/*
 * members - what each row gave to an incident
 *
 * An incident's class, signs, senders and trend are sums of its reports. When
 * an operator moves one to another incident the sums are made anew from those
 * that are left, so they are what they would be had it never been there. One
 * member is what one row said, 24 bytes; further words to a report are members
 * of their own under the same number. The first lives in the struct itself,
 * since most incidents never have a second.
 */
#ifndef DISPATCH_MEMBERS_H
#define DISPATCH_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/facts.h"

/* member_pack() makes one; there is one for each report and more. */
struct member {
	uint64_t source;
	uint64_t report : 43; /* number on the receipt of what it belongs to */
	uint64_t facts_high : 21;
	int64_t arrival_ms : 43; /* from 1970 to 2109 */
	uint64_t facts_low : 21; /* member_facts() */
};

struct members {
	union {
		struct member only;  /* while room is 0 */
		struct member *many; /* owned */
	};
	uint32_t n;
	uint32_t room;
};

/*
 * Of the facts all but how late it was, which arrival_ms has. report is below 2^43
 * (assert).
 */
struct member member_pack(
	uint64_t report, uint64_t source, uint64_t facts, int64_t arrival_ms);

struct facts member_facts(const struct member *m);

/* All zero is empty. */
void members_fini(struct members *m);

/* 0 or -ENOMEM. */
int members_add(struct members *m, const struct member *one);

/* In the order they came; index below n. */
const struct member *members_at(const struct members *m, uint32_t index);

/* Does it hold the report itself (not only further words to it)? */
bool members_has(const struct members *m, uint64_t report);

/* How many reports it holds, without further words to them. */
uint32_t members_reports(const struct members *m);

/* The report it holds; 0: none, or more than one. */
uint64_t members_only_report(const struct members *m);

/* Takes out what belongs to these reports, which are in ascending order. */
void members_remove(struct members *m, const uint64_t *reports, size_t n);

#endif
