/*
 * config - one table, one file, no surprises
 *
 * vedetta.conf is INI: [section], key = value, # and ; comments at line start.
 * The table in config.c holds for every key its section, type, default, least
 * and most, and a sentence of help; from it come parsing, `vedetta check`, the
 * sample file and what a role is told. An unknown key, a key twice and a value
 * out of range are refused with file and line.
 * Secrets live in files named by *_file keys.
 */
#ifndef SERVER_CONFIG_H
#define SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

enum config_answer {
	CONFIG_BAD = 1, /* the reason, with file and line, was written to err */
};

enum {
	CONFIG_TEXT_BYTES = 256,
};

struct config {
	/* [server] */
	char data_dir[CONFIG_TEXT_BYTES];
	char user[CONFIG_TEXT_BYTES]; /* drop to it when started as root; "" stay */
	int64_t public_fronts;        /* processes */
	int64_t console_fronts;       /* processes */
	int64_t readers;
	char log_level[CONFIG_TEXT_BYTES];
	/* [public] */
	char public_listen[CONFIG_TEXT_BYTES];
	int64_t public_max_connections; /* over all fronts */
	int64_t public_max_per_address;
	/* [console] */
	char console_listen[CONFIG_TEXT_BYTES]; /* loopback only, until accounts exist
						 */
	int64_t console_max_connections;
	char console_address[CONFIG_TEXT_BYTES];
	char console_basemap[CONFIG_TEXT_BYTES];
	char console_basemap_attribution[CONFIG_TEXT_BYTES];
	/* [admin] */
	char admin_listen[CONFIG_TEXT_BYTES];
	/* [store] */
	int64_t store_reserve_mib;
	int64_t keys_max;
	/* [umbrella] */
	int64_t silence_wait_s;
	int64_t unseen_min;
	/* [courier] */
	char courier_allow[CONFIG_TEXT_BYTES];
	char courier_ca_file[CONFIG_TEXT_BYTES];
	int64_t courier_timeout_s;
	char smtp_url[CONFIG_TEXT_BYTES];
	char smtp_user[CONFIG_TEXT_BYTES];
	char smtp_password_file[CONFIG_TEXT_BYTES];
	char mail_from[CONFIG_TEXT_BYTES];
	char push_subject[CONFIG_TEXT_BYTES];
	char telegram_token_file[CONFIG_TEXT_BYTES];
	char telegram_url[CONFIG_TEXT_BYTES];
	/* [oidc] */
	char oidc_issuer[CONFIG_TEXT_BYTES]; /* "": nobody logs in that way */
	char oidc_client_id[CONFIG_TEXT_BYTES];
	char oidc_client_secret_file[CONFIG_TEXT_BYTES];
	char oidc_client_key_file[CONFIG_TEXT_BYTES];
	char oidc_client_key_id[CONFIG_TEXT_BYTES];
	char oidc_name[CONFIG_TEXT_BYTES];
	char oidc_acr[CONFIG_TEXT_BYTES];
	char oidc_allow[CONFIG_TEXT_BYTES];
	int64_t oidc_session_h;
	/* [citizens] */
	char emergency_number[CONFIG_TEXT_BYTES];
	char language[CONFIG_TEXT_BYTES];  /* when the browser asks for none we have */
	char desk_name[CONFIG_TEXT_BYTES]; /* shown on the form */
};

void config_init(struct config *c); /* the defaults */

/* Reads a file over what is there. 0, CONFIG_BAD, or -errno (also told to err). */
int config_read(struct config *c, const char *path, FILE *err);

/* One value, as --listen and friends give it. where: "--listen". */
int config_set(struct config *c, const char *section, const char *key,
	const char *value, const char *where, FILE *err);

/* What holds between keys (loopback console, fronts and connections). */
int config_check(const struct config *c, FILE *err);

/* "127.0.0.1:8080" or "[::1]:8080": figures only, nothing is resolved. */
bool config_address(
	const char *text, struct sockaddr_storage *out, socklen_t *out_bytes);

/* The sample file: every key with help and default. */
void config_print_sample(FILE *out);

enum {
	CONFIG_KEYS_MOST = 64,
};

/* "section.key=value", for Setup.config; and back. CONFIG_KEYS_MOST are enough. */
size_t config_lines(
	const struct config *c, char lines[][2 * CONFIG_TEXT_BYTES], size_t max);
int config_from_line(struct config *c, const char *line);

#endif
