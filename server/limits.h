/*
 * limits - every bound of the program, in one place
 *
 * What happens at each: ARCHITECTURE.md, "Limits". Those an administrator may
 * want to change are in the config table instead.
 */
#ifndef SERVER_LIMITS_H
#define SERVER_LIMITS_H

enum {
	/* HTTP, per request */
	LIMIT_HEAD_BYTES = 8 * 1024,
	LIMIT_HEADERS = 48,
	LIMIT_BODY_BYTES = 64 * 1024,
	LIMIT_TARGET_BYTES = 4 * 1024, /* codes of identity providers: up to 2 KiB */
	LIMIT_CHUNK_EXTENSION_BYTES = 64,
	LIMIT_CHUNK_FRAMING_BYTES = 64 * 1024, /* sizes and line ends of one body */
	LIMIT_READ_BYTES = 16 * 1024,          /* at once; also what may wait behind
						* a request in flight */
	/* HTTP, time */
	LIMIT_FIRST_BYTE_MS = 10 * 1000,  /* after accept */
	LIMIT_IDLE_MS = 60 * 1000,        /* between requests */
	LIMIT_HEAD_MS = 8 * 1000,         /* first byte of the head to its last */
	LIMIT_BODY_MS = 8 * 1000,         /* plus what the bytes that came earn */
	LIMIT_BODY_MIN_RATE = 1024,       /* at so many a second, */
	LIMIT_BODY_EARNED_MS = 30 * 1000, /* but no more than this */
	LIMIT_ANSWER_MS = 30 * 1000,      /* a handler that never answers: 503 */
	LIMIT_WRITE_MS = 20 * 1000,     /* without a byte leaving; an answer in all: */
	LIMIT_WRITE_MIN_RATE = 1024,    /* that, plus what it earns at this rate */
	LIMIT_DRAIN_MS = 1000,          /* reading on after a refusal, */
	LIMIT_DRAIN_BYTES = 256 * 1024, /* so that phones see the answer */
	LIMIT_ACCEPTS_A_TURN = 16,
	LIMIT_TURNED_AWAY = 64,        /* places for those who are told why */
	LIMIT_ACCEPT_PAUSES = 3,       /* before clients are told no */
	LIMIT_ACCEPT_PAUSE_MS = 100,   /* when descriptors run out */
	LIMIT_STEP_ASIDE_MS = 200,     /* for another front to take the next one */
	LIMIT_EVICT_WAITING_MS = 200,  /* when full: who waits longer may go, */
	LIMIT_EVICT_READING_MS = 2000, /* then slower heads and bodies */
	LIMIT_SWEEP_MS = 100,          /* how often deadlines are looked at */
	LIMIT_EXPIRIES_A_TURN = 512,
	LIMIT_REQUESTS_A_TURN = 4, /* of one connection */
	/* streams */
	LIMIT_STREAM_QUEUE_BYTES = 256 * 1024,
	LIMIT_STREAM_INPUT_BYTES = 1024,
	LIMIT_SEND_BUFFER_BYTES = 128 * 1024, /* the kernel's, of any connection */
	LIMIT_STREAM_TICK_MS = 100,
	LIMIT_STREAM_HEARTBEAT_MS = 15 * 1000,
	LIMIT_STREAM_AHEAD_MS = 5 * 1000, /* for what another front has seen */
	/* between roles */
	LIMIT_PENDING_INPUTS = 8192, /* of one front, unanswered */
	LIMIT_PENDING_INPUT_BYTES = 64 * 1024 * 1024,
	LIMIT_INPUT_RESEND_MS = 5 * 1000,
	LIMIT_LOGIN_MS = 15 * 1000, /* a password takes its time, a provider its own */
	LIMIT_QUESTIONS = 1024,     /* of one front, unanswered */
	LIMIT_QUESTION_MS = 2 * 1000,
	LIMIT_LINE_QUEUE_BYTES = 4 * 1024 * 1024,
	LIMIT_LINE_STUCK_MS = 2 * 1000,
	LIMIT_DESK_SILENT_MS = 3 * 1000, /* then it is not ready */
	/* the desk */
	LIMIT_BATCH_INPUTS = 256,
	LIMIT_INPUT_ARENA_BYTES = 1024 * 1024,
	/* listings */
	LIMIT_PAGE_INCIDENTS = 500,
	LIMIT_PAGE_REPORTS = 100,
	LIMIT_PAGE_AUDIT = 200,
	/* the map */
	LIMIT_MAP_CELLS = 2000,
	LIMIT_MAP_MARKS = 1000, /* of a view from so near that all are shown */
	LIMIT_MAP_LOOKS = 200 * 1000,
};

#endif
