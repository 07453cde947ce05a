/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server with a clock of its own, true or not, that answers with the agent's
 * own reply code (agent/ntp/reply.h). It knows one client.
 */
#ifndef ATS_SIM_SERVER_H
#define ATS_SIM_SERVER_H

#include "ntp/random.h"
#include "ntp/reply.h"
#include "rng.h"
#include "scenario.h"
#include "world.h"

struct server {
	const struct world *world;
	const struct server_law *law;
	struct ntp_replier replier;
	struct client client;
	struct rng rng;
	u64 random;		/* of the replies */
};

void server_init(struct server *s, const struct world *w, const struct server_law *law,
		 u64 seed, u64 stream);
/* A request arrives at @now; true: @reply is to leave at *leave. */
bool server_request(struct server *s, s64 now, const struct sim_packet *request,
		    struct sim_packet *reply, s64 *leave);
/* It leaves. */
void server_sent(struct server *s, s64 now, const struct sim_packet *reply);

#endif
