// SPDX-License-Identifier: GPL-2.0-or-later
/* The TLV of IEEE C37.238-2017 in Announce: see struct ptp_power. */
#include "ptp/port_private.h"
#include "wire/ptp_org.h"

bool ptp_port_heard_power(const struct ptp_shared *sh, struct ptp_power *out)
{
	const struct ptp_port_id parent = ptp_bmca_ds(sh->bmca)->parent.port;

	if (!sh->power_profile || ptp_bmca_slave_port(sh->bmca) < 0 ||
	    !ptp_port_id_equal(sh->power_sender, parent))
		return false;
	*out = sh->heard_power;
	return true;
}

/* After the best clock algorithm: it may be the parent just now. */
void ptp_port_hear_power(struct ptp_shared *sh, const struct ptp_message *m)
{
	const struct ptp_port_id sender = { m->header.clock, m->header.port };
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_tlv t;
	struct ptp_org o;

	if (!sh->power_profile || ptp_bmca_slave_port(sh->bmca) < 0 ||
	    !ptp_port_id_equal(sender, ptp_bmca_ds(sh->bmca)->parent.port))
		return;
	sh->power_sender = (struct ptp_port_id){ 0 };
	while (ptp_tlv_next(&w, &t)) {
		if (!ptp_org_get(&t, &o) || o.content != PTP_ORG_C37_238_2017)
			continue;
		sh->power_sender = sender;
		sh->heard_power = (struct ptp_power){
			.gm_id = o.c37_238.gm_id,
			.total_inaccuracy_ns = o.c37_238.total_inaccuracy_ns,
		};
		return;
	}
}

size_t ptp_port_put_power(const struct ptp_port *p, u8 *tlv, size_t room)
{
	const struct ptp_shared *sh = p->shared;
	struct ptp_org o = {
		.content = PTP_ORG_C37_238_2017,
		.c37_238 = {
			.gm_id = sh->power.gm_id,
			.total_inaccuracy_ns = sh->power.total_inaccuracy_ns,
		},
	};
	struct ptp_power heard;

	if (!sh->power_profile)
		return 0;
	if (ptp_bmca_slave_port(sh->bmca) >= 0 && !ptp_bmca_gives_own(sh->bmca))
		o.c37_238.gm_id = ptp_port_heard_power(sh, &heard) ? heard.gm_id : 0;
	return ptp_org_put(tlv, room, &o);
}
