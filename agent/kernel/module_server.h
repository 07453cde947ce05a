/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module about serving: who is answered, and with what time. */
#ifndef ATS_MODULE_SERVER_H
#define ATS_MODULE_SERVER_H

#include "config/config.h"
#include "kernel/genl.h"
#include "ntp/reply.h"

/* Everything of @cfg that concerns answers; takes effect at once. */
int module_server_set(struct genl *g, const struct config_serve_ntp *cfg);
/* To be repeated before @valid_ms are over. @stepped: the clock was, since the last time. */
int module_state_set(struct genl *g, const struct ntp_server_state *st, u32 valid_ms,
		     bool stepped);
/* Nothing is answered from now on; @stepped as above. */
int module_state_del(struct genl *g, bool stepped);

struct module_server {
	bool interleaved, rate_limit, kod;
	s32 rate_interval;	/* log2 s */
	u32 rate_burst, rate_leak;
	u64 client_octets;
	u32 valid_ms, remaining_ms;	/* 0 remaining: not answering */
	struct ntp_server_state state;	/* as it was set */
	u32 clients, clients_max;
	u64 clients_evicted, memory;
};

/* What was never set is 0. */
int module_server_get(struct genl *g, struct module_server *out);

#endif
