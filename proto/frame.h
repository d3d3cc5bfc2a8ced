/*
 * frame - what goes over a socket pair between two of our roles
 *
 * A head of 32 bytes, little endian, then a protobuf body of
 * proto/vedetta/v1/frame.proto. The head carries what must be readable even
 * when the body cannot be trusted to be: the key of an input, so that an input
 * that crashes the desk can be named, stored raw and answered.
 *
 *   offset 0  uint32  body bytes
 *          4  uint16  kind
 *          6  uint16  version, FRAME_VERSION
 *          8  uint64  ref: chosen by the asker, given back in the answer
 *         16  16 bytes  input key, zero when there is none
 */
#ifndef PROTO_FRAME_H
#define PROTO_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum frame_kind {
	FRAME_INPUT_REPORT = 1,      /* ReportInput, front -> desk */
	FRAME_INPUT_ANSWER = 2,      /* InputAnswer, desk -> front */
	FRAME_DUTY = 3,              /* Duty, desk -> front */
	FRAME_PRESENCE = 4,          /* Presence, console front -> desk */
	FRAME_BOARD_RESET = 5,       /* BoardReset, desk -> console front */
	FRAME_STATES = 6,            /* BoardStates, desk -> console front */
	FRAME_QUESTION = 7,          /* Question, front -> reader */
	FRAME_ANSWER = 8,            /* Answer, reader -> front */
	FRAME_ORDER = 9,             /* Order, supervisor -> role */
	FRAME_NEWS = 10,             /* RoleNews, role -> supervisor */
	FRAME_INPUT_ACTION = 11,     /* ActionInput, console front -> desk */
	FRAME_COMMAND = 12,          /* Command, a command of this machine -> desk */
	FRAME_COMMAND_ANSWER = 13,   /* CommandAnswer, desk -> that command */
	FRAME_AREAS = 14,            /* BoardAreas, desk -> console front */
	FRAME_UMBRELLAS = 15,        /* UmbrellaStates, desk -> console front */
	FRAME_SILENCE = 16,          /* SilenceView, desk -> console front */
	FRAME_OFFICE = 17,           /* OfficeStates, desk -> console front */
	FRAME_INPUT_OFFICE = 18,     /* OfficeInput, console front -> desk */
	FRAME_DELIVERY = 19,         /* DeliveryOrder, desk -> courier */
	FRAME_DELIVERY_OUTCOME = 20, /* DeliveryOutcome, courier -> desk */
	FRAME_INPUT_DUTY = 21,       /* DutyInput, console front -> desk */
	FRAME_DUTY_BOOK = 22,        /* DutyBook, desk -> console front */
	FRAME_PASSWORD = 23,         /* PasswordJob and -Result, desk <-> helper */
	FRAME_COURIER_HELLO = 24,    /* CourierHello, courier -> desk */
	FRAME_LOOK = 25,             /* LookInput, console front -> desk */
	FRAME_LOOKING = 26,          /* LookingList, desk -> console front */
	FRAME_LOGIN_ORDER = 27,      /* LoginOrder, desk -> courier */
	FRAME_LOGIN_RESULT = 28,     /* LoginResult, courier -> desk */
	FRAME_PROVIDER = 29, /* ProviderState, courier -> desk -> console front */
};

enum {
	FRAME_KIND_LAST = FRAME_PROVIDER,
	FRAME_VERSION = 1,
	FRAME_HEAD_BYTES = 32,
	FRAME_KEY_BYTES = 16,
	FRAME_BODY_MAX = 128 * 1024,
};

enum frame_answer {
	FRAME_BAD = 1, /* unknown version or kind, or a body past the limit */
};

struct frame_head {
	uint32_t body_bytes;
	uint16_t kind;
	uint64_t ref;
	uint8_t key[FRAME_KEY_BYTES];
};

void frame_write_head(const struct frame_head *head, uint8_t out[FRAME_HEAD_BYTES]);

/* Returns 0 or FRAME_BAD. */
int frame_read_head(const uint8_t in[FRAME_HEAD_BYTES], struct frame_head *out);

#endif
