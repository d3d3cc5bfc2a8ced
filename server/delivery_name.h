/*
 * delivery_name - the words of delivery.proto, as log and commands print them
 *
 * HANDED_OVER is handed_over; what this program does not know is "another".
 */
#ifndef SERVER_DELIVERY_NAME_H
#define SERVER_DELIVERY_NAME_H

#include "vedetta/v1/delivery.pb-c.h"

/* Static; never NULL. */
const char *delivery_means_name(Vedetta__V1__DeliveryMeans means);
const char *delivery_state_name(Vedetta__V1__DeliveryState state);
const char *delivery_reason_name(Vedetta__V1__DeliveryReason reason);
const char *delivery_result_name(Vedetta__V1__DeliveryResult result);

#endif
