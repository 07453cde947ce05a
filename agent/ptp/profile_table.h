/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATS_PTP_PROFILE_TABLE_H
#define ATS_PTP_PROFILE_TABLE_H

#include "ptp/profile.h"

extern const struct ptp_profile ptp_profiles[];
extern const unsigned int ptp_profiles_n;

#endif
