/* clock - the only place that reads a clock; both are passed down as arguments */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include <stdint.h>

/* For records: Unix time; may jump. */
int64_t clock_wall_ms(void);

/* For waits and measures: never jumps. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* How long this process has run on a processor. */
int64_t clock_ran_us(void);

#endif
