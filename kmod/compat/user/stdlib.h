/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the code of agent/ asks of the C library, in process context only.
 * Charged to who asks: users can have namespaces of their own. Too much of it fails,
 * it has nobody killed for memory.
 */
#ifndef ATS_USER_STDLIB_H
#define ATS_USER_STDLIB_H

#include <linux/slab.h>
#include <linux/sort.h>

#define ATS_USER_GFP (GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

static inline void *malloc(size_t size)
{
	return kvmalloc(size, ATS_USER_GFP);
}

static inline void *calloc(size_t n, size_t size)
{
	return kvcalloc(n, size, ATS_USER_GFP);
}

static inline void free(void *p)
{
	kvfree(p);
}

static inline void qsort(void *base, size_t n, size_t size, cmp_func_t compare)
{
	sort(base, n, size, compare, NULL);
}

#endif
