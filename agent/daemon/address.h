/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small questions about socket addresses. */
#ifndef ATS_ADDRESS_H
#define ATS_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "types.h"

#define ADDRESS_TEXT_LEN (INET6_ADDRSTRLEN + 12)	/* with %scope */

/* Numeric form without the port; IPv6 link-local with %index. */
void address_text(const struct sockaddr *sa, char text[ADDRESS_TEXT_LEN]);
/* A literal address ("192.0.2.1", "2001:db8::1", "fe80::1%eth0"); false: a name. */
bool address_parse(const char *text, u16 port, struct sockaddr_storage *out);
u16 address_port(const struct sockaddr *sa);
void address_set_port(struct sockaddr *sa, u16 port);
bool address_equal(const struct sockaddr *a, const struct sockaddr *b);
/* Loopback, link-local, RFC 1918, unique local: nobody far away. */
bool address_is_near(const struct sockaddr *sa);
/* RFC 5905 clause 7.3: IPv4 address, or the start of the MD5 of the IPv6 one. */
u32 address_refid(const struct sockaddr *sa);

/*
 * Does a server of @stratum whose reference is @refid follow the clock at
 * @local, our own address on the way to it? Then its time is ours (RFC 5905
 * appendix A.5.5.3: a loop). Loopback addresses say nothing: behind them
 * may be more than one clock.
 */
bool address_is_loop(const struct sockaddr *local, u8 stratum, u32 refid);

#endif
