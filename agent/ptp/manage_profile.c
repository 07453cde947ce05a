// SPDX-License-Identifier: GPL-2.0-or-later
/* What management sets stays inside the profile, as the configuration's does. */
#include "ptp/manage_private.h"

bool ptp_manage_fits(struct ptp_manage_call *c, const struct ptp_default_ds *def,
		     const struct ptp_port_config *port)
{
	const struct ptp_profile *profile = c->mg->cfg.profile;
	struct ptp_settings s;

	if (port && port->bmca.master_only && (def->receiver_only || port->bmca.receiver_only)) {
		ptp_manage_error(c, 0, "not both masterOnly and slaveOnly");
		return false;
	}
	if (!profile)
		return true;
	/* the others are what they are, and no concern here */
	ptp_profile_defaults(profile, &s);
	s.priority1 = def->priority1;
	s.priority2 = def->priority2;
	if (port) {
		s.delay = port->delay;
		s.log_announce = port->bmca.log_announce;
		s.log_sync = port->log_sync;
		s.log_min_delay_req = port->log_min_delay_req;
		s.log_min_pdelay_req = port->log_min_pdelay_req;
		s.announce_timeout = port->bmca.announce_timeout;
	}
	return !ptp_profile_check(profile, &s, c->why, sizeof(c->why));
}
