/* In the book of duty, and on call for all: one whom messages reach */
#ifndef TESTS_ONE_ON_CALL_H
#define TESTS_ONE_ON_CALL_H

#include <assert.h>

#include "dispatch/desk.h"
#include "vedetta/v1/duty.pb-c.h"

static inline void
put_in_book(struct desk *desk)
{
	Vedetta__V1__DutyRecord record = VEDETTA__V1__DUTY_RECORD__INIT;
	Vedetta__V1__OnCall on_call = VEDETTA__V1__ON_CALL__INIT;
	Vedetta__V1__DutyPerson person = VEDETTA__V1__DUTY_PERSON__INIT;
	Vedetta__V1__DutyPerson *people[] = {&person};
	struct store_record stored = {.kind = STORE_RECORD_DUTY, .id = 1, .seq = 1};
	uint8_t packed[256];

	person.account = (char *)"zoe.rossi";
	person.name = (char *)"Zoe Rossi";
	person.email = (char *)"zoe.rossi@example.it";
	on_call.id = 1;
	on_call.area = (char *)"*";
	on_call.people = people;
	on_call.n_people = 1;
	record.sequence = 1;
	record.what_case = VEDETTA__V1__DUTY_RECORD__WHAT_ON_CALL;
	record.on_call = &on_call;
	assert(vedetta__v1__duty_record__get_packed_size(&record) <= sizeof(packed));
	stored.packed_bytes = vedetta__v1__duty_record__pack(&record, packed);
	stored.packed = packed;
	assert(desk_load_duty(desk, &stored) == 0);
}

#endif
