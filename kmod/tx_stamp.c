// SPDX-License-Identifier: GPL-2.0
#include "tx_stamp.h"

#include "iface.h"

s64 ats_tx_delay(const struct ats_iface *iface)
{
	return 0;
}

bool ats_tx_stamp_known(const struct ats_iface *iface, s64 sent_sys, s64 *tx_sys)
{
	return false;
}

bool ats_tx_stamp_ask(struct ats_iface *iface, struct sk_buff *skb,
		      const struct ats_tx_name *name)
{
	return false;
}

void ats_tx_stamp_learn(struct ats_iface *iface, struct sk_buff *skb, s64 sent_sys)
{
}
