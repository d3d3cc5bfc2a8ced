/*
 * umbrella_internal - what the files of umbrella.h share
 *
 *	umbrella.c         points coming and going
 *	umbrella_move.c    points that are elsewhere now, or nowhere
 *	umbrella_start.c   from the log to where it was
 *	umbrella_life.c    births, merges, splits, ends
 *	umbrella_anchor.c  by which report an umbrella is found again
 *	umbrella_row.c     what the log says of it
 *	umbrella_member.c  incidents: labels and tags
 *	umbrella_tell.c    figures, and who was told what
 *	umbrella_extent.c  where the large ones are
 *
 * A field is one cluster. What the cluster says in the middle of a change is
 * noted in the field and followed when the change is over.
 */
#ifndef DISPATCH_UMBRELLA_INTERNAL_H
#define DISPATCH_UMBRELLA_INTERNAL_H

#include <sys/queue.h>

#include "dispatch/hazard.h"
#include "dispatch/table.h"
#include "dispatch/umbrella.h"
#include "geo/cluster.h"
#include "geo/pool.h"

#define NO_MEMBER POOL_NONE

enum {
	NO_POINT = -1,
	UMBRELLA_PASTS_MOST = 8,
};

#define IS_OPEN VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN
#define IS_MERGED VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_MERGED
#define IS_ENDED VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_ENDED
#define EVENT(name) VEDETTA__V1__UMBRELLA_EVENT__UMBRELLA_EVENT_##name

/* What a member is in. */
enum umbrella_list_kind {
	UMBRELLA_ITS_OWN, /* of its umbrella */
	UMBRELLA_TOLD,    /* by version */
	UMBRELLA_LISTS,
};

struct umbrella_field;

/* Members by number, NO_MEMBER at both ends. */
struct umbrella_members {
	uint32_t first;
	uint32_t last;
};

/* First what changes while reports come. */
struct umbrella {
	struct umbrella_field *field;
	struct umbrella_members members;
	uint8_t status; /* enum UmbrellaStatus */
	bool is_counted;
	bool is_stale;               /* on the list to be counted */
	bool is_doubtful;            /* its anchor has to be looked at */
	uint64_t component;          /* CLUSTER_NONE: not open, or not found yet */
	int64_t anchor_point;        /* its handle, or NO_POINT */
	TAILQ_ENTRY(umbrella) other; /* of those to be counted, or gone */
	TAILQ_ENTRY(umbrella) link;  /* of all */
	TAILQ_ENTRY(umbrella) told;  /* in order of version, once it is counted */
	uint64_t id;
	uint64_t seq; /* its last row */
	uint64_t anchor;
	uint64_t merged_into;
	uint64_t version;
	int64_t opened_ms;
	int64_t ended_ms;
	/* Figures, as counted last. */
	bool maxi;
	uint32_t n_incidents;
	uint32_t n_reports;
	uint32_t n_by_class[6]; /* [1] to [5] */
	int64_t first_ms;
	int64_t last_ms;
	bool has_box;
	struct geo_point south_west;
	struct geo_point north_east;
	struct geo_point centre;
	double span_m;
};

struct umbrella_tags {
	size_t n;
	uint64_t ids[UMBRELLA_TAGS_MOST];
};

/*
 * An incident with a placed report, now or before. There can be as many as reports:
 * what the incident knows stays there, and few have tags. A line of memory, known by
 * its number; a pointer lives until umbrella_member_for() makes the next one.
 */
struct umbrella_member {
	const struct incident *incident; /* borrowed: they are never forgotten */
	struct umbrella_field *field;
	struct umbrella *label;     /* or NULL */
	struct umbrella_tags *tags; /* owned; NULL: none */
	uint64_t version;           /* 0: never had a label or a tag */
	int32_t newest;             /* of its points, or NO_POINT */
	uint32_t n_reports;         /* points */
	struct umbrella_link {
		uint32_t prev; /* members, or NO_MEMBER */
		uint32_t next;
	} links[UMBRELLA_LISTS];
};

/*
 * By the cluster's handle, and beside the cluster's own of it: both in one line. In
 * a list by arrival, then by the row that says where.
 */
struct umbrella_point {
	uint64_t number : 62; /* of the report */
	uint64_t is_spot : 1;
	uint64_t is_touched : 1; /* in this change */
	int64_t arrival_ms;
	struct umbrella *anchors; /* of whom it is the anchor, or NULL */
	uint32_t member;          /* or NO_MEMBER: it leaves */
	int32_t older;            /* handles, or NO_POINT */
	int32_t newer;
};

struct umbrella_field {
	struct umbrellas *all; /* borrowed: owns us */
	enum event_group group;
	bool exercise;
	const struct event_group_rule *rule;
	struct cluster *cluster;
	int64_t oldest;
	int64_t newest;
	int64_t last_late; /* they come one behind the other, between new ones */
	struct umbrella **by_slot; /* by the lower half of a component's id */
	size_t room_slots;
	/* Of the change under way. */
	struct cluster_news *news;
	size_t n_news;
	size_t room_news;
	uint32_t *touched;
	size_t n_touched;
	size_t room_touched;
	struct umbrella **some; /* room for those that it concerns */
	size_t room_some;
	bool short_of_memory;
};

/* A row that waits to be written. */
struct umbrella_due {
	struct store_row row;
	struct store_umbrella record;
	Vedetta__V1__UmbrellaEvent event;
	uint64_t other;
	uint32_t core;
};

enum umbrella_stage {
	UMBRELLA_FILLING,   /* rows before the mark: nothing comes of them */
	UMBRELLA_REPLAYING, /* rows behind it, read from the log */
	UMBRELLA_CURRENT,
};

TAILQ_HEAD(umbrella_list, umbrella);

struct umbrellas {
	const struct roster *roster; /* borrowed */
	struct umbrella_field *fields[EVENT_GROUPS][2];
	struct pool members; /* none is ever given back */
	struct table by_anchor;
	struct umbrella_list umbrellas;
	struct umbrella_list told;
	struct umbrella_list to_count;
	struct umbrella_list gone;
	struct umbrella_members told_members; /* in order of version */
	uint32_t next_to_tag;
	enum umbrella_stage stage;
	size_t n_gone;
	size_t n_lost;
	uint64_t version;
	uint64_t tellable; /* versions up to this one, as of the last tick */
	uint64_t mark_seq;
	int64_t mark_ms;
	/* Marks later by the clock than all that came behind them: it was set back. */
	struct umbrella_past {
		uint64_t seq;
		int64_t ms;
	} pasts[UMBRELLA_PASTS_MOST];
	size_t n_pasts;
	uint64_t followed_seq; /* while following: the report taken last */
	uint64_t lapsed_seq;   /* from there on the log is followed again; 0: not yet */
	uint64_t last_record;  /* the newest row that changed one */
	/* Of the step under way: the rows' time and sequence, and their cause. */
	int64_t now_ms;
	uint64_t last_seq;
	uint64_t cause_seq;
	int64_t clock_ms; /* all that ran out until then is gone */
	bool some_left;   /* that ran out later, but before now */
	struct umbrella_due *due;
	size_t n_due;
	size_t n_given; /* of those */
	size_t room_due;
};

static inline struct umbrella **
umbrella_of_component(const struct umbrella_field *f, uint64_t component)
{
	return &f->by_slot[(uint32_t)component];
}

static inline struct umbrella_point *
point_of(const struct umbrella_field *f, int64_t point)
{
	return cluster_extra(f->cluster, (uint32_t)point);
}

/* NULL for NO_MEMBER. */
static inline struct umbrella_member *
member_of(const struct umbrellas *u, uint32_t number)
{
	return number == NO_MEMBER ? NULL : pool_at(&u->members, number);
}

static inline uint32_t
member_number(const struct umbrellas *u, const struct umbrella_member *m)
{
	return (uint32_t)(m - (const struct umbrella_member *)u->members.slots);
}

/* The row that says where a point is. */
static inline uint64_t
umbrella_seq(const struct umbrella_field *f, int64_t point)
{
	return cluster_id(f->cluster, (uint32_t)point);
}

static inline int64_t
umbrella_window_ms(const struct umbrella_field *f)
{
	return (int64_t)f->rule->window_h * 3600000;
}

/* Makes room for n of item_bytes each. 0 or -ENOMEM. */
int umbrella_make_room(void **items, size_t *room, size_t n, size_t item_bytes);

/* The field of a group, made when first asked for. NULL: no memory. */
struct umbrella_field *umbrella_field_for(
	struct umbrellas *u, enum event_group group, bool exercise);

/* What ran out goes, or a slice of it: 1, some is left. 0, 1 or -ENOMEM. */
int umbrella_expire(struct umbrellas *u, int64_t now_ms);

/* Into its field, if it is placed and in the window. 0 or -ENOMEM. */
int umbrella_put_report(struct umbrellas *u, const struct umbrella_report *report);

/* A point of the field is of another member now. */
void umbrella_give_point(
	struct umbrella_field *f, int64_t point, struct umbrella_member *to);

/* 0 or -ENOMEM. */
int umbrella_drop_point(struct umbrella_field *f, int64_t point);

/* ---- umbrella_move.c */

/* As umbrella_put_report(), and out of where it was or what was a pile. */
int umbrella_add_report(struct umbrellas *u, const struct umbrella_report *report);

/* ---- umbrella_start.c */

/* How late it became, at the most, while a row was in the log. */
int64_t umbrella_past_ms(const struct umbrellas *u, uint64_t seq);

/* ---- umbrella_life.c */

/* The cluster's, with the field as arg. */
void umbrella_on_news(void *arg, const struct cluster_news *news);
void umbrella_on_touch(void *arg, uint32_t handle);

/*
 * Follows what the cluster said of a change. lost: the umbrella whose anchor was
 * taken out, or NULL. 0 or -ENOMEM.
 */
int umbrella_follow_change(struct umbrella_field *f, struct umbrella *lost);

/* The component is that umbrella's. 0 or -ENOMEM. */
int umbrella_give_component(
	struct umbrella_field *f, uint64_t component, struct umbrella *to);

/* A new one, of a component, with its row. 0 or -ENOMEM. */
int umbrella_bear(struct umbrella_field *f, uint64_t component, int64_t anchor,
	Vedetta__V1__UmbrellaEvent event, uint64_t other);

/*
 * It merged into another, or is over (NULL), and has its last row; its members
 * are relabelled by whoever ends it. 0 or -ENOMEM.
 */
int umbrella_end(struct umbrella *umbrella, Vedetta__V1__UmbrellaEvent event,
	struct umbrella *into);

/* ---- umbrella_anchor.c */

bool umbrella_is_newer(const struct umbrella_field *f, int64_t a, int64_t b);

/* Is the point a core point of the component? */
bool umbrella_has_core(
	const struct umbrella_field *f, int64_t point, uint64_t component);

int64_t umbrella_newest_core(const struct umbrella_field *f, uint64_t component);

/* point may be NO_POINT. */
void umbrella_set_anchor(struct umbrella *umbrella, int64_t point);

/*
 * Another anchor, with a row, when it has none or one that is not its core point
 * any more. 0 or -ENOMEM.
 */
int umbrella_mend_anchor(struct umbrella *umbrella);

/* ---- umbrella_row.c */

/* A row about it as it is now; its first gives it its id. 0 or -ENOMEM. */
int umbrella_put_row(
	struct umbrella *umbrella, Vedetta__V1__UmbrellaEvent event, uint64_t other);

/* ---- umbrella_member.c */

/* The member for an incident, made when it is new; NULL with *fault 0: unknown. */
struct umbrella_member *umbrella_member_for(
	struct umbrellas *u, uint64_t incident, int *fault);

/* Does its incident count among its umbrella's, and where? */
bool umbrella_member_is_open(const struct umbrella_member *m);
bool umbrella_member_has_place(const struct umbrella_member *m);

/* The member of an incident, or NULL; the second looks for the incident first. */
struct umbrella_member *umbrella_member_of(
	const struct umbrellas *u, const struct incident *incident);
struct umbrella_member *umbrella_member_find(
	const struct umbrellas *u, uint64_t incident);

void umbrella_members_fini(struct umbrellas *u);

void umbrella_members_put(struct umbrellas *u, struct umbrella_members *list,
	enum umbrella_list_kind kind, struct umbrella_member *m);
void umbrella_members_take(struct umbrellas *u, struct umbrella_members *list,
	enum umbrella_list_kind kind, struct umbrella_member *m);

/* Fetches what changes with its label. */
void umbrella_member_fetch(const struct umbrellas *u, uint32_t number);

/* Puts it under the umbrella of its newest point. */
void umbrella_relabel(struct umbrella_member *m);

/* Under that one, whatever it was. */
void umbrella_label(struct umbrella_member *m, struct umbrella *label);

/* The footprints it is in; told if they are others than before. */
void umbrella_tag(struct umbrella_member *m);

/* ---- umbrella_tell.c */

/* It has to be counted again, or told as gone. */
void umbrella_is_stale(struct umbrella *umbrella);
void umbrella_is_gone(struct umbrella *umbrella);
void umbrella_member_is_new(struct umbrella_member *m);

#endif
