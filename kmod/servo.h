/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_SERVO_H
#define ATS_SERVO_H

#include <linux/netdevice.h>

#include "net.h"

int ats_servo_net_init(struct ats_net *an);
void ats_servo_net_exit(struct ats_net *an);

#endif
