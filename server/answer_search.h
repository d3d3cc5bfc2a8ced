/*
 * answer_search - what a reader says to a question over all reports
 *
 * Hits of the searcher become what an operator reads, each proven against the
 * log; a page is cut where the next report would not fit into a frame.
 */
#ifndef SERVER_ANSWER_SEARCH_H
#define SERVER_ANSWER_SEARCH_H

#include "server/answer.h"
#include "server/searcher.h"

/* Is it one of these? */
bool answer_search_is(const Vedetta__V1__Question *question);

/* As answer_question(). searcher may be NULL: then nothing is found out. */
int answer_search(struct answerer *a, struct searcher *s,
	const Vedetta__V1__Question *question, struct arena *arena,
	Vedetta__V1__Answer *out);

#endif
