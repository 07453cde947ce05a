/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the kernel's tap as people and programs read them. Pure. */
#ifndef ATS_CTL_TAP_TEXT_H
#define ATS_CTL_TAP_TEXT_H

#include <jansson.h>
#include <linux/as_timesync_tap.h>

#include "format.h"

/* One line, without its end. */
struct text tap_text(const struct ats_tap_record *r);
/* Both stamps and their difference. */
struct text tap_text_stamps(const struct ats_tap_record *r);
/* All of it; NULL: no memory. */
json_t *tap_json(const struct ats_tap_record *r, const char *interface);

#endif
