/* api_outline - GET /v1/outlines: what a map draws, as GeoJSON (RFC 7946) */
#include <inttypes.h>
#include <string.h>

#include "dispatch/hazard.h"
#include "server/reply.h"
#include "server/search_reply.h"
#include "server/umbrella_board.h"
#include "server/umbrella_scope.h"

#define GEOJSON_TYPE "application/geo+json"

static const char *
truth(bool value)
{
	return value ? "true" : "false";
}

/* A string of JSON; areas' names are what an import said. */
static bool
write_text(struct evbuffer *out, const char *text)
{
	bool ok = evbuffer_add(out, "\"", 1) == 0;

	for (; ok && *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < ' ' || byte == '"' || byte == '\\') {
			ok = evbuffer_add_printf(out, "\\u%04x", byte) > 0;
		} else {
			ok = evbuffer_add(out, text, 1) == 0;
		}
	}
	return ok && evbuffer_add(out, "\"", 1) == 0;
}

static bool
write_incident(struct evbuffer *out, const Vedetta__V1__Outline *o)
{
	const struct hazard *hazard = hazard_by_number((uint8_t)o->hazard);

	return evbuffer_add_printf(out,
		       "\"kind\":\"incident\",\"hazard\":\"%s\",\"class\":%u,"
		       "\"open\":%s,\"exercise\":%s,\"reports\":%" PRIu64,
		       hazard != NULL ? hazard->code : "other", o->class_,
		       truth(o->status ==
			       VEDETTA__V1__INCIDENT_STATUS__INCIDENT_STATUS_OPEN),
		       truth(o->exercise), o->reports) > 0;
}

static bool
write_umbrella(struct evbuffer *out, const Vedetta__V1__Outline *o)
{
	return evbuffer_add_printf(out,
		       "\"kind\":\"umbrella\",\"eventGroup\":\"%s\",\"exercise\":%s,"
		       "\"maxi\":%s,\"reports\":%" PRIu64,
		       o->event_group, truth(o->exercise), truth(o->maxi),
		       o->reports) > 0;
}

static bool
write_area(struct evbuffer *out, const Vedetta__V1__Outline *o)
{
	const ProtobufCEnumValue *level = protobuf_c_enum_descriptor_get_value(
		&vedetta__v1__area_level__descriptor, (int)o->level);

	return evbuffer_add_printf(out, "\"kind\":\"area\",\"level\":\"%s\",\"code\":",
		       level != NULL ? level->name : "") > 0 &&
	       write_text(out, o->code) && evbuffer_add_printf(out, ",\"name\":") > 0 &&
	       write_text(out, o->name);
}

static bool
write_ring(struct evbuffer *out, const double *ring, size_t corners)
{
	bool ok = evbuffer_add(out, "[", 1) == 0;

	for (size_t i = 0; ok && i < corners; i++) {
		ok = evbuffer_add_printf(out, "%s[%.9g,%.9g]", i > 0 ? "," : "",
			     ring[2 * i], ring[2 * i + 1]) > 0;
	}
	return ok && evbuffer_add(out, "]", 1) == 0;
}

/* Borders are lines: what is a hole of what does not matter to them. */
static bool
write_borders(struct evbuffer *out, const Vedetta__V1__Outline *o)
{
	const double *ring = o->ring;
	bool ok = evbuffer_add_printf(out, "\"geometry\":{\"type\":\"MultiLineString\","
					   "\"coordinates\":[") > 0;

	for (size_t i = 0; ok && i < o->n_corners; i++) {
		ok = (i == 0 || evbuffer_add(out, ",", 1) == 0) &&
		     write_ring(out, ring, o->corners[i]);
		ring += 2 * (size_t)o->corners[i];
	}
	return ok && evbuffer_add_printf(out, "]}}") > 0;
}

static bool
write_outline(struct evbuffer *out, const Vedetta__V1__Outline *o)
{
	bool is_area = o->kind == VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_AREA;
	bool ok =
		evbuffer_add_printf(out,
			"{\"type\":\"Feature\",\"id\":\"%" PRIu64 "\",\"properties\":{",
			o->id) > 0;

	if (ok && is_area) {
		ok = write_area(out, o);
	} else if (ok) {
		ok = o->kind == VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA
			     ? write_umbrella(out, o)
			     : write_incident(out, o);
	}
	ok = ok && evbuffer_add(out, "},", 2) == 0;
	if (is_area) {
		return ok && write_borders(out, o);
	}
	return ok &&
	       evbuffer_add_printf(out,
		       "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[") > 0 &&
	       write_ring(out, o->ring, o->n_ring / 2) &&
	       evbuffer_add_printf(out, "]}}") > 0;
}

static bool
write_outlines(struct evbuffer *out, const Vedetta__V1__OutlineList *list)
{
	bool ok = evbuffer_add_printf(
			  out, "{\"type\":\"FeatureCollection\",\"features\":[") > 0;

	for (size_t i = 0; ok && i < list->n_outlines; i++) {
		ok = (i == 0 || evbuffer_add(out, ",", 1) == 0) &&
		     write_outline(out, list->outlines[i]);
	}
	if (ok && list->next != 0) {
		ok = evbuffer_add_printf(
			     out, "],\"next\":\"%" PRIu64 "\"", list->next) > 0;
	} else {
		ok = ok && evbuffer_add_printf(out, "]") > 0;
	}
	return ok && evbuffer_add_printf(
			     out, ",\"lagRows\":\"%" PRIu64 "\"}", list->lag_rows) > 0;
}

/* What the desk said last of an umbrella. False: it is no umbrella any more. */
static bool
complete(struct front *f, Vedetta__V1__Outline *o)
{
	bool short_of_memory;
	const Vedetta__V1__Umbrella *u;

	if (o->kind != VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA) {
		return true;
	}
	u = umbrella_board_find(f->umbrellas, o->id, f->work, &short_of_memory);
	if (u == NULL) {
		return true; /* the desk has not said yet */
	}
	o->maxi = u->maxi;
	return u->status == VEDETTA__V1__UMBRELLA_STATUS__UMBRELLA_STATUS_OPEN;
}

static bool
is_seen(struct front *f, const struct who *who, const Vedetta__V1__Outline *o)
{
	switch (o->kind) {
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA:
		return who_sees_umbrella(f, who, o->id);
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_AREA:
		return true; /* borders are no secret */
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_INCIDENT:
	case VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UNSPECIFIED:
	case _VEDETTA__V1__OUTLINE_KIND_IS_INT_SIZE:
		break;
	}
	return who_sees_incident(f, who, o->id);
}

/* No number tells of what one does not see: umbrella_scope.h. False without memory. */
static bool
count_again(struct front *f, const struct scope *scope, Vedetta__V1__OutlineList *list)
{
	size_t bytes = (list->n_outlines + 1) * sizeof(Vedetta__V1__Umbrella *);
	Vedetta__V1__Umbrella **seen = arena_alloc(f->work, bytes);
	size_t n = 0, at = 0;

	for (size_t i = 0; seen != NULL && i < list->n_outlines; i++) {
		if (list->outlines[i]->kind !=
			VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA) {
			continue;
		}
		seen[n] = arena_alloc(f->work, sizeof(*seen[n]));
		if (seen[n] == NULL) {
			return false;
		}
		vedetta__v1__umbrella__init(seen[n]);
		seen[n++]->id = list->outlines[i]->id;
	}
	if (seen == NULL ||
		umbrella_scope_narrow(f->board, scope, f->work, seen, &n) != 0) {
		return false;
	}
	for (size_t i = 0; i < list->n_outlines; i++) {
		Vedetta__V1__Outline *o = list->outlines[i];

		if (o->kind == VEDETTA__V1__OUTLINE_KIND__OUTLINE_KIND_UMBRELLA) {
			bool is_counted = at < n && seen[at]->id == o->id;

			o->reports = is_counted ? seen[at++]->reports : 0;
		}
	}
	return true;
}

/* Those that are still there, in the arena. False without memory. */
static bool
complete_all(struct front *f, const struct who *who,
	const Vedetta__V1__OutlineList *from, Vedetta__V1__OutlineList *out)
{
	*out = *from;
	out->n_outlines = 0;
	out->outlines =
		arena_alloc(f->work, (from->n_outlines + 1) * sizeof(out->outlines[0]));
	for (size_t i = 0; out->outlines != NULL && i < from->n_outlines; i++) {
		Vedetta__V1__Outline *one = arena_alloc(f->work, sizeof(*one));

		if (one == NULL) {
			return false;
		}
		*one = *from->outlines[i];
		if (complete(f, one) && is_seen(f, who, one)) {
			out->outlines[out->n_outlines++] = one;
		}
	}
	return out->outlines != NULL &&
	       (who->scope == NULL || count_again(f, who->scope, out));
}

static void
on_outlines(void *arg, const struct ask_about *about, const Vedetta__V1__Answer *answer)
{
	static const Vedetta__V1__OutlineList empty = VEDETTA__V1__OUTLINE_LIST__INIT;
	Vedetta__V1__OutlineList list;
	struct front *f = arg;
	struct who who;

	arena_reset(f->work);
	if (search_reply_unless_found(f, about, answer)) {
		return;
	}
	if (!who_asked(f, &about->asker, &who)) {
		reply_problem(f, &about->asker, PROBLEM_NO_SESSION, NULL, NULL);
		return;
	}
	if (!complete_all(f, &who, answer->outline != NULL ? answer->outline : &empty,
		    &list)) {
		reply_problem(f, &about->asker, PROBLEM_FAULT, NULL, NULL);
	} else if (about->asker.form == ANSWER_PROTOBUF) {
		reply_message(f, &about->asker, 200, &list.base, JSON_CANONICAL, NULL);
	} else if (write_outlines(f->out, &list)) {
		reply_out(f, &about->asker, 200, GEOJSON_TYPE, NULL);
	} else {
		(void)evbuffer_drain(f->out, evbuffer_get_length(f->out));
		reply_problem(f, &about->asker, PROBLEM_FAULT, NULL, NULL);
	}
}

void
api_outlines_get(struct front *f, const struct call *call)
{
	Vedetta__V1__OutlineQuestion outline = VEDETTA__V1__OUTLINE_QUESTION__INIT;
	Vedetta__V1__Question question = VEDETTA__V1__QUESTION__INIT;
	struct search_query query;

	if (search_reply_read(f, call, SEARCH_OUTLINES_OF, &query)) {
		outline.of = &query.question;
		outline.from = query.from_id;
		outline.kind = query.kind;
		question.about_case = VEDETTA__V1__QUESTION__ABOUT_OUTLINE;
		question.outline = &outline;
		front_ask(f, call, ASK_LONG, &question, 0, on_outlines);
	}
}
