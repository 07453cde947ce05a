/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may ask, from the configuration. */
#ifndef ATS_ACCESS_H
#define ATS_ACCESS_H

#include "config/config.h"
#include "ntp/acl.h"

/* NULL: no memory. The caller's, to be given to acl_free(). */
struct acl *access_list(const struct config_net *net, unsigned int n);

#endif
