/* SPDX-License-Identifier: GPL-2.0 */
/* Wires from pin to pin, for pulses. */
#ifndef SIMNIC_WIRE_H
#define SIMNIC_WIRE_H

#include <linux/types.h>

struct seq_file;
struct simnic_clock;

/*
 * Process context. A pin takes in one wire (-EBUSY) and feeds any number. The
 * clocks are not kept: a clock that goes takes its wires along.
 */
int simnic_wire_add(struct simnic_clock *from, unsigned int from_pin,
		    struct simnic_clock *to, unsigned int to_pin, s64 delay_ns);
int simnic_wire_remove(struct simnic_clock *to, unsigned int to_pin);
void simnic_wires_remove_clock(struct simnic_clock *c);
void simnic_wires_show(struct seq_file *seq);

/* A pulse leaves a pin at true time @when. Any context, no clock locked. */
void simnic_wires_carry(struct simnic_clock *from, unsigned int pin, s64 when);

#endif
