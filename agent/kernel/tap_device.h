/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /dev/as_timesync, mapped: the records of this network namespace's taps. */
#ifndef ATS_TAP_DEVICE_H
#define ATS_TAP_DEVICE_H

#include "kernel/tap_view.h"

struct tap_device;

/* What is recorded from now on. NULL with *error -errno. */
struct tap_device *tap_device_open(int *error);
void tap_device_close(struct tap_device *d);

/* For poll(): readable when there are new records. */
int tap_device_fd(const struct tap_device *d);
/* Before what is there is taken: the descriptor is readable with the next record. */
void tap_device_heard(struct tap_device *d);
struct tap_view *tap_device_view(struct tap_device *d);

#endif
