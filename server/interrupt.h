/*
 * interrupt - a command that is to end says so and ends whole
 *
 * For commands that are asked now and then whether to go on.
 */
#ifndef SERVER_INTERRUPT_H
#define SERVER_INTERRUPT_H

#include <signal.h>

/* Not 0 once it is to end. */
extern volatile sig_atomic_t interrupted;

/*
 * SIGINT, SIGTERM and SIGHUP set it; who began the command under nohup keeps that,
 * and who reads its output no longer ends nothing (SIGPIPE).
 */
void interrupt_take(void);

#endif
