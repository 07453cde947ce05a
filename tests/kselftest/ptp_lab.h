/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A PTP port of an agent and a client, in a network namespace each, and what they say
 * to each other and to the module. Octets are made and read here by hand, with nothing
 * of the agent.
 */
#ifndef PTP_LAB_H
#define PTP_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "nl.h"

#define PTP_EVENT	319
#define PTP_GENERAL	320
#define PTP_SERVER_V4	"10.9.0.1"
#define PTP_CLIENT_V4	"10.9.0.2"
#define PTP_SERVER_V6	"fd00:9::1"
#define PTP_CLIENT_V6	"fd00:9::2"
#define PTP_CLOCK	0x1122334455667788ULL	/* of the port */
#define PTP_CLIENT	0xa1a2a3a4a5a6a7a8ULL
#define PTP_DOMAIN	24
#define PTP_SDO		0x123
#define PTP_TAI		37000000000LL		/* ahead of sys */
/* What clients without state are told */
#define PTP_CSPTP_DOMAIN 77
#define PTP_GM		0x9192939495969798ULL
#define PTP_TIME_FLAGS	0x1c
#define PTP_UTC_OFFSET	37
#define PTP_MAX		256
#define PTP_PATIENCE_MS	20000	/* for what must come */
#define PTP_HUSH_MS	200	/* for what must not */

enum {
	PTP_SYNC, PTP_DELAY_REQ, PTP_PDELAY_REQ, PTP_PDELAY_RESP, PTP_FOLLOW_UP = 8,
	PTP_DELAY_RESP, PTP_PDELAY_FOLLOW_UP
};

#define PTP_UNICAST	0x04	/* of octet 6 */
#define PTP_TWO_STEP	0x02

/* Both ends of a veth, with two sockets each; family AF_INET or AF_INET6. */
struct ptp_lab {
	int family;
	int here, there;		/* namespaces: of the agent, of the client */
	char name[2][16];		/* of the interfaces: the agent's, the client's */
	unsigned int ifindex, peer;
	int event, general;		/* the agent's */
	int client_event, client_general;
};

/* The caller ends up in the namespace of the agent. */
bool ptp_lab(struct ptp_lab *lab, int family);
/* The same with NICs of simnic in the place of the veth. */
bool ptp_lab_nics(struct ptp_lab *lab, int family);
int ptp_socket(int family, __u16 port, const char *device);
/* The client's sockets hear the groups 224.0.1.129 and 224.0.0.107, or their like. */
bool ptp_join(const struct ptp_lab *lab, int fd, unsigned int ifindex);

/* As the contract has it. */
void ptp_address(const struct ptp_lab *lab, __u8 address[16]);

/* The octets of a request of the client, its length; @flags: octet 6. */
size_t ptp_request(__u8 *b, __u8 type, __u8 flags, __u16 sequence);
/* From the client, to the agent's event port or to a group. */
bool ptp_ask(const struct ptp_lab *lab, const __u8 *b, size_t len);
/* From the agent, to the client's general port. */
bool ptp_tell(const struct ptp_lab *lab, const __u8 *b, size_t len);
bool ptp_ask_group(const struct ptp_lab *lab, const __u8 *b, size_t len, bool pdelay);
/* Octets, 0 when nothing came in time. */
size_t ptp_hear(int fd, __u8 b[PTP_MAX], int timeout_ms);
/* The timestamp at octet 34, ns. */
__s64 ptp_time(const __u8 *b);
__u16 ptp_sequence(const __u8 *b);

/* A Delay_Req by unicast gets its Delay_Resp. */
bool ptp_answered(const struct ptp_lab *lab, int patience_ms);
/*
 * UDP datagrams that came in by this namespace's IP of the family: what is answered sooner
 * is not among them. -1: it does not say.
 */
long ptp_datagrams(int family);

/* What the agent says to the module. */
struct answer ptp_attach(struct nl *nl, int event, int general, __u32 clients_max, __u32 *id);
/* The same for those of one network alone. */
struct answer ptp_attach_for(struct nl *nl, int event, int general, const __u8 address[16],
			     __u8 prefix, __u32 *id);
struct answer ptp_set(struct nl *nl, __u32 id, __u32 duties, __u32 valid_ms);
/* With all that clients without state are told; less the attribute @without, 0: none. */
struct answer ptp_set_stateless(struct nl *nl, __u32 id, __u32 duties, __u32 valid_ms,
				__u32 exchanges_max, __u16 without);
struct answer ptp_detach(struct nl *nl, __u32 id);
void ptp_put_client(struct nlmsghdr *nlh, const __u8 address[16], __u64 clock, __u16 port,
		    int sync_log, __s64 sync_s, int delay_log, __s64 delay_s);
/* One client; -1 s: not named. */
struct answer ptp_grant(struct nl *nl, __u32 id, const struct ptp_lab *lab, int sync_log,
			__s64 sync_s, __s64 delay_s);
__s64 ptp_counter(struct nl *nl, __u32 id, __u16 type);
int ptp_ports(struct nl *nl);

#endif
