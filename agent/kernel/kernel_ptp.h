/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PTP ports in the kernel module, as long as it is there (kernel.h): attaches their
 * sockets, says what each port is and does before that runs out, and gives up when the
 * module goes, refuses, or has no clock for a NIC's stamps. What it is not doing is the
 * daemon's to do, by the same sockets.
 */
#ifndef ATS_KERNEL_PTP_H
#define ATS_KERNEL_PTP_H

#include "kernel/kernel.h"
#include "kernel/module_ptp.h"

struct kernel_ptp_config {
	const char *name;		/* of the interface, for the log; copied */
	unsigned int ifindex;
	/*
	 * Sockets of UDP, bound to it, open until kernel_ptp_free(); the access list is copied,
	 * and without rules everybody is answered.
	 */
	struct module_ptp_place place;
	/*
	 * From now on the module does what it was told, without any clients yet; or it does
	 * nothing any more. May come at any time, but not during kernel_ptp_free().
	 */
	void (*serves)(void *ctx, bool serves);
	void *ctx;
};

struct kernel_ptp;

/* NULL: no memory. Nothing is asked of the module before kernel_ptp_set(). */
struct kernel_ptp *kernel_ptp_new(struct kernel *k, const struct kernel_ptp_config *cfg);
/* The module serves there no more. Before the sockets are closed. */
void kernel_ptp_free(struct kernel_ptp *p);

/*
 * What the port is and does from now on; NULL, or no duties: nothing. @hardware: only
 * stamps of the NIC below will do, else only others. Costs nothing while nothing changes.
 */
void kernel_ptp_set(struct kernel_ptp *p, const struct module_ptp_facts *facts, bool hardware);

/*
 * While it serves, at most MODULE_PTP_BATCH: 0, or nothing was done; -ENOSPC: there is no
 * room for them. After any other error it serves no more.
 */
int kernel_ptp_grant(struct kernel_ptp *p, const struct module_ptp_grant *grants, size_t n);

/*
 * The sequenceId of the next Sync that the module sends this client; false: it sends it none,
 * or does not say.
 */
bool kernel_ptp_next_sync(struct kernel_ptp *p, const struct ptp_grant_client *client,
			  u16 *sequence);

struct kernel_ptp_report {
	bool serves;
	struct module_ptp now;		/* while it does; all counts since kernel_ptp_new() */
	char trouble[256];		/* why it does not; "": no reason but what was set */
};

/* Asks the module. */
void kernel_ptp_get_report(struct kernel_ptp *p, struct kernel_ptp_report *out);

#endif
