/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module about interfaces: how their stamps become time. */
#ifndef ATS_MODULE_IFACE_H
#define ATS_MODULE_IFACE_H

#include "kernel/genl.h"

struct module_iface {
	u32 ifindex;
	bool has_line;
	/* PHC and sys at one moment, and how much faster sys runs, in 2^-40 */
	s64 line_phc, line_sys, line_rate;
	u32 line_valid_ms, line_error;
	u32 tx_slots, speed;	/* Mbit/s, 0: not known */
	/* what the module adds, in the answer to module_iface_list() */
	bool has_tx_delay, has_learned;
	s64 tx_delay, tx_delay_learned;
	u64 tx_hardware, tx_software, tx_lost, tx_skipped, refused;
};

/* With a line: that, the slots and the speed. Else only its index. */
int module_iface_set(struct genl *g, const struct module_iface *i);
int module_iface_del(struct genl *g, u32 ifindex);

typedef void module_each_iface(void *ctx, const struct module_iface *i);

int module_iface_list(struct genl *g, module_each_iface *each, void *ctx);

#endif
