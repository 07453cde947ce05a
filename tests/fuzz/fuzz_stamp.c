// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as the control messages of a received packet. */
#include <stdlib.h>
#include <string.h>

#include "os/stamp.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct msghdr msg = { .msg_controllen = len };
	struct stamp st;

	/* a copy of its own, so that a read beyond it is found */
	msg.msg_control = malloc(len ? len : 1);
	if (!msg.msg_control)
		return 0;
	memcpy(msg.msg_control, data, len);
	stamp_parse(&msg, &st);
	if (st.software_sys < 0 || st.hardware_phc < 0 || st.hardware_ifindex < 0)
		abort();
	free(msg.msg_control);
	return 0;
}
