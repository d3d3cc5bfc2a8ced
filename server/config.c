/* Over 500 lines: one table, and what reads it. */
#include "server/config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"
#include "server/basemap.h"
#include "server/reach.h"

enum {
	LINE_BYTES = 1024,
};

enum type {
	TYPE_TEXT = 1,
	TYPE_NUMBER,
	TYPE_ADDRESS,
	TYPE_BASEMAP,
	TYPE_CHOICE, /* one of the words in `choices` */
	TYPE_REACH,  /* addresses and ranges of them */
};

struct row {
	const char *section;
	const char *key;
	enum type type;
	size_t offset;
	const char *fallback;
	int64_t least; /* of a number; of a text: bytes */
	int64_t most;
	const char *choices; /* " a b c " */
	const char *help;
};

/* Sections stand together; the sample file keeps this order. */
/* clang-format off */
static const struct row rows[] = {
#define AT(field) offsetof(struct config, field)
	{"server", "data_dir", TYPE_TEXT, AT(data_dir), "/var/lib/vedetta", 1, 200, NULL,
		"Folder of the store and of the keys; made at the first start."},
	{"server", "user", TYPE_TEXT, AT(user), "", 0, 32, NULL,
		"Started as root, the roles run as this user; empty: they stay root."},
	{"server", "public_fronts", TYPE_NUMBER, AT(public_fronts), "2", 1, 64, NULL,
		"Processes that face the citizens."},
	{"server", "console_fronts", TYPE_NUMBER, AT(console_fronts), "1", 1, 16, NULL,
		"Processes that face the consoles; each holds the whole board."},
	{"server", "readers", TYPE_NUMBER, AT(readers), "2", 2, 64, NULL,
		"Processes that answer questions to the store; the first one only short ones."},
	{"server", "log_level", TYPE_CHOICE, AT(log_level), "info", 0, 0, " debug info warn error ",
		"Least level that is logged: debug, info, warn or error."},
	{"public", "listen", TYPE_ADDRESS, AT(public_listen), "127.0.0.1:8080", 0, 0, NULL,
		"Address and port of the form and of the report API; [ADDR]:PORT for IPv6."},
	{"public", "max_connections", TYPE_NUMBER, AT(public_max_connections), "10000", 16, 1000000, NULL,
		"Connections over all fronts; more are refused."},
	{"public", "max_per_address", TYPE_NUMBER, AT(public_max_per_address), "512", 1, 1000000, NULL,
		"Connections of one IPv4 address or one IPv6 /64; loopback is not counted."},
	{"console", "listen", TYPE_ADDRESS, AT(console_listen), "127.0.0.1:8081", 0, 0, NULL,
		"Address and port of the operators' console: loopback, since it has no TLS yet."},
	{"console", "address", TYPE_TEXT, AT(console_address), "", 0, 200, NULL,
		"Where operators open it, https://DESK.EXAMPLE: messages link and oidc.issuer sends them there; empty: no link."},
	{"console", "max_connections", TYPE_NUMBER, AT(console_max_connections), "2000", 16, 1000000, NULL,
		"Connections of consoles, their streams among them; more are refused."},
	{"console", "basemap", TYPE_BASEMAP, AT(console_basemap), "", 0, 0, NULL,
		"Below the map: empty (built in), /path/FILE.pmtiles or https://HOST/{z}/{x}/{y}.png."},
	{"console", "basemap_attribution", TYPE_TEXT, AT(console_basemap_attribution), "", 0, 200, NULL,
		"Who made that map, as its licence wants it said; always shown."},
	{"admin", "listen", TYPE_ADDRESS, AT(admin_listen), "127.0.0.1:8082", 0, 0, NULL,
		"Address and port of /metrics, /healthz and /readyz: loopback only."},
	{"store", "reserve_mib", TYPE_NUMBER, AT(store_reserve_mib), "64", 0, 1048576, NULL,
		"Room on the disk, in MiB, below which no report is taken any more; 16 or more lets the WAL go home."},
	{"store", "keys_max", TYPE_NUMBER, AT(keys_max), "2000000", 1000, 100000000, NULL,
		"Idempotency keys held in memory; when full, the oldest go first."},
	{"umbrella", "silence_wait_s", TYPE_NUMBER, AT(silence_wait_s), "1200", 0, 86400, NULL,
		"Seconds after a large event has begun until a municipality without news is an incident."},
	{"duty", "unseen_min", TYPE_NUMBER, AT(unseen_min), "5", 1, 1440, NULL,
		"Minutes until the sender of a report of class 1 is told that nobody has looked at it."},
	{"courier", "allow", TYPE_REACH, AT(courier_allow), "", 0, 0, NULL,
		"Addresses it may talk to though they are not public, as 10.1.2.0/24 fd00::5; http:// and gateways of your own need it."},
	{"courier", "ca_file", TYPE_TEXT, AT(courier_ca_file), "", 0, 200, NULL,
		"Certificates of the authorities it trusts, PEM; empty: the system's."},
	{"courier", "timeout_s", TYPE_NUMBER, AT(courier_timeout_s), "20", 1, 120, NULL,
		"Seconds until an attempt without an answer is over."},
	{"courier", "smtp_url", TYPE_TEXT, AT(smtp_url), "", 0, 200, NULL,
		"Mail server, smtps://HOST or smtp://HOST:587 (then with STARTTLS, but for this machine itself); empty: no e-mail."},
	{"courier", "smtp_user", TYPE_TEXT, AT(smtp_user), "", 0, 200, NULL,
		"Name to log in with there; empty: none."},
	{"courier", "smtp_password_file", TYPE_TEXT, AT(smtp_password_file), "", 0, 200, NULL,
		"File with its password, mode 0600."},
	{"courier", "mail_from", TYPE_TEXT, AT(mail_from), "", 0, 200, NULL,
		"E-mail address the messages come from."},
	{"courier", "push_subject", TYPE_TEXT, AT(push_subject), "", 0, 200, NULL,
		"Whom push services may ask about us, mailto:NAME@DOMAIN or https://...; empty: no web push."},
	{"courier", "telegram_token_file", TYPE_TEXT, AT(telegram_token_file), "", 0, 200, NULL,
		"File with the token of your Telegram bot, mode 0600; empty: no Telegram."},
	{"courier", "telegram_url", TYPE_TEXT, AT(telegram_url), "https://api.telegram.org", 1, 200, NULL,
		"Where the Bot API is."},
	{"oidc", "issuer", TYPE_TEXT, AT(oidc_issuer), "", 0, 200, NULL,
		"Identity provider (OpenID Connect) one may log in to the console through, as https://id.example.it/realms/x; empty: none."},
	{"oidc", "client_id", TYPE_TEXT, AT(oidc_client_id), "", 0, 200, NULL,
		"What Vedetta is called there."},
	{"oidc", "client_secret_file", TYPE_TEXT, AT(oidc_client_secret_file), "", 0, 200, NULL,
		"File with its secret there, mode 0600; empty: a public client, with PKCE alone."},
	{"oidc", "client_key_file", TYPE_TEXT, AT(oidc_client_key_file), "", 0, 200, NULL,
		"Or file with its private key (private_key_jwt), mode 0600, as openssl genpkey writes it: P-256, or RSA from 2048 bits."},
	{"oidc", "client_key_id", TYPE_TEXT, AT(oidc_client_key_id), "", 0, 120, NULL,
		"What the provider calls that key (kid); empty: it knows one alone."},
	{"oidc", "name", TYPE_TEXT, AT(oidc_name), "OpenID Connect", 1, 60, NULL,
		"What the button of the login page calls it."},
	{"oidc", "acr", TYPE_TEXT, AT(oidc_acr), "", 0, 200, NULL,
		"How sure it must be who that is: values of acr, one is enough, as https://www.spid.gov.it/SpidL2; empty: as it likes."},
	{"oidc", "allow", TYPE_REACH, AT(oidc_allow), "", 0, 0, NULL,
		"Its addresses when they are not public, as 10.1.2.7 fd00::5; without TLS it needs them in any case."},
	{"oidc", "session_h", TYPE_NUMBER, AT(oidc_session_h), "13", 1, 13, NULL,
		"Hours until who came in that way is asked again; few when it does not tell us of logouts (CONSOLE/v1/oidc/logout)."},
	{"citizens", "emergency_number", TYPE_TEXT, AT(emergency_number), "112", 1, 16, NULL,
		"The number every answer names."},
	{"citizens", "language", TYPE_CHOICE, AT(language), "it", 0, 0, " it en ",
		"Language of the form when the browser asks for none there is: it or en."},
	{"citizens", "desk_name", TYPE_TEXT, AT(desk_name), "Vedetta", 1, 100, NULL,
		"Name of the desk, shown on the form."},
#undef AT
};
/* clang-format on */

enum {
	ROWS = sizeof rows / sizeof rows[0],
};

static_assert(sizeof rows / sizeof rows[0] <= CONFIG_KEYS_MOST,
	"a read marks the keys it has seen");

static char *
text_at(struct config *c, const struct row *row)
{
	return (char *)c + row->offset;
}

static int64_t *
number_at(struct config *c, const struct row *row)
{
	return (int64_t *)(void *)((char *)c + row->offset);
}

static const struct row *
find_row(const char *section, const char *key)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].section, section) == 0 &&
			strcmp(rows[i].key, key) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

static int
set_number(struct config *c, const struct row *row, const char *value,
	const char *where, FILE *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (end == value || *end != '\0' || errno != 0 ||
		!isdigit((unsigned char)*value) || number < row->least ||
		number > row->most) {
		fprintf(err, "%s: %s.%s must be a whole number from %lld to %lld\n",
			where, row->section, row->key, (long long)row->least,
			(long long)row->most);
		return CONFIG_BAD;
	}
	*number_at(c, row) = number;
	return 0;
}

static bool
is_choice(const char *choices, const char *value)
{
	char word[CONFIG_TEXT_BYTES + 2];

	if (value[0] == '\0' || strchr(value, ' ') != NULL) {
		return false;
	}
	snprintf(word, sizeof word, " %s ", value);
	return strstr(choices, word) != NULL;
}

static bool
is_text(const char *value)
{
	return utf8_is_text(value, strlen(value), NULL) &&
	       strpbrk(value, "\n\t\r") == NULL;
}

static int
set_text(struct config *c, const struct row *row, const char *value, const char *where,
	FILE *err)
{
	size_t bytes = strlen(value);
	struct sockaddr_storage address;
	socklen_t address_bytes;
	struct reach reach;

	if (bytes >= CONFIG_TEXT_BYTES || !is_text(value)) {
		fprintf(err, "%s: %s.%s must be at most %d bytes of plain text\n",
			where, row->section, row->key, CONFIG_TEXT_BYTES - 1);
		return CONFIG_BAD;
	}
	if (row->type == TYPE_TEXT &&
		((int64_t)bytes < row->least || (int64_t)bytes > row->most)) {
		fprintf(err, "%s: %s.%s must have %lld to %lld bytes\n", where,
			row->section, row->key, (long long)row->least,
			(long long)row->most);
		return CONFIG_BAD;
	}
	if (row->type == TYPE_CHOICE && !is_choice(row->choices, value)) {
		fprintf(err, "%s: %s.%s must be one of:%s\n", where, row->section,
			row->key, row->choices);
		return CONFIG_BAD;
	}
	if (row->type == TYPE_ADDRESS &&
		!config_address(value, &address, &address_bytes)) {
		fprintf(err,
			"%s: %s.%s must be ADDRESS:PORT in figures, as "
			"127.0.0.1:8080\n",
			where, row->section, row->key);
		return CONFIG_BAD;
	}
	if (row->type == TYPE_BASEMAP &&
		basemap_kind_of(value) == BASEMAP_NONE_OF_THESE) {
		fprintf(err,
			"%s: %s.%s must be empty, /path/FILE.pmtiles or "
			"https://HOST/{z}/{x}/{y}.png\n",
			where, row->section, row->key);
		return CONFIG_BAD;
	}
	if (row->type == TYPE_REACH && reach_read(value, &reach) != NULL) {
		fprintf(err,
			"%s: %s.%s must be at most %d addresses or ranges, as "
			"10.1.2.0/24 fd00::5\n",
			where, row->section, row->key, REACH_MOST);
		return CONFIG_BAD;
	}
	memcpy(text_at(c, row), value, bytes + 1);
	return 0;
}

static int
set_row(struct config *c, const struct row *row, const char *value, const char *where,
	FILE *err)
{
	if (row->type == TYPE_NUMBER) {
		return set_number(c, row, value, where, err);
	}
	return set_text(c, row, value, where, err);
}

void
config_init(struct config *c)
{
	memset(c, 0, sizeof *c);
	for (size_t i = 0; i < ROWS; i++) {
		int answer = set_row(c, &rows[i], rows[i].fallback, "default", stderr);

		assert(answer == 0);
	}
}

/* Cuts white space off both ends, in place. */
static char *
trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1])) {
		*--end = '\0';
	}
	while (isspace((unsigned char)*text)) {
		text++;
	}
	return text;
}

/* What a reading has met so far. */
struct reading {
	struct config *config;
	FILE *err;
	char where[CONFIG_TEXT_BYTES];
	char section[64];
	bool seen[CONFIG_KEYS_MOST];
};

static int
read_section(struct reading *r, char *text)
{
	char *end = strchr(text, ']');

	if (end == NULL || end[1] != '\0') {
		fprintf(r->err, "%s: a section is written [name]\n", r->where);
		return CONFIG_BAD;
	}
	*end = '\0';
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].section, text + 1) == 0) {
			snprintf(r->section, sizeof r->section, "%s", rows[i].section);
			return 0;
		}
	}
	fprintf(r->err, "%s: there is no section [%s]\n", r->where, text + 1);
	return CONFIG_BAD;
}

static int
read_line(struct reading *r, char *line)
{
	char *text = trim(line);
	char *equals;
	const struct row *row;

	if (*text == '\0' || *text == '#' || *text == ';') {
		return 0;
	}
	if (*text == '[') {
		return read_section(r, text);
	}
	equals = strchr(text, '=');
	if (equals == NULL) {
		fprintf(r->err, "%s: a setting is written key = value\n", r->where);
		return CONFIG_BAD;
	}
	*equals = '\0';
	row = find_row(r->section, trim(text));
	if (row == NULL) {
		fprintf(r->err, "%s: there is no key \"%s\" in section [%s]\n",
			r->where, trim(text), r->section);
		return CONFIG_BAD;
	}
	if (r->seen[row - rows]) {
		fprintf(r->err, "%s: %s.%s stands here a second time\n", r->where,
			row->section, row->key);
		return CONFIG_BAD;
	}
	r->seen[row - rows] = true;
	return set_row(r->config, row, trim(equals + 1), r->where, r->err);
}

int
config_read(struct config *c, const char *path, FILE *err)
{
	struct reading r = {.config = c, .err = err};
	char *line = NULL;
	size_t room = 0;
	ssize_t bytes;
	unsigned number = 0;
	int answer = 0;
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		answer = -errno;
		fprintf(err, "%s: cannot be opened: %s\n", path, strerror(errno));
		return answer;
	}
	while (answer == 0 && (bytes = getline(&line, &room, file)) >= 0) {
		snprintf(r.where, sizeof r.where, "%.200s:%u", path, ++number);
		if (bytes > LINE_BYTES || strlen(line) != (size_t)bytes) {
			fprintf(err, "%s: a line has at most %d bytes and no NUL\n",
				r.where, LINE_BYTES);
			answer = CONFIG_BAD;
		} else {
			answer = read_line(&r, line);
		}
	}
	if (answer == 0 && !feof(file)) {
		answer = errno != 0 ? -errno : -EIO;
		fprintf(err, "%s: cannot be read: %s\n", path, strerror(-answer));
	}
	free(line);
	fclose(file);
	return answer;
}

int
config_set(struct config *c, const char *section, const char *key, const char *value,
	const char *where, FILE *err)
{
	const struct row *row = find_row(section, key);

	if (row == NULL) {
		fprintf(err, "%s: there is no key %s.%s\n", where, section, key);
		return CONFIG_BAD;
	}
	return set_row(c, row, value, where, err);
}

bool
config_address(const char *text, struct sockaddr_storage *out, socklen_t *out_bytes)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	char *end;
	unsigned long port;
	size_t host_bytes;

	if (colon == NULL || !isdigit((unsigned char)colon[1])) {
		return false;
	}
	port = strtoul(colon + 1, &end, 10);
	host_bytes = (size_t)(colon - text);
	if (*end != '\0' || port > 65535 || host_bytes >= sizeof host) {
		return false;
	}
	memcpy(host, text, host_bytes);
	host[host_bytes] = '\0';
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
		four.sin_port = htons((uint16_t)port);
		memcpy(out, &four, sizeof four);
		*out_bytes = sizeof four;
		return true;
	}
	if (host_bytes < 2 || host[0] != '[' || host[host_bytes - 1] != ']') {
		return false;
	}
	host[host_bytes - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &six.sin6_addr) != 1) {
		return false;
	}
	six.sin6_port = htons((uint16_t)port);
	memcpy(out, &six, sizeof six);
	*out_bytes = sizeof six;
	return true;
}

void
config_print_sample(FILE *out)
{
	const char *section = "";

	fputs("# vedetta.conf: every key with its default. A line starting with # or ; "
	      "is a\n"
	      "# comment. `vedetta check --config FILE` says what is wrong with a "
	      "file.\n",
		out);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		if (strcmp(section, row->section) != 0) {
			section = row->section;
			fprintf(out, "\n[%s]\n", section);
		}
		fprintf(out, "# %s", row->help);
		if (row->type == TYPE_NUMBER) {
			fprintf(out, " From %lld to %lld.", (long long)row->least,
				(long long)row->most);
		}
		fprintf(out, "\n%s =%s%s\n", row->key,
			row->fallback[0] != '\0' ? " " : "", row->fallback);
	}
}

size_t
config_lines(const struct config *c, char lines[][2 * CONFIG_TEXT_BYTES], size_t max)
{
	struct config copy = *c;
	size_t n = 0;

	for (; n < ROWS && n < max; n++) {
		const struct row *row = &rows[n];
		size_t used = (size_t)snprintf(lines[n], 2 * CONFIG_TEXT_BYTES,
			"%s.%s=", row->section, row->key);

		if (row->type == TYPE_NUMBER) {
			snprintf(lines[n] + used, 2 * CONFIG_TEXT_BYTES - used, "%lld",
				(long long)*number_at(&copy, row));
		} else {
			snprintf(lines[n] + used, 2 * CONFIG_TEXT_BYTES - used, "%s",
				text_at(&copy, row));
		}
	}
	return n;
}

int
config_from_line(struct config *c, const char *line)
{
	char name[2 * CONFIG_TEXT_BYTES];
	const char *equals = strchr(line, '=');
	char *dot;

	if (equals == NULL || (size_t)(equals - line) >= sizeof name) {
		return CONFIG_BAD;
	}
	memcpy(name, line, (size_t)(equals - line));
	name[equals - line] = '\0';
	dot = strchr(name, '.');
	if (dot == NULL) {
		return CONFIG_BAD;
	}
	*dot = '\0';
	return config_set(c, name, dot + 1, equals + 1, "setup", stderr);
}
