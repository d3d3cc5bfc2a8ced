/*
 * nullsrv - the reference: an evhttp server that answers an empty 201
 *
 * It reads the whole request as evhttp does and stores nothing. One thread.
 */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>
#include <event2/http.h>

static void
on_request(struct evhttp_request *request, void *arg)
{
	(void)arg;
	evhttp_send_reply(request, 201, "Created", NULL);
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);

	if (argc < 2 || evhttp_bind_socket(http, "127.0.0.1",
				(uint16_t)strtoul(argv[1], NULL, 10)) != 0) {
		fprintf(stderr, "nullsrv PORT\n");
		return 2;
	}
	evhttp_set_gencb(http, on_request, NULL);
	puts("ready");
	fflush(stdout);
	return event_base_dispatch(base);
}
