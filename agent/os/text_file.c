// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int text_file_read(const char *path, char *buf, size_t size, size_t *len)
{
	/* O_NONBLOCK: a fifo in its place must not stop us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;
	int r = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	for (*len = 0; !r && *len < size; *len += (size_t)n) {
		n = read(fd, buf + *len, size - *len);
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
	}
	/* full: there may be more */
	if (!r && *len == size && read(fd, &(char){ 0 }, 1) != 0)
		r = -EFBIG;
	close(fd);
	return r;
}
