/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PTP instance of the daemon: the ports that the configuration has in one domain (of
 * one sdoId), what they send and receive (ptp_link.h), the engine that says what to do
 * (ptp/instance.h), and the sources that come of it (ptp_source.h).
 */
#ifndef ATS_PTP_CLOCK_H
#define ATS_PTP_CLOCK_H

#include "daemon/csptp_asker.h"
#include "daemon/ntp_env.h"
#include "daemon/ptp_kernel.h"
#include "daemon/ptp_link.h"
#include "daemon/ptp_source.h"
#include "ptp/instance.h"
#include "ptp/manage.h"

/* TAI - UTC since 2017, s: for hosts without a leap second table */
#define TAI_OFFSET 37

struct ptp_clock;

/*
 * Of the ports of @cfg that are of one instance with its @first-th. NULL with a sentence in
 * @err. @cfg must live until another is set by ptp_clock_configure(), or the clock freed.
 */
struct ptp_clock *ptp_clock_new(const struct ntp_env *env, const struct config *cfg,
				unsigned int first, char *err, size_t errlen);
void ptp_clock_free(struct ptp_clock *c);
/* Is this that clock of @cfg, with the same ports as now? Then go on with @cfg. */
bool ptp_clock_keep(struct ptp_clock *c, const struct config *cfg, unsigned int first);

void ptp_clock_tick(struct ptp_clock *c, s64 now_mono);
/* The system clock was stepped. */
void ptp_clock_shift(struct ptp_clock *c, s64 delta_ns);
/* What the host's time is worth may have changed. */
void ptp_clock_update(struct ptp_clock *c);

/* Management asked on this host: see ptp_manager_request(). */
void ptp_clock_request(struct ptp_clock *c, const struct ptp_message *m,
		       ptp_manage_answer_fn *answer, void *ctx);
/* See ptp_manager_ask(); answers go to @heard of ptp_clock_on_answer(). */
int ptp_clock_ask(struct ptp_clock *c, const struct ptp_ask *ask, u16 *sequence);
void ptp_clock_on_answer(struct ptp_clock *c, ptp_manage_answer_fn *heard, void *ctx);
void ptp_clock_heard(const struct ptp_clock *c, const struct ptp_message *m);
/* See ptp_manager_metadata(). */
const struct ptp_heard_metadata *ptp_clock_metadata(const struct ptp_clock *c);
void ptp_clock_count_management(const struct ptp_clock *c, struct ptp_manager_counters *n);

u8 ptp_clock_domain(const struct ptp_clock *c);
u16 ptp_clock_sdo(const struct ptp_clock *c);
/* Of the source that is there, if there is one */
const char *ptp_clock_source_name(const struct ptp_clock *c, unsigned int port);
const struct ntp_env *ptp_clock_env(const struct ptp_clock *c);
const struct ptp_instance *ptp_clock_instance(const struct ptp_clock *c);
unsigned int ptp_clock_ports(const struct ptp_clock *c);
const struct config_ptp *ptp_clock_port_config(const struct ptp_clock *c, unsigned int port);
const struct ptp_link *ptp_clock_link(const struct ptp_clock *c, unsigned int port);
/* False: the kernel module has nothing to do with it. */
bool ptp_clock_get_kernel(const struct ptp_clock *c, unsigned int port,
			  struct kernel_ptp_report *out);
/* NULL: nobody is asked by CSPTP there. */
const struct csptp_asker *ptp_clock_csptp(const struct ptp_clock *c, unsigned int port);
/* NULL: time is only given there, or comes by CSPTP. */
struct ptp_source *ptp_clock_source(const struct ptp_clock *c, unsigned int port);

#endif
