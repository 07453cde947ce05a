/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel module does of a port over UDP that gives time (kernel_ptp.h): tells it
 * whom the port granted what, and leaves to it the Syncs of those that it took, for as
 * long as it serves. All else, and all of it when the module goes, is the engine's. Of
 * several domains over the same sockets the first one is the module's.
 */
#ifndef ATS_PTP_KERNEL_H
#define ATS_PTP_KERNEL_H

#include <event2/event.h>

#include "config/config.h"
#include "daemon/ptp_link.h"
#include "kernel/kernel_ptp.h"
#include "ptp/instance.h"

struct ptp_kernel;

/* Can the module do anything for such a port? */
bool ptp_kernel_may(const struct config_ptp *cfg);
/*
 * All borrowed. @wake is made active when ptp_kernel_update() is to be called by the loop.
 * NULL: no memory.
 */
struct ptp_kernel *ptp_kernel_new(const struct ntp_env *env, const struct config_ptp *cfg,
				  unsigned int port, struct ptp_instance *instance,
				  struct ptp_link *link, struct event *wake);
void ptp_kernel_free(struct ptp_kernel *pk);
/* An equal one, at another place */
void ptp_kernel_configure(struct ptp_kernel *pk, const struct config_ptp *cfg);

/* The engine's: what this client was granted changed. Does not call it. */
void ptp_kernel_granted(struct ptp_kernel *pk, const struct ptp_grant_client *client);
/* After every call of the engine. */
void ptp_kernel_update(struct ptp_kernel *pk);
/* The link's sockets are about to be closed. */
void ptp_kernel_closing(struct ptp_kernel *pk);

/* Since the port is there */
void ptp_kernel_get_report(struct ptp_kernel *pk, struct kernel_ptp_report *out);

#endif
