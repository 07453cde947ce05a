// SPDX-License-Identifier: GPL-2.0-or-later
/* What ports of IEEE 802.1AS signal to each other (802.1AS-2020 clause 10.6.4). */
#include "ptp/port_private.h"

/* A parent is asked so often for its intervals, at most. */
#define REQUESTS 3
#define REQUEST_NS NSEC_PER_SEC
/* gPtpCapableReceiptTimeout, clause 10.7.3.3 */
#define CAPABLE_TIMEOUT 9
#define TLV_MAX 32

static const struct ptp_port_id everybody = { PTP_ALL_CLOCKS, PTP_ALL_PORTS };

static void configured(const struct ptp_port *p, s8 log[PTP_RATES])
{
	log[PTP_RATE_ANNOUNCE] = p->cfg.bmca.log_announce;
	log[PTP_RATE_SYNC] = p->cfg.log_sync;
	log[PTP_RATE_PDELAY_REQ] = p->cfg.log_min_pdelay_req;
}

void ptp_port_reset_rates(struct ptp_port *p)
{
	s8 log[PTP_RATES];

	configured(p, log);
	for (unsigned int i = 0; i < PTP_RATES; i++)
		p->rate[i] = (struct ptp_rate){ log[i], false };
}

void ptp_port_rates(const struct ptp_port *p, struct ptp_rate rate[PTP_RATES])
{
	for (unsigned int i = 0; i < PTP_RATES; i++)
		rate[i] = p->rate[i];
}

/* True: it is another one now. */
static bool take(struct ptp_port *p, enum ptp_rate_of of, s8 wanted)
{
	const struct ptp_port_signaling *s = &p->cfg.signaling;
	struct ptp_rate was = p->rate[of], *rate = &p->rate[of];
	s8 initial[PTP_RATES];

	if (wanted == PTP_INTERVAL_KEEP)
		return false;
	rate->stopped = wanted == PTP_INTERVAL_STOP;
	if (rate->stopped)
		return !was.stopped;
	configured(p, initial);
	rate->log_interval = wanted;
	if (wanted == PTP_INTERVAL_INITIAL)
		rate->log_interval = initial[of];
	else if (wanted < s->log_min[of])
		rate->log_interval = s->log_min[of];
	else if (wanted > s->log_max[of])
		rate->log_interval = s->log_max[of];
	return was.stopped || rate->log_interval != was.log_interval;
}

void ptp_port_take_intervals(struct ptp_port *p, const struct ptp_message_interval_request *r,
			     s64 now_mono)
{
	static const u8 timer[PTP_RATES] = {
		[PTP_RATE_ANNOUNCE] = PTP_TIMER_ANNOUNCE,
		[PTP_RATE_SYNC] = PTP_TIMER_SYNC,
		[PTP_RATE_PDELAY_REQ] = PTP_TIMER_PDELAY_REQ,
	};
	const s8 wanted[PTP_RATES] = {
		[PTP_RATE_ANNOUNCE] = r->announce,
		[PTP_RATE_SYNC] = r->time_sync,
		[PTP_RATE_PDELAY_REQ] = r->link_delay,
	};

	if (!p->cfg.signaling.obey) {
		ptp_port_refuse(p, PTP_REFUSED_TYPE);
		return;
	}
	/* begins anew, at once, so that what a neighbour waits for comes */
	for (unsigned int i = 0; i < PTP_RATES; i++)
		if (take(p, (enum ptp_rate_of)i, wanted[i]))
			p->due_mono[timer[i]] = INT64_MAX;
	ptp_port_run_timers(p, now_mono);
}

static void send(struct ptp_port *p, const struct ptp_org *o)
{
	u8 tlv[TLV_MAX];

	ptp_port_send_signaling(p, everybody, tlv, ptp_org_put(tlv, sizeof(tlv), o), NULL);
}

void ptp_port_request_intervals(struct ptp_port *p, s64 now_mono)
{
	const struct ptp_message_interval_request *wanted = &p->cfg.signaling.wanted;

	p->due_mono[PTP_TIMER_INTERVAL_REQUEST] = INT64_MAX;
	if (p->stated_sync == wanted->time_sync || p->interval_requests == REQUESTS)
		return;
	p->interval_requests++;
	p->due_mono[PTP_TIMER_INTERVAL_REQUEST] = now_mono + REQUEST_NS;
	send(p, &(struct ptp_org){
		.content = PTP_ORG_MESSAGE_INTERVAL_REQUEST, .interval = *wanted,
	});
}

void ptp_port_hear_capable(struct ptp_port *p, const struct ptp_gptp_capable *c, s64 now_mono)
{
	p->capable_until_mono = now_mono + CAPABLE_TIMEOUT * ptp_interval_ns(c->log_interval);
}

bool ptp_port_neighbour_capable(const struct ptp_port *p, s64 now_mono)
{
	return now_mono < p->capable_until_mono;
}

void ptp_port_send_capable(struct ptp_port *p)
{
	send(p, &(struct ptp_org){
		.content = PTP_ORG_GPTP_CAPABLE,
		.capable = { .log_interval = p->cfg.signaling.log_capable },
	});
}
