/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_ATTACH_NL_H
#define ATS_ATTACH_NL_H

#include "net.h"

struct ats_attachment_view;

/* Tell the multicast group. Process context; without memory listeners miss it. */
void ats_attach_notify(struct ats_net *an, u32 id);
void ats_attach_notify_gone(struct ats_net *an, const struct ats_attachment_view *view);

#endif
