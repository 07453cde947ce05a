/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests as they come in at an interface, before the host's firewall and routing.
 * What is not surely a request to this host goes on as if nobody had looked.
 */
#ifndef ATS_REPLY_INGRESS_H
#define ATS_REPLY_INGRESS_H

#include "attach.h"

/* Under RTNL, with the lock of the attachments. */
int ats_ingress_attach(struct ats_attachment *att, int ifindex, struct netlink_ext_ack *extack);
/* Process context, without that lock, @att taken off the list. */
void ats_ingress_detach(struct ats_attachment *att);

#endif
