/* SPDX-License-Identifier: GPL-2.0 */
/* For code that is compiled outside of the kernel, too. */
#include <linux/string.h>
