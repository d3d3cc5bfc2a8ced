/*
 * likeness - do two texts say the same?
 *
 * The cosine of two sketches (sketch.h). Words that are not equal still count
 * for as much as their pairs of letters agree, so typing mistakes cost little, unless
 * most of two long texts is mistyped.
 *
 * Some differences weigh more than all that agrees. Two texts contradict each
 * other when both have numbers and neither has all of the other's, when both
 * name streets and have none in common, when one denies what the other says,
 * or when both name things that shut each other out (church and school, man and
 * woman). Such texts are unlike, whatever the template they share. A text of
 * more words than a sketch holds is only like one that goes on in exactly the
 * same way, and a text without any word that counts is like nothing.
 *
 * A comparison costs a microsecond or less, whatever was written.
 */
#ifndef DISPATCH_LIKENESS_H
#define DISPATCH_LIKENESS_H

#include <stdbool.h>

#include "dispatch/sketch.h"

/* From here on two texts are like; measured on tests/data/likeness.csv. */
#define LIKENESS_ENOUGH 0.72

struct likeness {
	bool defined; /* both have words */
	bool contradicts;
	double value; /* 0 to 1; the same either way round; 1 for equal texts */
};

struct likeness likeness_of(const struct sketch *a, const struct sketch *b);

bool likeness_is_enough(struct likeness likeness);

#endif
