/* SPDX-License-Identifier: GPL-2.0 */
/* What an agent says to the module, in one call each. */
#ifndef AGENT_H
#define AGENT_H

#include <stdbool.h>
#include <linux/types.h>

#include "nl.h"

/* Everybody is answered, without a limit of the rate, interleaved if asked for. */
struct answer agent_allow_all(struct nl *nl);

/* A clock of stratum 1, good for so long. */
struct answer agent_state(struct nl *nl, __u32 valid_ms);
struct answer agent_state_del(struct nl *nl);
void agent_put_state(struct nlmsghdr *nlh, __u32 valid_ms);

/* The id of what is attached goes to *id. */
struct answer agent_attach_socket(struct nl *nl, int fd, __u32 *id);
struct answer agent_attach_ingress(struct nl *nl, unsigned int ifindex, __u16 port, __u32 *id);
struct answer agent_detach(struct nl *nl, __u32 id);
void agent_detach_all(struct nl *nl);

/* All that the tap knows, in both directions. */
struct answer agent_tap(struct nl *nl, unsigned int ifindex, bool events);
struct answer agent_tap_del(struct nl *nl, unsigned int ifindex);

/* How many of these the dump of a command lists. */
int agent_count(struct nl *nl, __u8 cmd);

/* A counter of a reply-get, tap-get or iface-get by id or ifindex; -1 when there is none. */
__s64 agent_reply_counter(struct nl *nl, __u32 id, __u16 type);
__s64 agent_tap_counter(struct nl *nl, unsigned int ifindex, __u16 type);
__s64 agent_iface_counter(struct nl *nl, unsigned int ifindex, __u16 type);

#endif
