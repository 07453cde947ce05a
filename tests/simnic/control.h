/* SPDX-License-Identifier: GPL-2.0 */
/* debugfs files simnic/control, for what makes and joins things, and simnic/wires. */
#ifndef SIMNIC_CONTROL_H
#define SIMNIC_CONTROL_H

void simnic_control_init(void);

/* From here on no command runs, and clocks are there only for their NICs. */
void simnic_control_exit(void);

#endif
