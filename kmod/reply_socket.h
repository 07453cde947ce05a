/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests that come to a UDP socket of the agent: taken where a tunnel's packets
 * would be, so they have passed the firewall, the routing and the checksum. What is
 * not answered goes on into the socket.
 */
#ifndef ATS_REPLY_SOCKET_H
#define ATS_REPLY_SOCKET_H

#include "attach.h"

/* Process context, with the lock of the attachments. */
int ats_socket_attach(struct ats_attachment *att, int fd, struct netlink_ext_ack *extack);
/* Process context, without that lock, @att taken off the list. */
void ats_socket_detach(struct ats_attachment *att);

#endif
