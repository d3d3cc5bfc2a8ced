/* vedetta courier - what goes out: is it set up, and does it arrive? */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dispatch/target.h"
#include "proto/arena.h"
#include "proto/base64.h"
#include "server/cli.h"
#include "server/clock.h"
#include "server/command.h"
#include "server/delivery_name.h"
#include "server/hook_sign.h"
#include "server/keys.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name

enum {
	ARENA_BYTES = 256 * 1024,
	LOOK_EVERY_MS = 200,
	WAIT_S = 30,
	KEY_BYTES = 48,
	WHY_BYTES = 256,
	PATH_BYTES = CONFIG_TEXT_BYTES + 16,
};

static const char usage[] =
	"usage: vedetta courier status [options]\n"
	"       vedetta courier test MEANS ADDRESS [options]\n"
	"       vedetta courier secret URL [options]\n"
	"\n"
	"status: what is set up, and how much waits.\n"
	"test:   sends one message through the running desk and says what became of\n"
	"        it. MEANS is email, web_push, webhook or telegram; ADDRESS is an "
	"e-mail\n"
	"        address, a URL, or the number of a chat (behind -- if it begins with "
	"-).\n"
	"secret: the secret that the owner of a webhook checks our messages with.\n"
	"\n"
	"  --config FILE     " CLI_CONFIG_PATH " when there is one\n"
	"  --data DIR        folder of the store\n"
	"  --title TEXT      --text TEXT   what to say\n"
	"  --link URL        --group NAME  --key NAME (one key is one message)\n"
	"  --p256dh KEY      --auth KEY    of a push subscription, base64\n"
	"  --exercise        it is an exercise; --joined: and the target has joined\n"
	"  --life SECONDS    give it up later than that\n"
	"  --wait SECONDS    for what becomes of it; 30, and 0 does not wait\n";

static const struct option options[] = {
	{"config", required_argument, NULL, 'f'},
	{"data", required_argument, NULL, 'd'},
	{"title", required_argument, NULL, 't'},
	{"text", required_argument, NULL, 'x'},
	{"link", required_argument, NULL, 'l'},
	{"group", required_argument, NULL, 'g'},
	{"key", required_argument, NULL, 'k'},
	{"p256dh", required_argument, NULL, 'p'},
	{"auth", required_argument, NULL, 'a'},
	{"exercise", no_argument, NULL, 'e'},
	{"joined", no_argument, NULL, 'j'},
	{"life", required_argument, NULL, 'i'},
	{"wait", required_argument, NULL, 'w'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct wanted {
	const char *config_path;
	const char *data_dir;
	long wait_s;
	Vedetta__V1__Delivery delivery;
	Vedetta__V1__DeliveryTarget target;
	uint8_t p256dh[TARGET_POINT_BYTES + 4];
	uint8_t auth[TARGET_POINT_BYTES + 4];
	char key[KEY_BYTES];
};

static bool
read_bytes(const char *text, uint8_t out[TARGET_POINT_BYTES + 4],
	ProtobufCBinaryData *data)
{
	size_t bytes = strlen(text);

	if (bytes > 4 * (TARGET_POINT_BYTES + 2) / 3 ||
		base64_read(text, bytes, out, &data->len) != 0) {
		fprintf(stderr, "courier: %s is no base64\n", text);
		return false;
	}
	data->data = out;
	return true;
}

static bool
read_seconds(const char *text, long *out)
{
	char *end;

	*out = strtol(text, &end, 10);
	if (end == text || *end != '\0' || *out < 0 || *out > 7 * 86400) {
		fprintf(stderr, "courier: %s is no number of seconds\n", text);
		return false;
	}
	return true;
}

/* CLI_DONE: go on; -1: help was asked for. */
static int
take_option(int code, struct wanted *w)
{
	Vedetta__V1__Delivery *d = &w->delivery;
	bool fine = true;
	long life_s = 0;

	switch (code) {
	case 'f':
		w->config_path = optarg;
		break;
	case 'd':
		w->data_dir = optarg;
		break;
	case 't':
		d->title = optarg;
		break;
	case 'x':
		d->text = optarg;
		break;
	case 'l':
		d->link = optarg;
		break;
	case 'g':
		d->group = optarg;
		break;
	case 'k':
		d->key = optarg;
		break;
	case 'p':
		fine = read_bytes(optarg, w->p256dh, &w->target.p256dh);
		break;
	case 'a':
		fine = read_bytes(optarg, w->auth, &w->target.auth);
		break;
	case 'e':
		d->exercise = true;
		break;
	case 'j':
		w->target.exercises = true;
		break;
	case 'i':
		fine = read_seconds(optarg, &life_s);
		d->not_after_ms = clock_wall_ms() + life_s * 1000;
		break;
	case 'w':
		fine = read_seconds(optarg, &w->wait_s);
		break;
	case 'h':
		return -1;
	default:
		return CLI_USAGE;
	}
	return fine ? CLI_DONE : CLI_USAGE;
}

static void
wanted_init(struct wanted *w)
{
	*w = (struct wanted){.wait_s = WAIT_S};
	vedetta__v1__delivery__init(&w->delivery);
	vedetta__v1__delivery_target__init(&w->target);
	w->delivery.target = &w->target;
	w->delivery.urgency = VEDETTA__V1__DELIVERY_URGENCY__DELIVERY_URGENCY_HIGH;
	(void)snprintf(w->key, sizeof(w->key), "test-%08x%08x", randombytes_random(),
		randombytes_random());
	w->delivery.key = w->key;
	w->delivery.title = (char *)"Vedetta: test";
	w->delivery.text = (char *)"This message shows that the way to you works.";
}

/* ---- the desk */

/* Asks; the state lives in the arena. NULL after the reason was written. */
static const Vedetta__V1__CourierState *
ask(int fd, const Vedetta__V1__Command *command, struct arena *arena)
{
	Vedetta__V1__CommandAnswer *answer;
	int r = command_ask(fd, command, arena, &answer);

	if (r != 0) {
		fprintf(stderr, "courier: %s\n",
			r == COMMAND_GONE ? "the desk went away" : strerror(-r));
	} else if (answer->refused[0] != '\0') {
		fprintf(stderr, "courier: not sent: %s\n", answer->refused);
	} else if (answer->courier != NULL) {
		return answer->courier;
	}
	return NULL;
}

static const Vedetta__V1__CourierState *
ask_status(int fd, uint64_t delivery, struct arena *arena)
{
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	Vedetta__V1__CourierStatus status = VEDETTA__V1__COURIER_STATUS__INIT;

	status.delivery = delivery;
	command.what_case = VEDETTA__V1__COMMAND__WHAT_COURIER;
	command.courier = &status;
	return ask(fd, &command, arena);
}

static int
print_status(int fd, struct arena *arena)
{
	const Vedetta__V1__CourierState *s = ask_status(fd, 0, arena);

	if (s == NULL) {
		return CLI_FAILED;
	}
	printf("courier: %s\nwaiting: %u\n", s->connected ? "running" : "not running",
		s->open);
	if (s->hello == NULL) {
		return CLI_DONE;
	}
	printf("set up:");
	for (size_t i = 0; i < s->hello->n_means; i++) {
		printf(" %s", delivery_means_name(s->hello->means[i]));
	}
	printf("\npush key: %s\n", s->hello->push_key);
	return CLI_DONE;
}

static bool
has_ended(Vedetta__V1__DeliveryState state)
{
	return state != STATE(QUEUED) && state != STATE(TRYING) &&
	       state != STATE(UNKNOWN);
}

static int
print_end(const Vedetta__V1__CourierState *s)
{
	printf("delivery %llu: %s", (unsigned long long)s->delivery,
		delivery_state_name(s->state));
	if (s->reason != 0) {
		printf(", %s", delivery_reason_name(s->reason));
	}
	printf(" (status %u, attempts %u)\n", s->status, s->attempts);
	return s->state == STATE(HANDED_OVER) || s->state == STATE(DELIVERED) ||
			       s->state == STATE(READ)
		       ? CLI_DONE
		       : CLI_FAILED;
}

static int
send_test(int fd, const struct wanted *w, struct arena *arena)
{
	const struct timespec pause = {0, LOOK_EVERY_MS * 1000000L};
	int64_t until_ms = clock_mono_ms() + w->wait_s * 1000;
	Vedetta__V1__Command command = VEDETTA__V1__COMMAND__INIT;
	const Vedetta__V1__CourierState *s;
	uint64_t id;

	command.what_case = VEDETTA__V1__COMMAND__WHAT_DELIVER;
	command.deliver = (Vedetta__V1__Delivery *)&w->delivery;
	s = ask(fd, &command, arena);
	if (s == NULL) {
		return CLI_FAILED;
	}
	id = s->delivery;
	while (!has_ended(s->state) && clock_mono_ms() < until_ms) {
		(void)nanosleep(&pause, NULL);
		arena_reset(arena);
		s = ask_status(fd, id, arena);
		if (s == NULL) {
			return CLI_FAILED;
		}
	}
	return w->wait_s == 0 ? (print_end(s), CLI_DONE) : print_end(s);
}

/* ---- the rest */

static int
print_secret(const struct config *config, const char *url)
{
	char host[TARGET_HOST_BYTES];
	uint8_t master[KEYS_BYTES], key[KEYS_BYTES], secret[HOOK_SECRET_BYTES];
	char text[HOOK_SECRET_TEXT_BYTES];
	char path[PATH_BYTES];
	char why[WHY_BYTES];

	if (target_host(url, host) == 0) {
		fprintf(stderr, "courier: %s is no URL of a webhook\n", url);
		return CLI_FAILED;
	}
	(void)snprintf(path, sizeof(path), "%s/key", config->data_dir);
	if (access(path, R_OK) != 0) {
		fprintf(stderr, "courier: %s: %s\n", path, strerror(errno));
		return CLI_FAILED;
	}
	if (keys_load(path, master, why, sizeof(why)) != 0) {
		fprintf(stderr, "courier: %s\n", why);
		return CLI_FAILED;
	}
	keys_derive(master, KEYS_COURIER, key);
	hook_secret(key, url, secret);
	hook_secret_text(secret, text);
	puts(text);
	explicit_bzero(master, sizeof(master));
	explicit_bzero(key, sizeof(key));
	return CLI_DONE;
}

static Vedetta__V1__DeliveryMeans
read_means(const char *name)
{
	for (int m = 1; m <= 4; m++) {
		if (strcmp(name, delivery_means_name((Vedetta__V1__DeliveryMeans)m)) ==
			0) {
			return (Vedetta__V1__DeliveryMeans)m;
		}
	}
	return VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_UNSPECIFIED;
}

static int
talk(const struct config *config, const struct wanted *w, bool is_test)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	int status = CLI_FAILED;
	int fd;
	int r = arena == NULL ? -ENOMEM : command_connect(config->data_dir, &fd);

	if (r != 0) {
		fprintf(stderr, "courier: %s: %s\n", config->data_dir,
			r == COMMAND_NOBODY ? "nobody serves this folder"
					    : strerror(-r));
	} else {
		status = is_test ? send_test(fd, w, arena) : print_status(fd, arena);
		(void)close(fd);
	}
	arena_free(arena);
	return status;
}

static int
run(int n, char **words, struct wanted *w)
{
	struct config config;
	int status = cli_read_config(&config, w->config_path);

	if (status == CLI_DONE && w->data_dir != NULL) {
		status = config_set(&config, "server", "data_dir", w->data_dir,
				 "--data", stderr) == 0
				 ? CLI_DONE
				 : CLI_USAGE;
	}
	if (status != CLI_DONE) {
		return status;
	}
	if (n == 1 && strcmp(words[0], "status") == 0) {
		return talk(&config, w, false);
	}
	if (n == 2 && strcmp(words[0], "secret") == 0) {
		return print_secret(&config, words[1]);
	}
	if (n == 3 && strcmp(words[0], "test") == 0) {
		w->delivery.means = read_means(words[1]);
		w->target.address = words[2];
		return talk(&config, w, true);
	}
	fputs(usage, stderr);
	return CLI_USAGE;
}

int
cli_courier(int argc, char **argv)
{
	struct wanted w;
	int code;

	if (sodium_init() < 0) {
		return CLI_FAILED;
	}
	wanted_init(&w);
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int answer = take_option(code, &w);

		if (answer < 0) {
			fputs(usage, stdout);
			return CLI_DONE;
		}
		if (answer != CLI_DONE) {
			return answer;
		}
	}
	return run(argc - optind, argv + optind, &w);
}
