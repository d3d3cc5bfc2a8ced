/*
 * mutant_commit - a desk that acknowledges before the commit
 *
 * A batch is committed when the next one begins. The linker's --wrap puts this
 * in the way (meson.build); the product has no line about it.
 */
#include "geo/store.h"

int __real_store_begin(struct store *s);
int __real_store_commit(struct store *s);
int __real_store_checkpoint_some(struct store *s);
int __wrap_store_begin(struct store *s);
int __wrap_store_commit(struct store *s);
int __wrap_store_checkpoint_some(struct store *s);

static int late;

int
__wrap_store_commit(struct store *s)
{
	(void)s;
	late = 1;
	return 0;
}

int
__wrap_store_begin(struct store *s)
{
	if (late) {
		late = 0;
		(void)__real_store_commit(s);
	}
	return __real_store_begin(s);
}

/* Wants no batch to be open. */
int
__wrap_store_checkpoint_some(struct store *s)
{
	return late ? 0 : __real_store_checkpoint_some(s);
}
