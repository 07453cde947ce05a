// SPDX-License-Identifier: GPL-2.0
/* The way of PTP's messages as one translation unit, for the reason of reply_build.c. */
#include "wire/ptp_time.c"
#include "wire/ptp_message.c"
#include "ptp/compose.c"
#include "ptp/grants.c"
#include "ptp/sptp.c"
#include "ptp_path.c"
#include "ptp_skb.c"
#include "ptp_send.c"
#include "ptp_answer.c"
#include "ptp_sync.c"
