// SPDX-License-Identifier: GPL-2.0
#include <linux/skbuff.h>

int probe(void);
int probe(void)
{
	return SKBTX_HW_TSTAMP_NOBPF;
}
