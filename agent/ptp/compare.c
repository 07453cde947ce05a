// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/compare.h"

/* Of one property, the lower is the better. */
#define ORDER_BY(x)                                                                  \
	do {                                                                         \
		if (a->x != b->x)                                                    \
			return a->x < b->x ? PTP_A_BETTER : PTP_B_BETTER;            \
	} while (0)

/*
 * @far is one step further than the other. When its receiver's identity is above the
 * sender's, the sender keeps its port master and this one must be passive.
 */
static enum ptp_order one_step_apart(const struct ptp_set *far, enum ptp_order better,
				     enum ptp_order topology)
{
	int c = ptp_port_id_compare(far->receiver, far->sender);

	if (c == 0)
		return PTP_ERROR_1;
	return c < 0 ? better : topology;
}

/* Figure 35: the same grandmaster, or equals */
static enum ptp_order compare_topology(const struct ptp_set *a, const struct ptp_set *b)
{
	int apart = (int)a->steps_removed - b->steps_removed;
	int senders;

	if (apart < -1)
		return PTP_A_BETTER;
	if (apart > 1)
		return PTP_B_BETTER;
	if (apart == -1)
		return one_step_apart(b, PTP_A_BETTER, PTP_A_BETTER_TOPOLOGY);
	if (apart == 1)
		return one_step_apart(a, PTP_B_BETTER, PTP_B_BETTER_TOPOLOGY);
	senders = ptp_port_id_compare(a->sender, b->sender);
	if (senders)
		return senders < 0 ? PTP_A_BETTER_TOPOLOGY : PTP_B_BETTER_TOPOLOGY;
	if (a->receiver.port != b->receiver.port)
		return a->receiver.port < b->receiver.port ? PTP_A_BETTER_TOPOLOGY
							   : PTP_B_BETTER_TOPOLOGY;
	return PTP_ERROR_2;
}

enum ptp_order ptp_compare_default(const struct ptp_set *a, const struct ptp_set *b)
{
	if (a->gm == b->gm)
		return compare_topology(a, b);
	ORDER_BY(priority1);
	ORDER_BY(quality.class);
	ORDER_BY(quality.accuracy);
	ORDER_BY(quality.variance);
	ORDER_BY(priority2);
	return a->gm < b->gm ? PTP_A_BETTER : PTP_B_BETTER;
}

enum ptp_order ptp_compare_g8275(const struct ptp_set *a, const struct ptp_set *b)
{
	ORDER_BY(quality.class);
	ORDER_BY(quality.accuracy);
	ORDER_BY(quality.variance);
	ORDER_BY(priority2);
	ORDER_BY(local_priority);
	if (a->quality.class > PTP_CLASS_PRIMARY_LAST)
		ORDER_BY(gm);
	return compare_topology(a, b);
}

enum ptp_order ptp_compare_g8265(const struct ptp_set *a, const struct ptp_set *b)
{
	int senders;

	ORDER_BY(quality.class);
	ORDER_BY(local_priority);
	senders = ptp_port_id_compare(a->sender, b->sender);
	if (senders)
		return senders < 0 ? PTP_A_BETTER : PTP_B_BETTER;
	ORDER_BY(receiver.port);
	return PTP_ERROR_2;
}

void ptp_set_of_default(struct ptp_set *s, const struct ptp_default_ds *d)
{
	struct ptp_port_id self = { .clock = d->clock };

	*s = (struct ptp_set){
		.priority1 = d->priority1, .priority2 = d->priority2, .quality = d->quality,
		.gm = d->clock, .sender = self, .receiver = self,
		.local_priority = d->local_priority,
	};
}

static const char *const names[] = {
	[PTP_A_BETTER] = "A better",
	[PTP_A_BETTER_TOPOLOGY] = "A better by topology",
	[PTP_B_BETTER] = "B better",
	[PTP_B_BETTER_TOPOLOGY] = "B better by topology",
	[PTP_ERROR_1] = "error-1",
	[PTP_ERROR_2] = "error-2",
};

const char *ptp_order_name(enum ptp_order o)
{
	return (unsigned int)o < ARRAY_SIZE(names) ? names[o] : "unknown";
}
