/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which clients are answered on the very way their requests came: out of the same
 * device, to the same Ethernet address. To send a packet there costs half of what
 * routing it costs, and is right only where routing leads there. So a request that
 * is not known gets its reply routed, and when that was the way it came, this is
 * remembered: for some 30 s, until routes or addresses change, for these
 * addresses, this device and this socket. One word each, without a lock: the way's
 * features hashed over the keyed hash of the client's address.
 */
#ifndef ATS_REPLY_PATH_H
#define ATS_REPLY_PATH_H

#include <linux/etherdevice.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/sock.h>

struct reply_paths;

struct reply_paths *reply_paths_new(void);
void reply_paths_free(struct reply_paths *paths);

/*
 * May @skb's reply be reflected at all? False for all but plain Ethernet, and where
 * something on the way out would want to see it: netfilter, IPsec.
 */
bool reply_may_reflect(const struct sk_buff *skb, const struct net *net);

/* The same of packets of our own: would netfilter or IPsec want to see them? */
bool reply_path_is_free(const struct net *net, __be16 protocol);
/* And on the way in, until it is routed? */
bool reply_path_is_free_to_route(const struct net *net, __be16 protocol);
/* And from there to a socket? */
bool reply_path_is_free_to_socket(const struct net *net, __be16 protocol);
/* Does it carry what hooks or policies left in it? */
bool reply_is_marked(const struct sk_buff *skb);

/* Names the way of @skb, a request whose client's address has the hash @hash. */
u64 reply_path_name(const struct sk_buff *skb, const struct sock *sk, u64 hash, s64 now_mono);
bool reply_path_known(const struct reply_paths *paths, u64 name);
void reply_path_remember(struct reply_paths *paths, u64 name);

/* Does @dst lead where @skb, still a request, came from? @client: its address. */
bool reply_path_leads_back(struct dst_entry *dst, const struct sk_buff *skb, const void *client);

#endif
