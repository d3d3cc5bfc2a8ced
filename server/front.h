/*
 * front - the parser of strangers' bytes
 *
 * One process, one loop: listeners with their routes, the line to the desk,
 * the two queues to the readers, and on the console front the board with its
 * streams. Holds nothing worth stealing: no file of the store is open here, and
 * the keys it has make hashes and the exercises' tokens. A report is parsed and checked
 * here, kept in pending.h until the desk has it on disk, and only then acknowledged.
 *
 * This header is for front*.c and the api_*.c beside them.
 */
#ifndef SERVER_FRONT_H
#define SERVER_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "dispatch/duty.h"
#include "dispatch/looking.h"
#include "dispatch/no_news_view.h"
#include "proto/arena.h"
#include "server/area_list.h"
#include "server/ask.h"
#include "server/asker.h"
#include "server/basemap.h"
#include "server/board.h"
#include "server/bundle.h"
#include "server/exercise.h"
#include "server/line.h"
#include "server/looking_view.h"
#include "server/office_view.h"
#include "server/page.h"
#include "server/pending.h"
#include "server/problem.h"
#include "server/role.h"
#include "server/route.h"
#include "server/source.h"
#include "server/stream.h"
#include "server/umbrella_board.h"
#include "server/who.h"

enum {
	FRONT_LISTENERS = 3,
};

struct listener {
	struct front *front;
	struct http_server *server; /* NULL: none of this kind */
	unsigned door;
};

struct export_job;

struct front {
	struct role *role;
	const struct role_setup *setup; /* borrowed from role */
	const struct config *config;    /* inside setup */
	struct event_base *base;
	struct event *tick;
	struct listener listeners[FRONT_LISTENERS];
	struct page *page;
	struct source_keys keys;
	uint64_t exercise;   /* the one that is on; 0: none */
	bool knows_exercise; /* a desk has said so */
	struct arena *arena; /* the request or frame in hand */
	struct arena *work;  /* the answer being made */
	struct evbuffer *out;
	struct pending *pending;
	struct ask *ask;
	struct line *desk;     /* NULL while there is none */
	int64_t desk_lost_ms;  /* since when, with desk NULL */
	int64_t desk_heard_ms; /* its last frame, or its line; it has one a second */
	/* As the desk last said who is on duty where; NULL: nothing yet. */
	Vedetta__V1__Duty *staff;
	bool raw_mode;
	bool refusing; /* its store is full or failing */
	bool said_ready;
	bool draining;
	size_t n_open_servers;   /* while draining */
	size_t n_question_lines; /* ever taken */
	/* the console front only; NULL elsewhere */
	struct area_list *areas; /* with the board */
	struct office_view *office;
	Vedetta__V1__ProviderState *provider; /* NULL: nothing was said */
	int64_t told_used_ms; /* mono; when the desk last heard which were used */
	struct board *board;
	struct umbrella_board *umbrellas;
	struct no_news_views silence;
	struct duty *duty; /* the book of duty; NULL: not told yet */
	Vedetta__V1__DutyNow *duty_now;
	struct looking_view *looking; /* who looks at what, at this moment */
	struct looking *looked;       /* what our own pages said of it */
	struct hub *hub;
	struct bundle *bundle;
	struct basemap basemap;
	struct export_job *export_job; /* NULL: none */
	uint32_t told_streams;         /* what the desk knows of our streams */
	int64_t told_presence_ms;      /* and since when */
};

/* One request in hand. */
struct call {
	const struct http_request *request;
	const char *parameter; /* last segment of the path; NULL when none */
	unsigned door;
	bool has_who; /* call_who() */
	struct who who;
	struct asker asker; /* its language is the default until call_language() */
};

extern const struct route front_routes[];

/* Is a desk connected and, as far as we know, somebody on duty? And everywhere? */
bool front_is_staffed(const struct front *f);
enum page_staff front_staff(const struct front *f);

/*
 * Of a place, by the codes of its areas and those above: is somebody on duty for it,
 * and does anybody ever answer for it?
 */
bool front_is_staffed_for(
	const struct front *f, char *const *codes, size_t n, bool is_known);
bool front_is_served(const struct front *f, char *const *codes, size_t n);

/* Is it a token of the exercise that is on? 0, or PROBLEM_...; given may be NULL. */
int front_check_exercise(const struct front *f, const char *given);

/* The language of an answer: asked may be NULL. */
int front_language(const struct front *f, const struct call *call, const char *asked);

/* NULL when memory is short. setup is borrowed. */
struct front *front_new(struct event_base *base, const struct role_setup *setup);
void front_free(struct front *f);

/* Both take over the descriptor. */
void front_take_desk(struct front *f, int fd);
void front_take_listener(struct front *f, unsigned door, int fd);

/* Another front that shares this door is to take what comes next. */
void front_step_aside(struct front *f, unsigned door);

/* Each LIMIT_STREAM_TICK_MS. */
void front_tick(struct front *f);

/* Sends what is pending over the desk's line, as far as it takes it. */
void front_flush(struct front *f);

/* Asks a reader; says no to the asker when that is not possible. */
void front_ask(struct front *f, const struct call *call, enum ask_queue queue,
	const Vedetta__V1__Question *question, uint64_t number, ask_done done);

/* Frames and ticks the api files answer to. */
void api_report_answered(
	struct front *f, uint64_t ref, const Vedetta__V1__InputAnswer *answer);
void api_report_give_up(struct front *f, int64_t now_us);

/* api_citizen.c: lives now, and nobody has looked for longer than we allow ourselves.
 */
bool api_is_unseen(
	const struct front *f, const Vedetta__V1__Receipt *receipt, uint32_t class_no);

/* api_contacts.c: it is queued; GET /v1/contacts tells what becomes of it. */
void api_contacts_answered(struct front *f, const struct asker *asker, uint64_t page);

/* By the rules of what it is: an answer of validate.h. */
typedef int (*api_duty_fill)(
	Vedetta__V1__DutyInput *said, ProtobufCMessage *body, struct trouble *trouble);

/* api_duty.c: what somebody said about duty, to the desk; what it tells, and answers.
 */
void api_duty_say(struct front *f, const struct call *call,
	const ProtobufCMessageDescriptor *type, api_duty_fill fill);
void api_duty_take(struct front *f, const struct frame_head *head, const uint8_t *body);
void api_duty_answered(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer);

/* api_looking.c: what our pages show, to a desk that has just come. */
void api_looking_say_again(struct front *f);

/* api_looking.c: who looks at what, as the desk says. */
void api_looking_take(
	struct front *f, const struct frame_head *head, const uint8_t *body);

void api_action_answered(struct front *f, const struct asker *asker,
	const Vedetta__V1__InputAnswer *answer);

/* answer NULL: it was given up. */
void api_office_answered(struct front *f, const struct pending_input *input,
	const Vedetta__V1__OfficeAnswer *answer);
struct office_memo;
void api_logout_refused(struct front *f, const struct asker *asker);
void api_identity_answered(struct front *f, const struct asker *asker,
	const struct office_memo *memo, const Vedetta__V1__OfficeAnswer *answer);
void api_own_answered(
	struct front *f, const struct asker *asker, const Vedetta__V1__OwnResult *from);

/* Where one logs out at the provider, too; NULL: nowhere that we know. */
const char *api_oidc_end_url(struct front *f, const struct call *call);

/* What came back from the provider is longer than an address may be. 0 or not. */
int api_oidc_too_long(struct front *f, struct evbuffer *out);

/* The login page, saying what `about` has of state and its words. */
void api_login_page(struct front *f, const struct asker *asker, int status,
	const struct page_login *about, const char *headers);
void api_account_answered(struct front *f, const struct asker *asker, uint64_t id);

/* JSON or protobuf; NULL when the request was answered with what is wrong. */
ProtobufCMessage *api_read_message(struct front *f, const struct call *call,
	const ProtobufCMessageDescriptor *type);

/* The line to an export's helper: takes it over. */
void front_take_export(struct front *f, int fd);

void api_export_tick(struct front *f, int64_t now_ms);

/* Handlers, by file. */
void api_form_get(struct front *f, const struct call *call);
void api_report_post(struct front *f, const struct call *call);
void api_receipt_get(struct front *f, const struct call *call);
void api_reply_post(struct front *f, const struct call *call);
void api_code_get(struct front *f, const struct call *call);
void api_asset_get(struct front *f, const struct call *call);
void api_incidents_get(struct front *f, const struct call *call);
void api_incident_get(struct front *f, const struct call *call);
void api_basemap_get(struct front *f, const struct call *call);
void api_tiles_get(struct front *f, const struct call *call);
void api_map_get(struct front *f, const struct call *call);
void api_stored_report_get(struct front *f, const struct call *call);
void api_action_post(struct front *f, const struct call *call);
void api_duty_get(struct front *f, const struct call *call);
void api_duty_post(struct front *f, const struct call *call);
void api_exercise_get(struct front *f, const struct call *call);
void api_exercise_post(struct front *f, const struct call *call);
void api_contacts_get(struct front *f, const struct call *call);
void api_contacts_test(struct front *f, const struct call *call);
void api_teams_get(struct front *f, const struct call *call);
void api_teams_post(struct front *f, const struct call *call);
void api_rota_get(struct front *f, const struct call *call);
void api_rota_post(struct front *f, const struct call *call);
void api_on_call_post(struct front *f, const struct call *call);
void api_policies_get(struct front *f, const struct call *call);
void api_policies_post(struct front *f, const struct call *call);
void api_escalation_get(struct front *f, const struct call *call);
void api_locate_get(struct front *f, const struct call *call);
void api_looking_post(struct front *f, const struct call *call);
void api_reports_get(struct front *f, const struct call *call);
void api_counts_get(struct front *f, const struct call *call);
void api_outlines_get(struct front *f, const struct call *call);
void api_areas_get(struct front *f, const struct call *call);
void api_export_get(struct front *f, const struct call *call);
void api_export_job_get(struct front *f, const struct call *call);
void api_umbrellas_get(struct front *f, const struct call *call);
void api_umbrella_get(struct front *f, const struct call *call);
void api_silence_get(struct front *f, const struct call *call);
void api_events_get(struct front *f, const struct call *call);
void api_console_get(struct front *f, const struct call *call);
void api_login_get(struct front *f, const struct call *call);
void api_session_get(struct front *f, const struct call *call);
void api_session_post(struct front *f, const struct call *call);
void api_session_delete(struct front *f, const struct call *call);
void api_step_up_post(struct front *f, const struct call *call);
void api_oidc_start_get(struct front *f, const struct call *call);
void api_oidc_back_get(struct front *f, const struct call *call);
void api_oidc_logout_post(struct front *f, const struct call *call);
void api_sessions_get(struct front *f, const struct call *call);
void api_revoke_post(struct front *f, const struct call *call);
void api_accounts_get(struct front *f, const struct call *call);
void api_accounts_post(struct front *f, const struct call *call);
void api_account_post(struct front *f, const struct call *call);
void api_audit_get(struct front *f, const struct call *call);
void api_own_post(struct front *f, const struct call *call);
void api_openapi_get(struct front *f, const struct call *call);
void api_health_get(struct front *f, const struct call *call);
void api_ready_get(struct front *f, const struct call *call);
void api_metrics_get(struct front *f, const struct call *call);

#endif
