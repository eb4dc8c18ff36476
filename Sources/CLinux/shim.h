#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Exchanges two names in one operation (renameat2 with RENAME_EXCHANGE); 0, or -1 with errno.
static inline int sluice_exchange(const char *first, const char *second) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, 2u);
}
