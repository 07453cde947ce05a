// SPDX-License-Identifier: GPL-2.0
#include "servo.h"

int ats_servo_net_init(struct ats_net *an)
{
	return 0;
}

void ats_servo_net_exit(struct ats_net *an)
{
}
