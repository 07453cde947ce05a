// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_server.h"

#include <errno.h>
#include <linux/as_timesync.h>
#include <string.h>

#include "kernel/module_acl.h"

#define OTHER_OCTETS 256

static int put_server(struct nl_msg *msg, const struct config_serve_ntp *cfg)
{
	if (!module_acl_put(msg, ATS_A_SERVER_ACL, cfg->acl, cfg->nacl))
		return -ENOMEM;
	if (!cfg->nacl && nla_put_flag(msg, ATS_A_SERVER_ACL_NONE))
		return -ENOMEM;
	if (nla_put_u8(msg, ATS_A_SERVER_INTERLEAVED, cfg->interleaved) ||
	    nla_put_u8(msg, ATS_A_SERVER_RATE_LIMIT, cfg->rate_limit) ||
	    nla_put_s32(msg, ATS_A_SERVER_RATE_INTERVAL, cfg->rate_interval) ||
	    nla_put_u32(msg, ATS_A_SERVER_RATE_BURST, cfg->rate_burst) ||
	    nla_put_u32(msg, ATS_A_SERVER_RATE_LEAK, cfg->rate_leak) ||
	    nla_put_u8(msg, ATS_A_SERVER_KOD, cfg->kod) ||
	    nla_put_u64(msg, ATS_A_SERVER_CLIENT_OCTETS, cfg->clientloglimit))
		return -ENOMEM;
	return 0;
}

static int put_state(struct nl_msg *msg, const struct ntp_server_state *st, u32 valid_ms,
		     bool stepped)
{
	if (nla_put_u32(msg, ATS_A_SERVER_VALID_MS, valid_ms) ||
	    nla_put_u8(msg, ATS_A_SERVER_LEAP, st->leap) ||
	    nla_put_u8(msg, ATS_A_SERVER_STRATUM, st->stratum) ||
	    nla_put_s32(msg, ATS_A_SERVER_PRECISION, st->precision) ||
	    nla_put_u32(msg, ATS_A_SERVER_REFID, st->refid) ||
	    nla_put_s64(msg, ATS_A_SERVER_REF_UTC, st->ref_utc) ||
	    nla_put_s64(msg, ATS_A_SERVER_ROOT_DELAY, st->root_delay_ns) ||
	    nla_put_s64(msg, ATS_A_SERVER_ROOT_DISPERSION, st->root_dispersion_ns) ||
	    nla_put_s64(msg, ATS_A_SERVER_AT_SYS, st->at_sys) ||
	    nla_put_u32(msg, ATS_A_SERVER_DRIFT_PPB, st->drift_ppb) ||
	    nla_put_s64(msg, ATS_A_SERVER_CORRECTION, st->correction_ns) ||
	    (stepped && nla_put_flag(msg, ATS_A_SERVER_STEPPED)))
		return -ENOMEM;
	return 0;
}

/* A message that could not be filled is none. */
static struct nl_msg *filled(struct nl_msg *msg, int error)
{
	if (!error)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

int module_server_set(struct genl *g, const struct config_serve_ntp *cfg)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_SERVER_SET,
					  OTHER_OCTETS + (size_t)cfg->nacl * MODULE_ACL_RULE_OCTETS);

	if (msg)
		msg = filled(msg, put_server(msg, cfg));
	return genl_request(g, msg, NULL, NULL);
}

int module_state_set(struct genl *g, const struct ntp_server_state *st, u32 valid_ms,
		     bool stepped)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_STATE_SET, OTHER_OCTETS);

	if (msg)
		msg = filled(msg, put_state(msg, st, valid_ms, stepped));
	return genl_request(g, msg, NULL, NULL);
}

int module_state_del(struct genl *g, bool stepped)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_STATE_DEL, 0);

	if (msg && stepped)
		msg = filled(msg, nla_put_flag(msg, ATS_A_SERVER_STEPPED));
	return genl_request(g, msg, NULL, NULL);
}

static void get_state(const struct genl_reply *r, struct ntp_server_state *st)
{
	s32 precision = 0;

	genl_get_u8(r, ATS_A_SERVER_LEAP, &st->leap);
	genl_get_u8(r, ATS_A_SERVER_STRATUM, &st->stratum);
	if (genl_get_s32(r, ATS_A_SERVER_PRECISION, &precision))
		st->precision = (s8)precision;
	genl_get_u32(r, ATS_A_SERVER_REFID, &st->refid);
	genl_get_s64(r, ATS_A_SERVER_REF_UTC, &st->ref_utc);
	genl_get_s64(r, ATS_A_SERVER_ROOT_DELAY, &st->root_delay_ns);
	genl_get_s64(r, ATS_A_SERVER_ROOT_DISPERSION, &st->root_dispersion_ns);
	genl_get_s64(r, ATS_A_SERVER_AT_SYS, &st->at_sys);
	genl_get_u32(r, ATS_A_SERVER_DRIFT_PPB, &st->drift_ppb);
	genl_get_s64(r, ATS_A_SERVER_CORRECTION, &st->correction_ns);
}

static bool get_bool(const struct genl_reply *r, int type)
{
	u8 v = 0;

	return genl_get_u8(r, type, &v) && v;
}

static int on_server(void *ctx, const struct genl_reply *r)
{
	struct module_server *s = ctx;

	if (r->command != ATS_CMD_SERVER_GET)
		return -EBADMSG;
	s->interleaved = get_bool(r, ATS_A_SERVER_INTERLEAVED);
	s->rate_limit = get_bool(r, ATS_A_SERVER_RATE_LIMIT);
	s->kod = get_bool(r, ATS_A_SERVER_KOD);
	genl_get_s32(r, ATS_A_SERVER_RATE_INTERVAL, &s->rate_interval);
	genl_get_u32(r, ATS_A_SERVER_RATE_BURST, &s->rate_burst);
	genl_get_u32(r, ATS_A_SERVER_RATE_LEAK, &s->rate_leak);
	genl_get_u64(r, ATS_A_SERVER_CLIENT_OCTETS, &s->client_octets);
	genl_get_u32(r, ATS_A_SERVER_VALID_MS, &s->valid_ms);
	genl_get_u32(r, ATS_A_SERVER_REMAINING_MS, &s->remaining_ms);
	genl_get_u32(r, ATS_A_SERVER_CLIENTS, &s->clients);
	genl_get_u32(r, ATS_A_SERVER_CLIENTS_MAX, &s->clients_max);
	genl_get_u64(r, ATS_A_SERVER_CLIENTS_EVICTED, &s->clients_evicted);
	genl_get_u64(r, ATS_A_SERVER_MEMORY, &s->memory);
	get_state(r, &s->state);
	return 0;
}

int module_server_get(struct genl *g, struct module_server *out)
{
	*out = (struct module_server){ 0 };
	return genl_request(g, genl_message(g, ATS_CMD_SERVER_GET, 0), on_server, out);
}
