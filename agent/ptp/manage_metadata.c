// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Synchronization metadata (SMPTE ST 2059-2): the grandmaster tells them once a second in a
 * Management message with the action COMMAND, to all clocks, and nobody answers.
 */
#include "ptp/manage_private.h"

#define TLV_MAX 64
/* Past all boundary clocks that there can be: stepsRemoved is below 255. */
#define HOPS 255

static bool is_grandmaster(const struct ptp_instance *t)
{
	const struct ptp_clock_ds *ds = ptp_bmca_given(ptp_instance_bmca(t));

	return ds->parent.gm == ds->def.clock;
}

static bool tells(const struct ptp_instance *t, unsigned int port)
{
	return ptp_bmca_state(ptp_instance_bmca(t), port) == PTP_MASTER &&
		ptp_instance_port_config(t, port)->delivery != PTP_UNICAST;
}

void ptp_manager_tell_metadata(struct ptp_manager *mg, struct ptp_instance *t,
			       const struct ptp_smpte_sm *sm)
{
	const struct ptp_org o = { .content = PTP_ORG_SMPTE_SM, .smpte = *sm };
	u8 tlv[TLV_MAX];
	struct ptp_message m = {
		.header = { .type = PTP_MANAGEMENT, .version = PTP_VERSION,
			    .log_interval = PTP_LOG_INTERVAL_NONE },
		.management = {
			.target = { PTP_ALL_CLOCKS, PTP_ALL_PORTS },
			.hops_start = HOPS, .hops = HOPS, .action = PTP_COMMAND,
		},
		.tlv = tlv, .tlv_len = (u16)ptp_org_put(tlv, sizeof(tlv), &o),
	};

	if (is_grandmaster(t))
		mg->counters.metadata_sent += ptp_manage_send_own(mg, t, &m, tells);
}

/* Whoever else says it could shift the local time of all: only the one that is followed is heard. */
static bool is_followed(const struct ptp_instance *t, unsigned int port, u64 clock)
{
	const struct ptp_bmca *b = ptp_instance_bmca(t);

	return ptp_bmca_slave_port(b) == (int)port && ptp_bmca_ds(b)->parent.gm == clock;
}

bool ptp_manage_hear_metadata(struct ptp_manager *mg, const struct ptp_instance *t,
			      unsigned int port, const struct ptp_message *m, s64 now_mono)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_org o;
	struct ptp_tlv tlv;

	if (m->management.action != PTP_COMMAND || !ptp_tlv_next(&w, &tlv) ||
	    !ptp_org_get(&tlv, &o) || o.content != PTP_ORG_SMPTE_SM)
		return false;
	if (!is_followed(t, port, m->header.clock))
		return true;
	mg->counters.metadata_heard++;
	mg->metadata = (struct ptp_heard_metadata){
		.heard_mono = now_mono, .gm = m->header.clock, .sm = o.smpte,
	};
	return true;
}

const struct ptp_heard_metadata *ptp_manager_metadata(const struct ptp_manager *mg,
						      const struct ptp_instance *t)
{
	const struct ptp_heard_metadata *h = &mg->metadata;

	return h->gm && h->gm == ptp_bmca_ds(ptp_instance_bmca(t))->parent.gm ? h : NULL;
}
