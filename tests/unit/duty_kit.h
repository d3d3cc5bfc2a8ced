/*
 * duty_kit - a book of duty in JSON, over the country of area_kit.h
 *
 * The usual one: Anna works M1 and Luca leads there, Paolo is above them in P1;
 * Carla and Dino are on call for M1, in this order, Zoe for everything. All can be
 * reached by e-mail. From DUTY_T0_MS for twelve hours; Anna, Luca and Paolo have
 * said that they are there.
 */
#ifndef TESTS_DUTY_KIT_H
#define TESTS_DUTY_KIT_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/duty.h"
#include "proto/json.h"

#include "area_kit.h"

#define DUTY_T0_MS INT64_C(1795291200000) /* 2026-11-21T20:00:00Z */

struct duty_kit {
	struct duty *duty;
	struct area_map *map;
	struct arena *arena;
	uint64_t seq; /* of the record put last */
};

/* `what` as in DutyRecord: {"shift":{"id":"4",...}}. Its row is the next one. */
static inline int
duty_kit_try(struct duty_kit *k, const char *what)
{
	struct trouble trouble;
	ProtobufCMessage *message;
	Vedetta__V1__DutyRecord *record;
	uint8_t packed[4096];
	int r;

	trouble_init(&trouble);
	arena_reset(k->arena);
	r = json_read(&vedetta__v1__duty_record__descriptor, what, strlen(what),
		k->arena, &trouble, &message);
	if (r != 0) {
		fail_msg("%s: %s %s", what, trouble.at[0].field, trouble.at[0].reason);
	}
	record = (Vedetta__V1__DutyRecord *)message;
	record->sequence = ++k->seq;
	assert_in_range(
		vedetta__v1__duty_record__get_packed_size(record), 1, sizeof(packed));
	return duty_take(
		k->duty, packed, vedetta__v1__duty_record__pack(record, packed));
}

static inline void
duty_kit_put(struct duty_kit *k, const char *what)
{
	assert_int_equal(duty_kit_try(k, what), 0);
}

/* Of twelve hours; said: "answeredAt" and more, with the comma before it. */
static inline void
duty_kit_shift(struct duty_kit *k, int id, const char *area, const char *name,
	const char *said)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		"{\"shift\":{\"id\":\"%d\",\"area\":\"%s\",\"person\":{\"name\":\"%s\","
		"\"email\":\"%s@example.it\"},\"from\":\"2026-11-21T20:00:00Z\","
		"\"to\":\"2026-11-22T08:00:00Z\"%s}}",
		id, area, name, name, said);
	duty_kit_put(k, text);
}

#define DUTY_SAID ",\"answeredAt\":\"2026-11-21T20:00:00Z\""

/* On from DUTY_T0_MS for four hours. */
static inline void
duty_kit_exercise(struct duty_kit *k, int id)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		"{\"exercise\":{\"id\":\"%d\",\"name\":\"Aterno\","
		"\"from\":\"2026-11-21T20:00:00Z\",\"until\":\"2026-11-22T00:00:00Z\"}"
		"}",
		id);
	duty_kit_put(k, text);
}

static inline void
duty_kit_init(struct duty_kit *k)
{
	k->map = area_kit_map(0);
	k->duty = duty_new();
	k->arena = arena_new(1 << 20);
	k->seq = 0;
	assert_non_null(k->duty);
	assert_non_null(k->arena);
}

static inline void
duty_kit_usual(struct duty_kit *k)
{
	duty_kit_shift(k, 1, "M1", "Anna", DUTY_SAID);
	duty_kit_shift(k, 2, "M1", "Luca", DUTY_SAID ",\"leads\":true");
	duty_kit_shift(k, 3, "P1", "Paolo", DUTY_SAID);
	duty_kit_put(k, "{\"onCall\":{\"id\":\"4\",\"area\":\"M1\",\"people\":["
			"{\"name\":\"Carla\",\"email\":\"carla@example.it\"},"
			"{\"name\":\"Dino\",\"telegram\":\"77\"}]}}");
	duty_kit_put(k, "{\"onCall\":{\"id\":\"5\",\"area\":\"*\",\"people\":["
			"{\"name\":\"Zoe\",\"email\":\"zoe@example.it\"}]}}");
}

static inline void
duty_kit_fini(struct duty_kit *k)
{
	duty_free(k->duty);
	area_map_free(k->map);
	arena_free(k->arena);
}

/* The place of an incident with these leaves. */
static inline void
duty_kit_place(const struct duty_kit *k, const char *leaves, struct duty_place *out)
{
	const struct areas areas = {(char *)(uintptr_t)leaves, 1};

	duty_place_of(&areas, k->map, out);
}

#endif
