// SPDX-License-Identifier: GPL-2.0
#include "phc.h"

int ats_phc_net_init(struct ats_net *an)
{
	return 0;
}

void ats_phc_net_exit(struct ats_net *an)
{
}
