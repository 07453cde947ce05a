/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ATS_SERVO_THREAD_H
#define ATS_SERVO_THREAD_H

#include "pure.h"

struct ats_servo;

/* @frequency: that of the target now. */
int ats_servo_start(struct ats_servo *servo, s64 frequency);
void ats_servo_stop(struct ats_servo *servo);

/* Look at the configuration now. */
void ats_servo_wake(struct ats_servo *servo);

#endif
