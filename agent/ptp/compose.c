// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/compose.h"

#include <string.h>

bool ptp_voice_is_sdo(const struct ptp_voice *voice, const struct ptp_header *h)
{
	return h->minor_version ? h->sdo == voice->sdo : h->sdo >> 8 == voice->sdo >> 8;
}

bool ptp_voice_hears(const struct ptp_voice *voice, const struct ptp_header *h)
{
	return ptp_voice_is_sdo(voice, h) && h->domain == voice->domain &&
		h->clock != voice->id.clock;
}

void ptp_request_of(struct ptp_request *r, const struct ptp_header *h)
{
	*r = (struct ptp_request){
		.from = { h->clock, h->port }, .correction = h->correction,
		.sequence = h->sequence, .unicast = h->flags & PTP_FLAG_UNICAST,
	};
}

void ptp_compose(struct ptp_message *m, const struct ptp_voice *voice, enum ptp_type type,
		 u16 sequence, s8 log_interval)
{
	*m = (struct ptp_message){
		.header = {
			.type = type,
			.version = PTP_VERSION,
			.minor_version = voice->minor_version,
			.domain = voice->domain,
			.sdo = voice->sdo,
			.clock = voice->id.clock,
			.port = voice->id.port,
			.sequence = sequence,
			.log_interval = log_interval,
		},
	};
}

void ptp_compose_sync(struct ptp_message *m, const struct ptp_voice *voice, u16 sequence,
		      s8 log_interval)
{
	ptp_compose(m, voice, PTP_SYNC, sequence, log_interval);
	m->header.flags = PTP_FLAG_TWO_STEP;
}

void ptp_compose_follow_up(struct ptp_message *m, const struct ptp_voice *voice, u16 sequence,
			   s8 log_interval, s64 tx_tai)
{
	ptp_compose(m, voice, PTP_FOLLOW_UP, sequence, log_interval);
	m->origin_tai = tx_tai;
}

static void compose_answer(struct ptp_message *m, const struct ptp_voice *voice,
			   enum ptp_type type, const struct ptp_request *r, s8 log_interval,
			   s64 tai)
{
	ptp_compose(m, voice, type, r->sequence, log_interval);
	m->header.flags = r->unicast ? PTP_FLAG_UNICAST : 0;
	m->response.requester = r->from;
	m->response.tai = tai;
}

void ptp_compose_delay_resp(struct ptp_message *m, const struct ptp_voice *voice,
			    const struct ptp_request *r, s8 log_min_delay_req, s64 rx_tai)
{
	compose_answer(m, voice, PTP_DELAY_RESP, r,
		       r->unicast ? PTP_LOG_INTERVAL_NONE : log_min_delay_req, rx_tai);
	m->header.correction = r->correction;
}

void ptp_compose_pdelay_resp(struct ptp_message *m, const struct ptp_voice *voice,
			     const struct ptp_request *r, s64 rx_tai)
{
	compose_answer(m, voice, PTP_PDELAY_RESP, r, PTP_LOG_INTERVAL_NONE, rx_tai);
	m->header.flags |= PTP_FLAG_TWO_STEP;
}

void ptp_compose_pdelay_follow_up(struct ptp_message *m, const struct ptp_voice *voice,
				  const struct ptp_request *r, s64 tx_tai)
{
	compose_answer(m, voice, PTP_PDELAY_RESP_FOLLOW_UP, r, PTP_LOG_INTERVAL_NONE, tx_tai);
	m->header.correction = r->correction;
}

void ptp_composed_of(struct ptp_composed *o, const struct ptp_message *m)
{
	*o = (struct ptp_composed){ .len = 0 };
	o->len = (u8)ptp_message_build(m, o->b, sizeof(o->b));
}

void ptp_form_make(struct ptp_composed *form, const struct ptp_voice *voice, enum ptp_type type)
{
	const struct ptp_request nobody = { .unicast = true };
	struct ptp_message m;

	/* table 42: unicast states no interval */
	if (type == PTP_SYNC)
		ptp_compose_sync(&m, voice, 0, PTP_LOG_INTERVAL_NONE);
	else if (type == PTP_FOLLOW_UP)
		ptp_compose_follow_up(&m, voice, 0, PTP_LOG_INTERVAL_NONE, 0);
	else
		ptp_compose_delay_resp(&m, voice, &nobody, PTP_LOG_INTERVAL_NONE, 0);
	m.header.flags |= PTP_FLAG_UNICAST;
	ptp_composed_of(form, &m);
}

void ptp_form_write(struct ptp_composed *o, const struct ptp_composed *form, u16 sequence, s64 tai)
{
	memcpy(o->b, form->b, sizeof(o->b));
	o->len = form->len;
	ptp_message_set(o->b, sequence, tai);
}

void ptp_form_answer(struct ptp_composed *o, const struct ptp_composed *form,
		     const struct ptp_request *r, s64 rx_tai)
{
	ptp_form_write(o, form, r->sequence, rx_tai);
	ptp_message_set_request(o->b, r->correction, &r->from);
}
