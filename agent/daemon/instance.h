/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One daemon per state directory: two would fight over one clock. */
#ifndef ATS_INSTANCE_H
#define ATS_INSTANCE_H

#include "types.h"

/*
 * Locks @state_dir (made when missing; "": no lock). 0 with *fd (-1: none)
 * or -errno with a sentence in @err. The lock ends with the process.
 */
int instance_lock(const char *state_dir, int *fd, char *err, size_t errlen);
void instance_unlock(int fd);

#endif
