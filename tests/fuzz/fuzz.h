/* fuzz - what the fuzz targets of proto/ share */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/*
 * An input starts with a line that names its type ("Report"), so that a new
 * message changes no seed's meaning. Moves the input behind the line; NULL when
 * there is no such type.
 */
const ProtobufCMessageDescriptor *fuzz_type(const uint8_t **data, size_t *bytes);

/* Aborts unless both pack to the same bytes. */
void fuzz_assert_equal(const ProtobufCMessage *a, const ProtobufCMessage *b);

#endif
