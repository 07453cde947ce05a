// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/csptp_client.h"

#include "ptp/dataset.h"
#include "wire/ptp_tlv.h"

/* Nothing is waited for longer. */
#define PATIENCE_NS (4 * NSEC_PER_SEC)

static struct ptp_csptp_slot *slot_of(struct ptp_csptp_client *c, u16 sequence)
{
	return &c->slot[sequence % PTP_CSPTP_SLOTS];
}

static struct ptp_csptp_slot *find(struct ptp_csptp_client *c, u16 sequence, s64 now_mono)
{
	struct ptp_csptp_slot *slot = slot_of(c, sequence);

	if (!slot->used || slot->sequence != sequence || now_mono - slot->sent_mono > PATIENCE_NS)
		return NULL;
	return slot;
}

u16 ptp_csptp_ask(struct ptp_csptp_client *c, s64 now_mono, u8 out[PTP_CSPTP_REQUEST_LEN])
{
	struct ptp_message m = {
		.header = { .type = PTP_SYNC, .minor_version = 1, .domain = c->domain,
			    .sdo = PTP_CSPTP_SDO, .flags = PTP_FLAG_UNICAST, .clock = c->id.clock,
			    .port = c->id.port, .sequence = c->next++,
			    .log_interval = PTP_LOG_INTERVAL_NONE },
	};
	struct ptp_csptp_slot *slot = slot_of(c, m.header.sequence);
	u8 tlv[PTP_CSPTP_REQUEST_TLV];

	if (slot->used && !slot->has_stamp)
		c->lost_stamps++;
	if (slot->used && !(slot->has_response && slot->has_follow_up))
		c->lost_responses++;
	*slot = (struct ptp_csptp_slot){
		.used = true, .sequence = m.header.sequence, .sent_mono = now_mono,
	};
	m.tlv = tlv;
	m.tlv_len = (u16)ptp_csptp_request_put(tlv, sizeof(tlv),
					       c->want_status ? PTP_CSPTP_WANT_STATUS : 0);
	ptp_message_build(&m, out, PTP_CSPTP_REQUEST_LEN);
	return m.header.sequence;
}

void ptp_csptp_cancel(struct ptp_csptp_client *c, u16 sequence)
{
	struct ptp_csptp_slot *slot = slot_of(c, sequence);

	if (slot->used && slot->sequence == sequence)
		slot->used = false;
}

/* Everything is there: false when the sum of hostile numbers says nothing. */
static bool complete(struct ptp_csptp_slot *slot, struct ptp_csptp_sample *sample)
{
	if (!slot->has_stamp || !slot->has_response || !slot->has_follow_up)
		return false;
	slot->used = false;
	if (__builtin_add_overflow(slot->origin_tai, ptp_interval_to_ns(slot->correction),
				   &slot->sample.back.remote_tai))
		return false;
	*sample = slot->sample;
	return true;
}

bool ptp_csptp_stamped(struct ptp_csptp_client *c, u16 sequence, s64 tx_sys,
		       enum stamp_kind tx_kind, s64 now_mono, struct ptp_csptp_sample *sample)
{
	struct ptp_csptp_slot *slot = find(c, sequence, now_mono);

	if (!slot || slot->has_stamp)
		return false;
	slot->has_stamp = true;
	slot->sample.fwd.local_sys = tx_sys;
	slot->sample.fwd.local_kind = tx_kind;
	return complete(slot, sample);
}

/* Its TLVs; false: there is no response among them, or one that says nothing. */
static bool read_response(const struct ptp_message *m, struct ptp_csptp_sample *sample)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_csptp_response r = { .ingress_tai = -1 };
	struct ptp_tlv t;

	while (ptp_tlv_next(&w, &t)) {
		if (t.type == PTP_TLV_CSPTP_REQUEST)
			return false;
		if (t.type == PTP_TLV_CSPTP_RESPONSE && !ptp_csptp_response_get(&t, &r))
			return false;
		if (ptp_csptp_status_get(&t, &sample->status))
			sample->has_status = true;
	}
	sample->status.parent = (struct ptp_octets){ NULL, 0 };
	return r.ingress_tai >= 0 &&
		!__builtin_sub_overflow(r.ingress_tai, ptp_interval_to_ns(r.correction),
					&sample->fwd.remote_tai);
}

/* False: more than can be; the request is over. */
static bool add_correction(struct ptp_csptp_slot *slot, s64 correction)
{
	if (!__builtin_add_overflow(slot->correction, correction, &slot->correction))
		return true;
	slot->used = false;
	return false;
}

static bool hear_response(struct ptp_csptp_slot *slot, const struct ptp_message *m, s64 rx_sys,
			  enum stamp_kind rx_kind)
{
	struct ptp_csptp_sample s = { .flags = m->header.flags & PTP_TIME_FLAGS };
	bool two_step = m->header.flags & PTP_FLAG_TWO_STEP;

	if (slot->has_response || rx_kind == STAMP_NONE || (slot->has_follow_up && !two_step) ||
	    !read_response(m, &s) || !add_correction(slot, m->header.correction))
		return false;
	s.fwd.local_sys = slot->sample.fwd.local_sys;
	s.fwd.local_kind = slot->sample.fwd.local_kind;
	s.back.local_sys = rx_sys;
	s.back.local_kind = rx_kind;
	slot->sample = s;
	slot->has_response = true;
	if (two_step)
		return true;
	slot->has_follow_up = true;
	slot->origin_tai = m->origin_tai;
	return true;
}

static bool hear_follow_up(struct ptp_csptp_slot *slot, const struct ptp_message *m)
{
	if (slot->has_follow_up || !add_correction(slot, m->header.correction))
		return false;
	slot->has_follow_up = true;
	slot->origin_tai = m->origin_tai;
	return true;
}

bool ptp_csptp_received(struct ptp_csptp_client *c, const struct ptp_message *m, s64 rx_sys,
			enum stamp_kind rx_kind, s64 now_mono, struct ptp_csptp_sample *sample)
{
	const struct ptp_header *h = &m->header;
	struct ptp_csptp_slot *slot = find(c, h->sequence, now_mono);
	bool taken = false;

	if (h->sdo != PTP_CSPTP_SDO || h->domain != c->domain)
		return false;
	if (slot && h->type == PTP_SYNC)
		taken = hear_response(slot, m, rx_sys, rx_kind);
	else if (slot && h->type == PTP_FOLLOW_UP)
		taken = hear_follow_up(slot, m);
	if (!taken) {
		c->repeated++;
		return false;
	}
	return complete(slot, sample);
}
