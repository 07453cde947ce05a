// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/stateless.h"

#include "ptp/csptp_server.h"
#include "ptp/sptp.h"

_Static_assert(PTP_STATELESS_MAX >= PTP_CSPTP_RESPONSE_MAX &&
	       PTP_STATELESS_MAX >= PTP_CSPTP_FOLLOW_UP_LEN &&
	       PTP_STATELESS_MAX >= PTP_SPTP_SYNC_LEN &&
	       PTP_STATELESS_MAX >= PTP_SPTP_ANNOUNCE_LEN, "room for all");

bool ptp_stateless_asks(const struct ptp_stateless *of, const struct ptp_message *m,
			struct ptp_asked *r)
{
	const struct ptp_header *h = &m->header;

	*r = (struct ptp_asked){
		.domain = h->domain, .sequence = h->sequence, .correction = h->correction,
	};
	if (of->csptp && h->domain == of->csptp_domain && ptp_csptp_is_request(m, &r->wants))
		r->kind = PTP_STATELESS_CSPTP;
	else if (of->sptp && h->domain == of->domain && ptp_sptp_is_request(h))
		r->kind = PTP_STATELESS_SPTP;
	return r->kind != PTP_STATELESS_NONE;
}

size_t ptp_stateless_answer(const struct ptp_served *s, const struct ptp_asked *r, s64 rx_tai,
			    bool one_step, u8 out[PTP_STATELESS_MAX])
{
	return r->kind == PTP_STATELESS_CSPTP ? ptp_csptp_respond(s, r, rx_tai, one_step, out) :
						ptp_sptp_sync(s, r, rx_tai, out);
}

size_t ptp_stateless_follow(const struct ptp_served *s, const struct ptp_asked *r, s64 tx_tai,
			    u8 out[PTP_STATELESS_MAX])
{
	return r->kind == PTP_STATELESS_CSPTP ? ptp_csptp_follow_up(s, r, tx_tai, out) :
						ptp_sptp_announce(s, r, tx_tai, out);
}

#define BURST_NS (NSEC_PER_SEC / 16)

bool ptp_pace_take(struct ptp_pace *p, u32 per_second, s64 now_mono)
{
	if (!per_second)
		return true;
	if (p->next_mono < now_mono)
		p->next_mono = now_mono;
	if (p->next_mono - now_mono > BURST_NS)
		return false;
	p->next_mono += (u32)NSEC_PER_SEC / per_second;
	return true;
}
