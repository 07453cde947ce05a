// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "netlink_gen.h"
#include "ptp_port.h"

/* Where each kind of grant is in a client's attributes. */
static const struct {
	u16 log, seconds;
	enum ptp_grant_kind kind;
} kinds[] = {
	{ ATS_A_PTP_CLIENT_SYNC_LOG, ATS_A_PTP_CLIENT_SYNC_S, PTP_GRANT_SYNC },
	{ ATS_A_PTP_CLIENT_DELAY_LOG, ATS_A_PTP_CLIENT_DELAY_S, PTP_GRANT_DELAY },
};

/* Refuse with a sentence, pointing at the attribute that is wrong. */
#define refuse(info, attr, err, msg) ({				\
	NL_SET_ERR_MSG_ATTR((info)->extack, attr, msg);		\
	(err);							\
})

static int get_grants(struct genl_info *info, struct nlattr **a, struct ats_ptp_client *c)
{
	unsigned int i;
	s32 log;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct nlattr *log_attr = a[kinds[i].log], *seconds = a[kinds[i].seconds];

		if (!log_attr && !seconds)
			continue;
		if (!seconds || (!log_attr && nla_get_u32(seconds)))
			return refuse(info, seconds ?: log_attr, -EINVAL,
				      "an interval and its seconds go together");
		log = log_attr ? nla_get_s32(log_attr) : PTP_GRANT_LOG_MAX;
		if (log < PTP_GRANT_LOG_MIN || log > PTP_GRANT_LOG_MAX)
			return refuse(info, log_attr, -ERANGE,
				      "an interval must be 2^-7 to 2^4 seconds");
		c->grant[kinds[i].kind].set = true;
		c->grant[kinds[i].kind].log = log;
		c->grant[kinds[i].kind].seconds = nla_get_u32(seconds);
	}
	return 0;
}

static int get_sequence(struct genl_info *info, const struct nlattr *sequence,
			struct ats_ptp_client *c)
{
	if (!sequence)
		return 0;
	if (!c->grant[PTP_GRANT_SYNC].seconds)
		return refuse(info, sequence, -EINVAL, "sync-sequence without Syncs");
	c->sequenced = true;
	c->sequence = nla_get_u16(sequence);
	return 0;
}

static int get_client(struct genl_info *info, const struct nlattr *nest, struct ats_ptp_client *c)
{
	struct nlattr *a[ATS_A_PTP_CLIENT_PAD + 1];
	int err;

	err = nla_parse_nested(a, ATS_A_PTP_CLIENT_PAD, nest, as_timesync_ptp_client_nl_policy,
			       info->extack);
	if (err)
		return err;
	if (!a[ATS_A_PTP_CLIENT_ADDRESS] || !a[ATS_A_PTP_CLIENT_CLOCK] ||
	    !a[ATS_A_PTP_CLIENT_PORT])
		return refuse(info, nest, -EINVAL,
			      "address, clock and port of a client are required");
	*c = (struct ats_ptp_client) {
		.client.id = { nla_get_u64(a[ATS_A_PTP_CLIENT_CLOCK]),
			       nla_get_u16(a[ATS_A_PTP_CLIENT_PORT]) },
	};
	memcpy(c->client.address, nla_data(a[ATS_A_PTP_CLIENT_ADDRESS]),
	       sizeof(c->client.address));
	err = get_grants(info, a, c);
	return err ?: get_sequence(info, a[ATS_A_PTP_CLIENT_SYNC_SEQUENCE], c);
}

/* Syncs go there. */
static bool is_unicast(const u8 address[16])
{
	struct in6_addr a;

	memcpy(&a, address, sizeof(a));
	if (ipv6_addr_v4mapped(&a))
		return !ipv4_is_zeronet(a.s6_addr32[3]) && !ipv4_is_multicast(a.s6_addr32[3]) &&
			!ipv4_is_lbcast(a.s6_addr32[3]);
	return !ipv6_addr_any(&a) && !ipv6_addr_is_multicast(&a);
}

/* *n clients, to be freed with kvfree(), or an ERR_PTR. */
static struct ats_ptp_client *get_clients(struct genl_info *info, unsigned int *n)
{
	struct ats_ptp_client *clients;
	const struct nlattr *nest;
	int err = 0, left;

	if (!info->attrs[ATS_A_PTP_ID])
		return ERR_PTR(ats_nl_missing(info, ATS_A_PTP_ID, "id"));
	if (!info->attrs[ATS_A_PTP_CLIENT])
		return ERR_PTR(ats_nl_missing(info, ATS_A_PTP_CLIENT, "client"));
	clients = kvmalloc_array(AS_TIMESYNC_PTP_BATCH_MAX, sizeof(*clients), GFP_KERNEL_ACCOUNT);
	if (!clients)
		return ERR_PTR(-ENOMEM);
	*n = 0;
	nla_for_each_attr(nest, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), left) {
		if (nla_type(nest) != ATS_A_PTP_CLIENT)
			continue;
		if (*n == AS_TIMESYNC_PTP_BATCH_MAX)
			err = refuse(info, nest, -E2BIG, "256 clients at most in one message");
		if (!err)
			err = get_client(info, nest, &clients[*n]);
		if (!err && !is_unicast(clients[*n].client.address))
			err = refuse(info, nest, -EADDRNOTAVAIL, "not the address of one host");
		if (err)
			break;
		++*n;
	}
	if (!err)
		return clients;
	kvfree(clients);
	return ERR_PTR(err);
}

static int no_port(struct genl_info *info)
{
	return ats_nl_refuse_attr(info, ATS_A_PTP_ID, -ENOENT,
				  "there is no PTP port of this id");
}

int as_timesync_nl_ptp_client_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_ptp_client *clients;
	unsigned int n;
	int err;

	clients = get_clients(info, &n);
	if (IS_ERR(clients))
		return PTR_ERR(clients);
	err = ats_ptp_clients_set(ats_nl_net(info), nla_get_u32(info->attrs[ATS_A_PTP_ID]),
				  clients, n);
	kvfree(clients);
	if (err == -ENOENT)
		return no_port(info);
	if (err == -EAFNOSUPPORT)
		return ats_nl_refuse(info, err, "an IPv6 client of a port with IPv4 sockets");
	return err ? ats_nl_refuse(info, err, "no room for all of these clients") : 0;
}

int as_timesync_nl_ptp_client_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_ptp_client *clients;
	unsigned int n;
	int found;

	clients = get_clients(info, &n);
	if (IS_ERR(clients))
		return PTR_ERR(clients);
	found = ats_ptp_clients_del(ats_nl_net(info), nla_get_u32(info->attrs[ATS_A_PTP_ID]),
				    clients, n);
	kvfree(clients);
	return found < 0 ? no_port(info) : 0;
}

static int put_client(struct sk_buff *msg, u32 id, const struct ats_ptp_client *c)
{
	struct nlattr *nest;
	unsigned int i;

	if (nla_put_u32(msg, ATS_A_PTP_ID, id))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, ATS_A_PTP_CLIENT);
	if (!nest ||
	    nla_put(msg, ATS_A_PTP_CLIENT_ADDRESS, sizeof(c->client.address),
		    c->client.address) ||
	    nla_put_u64_64bit(msg, ATS_A_PTP_CLIENT_CLOCK, c->client.id.clock,
			      ATS_A_PTP_CLIENT_PAD) ||
	    nla_put_u16(msg, ATS_A_PTP_CLIENT_PORT, c->client.id.port))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (c->grant[kinds[i].kind].set &&
		    (nla_put_s32(msg, kinds[i].log, c->grant[kinds[i].kind].log) ||
		     nla_put_u32(msg, kinds[i].seconds, c->grant[kinds[i].kind].seconds)))
			return -EMSGSIZE;
	}
	if (c->sequenced && nla_put_u16(msg, ATS_A_PTP_CLIENT_SYNC_SEQUENCE, c->sequence))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int as_timesync_nl_ptp_client_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ats_ptp_client *clients;
	struct sk_buff *msg;
	unsigned int n;
	void *header;
	int err = -ENOENT;
	u32 id;

	clients = get_clients(info, &n);
	if (IS_ERR(clients))
		return PTR_ERR(clients);
	id = nla_get_u32(info->attrs[ATS_A_PTP_ID]);
	msg = ats_nl_new(info, ATS_CMD_PTP_CLIENT_GET, NLMSG_DEFAULT_SIZE, &header);
	if (!msg)
		err = -ENOMEM;
	else if (ats_ptp_client_look(ats_nl_net(info), id, &clients[n - 1]))
		err = put_client(msg, id, &clients[n - 1]);
	kvfree(clients);
	if (!err)
		return ats_nl_reply(msg, header, info);
	nlmsg_free(msg);
	if (err == -ENOENT)
		return ats_nl_refuse_attr(info, ATS_A_PTP_CLIENT, err,
					  "nothing is granted to such a client of this port");
	return err;
}

static bool dump_client(struct sk_buff *skb, struct netlink_callback *cb, u32 id,
			const struct ats_ptp_client *c)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &ats_genl_family, NLM_F_MULTI, ATS_CMD_PTP_CLIENT_GET);

	if (!header)
		return false;
	if (put_client(skb, id, c)) {
		genlmsg_cancel(skb, header);
		return false;
	}
	genlmsg_end(skb, header);
	return true;
}

/*
 * args[0] and args[1]: the least id, and of that port where to go on. Clients that stay
 * come once.
 */
int as_timesync_nl_ptp_client_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ats_net *an = ats_net(sock_net(skb->sk));
	struct ats_ptp_view view;
	struct ats_ptp_client c;
	u32 cursor;

	while (ats_ptp_look(an, cb->args[0], &view)) {
		cursor = view.id == cb->args[0] ? cb->args[1] : 0;
		cb->args[0] = view.id;
		while (ats_ptp_client_next(an, view.id, &cursor, &c)) {
			if (!dump_client(skb, cb, view.id, &c))
				return skb->len;
			cb->args[1] = cursor;
		}
		cb->args[0]++;
		cb->args[1] = 0;
	}
	return skb->len;
}
