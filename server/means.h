/*
 * means - a delivery as a request, and an answer as an outcome
 *
 * E-mail, web push, webhook, Telegram: each makes a parcel that transfers.h
 * carries, and says what the answer means. Nothing here talks to anybody.
 *
 * An answer of a mail server, a push service or Telegram says that they took it:
 * HANDED_OVER. A webhook is the target's own machine: DELIVERED. A redirect is a
 * failure. Whatever a webhook says but 410 is tried again: it may be repaired
 * before it is too late.
 */
#ifndef SERVER_MEANS_H
#define SERVER_MEANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "server/config.h"
#include "server/push_seal.h"
#include "server/secret_file.h"
#include "vedetta/v1/delivery.pb-c.h"

enum {
	MEANS_HEADERS_MOST = 8,
	MEANS_ANSWER_BYTES = 4096, /* of a body, for who reads it */
};

/* What the courier holds; made at its start. */
struct means {
	const struct config *config; /* borrowed */
	char smtp_password[SECRET_FILE_BYTES];
	char telegram_token[SECRET_FILE_BYTES];
	uint8_t key[32]; /* KEYS_COURIER */
	struct push_key push;
};

struct reach;

struct parcel {
	const char *url;
	bool is_get;               /* asks for what is there: has no body */
	const struct reach *reach; /* borrowed, outlives it; NULL: everybody's */
	int64_t timeout_ms;        /* 0: everybody's */
	size_t answer_bytes;       /* of a body to keep; 0: MEANS_ANSWER_BYTES */
	const char *headers[MEANS_HEADERS_MOST]; /* "Name: value" */
	size_t n_headers;
	const void *body;
	size_t body_bytes;
	bool is_mail;
	bool wants_tls; /* of mail: STARTTLS or nothing */
	const char *mail_from;
	const char *mail_to;
	const char *user; /* "": none */
	const char *password;
};

enum transfer_end {
	TRANSFER_ANSWERED = 1,
	TRANSFER_CUT, /* an answer began; it was too slow or too long to be read whole
		       */
	TRANSFER_UNREACHABLE,
	TRANSFER_TIMEOUT,
	TRANSFER_TLS,
	TRANSFER_ADDRESS, /* not one we talk to (reach.h) */
	TRANSFER_LOGIN,
	TRANSFER_BAD_ANSWER,
	TRANSFER_FAULT, /* ours: no memory */
};

struct transfer_answer {
	enum transfer_end end;
	uint32_t status;  /* HTTP's or SMTP's; 0: none */
	int64_t retry_ms; /* as asked for; 0: not */
	const char *body; /* what was kept of it, with a NUL */
	size_t body_bytes;
};

/* Reads the secrets' files. On CONFIG_BAD a sentence is in err. */
int means_open(
	struct means *m, const struct config *config, const uint8_t key[32], FILE *err);

bool means_is_set_up(const struct means *m, Vedetta__V1__DeliveryMeans means);

/*
 * Makes the parcel in the arena. False: there is none, and *outcome says why.
 */
bool means_make(const struct means *m, const Vedetta__V1__DeliveryOrder *order,
	int64_t now_s, struct arena *arena, struct parcel *parcel,
	Vedetta__V1__DeliveryOutcome *outcome);

/* Fills result, reason, status and wait. */
void means_judge(Vedetta__V1__DeliveryMeans means, const struct transfer_answer *answer,
	Vedetta__V1__DeliveryOutcome *outcome);

#endif
