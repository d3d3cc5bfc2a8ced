/*
 * duty_check - says of a desk's file where nobody would come
 *
 * For `vedetta check`: areas without a rota or an on-call list that covers them, and
 * people whom nothing reaches. Reads only, beside a running desk or without one.
 */
#ifndef SERVER_DUTY_CHECK_H
#define SERVER_DUTY_CHECK_H

#include <stdint.h>
#include <stdio.h>

/*
 * One warning a line. Without a file there is nothing to say. Returns how many, or
 * -errno with a sentence in `out`.
 */
int duty_check(const char *data_dir, int64_t now_ms, FILE *out);

#endif
