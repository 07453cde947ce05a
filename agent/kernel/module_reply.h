/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module about where it answers, and its counts there. */
#ifndef ATS_MODULE_REPLY_H
#define ATS_MODULE_REPLY_H

#include "kernel/genl.h"

struct module_counts {
	u64 requests;		/* the sum of what follows down to passed */
	u64 basic, interleaved, kod, rate_limited, denied;
	u64 passed;		/* left to the agent */
	u64 send_failures;
	u64 rx_hardware, rx_software;
};

void module_counts_add(struct module_counts *sum, const struct module_counts *c);

struct module_reply {
	u32 id;
	bool ingress;		/* else on a socket */
	u32 ifindex;		/* of ingress */
	u16 port;
	bool gone;		/* in an event */
	struct module_counts counts;
};

int module_reply_attach_socket(struct genl *g, int fd, u32 *id);
int module_reply_attach_ingress(struct genl *g, unsigned int ifindex, u16 port, u32 *id);
int module_reply_detach(struct genl *g, u32 id);

typedef void module_each_reply(void *ctx, const struct module_reply *r);

/* All attachments of this network namespace. */
int module_reply_list(struct genl *g, module_each_reply *each, void *ctx);
/* What the group "reply" says; for genl_receive(). False: not this. */
bool module_reply_parse(const struct genl_reply *r, struct module_reply *out);

#endif
