/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PTP instance of the daemon from inside: ptp_clock.c and its parts. */
#ifndef ATS_PTP_CLOCK_PRIVATE_H
#define ATS_PTP_CLOCK_PRIVATE_H

#include "daemon/log.h"
#include "daemon/ptp_clock.h"

#define PTP_SOURCE_NAME 32

struct ptp_clock_port {
	const struct config_ptp *cfg;
	char name[PTP_SOURCE_NAME];	/* of the source */
	struct ptp_link *link;
	struct ptp_source *source;	/* NULL: time is only given here, or comes by CSPTP */
	struct csptp_asker *csptp;	/* NULL: none does */
	struct ptp_kernel *kernel;	/* NULL: the module has nothing to do here */
	struct ptp_acceptable *acceptable;
	struct acl *acl;		/* NULL: all are served */
	double rx_error_ns, tx_error_ns;	/* of the newest converted stamps */
	u64 refused_tlv;		/* as was told last */
	struct log_limit refused_tlv_log;
};

struct ptp_clock {
	const struct ntp_env *env;
	const struct config_ptp *first;	/* what all ports have in common */
	struct ptp_instance *instance;
	struct ptp_manager *manager;
	ptp_manage_answer_fn *heard;
	void *heard_ctx;
	struct event *timer;
	struct ptp_time_properties_ds own_time;	/* as told last */
	struct ptp_quality own_quality;
	s64 astray_mono;		/* the host's time is not the parent's since then; 0: it is */
	unsigned int n;
	struct ptp_clock_port port[];
};

/* After every call of the engine: what it sent may have its stamp already. */
void ptp_clock_settle(struct ptp_clock *c);

/* ptp_clock_events.c */
/* What comes from the network, with the clock as ctx */
extern const struct ptp_link_ops ptp_clock_link_ops;
/* What comes from the engine, the same */
extern const struct ptp_port_ops ptp_clock_port_ops;
/* Of everything random in the engine, 32 bits */
u32 ptp_clock_random(void *ctx);

/* ptp_clock_config.c: from the configuration to the engine */
/* Whom the port serves, and whom it follows; false: no memory. */
bool ptp_clock_restrict(struct ptp_clock_port *p);
/* False: no memory, or no profile fits. All ports have their links. */
bool ptp_clock_start_engine(struct ptp_clock *c, const struct ptp_port_ops *ops);

/* ptp_clock_metadata.c; once a second */
void ptp_clock_tell_metadata(struct ptp_clock *c);

/* ptp_clock_log.c: what the log is to say of the ports' counters; once a second */
void ptp_clock_log_refused(struct ptp_clock *c, s64 now_mono);

/* ptp_clock_own.c: what the host's time is worth, and whose it is; once a second */
void ptp_clock_judge_parent(struct ptp_clock *c, s64 now_mono);
/* The sum of inaccuracies of C37.238, in and out; once a second */
void ptp_clock_tell_power(struct ptp_clock *c);
void ptp_clock_judge(const struct ptp_clock *c, struct ptp_quality *q,
		     struct ptp_time_properties_ds *t);

#endif
