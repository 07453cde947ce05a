// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/sptp.h"

#define REQUEST_FLAGS (PTP_FLAG_UNICAST | PTP_FLAG_PROFILE1)

bool ptp_sptp_is_request(const struct ptp_header *h)
{
	return h->type == PTP_DELAY_REQ && (h->flags & REQUEST_FLAGS) == REQUEST_FLAGS;
}

static struct ptp_header header(const struct ptp_served *s, u8 type, u8 domain, u16 sequence)
{
	return (struct ptp_header){
		.type = type, .minor_version = s->minor_version, .domain = domain,
		.flags = PTP_FLAG_UNICAST, .clock = s->id.clock, .port = s->id.port,
		.sequence = sequence, .log_interval = PTP_LOG_INTERVAL_NONE,
	};
}

size_t ptp_sptp_sync(const struct ptp_served *s, const struct ptp_header *request, s64 rx_tai,
		     u8 out[PTP_SPTP_SYNC_LEN])
{
	struct ptp_message m = {
		.header = header(s, PTP_SYNC, request->domain, request->sequence),
		.origin_tai = rx_tai,
	};

	m.header.flags |= PTP_FLAG_TWO_STEP;
	return rx_tai < 0 ? 0 : ptp_message_build(&m, out, PTP_SPTP_SYNC_LEN);
}

size_t ptp_sptp_announce(const struct ptp_served *s, u8 domain, u16 sequence, s64 correction,
			 s64 tx_tai, u8 out[PTP_SPTP_ANNOUNCE_LEN])
{
	struct ptp_message m = {
		.header = header(s, PTP_ANNOUNCE, domain, sequence), .announce = s->announce,
	};

	m.header.flags |= s->flags;
	m.header.correction = correction;
	m.announce.origin_tai = tx_tai;
	return tx_tai < 0 ? 0 : ptp_message_build(&m, out, PTP_SPTP_ANNOUNCE_LEN);
}
