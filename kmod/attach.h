/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What answers requests: attachments to sockets (reply_socket.c) and interfaces
 * (reply_ingress.c) of a namespace.
 */
#ifndef ATS_ATTACH_H
#define ATS_ATTACH_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>

#include "net.h"
#include "reply.h"
#include "udp_claim.h"

struct netlink_ext_ack;
struct reply_paths;

struct ats_attachment {
	/* for the packet path, constant while attached */
	struct ats_net *an;
	struct ats_reply_cpu __percpu *cpu;
	struct reply_paths *paths;	/* mode socket */
	u32 id;
	u16 port;			/* host byte order */
	bool ingress;
	/* the rest is under the lock of its namespace's attachments */
	struct list_head link;
	struct rcu_head rcu;
	struct ats_udp_claim claim;	/* mode socket */
	struct net_device *dev;		/* mode ingress, until it is gone */
	int ifindex;
	struct nf_hook_ops hook;
};

struct ats_attachment_view {
	u32 id;
	bool ingress, gone;
	int ifindex;
	u16 port;
	u64 count[ATS_COUNTS];
};

int ats_attach_net_init(struct ats_net *an);
void ats_attach_net_exit(struct ats_net *an);
/* Under RTNL. */
void ats_attach_dev_gone(struct net_device *dev);

/* Process context. The id, or a negative errno with its reason in @extack. */
int ats_attach_socket(struct ats_net *an, int fd, struct netlink_ext_ack *extack);
int ats_attach_ingress(struct ats_net *an, int ifindex, u16 port, struct netlink_ext_ack *extack);
/* -ENOENT: there is none of this id. Afterwards it answers no more. */
int ats_detach(struct ats_net *an, u32 id);
/* The first whose id is @id or above; false: there is none. */
bool ats_attachment_look(struct ats_net *an, u32 id, struct ats_attachment_view *view);

/*
 * For the modes. The socket of @att is being closed: true when @att is the
 * caller's to give up; false when somebody else waits for that.
 */
bool ats_attachment_take(struct ats_attachment *att);
/* Tells listeners that it is gone, and frees it after a grace period. */
void ats_attachment_gone(struct ats_attachment *att);

#endif
