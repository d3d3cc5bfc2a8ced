/*
 * mutant_drop - a desk that drops one report of 10,000
 *
 * Its sender gets the receipt of the report before. The linker's --wrap puts
 * this in the way (meson.build); the product has no line about it.
 */
#include <stdio.h>

#include "dispatch/desk.h"

enum {
	ONE_IN = 10000,
};

int __real_desk_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	struct arena *arena, struct desk_out *out);
int __wrap_desk_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	struct arena *arena, struct desk_out *out);

int
__wrap_desk_step(struct desk *d, const struct desk_input *input, int64_t now_ms,
	struct arena *arena, struct desk_out *out)
{
	static unsigned n;
	static Vedetta__V1__InputAnswer before;
	static char code[RECEIPT_CODE_BYTES];
	static char token[RECEIPT_TOKEN_BYTES];
	int r;

	if (++n % ONE_IN == 0) {
		out->n_rows = 0;
		out->n_incidents = 0;
		out->answer = before;
		return 0;
	}
	r = __real_desk_step(d, input, now_ms, arena, out);
	if (r == 0) {
		before = out->answer;
		snprintf(code, sizeof(code), "%s", before.code);
		snprintf(token, sizeof(token), "%s", before.token);
		before.code = code;
		before.token = token;
	}
	return r;
}
