/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The servers of client-server PTP (IEEE 1588.1, ptp/csptp_client.h) that one port asks,
 * each every sync interval and each a source by itself. They have no part in the best
 * clock algorithm.
 */
#ifndef ATS_CSPTP_ASKER_H
#define ATS_CSPTP_ASKER_H

#include "daemon/ptp_link.h"
#include "daemon/ptp_source.h"
#include "ptp/csptp_client.h"

struct csptp_asker;

/*
 * Of the addresses of @cfg. NULL: no memory, or one is none of this transport, which is
 * logged. @cfg and @link are borrowed. Nothing is sent before the link is up.
 */
struct csptp_asker *csptp_asker_new(const struct ntp_env *env, const struct config_ptp *cfg,
				    struct ptp_link *link, struct ptp_port_id id);
void csptp_asker_free(struct csptp_asker *a);
/* An equal one, at another place */
void csptp_asker_configure(struct csptp_asker *a, const struct config_ptp *cfg);

/* False: it is none of a server's. @error_ns: of the stamp, 1 sigma */
bool csptp_asker_received(struct csptp_asker *a, const struct ptp_message *m,
			  const struct ptp_received *how, const struct phc_moment *at);
/* False: the ticket is none of ours. */
bool csptp_asker_stamped(struct csptp_asker *a, u32 ticket, s64 tx_sys, enum stamp_kind kind,
			 const struct phc_moment *at);
/* The system clock was stepped: what is on its way cannot be measured. */
void csptp_asker_forget(struct csptp_asker *a);
/* At least once a second: notices silence. */
void csptp_asker_tick(struct csptp_asker *a, s64 now_mono);

struct csptp_server {		/* for lists */
	const char *address;	/* as configured */
	struct ptp_source *source;
	u64 requests, send_failed, samples;
	u64 lost_stamps, lost_responses, repeated;	/* see csptp_client.h */
	u64 impossible;		/* times that cannot be */
};

/* The @i-th; false: no more, as when @a is NULL. */
bool csptp_asker_at(const struct csptp_asker *a, unsigned int i, struct csptp_server *out);

#endif
