/* config_check - what must hold between keys, and with the files they name */
#include <netinet/in.h>
#include <string.h>

#include "dispatch/target.h"
#include "server/basemap.h"
#include "server/config.h"
#include "server/key_file.h"
#include "server/secret_file.h"

static bool
is_loopback(const char *text)
{
	struct sockaddr_storage address;
	socklen_t bytes;

	if (!config_address(text, &address, &bytes)) {
		return false;
	}
	if (address.ss_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, &address, sizeof four);
		return ntohl(four.sin_addr.s_addr) >> 24 == 127;
	}
	struct sockaddr_in6 six;

	memcpy(&six, &address, sizeof six);
	return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr);
}

static int
check_basemap(const struct config *c, FILE *err)
{
	struct basemap basemap;
	int r = basemap_open(&basemap, c->console_basemap);

	basemap_close(&basemap);
	if (r != 0) {
		fprintf(err, "console.basemap is %s, but that %s\n", c->console_basemap,
			r == BASEMAP_NO_PMTILES ? "is no PMTiles file of version 3"
						: strerror(-r));
		return CONFIG_BAD;
	}
	if (c->console_basemap[0] != '\0' &&
		c->console_basemap_attribution[0] == '\0') {
		fprintf(err, "console.basemap_attribution is empty, but who made the "
			     "basemap must be said on it\n");
		return CONFIG_BAD;
	}
	return 0;
}

static bool
is_email(const char *text)
{
	Vedetta__V1__DeliveryTarget target = VEDETTA__V1__DELIVERY_TARGET__INIT;
	struct trouble trouble;

	trouble_init(&trouble);
	target.address = (char *)(uintptr_t)text;
	return target_check(VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_EMAIL, &target,
		       &trouble) == 0;
}

/* A mail server's URL is a web server's but for its scheme, and has no path. */
static bool
is_smtp(const char *text)
{
	char url[CONFIG_TEXT_BYTES + 8];
	char host[TARGET_HOST_BYTES];
	size_t scheme = strncmp(text, "smtps://", 8) == 0  ? 8
			: strncmp(text, "smtp://", 7) == 0 ? 7
							   : 0;

	snprintf(url, sizeof url, "https://%s", text + scheme);
	return scheme > 0 && strcspn(text + scheme, "/?#") == strlen(text + scheme) &&
	       target_host(url, host) > 0;
}

static bool
is_subject(const char *text)
{
	char host[TARGET_HOST_BYTES];

	return strncmp(text, "mailto:", 7) == 0 ? is_email(text + 7)
						: strncmp(text, "https://", 8) == 0 &&
							  target_host(text, host) > 0;
}

static int
check_courier(const struct config *c, FILE *err)
{
	char secret[SECRET_FILE_BYTES];
	char host[TARGET_HOST_BYTES];
	const char *wrong = NULL;
	int answer = 0;

	if (c->smtp_url[0] != '\0' && !is_smtp(c->smtp_url)) {
		wrong = "courier.smtp_url must be smtps://HOST[:PORT] or "
			"smtp://HOST:PORT";
	} else if (c->smtp_url[0] != '\0' && !is_email(c->mail_from)) {
		wrong = "courier.mail_from must be an e-mail address";
	} else if (c->smtp_user[0] != '\0' && c->smtp_password_file[0] == '\0') {
		wrong = "courier.smtp_user needs courier.smtp_password_file";
	} else if (c->push_subject[0] != '\0' && !is_subject(c->push_subject)) {
		wrong = "courier.push_subject must be mailto:NAME@DOMAIN or "
			"https://...";
	} else if (target_host(c->telegram_url, host) == 0 ||
		   c->telegram_url[strlen(c->telegram_url) - 1] == '/') {
		wrong = "courier.telegram_url must be a URL without a / at its end";
	}
	if (wrong != NULL) {
		fprintf(err, "%s\n", wrong);
		answer = CONFIG_BAD;
	}
	if (secret_file_read("courier.smtp_password_file", c->smtp_password_file,
		    secret, err) != 0 ||
		secret_file_read("courier.telegram_token_file", c->telegram_token_file,
			secret, err) != 0) {
		answer = CONFIG_BAD;
	}
	explicit_bzero(secret, sizeof secret);
	return answer;
}

/* An origin: what messages link to is put behind it. */
static int
check_address(const struct config *c, FILE *err)
{
	const char *address = c->console_address;
	const char *path = strstr(address, "://");
	char host[TARGET_HOST_BYTES];

	path = path == NULL ? NULL : strpbrk(path + 3, "/?#");
	if (address[0] == '\0' || (target_host(address, host) > 0 && path == NULL)) {
		return 0;
	}
	fprintf(err, "console.address must be https://HOST[:PORT], without a path\n");
	return CONFIG_BAD;
}

static bool
is_issuer(const char *text)
{
	char host[TARGET_HOST_BYTES];

	/* Some end in a /: it is compared as it is. */
	return target_host(text, host) > 0 && strcspn(text, "?#@ ") == strlen(text);
}

static int
check_oidc(const struct config *c, FILE *err)
{
	char secret[SECRET_FILE_BYTES];
	struct key_file key;
	const char *wrong = NULL;
	int answer = 0;

	if (c->oidc_issuer[0] == '\0') {
		return 0;
	}
	if (!is_issuer(c->oidc_issuer)) {
		wrong = "oidc.issuer must be https://HOST/... without ? and #";
	} else if (strncmp(c->oidc_issuer, "http://", 7) == 0 &&
		   c->oidc_allow[0] == '\0') {
		wrong = "oidc.issuer has no TLS: then oidc.allow must name its address";
	} else if (c->oidc_client_id[0] == '\0') {
		wrong = "oidc.issuer needs oidc.client_id";
	} else if (c->oidc_client_secret_file[0] != '\0' &&
		   c->oidc_client_key_file[0] != '\0') {
		wrong = "oidc.client_secret_file and oidc.client_key_file: say one of "
			"them";
	}
	if (wrong != NULL) {
		fprintf(err, "%s\n", wrong);
		answer = CONFIG_BAD;
	}
	if (secret_file_read("oidc.client_secret_file", c->oidc_client_secret_file,
		    secret, err) != 0) {
		answer = CONFIG_BAD;
	}
	if (key_file_read("oidc.client_key_file", c->oidc_client_key_file, &key, err) !=
		0) {
		answer = CONFIG_BAD;
	}
	explicit_bzero(secret, sizeof secret);
	explicit_bzero(&key, sizeof key);
	return answer;
}

int
config_check(const struct config *c, FILE *err)
{
	int answer = check_courier(c, err);

	if (check_address(c, err) != 0 || check_oidc(c, err) != 0) {
		answer = CONFIG_BAD;
	}
	if (!is_loopback(c->console_listen)) {
		fprintf(err,
			"console.listen is %s, but the console has no TLS yet and may "
			"only listen on this machine: 127.0.0.1 or [::1]\n",
			c->console_listen);
		answer = CONFIG_BAD;
	}
	if (!is_loopback(c->admin_listen)) {
		fprintf(err,
			"admin.listen is %s, but it may only listen on this machine: "
			"127.0.0.1 or [::1]\n",
			c->admin_listen);
		answer = CONFIG_BAD;
	}
	if (c->public_max_connections < c->public_fronts) {
		fprintf(err,
			"public.max_connections is %lld, less than one for each of the "
			"%lld fronts\n",
			(long long)c->public_max_connections,
			(long long)c->public_fronts);
		answer = CONFIG_BAD;
	}
	return check_basemap(c, err) != 0 ? CONFIG_BAD : answer;
}
