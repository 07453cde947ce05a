/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_SERVER_H
#define ATS_SERVER_H

#include <linux/netdevice.h>

#include "net.h"

int ats_server_net_init(struct ats_net *an);
void ats_server_net_exit(struct ats_net *an);

#endif
