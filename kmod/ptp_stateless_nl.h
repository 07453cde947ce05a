/* SPDX-License-Identifier: GPL-2.0 */
/* What a PTP port says without state, in netlink messages. */
#ifndef ATS_PTP_STATELESS_NL_H
#define ATS_PTP_STATELESS_NL_H

#include <net/genetlink.h>

#include "ptp_port.h"

/* Into @facts, whose other parts are set; with an error its reason is in the extack. */
int ats_ptp_stateless_get(struct genl_info *info, struct ats_ptp_facts *facts);
/* Nothing when there is none. */
int ats_ptp_stateless_put(struct sk_buff *msg, const struct ats_ptp_facts *facts);

#endif
