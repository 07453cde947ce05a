// SPDX-License-Identifier: GPL-2.0-or-later
/* What nobody would find in counters: time is offered, but not as the profile wants it. */
#include "daemon/ptp_clock_private.h"

static void log_port(const struct ptp_clock *c, unsigned int i, struct ptp_clock_port *p, s64 now_mono)
{
	const char *what = ptp_profile_required(p->cfg->profile);
	struct ptp_port_counters n;
	u64 left_out, refused;

	if (!what || !p->cfg->receive)
		return;
	ptp_instance_count(c->instance, i, &n);
	refused = n.refused[PTP_REFUSED_TLV] - p->refused_tlv;
	if (!refused || !log_limit_pass(&p->refused_tlv_log, now_mono, &left_out))
		return;
	p->refused_tlv = n.refused[PTP_REFUSED_TLV];
	log_warning("PTP domain %d, %s: %s is refused, as profile %s requires it (%llu messages)",
		    p->cfg->set.domain, p->cfg->interface, what, p->cfg->profile->name,
		    (unsigned long long)refused);
}

void ptp_clock_log_refused(struct ptp_clock *c, s64 now_mono)
{
	for (unsigned int i = 0; i < c->n; i++)
		log_port(c, i, &c->port[i], now_mono);
}
