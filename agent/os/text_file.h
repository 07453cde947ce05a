/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small file as a whole, never more of it than there is room for. */
#ifndef ATS_TEXT_FILE_H
#define ATS_TEXT_FILE_H

#include "types.h"

/* 0 with *len, -EFBIG when it does not fit in @size octets, or -errno. */
int text_file_read(const char *path, char *buf, size_t size, size_t *len);

#endif
