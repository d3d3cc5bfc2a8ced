#include "geo/store_delivery.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "geo/store_internal.h"

/* In the order of the table. */
enum delivery_column {
	DELIVERY_ID,
	DELIVERY_SEQ,
	DELIVERY_MEANS,
	DELIVERY_STATE,
	DELIVERY_REASON,
	DELIVERY_STATUS,
	DELIVERY_ATTEMPTS,
	DELIVERY_LOSSES,
	DELIVERY_URGENCY,
	DELIVERY_EXERCISE,
	DELIVERY_UNWANTED,
	DELIVERY_INCIDENT,
	DELIVERY_ACCOUNT,
	DELIVERY_BUCKET,
	DELIVERY_KEY_HASH,
	DELIVERY_GROUP_HASH,
	DELIVERY_QUEUED_MS,
	DELIVERY_NEXT_MS,
	DELIVERY_NOT_AFTER_MS,
	DELIVERY_ENDED_MS,
	DELIVERY_CHECKSUM,
};

static int64_t
checksum(const int64_t values[DELIVERY_CHECKSUM])
{
	uint8_t hash[crypto_generichash_BYTES];
	int64_t sum;

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)values,
		DELIVERY_CHECKSUM * sizeof(values[0]), NULL, 0);
	memcpy(&sum, hash, sizeof(sum));
	return sum;
}

static void
spread(const struct store_delivery *d, int64_t values[DELIVERY_CHECKSUM])
{
	values[DELIVERY_ID] = (int64_t)d->id;
	values[DELIVERY_SEQ] = (int64_t)d->seq;
	values[DELIVERY_MEANS] = d->means;
	values[DELIVERY_STATE] = d->state;
	values[DELIVERY_REASON] = d->reason;
	values[DELIVERY_STATUS] = d->status;
	values[DELIVERY_ATTEMPTS] = d->attempts;
	values[DELIVERY_LOSSES] = d->losses;
	values[DELIVERY_URGENCY] = d->urgency;
	values[DELIVERY_EXERCISE] = d->exercise;
	values[DELIVERY_UNWANTED] = d->unwanted;
	values[DELIVERY_INCIDENT] = (int64_t)d->incident;
	values[DELIVERY_ACCOUNT] = (int64_t)d->account;
	values[DELIVERY_BUCKET] = (int64_t)d->bucket;
	values[DELIVERY_KEY_HASH] = (int64_t)d->key_hash;
	values[DELIVERY_GROUP_HASH] = (int64_t)d->group_hash;
	values[DELIVERY_QUEUED_MS] = d->queued_ms;
	values[DELIVERY_NEXT_MS] = d->next_ms;
	values[DELIVERY_NOT_AFTER_MS] = d->not_after_ms;
	values[DELIVERY_ENDED_MS] = d->ended_ms;
}

int
store_put_delivery(struct store *s, const struct store_delivery *d)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_PUT_DELIVERY];
	int64_t values[DELIVERY_CHECKSUM];
	int code;

	if (s->broken != 0) {
		return s->broken;
	}
	if (d->id == 0 || d->id > d->seq || d->seq > s->running.seq) {
		return -EINVAL;
	}
	spread(d, values);
	code = sqlite3_bind_int64(statement, DELIVERY_CHECKSUM + 1, checksum(values));
	for (int i = 0; i < DELIVERY_CHECKSUM; i++) {
		code |= sqlite3_bind_int64(statement, i + 1, values[i]);
	}
	if (code != SQLITE_OK) {
		return store_fault(s, sqlite3_errcode(s->db));
	}
	return store_step(s, statement);
}

bool
store_take_delivery(sqlite3_stmt *r, struct store_delivery *d)
{
	int64_t values[DELIVERY_CHECKSUM];

	for (int i = 0; i < DELIVERY_CHECKSUM; i++) {
		values[i] = sqlite3_column_int64(r, i);
	}
	*d = (struct store_delivery){
		.id = (uint64_t)values[DELIVERY_ID],
		.seq = (uint64_t)values[DELIVERY_SEQ],
		.means = (uint8_t)values[DELIVERY_MEANS],
		.state = (uint8_t)values[DELIVERY_STATE],
		.reason = (uint8_t)values[DELIVERY_REASON],
		.urgency = (uint8_t)values[DELIVERY_URGENCY],
		.exercise = values[DELIVERY_EXERCISE] != 0,
		.unwanted = values[DELIVERY_UNWANTED] != 0,
		.status = (uint32_t)values[DELIVERY_STATUS],
		.attempts = (uint32_t)values[DELIVERY_ATTEMPTS],
		.losses = (uint32_t)values[DELIVERY_LOSSES],
		.incident = (uint64_t)values[DELIVERY_INCIDENT],
		.account = (uint64_t)values[DELIVERY_ACCOUNT],
		.bucket = (uint64_t)values[DELIVERY_BUCKET],
		.key_hash = (uint64_t)values[DELIVERY_KEY_HASH],
		.group_hash = (uint64_t)values[DELIVERY_GROUP_HASH],
		.queued_ms = values[DELIVERY_QUEUED_MS],
		.next_ms = values[DELIVERY_NEXT_MS],
		.not_after_ms = values[DELIVERY_NOT_AFTER_MS],
		.ended_ms = values[DELIVERY_ENDED_MS],
	};
	return checksum(values) == sqlite3_column_int64(r, DELIVERY_CHECKSUM) &&
	       d->seq >= d->id;
}

int
store_load_deliveries(struct store *s, uint64_t since,
	int (*visit)(void *arg, const struct store_delivery *delivery), void *arg)
{
	sqlite3_stmt *statement = s->statements[STORE_SQL_DELIVERIES];
	struct store_delivery delivery;
	int r;

	if (s->broken != 0) {
		return s->broken;
	}
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)since);
	while ((r = store_step(s, statement)) == 1) {
		delivery.damaged = !store_take_delivery(statement, &delivery);
		r = visit(arg, &delivery);
		if (r != 0) {
			break;
		}
	}
	sqlite3_reset(statement);
	return r;
}
