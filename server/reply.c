#include "server/reply.h"

#include <string.h>

#include "proto/pack.h"
#include "server/log.h"
#include "server/metrics.h"

enum {
	HEADERS_BYTES = 4096, /* the way to an identity provider is long */
};

const char REPLY_HEADERS[] =
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
	"Cache-Control: no-store\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"X-Content-Type-Options: nosniff\r\n";

static void
count(int status)
{
	enum metric m = status < 300   ? METRIC_ANSWERS_2XX
			: status < 400 ? METRIC_ANSWERS_3XX
			: status < 500 ? METRIC_ANSWERS_4XX
				       : METRIC_ANSWERS_5XX;

	metrics_add(m, 1);
}

static void
send_out(struct front *f, const struct asker *asker, int status, const char *type,
	const char *always, const char *headers)
{
	char block[HEADERS_BYTES];
	size_t bytes = strlen(always);
	size_t more = headers != NULL ? strlen(headers) : 0;

	count(status);
	if (bytes + more >= sizeof(block)) {
		more = 0; /* cannot be: links and cookies have their sizes */
	}
	memcpy(block, always, bytes);
	if (more > 0) {
		memcpy(block + bytes, headers, more);
	}
	block[bytes + more] = '\0';
	(void)http_reply(asker->server, asker->handle, status, type, block, f->out);
	(void)evbuffer_drain(f->out, evbuffer_get_length(f->out));
}

void
reply_out(struct front *f, const struct asker *asker, int status, const char *type,
	const char *headers)
{
	send_out(f, asker, status, type, REPLY_HEADERS, headers);
}

void
reply_page(struct front *f, const struct asker *asker, int status, const char *headers)
{
	send_out(f, asker, status, PAGE_TYPE, PAGE_HEADERS, headers);
}

void
reply_asset(struct front *f, const struct asker *asker, const char *type,
	const char *headers)
{
	send_out(f, asker, 200, type, "", headers);
}

void
reply_part(struct front *f, const struct asker *asker, const char *type,
	const char *headers)
{
	send_out(f, asker, 206, type, "", headers);
}

/* Nothing could be made for want of memory: a bare 500 needs none. */
static void
reply_fault(struct front *f, const struct asker *asker)
{
	log_event(LOG_WARN, "reply.no_memory", NULL);
	(void)evbuffer_drain(f->out, evbuffer_get_length(f->out));
	send_out(f, asker, 500, "text/plain; charset=utf-8", REPLY_HEADERS, NULL);
}

void
reply_message(struct front *f, const struct asker *asker, int status,
	const ProtobufCMessage *message, enum json_style style, const char *headers)
{
	char *text;
	size_t bytes;

	if (asker->form == ANSWER_PROTOBUF) {
		text = (char *)pack_message(message, f->work, &bytes);
	} else if (json_write(message, style, f->work, &text, &bytes) != 0) {
		text = NULL;
	}
	if (text == NULL || evbuffer_add(f->out, text, bytes) != 0) {
		reply_fault(f, asker);
		return;
	}
	send_out(f, asker, status,
		asker->form == ANSWER_PROTOBUF ? REPLY_PROTOBUF_TYPE : REPLY_JSON_TYPE,
		REPLY_HEADERS, headers);
}

static void
problem_json(struct front *f, const struct asker *asker,
	const Vedetta__V1__Problem *problem, const char *headers)
{
	/* A receipt says all it says, wherever it stands. */
	enum json_style style = problem != NULL && problem->receipt != NULL
					? JSON_EMIT_IMPLICIT
					: JSON_CANONICAL;
	char *text;
	size_t bytes;

	if (problem == NULL ||
		json_write(&problem->base, style, f->work, &text, &bytes) != 0 ||
		evbuffer_add(f->out, text, bytes) != 0) {
		reply_fault(f, asker);
		return;
	}
	send_out(f, asker, (int)problem->status, "application/problem+json",
		REPLY_HEADERS, headers);
}

/* Who gets a form back had sent a report. */
static enum page_fate
fate_of(enum problem_kind kind, const struct page_form *form)
{
	if (form == NULL) {
		return PAGE_FATE_NO_REPORT;
	}
	return kind == PROBLEM_DESK_AWAY || kind == PROBLEM_FAULT ? PAGE_FATE_UNCERTAIN
								  : PAGE_FATE_NOT_SENT;
}

static void
problem_page(struct front *f, const struct asker *asker, enum problem_kind kind,
	const struct page_form *form, const char *headers)
{
	if (page_error(f->page, asker->language, front_staff(f), problem_status(kind),
		    fate_of(kind, form), form, f->out) != 0) {
		reply_fault(f, asker);
		return;
	}
	reply_page(f, asker, problem_status(kind),
		headers != NULL ? headers : problem_headers(kind));
}

void
reply_problem(struct front *f, const struct asker *asker, enum problem_kind kind,
	const struct trouble *trouble, const char *headers)
{
	if (asker->form == ANSWER_HTML) {
		problem_page(f, asker, kind, NULL, headers);
		return;
	}
	problem_json(f, asker,
		problem_new(f->work, kind, trouble, f->config->emergency_number),
		headers != NULL ? headers : problem_headers(kind));
}

void
reply_problem_form(struct front *f, const struct asker *asker, enum problem_kind kind,
	const struct page_form *form)
{
	if (asker->form != ANSWER_HTML) {
		reply_problem(
			f, asker, kind, form != NULL ? form->trouble : NULL, NULL);
		return;
	}
	problem_page(f, asker, kind, form, NULL);
}

void
reply_problem_message(
	struct front *f, const struct asker *asker, Vedetta__V1__Problem *problem)
{
	problem_json(f, asker, problem, NULL);
}
