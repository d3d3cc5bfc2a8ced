#include "unit.h"

#include <string.h>

#include "server/delivery_name.h"

/* The word of each number, against the descriptor's name of it. */
static void
check(const ProtobufCEnumDescriptor *type, const char *stem, const char *(*name)(int))
{
	for (unsigned i = 0; i < type->n_values; i++) {
		const char *known = type->values[i].name + strlen(stem);
		const char *said = name(type->values[i].value);

		assert_int_equal(strlen(said), strlen(known));
		for (; *said != '\0'; said++, known++) {
			assert_int_equal(*said, *known == '_' ? '_' : *known | 0x20);
		}
	}
	assert_string_equal(name(99), "another");
	assert_string_equal(name(-1), "another");
}

static const char *
means(int value)
{
	return delivery_means_name((Vedetta__V1__DeliveryMeans)value);
}

static const char *
state_name(int value)
{
	return delivery_state_name((Vedetta__V1__DeliveryState)value);
}

static const char *
reason(int value)
{
	return delivery_reason_name((Vedetta__V1__DeliveryReason)value);
}

static const char *
result(int value)
{
	return delivery_result_name((Vedetta__V1__DeliveryResult)value);
}

static void
each_number_has_the_descriptors_word(void **state)
{
	(void)state;
	check(&vedetta__v1__delivery_means__descriptor, "DELIVERY_MEANS_", means);
	check(&vedetta__v1__delivery_state__descriptor, "DELIVERY_STATE_", state_name);
	check(&vedetta__v1__delivery_reason__descriptor, "DELIVERY_REASON_", reason);
	check(&vedetta__v1__delivery_result__descriptor, "DELIVERY_RESULT_", result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_the_descriptors_word),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
