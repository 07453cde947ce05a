// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp/tx_delay.h"

#define LONGEST_NS NSEC_PER_SEC
/* With all of them there, a new median after so many. */
#define RENEW 4

static void sort(s32 *v, u32 n)
{
	u32 i, k;

	for (i = 1; i < n; i++) {
		s32 x = v[i];

		for (k = i; k && v[k - 1] > x; k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

static void renew(struct tx_delay *d)
{
	u32 n = d->n < TX_DELAY_LENGTH ? d->n : TX_DELAY_LENGTH, i;
	s32 v[TX_DELAY_LENGTH], median;

	for (i = 0; i < n; i++)
		v[i] = d->ns[i];
	sort(v, n);
	median = v[n / 2];
	for (i = 0; i < n; i++)
		v[i] = v[i] > median ? v[i] - median : median - v[i];
	sort(v, n);
	d->typical_ns = median;
	d->spread_ns = (u32)v[n / 2];
}

void tx_delay_add(struct tx_delay *d, s64 ns)
{
	if (ns > LONGEST_NS || ns < -LONGEST_NS)
		return;
	d->ns[d->n % TX_DELAY_LENGTH] = (s32)ns;
	/* of the count it matters only where in the ring it is, and that it is full */
	if (++d->n == 2 * TX_DELAY_LENGTH)
		d->n = TX_DELAY_LENGTH;
	if (tx_delay_known(d) && (d->n < TX_DELAY_LENGTH || !(d->n % RENEW)))
		renew(d);
}
