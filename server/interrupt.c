#include "server/interrupt.h"

volatile sig_atomic_t interrupted;

static void
on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

void
interrupt_take(void)
{
	(void)signal(SIGINT, on_interrupt);
	(void)signal(SIGTERM, on_interrupt);
	if (signal(SIGHUP, on_interrupt) == SIG_IGN) {
		(void)signal(SIGHUP, SIG_IGN);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}
