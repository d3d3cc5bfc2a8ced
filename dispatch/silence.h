/*
 * silence - where fewer report than live there
 *
 * Where things are worst nobody may be left to report, or able to: after the
 * Albanian earthquake of 2019 the lack of news from the epicentre was the first
 * sign of the damage there (Bossu et al. 2020, Frontiers in Earth Science 8:235).
 * So senders are counted for each municipality, by the hour in which they came
 * and the event group, exercises apart, and looked at for each large event.
 *
 * A municipality is near an event when its central point (else the middle of its
 * ground) is at most SILENCE_NEAR_M from one of the event's incidents, or when
 * it reports and lies in the box around them. With its residents n, its peers
 * (the k <= SILENCE_PEERS nearest others near the event whose residents are
 * known; n_i residents and s_i senders each), and x senders:
 *
 *	s_i      = sum over hours h of s_ih
 *	rate     = median of s_i/n_i
 *	c        = median of s_i
 *	expected = k/(k+1) * min(n, sum of n_i) * rate * (1 - 1/sqrt(k*c))
 *	chance   = P(X <= x) for X of Poisson(expected)
 *
 * Hours are those since the event began, whole ones of UTC, in a sum: the median
 * of one hour alone is mostly 0 where towns are small. Night needs no rule of its
 * own: it is night for the peers too. Medians, so that neither a large town far
 * from the worst nor one loud village speaks for all; of an even number the lower
 * one, and where half of the peers said nothing, nothing is expected. k/(k+1) and
 * the root are caution: few peers say little, and few senders too (one deviation
 * less of what k peers sent that are all like the middle one). What some
 * thousand villagers did is not said of more people than they are: a city beside
 * them is measured by as many of its residents. The place where the
 * event has its centre is looked at like any other.
 *
 * Silent is what has a chance below SILENCE_BELOW (so 4.6 are expected at least)
 * and sent a SILENCE_PART of what is expected or less: where much is expected
 * the chance alone would take 122 of 150 for silence. It is that no longer when
 * more came and either the chance is above SILENCE_OVER or it sent more than a
 * SILENCE_PART_OVER. Reports come in bursts, which Poisson does not know: it is a
 * reason to ask there, not a measurement.
 *
 * A sender counts once an hour in a municipality, as long as one of its reports of
 * then is there: one that was moved counts where it was put, in the hour in which
 * it came. Networks without a token are one sender each, and what other sites'
 * pages send is not counted. The memory is
 * bounded; what does not fit is left out, and counted as that. Reports that come
 * before there is a map wait for it, the newest SILENCE_WAITING_MOST of them. An
 * import later changes nothing of what was counted: it stands under codes.
 */
#ifndef DISPATCH_SILENCE_H
#define DISPATCH_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch/hazard.h"
#include "geo/area.h"

#define SILENCE_NEAR_M 8000.0
#define SILENCE_BELOW 0.01
#define SILENCE_OVER 0.10
#define SILENCE_PART (1.0 / 3)
#define SILENCE_PART_OVER 0.5

enum {
	SILENCE_PEERS = 12,
	SILENCE_PLACES_MOST = 512,   /* near one event: those nearest to it */
	SILENCE_CELLS_MOST = 200000, /* municipalities, each hour for itself */
	SILENCE_SENDERS_MOST = 1000000,
	SILENCE_WAITING_MOST = 262144,
};

struct silence;

/* NULL when memory is short. */
struct silence *silence_new(void);
/* Accepts NULL. */
void silence_free(struct silence *s);

/* Are events of this group looked at? Local ones are too small. */
bool silence_is_judged(enum event_group group);

/* A report in its own right, where it says it is. */
struct silence_report {
	enum event_group group;
	bool exercise;
	int64_t arrival_ms;
	uint64_t source;
	struct geo_point at;
	bool leaves; /* it was taken to be there, and is not */
};

/* map: NULL while there is none. 0 or -ENOMEM. */
int silence_take(
	struct silence *s, const struct silence_report *report, struct area_map *map);

/* Counts up to so many of those that wait for a map. 0 or -ENOMEM. */
int silence_count_some(struct silence *s, struct area_map *map, size_t most);

/* Hours that are out of their group's window go. */
void silence_expire(struct silence *s, int64_t now_ms);

struct silence_event {
	enum event_group group;
	bool exercise;
	int64_t since_ms;
	const struct geo_point *places; /* of its incidents, thinned out */
	size_t n_places;
};

struct silence_place {
	const struct area *area; /* borrowed: the map's */
	struct geo_point at;
	double far_m; /* from the event */
	uint32_t senders;
	bool is_expected; /* its residents and peers are known: */
	double expected;
	double chance;
	uint32_t n_peers;
	uint64_t peer_residents;
	uint64_t peer_senders;
	double peer_rate; /* senders for a resident: the median of them */
};

bool silence_is_silent(const struct silence_place *place);

/* Is it over where there were so many senders when it began? */
bool silence_has_news(const struct silence_place *place, uint32_t senders_then);

/*
 * Municipalities near the event, those with the least chance first, those
 * about which nothing can be said last. Returns how many.
 */
size_t silence_judge(const struct silence *s, const struct area_map *map,
	const struct silence_event *event,
	struct silence_place places[SILENCE_PLACES_MOST]);

/* The full hour from which an event's reports are counted. */
int64_t silence_since_ms(int64_t event_since_ms);

/* P(X <= x) of a Poisson distribution. */
double silence_chance(uint64_t x, double expected);

/* Where a municipality is, and how far its ground goes from there. */
bool silence_where(const struct area *area, struct geo_point *at, double *radius_m);

/* What is in memory, and what had no room there. */
struct silence_figures {
	size_t cells;
	size_t senders;
	size_t waiting;
	uint64_t left_out;
};

void silence_figures(const struct silence *s, struct silence_figures *out);

#endif
