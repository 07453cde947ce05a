// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/sptp.h"

#define REQUEST_FLAGS (PTP_FLAG_UNICAST | PTP_FLAG_PROFILE1)

bool ptp_sptp_is_request(const struct ptp_header *h)
{
	return h->type == PTP_DELAY_REQ && (h->flags & REQUEST_FLAGS) == REQUEST_FLAGS;
}

size_t ptp_sptp_sync(const struct ptp_served *s, const struct ptp_asked *r, s64 rx_tai,
		     u8 out[PTP_SPTP_SYNC_LEN])
{
	struct ptp_message m = {
		.header = ptp_served_header(s, r, PTP_SYNC), .origin_tai = rx_tai,
	};

	m.header.flags |= PTP_FLAG_TWO_STEP;
	return rx_tai < 0 ? 0 : ptp_message_build(&m, out, PTP_SPTP_SYNC_LEN);
}

size_t ptp_sptp_announce(const struct ptp_served *s, const struct ptp_asked *r, s64 tx_tai,
			 u8 out[PTP_SPTP_ANNOUNCE_LEN])
{
	struct ptp_message m = {
		.header = ptp_served_header(s, r, PTP_ANNOUNCE), .announce = s->announce,
	};

	m.header.flags |= s->flags;
	m.header.correction = r->correction;
	m.announce.origin_tai = tx_tai;
	return tx_tai < 0 ? 0 : ptp_message_build(&m, out, PTP_SPTP_ANNOUNCE_LEN);
}
