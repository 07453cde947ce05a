/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_PHC_H
#define ATS_PHC_H

#include <linux/netdevice.h>

#include "net.h"

int ats_phc_net_init(struct ats_net *an);
void ats_phc_net_exit(struct ats_net *an);

#endif
