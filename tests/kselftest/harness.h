/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's harness, for emulated machines that share a busy processor. */
#ifndef HARNESS_H
#define HARNESS_H

#include "kselftest_harness.h"

#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

#endif
