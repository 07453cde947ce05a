// SPDX-License-Identifier: GPL-2.0
#include "server.h"

int ats_server_net_init(struct ats_net *an)
{
	return 0;
}

void ats_server_net_exit(struct ats_net *an)
{
}
