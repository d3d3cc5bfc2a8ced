/* config_check - what must hold between keys, and with the files they name */
#include <netinet/in.h>
#include <string.h>

#include "server/basemap.h"
#include "server/config.h"

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

int
config_check(const struct config *c, FILE *err)
{
	int answer = 0;

	if (!is_loopback(c->console_listen)) {
		fprintf(err,
			"console.listen is %s, but the console has no login yet and "
			"may "
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
