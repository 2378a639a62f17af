// What Swift's Glibc module leaves out: <sys/timex.h>.
#ifndef KEYLEDGER_CCLOCK_H
#define KEYLEDGER_CCLOCK_H

/// Whether the kernel says that its clock is synchronised (adjtimex(2) does not return TIME_ERROR).
int keyledger_clock_is_synchronised(void);

#endif
