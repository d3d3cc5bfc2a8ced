#include "server/delivery_note.h"

#include "server/delivery_name.h"
#include "server/log.h"
#include "server/metrics.h"

#define STATE(name) VEDETTA__V1__DELIVERY_STATE__DELIVERY_STATE_##name
#define MEANS(name) VEDETTA__V1__DELIVERY_MEANS__DELIVERY_MEANS_##name

static void
count_sent(const struct store_delivery *d)
{
	static const enum metric counters[] = {
		[MEANS(EMAIL)] = METRIC_DELIVERIES_SENT_EMAIL,
		[MEANS(WEB_PUSH)] = METRIC_DELIVERIES_SENT_WEB_PUSH,
		[MEANS(WEBHOOK)] = METRIC_DELIVERIES_SENT_WEBHOOK,
		[MEANS(TELEGRAM)] = METRIC_DELIVERIES_SENT_TELEGRAM,
	};

	if (d->means >= MEANS(EMAIL) && d->means <= MEANS(TELEGRAM)) {
		metrics_add(counters[d->means], 1);
	}
}

static void
count(const struct store_delivery *d)
{
	switch (d->state) {
	case STATE(HANDED_OVER):
	case STATE(DELIVERED):
		count_sent(d);
		break;
	case STATE(REFUSED):
		metrics_add(METRIC_DELIVERIES_REFUSED, 1);
		break;
	case STATE(GIVEN_UP):
		metrics_add(METRIC_DELIVERIES_GIVEN_UP, 1);
		break;
	case STATE(CANCELLED):
		metrics_add(METRIC_DELIVERIES_CANCELLED, 1);
		break;
	case STATE(QUEUED):
		metrics_add(METRIC_DELIVERIES_FAILED, d->attempts > 0);
		break;
	case STATE(UNKNOWN):
		metrics_add(METRIC_DELIVERIES_UNKNOWN, 1);
		break;
	default:
		break;
	}
}

void
delivery_note(const struct store_delivery *d)
{
	const char *means = delivery_means_name((Vedetta__V1__DeliveryMeans)d->means);
	const char *reason =
		delivery_reason_name((Vedetta__V1__DeliveryReason)d->reason);

	count(d);
	if (d->state == STATE(GIVEN_UP)) {
		log_event(LOG_ERROR, "delivery.given_up",
			"delivery=%llu incident=%llu means=%s reason=%s status=%u "
			"attempts=%u",
			(unsigned long long)d->id, (unsigned long long)d->incident,
			means, reason, d->status, d->attempts);
	} else if (d->state == STATE(REFUSED)) {
		log_event(LOG_WARN, "delivery.refused",
			"delivery=%llu incident=%llu means=%s reason=%s status=%u",
			(unsigned long long)d->id, (unsigned long long)d->incident,
			means, reason, d->status);
	}
}
