/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The peer-to-peer delay mechanism (IEEE 1588-2019 clause 11.4): the mean delay of a
 * link from requests, responses and their follow-ups, which come in any order after
 * the request, twice, or not at all. Pure.
 */
#ifndef ATS_PTP_PEER_DELAY_H
#define ATS_PTP_PEER_DELAY_H

#include "stamp_kind.h"
#include "types.h"
#include "wire/ptp_message.h"

#define PTP_PEER_SLOTS 4

struct ptp_peer_slot {
	bool used, has_stamp, has_response, has_follow_up, is_one_step;
	u16 sequence;
	s64 sent_mono;
	s64 t1_sys, t4_sys;	/* sent and answered, here */
	s64 t2_tai, t3_tai;	/* received and answered, there; one-step: 0 */
	s64 correction;		/* of response and follow-up, 2^-16 ns */
	enum stamp_kind tx_kind, rx_kind;
};

struct ptp_peer_delay {		/* starts zeroed */
	struct ptp_peer_slot slot[PTP_PEER_SLOTS];
	u16 next;
	bool has_peer, has_last;
	struct ptp_port_id peer;	/* who answered last */
	s64 last_t3_tai, last_t4_sys;	/* of the exchange before: rate of the neighbour */
	u64 lost_stamps, lost_responses, repeated;
	u64 many;		/* requests that two answered: clause 11.4.4 */
};

struct ptp_peer_sample {
	double delay_ns;	/* mean link delay */
	double rate_ratio;	/* neighbour's frequency to ours since the sample before; 0: none */
	enum stamp_kind kind;	/* the worse of both stamps */
};

u16 ptp_peer_begin(struct ptp_peer_delay *d, s64 now_mono);
void ptp_peer_cancel(struct ptp_peer_delay *d, u16 sequence);
/* True: *sample is complete. */
bool ptp_peer_stamped(struct ptp_peer_delay *d, u16 sequence, s64 tx_sys, enum stamp_kind tx_kind,
		      s64 now_mono, struct ptp_peer_sample *sample);
/* A Pdelay_Resp to us, received at @rx_sys. */
bool ptp_peer_response(struct ptp_peer_delay *d, const struct ptp_message *m, s64 rx_sys,
		       enum stamp_kind rx_kind, s64 now_mono, struct ptp_peer_sample *sample);
/* A Pdelay_Resp_Follow_Up to us. */
bool ptp_peer_followed(struct ptp_peer_delay *d, const struct ptp_message *m, s64 now_mono,
		       struct ptp_peer_sample *sample);

#endif
