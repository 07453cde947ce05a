// SPDX-License-Identifier: GPL-2.0
#include "clients.h"

#include <net/sock.h>

#include "netlink.h"
#include "netlink_gen.h"
#include "server.h"

static int put_client(struct sk_buff *msg, const struct client *c, s64 now_mono)
{
	if (nla_put(msg, ATS_A_CLIENT_ADDRESS, sizeof(c->addr), c->addr) ||
	    nla_put_u32(msg, ATS_A_CLIENT_REQUESTS, c->hits) ||
	    nla_put_u32(msg, ATS_A_CLIENT_DROPS, c->drops) ||
	    nla_put_s64(msg, ATS_A_CLIENT_INTERVAL, client_interval_ns(c), ATS_A_CLIENT_PAD) ||
	    nla_put_s64(msg, ATS_A_CLIENT_AGE, client_age_ns(c, now_mono), ATS_A_CLIENT_PAD) ||
	    nla_put_u8(msg, ATS_A_CLIENT_VERSION, c->version) ||
	    nla_put_u8(msg, ATS_A_CLIENT_INTERLEAVED, c->interleaving >= CLIENT_ASKED) ||
	    nla_put_u32(msg, ATS_A_CLIENT_ROOT_DELAY, c->root_delay) ||
	    nla_put_u32(msg, ATS_A_CLIENT_ROOT_DISPERSION, c->root_dispersion))
		return -EMSGSIZE;
	return 0;
}

static bool find_client(struct ats_net *an, const u8 address[16], struct client *out)
{
	struct ats_clients *clients;
	bool found = false;

	rcu_read_lock();
	clients = ats_server_clients(an->server);
	if (clients)
		found = ats_clients_get(clients, address, out);
	rcu_read_unlock();
	return found;
}

int as_timesync_nl_client_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *address = info->attrs[ATS_A_CLIENT_ADDRESS];
	struct sk_buff *msg;
	struct client c;
	void *header;

	if (!address)
		return ats_nl_missing(info, ATS_A_CLIENT_ADDRESS, "address");
	if (!find_client(ats_nl_net(info), nla_data(address), &c))
		return ats_nl_refuse_attr(info, ATS_A_CLIENT_ADDRESS, -ENOENT,
					  "nothing is known of a client of this address");
	msg = ats_nl_new(info, ATS_CMD_CLIENT_GET, NLMSG_DEFAULT_SIZE, &header);
	if (!msg)
		return -ENOMEM;
	if (put_client(msg, &c, ats_now_mono())) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return ats_nl_reply(msg, header, info);
}

static bool dump_client(struct sk_buff *skb, struct netlink_callback *cb, const struct client *c,
			s64 now_mono)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &ats_genl_family, NLM_F_MULTI, ATS_CMD_CLIENT_GET);

	if (!header)
		return false;
	if (put_client(skb, c, now_mono)) {
		genlmsg_cancel(skb, header);
		return false;
	}
	genl_dump_check_consistent(cb, header);
	genlmsg_end(skb, header);
	return true;
}

/*
 * args[0] and args[1]: shard and slot of the next client. When the table is made
 * anew meanwhile, its generation marks what follows as of another table.
 */
int as_timesync_nl_client_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_net *an = ats_net(sock_net(skb->sk));
	s64 now_mono = ats_now_mono();
	struct ats_clients *clients;
	u32 shard = (u32)cb->args[0], slot = (u32)cb->args[1];
	struct client c;

	rcu_read_lock();
	clients = ats_server_clients(an->server);
	if (clients) {
		cb->seq = clients->generation;
		while (ats_clients_next(clients, &shard, &slot, &c) &&
		       dump_client(skb, cb, &c, now_mono)) {
			cb->args[0] = shard;
			cb->args[1] = slot;
		}
	}
	rcu_read_unlock();
	return skb->len;
}
