#include "server/transfers.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

struct transfer {
	TAILQ_ENTRY(transfer) link;
	struct transfers *all; /* borrowed: owns us */
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *recipients;
	uint8_t *body;
	size_t body_bytes;
	size_t body_at;
	bool is_safe; /* TLS from the first byte, or before the first secret */
	bool is_mail;
	bool forbidden; /* an address we do not talk to */
	size_t head_bytes;
	size_t answer_bytes; /* all that came; kept is less */
	char *kept;          /* of it, with room for a NUL */
	size_t kept_room;
	size_t n_kept;
	const struct reach *reach;
	int64_t timeout_ms;
	void (*done)(void *arg, const struct transfer_answer *answer);
	void *arg;
};

/* A descriptor libcurl waits for. */
struct watch {
	struct transfers *all;
	struct event *event;
};

struct transfers {
	struct event_base *base; /* borrowed */
	struct transfers_options options;
	CURLM *multi;
	struct event *timer;
	struct event *ended; /* some have: told from the loop */
	TAILQ_HEAD(, transfer) list;
};

/* ---- libcurl and the loop */

/* Not from inside libcurl's own callbacks. */
static void
act(struct transfers *t, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(t->multi, fd, what, &running);
	event_active(t->ended, EV_TIMEOUT, 0);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	struct transfers *t = w->all; /* w may be gone after the call */

	act(t, fd,
		(what & EV_READ ? CURL_CSELECT_IN : 0) |
			(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void
drop_watch(struct transfers *t, curl_socket_t fd, struct watch *w)
{
	if (w != NULL) {
		(void)curl_multi_assign(t->multi, fd, NULL);
		(void)event_del(w->event);
		event_free(w->event);
		free(w);
	}
}

static int
watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct transfers *t = arg;
	struct watch *w = socket_arg;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

	(void)easy;
	drop_watch(t, fd, w);
	if (what == CURL_POLL_REMOVE) {
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		return -1;
	}
	w->all = t;
	w->event = event_new(t->base, fd, wanted, on_ready, w);
	if (w->event == NULL || event_add(w->event, NULL) != 0) {
		if (w->event != NULL) {
			event_free(w->event);
		}
		free(w);
		return -1;
	}
	(void)curl_multi_assign(t->multi, fd, w);
	return 0;
}

static int
set_timer(CURLM *multi, long wait_ms, void *arg)
{
	const struct timeval wait = {wait_ms / 1000, wait_ms % 1000 * 1000};
	struct transfers *t = arg;

	(void)multi;
	if (wait_ms < 0) {
		(void)event_del(t->timer);
	} else {
		(void)event_add(t->timer, &wait);
	}
	return 0;
}

/* ---- what comes and goes */

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *x = arg;

	(void)purpose;
	if (!reach_may(x->reach, &address->addr) ||
		(!x->is_safe && !reach_is_allowed(x->reach, &address->addr))) {
		x->forbidden = true;
		return CURL_SOCKET_BAD;
	}
	return socket(
		address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
give_body(char *out, size_t size, size_t n, void *arg)
{
	struct transfer *x = arg;
	size_t bytes = x->body_bytes - x->body_at;

	bytes = bytes < size * n ? bytes : size * n;
	memcpy(out, x->body + x->body_at, bytes);
	x->body_at += bytes;
	return bytes;
}

/* HTTP/2 and a lost connection want it again. */
static int
seek_body(void *arg, curl_off_t at, int origin)
{
	struct transfer *x = arg;

	if (origin != SEEK_SET || at < 0 || (size_t)at > x->body_bytes) {
		return CURL_SEEKFUNC_FAIL;
	}
	x->body_at = (size_t)at;
	return CURL_SEEKFUNC_OK;
}

static size_t
take_answer(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *x = arg;
	size_t bytes = size * n;
	size_t room = x->kept_room - x->n_kept;
	size_t kept = bytes < room ? bytes : room;

	x->answer_bytes += bytes;
	memcpy(x->kept + x->n_kept, data, kept);
	x->n_kept += kept;
	return x->answer_bytes > TRANSFER_ANSWER_MOST ? 0 : bytes;
}

static size_t
take_head(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *x = arg;

	(void)data;
	x->head_bytes += size * n;
	return x->head_bytes > TRANSFER_HEAD_MOST ? 0 : size * n;
}

/* ---- ends */

static void
free_transfer(struct transfer *x)
{
	if (x->easy != NULL) {
		(void)curl_multi_remove_handle(x->all->multi, x->easy);
		curl_easy_cleanup(x->easy);
	}
	curl_slist_free_all(x->headers);
	curl_slist_free_all(x->recipients);
	free(x->kept);
	free(x->body);
	free(x);
}

static enum transfer_end
end_of(const struct transfer *x, CURLcode code, long status)
{
	switch ((int)code) {
	case CURLE_OK:
		return TRANSFER_ANSWERED;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return x->forbidden ? TRANSFER_ADDRESS : TRANSFER_UNREACHABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return !x->is_mail && status != 0 ? TRANSFER_CUT : TRANSFER_TIMEOUT;
	case CURLE_WRITE_ERROR:
		return status != 0 ? TRANSFER_CUT : TRANSFER_BAD_ANSWER;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_ISSUER_ERROR:
		return TRANSFER_TLS;
	case CURLE_LOGIN_DENIED:
		return TRANSFER_LOGIN;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
		return TRANSFER_FAULT;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		/* A mail server that says no ends it so. */
		return x->is_mail && status >= 400 ? TRANSFER_ANSWERED
						   : TRANSFER_UNREACHABLE;
	default:
		return x->is_mail && status >= 400 ? TRANSFER_ANSWERED
						   : TRANSFER_BAD_ANSWER;
	}
}

static void
finish(struct transfers *t, struct transfer *x, CURLcode code)
{
	struct transfer_answer answer = {.body = x->kept};
	curl_off_t retry_s = 0;
	long status = 0;

	(void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &retry_s);
	x->kept[x->n_kept] = '\0';
	answer.end = end_of(x, code, status);
	answer.status = status > 0 ? (uint32_t)status : 0;
	answer.body_bytes = x->n_kept;
	answer.retry_ms = retry_s > 0 && retry_s < 86400 * 7 ? retry_s * 1000 : 0;
	TAILQ_REMOVE(&t->list, x, link);
	x->done(x->arg, &answer);
	free_transfer(x);
}

static void
on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct transfers *t = arg;
	CURLMsg *message;
	int left;

	(void)fd;
	(void)what;
	while ((message = curl_multi_info_read(t->multi, &left)) != NULL) {
		struct transfer *x = NULL;
		CURLcode code = message->data.result;

		if (message->msg == CURLMSG_DONE &&
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x) ==
				CURLE_OK) {
			finish(t, x, code);
		}
	}
}

/* ---- beginning */

struct transfers *
transfers_new(struct event_base *base, const struct transfers_options *options)
{
	struct transfers *t = calloc(1, sizeof(*t));

	if (t == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(t);
		return NULL;
	}
	TAILQ_INIT(&t->list);
	t->base = base;
	t->options = *options;
	t->multi = curl_multi_init();
	t->timer = evtimer_new(base, on_time, t);
	t->ended = evtimer_new(base, on_ended, t);
	if (t->multi == NULL || t->timer == NULL || t->ended == NULL) {
		transfers_free(t);
		return NULL;
	}
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, 16L);
	return t;
}

void
transfers_free(struct transfers *t)
{
	if (t == NULL) {
		return;
	}
	while (!TAILQ_EMPTY(&t->list)) {
		struct transfer *x = TAILQ_FIRST(&t->list);

		TAILQ_REMOVE(&t->list, x, link);
		free_transfer(x);
	}
	if (t->multi != NULL) {
		(void)curl_multi_cleanup(t->multi);
	}
	if (t->timer != NULL) {
		event_free(t->timer);
	}
	if (t->ended != NULL) {
		event_free(t->ended);
	}
	free(t);
}

/* Each call that fails is one more that makes `bad`. */
#define SET(option, value) bad |= curl_easy_setopt(x->easy, option, value) != CURLE_OK

static bool
set_bounds(const struct transfers *t, struct transfer *x)
{
	bool bad = false;

	SET(CURLOPT_PRIVATE, x);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https"); /* none is not to be had */
	SET(CURLOPT_PROTOCOLS_STR, x->is_mail ? "smtp,smtps" : "http,https");
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)TRANSFER_CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)x->timeout_ms);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, x);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (t->options.ca_file[0] != '\0') {
		SET(CURLOPT_CAINFO, t->options.ca_file);
	}
	SET(CURLOPT_WRITEFUNCTION, take_answer);
	SET(CURLOPT_WRITEDATA, x);
	SET(CURLOPT_HEADERFUNCTION, take_head);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_READFUNCTION, give_body);
	SET(CURLOPT_READDATA, x);
	SET(CURLOPT_SEEKFUNCTION, seek_body);
	SET(CURLOPT_SEEKDATA, x);
	SET(CURLOPT_USERAGENT, "Vedetta");
	return !bad;
}

static bool
add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer != NULL) {
		*list = longer;
	}
	return longer != NULL;
}

static bool
set_mail(struct transfer *x, const struct parcel *p)
{
	bool bad = !add_line(&x->recipients, p->mail_to);

	SET(CURLOPT_URL, p->url);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_MAIL_FROM, p->mail_from);
	SET(CURLOPT_MAIL_RCPT, x->recipients);
	SET(CURLOPT_USE_SSL, (long)(p->wants_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (p->user[0] != '\0') {
		SET(CURLOPT_USERNAME, p->user);
		SET(CURLOPT_PASSWORD, p->password);
	}
	return !bad;
}

static bool
set_web(struct transfer *x, const struct parcel *p)
{
	bool bad = !add_line(&x->headers, "Expect:");

	for (size_t i = 0; i < p->n_headers; i++) {
		bad |= !add_line(&x->headers, p->headers[i]);
	}
	SET(CURLOPT_URL, p->url);
	if (p->is_get) {
		SET(CURLOPT_HTTPGET, 1L);
	} else {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->body_bytes);
	}
	SET(CURLOPT_HTTPHEADER, x->headers);
	return !bad;
}

#undef SET

static bool
prepare(struct transfers *t, struct transfer *x, const struct parcel *p)
{
	x->all = t;
	x->easy = curl_easy_init();
	x->body = malloc(p->body_bytes + 1);
	x->kept_room = p->answer_bytes != 0 ? p->answer_bytes : MEANS_ANSWER_BYTES - 1;
	x->kept = malloc(x->kept_room + 1);
	if (x->easy == NULL || x->body == NULL || x->kept == NULL) {
		return false;
	}
	if (p->body_bytes > 0) {
		memcpy(x->body, p->body, p->body_bytes);
	}
	x->body_bytes = p->body_bytes;
	x->reach = p->reach != NULL ? p->reach : &t->options.reach;
	x->timeout_ms = p->timeout_ms != 0 ? p->timeout_ms : t->options.timeout_ms;
	x->is_mail = p->is_mail;
	x->is_safe = p->is_mail ? p->wants_tls || strncmp(p->url, "smtps:", 6) == 0
				: strncmp(p->url, "https:", 6) == 0;
	return set_bounds(t, x) && (p->is_mail ? set_mail(x, p) : set_web(x, p));
}

int
transfers_start(struct transfers *t, const struct parcel *p,
	void (*done)(void *arg, const struct transfer_answer *answer), void *arg)
{
	struct transfer *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		return -ENOMEM;
	}
	if (!prepare(t, x, p) || curl_multi_add_handle(t->multi, x->easy) != CURLM_OK) {
		free_transfer(x);
		return -ENOMEM;
	}
	x->done = done;
	x->arg = arg;
	TAILQ_INSERT_TAIL(&t->list, x, link);
	return 0;
}
