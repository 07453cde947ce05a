// SPDX-License-Identifier: GPL-2.0
#include "server.h"

#include "acl_nl.h"
#include "netlink.h"
#include "netlink_gen.h"

/* Times that can be added up without a thought. */
#define TIME_MAX (S64_MAX / 4)
#define DRIFT_PPB_MAX 1000000000

/* *out NULL with 0: the rules stay. */
static int read_acl(struct genl_info *info, struct ats_acl **out)
{
	bool none = info->attrs[ATS_A_SERVER_ACL_NONE];

	*out = NULL;
	if (!info->attrs[ATS_A_SERVER_ACL] && !none)
		return 0;
	if (info->attrs[ATS_A_SERVER_ACL] && none)
		return ats_nl_refuse_attr(info, ATS_A_SERVER_ACL_NONE, -EINVAL,
					  "acl-none goes without acl");
	return ats_nl_get_acl(info, ATS_A_SERVER_ACL, out);
}

static int check_config(struct genl_info *info)
{
	struct nlattr *interval = info->attrs[ATS_A_SERVER_RATE_INTERVAL];
	struct nlattr *octets = info->attrs[ATS_A_SERVER_CLIENT_OCTETS];

	if (interval && (nla_get_s32(interval) < -19 || nla_get_s32(interval) > 12))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_RATE_INTERVAL, -ERANGE,
					  "rate-interval must be -19 to 12");
	if (octets && nla_get_u64(octets) &&
	    (nla_get_u64(octets) < 4096 || nla_get_u64(octets) > ATS_CLIENT_OCTETS_MAX))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_CLIENT_OCTETS, -ERANGE,
					  "client-octets must be 0, or 4096 to 1073741824");
	return 0;
}

static void edit_config(struct ats_server_config *c, const void *ctx)
{
	struct nlattr *const *attrs = ctx;

	if (attrs[ATS_A_SERVER_INTERLEAVED])
		c->interleaved = nla_get_u8(attrs[ATS_A_SERVER_INTERLEAVED]);
	if (attrs[ATS_A_SERVER_RATE_LIMIT])
		c->rate_limit = nla_get_u8(attrs[ATS_A_SERVER_RATE_LIMIT]);
	if (attrs[ATS_A_SERVER_RATE_INTERVAL])
		c->rate_interval = nla_get_s32(attrs[ATS_A_SERVER_RATE_INTERVAL]);
	if (attrs[ATS_A_SERVER_RATE_BURST])
		c->rate_burst = nla_get_u32(attrs[ATS_A_SERVER_RATE_BURST]);
	if (attrs[ATS_A_SERVER_RATE_LEAK])
		c->rate_leak = nla_get_u32(attrs[ATS_A_SERVER_RATE_LEAK]);
	if (attrs[ATS_A_SERVER_KOD])
		c->kod = nla_get_u8(attrs[ATS_A_SERVER_KOD]);
	if (attrs[ATS_A_SERVER_CLIENT_OCTETS])
		c->client_octets = nla_get_u64(attrs[ATS_A_SERVER_CLIENT_OCTETS]);
}

int as_timesync_nl_server_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_server_change change = { .edit = edit_config, .ctx = info->attrs };
	int err;

	err = check_config(info);
	if (err)
		return err;
	err = read_acl(info, &change.acl);
	if (err)
		return err;
	err = ats_server_set(ats_nl_net(info)->server, &change);
	if (err) {
		ats_acl_put(change.acl);
		NL_SET_ERR_MSG(info->extack, "out of memory: nothing was changed");
	}
	return err;
}

static int put_config(struct sk_buff *msg, const struct ats_server_config *c)
{
	if (nla_put_u8(msg, ATS_A_SERVER_INTERLEAVED, c->interleaved) ||
	    nla_put_u8(msg, ATS_A_SERVER_RATE_LIMIT, c->rate_limit) ||
	    nla_put_s32(msg, ATS_A_SERVER_RATE_INTERVAL, c->rate_interval) ||
	    nla_put_u32(msg, ATS_A_SERVER_RATE_BURST, c->rate_burst) ||
	    nla_put_u32(msg, ATS_A_SERVER_RATE_LEAK, c->rate_leak) ||
	    nla_put_u8(msg, ATS_A_SERVER_KOD, c->kod) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVER_CLIENT_OCTETS, c->client_octets,
			      ATS_A_SERVER_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_time(struct sk_buff *msg, int attr, s64 ns)
{
	return nla_put_s64(msg, attr, ns, ATS_A_SERVER_PAD);
}

static int put_state(struct sk_buff *msg, const struct ats_server_view *view)
{
	const struct ntp_server_state *st = &view->state;

	if (nla_put_u32(msg, ATS_A_SERVER_REMAINING_MS, view->remaining_ms))
		return -EMSGSIZE;
	if (!view->has_state)
		return 0;
	if (nla_put_u32(msg, ATS_A_SERVER_VALID_MS, view->valid_ms) ||
	    nla_put_u8(msg, ATS_A_SERVER_LEAP, st->leap) ||
	    nla_put_u8(msg, ATS_A_SERVER_STRATUM, st->stratum) ||
	    nla_put_s32(msg, ATS_A_SERVER_PRECISION, st->precision) ||
	    nla_put_u32(msg, ATS_A_SERVER_REFID, st->refid) ||
	    put_time(msg, ATS_A_SERVER_REF_UTC, st->ref_utc) ||
	    put_time(msg, ATS_A_SERVER_ROOT_DELAY, st->root_delay_ns) ||
	    put_time(msg, ATS_A_SERVER_ROOT_DISPERSION, st->root_dispersion_ns) ||
	    put_time(msg, ATS_A_SERVER_AT_SYS, st->at_sys) ||
	    nla_put_u32(msg, ATS_A_SERVER_DRIFT_PPB, st->drift_ppb) ||
	    put_time(msg, ATS_A_SERVER_CORRECTION, st->correction_ns))
		return -EMSGSIZE;
	return 0;
}

static int put_clients(struct sk_buff *msg, const struct ats_server_view *view)
{
	if (nla_put_u32(msg, ATS_A_SERVER_CLIENTS, view->clients) ||
	    nla_put_u32(msg, ATS_A_SERVER_CLIENTS_MAX, view->clients_max) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVER_CLIENTS_EVICTED, view->clients_evicted,
			      ATS_A_SERVER_PAD) ||
	    nla_put_u64_64bit(msg, ATS_A_SERVER_MEMORY, view->memory, ATS_A_SERVER_PAD))
		return -EMSGSIZE;
	return 0;
}

static int reply_view(struct genl_info *info, const struct ats_server_view *view,
		      const struct ats_acl *acl)
{
	struct sk_buff *msg;
	void *header;

	msg = ats_nl_new(info, ATS_CMD_SERVER_GET, NLMSG_DEFAULT_SIZE + ats_nl_acl_size(acl),
			 &header);
	if (!msg)
		return -ENOMEM;
	if (put_config(msg, &view->config) || put_state(msg, view) || put_clients(msg, view) ||
	    ats_nl_put_acl(msg, ATS_A_SERVER_ACL, acl)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

int as_timesync_nl_server_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_server_view view;
	int err;

	ats_server_look(ats_nl_net(info)->server, &view);
	err = reply_view(info, &view, info->attrs[ATS_A_SERVER_WITH_ACL] ? view.acl : NULL);
	ats_acl_put(view.acl);
	return err;
}

static bool within(const struct nlattr *attr, s64 min, s64 max)
{
	s64 v = nla_get_s64(attr);

	return v >= min && v <= max;
}

static int check_state(struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	s32 precision = nla_get_s32(attrs[ATS_A_SERVER_PRECISION]);

	if (precision < -32 || precision > 0)
		return ats_nl_refuse_attr(info, ATS_A_SERVER_PRECISION, -ERANGE,
					  "precision must be -32 to 0");
	if (!within(attrs[ATS_A_SERVER_REF_UTC], 0, TIME_MAX))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_REF_UTC, -ERANGE,
					  "ref-utc must be 0 to 2^61");
	if (!within(attrs[ATS_A_SERVER_AT_SYS], 0, TIME_MAX))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_AT_SYS, -ERANGE,
					  "at-sys must be 0 to 2^61");
	if (!within(attrs[ATS_A_SERVER_ROOT_DELAY], 0, TIME_MAX))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_ROOT_DELAY, -ERANGE,
					  "root-delay must be 0 to 2^61");
	if (!within(attrs[ATS_A_SERVER_ROOT_DISPERSION], 0, TIME_MAX))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_ROOT_DISPERSION, -ERANGE,
					  "root-dispersion must be 0 to 2^61");
	if (!within(attrs[ATS_A_SERVER_CORRECTION], -TIME_MAX, TIME_MAX))
		return ats_nl_refuse_attr(info, ATS_A_SERVER_CORRECTION, -ERANGE,
					  "correction must be -2^61 to 2^61");
	if (nla_get_u32(attrs[ATS_A_SERVER_DRIFT_PPB]) > DRIFT_PPB_MAX)
		return ats_nl_refuse_attr(info, ATS_A_SERVER_DRIFT_PPB, -ERANGE,
					  "drift-ppb must be 0 to 1000000000");
	return 0;
}

static int find_missing(struct genl_info *info)
{
	static const u16 required[] = {
		ATS_A_SERVER_VALID_MS, ATS_A_SERVER_LEAP, ATS_A_SERVER_STRATUM,
		ATS_A_SERVER_PRECISION, ATS_A_SERVER_REFID, ATS_A_SERVER_REF_UTC,
		ATS_A_SERVER_ROOT_DELAY, ATS_A_SERVER_ROOT_DISPERSION, ATS_A_SERVER_AT_SYS,
		ATS_A_SERVER_DRIFT_PPB, ATS_A_SERVER_CORRECTION,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(required); i++) {
		if (!info->attrs[required[i]])
			return ats_nl_missing(info, required[i],
					      "all of the state, but for stepped,");
	}
	return 0;
}

int as_timesync_nl_state_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_server *server = ats_nl_net(info)->server;
	struct nlattr **attrs = info->attrs;
	struct ntp_server_state state;
	int err;

	err = find_missing(info);
	if (!err)
		err = check_state(info);
	if (err)
		return err;
	state = (struct ntp_server_state){
		.leap = nla_get_u8(attrs[ATS_A_SERVER_LEAP]),
		.stratum = nla_get_u8(attrs[ATS_A_SERVER_STRATUM]),
		.precision = nla_get_s32(attrs[ATS_A_SERVER_PRECISION]),
		.refid = nla_get_u32(attrs[ATS_A_SERVER_REFID]),
		.ref_utc = nla_get_s64(attrs[ATS_A_SERVER_REF_UTC]),
		.root_delay_ns = nla_get_s64(attrs[ATS_A_SERVER_ROOT_DELAY]),
		.root_dispersion_ns = nla_get_s64(attrs[ATS_A_SERVER_ROOT_DISPERSION]),
		.at_sys = nla_get_s64(attrs[ATS_A_SERVER_AT_SYS]),
		.drift_ppb = nla_get_u32(attrs[ATS_A_SERVER_DRIFT_PPB]),
		.correction_ns = nla_get_s64(attrs[ATS_A_SERVER_CORRECTION]),
	};
	err = ats_server_set_state(server, &state, nla_get_u32(attrs[ATS_A_SERVER_VALID_MS]));
	if (err)
		return ats_nl_refuse(info, err, "out of memory: the state before still holds");
	if (attrs[ATS_A_SERVER_STEPPED])
		ats_server_stepped(server);
	return 0;
}

int as_timesync_nl_state_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_server *server = ats_nl_net(info)->server;

	ats_server_drop_state(server);
	if (info->attrs[ATS_A_SERVER_STEPPED])
		ats_server_stepped(server);
	return 0;
}
