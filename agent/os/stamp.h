/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of one packet in the control messages of recvmsg():
 * when it passed, where it came in, which transmit it belongs to. Pure.
 */
#ifndef ATS_STAMP_H
#define ATS_STAMP_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "types.h"

/* Room for every control message that a socket of ours can be given. */
#define STAMP_CONTROL_LEN 384

struct stamp {
	s64 software_sys;	/* kernel's software stamp; 0: none */
	s64 hardware_phc;	/* NIC's stamp in the time of its own clock; 0: none */
	int hardware_ifindex;	/* NIC that made it (OPT_PKTINFO); 0: not told */
	unsigned int link_len;	/* octets at layer 2 (OPT_PKTINFO); 0: not told */
	int ifindex;		/* interface it came in on (PKTINFO); 0: not told */
	int family;		/* of dst and local; AF_UNSPEC: not told */
	struct in6_addr dst;	/* destination in the header (IPv4: first four octets) */
	struct in6_addr local;	/* address a reply comes from; all zero: let the kernel choose */
	bool is_tx;		/* from the error queue: a transmit stamp */
	u32 id;			/* kernel's number of that transmit (OPT_ID) */
	int error;		/* from the error queue: errno of something else, else 0 */
};

/*
 * Read the control messages of @msg, as recvmsg() left it, into *out. What is
 * not there stays 0. -EBADMSG when the control buffer was cut short
 * (MSG_CTRUNC), -ENODATA when there is no stamp at all; the rest of *out is
 * valid in either case.
 */
int stamp_parse(const struct msghdr *msg, struct stamp *out);

#endif
